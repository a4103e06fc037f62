"""What each letter says beside its ticket: one record a template, whose fields are all that the template may show."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from mailgate.core.model.said import Words
from mailgate.core.model.shown import (
    ArticleLink,
    AskedFor,
    Chart,
    Fact,
    FigureTable,
    Gathering,
    Joining,
    LetterFigure,
    MailInDoubt,
    NamedFile,
    Person,
    PromisedAnswer,
    RecentTicket,
    RefusedLine,
    Section,
    SolvedBefore,
    TicketRow,
    WholeArticle,
    hidden,
    omitted,
)


class Content:
    """What a letter says. Times are text (RFC 3339); its default is what a row without the field means."""

    __slots__ = ()
    TEMPLATE: ClassVar[str]

    @property
    def template(self) -> str:
        """The template that words it: `templates/TEMPLATE.html`."""
        return self.TEMPLATE

    @property
    def headline(self) -> Words:
        """The subject of a letter that is about no ticket and was given none; "" leaves it to the template."""
        return ""


# --- to customers -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack(Content):
    """A ticket has been opened; `named` is an acknowledgement of the admin's own, which a rule asks for."""

    TEMPLATE = "ack"
    named: str = field(default=TEMPLATE, metadata={"hidden": True, "row": False})
    show_subject: bool = False  # the sender is known: their words may be echoed
    writer: str = hidden("")  # whose mail it answers, as a canonical address
    promise: PromisedAnswer | None = field(default=None, metadata={"shown": ""})
    news: str = omitted("")  # what the department tells everybody who writes
    articles: tuple[ArticleLink, ...] = omitted(())

    @property
    def template(self) -> str:
        """Its own, or the admin's."""
        return self.named


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Content):
    """An agent has answered."""

    TEMPLATE = "answer"
    agent: str = hidden("")
    text: str = ""
    html: str = ""
    canned: str = ""  # put above their words
    survey: str = omitted("")  # "scale", or the address of a form


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken(Content):
    """An agent has taken the ticket."""

    TEMPLATE = "taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting(Content):
    """We need the customer's answer."""

    TEMPLATE = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transferred(Content):
    """Another department has it now."""

    TEMPLATE = "transferred"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopened(Content):
    """The ticket is open again."""

    TEMPLATE = "reopened"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delayed(Content):
    """A promise is about to be missed, or was; which of the two it is shows when the letter is worded."""

    TEMPLATE = "delayed"
    due_at: str | None = omitted(None)  # the deadline; without one, as in rows of 0.1.0, it is over
    answer_by: str | None = omitted(None)  # the time told for it (`promise.told`); none for an agent's own deadline


@dataclass(frozen=True, slots=True, kw_only=True)
class Nudge(Content):
    """The customer has not answered."""

    TEMPLATE = "nudge"
    until: str | None = None  # when the ticket is let go


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing(Content):
    """Closed, since the customer did not answer."""

    TEMPLATE = "closing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved(Content):
    """The ticket is solved."""

    TEMPLATE = "solved"
    survey: str = ""  # "scale", or the address of a form
    reopen_days: int = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReport(Content):
    """What a customer asked about their own ticket."""

    TEMPLATE = "status"
    refused: Words = ""
    show_subject: bool = hidden(default=False)
    # found when it is worded
    due_at: str | None = omitted(None)  # of what was promised, where we are to write next
    answer_by: str | None = omitted(None)  # the time told for it (`promise.told`)
    text: str = omitted("")  # our last words
    author: str = omitted("")  # whose they are
    at: str | None = omitted(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleSent(Content):
    """The customer asked for an article that an acknowledgement named."""

    TEMPLATE = "article"
    name: str = hidden("")
    title: str = ""
    text: str = ""
    html: str = omitted("")  # made of the text when it is worded
    href: str = omitted("")  # says that it helped


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteThanks(Content):
    """The customer voted."""

    TEMPLATE = "vote_thanks"
    score: int | None = None


# --- to agents, experts and the admin ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice(Content):
    """Something happened to a ticket; what is shown of its newest words and of its customer is found at dispatch."""

    TEMPLATE = "notice"
    from_: Person | None = field(default=None, metadata={"omitted": True, "shown": Person()})
    why: str = ""
    text: str = omitted("")
    came_from: str = omitted("")  # the address behind Reply-To
    asks_for: str = omitted("")  # a new Reply-To
    looks_like: str = omitted("")  # whose mail it seems to be that a colleague passed on
    automatic: str = omitted("")
    mentions: tuple[int, ...] = omitted(())
    notes: tuple[Words, ...] = omitted(())
    unverified: bool = omitted(default=False)
    proposed: tuple[str, ...] | None = omitted(None, shown=())
    failed: bool = omitted(default=False)  # a border says that the sender did not write it
    recent: tuple[RecentTicket, ...] = omitted(())
    attachments: tuple[NamedFile, ...] = omitted(())
    articles: tuple[ArticleLink, ...] = omitted(())
    solved_before: tuple[SolvedBefore, ...] = omitted(())
    joined: tuple[Joining, ...] = omitted((), hidden=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt(Content):
    """A mail of the agent was carried out, or parked."""

    TEMPLATE = "receipt"
    parked: bool = omitted(default=False)
    ticket: int | None = omitted(0, hidden=True)  # of a parked mail; None: none is known
    understood: tuple[str, ...] | None = omitted(None, shown=())
    meant: tuple[str, ...] = omitted(())  # the commands that "do" would carry out
    refused: tuple[RefusedLine, ...] | None = omitted(None, shown=())
    done: tuple[Words, ...] | None = omitted(None, shown=())
    numbers: tuple[int, ...] | None = omitted(None, hidden=True)  # the tickets it speaks of
    newer: str = omitted("")  # what the customer wrote meanwhile; in the row a mark that asks for it
    text: str | None = omitted(None, shown="")
    author: str = omitted("", hidden=True)  # the agent whose words wait, where another is asked
    to: tuple[str, ...] | None = omitted(None, shown=())  # whom those words would reach
    corrected: str = omitted("")  # where a plain reply, a parked mail's correction, goes: customer, nobody, note, waits
    corrected_to: tuple[str, ...] = omitted(())  # and the customers it reaches
    wordless: bool = omitted(default=False, hidden=True)  # nothing but commands waits: better ones take its place
    asks: tuple[Words, ...] | None = omitted(None, shown=())
    coach: str = omitted("")  # who is asked whether a trainee's answer leaves; this is the trainee's own receipt
    looks_like: str = omitted("")  # whose mail it seems to be that the agent passed on
    gathers: Gathering | None = omitted(None, hidden=True)  # what a command that waits is about
    rows: tuple[TicketRow, ...] | None = omitted(None, shown=())  # the first of these tickets
    more: int = omitted(0)  # and how many others


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Content):
    """What an agent asked for, or a list that is answered by numbers."""

    TEMPLATE = "question"
    title: Words | None = omitted(None, shown="")
    why: str = omitted("", hidden=True)
    intro: Words | None = omitted(None, shown="")
    rows: tuple[TicketRow, ...] | None = omitted(None, shown=())
    facts: tuple[Fact, ...] | None = omitted(None, shown=())
    text: Words | None = omitted(None, shown="")
    more: int | None = omitted(None, shown=0)
    sections: tuple[Section, ...] | None = omitted(None, shown=())
    texts: tuple[WholeArticle, ...] = omitted(())
    actions: bool | None = omitted(None, shown=True)
    ask: tuple[AskedFor, ...] | None = omitted(None, hidden=True)  # not answered yet
    numbers: tuple[int, ...] | None = omitted(None, hidden=True)  # the tickets the mail spoke of
    notes: tuple[str, ...] | None = omitted(None, hidden=True)  # what of the text is for the house alone
    wave: str = omitted("", hidden=True)  # that it asks about
    hint: str = omitted("", hidden=True)  # the command that it proposes

    @property
    def headline(self) -> Words:
        """Its title."""
        return self.title or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WasItYou(Content):
    """A mail in the agent's name came without proof, or several did."""

    TEMPLATE = "was_it_you"
    n: int = omitted(0, hidden=True)
    mail: int = omitted(0, hidden=True)
    subject: str = ""
    at: str | None = None
    text: str = ""
    address: str = ""
    mails: tuple[MailInDoubt, ...] = ()
    more: int = omitted(0)
    vouch: str = ""  # who has to vouch for the answer too


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover(Content):
    """The ticket has a new owner, or a new department."""

    TEMPLATE = "handover"
    by: str = omitted("")
    to: str = omitted("")  # the department it went to, where nobody owns it yet
    why: Words = ""
    text: str | None = omitted(None, shown="")
    attachments: tuple[NamedFile, ...] = omitted(())


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalated(Content):
    """A deadline is near or over."""

    TEMPLATE = "escalation"
    which: str = "first_response"
    due_at: str | None = None
    notes: tuple[str, ...] = ()
    why: str = hidden("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminded(Content):
    """The agent asked for it with `#remind`."""

    TEMPLATE = "reminder"
    text: str = ""
    why: str = hidden("reminder")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpertAsked(Content):
    """Advice is wanted (`#ask`)."""

    TEMPLATE = "expert"
    expert: str = omitted("", hidden=True)  # an outsider's canonical address
    question: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarded(Content):
    """A rule or an agent (`#forward`) passes a customer's words on to an outside address."""

    TEMPLATE = "forward"
    expert: str = hidden("")
    why: str = hidden("rule")
    # by an agent: who, their own words, and the mail it is; by a rule it is the newest of the ticket
    agent: str = omitted("", hidden=True)
    above: str = omitted("")
    from_: Person | None = field(default=None, metadata={"omitted": True, "shown": Person()})
    at: str | None = omitted(None)
    text: str = omitted("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest(Content):
    """What waits."""

    TEMPLATE = "digest"
    title: Words = ""
    why: str = hidden("")
    sections: tuple[Section, ...] = ()
    accounted: Words | None = omitted(None, shown="")
    hint: str = omitted("", hidden=True)  # the command that it proposes

    @property
    def headline(self) -> Words:
        """Its title."""
        return self.title


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodLetter(Content):
    """The figures of a period."""

    TEMPLATE = "report"
    title: str = ""
    period: str = ""
    before: str = ""
    figures: tuple[LetterFigure, ...] = ()
    charts: tuple[Chart, ...] = ()
    tables: tuple[FigureTable, ...] = ()
    why: str = hidden("report")
    subject: Words = omitted("", hidden=True)

    @property
    def headline(self) -> Words:
        """Its own subject, else its title."""
        return self.subject or self.title


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm(Content):
    """Something needs the admin."""

    TEMPLATE = "alarm"
    title: Words = ""
    text: Words = ""
    remedy: Words | None = omitted(None, shown="")
    facts: tuple[Fact, ...] | None = omitted(None, shown=())

    @property
    def headline(self) -> Words:
        """Its title."""
        return self.title


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome(Content):
    """An agent is new."""

    TEMPLATE = "welcome"
    desk_address: str = ""
    coach: str = omitted("")  # who lets a trainee's answers go; "" for anybody else
    practice: str = omitted("")  # the department to practise in


def asks_how_it_went(content: Content) -> bool:
    """True when a survey stands in the letter, so that a bare number in answer to it is a vote."""
    return isinstance(content, Solved | Answer) and bool(content.survey)
