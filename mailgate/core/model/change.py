"""The vocabulary of decisions: what may happen to a ticket, to a mail and beside them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from mailgate.core.model.effect import (
    AddAlias,
    CancelLetters,
    Effect,
    EndSessions,
    JudgeWave,
    KeepArticle,
    LinkContacts,
    RevokeLists,
    SaveReply,
    SetAway,
    Unpark,
    Vote,
    WatchTags,
)
from mailgate.core.model.facts import Absence, Alike, Facts, Needs, SentLetter, WhyParked
from mailgate.core.model.mail import Address, Attachment
from mailgate.core.model.outage import SetIncident, SetNews
from mailgate.core.model.outbound import Audience, Outbound, Urgency
from mailgate.core.model.ticket import EntryKind, Priority, Status
from mailgate.core.model.trace import Trace

__all__ = [
    "Absence", "AddAlias", "Audience", "CancelLetters", "Effect", "EndSessions", "Facts", "JudgeWave", "KeepArticle",
    "LinkContacts", "Needs", "Outbound", "RevokeLists", "SaveReply", "SentLetter", "SetAway", "SetIncident", "SetNews",
    "Unpark", "Urgency", "Vote", "WatchTags", "WhyParked",
]  # fmt: skip

# --- what may happen to a ticket -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """A new ticket; the store draws its number."""

    subject: str
    department: str
    requester: Address
    participants: tuple[Address, ...] = ()  # without the requester
    language: str = "en"
    priority: Priority = Priority.NORMAL
    sla: str | None = None
    departments: tuple[str, ...] = ()  # others told


@dataclass(frozen=True, slots=True)
class AddEntry:
    """Words in the thread; `of_mail` ties it to the mail being processed, its digest and Message-IDs included."""

    kind: EntryKind
    author: str
    author_name: str
    text: str
    quoted: str = ""
    html: str = ""
    attachments: tuple[Attachment, ...] = ()
    unverified: bool = False
    of_mail: bool = True
    title: str = ""  # the subject, where the customer has written another than the ticket's
    only: str = ""  # the canonical address of the one person an answer goes to


@dataclass(frozen=True, slots=True)
class SetStatus:
    """A new status, for `hold` and `waiting` optionally until a time."""

    status: Status
    until: datetime | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Assign:
    """The owner, None releases."""

    agent: str | None


@dataclass(frozen=True, slots=True)
class Move:
    """To another department."""

    department: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Tell:
    """A further department is told of the ticket."""

    department: str


@dataclass(frozen=True, slots=True)
class SetPriority:
    """A new priority."""

    priority: Priority


@dataclass(frozen=True, slots=True)
class Tag:
    """Tags added and removed."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SetField:
    """A named value; "" removes it."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class SetSubject:
    """A new title."""

    subject: str


@dataclass(frozen=True, slots=True)
class SetSla:
    """Another promise applies."""

    sla: str | None


@dataclass(frozen=True, slots=True)
class Watch:
    """An agent follows the ticket, or no longer."""

    agent: str
    on: bool = True


@dataclass(frozen=True, slots=True)
class Join:
    """Somebody takes part from now on."""

    address: Address


@dataclass(frozen=True, slots=True)
class Leave:
    """Somebody no longer takes part."""

    address: str


@dataclass(frozen=True, slots=True)
class SetRequester:
    """The ticket is somebody else's."""

    address: Address


class LinkKind(StrEnum):
    """How two tickets belong together."""

    LINK = "link"  # an agent said so
    MENTION = "mention"  # a stranger to the other named it
    CONTINUES = "continues"  # the other was solved too long ago to be opened again
    SPLIT = "split"  # taken out of the other


@dataclass(frozen=True, slots=True)
class LinkTo:
    """A connection with another ticket."""

    number: int
    kind: LinkKind = LinkKind.LINK


@dataclass(frozen=True, slots=True)
class MergeInto:
    """This ticket's thread goes into another one."""

    number: int


@dataclass(frozen=True, slots=True)
class SplitOff:
    """An entry leaves this ticket for a new one that is opened in the same decision."""

    entry: int


@dataclass(frozen=True, slots=True)
class Unlink:
    """The connection with another ticket is taken back."""

    number: int


@dataclass(frozen=True, slots=True)
class Unmerge:
    """This ticket leaves the one it went into, with its own thread, people and status (undo)."""


@dataclass(frozen=True, slots=True)
class Withdraw:
    """An agent's words that never left become a note (undo)."""

    entry: int


@dataclass(frozen=True, slots=True)
class SetDue:
    """A deadline: `first_response`, `resolve` or `manual`; None ends or clears it."""

    which: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class SetEscalation:
    """A step of escalation done, for that deadline; the next one comes at `next_at`."""

    level: int
    next_at: datetime | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Remind:
    """A reminder for an agent; `at` None clears their reminders on the ticket."""

    agent: str
    at: datetime | None
    text: str = ""


@dataclass(frozen=True, slots=True)
class RevokeTokens:
    """Tokens issued to this agent for this ticket up to now prove nothing any more."""

    agent: str
    why: str


@dataclass(frozen=True, slots=True)
class Bounced:
    """A delivery of ours failed or is late."""

    message_id: str
    address: str
    status: str
    diagnostic: str
    lasting: bool


@dataclass(frozen=True, slots=True)
class Ban:
    """What an address or a `@domain` sends is spam until then (aware UTC); None takes it in again.

    What the admin banned stays as it is: that is no agent's to change.
    """

    pattern: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class JoinWave:
    """The ticket waits with its like for a word of the lead: its letters are not written before."""

    wave: str
    sketch: tuple[int, ...]
    ack: str = ""  # the acknowledgement that is owed, by its template
    told: bool = False  # its notices have left already


@dataclass(frozen=True, slots=True)
class Journal:
    """A fact for the history that changes nothing else."""

    kind: str
    new: str = ""
    old: str = ""


Change = (
    OpenTicket | AddEntry | SetStatus | Assign | Move | Tell | SetPriority | Tag | SetField | SetSubject | SetSla
    | Watch | Join | Leave | SetRequester | LinkTo | MergeInto | SplitOff | SetDue | SetEscalation | Remind
    | RevokeTokens | Bounced | Ban | JoinWave | Journal | Unlink | Unmerge | Withdraw
)  # fmt: skip

# --- the output of thinking -------------------------------------------------------------------------------------------


class Fate(StrEnum):
    """What became of a mail: every mail gets exactly one."""

    FILED = "filed"
    DUPLICATE = "duplicate"
    DROPPED = "dropped"
    PARKED = "parked"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class Step:
    """One ticket with what happens to it; `ticket` None means the one the first change opens."""

    ticket: int | None
    changes: tuple[Change, ...] = ()
    outbound: tuple[Outbound, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """The output of thinking: data, applied whole or not at all."""

    fate: Fate
    reason: str  # a short code: "new", "reply", "duplicate", "bounce", ...
    steps: tuple[Step, ...] = ()
    letters: tuple[Outbound, ...] = ()  # those that belong to no ticket
    parking: WhyParked | None = None
    actor: str = "mailgate"  # the agent's name or the customer's address, for the journal
    trace: Trace = field(default_factory=Trace)  # for `explain`
    effects: tuple[Effect, ...] = ()
    alike: Alike | None = None  # somebody new's mail, to be counted with its like
