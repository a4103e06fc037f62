"""The daemon as its surroundings see it: files, signals, the supervisor, other commands, its owner."""

from __future__ import annotations

import json
import os
import pwd
import signal
import smtplib
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import running
from scenarios.process import Process, letter, process, until

from mailgate.app.admin import control_socket
from mailgate.app.admin.control_socket import REQUEST
from mailgate.store.sqlite.store import SqliteStore


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Process]:
    with process(tmp_path) as found:
        yield found


def ask(gateway: Process, line: bytes) -> Any:
    """One line to the control socket, and what it answers."""
    with socket.socket(socket.AF_UNIX) as sock, control_socket.path_of(gateway.data) as path:
        sock.connect(path)
        sock.sendall(control_socket.key_of(gateway.data) + line)
        sock.shutdown(socket.SHUT_WR)
        return json.loads(sock.makefile("rb").read())


def deliver(gateway: Process, serial: str) -> None:
    with smtplib.SMTP("127.0.0.1", gateway.port, timeout=100) as client:
        client.sendmail("a@customer.example", ["support@acme.example"], letter(serial))


def test_the_ready_file_says_where_it_listens_and_is_gone_after_the_end(gateway: Process) -> None:
    found = gateway.start()
    assert gateway.child is not None
    assert found["smtp"] == [f"127.0.0.1:{gateway.port}"]
    assert found["lmtp"] == []
    assert found["pid"] == gateway.child.pid
    deliver(gateway, "one")
    assert gateway.stop() == 0
    assert not gateway.ready.exists()
    assert not (gateway.data / control_socket.NAME).exists()


def test_a_port_that_is_taken_is_a_clear_word_and_status_1(gateway: Process) -> None:
    with socket.create_server(("127.0.0.1", gateway.port)):
        assert gateway.spawn().wait(100) == 1
    last = gateway.log.read_text().splitlines()[-1]
    assert last.startswith("mailgate: cannot listen: ")
    assert "Traceback" not in gateway.log.read_text()


def test_a_ready_file_that_cannot_be_written_is_a_clear_word_and_status_1(gateway: Process) -> None:
    gateway.ready = gateway.folder / "nowhere" / "ready.json"
    assert gateway.spawn().wait(100) == 1
    assert (
        gateway.log.read_text().splitlines()[-1]
        == f"mailgate: {gateway.ready} cannot be written: No such file or directory"
    )


# --- the supervisor ---------------------------------------------------------------------------------------------------


def test_systemd_hears_ready_signs_of_life_reloading_and_stopping(gateway: Process, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.bind(str(tmp_path / "n"))
        notify.settimeout(100)
        gateway.start(NOTIFY_SOCKET=str(tmp_path / "n"), WATCHDOG_USEC="200000")
        heard = [notify.recv(100).decode()]
        assert heard == ["READY=1"]
        heard += [notify.recv(100).decode() for _ in range(3)]
        assert heard[1:] == ["WATCHDOG=1"] * 3
        assert gateway.child is not None
        gateway.child.send_signal(signal.SIGHUP)
        while heard[-1] != "READY=1":
            heard.append(notify.recv(100).decode())
        assert "RELOADING=1" in heard
        assert gateway.stop() == 0
        while heard[-1] != "STOPPING=1":
            heard.append(notify.recv(100).decode())


# --- stopping ---------------------------------------------------------------------------------------------------------


def test_s18_sigterm_during_data_lets_the_mail_finish_or_says_421_and_250_means_kept(gateway: Process) -> None:
    gateway.start()
    client = smtplib.SMTP("127.0.0.1", gateway.port, timeout=100)
    client.ehlo()
    client.mail("a@customer.example")
    client.rcpt("support@acme.example")
    client.putcmd("data")
    assert client.getreply()[0] == 354
    raw = letter("late")
    client.send(raw[:50])
    assert gateway.child is not None
    gateway.child.send_signal(signal.SIGTERM)
    until(lambda: "stopping" in gateway.log.read_text(), "SIGTERM was not heard")
    client.send(raw[50:] + b"\r\n.\r\n")
    code, _ = client.getreply()
    client.close()
    assert gateway.child.wait(100) == 0
    assert code in (250, 421, 451)
    accepted = gateway.read(lambda read: read.report.audit())["accepted"]
    assert accepted == (1 if code == 250 else 0)
    assert code == 250  # it was on its way, and there was time


def test_s18_a_peer_that_never_ends_its_data_does_not_keep_us(gateway: Process) -> None:
    gateway.start()
    with socket.create_connection(("127.0.0.1", gateway.port)) as peer:
        file = peer.makefile("rb")
        file.readline()
        for line in (b"HELO a", b"MAIL FROM:<>", b"RCPT TO:<support@acme.example>", b"DATA"):
            peer.sendall(line + b"\r\n")
            file.readline()
        peer.sendall(b"Subject: never\r\n")
        begun = time.monotonic()
        assert gateway.stop() == 0
        assert time.monotonic() - begun < 100
        assert file.read().startswith(b"421 4.3.2")
    assert gateway.read(lambda read: read.report.audit())["accepted"] == 0


def test_sigterm_with_mail_that_never_gets_read_gives_its_attempt_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailgate.daemon.GRACE", 1.0)
    with running(tmp_path) as desk:
        pool = desk.gateway.children
        reading = threading.Event()

        class Endless:
            def submit_many(self, function: str, calls: list[Any], peers: list[str]) -> list[Any]:
                reading.set()
                return [pool.submit("time:sleep", 60) for _ in calls]

        desk.gateway.intake.hand.children = Endless()  # type: ignore[assignment]
        with smtplib.SMTP("127.0.0.1", desk.port) as client:
            client.sendmail("a@customer.example", ["support@acme.example"], letter("slow"))
        assert reading.wait(100)
    store = SqliteStore(tmp_path / "data" / "mailgate.db", writable=False)
    [row] = store.read(lambda read: read.session.all("SELECT fate, attempts FROM mail", {}))  # type: ignore[attr-defined]
    store.close()
    assert (row["fate"], row["attempts"]) == (None, 0)


def test_sigterm_under_load_leaves_no_mail_blamed_and_the_next_start_goes_on(gateway: Process) -> None:
    gateway.start()
    with smtplib.SMTP("127.0.0.1", gateway.port, timeout=100) as client:
        for number in range(30):
            client.sendmail("a@customer.example", ["support@acme.example"], letter(f"n{number}"))
    assert gateway.stop() == 0
    mails = gateway.read(lambda read: read.session.all("SELECT attempts, fate FROM mail", {}))
    assert len(mails) == 30
    assert {row["attempts"] for row in mails if row["fate"] is None} <= {0}
    gateway.start()
    gateway.settled()
    assert len(gateway.subjects()) == 30
    assert gateway.stop() == 0


# --- the control socket -----------------------------------------------------------------------------------------------


def test_the_control_socket_is_for_the_owner_alone(gateway: Process) -> None:
    gateway.start()
    assert stat.S_IMODE((gateway.data / control_socket.NAME).stat().st_mode) == 0o600
    assert stat.S_IMODE((gateway.data / control_socket.KEY).stat().st_mode) == 0o600
    assert stat.S_IMODE(gateway.data.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        (b'{"call": "ping"}\n', {"result": "Acme"}),
        (b'{"call": "explode"}\n', {"error": "unknown request 'explode'"}),
        (b'{"call": "ping"\n', {"error": "not JSON"}),
        (b"\x00\xff\xfe\n", {"error": "not JSON"}),
        (b"[1, 2]\n", {"error": "not a request"}),
        (b"", {"error": "not JSON"}),
        (b"[" * 100_000 + b"\n", {"error": "not JSON"}),
    ],
    ids=["ping", "unknown", "half", "binary", "list", "nothing", "deep"],
)
def test_the_control_socket_answers_whatever_is_said_to_it(gateway: Process, line: bytes, answer: object) -> None:
    gateway.start()
    assert ask(gateway, line) == answer
    assert ask(gateway, b'{"call": "ping"}\n') == {"result": "Acme"}


def test_the_control_socket_survives_wrong_arguments(gateway: Process) -> None:
    gateway.start()
    for args in ({"nonsense": 1}, [1], "text", {"number": "x"}):
        answer = ask(gateway, json.dumps({"call": "drop_mail", "args": args}).encode() + b"\n")
        assert set(answer) == {"error"}, answer
    assert ask(gateway, b'{"call": "ping"}\n') == {"result": "Acme"}


def test_the_control_socket_takes_no_more_than_it_can_hold(gateway: Process) -> None:
    gateway.start()
    with socket.socket(socket.AF_UNIX) as sock, control_socket.path_of(gateway.data) as path:
        sock.connect(path)
        sock.sendall(control_socket.key_of(gateway.data))
        piece = b"x" * 2**20
        try:
            for _ in range(REQUEST // len(piece) + 2):
                sock.sendall(piece)
            answer = sock.recv(1000)
        except OSError:
            answer = b""
    assert answer in (b"", b'{"error": "more than 64 MB"}\n')
    assert ask(gateway, b'{"call": "ping"}\n') == {"result": "Acme"}


def test_a_data_folder_too_deep_for_a_socket_path_works_all_the_same(tmp_path: Path) -> None:
    deep = "/".join(["a-rather-long-name-for-a-folder"] * 5)
    with process(tmp_path, data=deep) as gateway:
        assert len(str(gateway.data / control_socket.NAME)) > control_socket.LONGEST
        gateway.start()
        banned = gateway.command("ban", "spam@pest.example")
        assert (banned.returncode, banned.stderr) == (0, "")
        assert ask(gateway, b'{"call": "ping"}\n') == {"result": "Acme"}
        assert gateway.stop() == 0


# --- other commands ---------------------------------------------------------------------------------------------------


def test_a_command_that_writes_asks_the_daemon_when_it_runs_and_takes_the_lock_when_not(gateway: Process) -> None:
    assert gateway.command("ban", "one@pest.example").returncode == 0
    gateway.start()
    assert gateway.command("ban", "two@pest.example").returncode == 0
    assert [row["pattern"] for row in json.loads(gateway.command("bans", "--json").stdout)] == [
        "one@pest.example",
        "two@pest.example",
    ]
    assert gateway.stop() == 0
    assert gateway.command("unban", "one@pest.example").returncode == 0


def test_d14_a_second_daemon_and_a_writer_without_the_socket_are_refused(gateway: Process, tmp_path: Path) -> None:
    gateway.start()
    second = gateway.command("run")
    assert second.returncode == 1
    assert second.stderr.splitlines()[-1].endswith(f"is in use by process {gateway.child.pid}")  # type: ignore[union-attr]
    (gateway.data / control_socket.NAME).rename(gateway.data / "elsewhere")
    alone = gateway.command("ban", "one@pest.example")
    assert (alone.returncode, alone.stdout) == (1, "")
    assert "is in use by process" in alone.stderr
    deliver(gateway, "still")
    gateway.settled()


def test_a_socket_left_by_a_killed_daemon_is_in_nobodys_way(gateway: Process) -> None:
    gateway.start()
    gateway.kill()
    assert (gateway.data / control_socket.NAME).exists()
    assert gateway.command("ban", "one@pest.example").returncode == 0
    gateway.start()
    assert ask(gateway, b'{"call": "ping"}\n') == {"result": "Acme"}
    assert gateway.stop() == 0


# --- its owner --------------------------------------------------------------------------------------------------------


AS_OWNER = """
import os, pathlib, sys
from mailgate.cli.at import take_eyes
from mailgate.errors import Permanent
if len(sys.argv) > 2:
    os.setuid(int(sys.argv[2]))
try:
    take_eyes(pathlib.Path(sys.argv[1]))
except Permanent as error:
    print(error)
print(*os.getresuid(), *os.getresgid(), os.getgroups())
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: run the tests as root once")
def test_g16_root_becomes_the_owner_of_the_data_folder_for_good(tmp_path: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    os.chown(tmp_path, nobody.pw_uid, nobody.pw_gid)
    said = subprocess.check_output([sys.executable, "-c", AS_OWNER, str(tmp_path)], text=True)
    assert said.split() == [str(nobody.pw_uid)] * 3 + [str(nobody.pw_gid)] * 3 + [
        f"[{nobody.pw_gid}]"
    ]  # its own groups


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: run the tests as root once")
def test_g16_a_stranger_is_told_whom_to_be() -> None:
    nobody = pwd.getpwnam("nobody")
    command = [sys.executable, "-c", AS_OWNER, "/usr", str(nobody.pw_uid)]
    assert subprocess.check_output(command, text=True).startswith("/usr belongs to root: run `sudo -u root mailgate")
