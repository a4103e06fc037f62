"""What our letters say, in the language of their reader: phrases, plurals, dates and sizes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date

from mailgate.wire.words import en, fi, hours, lv, pl

CATALOGUES: Mapping[str, Mapping[str, str | Mapping[str, str]]] = {
    "en": en.WORDS, "fi": fi.WORDS, "pl": pl.WORDS, "lv": lv.WORDS,
}  # fmt: skip
# Day and month without the year; spelled here since Finnish inflects its weekdays and Babel's skeletons do not agree.
_DAYS = {"en": "EEE d MMM", "fi": "ccc d.M.", "pl": "EEE d.MM", "lv": "EEE d.MM."}
_YEARS = {"en": "d MMM y", "fi": "d.M.y", "pl": "d.MM.y", "lv": "d.MM.y"}
_WEEKDAYS = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "fi": ("ma", "ti", "ke", "to", "pe", "la", "su"),
    "pl": ("pon.", "wt.", "śr.", "czw.", "pt.", "sob.", "niedz."),
    "lv": ("P.", "O.", "T.", "C.", "Pk.", "S.", "Sv."),
}


@lru_cache(maxsize=8)
def _locale(language: str) -> Locale:
    return Locale.parse("en_GB" if language == "en" else language)


class Phrases:
    """One language at one moment in one place."""

    def __init__(self, language: str, timezone: str, now: datetime) -> None:
        self.language = language if language in CATALOGUES else "en"
        self.zone = ZoneInfo(timezone or "UTC")
        self.now = now.astimezone(self.zone)

    def say(self, key: str, n: int | None = None, **values: object) -> str:
        """A phrase with its values; `n` chooses the plural form (CLDR) and is `{n}`.

        Raises KeyError for a phrase that does not exist in our languages.
        """
        phrase = CATALOGUES[self.language].get(key) or en.WORDS[key]
        if not isinstance(phrase, str):
            form = _locale(self.language).plural_form(n or 0)
            phrase = phrase.get(form) or phrase["other"]
        return phrase.format(n=n, **values) if "{" in phrase else phrase

    def when(self, at: datetime | str | None) -> str:
        """`today 14:05`, `tomorrow 9:00`, `Mon 30 Nov 14:05`; `""` for None."""
        moment = self._local(at)
        if moment is None:
            return ""
        clock = f"{moment.hour}.{moment:%M}" if self.language == "fi" else f"{moment:%H:%M}"
        return self.say("when", day=self.day(moment), clock=clock)

    def day(self, at: datetime | str | None) -> str:
        """`today`, `yesterday`, `tomorrow`, else weekday and date, with the year when it is another one."""
        moment = self._local(at)
        if moment is None:
            return ""
        near = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get((moment.date() - self.now.date()).days)
        if near:
            return self.say(near)
        shape = _DAYS if abs((moment.date() - self.now.date()).days) < 180 else _YEARS
        return _dated(moment.date(), shape[self.language], self.language)

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

    def past(self, at: datetime | str | None) -> bool:
        """True when that moment is over."""
        moment = self._local(at)
        return moment is not None and moment < self.now

    def phrase(self, family: str, text: str) -> str:
        """The phrase `family.text` where there is one, else the text as it stands."""
        return self.say(f"{family}.{text}") if f"{family}.{text}" in en.WORDS else text

    def promised(self, promise: Mapping[str, Any] | str | None) -> str:
        """When to expect an answer: `We usually answer within 3 working hours. We are open Mon–Fri 9–17.`

        `promise` is what `core.mails.expectation` says (seconds, usual, hours), or words that stand already.
        """
        if not isinstance(promise, Mapping):
            return promise or self.say("ack.soon")
        times = promise.get("hours") or ()
        seconds = int(promise.get("seconds") or 0)
        said = self.say("ack.soon")
        if seconds:
            span = hours.within(self.say, seconds, hours.length_of_day(times))
            said = self.say("promise.usual" if promise.get("usual") else "promise.sure", within=span)
        if not times:
            return said
        point = "." if self.language == "fi" else ":"
        return f"{said} {self.say('promise.open', hours=hours.opening(self.say, self._weekday, times, point))}"

    def _weekday(self, day: int) -> str:
        return _WEEKDAYS[self.language][day]

    def number(self, value: float) -> str:
        """A number with the decimal sign of the language."""
        text = f"{value:g}" if isinstance(value, float) else str(value)
        return text if self.language == "en" else text.replace(".", ",")

    def _local(self, at: datetime | str | None) -> datetime | None:
        moment = datetime.fromisoformat(at) if isinstance(at, str) and at else at
        return moment.astimezone(self.zone) if isinstance(moment, datetime) else None


@lru_cache(maxsize=256)
def _dated(day: date, shape: str, language: str) -> str:
    return format_date(day, shape, locale=_locale(language)).replace(".,", ".")


def size(octets: int) -> str:
    """`12 KB`, `3.4 MB`."""
    if octets < 1024:
        return f"{octets} B"
    return f"{octets / 1024:.0f} KB" if octets < 1024 * 1000 else f"{octets / 1048576:.1f} MB"
