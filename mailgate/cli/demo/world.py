"""A gateway of its own for the demo, with people who write to it by real SMTP and read their letters from a folder."""

from __future__ import annotations

import asyncio
import email
import email.policy
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path

import click

from mailgate import newfile
from mailgate.core.model.ticket import Ticket
from mailgate.daemon import Daemon
from mailgate.ends import SmtpTransport, plain_transport
from mailgate.store.base import TicketFilter
from mailgate.wiring import Gateway, build, edges

PATIENCE = 30.0
EVERY_STATUS = ("new", "open", "waiting", "hold", "solved", "archived")

CONFIG = """\
[gateway]
name = "Acme Lamps"
domain = "acme.example"
data = "data"
admin = "root@admin.example"
timezone = "Europe/Helsinki"

[smtp]
listen = "127.0.0.1:0"

[[outgoing]]
name = "letters"
transport = "folder"
folder = "letters"

[commands]
undo_window = "0s"

[[department]]
name = "support"
addresses = ["support@acme.example"]
from = "Acme Support <support@acme.example>"
sla = "standard"
calendar = "office"
lead = "anna"
signature = "Acme Lamps, Mannerheimintie 1, Helsinki"

[[department]]
name = "sales"
addresses = ["sales@acme.example"]
from = "Acme Sales <sales@acme.example>"
calendar = "office"

[[agent]]
name = "anna"
address = "anna@staff.example"
full_name = "Anna Virtanen"
role = "lead"
calendar = "always"

[[agent]]
name = "bo"
address = "bo@staff.example"
full_name = "Bo Ek"
departments = ["support"]
calendar = "always"

[[sla]]
name = "standard"
first_response = "3h"
resolve = "2d"
escalate = [{ at = 1.0, notify = "lead", priority = "urgent" }]

[[calendar]]
name = "office"
timezone = "Europe/Helsinki"
monday = "09:00-17:00"
tuesday = "09:00-17:00"
wednesday = "09:00-17:00"
thursday = "09:00-17:00"
friday = "09:00-17:00"
holidays = "FI"
"""


WEB = """
[web]
listen = "127.0.0.1:{port}"
url = "http://127.0.0.1:{port}"
run = "child"

[log]
level = "error"
"""


class DemoClock:
    """The demo's clock: the real one, put forward by `ahead`."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Disappointed(Exception):
    """A step of the demo did not happen."""


@dataclass(slots=True)
class DemoWorld:
    """The running gateway and the folder its letters arrive in."""

    folder: Path
    gateway: Gateway
    daemon: Daemon
    thread: threading.Thread
    clock: DemoClock
    settled: dict[int, str] = field(default_factory=dict)
    change: threading.Condition = field(default_factory=threading.Condition)
    post: SmtpTransport | None = None

    @property
    def web(self) -> str:
        """`http://127.0.0.1:PORT`, "" without the packages of the web pages."""
        return self.gateway.config.policy.web.url

    def web_opens(self) -> bool:
        """Wait until the web pages are there; False when they do not come."""
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends:
            found = self.gateway.window()
            if found is None or (found.answers and found.asked):
                return found is not None
            time.sleep(0.05)
        return False

    @property
    def smtp(self) -> str:
        """`127.0.0.1:PORT`."""
        return str(self.daemon.door.bound["smtp"][0])

    def send(self, message: EmailMessage, *, sender: str | None = None) -> int:
        """Hand a mail over by SMTP, wait for its fate, and return its number."""
        if self.post is None:
            host, _, port = self.smtp.rpartition(":")
            self.post = plain_transport(host, int(port), helo="demo.example")
        envelope = sender if sender is not None else message["From"].addresses[0].addr_spec
        people = [a.addr_spec for name in ("To", "Cc") for a in (message[name].addresses if message[name] else ())]
        ours = [addr for addr in people if addr.endswith("@acme.example")]
        before = set(self.settled)
        raw = message.as_bytes(policy=email.policy.SMTP)
        with self.change:
            for addr in ours:
                self.post.send(envelope, addr, raw)
            if not self.change.wait_for(lambda: len(set(self.settled) - before) >= len(ours), PATIENCE):
                raise Disappointed("the mail got no fate")
            return min(set(self.settled) - before)

    def letters(self, to: str) -> list[EmailMessage]:
        """What has been sent to somebody, oldest first."""
        return [letter for letter in self._all_letters() if str(letter["Delivered-To"]).strip("<> ") == to]

    def letters_to_customers(self) -> list[EmailMessage]:
        """What has been sent to anybody but our own people, oldest first."""
        return [letter for letter in self._all_letters() if "@staff.example" not in str(letter["Delivered-To"])]

    def _all_letters(self) -> list[EmailMessage]:
        self.gateway.dispatcher.drain()
        files = sorted(
            (self.folder / "letters" / "new").glob("*"), key=lambda path: (path.stat().st_mtime_ns, path.name)
        )
        return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in files]

    def newest(self, to: str, what: str) -> EmailMessage:
        """Somebody's newest letter. Raises Disappointed when they got none."""
        found = self.letters(to)
        if not found:
            raise Disappointed(f"no {what} for {to}")
        return found[-1]

    @contextmanager
    def at(self, moment: datetime) -> Iterator[None]:
        """Let it be that time for a while."""
        self.clock.ahead = moment - datetime.now(UTC)
        try:
            yield
        finally:
            self.clock.ahead = timedelta()

    def letter(self, to: str, ticket: str, what: str) -> EmailMessage:
        """Somebody's newest letter about a ticket, of that template. Raises Disappointed when they got none."""
        self.gateway.dispatcher.drain()
        rows = self.gateway.store.read(lambda read: read.outbox.deliveries(("sent",)))
        found = [row.message_id for row in rows if row.template == what and str(row.ticket) == ticket]
        newest = [one for one in self.letters(to) if str(one["Message-ID"]) in found]
        if not newest:
            raise Disappointed(f"no {what} about #{ticket} for {to}")
        return newest[-1]

    def ticket(self, number: int) -> Ticket:
        """A ticket with its thread. Raises Disappointed when there is none."""
        found = self.gateway.store.read(lambda read: read.tickets.get(number))
        if found is None:
            raise Disappointed(f"there is no ticket {number}")
        return found

    def tickets(self) -> list[Ticket]:
        """All of them, by number."""
        wanted, now = TicketFilter(status=EVERY_STATUS), self.gateway.clock()
        return sorted(
            self.gateway.store.read(lambda read: read.tickets.matching(wanted, now)), key=lambda one: one.number
        )

    def ticket_of(self, mail: int) -> Ticket:
        """The ticket a mail was filed in. Raises Disappointed."""
        row = self.gateway.store.read(lambda read: read.mail.row(mail))
        if row is None or not row.tickets:
            raise Disappointed(f"mail {mail} is in no ticket")
        return self.ticket(int(row.tickets[0]))

    def close(self) -> None:
        """Stop the gateway and wait for it."""
        if self.post is not None:
            self.post.close()
        self.daemon.stop()
        self.thread.join(PATIENCE)


def start(folder: Path) -> DemoWorld:
    """A gateway with the demo's configuration, serving on a free loopback port. Raises Disappointed."""
    from mailgate.config.files import shared
    from mailgate.config.web import missing_packages

    web = "" if missing_packages() else WEB.format(port=_free_port())
    newfile.write(folder / "mailgate.toml", (CONFIG + web).encode())
    for name in ("rules", "templates"):
        newfile.folder(folder / name)
        for source in shared(name).iterdir():
            if source.is_file():
                newfile.write(folder / name / source.name, source.read_bytes())
    clock = DemoClock()
    gateway = build(folder / "mailgate.toml", children=1, clock=clock)
    daemon = Daemon(gateway, edges(gateway))
    failures: list[BaseException] = []

    def serve() -> None:
        try:
            asyncio.run(daemon.run())
        except BaseException as error:  # told to whoever waits for the start
            failures.append(error)
            daemon.started.set()

    thread = threading.Thread(target=serve, name="demo-daemon", daemon=True)
    world = DemoWorld(folder, gateway, daemon, thread, clock)
    gateway.intake.settled = _listener(world)
    thread.start()
    if not daemon.started.wait(PATIENCE) or failures:
        raise Disappointed(f"the gateway did not start: {failures[:1]}")
    return world


def _free_port() -> int:
    """A port that is free now: the address stands in letters before anybody listens there."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listener(world: DemoWorld) -> Callable[[object], None]:
    def settled(done: object) -> None:
        with world.change:
            world.settled[done.number] = str(done.fate)  # type: ignore[attr-defined]
            world.change.notify_all()

    return settled


def mail(sender: str, to: str, subject: str, text: str, **headers: str) -> EmailMessage:
    """A mail as an ordinary client writes it; header names in snake case."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = formatdate(localtime=False)
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2].rstrip(">"))
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def reply(letter: EmailMessage, sender: str, text: str, subject: str = "") -> EmailMessage:
    """An answer as a mail client makes it: subject, thread, and the quoted letter below."""
    body = letter.get_body(("plain",))
    quoted = "\n".join(f"> {line}" for line in (body.get_content() if body else "").splitlines())
    to = str(letter["Reply-To"] or letter["From"])
    references = f"{letter['References'] or ''} {letter['Message-ID']}".strip()
    title = subject or str(letter["Subject"])
    title = title if title.lower().startswith("re:") else f"Re: {title}"
    wrote = f"\n\nOn {letter['Date']}, {letter['From']} wrote:\n"
    return mail(
        sender, to, title, f"{text}{wrote}{quoted}\n", in_reply_to=str(letter["Message-ID"]), references=references
    )


def text_of(letter: EmailMessage) -> str:
    """The plain words of a letter."""
    body = letter.get_body(("plain",))
    return body.get_content() if body is not None else ""


def first_words(letter: EmailMessage) -> str:
    """The heading of a letter to an agent: the first line under the marker."""
    lines = [line.strip() for line in text_of(letter).splitlines() if line.strip()]
    marker = next((at for at, line in enumerate(lines) if "mg:" in line), 0)
    return " ".join(lines[marker + 1 : marker + 3])


def say(text: str) -> None:
    """One line of the story, at once."""
    click.echo(text)
