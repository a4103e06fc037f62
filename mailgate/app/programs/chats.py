"""Channels at the desk: what somebody says there becomes a mail of theirs, and what failed there comes back."""

from __future__ import annotations

from concurrent.futures import TimeoutError as Late
from email.parser import BytesHeaderParser
from threading import Lock
from typing import Final

from mailgate.app.programs.bearer import ABSENT, judge
from mailgate.app.programs.messages import DECIDED
from mailgate.app.window.customers import said_in
from mailgate.app.window.desk import Answers, WindowDesk
from mailgate.app.window.forms import PATIENCE, WAIT
from mailgate.core.channels import channel, message, source
from mailgate.core.channels.channel import Channel
from mailgate.core.channels.message import SentMessage
from mailgate.core.letters import due
from mailgate.core.mails import bounce
from mailgate.core.mails.match import neutral_title
from mailgate.core.model.facts import Facts
from mailgate.core.model.mail import Envelope, Source, canonical
from mailgate.core.model.outbound import DeliveryState
from mailgate.core.model.ticket import Ticket
from mailgate.core.pages.form import harmless, line
from mailgate.core.pages.window import Refusal
from mailgate.core.programs import chats
from mailgate.core.programs.chats import ApiChatAsked, ApiChatPage, ApiReceiptAsked, ApiReceiptPage
from mailgate.core.programs.program import CHATS
from mailgate.core.proof import visitor
from mailgate.errors import MailgateError
from mailgate.store.base import Read, Tx
from mailgate.wire.mime.typed import typed_mail

MERGES: Final = 50  # that a ticket is followed over
HEAD: Final = 16_384  # octets in which the Message-ID stands that we wrote
_TURNS: Final = tuple(Lock() for _ in range(64))  # of people: what somebody says at once is kept one after the other


def take(desk: WindowDesk, asked: ApiChatAsked) -> ApiChatPage | Refusal:
    """What is right is committed and fsynced when this returns. The same id once more is the same message, for ever."""
    there = _allowed(desk, asked)
    if isinstance(there, Refusal):
        return there
    wrong = chats.wrong(asked, there)
    if wrong:
        return ApiChatPage(wrong=wrong)
    gateway = desk.gateway
    identifier = source.message_id(there.name, asked.id, gateway.in_force.policy.domain)
    known = gateway.store.read(lambda read: _became(read, identifier))
    if known is not None:
        return known
    who, at = chats.author(asked, there), chats.written_at(asked, gateway.clock())
    try:
        with _TURNS[hash(who.key) % len(_TURNS)]:
            raw, to = _mail(desk, asked, there, identifier)
            envelope = Envelope(who.addr, (to,), Source.CHAT, peer=asked.peer[:64], arrived_at=at)
            kept = gateway.intake.receive(raw, envelope).result(PATIENCE)
    except (MailgateError, Late):
        return Refusal("trouble", wait=WAIT)
    number = kept.first
    gateway.intake.await_fate(number, DECIDED)
    return gateway.store.read(lambda read: _became(read, identifier)) or ApiChatPage(number)


def _allowed(desk: WindowDesk, asked: ApiChatAsked | ApiReceiptAsked) -> Channel | Refusal:
    """The channel, where this program may write on it."""
    there = channel.called(desk.gateway.in_force.policy.channels, asked.channel[:100])
    asks = judge(desk, asked.bearer, asked.peer, CHATS + asked.channel.lower()[:100])
    if isinstance(asks, Refusal):
        return asks
    return there if there is not None and asks.knows(there.department) else ABSENT


def _mail(desk: WindowDesk, asked: ApiChatAsked, there: Channel, identifier: str) -> tuple[bytes, str]:
    """The octets of the mail and where it goes: to the person's newest ticket on the channel, or to a new one.

    Where that is not there yet, since what they said before has not been decided, it is the ticket of that.
    """
    policy = desk.gateway.in_force.policy
    who = chats.author(asked, there)
    ticket = desk.gateway.store.read(lambda read: _ticket(read, asked, there, who.key))
    subject, answers = neutral_title(chats.title(asked), policy), ""
    if ticket is not None:
        subject, answers = said_in(desk, policy, ticket)
    else:
        answers = desk.gateway.store.read(lambda read: _before(read, who.key))
        answers = "" if answers == identifier else answers  # it is that one once more
    phone, address = line(asked.phone)[:40], line(asked.address)[:254]
    marks = [
        ("Message-ID", identifier),
        (visitor.LANGUAGE, there.language),
        (visitor.FIELD, f"phone={phone}" if phone else ""),
        (visitor.FIELD, f"says={address}" if address else ""),
    ]
    to = policy.department(ticket.department if ticket else there.department).addresses[0]
    files = [(line(one.name), one.data) for one in asked.files]
    kept = [(name, value) for name, value in marks if value]
    return typed_mail(who, to, subject, harmless(asked.text), files, kept, answers), to


def _ticket(read: Read, asked: ApiChatAsked, there: Channel, who: str) -> Ticket | None:
    """The ticket whose message they answered, else the newest that they wrote in from there; merges followed."""
    answered = read.chats.message(there.key, asked.reply_to[:200]) if asked.reply_to else None
    number = answered.ticket if answered and canonical(answered.recipient) == who else None
    number = number or read.chats.newest(who)
    for _ in range(MERGES):
        ticket = None if number is None else read.tickets.get(number)
        if ticket is None or ticket.merged_into is None:
            return ticket
        number = ticket.merged_into
    return None


def _before(read: Read, who: str) -> str:
    """The Message-ID of what somebody said last, while it has no ticket yet; `""` where it has."""
    number = read.chats.undecided(who)
    if number is None:
        return ""
    return str(BytesHeaderParser().parsebytes(read.mail.head(number, HEAD))["Message-ID"] or "").strip()


def _became(read: Read, identifier: str) -> ApiChatPage | None:
    """The mail of a message and, once it is filed, its ticket; None where it never came."""
    mail, ticket = read.chats.ticket_of(identifier)
    return None if mail is None else ApiChatPage(mail, ticket)


# --- what became of a message of ours ---------------------------------------------------------------------------------


def heard(desk: WindowDesk, asked: ApiReceiptAsked) -> ApiReceiptPage | Refusal:
    """What is told of it there; what failed is a bounce, once."""
    there = _allowed(desk, asked)
    if isinstance(there, Refusal):
        return there
    state = chats.outcome(asked)
    if not state:
        return Refusal("unfit", (("field", "state"), ("why", "delivered, read or failed")))

    def job(tx: Tx) -> bool:
        found = tx.chats.message(there.key, asked.id[:200])
        if found is None:
            return False
        if found.state != "failed" and (found.state, state) != ("read", "delivered"):
            tx.chats.told(found.id, state, desk.gateway.clock())
            if state == "failed":
                _came_back(desk, tx, found, line(asked.error)[:300])
        return True

    try:
        return ApiReceiptPage(desk.gateway.store.write(job).result(PATIENCE))
    except (MailgateError, Late):
        return Refusal("trouble", wait=WAIT)


def _came_back(desk: WindowDesk, tx: Tx, found: SentMessage, error: str) -> None:
    """The delivery is dead, and people hear of it as of any letter that was refused."""
    gateway, now = desk.gateway, desk.gateway.clock()
    tx.outbox.mark(found.delivery, DeliveryState.DEAD, now, error=error or message.TOLD[-1])
    letter = tx.outbox.letter(found.letter)
    ticket = tx.tickets.get(found.ticket) if found.ticket is not None else None
    if letter is None or ticket is None:
        return
    moment = gateway.in_force.moment(now, Facts(away=tx.people.absences(now)))
    decision = bounce.undelivered(moment, ticket, due.of_stored(letter, ticket), found.recipient, error)
    tx.apply(None, decision, now, gateway.ids, None, hold=gateway.in_force.snapshot.letters_wait)


ANSWERS: Final[Answers] = {"api_chat": take, "api_receipt": heard}
