"""Every kind of letter there is: those to customers, and those to agents, experts and the admin."""

from __future__ import annotations

from mailgate.core.model.canned import Drafted
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

TO_CUSTOMERS: tuple[type[Content], ...] = (
    Ack, Answer, Taken, Waiting, Transferred, Reopened, Delayed, Nudge, Closing, Solved, StatusReport, VoteThanks,
    ArticleSent,
)  # fmt: skip
INSIDE: tuple[type[Content], ...] = (
    Notice, Drafted, Receipt, TraineesAnswer, Coached, Question, WasItYou, Handover, Escalated, Reminded, ExpertAsked,
    Forwarded, Digest, PeriodLetter, Alarm, Welcome,
)  # fmt: skip
