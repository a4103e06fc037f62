"""Every kind of letter there is, to customers and to the house, and why an agent gets it."""

from __future__ import annotations

from dataclasses import dataclass

from mailgate.core.model.canned import ArticleDrafted, Drafted
from mailgate.core.model.coaching import Coached, TraineesAnswer
from mailgate.core.model.content import (
    Ack,
    Alarm,
    Answer,
    ArticleSent,
    Closing,
    Content,
    Delayed,
    Digest,
    Escalated,
    ExpertAsked,
    Forwarded,
    Handover,
    Notice,
    Nudge,
    PeriodLetter,
    Question,
    Receipt,
    Reminded,
    Reopened,
    Solved,
    StatusReport,
    Taken,
    Transferred,
    VoteThanks,
    Waiting,
    WasItYou,
    Welcome,
)
from mailgate.core.model.said import Words
from mailgate.core.model.shown import CallersTicket, omitted


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyLetter(Content):
    """To the person themselves: was it you (`ask_export`, `ask_erase`), here it is (`copy`), it goes (`erased`)."""

    TEMPLATE = "privacy"
    stage: str = ""

    @property
    def asks(self) -> str:
        """What it asks to confirm: "export", "erase", or "" for a letter that asks nothing."""
        return self.stage.removeprefix("ask_") if self.stage.startswith("ask_") else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginLetter(Content):
    """A way in to the board, for one agent; the link and the digits are made of the letter when it is written."""

    TEMPLATE = "login"
    href: str = omitted("")
    digits: str = omitted("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ringing(Content):
    """An agent's telephone rings: everybody it may be, none of them chosen, and their open tickets."""

    TEMPLATE = "ringing"
    caller: str = ""  # their number; "" for a hidden one
    called: str = omitted("")
    people: tuple[str, ...] = omitted(())
    open_tickets: tuple[CallersTicket, ...] = omitted(())


TO_CUSTOMERS: tuple[type[Content], ...] = (
    Ack, Answer, Taken, Waiting, Transferred, Reopened, Delayed, Nudge, Closing, Solved, StatusReport, VoteThanks,
    ArticleSent, PrivacyLetter,
)  # fmt: skip
INSIDE: tuple[type[Content], ...] = (
    Notice, Drafted, ArticleDrafted, Receipt, TraineesAnswer, Coached, Question, WasItYou, Handover, Escalated,
    Reminded, ExpertAsked, Forwarded, Digest, PeriodLetter, Alarm, Welcome, LoginLetter, Ringing,
)  # fmt: skip


def why(content: Content) -> Words:
    """Why an agent gets such a letter (X-Mailgate-Reason), as a short code; its template where no more is known."""
    match content:
        case Notice(why=why) | Question(why=why) | Handover(why=why) | Escalated(why=why) | Reminded(why=why):
            return why or content.template
        case Forwarded(why=why) | Digest(why=why) | PeriodLetter(why=why):
            return why or content.template
    return content.template
