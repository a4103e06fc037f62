"""What stands while something is out of order: news for everybody who writes, incidents that gather tickets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from mailgate.core.text import mentions

LONGEST_NEWS = 1000  # characters in a language
LASTS = timedelta(days=7)  # an incident that nobody ends
MOST_INCIDENTS = 20  # at once, in all departments
MOST_GATHERED = 500  # open tickets that an incident takes in when it begins
MOST_ANSWERED = 1000  # tickets that one answer is sent to at a time
LONGEST_READ = 2000  # characters of a mail that are looked through for an incident's words


@dataclass(frozen=True, slots=True)
class News:
    """What acknowledgements of a department say above all else, until a time."""

    department: str
    until: datetime  # aware UTC
    texts: tuple[tuple[str, str], ...]  # language and words; the first is what there is for anybody
    by: str = ""  # the lead who said so

    def words(self, *languages: str) -> str:
        """The words in the first of these languages that they were said in, else in any."""
        said = dict(self.texts)
        return next((said[one] for one in languages if one in said), self.texts[0][1])


@dataclass(frozen=True, slots=True)
class Incident:
    """What a department's tickets with certain words are about: they have its name as a tag."""

    department: str
    name: str
    words: str
    until: datetime  # aware UTC
    by: str = ""  # the agent who said so


@dataclass(frozen=True, slots=True)
class SetNews:
    """What a department's acknowledgements say above all else; None ends it."""

    department: str
    news: News | None


@dataclass(frozen=True, slots=True)
class SetIncident:
    """What gathers tickets of a department; None ends it."""

    department: str
    name: str
    incident: Incident | None


@dataclass(frozen=True, slots=True)
class Mailing:
    """One answer for many tickets, each in its own; `mail` is the agent's mail with the words, which names it."""

    mail: int
    name: str  # of the tag
    department: str
    agent: str
    lead: str  # who has let it go
    text: str
    solve: bool
    event: int  # the newest line of the journal when the lead was asked
    begins_at: datetime  # aware UTC; until then it can be taken back


@dataclass(frozen=True, slots=True)
class AnswerAll:
    """These tickets get one answer, one after the other; its mail is the one being decided."""

    mailing: Mailing
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StopAnswers:
    """A mailing that has not begun is taken back."""

    mail: int


Standing = TypeVar("Standing", News, Incident)


def in_force(known: Iterable[Standing], now: datetime) -> tuple[Standing, ...]:
    """Those that have not ended."""
    return tuple(one for one in known if one.until > now)


def news_of(known: Iterable[News], department: str, *languages: str) -> str:
    """What a department tells a reader of these languages at the moment; "" for nothing."""
    return next((one.words(*languages) for one in known if one.department == department), "")


def gathered(known: Iterable[Incident], department: str, tags: Iterable[str]) -> bool:
    """True for a ticket of one of these incidents, by its department and tags."""
    named = set(tags)
    return any(one.department == department and one.name in named for one in known)


def tags_of(known: Iterable[Incident], department: str, text: str, language: str) -> tuple[str, ...]:
    """The names of a department's incidents whose words stand in the top of a text, in whatever form."""
    top = text[:LONGEST_READ]
    return tuple(
        one.name
        for one in known
        if one.department == department and mentions.mentions(top, mentions.words_of(one.words), language)
    )


# --- as the store keeps them ------------------------------------------------------------------------------------------


def news_to_plain(known: Iterable[News]) -> list[dict[str, Any]]:
    """As values of JSON."""
    return [
        {"department": one.department, "until": one.until.isoformat(), "texts": [*map(list, one.texts)], "by": one.by}
        for one in known
    ]


def news_from_plain(kept: Sequence[Mapping[str, Any]]) -> tuple[News, ...]:
    """What `news_to_plain` made of them."""
    return tuple(
        News(
            department=one["department"],
            until=datetime.fromisoformat(one["until"]),
            texts=tuple((language, text) for language, text in one["texts"]),
            by=one["by"],
        )
        for one in kept
    )


def incidents_to_plain(known: Iterable[Incident]) -> list[dict[str, Any]]:
    """As values of JSON."""
    return [
        {
            "department": one.department,
            "name": one.name,
            "words": one.words,
            "until": one.until.isoformat(),
            "by": one.by,
        }
        for one in known
    ]


def incidents_from_plain(kept: Sequence[Mapping[str, Any]]) -> tuple[Incident, ...]:
    """What `incidents_to_plain` made of them."""
    return tuple(Incident(**{**one, "until": datetime.fromisoformat(one["until"])}) for one in kept)
