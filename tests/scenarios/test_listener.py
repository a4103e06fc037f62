"""Listener and desk as two processes: whichever is killed or stopped, nothing acknowledged is missing or there twice."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import smtplib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from scenarios.process import Customers, Process, letter, process, until


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Process]:
    with process(tmp_path) as found:
        yield found


def asked(gateway: Process, address: str) -> int:
    """What RCPT says of an address."""
    with smtplib.SMTP("127.0.0.1", gateway.port, timeout=100) as client:
        client.ehlo()
        client.mail("a@customer.example")
        return client.rcpt(address)[0]


def send(gateway: Process, serial: str, size: int = 0) -> int:
    with contextlib.closing(smtplib.SMTP("127.0.0.1", gateway.port, timeout=100)) as client:
        try:
            client.sendmail("a@customer.example", ["support@acme.example"], letter(serial, size))
        except smtplib.SMTPResponseException as error:
            return error.smtp_code
        return 250


def check(gateway: Process, customers: Customers) -> None:
    gateway.settled()
    subjects = gateway.subjects()
    assert customers.acknowledged
    assert {f"lamp {serial}" for serial in customers.acknowledged} <= subjects.keys()
    assert {subject: count for subject, count in subjects.items() if count > 1} == {}
    assert gateway.command("audit").returncode == 0


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGSTOP])
def test_s18b_a_listener_killed_or_stopped_at_any_moment_under_load_costs_no_mail_and_not_the_desk(
    gateway: Process, blow: signal.Signals
) -> None:
    seed = random.SystemRandom().randrange(2**32)
    chance = random.Random(seed)
    print(f"seed {seed}")
    gateway.start()
    customers = Customers(gateway.port)
    for _ in range(6 if blow is signal.SIGKILL else 1):
        before = gateway.listener()
        time.sleep(chance.uniform(0.05, 0.6))  # the moment of the blow is the test
        os.kill(before, blow)
        until(
            lambda before=before: (gateway.data / "listener.lock").read_text() not in ("", f"{before}\n"),
            "no other came",
        )
        taken = len(customers.acknowledged)
        until(lambda taken=taken: len(customers.acknowledged) > taken + 3, "no mail is taken")
        assert not gateway.dead()
    customers.join()
    check(gateway, customers)
    assert gateway.stop() == 0


def test_s18b_a_desk_that_is_stopped_makes_the_listener_say_451_and_goes_on_afterwards(gateway: Process) -> None:
    gateway.start()
    assert gateway.child is not None
    customers = Customers(gateway.port)
    until(lambda: len(customers.acknowledged) > 5, "no mail is taken")
    os.kill(gateway.child.pid, signal.SIGSTOP)
    try:
        begun = time.monotonic()
        code = send(gateway, "while-stopped")
        assert code in (421, 451)
        assert time.monotonic() - begun < 60
        log = gateway.log.read_text()
        assert "the desk does not answer" in log
        with pytest.raises(smtplib.SMTPResponseException, match="421"):
            smtplib.SMTP("127.0.0.1", gateway.port, timeout=100)
    finally:
        os.kill(gateway.child.pid, signal.SIGCONT)
    taken = len(customers.acknowledged)
    until(lambda: len(customers.acknowledged) > taken + 5, "no mail is taken afterwards")
    assert send(gateway, "afterwards") == 250
    customers.join()
    check(gateway, customers)
    assert gateway.stop() == 0


def test_s18b_the_listener_of_a_killed_desk_says_421_and_ends(gateway: Process) -> None:
    gateway.start()
    listener = gateway.listener()
    with contextlib.closing(smtplib.SMTP("127.0.0.1", gateway.port, timeout=100)) as idle:
        idle.ehlo()
        gateway.kill()
        assert idle.getreply()[0] == 421
    until(lambda: not Path(f"/proc/{listener}").exists(), "the listener did not end")


def test_s18b_a_stopped_listener_of_a_killed_desk_is_ended_by_the_next_desk(gateway: Process) -> None:
    gateway.start()
    listener = gateway.listener()
    os.kill(listener, signal.SIGSTOP)
    gateway.kill()
    gateway.start()
    assert gateway.listener() != listener
    assert not Path(f"/proc/{listener}").exists() or "Z" in Path(f"/proc/{listener}/stat").read_text().split()[2]
    assert send(gateway, "one") == 250
    assert gateway.stop() == 0


def test_a_reload_holds_for_the_listener_when_it_is_answered_and_a_refused_one_for_nobody(gateway: Process) -> None:
    gateway.start()
    assert (asked(gateway, "support@acme.example"), asked(gateway, "sales@acme.example")) == (250, 550)
    good = gateway.config.read_text()
    more = good.replace('["support@acme.example"]', '["support@acme.example", "sales@acme.example"]')
    gateway.config.write_text(more)
    assert gateway.command("reload").returncode == 0
    assert (asked(gateway, "support@acme.example"), asked(gateway, "sales@acme.example")) == (250, 250)
    gateway.config.write_text(good.replace("support@acme.example", "help@acme.example").replace("Acme Support <", "<<"))
    assert gateway.command("reload").returncode == 1
    assert (asked(gateway, "support@acme.example"), asked(gateway, "help@acme.example")) == (250, 550)
    gateway.config.write_text(good)
    assert gateway.command("reload").returncode == 0
    assert (asked(gateway, "support@acme.example"), asked(gateway, "sales@acme.example")) == (250, 550)
    assert gateway.stop() == 0


def test_mail_of_every_size_crosses_and_leaves_no_file_behind(gateway: Process) -> None:
    gateway.start()
    for size in (0, 60_000, 66_000, 3_000_000):
        assert send(gateway, f"s{size}", size) == 250
    gateway.settled()
    assert gateway.subjects().total() == 4
    until(lambda: list((gateway.data / "incoming").iterdir()) == [], "a file is left")
    assert gateway.stop() == 0


def test_status_tells_of_a_listener_that_is_not_there(gateway: Process) -> None:
    gateway.start()
    for _ in range(9):  # each start waits longer than the one before
        pid = gateway.listener()
        os.kill(pid, signal.SIGKILL)
        until(lambda pid=pid: (gateway.data / "listener.lock").read_text() != f"{pid}\n", "its end was not seen")
        if "listener" in gateway.command("status").stdout:
            break
    else:
        pytest.fail("status says nothing")
    until(lambda: send(gateway, "again") == 250, "no mail is taken")
    assert gateway.stop() == 0
