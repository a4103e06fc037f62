"""A customer's message brought by a program: a mail of theirs, kept before the program is told so."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import TimeoutError as Late
from datetime import datetime
from typing import Final

from mailgate.app.programs.bearer import ABSENT, judge
from mailgate.app.programs.once import Done, once
from mailgate.app.programs.tickets import sees
from mailgate.app.window.customers import said_in
from mailgate.app.window.desk import Answers, WindowDesk
from mailgate.app.window.forms import PATIENCE, WAIT
from mailgate.app.window.thread import shown_to
from mailgate.core.letters import own_page
from mailgate.core.mails.match import neutral_title
from mailgate.core.model.change import Fate
from mailgate.core.model.mail import Address, Envelope, Source
from mailgate.core.model.policy import Policy
from mailgate.core.model.ticket import Ticket
from mailgate.core.pages import form
from mailgate.core.pages.form import Wrong
from mailgate.core.pages.window import Refusal
from mailgate.core.programs import message, program
from mailgate.core.programs.message import ApiMessageAsked, ApiMessagePage
from mailgate.core.programs.program import Program
from mailgate.core.proof import visitor
from mailgate.errors import MailgateError
from mailgate.store.base import Read
from mailgate.wire.mime.typed import typed_mail

DECIDED: Final = 1.5  # seconds that a program waits to hear of the ticket
NO_DEPARTMENT: Final = ApiMessagePage(wrong=(Wrong("topic", "topic"),))


def take(desk: WindowDesk, asked: ApiMessageAsked) -> ApiMessagePage | Refusal:
    """What is right is committed and fsynced when this returns; nothing of a wrong message is kept."""
    asks = judge(desk, asked.bearer, asked.peer, program.WRITE)
    if isinstance(asks, Refusal):
        return asks
    return once(desk, asks, asked.once, asked.digest, lambda begin: _taken(desk, asks, asked, begin), _again)


def _again(kept: str) -> ApiMessagePage:
    mail, _, ticket = kept.partition(" ")
    return ApiMessagePage(int(mail), int(ticket) if ticket else None)


def _taken(
    desk: WindowDesk, asks: Program, asked: ApiMessageAsked, begin: Callable[[], datetime]
) -> Done[ApiMessagePage] | ApiMessagePage | Refusal:
    gateway, policy = desk.gateway, desk.gateway.in_force.policy
    found = gateway.store.read(lambda read: _ticket(read, policy, asks, asked))
    if isinstance(found, Refusal):
        return found
    home = found.department if found else asked.department or _only(asks.departments)
    if not home:
        return NO_DEPARTMENT
    if not sees(asks, home, policy):
        return ABSENT
    wrong = message.wrong(asked, policy, home)
    if wrong:
        return ApiMessagePage(wrong=wrong)
    if asked.external_id:  # what was said first under that name counts, whatever comes again
        named = message.message_id(asks.name, asked, policy.domain)
        before = gateway.store.read(lambda read: _named(read, named))
        if before is not None:
            return before
    known = message.message_id(asks.name, asked, policy.domain, begin())
    raw, to = _mail(desk, asks, asked, known, home, found if found and _takes_part(found, asked.address) else None)
    envelope = Envelope(form.typed_address(asked.address), (to,), Source.PROGRAM, peer=asked.peer[:64], login=asks.name)
    try:
        kept = gateway.intake.receive(raw, envelope).result(PATIENCE)
    except (MailgateError, Late):
        return Refusal("trouble", wait=WAIT)
    number = kept.first
    gateway.intake.await_fate(number, DECIDED)
    page = gateway.store.read(lambda read: _became(read, number))
    return Done(page, f"{page.mail} {page.ticket or ''}".strip(), page.mail)


def _ticket(read: Read, policy: Policy, asks: Program, asked: ApiMessageAsked) -> Ticket | Refusal | None:
    """The ticket that is named, where merges took it; None where none is."""
    if asked.ticket is None:
        return None
    found = shown_to(read, asked.ticket)
    return found if found is not None and sees(asks, found.department, policy) else ABSENT


def _only(departments: tuple[str, ...]) -> str:
    return departments[0] if len(departments) == 1 else ""


def _takes_part(ticket: Ticket, address: str) -> bool:
    key = Address(form.typed_address(address)).key
    return any(one.key == key for one in own_page.people_of(ticket))


def _mail(
    desk: WindowDesk, asks: Program, asked: ApiMessageAsked, known: str, home: str, ticket: Ticket | None
) -> tuple[bytes, str]:
    """The octets of the mail, `known` by that Message-ID, and where it goes; `ticket`: the one that it is said in."""
    policy = desk.gateway.in_force.policy
    filled, to = message.as_form(asked), policy.department(home).addresses[0]
    topic = message.topic(home, policy)
    assert topic is not None
    subject = neutral_title(form.title(topic, filled, policy), policy)
    answers, external = "", form.line(asked.external_id)
    marks = [
        ("Message-ID", known),
        (visitor.LANGUAGE, asked.language if asked.language in policy.languages else ""),
        (visitor.VOUCHED, "yes" if asks.vouches else ""),
        (visitor.FIELD, f"{message.EXTERNAL}={external}" if external else ""),
    ]
    if ticket is not None:
        subject, answers = said_in(desk, policy, ticket)
        last = next((one.id for one in reversed(ticket.entries) if one.kind.public), 0)
        marks.append((visitor.AFTER, "" if known else str(last)))
    raw = typed_mail(
        Address(form.typed_address(asked.address), form.line(asked.name)),
        to,
        subject,
        form.harmless(asked.text),
        [(form.line(one.name), one.data) for one in asked.files],
        [(name, value) for name, value in marks if value],
        answers,
    )
    return raw, to


def _named(read: Read, message_id: str) -> ApiMessagePage | None:
    """What became of the message that is known by that id; None where there is none yet."""
    row = read.mail.by_message_id(message_id)
    return None if row is None else _became(read, row.number)


def _became(read: Read, number: int) -> ApiMessagePage:
    """The mail and, once it is filed, its ticket; of what had come before already, that one's."""
    row = read.mail.row(number)
    if row is not None and row.fate == Fate.DUPLICATE and row.duplicate_of is not None:
        row = read.mail.row(row.duplicate_of)
    if row is None:
        return ApiMessagePage(number)
    return ApiMessagePage(row.number, row.tickets[0] if row.tickets and row.fate == Fate.FILED else None)


ANSWERS: Final[Answers] = {"api_message": take}
