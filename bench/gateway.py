"""A real daemon under measurement: its own process, real sockets, a real disk; asked about through its database."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mails import DESK, Mail

HERE = Path(__file__).parent
TICKS = os.sysconf("SC_CLK_TCK")
CONFIG = """
[gateway]
name = "Acme"
domain = "acme.example"
data = "data"
admin = "root@admin.example"

[smtp]
listen = "127.0.0.1:0"
max_size = "50MB"
trusted_networks = ["127.0.0.1/32"]

[[outgoing]]
name = "out"
transport = "folder"
folder = "{out}"

[[department]]
name = "support"
addresses = ["{desk}"]
from = "Acme Support <{desk}>"
notify = "{notify}"

[[agent]]
name = "anna"
address = "anna@staff.example"
departments = ["support"]

[limits]
acks_per_sender_hour = 1000
acks_per_sender_day = 1000
acks_per_hour = 10000000

[log]
level = "warning"
"""
RULES = '[[rule]]\nname = "everything"\n'


@dataclass(frozen=True)
class Run:
    """What one burst of mail took."""

    mails: int
    received: float  # seconds until the last 250
    whole: float  # seconds until the last ticket was committed and the last letter had its words
    latency: list[float]  # seconds of each mail from connect to 250, sorted
    daemon_cpu: float
    children_cpu: float
    client_cpu: float


def burst(port: int, mails: Sequence[Mail], connections: int) -> dict[str, Any]:
    """Send from another process; returns what `load.send` measured."""
    with load(port, mails, connections) as finish:
        return finish()


@contextmanager
def load(port: int, mails: Sequence[Mail], connections: int) -> Iterator[Callable[[], dict[str, Any]]]:
    """Clients that begin as the block does; what is handed out waits for their end."""
    with tempfile.NamedTemporaryFile(suffix=".mails") as file:
        file.write(pickle.dumps(list(mails)))
        file.flush()
        command = [sys.executable, str(HERE / "load.py"), str(port), str(connections), file.name]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as crowd:
            assert crowd.stdin and crowd.stdout
            crowd.stdout.readline()

            def finish() -> dict[str, Any]:
                said = crowd.stdout.readline()  # type: ignore[union-attr]
                if not said:
                    raise RuntimeError("the clients failed")
                found: dict[str, Any] = json.loads(said)
                return found

            crowd.stdin.write("go\n")
            crowd.stdin.flush()
            try:
                yield finish
            finally:
                crowd.kill()


class Gateway:
    """`mailgate run` on a folder of its own; letters go to a Maildir in memory where there is such a place."""

    def __init__(self, folder: Path, *, notify: str = "pull", out: Path | None = None) -> None:
        self.folder = folder
        self.database = folder / "data" / "mailgate.db"
        (folder / "rules").mkdir(parents=True, exist_ok=True)
        (folder / "templates").mkdir(exist_ok=True)
        (folder / "rules" / "90-default.toml").write_text(RULES)
        self.config = folder / "mailgate.toml"
        self.config.write_text(CONFIG.format(desk=DESK, notify=notify, out=out or folder / "out"))
        self.process: subprocess.Popen[bytes] | None = None
        self.port = 0
        self._asking: sqlite3.Connection | None = None

    def start(self) -> None:
        """Start and wait until it listens."""
        ready, log = self.folder / "ready.json", self.folder / "daemon.log"
        ready.unlink(missing_ok=True)
        command = [sys.executable, "-m", "mailgate", "--config", str(self.config), "run", "--ready-file", str(ready)]
        with log.open("ab") as errors:
            self.process = subprocess.Popen(command, stderr=errors, stdout=errors, cwd=self.folder)
        wait(lambda: ready.exists() or self.process.poll() is not None, 60)  # type: ignore[union-attr]
        if self.process.poll() is not None:
            raise RuntimeError(log.read_text())
        self.port = int(json.loads(ready.read_text())["smtp"][0].rpartition(":")[2])
        wait(lambda: len(self.children()) == 2, 30)
        self._asking = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, isolation_level=None)

    def stop(self) -> None:
        """SIGTERM, then the hard way."""
        if self._asking is not None:
            self._asking.close()
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(40)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def ask(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of the database."""
        assert self._asking is not None
        return self._asking.execute(statement, values).fetchall()

    def run(self, mails: Sequence[Mail], connections: int) -> Run:
        """One burst, from the first connection to the last letter with words."""
        (mail, letter), before = self._highest(), self._cpu()
        with load(self.port, mails, connections) as finish:
            began = time.perf_counter()
            sent = finish()
            wait(lambda: self._done(mail, letter, len(mails)), 120, every=0.02)
            whole = time.perf_counter() - began
        daemon, children = (after - was for after, was in zip(self._cpu(), before, strict=True))
        self.settle()
        return Run(len(mails), sent["seconds"], whole, sent["took"], daemon, children, sent["cpu"])

    def settle(self) -> None:
        """Wait until no letter waits, so that the next burst begins alone."""
        wait(
            lambda: not self.ask("SELECT 1 FROM delivery WHERE state IN ('waiting', 'leased', 'sending') LIMIT 1"), 120
        )

    def _highest(self) -> tuple[int, int]:
        return tuple(self.ask("SELECT (SELECT max(number) FROM mail), (SELECT max(id) FROM letter)")[0])  # type: ignore[return-value]

    def _done(self, mail: int | None, letter: int | None, mails: int) -> bool:
        taken, open_, letters, worded = self.ask(
            "SELECT (SELECT count(*) FROM mail WHERE number > ?1), (SELECT count(*) FROM mail WHERE fate IS NULL), "
            "(SELECT count(*) FROM letter WHERE id > ?2), (SELECT count(*) FROM rendered WHERE letter > ?2)",
            mail or 0, letter or 0,
        )[0]  # fmt: skip
        return bool(taken == mails and not open_ and letters == worded)

    def children(self) -> list[int]:
        """The process ids of the daemon's children."""
        assert self.process is not None
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        tasks = listed.parent.parent
        found: list[int] = []
        for task in tasks.iterdir():
            try:
                found += [int(pid) for pid in (task / "children").read_text().split()]
            except OSError:
                continue  # the thread has ended
        return [pid for pid in found if pid != self.listener()]

    def listener(self) -> int:
        """The process id of the daemon's listener for SMTP."""
        return int((self.database.parent / "listener.lock").read_text() or 0)

    def _cpu(self) -> tuple[float, float]:
        """Seconds of the daemon with its listener, and of its children."""
        assert self.process is not None
        return _cpu(self.process.pid) + _cpu(self.listener()), sum(_cpu(pid) for pid in self.children())

    def memory(self) -> tuple[float, float]:
        """MiB resident: the daemon now, and the largest any of its children that live has ever been."""
        assert self.process is not None
        children = (resident(pid, "VmHWM") for pid in self.children())
        return resident(self.process.pid), max(children, default=0.0)


@contextmanager
def gateway(place: Path, prepare: Callable[[Path], None] | None = None, **options: Any) -> Iterator[Gateway]:
    """A running gateway in a folder that is gone afterwards; `prepare` may fill its database before the start."""
    folder = Path(tempfile.mkdtemp(prefix="mailgate-bench-", dir=place))
    memory = Path("/dev/shm")
    out = Path(tempfile.mkdtemp(prefix="mailgate-bench-", dir=memory if memory.is_dir() else folder))
    found = Gateway(folder, out=out, **options)
    try:
        if prepare is not None:
            prepare(found.database)
        found.start()
        yield found
    finally:
        found.stop()
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(out, ignore_errors=True)


def wait(true: Callable[[], Any], seconds: float, every: float = 0.05) -> None:
    """Ask until the answer is yes. Raises TimeoutError."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(f"not within {seconds:.0f} s")
        time.sleep(every)


def resident(pid: int, what: str = "VmRSS") -> float:
    """MiB of a process, now (VmRSS) or at its highest (VmHWM)."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(what):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0


def _cpu(pid: int) -> float:
    """Seconds of user and system time."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS
