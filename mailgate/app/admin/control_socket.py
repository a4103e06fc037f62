"""Where the daemon that owns a data folder is asked by other commands: a unix socket, a thread for each who asks."""

from __future__ import annotations

import contextlib
import hmac
import json
import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mailgate import newfile
from mailgate.errors import ShortOfMemory

log = logging.getLogger(__name__)

NAME = "control.sock"
KEY = "control.key"  # what every request begins with: a process of our user that may open no file of ours has no say
LONGEST = 107  # octets a unix socket's path may have (unix(7))
CLIENTS = 32  # at once
SLOW = 1.0  # seconds to say the whole request when others wait for a place,
PACE = 2**20  # and one more for so many octets of it
PATIENCE = 60.0  # seconds to say the whole request, and to take the answer
REQUEST = 64 * 2**20  # octets of one request
HELD = 4 * REQUEST  # octets of all requests together


@contextmanager
def path_of(data: Path) -> Iterator[str]:
    """The socket's path for bind and connect; by way of an open folder when the plain one is too long.

    Raises OSError when the folder cannot be opened.
    """
    plain = str(data / NAME)
    if len(os.fsencode(plain)) <= LONGEST:
        yield plain
        return
    folder = os.open(data, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{NAME}"
    finally:
        os.close(folder)


def key_of(data: Path) -> bytes:
    """What a request to the daemon of that folder begins with. Raises OSError."""
    return (data / KEY).read_bytes()


class Callbox:
    """Answers requests, a line each: the key of this run, and JSON. `answer` is called in the thread of who asks.

    Whoever connects and says nothing has one of CLIENTS places for PATIENCE seconds, or about SLOW when others want it.
    """

    def __init__(self, data: Path, answer: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        self._data, self._answer = data, answer
        self._listener: socket.socket | None = None
        self._asking: dict[socket.socket, _Asker] = {}  # have not said what they want
        self._threads: set[threading.Thread] = set()
        self._held = 0
        self._key = f"{secrets.token_hex(32)} ".encode()
        self._guard = threading.Condition()  # told when a place is free

    def open(self) -> None:
        """Bind, for the owner alone, and begin to answer. Raises OSError."""
        (self._data / NAME).unlink(missing_ok=True)  # our lock says that nobody listens there
        self._write_key()
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        mask = os.umask(0o177)
        try:
            with path_of(self._data) as path:
                listener.bind(path)
        finally:
            os.umask(mask)
        listener.listen(CLIENTS)
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), name="callbox", daemon=True).start()

    def _write_key(self) -> None:
        """Another key for this run; where a full disk takes no file the one before holds, and mail goes on without."""
        try:
            newfile.replace(self._data / KEY, self._key)
        except OSError as error:
            log.error("the key of the control socket cannot be written", extra={"error": str(error)})
            with contextlib.suppress(OSError):
                self._key = key_of(self._data)

    def close(self, grace: float) -> None:
        """Take no more requests; those being answered have `grace` seconds."""
        listener, self._listener = self._listener, None
        if listener is None:
            return
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        with contextlib.suppress(OSError):
            (self._data / NAME).unlink()
        with self._guard:
            asking, threads = list(self._asking), list(self._threads)
            self._guard.notify_all()
        for client in asking:
            _hang_up(client)
        ends = time.monotonic() + grace
        for thread in threads:
            thread.join(max(0.0, ends - time.monotonic()))

    def _accept(self, listener: socket.socket) -> None:
        failed = 0
        while self._listener is listener:
            try:
                client, _ = listener.accept()
            except OSError as error:
                if self._listener is listener:
                    failed += 1
                    if failed == 1:
                        log.warning("control socket failed", extra={"error": str(error)})
                    time.sleep(1.0)  # no descriptors, most likely
                continue
            if failed:
                log.info("control socket works again", extra={"failed": failed})
                failed = 0
            with self._guard:
                self._make_room(listener)
                room = self._listener is listener and len(self._threads) < CLIENTS and self._begin(client)
            if not room:
                self._say(client, {"error": "too many commands at once; try again"})
                client.close()

    def _begin(self, client: socket.socket) -> bool:
        """Hear the client in a thread, known once it runs since `close` waits for it; False when none is to be had."""
        thread = threading.Thread(target=self._serve, args=(client,), name="control", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            return False
        self._threads.add(thread)
        self._asking[client] = _Asker(time.monotonic())
        return True

    def _make_room(self, listener: socket.socket) -> None:
        """When all places are taken, who is slow to say what they want leaves.

        There is no room only when all have said it and are being answered.
        """
        while len(self._threads) >= CLIENTS and self._asking and self._listener is listener:
            now = time.monotonic()
            client = min(self._asking, key=lambda one: self._asking[one].ends)
            if self._asking[client].ends <= now:
                del self._asking[client]
                _hang_up(client)
            self._guard.wait(SLOW / 10)

    def _serve(self, client: socket.socket) -> None:
        try:
            answer = self._heard_and_answered(client)
            if answer is not None:
                self._say(client, answer)
        finally:
            with self._guard:
                self._threads.discard(threading.current_thread())
                self._guard.notify_all()
            client.close()

    def _heard_and_answered(self, client: socket.socket) -> dict[str, Any] | None:
        """The answer to what the client says; None when the client breaks off. Nothing of it is held afterwards."""
        held = [0]
        try:
            return self._answered(self._line(client, held))
        except (_Stranger, _TooMuch) as error:
            return {"error": str(error)}
        except MemoryError:
            return {"error": f"{ShortOfMemory()}; try again"}
        except (OSError, EOFError):
            log.warning("control request aborted")
            return None
        finally:
            with self._guard:
                self._asking.pop(client, None)
                self._held -= held[0]

    def _line(self, client: socket.socket, held: list[int]) -> bytes:
        """What is asked behind the key: up to the first line end, or all there is when the asker has ended."""
        deadline = time.monotonic() + PATIENCE
        parts: list[bytes] = []
        while not (parts and parts[-1].endswith(b"\n")):
            client.settimeout(max(0.001, deadline - time.monotonic()))
            chunk = client.recv(1 << 18)
            if not chunk:
                break
            parts.append(chunk)
            held[0] += len(chunk)
            with self._guard:
                self._held += len(chunk)
                full = self._held > HELD
                if client in self._asking:
                    self._asking[client].octets += len(chunk)
            if held[0] > REQUEST:
                raise _TooMuch(f"more than {REQUEST // 2**20} MB")
            if full:
                raise _TooMuch("too much is asked at once; try again")
            if held[0] - len(chunk) < len(self._key) <= held[0]:
                parts = [self._behind_key(b"".join(parts))]
        with self._guard:
            sent_away = self._asking.pop(client, None) is None
        if sent_away or self._listener is None:
            raise EOFError
        if held[0] < len(self._key):
            raise _Stranger
        whole = b"".join(parts)
        parts.clear()
        end = whole.find(b"\n")
        return whole if end in (-1, len(whole) - 1) else whole[:end]  # a large mail is not copied once more

    def _behind_key(self, said: bytes) -> bytes:
        if not hmac.compare_digest(said[: len(self._key)], self._key):
            raise _Stranger
        return said[len(self._key) :]

    def _answered(self, line: bytes) -> dict[str, Any]:
        try:
            request = json.loads(line)
        except (ValueError, RecursionError):
            return {"error": "not JSON"}
        if not isinstance(request, dict):
            return {"error": "not a request"}
        try:
            return self._answer(request)
        except MemoryError:
            raise
        except Exception as error:
            log.exception("control request failed", extra={"call": str(request.get("call"))})
            return {"error": f"internal error ({type(error).__name__}); see the daemon's log"}

    @staticmethod
    def _say(client: socket.socket, answer: dict[str, Any]) -> None:
        with contextlib.suppress(OSError):
            client.settimeout(PATIENCE)
            client.sendall(json.dumps(answer, default=str).encode() + b"\n")


def _hang_up(client: socket.socket) -> None:
    with contextlib.suppress(OSError):
        client.shutdown(socket.SHUT_RDWR)


@dataclass(slots=True)
class _Asker:
    """Somebody who has not said all of their request yet."""

    since: float  # monotonic seconds
    octets: int = 0

    @property
    def ends(self) -> float:
        """Until when they may keep others from a place (monotonic seconds)."""
        return self.since + SLOW + self.octets / PACE


class _Stranger(Exception):
    """Somebody who cannot open our files."""

    def __init__(self) -> None:
        super().__init__(f"only who may read {KEY} beside this socket is answered")


class _TooMuch(Exception):
    """More is asked than we hold in memory."""
