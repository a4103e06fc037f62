"""A gateway in a process of its own, a customer who never gives up, and a relay that writes down what it got."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import smtplib
import socketserver
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Any

import programs
from conftest import RULES
from ports import free_port

from mailgate.store.base import Read, TicketFilter
from mailgate.store.sqlite.store import SqliteStore

CONFIG = """
[gateway]
name = "Acme"
domain = "acme.example"
data = "{data}"
admin = "root@admin.example"

[smtp]
listen = "127.0.0.1:{port}"
trusted_networks = ["127.0.0.1/32"]

[[outgoing]]
name = "out"
{out}

[[department]]
name = "support"
addresses = ["support@acme.example"]
from = "Acme Support <support@acme.example>"

[[agent]]
name = "anna"
address = "anna@staff.example"
departments = ["support"]

[limits]
acks_per_hour = 100000
"""
PROGRAM = ("-m", "mailgate")
ODD = (str(Path(__file__).with_name("odd_daemon.py")),)
FOLDER = 'transport = "folder"\nfolder = "outbox"'


def until(true: Callable[[], Any], why: str, seconds: float = 100.0) -> Any:
    """The first true answer; other processes wake nobody, so they are asked again and again."""
    deadline = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < deadline, why
        time.sleep(0.02)
    return found


def followed(pid: int) -> bool:
    """Whether every thread of a process has a tracer."""
    states = (path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/status"))
    return not any("TracerPid:\t0\n" in state for state in states)


class Process:
    """`mailgate run` on a folder, started and ended as often as a test likes."""

    files = 0  # how many it may have open at a time, if that is not as many as we

    def __init__(self, folder: Path, *, data: str = "data", out: str = FOLDER, rules: str = RULES) -> None:
        self.folder, self.data = folder, folder / data
        self.config = folder / "mailgate.toml"
        self.ready = folder / "ready.json"
        self.port = free_port()
        folder.mkdir(exist_ok=True)
        self.config.write_text(CONFIG.format(data=data, port=self.port, out=out))
        (folder / "rules").mkdir(exist_ok=True)
        (folder / "rules" / "90-default.toml").write_text(rules)
        (folder / "templates").mkdir(exist_ok=True)
        self.child: subprocess.Popen[bytes] | None = None
        self.log = folder / "daemon.log"
        self.program = PROGRAM  # what Python is to run; else a script of a test's

    def spawn(self, *wrapper: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start; does not wait. `wrapper` goes before the command line (`sh -c 'ulimit ...'`)."""
        self.ready.unlink(missing_ok=True)
        words = ["--config", str(self.config), "run", "--ready-file", str(self.ready)]
        env = {**os.environ, **environment}
        with self.log.open("ab") as log:
            if not wrapper and programs.can_fork(env):
                script = "" if self.program == PROGRAM else self.program[0]
                self.child = programs.popen(
                    words,
                    stdin=0,
                    stdout=1,
                    stderr=log.fileno(),
                    env=env,
                    cwd=Path.cwd(),
                    script=script,
                    files=self.files,
                )
            else:
                if self.files:
                    wrapper = ("prlimit", f"--nofile={self.files}:{self.files}", *wrapper)
                self.child = subprocess.Popen([*wrapper, sys.executable, *self.program, *words], stderr=log, env=env)
        return self.child

    def start(self, *wrapper: str, **environment: str) -> dict[str, Any]:
        """Start and wait until it is ready; returns what the ready file says."""
        child = self.spawn(*wrapper, **environment)
        until(lambda: self.ready.exists() or child.poll() is not None, "the daemon did not get ready")
        assert child.poll() is None, self.log.read_text()
        found: dict[str, Any] = json.loads(self.ready.read_text())
        return found

    def dead(self) -> bool:
        """True when the daemon that was started last has ended."""
        return self.child is None or self.child.poll() is not None

    def listener(self) -> int:
        """The process id of the listener of now."""
        return int(until((self.data / "listener.lock").read_text, "no listener"))

    @contextlib.contextmanager
    def traced(self, *options: str) -> Iterator[Path]:
        """While the block lasts `strace OPTIONS` looks at, or into, the desk and its listener; the file it writes."""
        assert self.child is not None
        processes = (self.child.pid, self.listener())
        trace = self.folder / "trace"
        watched = [f"--attach={each}" for each in processes]
        with subprocess.Popen(["strace", "-f", "-qq", "-o", str(trace), *options, *watched]) as tracer:
            until(lambda: all(map(followed, processes)), "strace did not come")
            try:
                yield trace
            finally:
                tracer.terminate()

    def kill(self) -> None:
        """kill -9."""
        if self.child is not None:
            self.child.kill()
            self.child.wait(100)

    def stop(self) -> int:
        """SIGTERM; returns the exit status."""
        assert self.child is not None
        self.child.send_signal(signal.SIGTERM)
        return self.child.wait(100)

    def command(self, *words: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run another command of mailgate on the same configuration."""
        return programs.run(["--config", str(self.config), *words], **options)

    def read(self, question: Callable[[Read], Any]) -> Any:
        """Ask the database beside the daemon."""
        store = SqliteStore(self.data / "mailgate.db", writable=False)
        try:
            return store.read(question)
        finally:
            store.close()

    def settled(self) -> None:
        """Wait until every mail has its fate."""
        until(lambda: self.read(lambda read: read.report.audit())["unaccounted"] == 0, "some mail got no fate")

    def drained(self) -> None:
        """Wait until no letter waits to leave."""
        self.settled()
        busy = ("waiting", "leased", "sending")
        until(lambda: not self.read(lambda read: read.outbox.deliveries(busy)), "some letter did not leave")

    def subjects(self) -> Counter[str]:
        """How many tickets there are of each subject."""
        wanted = TicketFilter(status=("new", "open", "waiting", "hold", "solved", "archived"), limit=100_000)
        tickets = self.read(lambda read: read.tickets.matching(wanted, datetime.now(UTC)))
        return Counter(ticket.subject for ticket in tickets)

    def integrity(self) -> str:
        return str(self.read(lambda read: read.session.scalar("PRAGMA integrity_check", {})))


@contextlib.contextmanager
def process(folder: Path, **parts: str) -> Iterator[Process]:
    """A process that is gone when the block ends, whatever happened."""
    found = Process(folder, **parts)
    try:
        yield found
    finally:
        found.kill()


def letter(serial: str, size: int = 0) -> bytes:
    """A customer's mail, told from every other by its subject."""
    return (
        f"From: {serial}@customer.example\r\nTo: support@acme.example\r\nSubject: lamp {serial}\r\n"
        f"Message-ID: <{serial}@customer.example>\r\n\r\nLamp {serial} is broken.\r\n"
        + ("x" * 70 + "\r\n")
        * (size // 72)
    ).encode()


class Customers:
    """Send mail until told to stop; what was not acknowledged with 250 is sent again, the same bytes.

    A hand rests `pace` seconds after a mail: a fast machine must not owe thousands of letters when the test ends.
    """

    def __init__(self, port: int, hands: int = 3, pace: float = 0.02) -> None:
        self.port, self.pace = port, pace
        self.acknowledged: list[str] = []
        self.again: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._serial = 0
        self._guard = threading.Lock()
        self._enough = threading.Event()
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(hands)]
        for thread in self._threads:
            thread.start()

    def enough(self) -> None:
        """Write nothing new; what was begun is sent until it is acknowledged."""
        self._enough.set()

    def join(self) -> None:
        self.enough()
        for thread in self._threads:
            thread.join(100)
            assert not thread.is_alive(), "some mail was never taken"

    def _next(self) -> str | None:
        with contextlib.suppress(queue.Empty):
            return self.again.get_nowait()
        if self._enough.is_set():
            return None
        with self._guard:
            self._serial += 1
            return f"c{self._serial}"

    def _work(self) -> None:
        while (serial := self._next()) is not None:
            self.again.put(serial)  # until it is acknowledged
            try:
                self._session()
            except (OSError, smtplib.SMTPException):
                time.sleep(0.02)  # nobody is there

    def _session(self) -> None:
        """Mails on one connection, as long as it lasts."""
        with smtplib.SMTP("127.0.0.1", self.port, timeout=100) as client:
            while (serial := self._next()) is not None:
                raw = letter(serial, 90_000 if serial.endswith("7") else 0)
                try:
                    client.sendmail(f"{serial}@customer.example", ["support@acme.example"], raw)
                except BaseException:
                    self.again.put(serial)
                    raise
                self.acknowledged.append(serial)
                self._enough.wait(self.pace)


class Relay:
    """A relay that takes everything and remembers (recipient, bytes)."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, bytes]] = []
        relay = self

        class Session(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                with contextlib.suppress(OSError):
                    relay.talk(self)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = daemon_threads = True

        self.server = Server(("127.0.0.1", 0), Session)
        self.port = int(self.server.server_address[1])
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def out(self) -> str:
        """What stands under [[outgoing]] to send by this relay."""
        return f'transport = "smtp"\nhost = "127.0.0.1"\nport = {self.port}\ntls = "none"'

    def talk(self, peer: socketserver.StreamRequestHandler) -> None:
        peer.wfile.write(b"220 relay\r\n")
        recipients: list[str] = []
        for line in peer.rfile:
            verb = line[:4].upper()
            if verb == b"RCPT":
                recipients.append(line.split(b"<")[1].split(b">")[0].decode())
            if verb == b"DATA":
                peer.wfile.write(b"354 go\r\n")
                raw = b""
                for row in peer.rfile:
                    if row == b".\r\n":
                        self.taken += [(recipient, raw) for recipient in recipients]
                        break
                    raw += row
                recipients = []
            peer.wfile.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")

    def ids(self) -> Counter[tuple[str, str]]:
        """How often each letter came: (recipient, Message-ID)."""
        found = Counter[tuple[str, str]]()
        for recipient, raw in self.taken:
            found[recipient, str(BytesHeaderParser().parsebytes(raw)["Message-ID"]).strip()] += 1
        return found

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
