"""S-18: the process ends in bounded time whatever hangs, and a relay that never took a letter leaves none in doubt."""

from __future__ import annotations

import json
import smtplib
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from scenarios.process import ODD, PROGRAM, Process, Relay, letter, process, until
from silent import Silent

from mailgate import daemon
from mailgate.app.admin import control_socket

LIMIT = 100.0  # seconds; without a bound it is for ever. By design it is less than daemon.END + daemon.EXIT, on an idle machine


@pytest.fixture
def silent(request: pytest.FixtureRequest) -> Iterator[Silent]:
    peer = Silent(request.param)
    yield peer
    peer.close()


def owe(gateway: Process, count: int = 8) -> None:
    """Letters enough for all four connections."""
    with smtplib.SMTP("127.0.0.1", gateway.port, timeout=100) as client:
        for number in range(count):
            client.sendmail(f"c{number}@customer.example", ["support@acme.example"], letter(f"c{number}"))
    gateway.settled()


def states(gateway: Process) -> dict[str, str]:
    every = ("waiting", "leased", "sending", "sent", "uncertain", "held", "dead")
    return {row.to: row.state for row in gateway.read(lambda read: read.outbox.deliveries(every))}


def ended(gateway: Process) -> None:
    """SIGTERM ends it, with status 0, in time."""
    assert gateway.child is not None
    begun = time.monotonic()
    gateway.child.terminate()
    assert gateway.child.wait(LIMIT) == 0
    assert time.monotonic() - begun < LIMIT


def sent_once_by_a_good_relay(gateway: Process) -> None:
    """The next start sends what was left, each letter once, to a relay that works."""
    relay = Relay()
    try:
        old = gateway.config.read_text()
        start, _, rest = old.partition('transport = "smtp"')
        gateway.config.write_text(start + relay.out + rest[rest.index("\n\n") :])
        gateway.start()
        gateway.drained()
        assert set(states(gateway).values()) == {"sent"}
        assert set(relay.ids().values()) == {1}
        assert {to for to, _ in relay.ids()} == set(states(gateway))
        assert gateway.stop() == 0
    finally:
        relay.close()


@pytest.mark.parametrize("silent", ["accept", "RCPT", "dot"], indirect=True)
def test_s18_sigterm_ends_it_at_whatever_step_a_relay_falls_silent(tmp_path: Path, silent: Silent) -> None:
    with process(tmp_path, out=silent.out) as gateway:
        gateway.start()
        owe(gateway)
        assert silent.reached.acquire(timeout=100)
        ended(gateway)
        found = set(states(gateway).values())
        if silent.step == "dot":  # the whole letter is on its way: nobody knows
            assert found <= {"waiting", "leased", "uncertain"}
        else:
            assert found <= {"waiting", "leased"}
            sent_once_by_a_good_relay(gateway)


@pytest.mark.parametrize("silent", ["RCPT"], indirect=True)
def test_s18_after_kill_9_a_relay_that_took_no_envelope_leaves_no_letter_in_doubt(
    tmp_path: Path, silent: Silent
) -> None:
    with process(tmp_path, out=silent.out) as gateway:
        gateway.start()
        owe(gateway)
        assert silent.reached.acquire(timeout=100)
        assert "sending" not in states(gateway).values()
        gateway.kill()
        sent_once_by_a_good_relay(gateway)


def test_s18_a_name_that_never_resolves_holds_up_no_end_and_leaves_no_doubt(tmp_path: Path) -> None:
    """The resolver of the C library cannot be interrupted; here it hangs for ever."""
    out = 'transport = "smtp"\nhost = "relay.hangs.example"\nport = 25\ntls = "none"\nconnections = 4'
    with process(tmp_path, out=out) as gateway:
        gateway.program = ODD
        gateway.start(ODD="unresolved", HOME=str(tmp_path))
        owe(gateway)
        until((tmp_path / "asked").exists, "nobody asked for the relay's name")
        ended(gateway)
        gateway.program = PROGRAM
        assert set(states(gateway).values()) <= {"waiting", "leased"}
        sent_once_by_a_good_relay(gateway)


@pytest.mark.parametrize("silent", ["accept"], indirect=True)
def test_s18_an_imap_server_that_never_greets_holds_up_no_end(tmp_path: Path, silent: Silent) -> None:
    box = (
        f'\n[[imap]]\nname = "inbox"\naddress = "support@acme.example"\nhost = "127.0.0.1"\nport = {silent.port}\n'
        'tls = "none"\nuser = "u"\npassword = "p"\n'
    )
    with process(tmp_path) as gateway:
        gateway.config.write_text(gateway.config.read_text() + box)
        gateway.start()
        assert silent.reached.acquire(timeout=100)
        ended(gateway)


def test_s18_clients_of_the_control_socket_that_never_finish_hold_up_no_end(tmp_path: Path) -> None:
    with process(tmp_path) as gateway:
        gateway.start()
        clients = []
        for said in (b"", b'{"call"', b'{"call": "ping"}\n'):  # the last one never reads its answer
            client = socket.socket(socket.AF_UNIX)
            with control_socket.path_of(gateway.data) as path:
                client.connect(path)
            client.sendall(control_socket.key_of(gateway.data) + said if said else b"")
            clients.append(client)
        ended(gateway)
        for client in clients:
            client.close()


def test_s18_a_thread_that_hangs_for_ever_is_left_behind(tmp_path: Path) -> None:
    """The last resort, for what nobody foresaw: a page of ours hangs, and asyncio would wait for its thread."""
    with process(tmp_path) as gateway:
        gateway.config.write_text(gateway.config.read_text() + '\n[metrics]\nlisten = "127.0.0.1:0"\n')
        gateway.program = ODD
        gateway.start(ODD="endless page", HOME=str(tmp_path))
        host, _, port = json.loads(gateway.ready.read_text())["metrics"][0].rpartition(":")
        with socket.create_connection((host, int(port))) as asking:
            asking.sendall(b"GET /healthz HTTP/1.1\r\n\r\n")
            until((tmp_path / "asked").exists, "the page was not asked for")
            ended(gateway)
    assert "threads still running at shutdown" in gateway.log.read_text()


def test_s18_the_parts_of_an_end_fit_into_the_whole() -> None:
    """By design: the sum of what is waited for stays below what systemd allows (TimeoutStopSec in the unit)."""
    from mailgate.app.outbox import dispatch

    assert dispatch.GRACE <= daemon.GRACE
    assert daemon.GRACE + daemon.LAST < daemon.END
    unit = Path(daemon.__file__).parents[1] / "systemd" / "mailgate.service"
    [allowed] = [line for line in unit.read_text().splitlines() if line.startswith("TimeoutStopSec=")]
    assert daemon.END + daemon.EXIT <= 30 < float(allowed.partition("=")[2])
