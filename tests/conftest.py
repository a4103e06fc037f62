"""A whole gateway on loopback for tests: real SMTP in, real SQLite, letters into a Maildir folder."""

from __future__ import annotations

import asyncio
import contextlib
import email
import email.policy
import smtplib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
import quick_disk
import quick_mail
import ready_store
from hypothesis import HealthCheck, settings
from idp import Identity
from stem import children_from_nothing, forked_children

from mailgate.app.gateway import Gateway
from mailgate.core.model.ticket import Ticket
from mailgate.daemon import Daemon
from mailgate.store.base import TicketFilter
from mailgate.wiring import build, edges

# A made-up example may take as long as a busy machine needs.
settings.register_profile("calm", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("calm")
ready_store.begin()
quick_disk.begin()
quick_mail.begin()

CONFIG = """
[gateway]
name = "Acme"
domain = "acme.example"
data = "data"
admin = "root@admin.example"
{gateway}

[smtp]
listen = "127.0.0.1:0"
{smtp}

[commands]
undo_window = "{undo}"

[[outgoing]]
name = "out"
transport = "folder"
folder = "outbox"

[[department]]
name = "support"
addresses = ["support@acme.example"]
from = "Acme Support <support@acme.example>"
{support}

[[department]]
name = "sales"
addresses = ["sales@acme.example", "myynti@acme.example"]
from = "Acme Sales <sales@acme.example>"

[[agent]]
name = "anna"
full_name = "Anna Virtanen"
address = "anna@staff.example"
departments = ["support"]
role = "lead"

[[agent]]
name = "bo"
full_name = "Bo Ek"
address = "bo@staff.example"
departments = ["support", "sales"]
{more}
"""

PATIENCE = 100.0  # seconds a machine may need that has other things to do, or sleeps for a while

RULES = """
[[rule]]
name = "everything else"
"""


class Clock:
    """The gateway's clock: the real one, put forward by `ahead`."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class ByHand:
    """In place of the schedule: where a test puts the clock forward, a job that came by itself would be there first."""

    def start(self) -> None:
        """Nothing comes by itself: tests run the jobs they are about."""

    def stop(self) -> None:
        """Nothing is to be stopped."""


@dataclass
class Desk:
    """One running gateway and what a test does with it from outside."""

    folder: Path
    gateway: Gateway
    daemon: Daemon
    clock: Clock
    settled: dict[int, str] = field(default_factory=dict)
    change: threading.Condition = field(default_factory=threading.Condition)
    idle: threading.Event = field(default_factory=threading.Event)
    opened: dict[int, EmailMessage] = field(default_factory=dict)  # letters that were read once, by their id

    @property
    def port(self) -> int:
        return int(self.daemon.door.bound["smtp"][0].rpartition(":")[2])

    def send(self, message: EmailMessage | bytes, *, sender: str | None = None, to: list[str] | None = None) -> int:
        """Hand a mail over by SMTP and wait for its fate; returns the mail's number."""
        raw = message if isinstance(message, bytes) else message.as_bytes(policy=email.policy.SMTP)
        parsed = quick_mail.head(raw)
        named = email.utils.getaddresses([str(parsed[name]) for name in ("To", "Cc") if parsed[name]])
        recipients = to or [addr for _, addr in named if addr.endswith("@acme.example")]
        author = email.utils.parseaddr(str(parsed["From"] or ""))[1] if sender is None else sender
        with smtplib.SMTP("127.0.0.1", self.port, timeout=PATIENCE) as client:
            client.ehlo()
            client.mail(f"<{author}>" if author else "<>")
            for one in recipients:
                code, text = client.rcpt(one)
                assert code == 250, (one, code, text)
            code, text = client.data(raw)
            assert code == 250, (code, text)
        number = int(text.decode().split()[-1].rstrip("."))
        self.wait(lambda: number in self.settled, f"mail {number} got no fate")
        return number

    def post(self, messages: Sequence[EmailMessage]) -> list[int]:
        """Hand many over by one connection, then wait for all; returns their numbers."""
        numbers = []
        with smtplib.SMTP("127.0.0.1", self.port, timeout=PATIENCE) as client:
            client.ehlo()
            for message in messages:
                client.mail(email.utils.parseaddr(str(message["From"]))[1])
                for _, addr in email.utils.getaddresses([str(message["To"])]):
                    client.rcpt(addr)
                code, text = client.data(message.as_bytes(policy=email.policy.SMTP))
                assert code == 250, text
                numbers.append(int(text.decode().split()[-1].rstrip(".")))
        self.wait(lambda: all(number in self.settled for number in numbers), "a mail got no fate")
        return numbers

    def wait(self, true: Callable[[], bool], why: str, seconds: float = PATIENCE) -> None:
        """Block until `true`, woken by every settled mail."""
        with self.change:
            assert self.change.wait_for(true, seconds), why

    def settle(self) -> None:
        """Block until no mail is without a fate (one that was released from parking, say)."""

        def none_open() -> bool:
            return self.gateway.store.read(lambda read: read.report.audit())["unaccounted"] == 0

        self.wait(none_open, "a mail got no fate")

    def fate(self, number: int) -> str:
        """What became of a mail, as it is stored: `settled` is told of it a moment later."""
        row = self.gateway.store.read(lambda read: read.mail.row(number))
        assert row is not None and row.fate is not None, f"mail {number} has no fate"
        return str(row.fate)

    def ticket(self, number: int) -> Ticket:
        found = self.gateway.store.read(lambda read: read.tickets.get(number))
        assert found is not None
        return found

    def tickets(self) -> list[Ticket]:
        statuses = ("new", "open", "waiting", "hold", "solved", "archived")
        now = self.gateway.clock()
        found = self.gateway.store.read(lambda read: read.tickets.matching(TicketFilter(status=statuses), now))
        return sorted(found, key=lambda ticket: ticket.number)

    def of_mail(self, number: int) -> Ticket:
        """The one ticket a mail is filed in."""
        row = self.gateway.store.read(lambda read: read.mail.row(number))
        assert row is not None and len(row.tickets) == 1, row
        return self.ticket(row.tickets[0])

    def letters(self, to: str | None = None, template: str | None = None) -> list[EmailMessage]:
        """Every letter sent so far, oldest first; what is due is sent now."""
        busy, ends = True, time.monotonic() + PATIENCE
        while time.monotonic() < ends:
            self.gateway.dispatcher.drain()
            now = self.gateway.clock()
            rows = self.gateway.store.read(lambda read: read.outbox.deliveries(("waiting", "leased", "sending")))
            busy = any(row.state != "waiting" or row.due_at <= now for row in rows)
            if not busy:
                break
            self.idle.wait(0.01)
        assert not busy, "letters that are due do not leave"
        rows = self.gateway.store.read(lambda read: read.outbox.deliveries(("sent",)))
        found = []
        for row in rows:
            if (to and row.to != to) or (template and row.template != template):
                continue
            if row.letter not in self.opened:
                letter = self.gateway.store.read(lambda read, one=row.letter: read.outbox.letter(one))
                self.opened[row.letter] = as_read(letter.raw)
            found.append(self.opened[row.letter])
        return found


@contextlib.contextmanager
def running(
    folder: Path,
    rules: str = RULES,
    *,
    config: str = CONFIG,
    ahead: timedelta = timedelta(),
    ticking: bool = False,
    **parts: str,
) -> Iterator[Desk]:
    """A gateway that serves until the block ends, its clock put forward by `ahead`; `parts` fill the holes of the configuration.

    With `ticking` its jobs come by themselves.
    """
    text = config.format(**{"gateway": "", "smtp": "", "support": "", "more": "", "undo": "0s", **parts})
    folder.mkdir(exist_ok=True)
    (folder / "mailgate.toml").write_text(text)
    (folder / "rules").mkdir(exist_ok=True)
    (folder / "rules" / "90-default.toml").write_text(rules)
    (folder / "templates").mkdir(exist_ok=True)
    with forked_children():
        yield from _serving(folder, ahead, ticking=ticking)


def _serving(folder: Path, ahead: timedelta = timedelta(), *, ticking: bool = False) -> Iterator[Desk]:
    clock = Clock()
    clock.ahead = ahead
    gateway = build(folder / "mailgate.toml", children=1, clock=clock)
    daemon = Daemon(gateway, edges(gateway))
    if not ticking:
        daemon.schedule = ByHand()
    desk = Desk(folder, gateway, daemon, clock)

    def settled(done: object) -> None:
        with desk.change:
            desk.settled[done.number] = str(done.fate)  # type: ignore[attr-defined]
            desk.change.notify_all()

    gateway.intake.settled = settled
    failures: list[BaseException] = []

    def serve() -> None:
        try:
            asyncio.run(daemon.run())
        except BaseException as error:
            failures.append(error)
            daemon.started.set()

    thread = threading.Thread(target=serve, name="daemon", daemon=True)
    thread.start()
    assert daemon.started.wait(PATIENCE)
    if failures:
        raise failures[0]
    try:
        yield desk
    finally:
        daemon.stop()
        thread.join(PATIENCE)
        assert not thread.is_alive(), "the daemon did not stop"


@pytest.fixture(autouse=True)
def forked(request: pytest.FixtureRequest) -> Iterator[None]:
    """Children that a test starts in this process come from the stem, unless it is marked `fresh`."""
    if request.node.get_closest_marker("fresh"):
        with children_from_nothing():
            yield
        return
    with forked_children():
        yield


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A gateway with two departments and two agents."""
    with running(tmp_path) as found:
        yield found


@pytest.fixture
def identity() -> Iterator[Identity]:
    """An identity provider on loopback."""
    made = Identity()
    yield made
    made.close()


def as_read(raw: bytes) -> EmailMessage:
    """As `message_from_bytes` does it with the default policy, which reads each type anew five times on the way."""
    letter = email.message_from_bytes(raw, _class=EmailMessage, policy=email.policy.compat32)
    for part in letter.walk():
        part.policy = email.policy.default
    return letter


def mail(
    subject: str = "Broken lamp",
    text: str = "The lamp does not work.\n",
    *,
    sender: str = "Maija Virtanen <maija@customer.example>",
    to: str = "support@acme.example",
    **headers: str,
) -> EmailMessage:
    """A plain mail; header names in snake case (`in_reply_to`)."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = to
    message["Subject"] = subject
    message["Message-ID"] = headers.pop("message_id", email.utils.make_msgid(domain="customer.example"))
    message["Date"] = email.utils.formatdate()
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def reply(letter: EmailMessage, sender: str, text: str, subject: str = "") -> EmailMessage:
    """An answer as a mail client makes it: subject, thread headers, the quoted letter below."""
    body = letter.get_body(("plain",))
    quoted = "\n".join(f"> {line}" for line in (body.get_content() if body else "").splitlines())
    title = subject or str(letter["Subject"])
    title = title if title.lower().startswith("re:") or subject else f"Re: {title}"
    return mail(
        title,
        f"{text}\n\nOn {letter['Date']}, {letter['From']} wrote:\n{quoted}\n",
        sender=sender,
        to=str(letter["Reply-To"] or letter["From"]),
        in_reply_to=str(letter["Message-ID"]),
        references=f"{letter['References'] or ''} {letter['Message-ID']}".strip(),
    )


def opened(desk: Desk, *args: str, **headers: str) -> Ticket:
    """The ticket a first mail opens."""
    return desk.of_mail(desk.send(mail(*args, **headers)))


def only(letters: list[EmailMessage]) -> EmailMessage:
    """The one letter there is to be."""
    assert len(letters) == 1, [letter["Subject"] for letter in letters]
    return letters[0]


def whole(letter: EmailMessage) -> str:
    """Every header and every readable part of a letter."""
    parts = [str(part.get_content()) for part in letter.walk() if part.get_content_maintype() == "text"]
    return "\n".join([*(f"{name}: {value}" for name, value in letter.items()), *parts])


def from_agent(desk: Desk, words: str, notice: EmailMessage, agent: str = "anna") -> int:
    """An agent's answer to a notice of ours, as their mail program would send it."""
    answer = mail(
        f"Re: {notice['Subject']}",
        words,
        sender=f"{agent}@staff.example",
        to=str(notice["Reply-To"]),
        in_reply_to=str(notice["Message-ID"]),
        references=str(notice["Message-ID"]),
    )
    return desk.send(answer)


def confirm(desk: Desk, number: int, agent: str = "anna") -> None:
    """The agent answers the receipt about a parked mail of theirs with "do that"."""
    assert desk.fate(number) == "parked"
    asked = desk.letters(f"{agent}@staff.example", "receipt")[-1]
    from_agent(desk, "#send\n", asked, agent)
    desk.settle()
    assert desk.fate(number) == "filed"


def notice_to(desk: Desk, agent: str, ticket: int) -> EmailMessage:
    """The newest notice of a ticket to an agent."""
    found = desk.letters(f"{agent}@staff.example", "notice")
    return [letter for letter in found if letter["X-Mailgate-Ticket"] == str(ticket)][-1]
