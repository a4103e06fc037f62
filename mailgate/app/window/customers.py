"""A customer's page at the desk: what is behind a link, and how what is done there becomes a mail of that person's."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from concurrent.futures import TimeoutError as Late
from typing import Final

from mailgate.app.window.brought import by_merges
from mailgate.app.window.desk import Answers, WindowDesk
from mailgate.core.letters import own_page
from mailgate.core.model.desk_rows import JournalLine
from mailgate.core.model.mail import Address, Envelope, Source, canonical
from mailgate.core.model.moment import Moment
from mailgate.core.model.outbound import Audience, Purpose
from mailgate.core.model.policy import Policy
from mailgate.core.model.ticket import EntryKind, Ticket
from mailgate.core.pages import status
from mailgate.core.pages.form import FormFile
from mailgate.core.pages.policy import Confirm
from mailgate.core.pages.status import Said, SayAsked, Seen, StatusAsked, StatusPage
from mailgate.core.pages.window import Refusal
from mailgate.core.proof import page, visitor
from mailgate.core.proof.page import PageState, PageToken
from mailgate.core.text.subject import without_prefixes
from mailgate.errors import MailgateError
from mailgate.store.base import Read
from mailgate.wire import words
from mailgate.wire.mime.typed import typed_mail

FILES: Final = "mailgate.wire.letters.enclose:files"  # what a child does with the mail a file is in
PATIENCE: Final = 25.0  # seconds for a mail to be on disk
WAIT: Final = 60  # seconds until it is worth trying again when the store is in trouble
MERGES: Final = 50  # that a link is followed over
LARGEST: Final = 6 * 2**20  # octets of a file that is handed out on the page itself; a larger one goes by letter
SLOT: Final = 600  # seconds within which asking for the same once more is asking once
# A line that looks like an order is none, whatever signs or unseen characters lead it: the button is the order. Nobody
# sees U+2060.
_ORDER = re.compile(r"^([^\w#\n]{0,20})#(?=\w)", re.MULTILINE)


def shown(desk: WindowDesk, asked: StatusAsked) -> StatusPage | Refusal:
    """The page behind a link."""
    moment = desk.gateway.in_force.moment(desk.gateway.clock())
    found = desk.gateway.store.read(lambda read: behind(read, moment, asked.token))
    return found if isinstance(found, Refusal) else status.status_page(moment, found)


def behind(read: Read, moment: Moment, written: str) -> Seen | Refusal:
    """What a link leads to: "gone" where it is forged, ended, or nobody's any more; "old" where its time is over."""
    found = _kept(read, moment, written)
    if found is None:
        return Refusal("gone")
    known, seen = found
    over = page.is_over(known, seen.ticket.done_since, moment.policy.web.links, moment.now)
    return Refusal("old") if over else seen


def _kept(read: Read, moment: Moment, written: str) -> tuple[PageToken, Seen] | None:
    """A link that was not ended, with its ticket where merges took it: there it is for who takes part in that one."""
    policy = moment.policy
    known = page.read(written, policy.keys) if own_page.offered(policy) else None
    found = _home(read, known.ticket) if known else None
    if known is None or found is None:
        return None
    ticket, journal, states = found
    if policy.training(ticket.department) or not page.is_current(known, page.together(states)):
        return None
    people = own_page.people_of(ticket)
    person = page.person_of(known, people, policy.keys) or _by_another_address(read, known, people, policy)
    if person is None and (known.person or len(states) > 1 or ticket.requester not in people):
        return None
    brought = by_merges(read, ticket, journal)
    # Whoever came on as the copy of a customer's mail has that one.
    began = {one.mail: one.at for one in ticket.entries if one.kind is EntryKind.CUSTOMER}
    came = {canonical(one.new): min(one.at, began.get(one.mail, one.at)) for one in journal if one.kind == "join"}
    joined = brought.joined | came
    told, left = read.outage.news(moment.now), moment.now - policy.undo_window
    return known, Seen(ticket, person, joined, told, brought.circles, frozenset(brought.requesters), left)


def _by_another_address(read: Read, known: PageToken, people: Iterable[Address], policy: Policy) -> Address | None:
    """Whose link it is, where they have written from another of their addresses since."""
    if not known.person:
        return None
    theirs = ((one, [Address(addr) for addr in read.people.addresses_of(one.addr)]) for one in people)
    return next((one for one, known_as in theirs if page.person_of(known, known_as, policy.keys)), None)


def _home(read: Read, number: int) -> tuple[Ticket, list[JournalLine], list[PageState]] | None:
    """The ticket a number leads to after all merges, its journal, and the states of all pages on the way."""
    states: list[PageState] = []
    for _ in range(MERGES):
        ticket = read.tickets.get(number)
        if ticket is None:
            return None
        journal = read.tickets.events(number)
        states.append(page.state_of([(line.kind, line.new) for line in journal]))
        if ticket.merged_into is None:
            return ticket, journal, states
        number = ticket.merged_into
    return None


# --- what is done there -----------------------------------------------------------------------------------------------


def say(desk: WindowDesk, asked: SayAsked) -> Said | Refusal:
    """What somebody does on a page: a mail of theirs, committed and fsynced when this returns.

    Who asks for a link is told that a letter is on its way, in the same words and the same time whoever they are.
    """
    if asked.act == "link":
        return _by_letter(desk, asked)
    moment = desk.gateway.in_force.moment(desk.gateway.clock())
    found = desk.gateway.store.read(lambda read: behind(read, moment, asked.token))
    if isinstance(found, Refusal):
        return found
    if found.person is None:
        return Refusal("forbidden")
    if moment.policy.web.confirm == Confirm.ALWAYS:
        return _by_letter(desk, asked)
    letter = _Letter(desk, moment, found.ticket, found.person, asked.peer)
    match asked.act:
        case "say":
            return _wrong(asked, moment.policy) or letter.words(asked.text, asked.files)
        case "close" | "reopen":
            return letter.order(asked.act)
        case "file":
            return _file(letter, found, asked.number)
    return Refusal("forbidden")


def _wrong(asked: SayAsked, policy: Policy) -> Said | Refusal | None:
    if len(asked.files) > policy.web.form.files:
        return Refusal("files", (("n", str(policy.web.form.files)),))
    if sum(len(one.data) for one in asked.files) > policy.web.form.size:
        return Refusal("size", (("size", words.size(policy.web.form.size)),))
    if len(asked.text) > status.LONGEST_MESSAGE:
        return Said("long")
    return None if asked.text.strip() or asked.files else Said("empty")


def defused(text: str) -> str:
    """The text with no line in it that anybody could take for an order."""
    return _ORDER.sub("\\1#\u2060", text)


def _said_before(ticket: Ticket, words: str) -> int:
    """The newest public contribution that is not these very words, by its id; 0 where there is none.

    Without words it is files alone, in whose place the thread has words of ours.
    """
    mine = words.split()
    others = (one for one in reversed(ticket.entries) if one.kind.public)
    return next((one.id for one in others if (one.text.split() != mine if mine else not one.attachments)), 0)


class _Letter:
    """A person's mail about a ticket, written down for them by the daemon: whatever they typed proves nothing."""

    def __init__(self, desk: WindowDesk, moment: Moment, ticket: Ticket, person: Address, peer: str) -> None:
        self.desk, self.moment, self.ticket, self.person, self.peer = desk, moment, ticket, person, peer

    def words(self, text: str, files: Iterable[FormFile]) -> Said | Refusal:
        """What they say, with their files: pressed twice it is said once, but "Yes" to the next question is a word."""
        said = defused(text)
        after = str(_said_before(self.ticket, said))
        return self._received(said, [(one.name, one.data) for one in files], [(visitor.AFTER, after)])

    def order(self, order: str, *, file: tuple[int, str] | None = None) -> Said | Refusal:
        """One of `visitor.ORDERS`; `status` brings a letter with their link, and the `file` that was asked for.

        The same once more is the same mail: while the ticket stands as it does, or within ten minutes.
        """
        wanted = f"{file[0]} {file[1]}" if file else ""
        since = self.ticket.status_since or self.ticket.created_at
        when = int(self.moment.now.timestamp()) // SLOT if order == "status" else since.isoformat()
        seen = f"{self.ticket.number} {self.person.key} {order} {wanted} {when}"
        digest = hashlib.sha256(seen.encode()).hexdigest()[:32]
        marks = [("Message-ID", f"<page.{digest}@{self.moment.policy.domain}>"), (visitor.ORDER, order)]
        text = "" if order == "status" else f"#{order}"
        return self._received(text, marks=[*marks, *([(visitor.FILE, wanted)] if wanted else [])])

    def _received(
        self, text: str, files: Iterable[tuple[str, bytes]] = (), marks: Iterable[tuple[str, str]] = ()
    ) -> Said | Refusal:
        policy, ticket = self.moment.policy, self.ticket
        to = policy.department(ticket.department).addresses[0]
        subject, answers = said_in(self.desk, policy, ticket)
        envelope = Envelope(self.person.addr, (to,), Source.WINDOW, peer=self.peer[:64])
        try:
            raw = typed_mail(self.person, to, subject, text, files, marks, answers)
            self.desk.gateway.intake.receive(raw, envelope).result(PATIENCE)
        except (MailgateError, Late):
            return Refusal("trouble", wait=WAIT)
        return Said()


def said_in(desk: WindowDesk, policy: Policy, ticket: Ticket) -> tuple[str, str]:
    """The subject of a mail in which a customer says something in a ticket, and the Message-ID it answers."""
    subject = f"Re: {policy.tag(ticket.number)} {without_prefixes(ticket.subject)}"
    return subject, desk.gateway.ids.message_id(ticket.number, Audience.CUSTOMER, "", Purpose.WORDS)


def _file(letter: _Letter, seen: Seen, number: int) -> Said | Refusal:
    """A file goes to the address on file; where nothing goes by letter it is handed out, unless it is too large."""
    file = status.file_of(seen, number)
    if file is None or not status.may_have_files(letter.moment, seen.ticket):
        return Refusal("forbidden")
    if letter.moment.policy.web.confirm == Confirm.NEVER:
        found = _handed_out(letter.desk, *file)
        if found:
            return Said(file=found)
    said = letter.order("status", file=file)
    return said if isinstance(said, Refusal) else Said(by_letter=True)


def _handed_out(desk: WindowDesk, mail: int, part: str) -> tuple[FormFile, ...]:
    """The file itself, taken out of its mail in a child; none where it is too large or no longer stored."""
    try:
        raw = desk.gateway.store.read(lambda read: read.mail.raw(mail))
        found = desk.gateway.children.run(FILES, raw, [part])
    except (KeyError, MailgateError):
        return ()
    return tuple(FormFile(one.name, one.data) for one in found[:1] if len(one.data) <= LARGEST)


def _by_letter(desk: WindowDesk, asked: SayAsked) -> Said:
    """A letter with their own link to whose page it is, or to whom they say they are, if they take part."""
    desk.errands.do(lambda: _link(desk, asked))
    return Said(by_letter=True)


def _link(desk: WindowDesk, asked: SayAsked) -> None:
    moment = desk.gateway.in_force.moment(desk.gateway.clock())
    found = desk.gateway.store.read(lambda read: _kept(read, moment, asked.token))
    if found is None:
        return
    ticket, person = found[1].ticket, found[1].person
    wanted = canonical(asked.address)
    person = person or next((one for one in own_page.people_of(ticket) if one.key == wanted), None)
    if person is not None and not ticket.quiet:  # of a quiet ticket no letter leaves that nobody wrote
        _Letter(desk, moment, ticket, person, asked.peer).order("status")


ANSWERS: Final[Answers] = {"status": shown, "say": say}
