"""What our letters say, in the language of their reader: phrases, plurals, dates and sizes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date

from mailgate.core.model import said as saying
from mailgate.core.model.said import Said, Words
from mailgate.wire.words import hours, names, reasons
from mailgate.wire.words.catalogue import CATALOGUES, DATES, ENGLISH, MARKERS, OPENINGS, Dates

__all__ = ["CATALOGUES", "MARKERS", "OPENINGS", "Phrases", "dates_of", "kept", "said", "say", "size"]

_WEEKDAY = re.compile(r"^(?:EEE|ccc),?\s+")  # before the day, in such a pattern
_MONTH = re.compile(r"(?<!M)(?:MMM|LLL)(?!M)")  # a short name of a month, in a pattern of CLDR


def say(language: str, key: str, /, n: int | None = None, **values: object) -> str:
    """A phrase in a language, English where we do not speak it; `n` chooses the plural form (CLDR) and is `{n}`.

    Raises KeyError for a phrase that does not exist in our languages.
    """
    phrase = _chosen(language, key, n)
    return phrase.format(n=n, **_once_stopped(phrase, values)) if "{" in phrase else phrase


def said(language: str, words: Words) -> str:
    """A sentence that was decided on, in a language; words that stand already as they stand.

    A key that no version of ours knows is shown itself, and what a sentence lacks is a question mark: no letter fails
    for them.
    """
    if isinstance(words, str):
        return words
    if words.code == saying.MOMENT:
        return _moment(language, words)
    if words.code == saying.LANGUAGE:
        code = str(words.params["code"])
        return str(dates_of(language).cldr.languages.get(code, code))
    number = words.params.get("n")
    try:
        phrase = _chosen(language, words.code, number if isinstance(number, int) else None)
    except KeyError:
        return words.code
    values = {name: _value(language, value) for name, value in words.params.items()}
    return phrase.format_map(_Params(_once_stopped(phrase, values)))


def _moment(language: str, words: Said) -> str:
    dates = dates_of(language)
    date_text, _, clock = str(words.params["at"]).partition("T")
    shape = dates.year if words.params.get("year") else dates.day
    day = _dated(date.fromisoformat(date_text), shape, dates.locale)
    if not clock:
        return day
    hour, minute = map(int, clock.split(":"))
    return say(language, "when", day=day, clock=dates.clock.format(hour=hour, minute=minute))


def _once_stopped(phrase: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values with no full stop where the phrase has one behind them: Finnish and Latvian days end in theirs."""
    return {
        name: value[:-1] if isinstance(value, str) and value.endswith(".") and f"{{{name}}}." in phrase else value
        for name, value in values.items()
    }


def _chosen(language: str, key: str, n: int | None) -> str:
    phrase = CATALOGUES.get(language, ENGLISH).get(key) or ENGLISH.get(key) or reasons.OUTSIDE[key]
    if isinstance(phrase, str):
        return phrase
    form = dates_of(language).cldr.plural_form(n or 0)
    return phrase.get(form) or phrase["other"]


def _value(language: str, value: str | int | Said | tuple[Words, ...]) -> str | int:
    if isinstance(value, tuple):
        return "\n".join(said(language, one) for one in value)
    if isinstance(value, Said):
        return said(language, value)
    return say(language, "somebody.none") if value == "" else value


class _Params(dict[str, str | int]):
    def __missing__(self, name: str) -> str:
        return "?"


@cache
def kept() -> Mapping[str, Mapping[str, str]]:
    """Of every language what `core` has to know: our words that tickets keep, and the marker (see `Policy.kept`)."""
    return {
        language: {
            **{key: str(phrase) for key, phrase in phrases.items() if key.startswith("ticket.") or key == "marker"},
            **{f"day.{month}": _day_of(language, month) for month in range(1, 13)},
        }
        for language, phrases in CATALOGUES.items()
    }


def _day_of(language: str, month: int) -> str:
    """How a language writes a day of that month, without weekday and year: `{day} Nov`, `{day}.11.`."""
    dates = dates_of(language)
    return _dated(date(2000, month, 29), _WEEKDAY.sub("", dates.day), dates.locale).replace("29", "{day}", 1)


def dates_of(language: str) -> Dates:
    """How a language writes days and numbers, English where we do not speak it."""
    return DATES.get(language, DATES["en"])


class Phrases:
    """One language at one moment in one place."""

    def __init__(self, language: str, timezone: str, now: datetime) -> None:
        self.language = language if language in CATALOGUES else "en"
        self._dates = dates_of(self.language)
        self.zone = ZoneInfo(timezone or "UTC")
        self.now = now.astimezone(self.zone)

    def say(self, key: str, n: int | None = None, **values: object) -> str:
        """A phrase with its values; `n` chooses the plural form (CLDR) and is `{n}`.

        A greeting calls somebody as the language does, and names nobody when it is not sure how.
        Raises KeyError for a phrase that does not exist in our languages.
        """
        if key == "greeting":
            called = names.called(self.language, str(values.get("name", "")))
            return say(self.language, key, name=called) if called else say(self.language, "greeting_plain")
        return say(self.language, key, n, **values)

    def knows(self, key: str) -> bool:
        """True when there is such a phrase."""
        return key in ENGLISH

    def said(self, words: Words) -> str:
        """A sentence that was decided on; see `said`."""
        return said(self.language, words)

    def when(self, at: datetime | str | None) -> str:
        """`Mon 30 Nov 14:05`, never `today`: a letter may be read tomorrow. `""` for None."""
        moment = self._local(at)
        return said(self.language, saying.moment(moment, self.now)) if moment else ""

    def day(self, at: datetime | str | None) -> str:
        """`Mon 30 Nov`, with the year instead of the weekday when it is far away; `""` for None."""
        moment = self._local(at)
        return said(self.language, saying.day(moment, self.now)) if moment else ""

    def on(self, at: datetime | str | None) -> str:
        """`on Monday 30 November`: the day inside a sentence; `""` for None."""
        moment = self._local(at)
        if moment is None:
            return ""
        far = saying.day(moment, self.now).params["year"]
        date = _dated(moment.date(), self._dates.year if far else self._dates.on_day, self._dates.locale)
        return f"{self._dates.on[moment.weekday()]} {date}"

    def by_when(self, at: datetime | str | None) -> str:
        """`on Monday 30 November by 14:05`: the end of a time inside a sentence; `""` for None."""
        moment = self._local(at)
        if moment is None:
            return ""
        clock = self._dates.clock.format(hour=moment.hour, minute=moment.minute)
        return self.say("by_when", day=self.on(moment), clock=clock)

    def ago(self, at: datetime | str | None) -> str:
        """`5 min`, `3 h`, `2 d`: how long between then and now, in either direction."""
        moment = self._local(at)
        if moment is None:
            return ""
        minutes = int(abs((self.now - moment).total_seconds()) // 60)
        if minutes < 60:
            return f"{minutes} min"
        if minutes < 48 * 60:
            return f"{minutes // 60} h"
        return f"{minutes // 1440} {self.say('day_unit')}"

    def clock(self, at: datetime | str | None) -> str:
        """`14:05`, as the language writes it; `""` for None."""
        moment = self._local(at)
        return self._dates.clock.format(hour=moment.hour, minute=moment.minute) if moment else ""

    def weekday(self, at: datetime | str | None) -> str:
        """`Mon`; `""` for None."""
        moment = self._local(at)
        return self._dates.weekdays[moment.weekday()] if moment else ""

    def past(self, at: datetime | str | None) -> bool:
        """True when that moment is over."""
        moment = self._local(at)
        return moment is not None and moment < self.now

    def phrase(self, family: str, text: str) -> str:
        """The phrase `family.text` where there is one, else the text as it stands."""
        return self.say(f"{family}.{text}") if self.knows(f"{family}.{text}") else text

    def promised(self, promise: Mapping[str, Any] | str | None) -> str:
        """When to expect an answer: `We usually answer within 3 working hours. We are open Mon–Fri 9–17.`

        `promise` is what `core.letters.expectation` says (seconds, usual, hours, by), or words that stand already. A
        time that is over when the letter is worded is not told.
        """
        if not isinstance(promise, Mapping):
            return promise or self.say("ack.soon")
        times = promise.get("hours") or ()
        seconds = int(promise.get("seconds") or 0)
        told, by = self.say("ack.soon"), promise.get("by")
        if by:
            told = told if self.past(by) else self.say("promise.by", by=self.by_when(by))
        elif seconds:
            span = hours.within(self.say, seconds, hours.length_of_day(times))
            told = self.say("promise.usual" if promise.get("usual") else "promise.sure", within=span)
        if not times:
            return told
        open_at = hours.opening(self.say, self._dates.open, times, self._dates.point)
        return f"{told} {self.say('promise.open', hours=open_at)}"

    def number(self, value: float) -> str:
        """A number with the decimal sign of the language."""
        text = f"{value:g}" if isinstance(value, float) else str(value)
        return text.replace(".", self._dates.decimal)

    def _local(self, at: datetime | str | None) -> datetime | None:
        moment = datetime.fromisoformat(at) if isinstance(at, str) and at else at
        return moment.astimezone(self.zone) if isinstance(moment, datetime) else None


@lru_cache(maxsize=256)
def _dated(day: date, shape: str, locale: str) -> str:
    return format_date(day, shape, locale=locale).replace(".,", ".")


def span(language: str, since: datetime, until: datetime) -> str:
    """`Week 48, 23–29 November 2026`, `1–30 November 2026`; with clocks where it does not begin and end at midnight.

    Both are in the reader's time zone.
    """
    if any((since.hour, since.minute, until.hour, until.minute)):
        ends = (said(language, saying.moment(one, until)) for one in (since, until))
        return " – ".join(ends)
    last = until.date() - timedelta(days=1)
    days = _days(since.date(), max(last, since.date()), dates_of(language))
    week = since.weekday() == 0 and (last - since.date()).days == 6
    return f"{say(language, 'figure.week', week=since.isocalendar().week)}, {days}" if week else days


def _days(first: date, last: date, dates: Dates) -> str:
    """CLDR's way from day to day, with the months in full."""
    if first == last:
        return format_date(last, "long", locale=dates.locale)
    differs = "y" if first.year != last.year else "M" if first.month != last.month else "d"
    begin, end = (_MONTH.sub("MMMM", shape) for shape in dates.cldr.interval_formats["yMMMd"][differs])
    days = f"{format_date(first, begin, locale=dates.locale)}{format_date(last, end, locale=dates.locale)}"
    return days.replace("\u2009", "" if differs == "d" else " ")


def size(octets: int) -> str:
    """`12 KB`, `3.4 MB`, `10 MB`."""
    if octets < 1024:
        return f"{octets} B"
    return f"{octets / 1024:.0f} KB" if octets < 1024 * 1000 else f"{octets / 1048576:.1f} MB".replace(".0 ", " ")
