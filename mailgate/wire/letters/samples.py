"""Sample letters, one for every template, to try templates with before a customer does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from mailgate.core.letters.letter import DueLetter
from mailgate.core.letters.views import VARIABLES
from mailgate.core.model.change import Audience, Urgency
from mailgate.core.model.mail import Address, Attachment
from mailgate.core.model.policy import Agent, Calendar, Department, Key, LetterPolicy, Policy, Role
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

_ROWS: list[dict[str, Any]] = [
    {"n": 1, "number": 1042, "subject": "The lamp does not light up", "who": "Maija Virtanen", "department": "support",
     "status": "open", "owner": "Anna Korhonen", "priority": "urgent", "due": (NOW - timedelta(hours=2)).isoformat()},
    {"n": 2, "number": 1047, "subject": "Faktura za październik – prośba o korektę", "who": "Łukasz Żak",
     "department": "support", "status": "new", "owner": "", "priority": "normal",
     "due": (NOW + timedelta(hours=5)).isoformat()},
    {"n": 3, "number": 1051, "subject": "Jautājums par piegādi uz Rīgu", "who": "Jānis Bērziņš",
     "department": "support", "status": "waiting", "owner": "Bo Lund", "priority": "high", "due": None},
]  # fmt: skip
_PROMISE = {"seconds": 3 * 3600, "usual": True, "hours": [{"days": [0, 1, 2, 3, 4], "spans": [[540, 1020]]}]}

CONTEXTS: Mapping[str, Mapping[str, Any]] = {
    "ack": {"promise": _PROMISE, "show_subject": True,
            "articles": [{"title": "My lamp does not light up", "url": "https://acme.example/help/lamp"}]},
    "answer": {"text": "Hello Maija,\n\nthank you. That is the driver; a new lamp leaves our store today, and you may "
                       "keep the old one.\n\nAnna", "agent": "anna"},
    "taken": {"promise": ""},
    "delayed": {"promise": "We will write to you tomorrow at the latest."},
    "nudge": {"until": (NOW + timedelta(days=4)).isoformat()},
    "solved": {"survey": True, "reopen_days": 14},
    "status": {"refused": ""},
    "vote_thanks": {"score": 9},
    "notice": {
        "why": "reply", "from": {"name": MAIJA.name, "address": MAIJA.addr}, "mentions": [1017],
        "proposed": ["timo@customer.example"], "attachments": [{"name": "lamp.jpg", "size": 284_113}],
        "articles": [{"title": "My lamp does not light up", "url": ""}],
        "recent": [{"number": 1017, "subject": "Which bulb fits?", "status": "archived",
                    "at": (NOW - timedelta(days=40)).isoformat()}],
    },
    "receipt": {
        "parked": True, "understood": ["#tag +refund"], "text": "Your money is on its way.",
        "refused": [{"text": "#colse", "why": "there is no such command", "nearest": "#close"}],
    },
    "question": {"title": "#mine", "rows": _ROWS, "more": 4},
    "was_it_you": {"vouch": "mx.acme.example", "subject": "Re: [#1042] Lamp #close", "address": "anna@acme.example",
                   "at": NOW.isoformat(), "text": "Done, thanks. #close"},
    "handover": {"by": "Bo Lund", "why": "You know the L-200 best.", "text": "The customer has been very patient.",
                 "attachments": [{"name": "lamp.jpg", "size": 284_113}]},
    "escalation": {"which": "first_response", "due_at": (NOW - timedelta(minutes=95)).isoformat(),
                   "notes": ["priority_urgent"]},
    "reminder": {"text": "Call the courier about the parcel."},
    "expert": {"question": "Is the driver of the L-200 known to fail after a week?", "by": "Anna Korhonen"},
    "digest": {"facts": [{"label": "Mine", "value": 3}, {"label": "Due today", "value": 1}],
               "sections": [{"title": "Overdue", "rows": _ROWS[:1]}, {"title": "Due today", "rows": _ROWS[1:2]}],
               "accounted": "41 in, 41 accounted for"},
    "report": {
        "title": "Week 47", "period": "16–22 November 2026", "before": "9–15 November 2026",
        "figures": [{"label": "Arrived", "value": "128", "before": "117"}, {"label": "Solved", "value": "131",
                    "before": "109"}, {"label": "First answer, median", "value": "1 h 12 min", "before": "1 h 40 min"}],
        "charts": [{"title": "Arrivals by weekday", "bars": [
            {"label": "Monday", "value": "41", "share": 1.0}, {"label": "Tuesday", "value": "30", "share": 0.73},
            {"label": "Wednesday", "value": "24", "share": 0.585}, {"label": "Sunday", "value": "0", "share": 0.0}]}],
        "tables": [{"title": "By agent", "head": ["Agent", "Answers", "Solved", "NPS"],
                    "rows": [["Anna Korhonen", "64", "61", "72"], ["Bo Lund", "58", "55", "68"]]}],
    },
    "alarm": {"title": "A mail is in quarantine", "text": "Mail 4711 from maija@customer.example could not be read.",
              "remedy": "mailgate quarantine retry 4711", "facts": [{"label": "Waiting", "value": 1}]},
    "welcome": {"desk_address": "support+anna.k7q2m4x5c9wz@acme.example"},
}  # fmt: skip
_TO_CUSTOMERS = tuple(VARIABLES)[: tuple(VARIABLES).index("notice")]
_WITHOUT_TICKET = ("question", "digest", "report", "alarm", "welcome")
_PURPOSES = {"notice": "customer", "receipt": "release", "was_it_you": "release", "question": "question"}


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
    return Audience.CUSTOMER if template in _TO_CUSTOMERS or template not in VARIABLES else Audience.AGENT


def due(template: str, language: str = "en") -> DueLetter:
    """A claimed letter of that template, full of plausible things."""
    reader = audience(template)
    to = {Audience.CUSTOMER: MAIJA, Audience.EXPERT: Address("expert@lab.example", "Dr. Ilze Kalniņa")}.get(
        reader, Address("anna@acme.example", "Anna Korhonen")
    )
    agent = "anna" if reader is Audience.AGENT else ""
    purpose = _PURPOSES.get(template, "note" if agent else "ack")
    about = None if template in _WITHOUT_TICKET else ticket(language)
    kind = Token(about.number if about else None, reader.value, 1 if agent else 0, purpose, "samplexx")
    answers = "<CAF-sample@mail.customer.example>" if reader is Audience.CUSTOMER else ""
    return DueLetter(
        id=1, ticket=about, template=template, audience=reader.value, agent=agent, purpose=purpose,
        department="support", language=language, subject="", to=(to,), cc=(),
        message_id=token.message_id(token.mint(_KEY, kind, "id"), POLICY.domain), in_reply_to=answers,
        references=(answers,) if answers else (), context=dict(CONTEXTS.get(template, CONTEXTS["ack"])),
        attachments=(), urgency=Urgency.ACK if template == "ack" else Urgency.NOTICE, created_at=NOW, rendered=None,
    )  # fmt: skip
