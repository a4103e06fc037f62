"""What a decision does beside tickets: to parked mail, to agents and customers, to letters that wait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mailgate.core.model.outage import AnswerAll, SetIncident, SetNews, StopAnswers


@dataclass(frozen=True, slots=True)
class Unpark:
    """A parked mail is settled: `released` (process again with `as_agent`, `mode`) or `dropped`."""

    mail: int
    released: bool
    as_agent: str = ""
    mode: str = ""  # "commands", "words", "all": what of it to do
    by: str = ""  # the Message-ID of the receipt whose answer releases it
    why: str = "thrown-away"  # of a dropped one


@dataclass(frozen=True, slots=True)
class SetAway:
    """An absence, in place of others on its days (in UTC); without `start` those begun by `until` (None: all) end."""

    agent: str
    start: datetime | None
    until: datetime | None = None
    cover: str = ""


@dataclass(frozen=True, slots=True)
class AddAlias:
    """A further address of an agent, learnt by their own confirmation."""

    agent: str
    address: str


@dataclass(frozen=True, slots=True)
class SaveReply:
    """A canned answer kept under a name."""

    name: str
    language: str
    text: str
    agent: str


@dataclass(frozen=True, slots=True)
class KeepArticle:
    """An article an agent wrote: it waits for a lead, or `stands` from now on in place of one of its name."""

    name: str
    language: str
    title: str
    text: str
    agent: str
    stands: bool


@dataclass(frozen=True, slots=True)
class WatchTags:
    """An agent hears of every ticket with these tags, or no longer; `every` ends all of theirs."""

    agent: str
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    every: bool = False


@dataclass(frozen=True, slots=True)
class EndSessions:
    """Nobody is logged in as this agent any more, and no letter of theirs logs in."""

    agent: str


@dataclass(frozen=True, slots=True)
class Vote:
    """A customer's 0-10 answer to the survey."""

    ticket: int
    score: int
    comment: str = ""


@dataclass(frozen=True, slots=True)
class LinkContacts:
    """Two addresses are the same person's."""

    one: str
    other: str


@dataclass(frozen=True, slots=True)
class RevokeLists:
    """Tokens of letters to this agent about no ticket (lists, digests) prove nothing any more."""

    agent: str


@dataclass(frozen=True, slots=True)
class JudgeWave:
    """A word about a wave that waits: "spam" or "real"; the clock carries it out, and a second word changes nothing."""

    wave: str
    verdict: str


@dataclass(frozen=True, slots=True)
class CancelLetters:
    """Unsent letters are taken back (undo), or gathered into another one."""

    letters: tuple[int, ...]
    why: str = "taken_back"


Effect = (
    Unpark | SetAway | AddAlias | SaveReply | KeepArticle | WatchTags | EndSessions | Vote | LinkContacts | RevokeLists
    | CancelLetters | JudgeWave | SetNews | SetIncident | AnswerAll | StopAnswers
)  # fmt: skip
