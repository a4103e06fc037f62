"""What people asked for about their data, done once they have proved themselves and a lead has said so."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from email import policy as email_policy
from email.message import EmailMessage
from email.utils import format_datetime
from functools import partial

from mailgate import newfile
from mailgate.app.admin import rights
from mailgate.app.gateway import Gateway
from mailgate.core.commands import about_privacy
from mailgate.core.letters import privacy
from mailgate.core.letters.privacy import PrivacyRequest
from mailgate.core.model.change import AddEntry, Change, Decision, Fate, Journal, Step
from mailgate.core.model.desk_rows import JournalLine
from mailgate.core.model.letter_kinds import PrivacyLetter
from mailgate.core.model.mail import Attachment, Envelope, Source
from mailgate.core.model.outbound import Audience, Outbound, Purpose, Urgency
from mailgate.core.model.policy import Policy, Role
from mailgate.core.model.said import said
from mailgate.core.model.ticket import EntryKind, Ticket
from mailgate.errors import Permanent, Temporary
from mailgate.store.base import Incoming, Read, Tx
from mailgate.wire.mime.content_digest import is_named, raw_digest
from mailgate.wire.mime.parse import parse

PATIENCE = timedelta(days=1)  # a last letter that does not leave holds the erasing up no longer


def carry_out(gateway: Gateway, now: datetime) -> int:
    """Send copies and erase people whose requests are proven and ordered; returns how many steps that were."""
    found = gateway.store.read(_ordered)
    for ticket, request in found:
        (_erase if request.what == privacy.ERASE else _export)(gateway, ticket, request, now)
    return len(found)


def _ordered(read: Read) -> list[tuple[Ticket, PrivacyRequest]]:
    lines: dict[int, list[JournalLine]] = defaultdict(list)
    for line in read.people.privacy_lines():
        lines[line.ticket].append(line)
    found = []
    for number, told in lines.items():
        request = privacy.request((one.kind, one.old, one.new, one.actor, one.at) for one in told)
        if request and request.ordered and not request.done and (ticket := read.tickets.get(number)):
            found.append((ticket, request))
    return found


# --- a copy -----------------------------------------------------------------------------------------------------------


def _export(gateway: Gateway, ticket: Ticket, request: PrivacyRequest, now: datetime) -> None:
    """To the address that confirmed it; what no letter can carry lies in the data folder, and the admin is told."""
    policy, address = gateway.in_force.policy, ticket.requester.addr
    try:
        whole = gateway.store.read(lambda read: rights.packed(rights.export(read, policy, address, now)))
    except Permanent as refused:  # an agent's own address, say
        _stopped(gateway, ticket, request, now, str(refused))
        return
    if len(whole) <= policy.attach_max:
        _enclosed(gateway, ticket, request, whole, now)
        return
    path = gateway.data / rights.COPIES / f"{ticket.number}.zip"
    newfile.folder(path.parent)
    newfile.replace(path, whole)
    _applied(gateway, ticket, request, now, Journal("privacy", privacy.DONE, request.what))
    tag = policy.tag(ticket.number)
    text = said("alarm.privacy_large", tag=tag, path=str(path))
    gateway.alarms.tell(_alone(ticket, now), said("alarm.privacy", tag=tag), text, "")


def _enclosed(gateway: Gateway, ticket: Ticket, request: PrivacyRequest, whole: bytes, now: datetime) -> None:
    """The archive is a file of a mail of our own making, so that it is kept, sent and erased like any other."""
    policy = gateway.in_force.policy
    message = EmailMessage()
    message["From"] = "mailgate@localhost.invalid"
    message["Date"] = format_datetime(now)
    message["Subject"] = f"{policy.tag(ticket.number)} {request.what}"
    message.add_attachment(whole, maintype="application", subtype="zip", filename=f"data-{now:%Y-%m-%d}.zip")
    octets = message.as_bytes(policy=email_policy.SMTP)
    envelope = Envelope("", (), Source.PIPE)
    files = parse(octets, envelope, policy.limits).attachments

    def job(tx: Tx, large: Incoming | None) -> None:
        kept = tx.mail.keep(octets, envelope, raw_digest(octets), now, large, named=is_named(octets))
        decision = _decision(gateway, ticket, request, "copy", files, Journal("privacy", privacy.DONE, request.what))
        tx.apply(kept.number, decision, now, gateway.ids, None, hold=gateway.in_force.snapshot.letters_wait)

    gateway.intake.keeping.keep_by(octets, job).result()
    gateway.dispatcher.wake()


def _decision(
    gateway: Gateway, ticket: Ticket, request: PrivacyRequest, stage: str, files: tuple[Attachment, ...], *more: Change
) -> Decision:
    """The letter about it, and the ticket solved in silence, for the letter says it."""
    letter = Outbound(
        PrivacyLetter(stage=stage), Audience.CUSTOMER, (ticket.requester,), department=ticket.department,
        language=ticket.language, purpose=Purpose.STAGE, urgency=Urgency.WORDS,
        attachments=tuple((0, file.part) for file in files),
    )  # fmt: skip
    text = gateway.in_force.policy.own_words("ticket.privacy_copy", gateway.in_force.policy.language)
    kept = (AddEntry(EntryKind.NOTE, "mailgate", "mailgate", text, attachments=files),) if files else ()
    changes = (*kept, *more, *about_privacy.answered(ticket))
    return Decision(Fate.FILED, "privacy", (Step(ticket.number, changes, (letter,)),), actor=request.by)


# --- the end ----------------------------------------------------------------------------------------------------------


def _erase(gateway: Gateway, ticket: Ticket, request: PrivacyRequest, now: datetime) -> None:
    """First the last letter, and once it has left the person; the request's own ticket is solved by it."""
    kept = gateway.store.read(partial(_kept_for_a_court, gateway.in_force.policy, ticket, request))
    if kept:
        _stopped(gateway, ticket, request, now, f"{privacy.LEGAL}: {', '.join(kept)}")
    elif request.told_at is None:
        _tell(gateway, ticket, request, now)
    elif now - request.told_at >= PATIENCE or gateway.store.read(partial(_settled, ticket.number)):
        try:
            rights.forget(gateway, ticket.requester.addr, actor=request.by)
        except Temporary as late:  # erased, but somebody else still reads the database of before
            _alarm(gateway, ticket, now, why=str(late))
        except Permanent as refused:
            _stopped(gateway, ticket, request, now, str(refused))
            return
        _applied(gateway, ticket, request, now, Journal("privacy", privacy.DONE, request.what))


def _kept_for_a_court(policy: Policy, ticket: Ticket, request: PrivacyRequest, read: Read) -> list[str]:
    """Each ticket that would lose words and is tagged `legal`, but the request's own where an admin has ordered it."""
    found = read.people.data_of(ticket.requester.addr)
    by = policy.agent(request.by)
    allowed = ticket.number if by and by.role is Role.ADMIN else None
    theirs = (read.tickets.get(number) for number in (*found.tickets, *found.took_part)) if found else ()
    return [policy.tag(one.number) for one in theirs if one and privacy.LEGAL in one.tags and one.number != allowed]


def _tell(gateway: Gateway, ticket: Ticket, request: PrivacyRequest, now: datetime) -> None:
    policy = gateway.in_force.policy
    try:
        found = gateway.store.read(lambda read: rights.held_of_person(read, policy, ticket.requester.addr))
    except Permanent as refused:
        _stopped(gateway, ticket, request, now, str(refused))
        return
    owed = [policy.tag(number) for number in found.unsolved if number != ticket.number]
    if owed:
        _stopped(gateway, ticket, request, now, ", ".join(owed))
        return
    told = Journal("privacy", privacy.TOLD, request.what)
    decision = _decision(gateway, ticket, request, "erased", (), told)
    _write(gateway, decision, now)


def _settled(number: int, read: Read) -> bool:
    """True when the last letter has left, or never will."""
    letters = (read.outbox.letter(one) for one in read.outbox.letters_to_customers(number))
    last = [one for one in letters if one and one.template == PrivacyLetter.TEMPLATE][-1:]
    return all(row.state not in UNSETTLED for one in last for row in one.deliveries)


UNSETTLED = ("waiting", "held", "leased", "sending")


def _stopped(gateway: Gateway, ticket: Ticket, request: PrivacyRequest, now: datetime, why: str) -> None:
    """It cannot be done now: the order is gone, the proof stays, and the admin hears why."""
    again = (privacy.ASKED, privacy.PROVEN)
    _applied(gateway, ticket, request, now, *(Journal("privacy", state, request.what) for state in again))
    _alarm(gateway, ticket, now, why=why)


def _alarm(gateway: Gateway, ticket: Ticket, now: datetime, why: str) -> None:
    tag = gateway.in_force.policy.tag(ticket.number)
    text = said("alarm.privacy_stopped", tag=tag, why=why)
    gateway.alarms.tell(_alone(ticket, now), said("alarm.privacy", tag=tag), text, "#privacy go")


def _alone(ticket: Ticket, now: datetime) -> str:
    """Each is told: an order is carried out or stopped once, and nothing else tells where a copy lies."""
    return f"privacy:{ticket.number}:{now:%d%H%M%S}"


def _applied(gateway: Gateway, ticket: Ticket, request: PrivacyRequest, now: datetime, *changes: Change) -> None:
    _write(gateway, Decision(Fate.FILED, "privacy", (Step(ticket.number, changes),), actor=request.by), now)


def _write(gateway: Gateway, decision: Decision, now: datetime) -> None:
    hold = gateway.in_force.snapshot.letters_wait
    gateway.store.write(lambda tx: tx.apply(None, decision, now, gateway.ids, None, hold=hold)).result()
    gateway.dispatcher.wake()
