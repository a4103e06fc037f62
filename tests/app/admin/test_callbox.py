"""S-22: the control socket answers each client by itself, whoever else connects and says nothing."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mailgate.app.admin import control_socket
from mailgate.app.admin.control_socket import Callbox
from mailgate.cli import at
from mailgate.errors import MailgateError


class Box:
    """A control socket whose answers a test decides."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.slow, self.begun = threading.Event(), threading.Event()
        self.callbox = Callbox(data, self.answer)
        self.callbox.open()
        self.clients: list[socket.socket] = []

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        if request.get("call") == "slow":
            self.begun.set()
            assert self.slow.wait(100)
        return {"result": request.get("call")}

    def connect(self, said: bytes = b"", *, known: bool = True) -> socket.socket:
        """Somebody who begins with the key, when they say anything and are `known`."""
        said = control_socket.key_of(self.data) + said if said and known else said
        client = socket.socket(socket.AF_UNIX)
        self.clients.append(client)
        with control_socket.path_of(self.data) as path:
            client.connect(path)  # as the commands do: without a timeout it waits for its turn
        client.settimeout(100)
        with contextlib.suppress(BrokenPipeError):  # declined and closed before we said anything: the answer is there
            client.sendall(said)
        return client

    def ask(self, said: bytes) -> Any:
        return heard(self.connect(said))


def heard(client: socket.socket) -> Any:
    return json.loads(client.makefile("rb").readline())


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    found = Box(tmp_path)
    yield found
    found.slow.set()
    found.callbox.close(20)
    for client in found.clients:
        client.close()


PING = b'{"call": "ping"}\n'
STRANGER = {"error": "only who may read control.key beside this socket is answered"}


def test_a_daemon_of_an_earlier_version_is_to_be_restarted(box: Box) -> None:
    (box.data / control_socket.KEY).unlink()
    with pytest.raises(
        MailgateError, match=r"no .*control\.key; the daemon is an earlier version, or .* restart the daemon"
    ):
        at.of_daemon(box.data, "ping")


@pytest.mark.parametrize("said", [PING, b"\n", b"0" * 64 + b" " + PING, b"x" * 100_000])
def test_w35_who_may_open_no_file_of_ours_has_no_say(box: Box, said: bytes) -> None:
    """A sandboxed process of our user can connect: what may be opened is all that tells it from a command."""
    assert heard(box.connect(said, known=False)) == STRANGER
    assert box.ask(PING) == {"result": "ping"}


def test_w35_the_key_may_come_in_pieces_and_is_another_in_each_run(box: Box, tmp_path: Path) -> None:
    key = control_socket.key_of(box.data)
    client = box.connect()
    for octet in key + PING:
        client.sendall(bytes([octet]))
    assert heard(client) == {"result": "ping"}
    box.callbox.close(20)
    box.callbox = Callbox(box.data, box.answer)
    box.callbox.open()
    assert heard(box.connect(key + PING, known=False)) == STRANGER
    assert box.ask(PING) == {"result": "ping"}


@pytest.mark.parametrize("before", [True, False])
def test_a_disk_that_takes_no_key_keeps_no_daemon_from_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: bool
) -> None:
    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    if before:
        Box(tmp_path).callbox.close(20)
    monkeypatch.setattr(control_socket.newfile, "replace", full)
    again = Box(tmp_path)
    if before:
        assert again.ask(PING) == {"result": "ping"}
    else:
        assert heard(again.connect(PING, known=False)) == STRANGER
        with pytest.raises(MailgateError, match=r"no .*control\.key; .* could not write it: restart the daemon"):
            at.of_daemon(tmp_path, "ping")
    again.callbox.close(20)
    for client in again.clients:
        client.close()


def test_s22_silent_clients_keep_nobody_waiting(box: Box) -> None:
    for said in (b"", b'{"call"', b"x" * 100_000) * 5:
        box.connect(said)
    assert box.ask(PING) == {"result": "ping"}


def test_s22_a_request_that_takes_long_keeps_nobody_else_waiting(box: Box) -> None:
    slow = box.connect(b'{"call": "slow"}\n')
    assert box.begun.wait(100)
    assert box.ask(PING) == {"result": "ping"}
    box.slow.set()
    assert heard(slow) == {"result": "slow"}


def test_s22_more_clients_than_there_are_places_are_told_so_and_a_place_that_is_left_is_free(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control_socket, "CLIENTS", 3)
    slow = [box.connect(b'{"call": "slow"}\n') for _ in range(3)]
    while box.callbox._asking or not box.begun.is_set():
        assert box.begun.wait(100)
    assert box.ask(PING) == {"error": "too many commands at once; try again"}
    box.slow.set()
    assert [heard(one) for one in slow] == [{"result": "slow"}] * 3
    while box.ask(PING) != {"result": "ping"}:  # their threads are on the way out
        pass


def test_closing_waits_for_no_thread_that_has_not_begun(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that was known before it ran could not be joined: the daemon's end broke off."""
    known, start = [], threading.Thread.start

    def begin(thread: threading.Thread) -> None:
        known.append(thread in box.callbox._threads)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", begin)
    assert box.ask(PING) == {"result": "ping"}
    assert known == [False]


def test_where_no_thread_is_to_be_had_a_client_is_told_so_and_the_next_is_answered(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse)
        assert box.ask(PING) == {"error": "too many commands at once; try again"}
    assert box.ask(PING) == {"result": "ping"}


@pytest.mark.parametrize("said", [b"", b'{"call"', b'{"call": "slow"}'])
def test_s22_clients_that_do_not_say_what_they_want_make_room_for_one_who_does(
    box: Box, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    """S-22: 32 clients that said nothing kept every command out for a minute; `check` and `reload` said try again."""
    monkeypatch.setattr(control_socket, "SLOW", 0.05)
    silent = [box.connect(said) for _ in range(control_socket.CLIENTS + 20)]
    for _ in range(3):
        assert box.ask(PING) == {"result": "ping"}
    assert not box.begun.is_set()  # what they had not ended is not carried out
    assert sum(_gone(one) for one in silent) >= 20


def test_s22_who_says_much_keeps_their_place_beside_silent_ones(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control_socket, "SLOW", 0.05)
    monkeypatch.setattr(control_socket, "PACE", 5_000)  # a hundred seconds for the large one, however slow we are
    monkeypatch.setattr(control_socket, "CLIENTS", 2)
    large = box.connect(b'{"call": "' + b"x" * 500_000)
    box.connect()
    for _ in range(3):
        assert box.ask(PING) == {"result": "ping"}
        box.connect()
    large.sendall(b'"}\n')
    assert heard(large) == {"result": "x" * 500_000}


def _gone(client: socket.socket) -> bool:
    client.settimeout(0)
    try:
        return client.recv(1) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def test_s22_a_client_that_never_finishes_is_let_go_after_a_while(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control_socket, "PATIENCE", 0.05)
    assert box.connect(b'{"call"').recv(100) == b""


@pytest.mark.parametrize(("limit", "answer"), [("REQUEST", "more than 0 MB"), ("HELD", "too much is asked at once")])
def test_s22_what_clients_say_is_held_up_to_a_limit_each_and_together(
    box: Box, monkeypatch: pytest.MonkeyPatch, limit: str, answer: str
) -> None:
    monkeypatch.setattr(control_socket, limit, 10_000)
    box.connect(b"x" * 6_000)
    assert answer in box.ask(b"x" * 11_000)["error"]
    assert box.ask(PING) == {"result": "ping"}


@pytest.mark.parametrize("where", ["_line", "_answer"])
def test_a_request_for_which_there_is_no_memory_is_answered_and_may_come_again(
    box: Box, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """The thread ended with a traceback, and the client heard nothing."""

    def short(*args: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(box.callbox, where, short)
        assert box.ask(PING) == {"error": "mailgate itself is short of memory; try again"}
    assert box.ask(PING) == {"result": "ping"}


@pytest.mark.parametrize(
    "said", [b'{"call": "ping"}\n', b'{"call": "ping"}\nx', b'{"call": "ping"}\n{"call": "slow"}\n']
)
def test_what_stands_behind_the_first_line_is_not_looked_at(box: Box, said: bytes) -> None:
    client = box.connect(said)
    client.shutdown(socket.SHUT_WR)
    assert heard(client) == {"result": "ping"}


def test_s22_closing_lets_a_request_in_hand_finish_and_the_silent_go(box: Box) -> None:
    silent, slow = box.connect(b'{"call"'), box.connect(b'{"call": "slow"}\n')
    assert box.begun.wait(100)
    closing = threading.Thread(target=box.callbox.close, args=(20,))
    closing.start()
    assert silent.recv(100) == b""
    box.slow.set()
    assert heard(slow) == {"result": "slow"}
    closing.join(100)
    assert not closing.is_alive()
    with pytest.raises(OSError):
        box.connect()


def test_s22_a_command_that_is_declined_before_it_has_said_all_shows_why(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control_socket, "REQUEST", 10_000)
    with pytest.raises(MailgateError, match="more than 0 MB"):
        at.of_daemon(box.data, "ping", letter="x" * 10_000_000)
    monkeypatch.setattr(control_socket, "CLIENTS", 0)
    with pytest.raises(MailgateError, match="too many commands at once"):
        at.of_daemon(box.data, "ping", letter="x" * 10_000_000)
