"""What stands in letters beside words: people, files, rows of a table, figures; each with all that is shown of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mailgate.core.model.said import Words


def omitted(default: Any, *, shown: Any = None, hidden: bool = False) -> Any:
    """A field that is written to a letter's row only while it differs from `default`; a template sees `shown` for None.

    With `hidden` no template sees it: it is kept for what an answer to the letter means.
    """
    return field(default=default, metadata={"omitted": True, "shown": shown, "hidden": hidden})


def hidden(default: Any) -> Any:
    """A field that is kept in a letter's row, and that no template sees."""
    return field(default=default, metadata={"hidden": True})


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who wrote."""

    name: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A line with its label."""

    label: Words = ""
    value: Words = ""


@dataclass(frozen=True, slots=True)
class TicketRow:
    """A ticket as a line of a numbered table."""

    n: int = 0
    number: int = 0
    subject: str = ""
    who: str = ""
    department: str = ""
    status: str = ""
    owner: str = ""
    priority: str = ""
    due: str | None = None  # RFC 3339
    quiet: bool = omitted(default=False)  # no automatic letters
    language: str = omitted("")  # of its customer, where it is not the usual one


@dataclass(frozen=True, slots=True)
class CallersTicket:
    """An open ticket of somebody who calls; its link, made when the letter is written, files a memo of the call."""

    number: int = 0
    subject: str = ""
    who: str = ""
    href: str = omitted("")


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a list, under a title of its own."""

    title: Words = ""
    rows: tuple[TicketRow, ...] | None = omitted(None, shown=())
    facts: tuple[Fact, ...] | None = omitted(None, shown=())
    text: Words | None = omitted(None, shown="")
    more: int | None = omitted(None, shown=0)  # how many rows there was no room for


@dataclass(frozen=True, slots=True)
class ArticleLink:
    """An article that may answer a question."""

    title: str = ""
    url: str = ""
    name: str = omitted("")  # what `#use` calls it
    href: str = omitted("")  # asks for it, in a letter to a customer


@dataclass(frozen=True, slots=True)
class WholeArticle:
    """An article with all its words, as a numbered part of a list."""

    n: int = 0
    name: str = ""
    title: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file that is named, whether or not it travels with the letter."""

    name: str = ""
    size: int = 0  # octets


@dataclass(frozen=True, slots=True)
class RecentTicket:
    """An earlier ticket of the same customer."""

    number: int = 0
    subject: str = ""
    status: str = ""
    at: str | None = None  # when it was opened, RFC 3339


@dataclass(frozen=True, slots=True)
class SolvedBefore:
    """A ticket of the department that was solved and seems to be about the same."""

    number: int = 0
    subject: str = ""
    who: str = ""  # who answered
    line: str = ""  # what their answer begins with
    href: str = omitted("")  # drafts it


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """What of a mail was not done, why not, and what may have been meant."""

    text: str = ""
    why: Words = ""
    nearest: str = ""


@dataclass(frozen=True, slots=True)
class MailInDoubt:
    """A mail in an agent's name that nothing proves, as a line of the question about several."""

    n: int = 0
    mail: int = hidden(0)
    subject: str = ""
    at: str | None = None  # when it arrived, RFC 3339
    text: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """Weekdays (Monday is 0) with the same hours, each from and to a minute of the day."""

    days: tuple[int, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class PromisedAnswer:
    """When an answer may be expected: `seconds` of working time, 0 when nothing is promised."""

    seconds: int = 0
    usual: bool = False  # it is what really happened lately, where that is longer than the promise
    hours: tuple[OpeningHours, ...] = ()
    by: str | None = omitted(None, shown="")  # the time told for the promise, RFC 3339; none for what is usual


@dataclass(frozen=True, slots=True)
class LetterFigure:
    """A figure of a period, beside the one before."""

    label: str = ""
    value: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a chart; `share` of the longest, 0 to 1."""

    label: str = ""
    value: str = ""
    share: float = 0.0


@dataclass(frozen=True, slots=True)
class Chart:
    """A few bars under a title."""

    title: str = ""
    bars: tuple[Bar, ...] = ()


@dataclass(frozen=True, slots=True)
class FigureTable:
    """Figures in rows and columns."""

    title: str = ""
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class AskedFor:
    """A question of an agent, as they wrote it."""

    name: str = ""
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Joining:
    """Since when somebody takes part."""

    address: str = ""
    since: str = ""  # RFC 3339


@dataclass(frozen=True, slots=True)
class Gathering:
    """Tickets that a command is about beside its own: looked up when its agent is asked, and no others afterwards."""

    command: str = ""
    department: str = ""
    name: str = ""  # of the tag
    words: str = ""  # they hold
    numbers: tuple[int, ...] | None = omitted(None)  # not looked up yet
    event: int = 0  # the newest line of the journal then


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a text that was changed."""

    kind: str = "kept"  # or "gone", "new"
    text: str = ""


RECORDS = (
    Person, Fact, TicketRow, CallersTicket, Section, ArticleLink, WholeArticle, NamedFile, RecentTicket, SolvedBefore,
    RefusedLine, MailInDoubt,
    OpeningHours,
    PromisedAnswer, LetterFigure, Bar, Chart, FigureTable, AskedFor, Joining, Gathering, Passage,
)  # fmt: skip
