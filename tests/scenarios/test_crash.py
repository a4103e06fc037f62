"""Kill -9 at every named point and at any moment, under load: what was acknowledged is there, once (threats D-01)."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from scenarios.process import Customers, Process, Relay, process, until

from mailgate import crash
from mailgate.errors import ConfigError

LARGE = ("mid-data", "after-incoming", "after-link", "before-discard")  # every tenth mail is large
RARE = ("after-claim",)  # one claim takes many letters
ROUNDS = int(os.environ.get("MAILGATE_CRASH_ROUNDS", "15"))


@pytest.fixture
def relay() -> Iterator[Relay]:
    found = Relay()
    yield found
    found.close()


def check_mail(gateway: Process, customers: Customers) -> None:
    """Nothing acknowledged is missing, nothing is there twice, and the file is sound."""
    subjects = gateway.subjects()
    acknowledged = {f"lamp {serial}" for serial in customers.acknowledged}
    assert acknowledged, "nothing was ever acknowledged"
    assert acknowledged <= subjects.keys()
    assert {subject: count for subject, count in subjects.items() if count > 1} == {}
    assert gateway.integrity() == "ok"
    audit = gateway.command("audit")
    assert audit.returncode == 0, audit.stdout


def check_files(gateway: Process) -> None:
    """Two days later no file of a large mail is left that no row speaks of, and none that a row speaks of is gone."""
    later = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    swept = gateway.command("job", "sweep", "--now", later)
    assert swept.returncode == 0, swept.stderr
    rows = gateway.read(lambda read: read.session.all("SELECT DISTINCT blob FROM mail WHERE blob IS NOT NULL", {}))
    assert {path.name for path in (gateway.data / "blobs").glob("??/*")} == {row["blob"] for row in rows}
    assert list((gateway.data / "incoming").glob("*")) == []  # made with the first large mail


def leaving(gateway: Process) -> set[tuple[str, str]]:
    """The letters that a crash found on their way: announced, and nobody wrote down what became of them."""
    try:
        return {(row.to, row.message_id) for row in gateway.read(lambda read: read.outbox.deliveries(("sending",)))}
    except ConfigError:
        return set()  # killed before there was a database


def check_letters(gateway: Process, relay: Relay, in_doubt: Counter[tuple[str, str]]) -> None:
    """Every letter left, or a person is told that it may have; only those in doubt left twice, with the same bytes.

    An acknowledgement in doubt is never tried again; any other is, once: the second doubt is a person's to settle.
    """
    copies = relay.ids()
    rows = gateway.read(lambda read: read.outbox.deliveries(("sent", "uncertain", "dead", "held")))
    assert {row.state for row in rows} <= {"sent", "uncertain"}
    assert {(row.to, row.message_id) for row in rows if row.state == "sent"} <= copies.keys()
    uncertain = {(row.to, row.message_id): row.template for row in rows if row.state == "uncertain"}
    assert {key: name for key, name in uncertain.items() if in_doubt[key] < (1 if name == "ack" else 2)} == {}
    doubled = {key: count for key, count in copies.items() if count > 1}
    assert doubled.keys() <= in_doubt.keys(), "doubled outside the one window that physics leaves"
    acks = {(row.to, row.message_id) for row in rows if row.template == "ack"}
    assert not acks & doubled.keys(), "an acknowledgement left twice"
    assert len(set(relay.taken)) == len(copies), "the second time it was other bytes"


def check_all(gateway: Process, customers: Customers, relay: Relay, in_doubt: Counter[tuple[str, str]]) -> None:
    """Nothing is lost and nothing doubled once the customers have their 250 and the last letter has left."""
    customers.join()
    gateway.drained()
    check_mail(gateway, customers)
    check_letters(gateway, relay, in_doubt)
    assert gateway.stop() == 0
    check_files(gateway)


@pytest.mark.parametrize("point", [point for point in crash.POINTS if point not in crash.OF_THE_LISTENER])
def test_d01_killed_at_a_named_point_under_load_nothing_acknowledged_is_missing_or_there_twice(
    tmp_path: Path, relay: Relay, point: str
) -> None:
    with process(tmp_path, out=relay.out) as gateway:
        nth = 2 if point in LARGE + RARE else 6
        child = gateway.spawn(MAILGATE_CRASH_AT=f"{point}:{nth}")
        customers = Customers(gateway.port)
        assert child.wait(100) == -signal.SIGKILL, gateway.log.read_text()
        before, in_doubt = len(customers.acknowledged), Counter(leaving(gateway))
        gateway.start()
        until(lambda: len(customers.acknowledged) > before + 5, "no mail is taken after the restart")
        check_all(gateway, customers, relay, in_doubt)


@pytest.mark.parametrize("point", crash.OF_THE_LISTENER)
def test_d01_a_listener_killed_at_a_named_point_under_load_is_started_again_and_nothing_is_missing(
    tmp_path: Path, relay: Relay, point: str
) -> None:
    with process(tmp_path, out=relay.out) as gateway:
        gateway.start(MAILGATE_CRASH_AT=f"{point}:{2 if point in LARGE else 6}")
        customers = Customers(gateway.port)
        died = "the listener has ended, another one is started status=-9"
        until(lambda: gateway.log.read_text().count(died) >= 3, "the listener did not die")
        assert not gateway.dead(), "it took the desk with it"
        gateway.kill()
        in_doubt = Counter(leaving(gateway))
        gateway.start()
        check_all(gateway, customers, relay, in_doubt)


def test_rounds_of_kill_at_any_moment_lose_nothing_and_double_nothing(tmp_path: Path, relay: Relay) -> None:
    seed = random.SystemRandom().randrange(2**32)
    chance = random.Random(seed)
    print(f"seed {seed}")
    with process(tmp_path, out=relay.out) as gateway:
        customers = Customers(gateway.port, hands=2, pace=0.06)
        over, in_doubt = threading.Event(), Counter[tuple[str, str]]()
        for _ in range(ROUNDS):
            gateway.spawn()
            over.wait(chance.uniform(0.2, 1.6))  # the moment of the kill is the test
            gateway.kill()
            in_doubt.update(leaving(gateway))
        gateway.start()
        customers.join()
        gateway.drained()
        blamed = gateway.read(lambda read: read.mail.quarantined())
        assert blamed == [], "S-04: a mail was blamed for the end of the daemon"
        check_mail(gateway, customers)
        check_letters(gateway, relay, in_doubt)


def test_f08_the_mail_is_on_disk_before_the_sender_hears_250(tmp_path: Path, strace: str) -> None:
    with process(tmp_path) as gateway:
        gateway.start()
        with gateway.traced("-y", "-s", "200", "-e", "trace=fdatasync,fsync,sendto,write") as trace:
            customers = Customers(gateway.port, hands=1)
            until(lambda: len(customers.acknowledged) >= 8, "no mail is taken")
            customers.join()
        assert gateway.stop() == 0
    synced = large = 0
    answers = 0
    for line in trace.read_text(errors="replace").splitlines():
        if (
            "mailgate.db-wal>" in line and "fdatasync(" in line and "unfinished" not in line
        ) or "fdatasync resumed" in line:
            synced += 1
        elif re.search(r"fsync\(\d+<[^>]*/blobs/..>", line):
            large += 1
        elif "queued as" in line:
            assert synced, "250 before the log was on disk"
            answers += 1
            synced = 0
    assert answers >= 8
    assert large >= 1


def test_a_point_that_nobody_asks_for_does_nothing() -> None:
    script = "from mailgate import crash\nfor name in crash.POINTS: crash.point(name)\nprint('alive')"
    environment = {key: value for key, value in os.environ.items() if key != "MAILGATE_CRASH_AT"}
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=True)
    assert said.stdout == "alive\n"


def test_every_point_is_compiled_in_once() -> None:
    source = "".join(path.read_text() for path in Path(crash.__file__).parent.rglob("*.py"))
    assert {name: source.count(f'crash.point("{name}")') for name in crash.POINTS} == dict.fromkeys(crash.POINTS, 1)
