"""Sample letters, one for every template, to try templates with before a customer does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from mailgate.core.letters import row_values
from mailgate.core.letters.letter import DueLetter
from mailgate.core.model.change import Audience, Urgency
from mailgate.core.model.content import (
    INSIDE,
    Ack,
    Alarm,
    Answer,
    Content,
    Digest,
    Escalated,
    ExpertAsked,
    Handover,
    Notice,
    Nudge,
    PeriodLetter,
    Question,
    Receipt,
    Reminded,
    Solved,
    VoteThanks,
    WasItYou,
    Welcome,
)
from mailgate.core.model.mail import Address, Attachment
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.policy import Agent, Calendar, Department, Key, LetterPolicy, Policy, Role
from mailgate.core.model.shown import (
    ArticleLink,
    Bar,
    Chart,
    Fact,
    FigureTable,
    LetterFigure,
    NamedFile,
    OpeningHours,
    Person,
    PromisedAnswer,
    RecentTicket,
    RefusedLine,
    Section,
    TicketRow,
)
from mailgate.core.model.ticket import Due, Entry, EntryKind, Priority, Status, Ticket
from mailgate.core.proof import token
from mailgate.core.proof.token import Token

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)  # a Monday
_KEY = Key("s1", b"sample key, never used to sign a letter")
_WEEK = (((540, 1020),),) * 5 + ((), ())
MAIJA = Address("maija.virtanen@customer.example", "Maija Virtanen")

POLICY = Policy(
    name="Acme",
    domain="acme.example",
    departments=(
        Department("support", ("support@acme.example",), Address("support@acme.example", "Acme Support"),
                   calendar="office", lead="anna", signature="Acme Support\nhttps://acme.example/help"),
    ),
    keys=(_KEY,),
    instance="acme",
    agents=(
        Agent(1, "anna", "anna@acme.example", full_name="Anna Korhonen", role=Role.LEAD, timezone="Europe/Helsinki"),
        Agent(2, "bo", "bo@acme.example", full_name="Bo Lund", timezone="Europe/Helsinki"),
    ),
    admin="root@acme.example",
    timezone="Europe/Helsinki",
    calendars=(Calendar("office", "Europe/Helsinki", _WEEK),),
    letters=LetterPolicy(),
)  # fmt: skip

_FILES = (
    Attachment("lamp.jpg", "image/jpeg", 284_113, "0" * 64, "2"),
    Attachment("receipt 2026-11.pdf", "application/pdf", 48_220, "1" * 64, "3"),
)
_FIRST = (
    "Hello,\n\nthe lamp I bought last week does not light up any more. I have tried another bulb.\n\n"
    "Can you help?\n\nMaija"
)
_ENTRIES = (
    Entry(1, EntryKind.CUSTOMER, MAIJA.addr, MAIJA.name, NOW - timedelta(days=1, hours=2), _FIRST, attachments=_FILES),
    Entry(2, EntryKind.NOTE, "bo", "Bo Lund", NOW - timedelta(hours=5), "Same batch as last month, I think."),
    Entry(3, EntryKind.AGENT, "anna", "Anna Korhonen", NOW - timedelta(hours=3),
          "Hello Maija,\n\nI am sorry about that. Does the switch click when you press it?\n\nAnna"),
    Entry(4, EntryKind.CUSTOMER, MAIJA.addr, MAIJA.name, NOW - timedelta(minutes=12),
          "Yes, it clicks, but the light stays off.\n\n  model: L-200\n  bought: 14 November\n\nMaija"),
)  # fmt: skip

_ROWS = (
    TicketRow(1, 1042, "The lamp does not light up", "Maija Virtanen", "support", "open", "Anna Korhonen", "urgent",
              (NOW - timedelta(hours=2)).isoformat()),
    TicketRow(2, 1047, "Faktura za październik – prośba o korektę", "Łukasz Żak", "support", "new", "", "normal",
              (NOW + timedelta(hours=5)).isoformat()),
    TicketRow(3, 1051, "Jautājums par piegādi uz Rīgu", "Jānis Bērziņš", "support", "waiting", "Bo Lund", "high"),
)  # fmt: skip
_PROMISE = PromisedAnswer(3 * 3600, usual=True, hours=(OpeningHours((0, 1, 2, 3, 4), ((540, 1020),)),))
_LAMP = NamedFile("lamp.jpg", 284_113)

_ACK = Ack(promise=_PROMISE, show_subject=True,
           articles=(ArticleLink("My lamp does not light up", "https://acme.example/help/lamp"),))  # fmt: skip

CONTENTS: Mapping[str, Content] = {one.template: one for one in (
    _ACK,
    Answer(text="Hello Maija,\n\nthank you. That is the driver; a new lamp leaves our store today, and you may "
                "keep the old one.\n\nAnna", agent="anna"),
    Nudge(until=(NOW + timedelta(days=4)).isoformat()),
    Solved(survey="scale"),
    VoteThanks(score=9),
    Notice(
        why="reply", from_=Person(MAIJA.name, MAIJA.addr), mentions=(1017,), proposed=("timo@customer.example",),
        attachments=(_LAMP,), articles=(ArticleLink("My lamp does not light up"),),
        recent=(RecentTicket(1017, "Which bulb fits?", "archived", (NOW - timedelta(days=40)).isoformat()),),
    ),
    Receipt(parked=True, understood=("#tag +refund",), text="Your money is on its way.", to=("maija@customer.example",),
            refused=(RefusedLine("#colse", "there is no such command", "#close"),)),
    Question(title="#mine", rows=_ROWS, more=4),
    WasItYou(vouch="mx.acme.example", subject="Re: [#1042] Lamp #close", address="anna@acme.example",
             at=NOW.isoformat(), text="Done, thanks. #close"),
    Handover(by="Bo Lund", why="You know the L-200 best.", text="The customer has been very patient.",
             attachments=(_LAMP,)),
    Escalated(due_at=(NOW - timedelta(minutes=95)).isoformat(), notes=("priority_urgent",)),
    Reminded(text="Call the courier about the parcel.", why=""),
    ExpertAsked(question="Is the driver of the L-200 known to fail after a week?", by="Anna Korhonen"),
    Digest(sections=(Section("Overdue", _ROWS[:1]), Section("Due today", _ROWS[1:2])),
           accounted="41 in, 41 accounted for"),
    PeriodLetter(
        title="Week 47", period="16–22 November 2026", before="9–15 November 2026", why="",
        figures=(LetterFigure("Arrived", "128", "117"), LetterFigure("Solved", "131", "109"),
                 LetterFigure("First answer, median", "1 h 12 min", "1 h 40 min")),
        charts=(Chart("Arrivals by weekday", (
            Bar("Monday", "41", 1.0), Bar("Tuesday", "30", 0.73), Bar("Wednesday", "24", 0.585), Bar("Sunday", "0"))),),
        tables=(FigureTable("By agent", ("Agent", "Answers", "Solved", "NPS"),
                            (("Anna Korhonen", "64", "61", "72"), ("Bo Lund", "58", "55", "68"))),),
    ),
    Alarm(title="A mail is in quarantine", text="Mail 4711 from maija@customer.example could not be read.",
          remedy="mailgate quarantine retry 4711", facts=(Fact("Waiting", "1"),)),
    Welcome(desk_address="support+anna.k7q2m4x5c9wz@acme.example"),
)}  # fmt: skip
_WITHOUT_TICKET = ("question", "digest", "report", "alarm", "welcome")
_PURPOSES = {
    "notice": Purpose.CUSTOMER,
    "receipt": Purpose.RELEASE,
    "was_it_you": Purpose.RELEASE,
    "question": Purpose.QUESTION,
}


def ticket(language: str = "en") -> Ticket:
    """Ticket 1042 in the middle of its life."""
    return Ticket(
        1042, "The lamp does not light up", Status.OPEN, "support", MAIJA, NOW - timedelta(days=1, hours=2), NOW,
        owner="anna", priority=Priority.HIGH, tags=("warranty",), language=language, participants=(MAIJA,),
        due=Due(first_response=NOW + timedelta(hours=2)), entries=_ENTRIES,
    )  # fmt: skip


def audience(template: str) -> Audience:
    """Who reads letters of a template; names we do not know are acknowledgements of the admin's own."""
    if template in ("expert", "forward"):
        return Audience.EXPERT
    if template == "alarm":
        return Audience.ADMIN
    inside = row_values.TEMPLATES.get(template) in INSIDE
    return Audience.AGENT if inside else Audience.CUSTOMER


def content(template: str) -> Content:
    """What a letter of that template says."""
    known = CONTENTS.get(template)
    if known is None and template not in row_values.TEMPLATES:
        known = replace(_ACK, named=template)
    return known or row_values.from_plain(template, {})


def due(template: str, language: str = "en") -> DueLetter:
    """A claimed letter of that template, full of plausible things."""
    reader = audience(template)
    to = {Audience.CUSTOMER: MAIJA, Audience.EXPERT: Address("expert@lab.example", "Dr. Ilze Kalniņa")}.get(
        reader, Address("anna@acme.example", "Anna Korhonen")
    )
    agent = "anna" if reader is Audience.AGENT else ""
    purpose = _PURPOSES.get(template, Purpose.NOTE if agent else Purpose.ACK)
    about = None if template in _WITHOUT_TICKET else ticket(language)
    kind = Token(about.number if about else None, reader, 1 if agent else 0, purpose, "samplexx")
    answers = "<CAF-sample@mail.customer.example>" if reader is Audience.CUSTOMER else ""
    return DueLetter(
        id=1, ticket=about, content=content(template), audience=reader, agent=agent, purpose=purpose,
        department="support", language=language, subject="", to=(to,), cc=(),
        message_id=token.message_id(token.mint(_KEY, kind, token.Carrier.ID), POLICY.domain), in_reply_to=answers,
        references=(answers,) if answers else (), attachments=(), created_at=NOW, rendered=None,
        urgency=Urgency.ACK if template == "ack" else Urgency.NOTICE,
    )  # fmt: skip
