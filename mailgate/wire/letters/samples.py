"""Sample letters, one for every template, to try templates with before a customer does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from mailgate.core.channels import whereabouts
from mailgate.core.channels.channel import Channel
from mailgate.core.customers.customer import Customer
from mailgate.core.letters import row_values
from mailgate.core.letters.due import DueLetter
from mailgate.core.model.change import Audience, Urgency
from mailgate.core.model.content import Ack, Content, Receipt
from mailgate.core.model.letter_kinds import INSIDE
from mailgate.core.model.mail import Address, Attachment
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.policy import Agent, Calendar, Department, Key, LetterPolicy, Policy, Role
from mailgate.core.model.ticket import Due, Entry, EntryKind, Priority, Status, Ticket
from mailgate.core.pages.policy import WebPolicy
from mailgate.core.proof import token
from mailgate.core.proof.page import PageState
from mailgate.core.proof.token import Token
from mailgate.languages import LANGUAGES
from mailgate.wire.letters import sample_contents
from mailgate.wire.letters.sample_contents import NOW
from mailgate.wire.letters.sample_words import words_of

__all__ = ["MAIJA", "NOW", "POLICY", "audience", "cases", "content", "due", "ticket"]

_KEY = Key("s1", b"sample key, never used to sign a letter")
_WEEK = (((540, 1020),),) * 5 + ((), ())
MAIJA = Address(sample_contents.MAIJA.address, sample_contents.MAIJA.name)

CHAT = Channel("Chat", "support", window=timedelta(days=1))
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
        Agent(2, "bo", "bo@acme.example", full_name="Bo Lund", timezone="Europe/Helsinki", signature="Bo Lund"),
    ),
    admin="root@acme.example",
    timezone="Europe/Helsinki",
    languages=LANGUAGES,
    calendars=(Calendar("office", "Europe/Helsinki", _WEEK),),
    letters=LetterPolicy(links={"order": "https://shop.acme.example/orders/{order}"}, privacy="https://acme.example/privacy"),
    web=WebPolicy(on=True, url="https://help.acme.example"),
    channels=(CHAT,),
)  # fmt: skip

_FILES = (
    Attachment("lamp.jpg", "image/jpeg", 284_113, "0" * 64, "2"),
    Attachment("receipt 2026-11.pdf", "application/pdf", 48_220, "1" * 64, "3"),
)
_WITHOUT_TICKET = ("question", "digest", "report", "alarm", "welcome", "login")
_PURPOSES = {
    "notice": Purpose.CUSTOMER,
    "receipt": Purpose.RELEASE,
    "was_it_you": Purpose.RELEASE,
    "question": Purpose.QUESTION,
}


def ticket(language: str = "en") -> Ticket:
    """Ticket 1042 in the middle of its life."""
    spoken = words_of(language)
    entries = (
        Entry(1, EntryKind.CUSTOMER, MAIJA.addr, MAIJA.name, NOW - timedelta(days=1, hours=2), spoken.first,
              attachments=_FILES),
        Entry(2, EntryKind.NOTE, "bo", "Bo Lund", NOW - timedelta(hours=5), spoken.note),
        Entry(3, EntryKind.AGENT, "anna", "Anna Korhonen", NOW - timedelta(hours=3), spoken.asked),
        Entry(4, EntryKind.CUSTOMER, MAIJA.addr, MAIJA.name, NOW - timedelta(minutes=12), spoken.reply),
    )  # fmt: skip
    return Ticket(
        1042, spoken.subject, Status.OPEN, "support", MAIJA, NOW - timedelta(days=1, hours=2), NOW,
        owner="anna", priority=Priority.HIGH, tags=("warranty",), language=language, participants=(MAIJA,),
        due=Due(first_response=NOW + timedelta(hours=2)), entries=entries, fields={"order": "4711"},
    )  # fmt: skip


CUSTOMER = Customer(
    ("maija@virtanen.example",), "Maija Virtanen", "Virtanen Oy", "K-2041", tier="gold", agent="anna",
    links={"CRM": "https://crm.example/customers/2041"}, fields={"Contract": "A-17, 24/7"}, as_of=NOW,
)  # fmt: skip


def audience(template: str) -> Audience:
    """Who reads letters of a template; names we do not know are acknowledgements of the admin's own."""
    if template in ("expert", "forward"):
        return Audience.EXPERT
    if template == "alarm":
        return Audience.ADMIN
    inside = row_values.TEMPLATES.get(template) in INSIDE
    return Audience.AGENT if inside else Audience.CUSTOMER


def content(template: str, language: str = "en") -> Content:
    """What a letter of that template says."""
    known = sample_contents.first(template if template in row_values.TEMPLATES else "ack", language)
    return replace(known, named=template) if isinstance(known, Ack) else known


def cases(template: str, language: str = "en") -> tuple[DueLetter, ...]:
    """`due`, and the same with what cannot be shown at the same time."""
    full = due(template, language)
    more = sample_contents.contents(language).get(template, ())[1:]
    others = {"reminder": _on_hold, "notice": _by_chat}
    later = (replace(full, ticket=others[template](language)),) if template in others else ()
    return (full, *(replace(full, content=one, purpose=_purpose(one, full)) for one in more), *later)


def _by_chat(language: str) -> Ticket:
    """The same ticket of somebody who writes by chat."""
    them = Address(whereabouts.address_of(CHAT.key, "4711"), CHAT.names(MAIJA.name))
    return replace(ticket(language), requester=them, participants=(them,), last_customer_at=NOW)


def _on_hold(language: str) -> Ticket:
    """The same ticket later: under a new subject, escalated, linked, and put aside until tomorrow."""
    now = ticket(language)
    first, *others, last = now.entries
    quoted = "\n".join(f"> {line}" for line in first.text.split("\n"))
    renamed = replace(last, title=words_of(language).article, quoted=quoted)
    return replace(
        now, status=Status.HOLD, status_until=NOW + timedelta(days=1), escalation=1, links=(1017,),
        due=Due(resolve=NOW + timedelta(days=2)), entries=(first, *others, renamed),
    )  # fmt: skip


def _purpose(says: Content, full: DueLetter) -> Purpose:
    return Purpose.NOTE if isinstance(says, Receipt) and not says.parked else full.purpose


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
        id=1, ticket=about, content=content(template, language), audience=reader, agent=agent, purpose=purpose,
        department="support", language=language, subject="", to=(to,), cc=(),
        message_id=token.message_id(token.mint(_KEY, kind, token.Carrier.ID), POLICY.domain), in_reply_to=answers,
        references=(answers,) if answers else (), attachments=(), created_at=NOW, rendered=None,
        urgency=Urgency.ACK if template == "ack" else Urgency.NOTICE, page=PageState(),
        customer=CUSTOMER if agent else None,
    )  # fmt: skip
