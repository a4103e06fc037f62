"""The other end of a child process: take jobs from a socket, run each under limits, answer; hostile bytes end here."""

from __future__ import annotations

import ctypes
import gc
import importlib
import logging
import math
import os
import pickle
import resource
import signal
import socket
import struct
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from mailgate.app import kernel
from mailgate.app.children import parcel

FRAME = struct.Struct("!I")
MARK = struct.Struct("!Q")  # which job: in front of its octets and of its answer's
LONGEST_ERROR = 300
LARGEST = 256 * 2**20  # octets of one frame: more is nobody's mail or letter
PR_SET_PDEATHSIG = 1  # prctl(2)
OOM_SCORE = "500"  # the kernel takes us before the daemon


@dataclass(frozen=True, slots=True)
class FileBytes:
    """An argument that the child replaces by the content of a file: large mail never crosses the pipe."""

    path: Path | str


class TooLarge(Exception):
    """The other side announces a frame that is longer than it may be."""


class ByteStream:
    """Length-prefixed frames of at most `largest` octets over a stream socket."""

    def __init__(self, sock: socket.socket, largest: int = LARGEST) -> None:
        self.sock, self.largest = sock, largest
        self._buffer = bytearray()

    def receive(self) -> bytes:
        """The next frame.

        Raises EOFError when the other side is gone, TimeoutError as the socket's timeout says, TooLarge.
        """
        self._fill(FRAME.size)
        (length,) = FRAME.unpack_from(self._buffer)
        if length > self.largest:
            raise TooLarge(f"a frame of {length} octets")
        self._fill(FRAME.size + length)
        frame = bytes(memoryview(self._buffer)[FRAME.size : FRAME.size + length])
        del self._buffer[: FRAME.size + length]
        return frame

    def _fill(self, size: int) -> None:
        while len(self._buffer) < size:
            chunk = self.sock.recv(max(65536, min(size - len(self._buffer), 1 << 20)))
            if not chunk:
                raise EOFError
            self._buffer += chunk


def frame(payload: bytes) -> bytes:
    """A payload with its length in front."""
    return FRAME.pack(len(payload)) + payload


@dataclass(frozen=True, slots=True)
class Limits:
    """`cpu` seconds and `memory` octets a job; above `resident` octets the child asks to be replaced."""

    cpu: float = 20.0
    memory: int = 400 * 2**20
    resident: int = 150 * 2**20


def main(fd: int, parent: int, limits: Limits, warm: tuple[str, ...]) -> NoReturn:
    """Serve jobs from the socket `fd` until it closes; `warm` modules are imported first."""
    _settle(parent)
    stream = ByteStream(socket.socket(fileno=fd))
    for module in warm:
        try:
            importlib.import_module(module)
        except Exception:  # noqa: S110 - the job that needs the module reports it, with its name
            pass
    gc.collect()
    gc.freeze()
    _lower(resource.RLIMIT_AS, kernel.addresses() + limits.memory)
    resident = max(limits.resident, kernel.resident() + (32 << 20))
    stream.sock.sendall(frame(b"ready"))
    functions: dict[str, Callable[..., Any]] = {}
    while True:
        try:
            job = stream.receive()
        except (EOFError, OSError):
            os._exit(0)
        _lower(resource.RLIMIT_CPU, math.ceil(time.process_time() + limits.cpu))
        mark, answer = job[: MARK.size], _answer(memoryview(job)[MARK.size :], functions)
        del job
        retire = kernel.resident() > resident
        try:
            stream.sock.sendall(frame(bytes([retire]) + mark + answer))
        except OSError:
            os._exit(0)


def _lower(kind: int, most: int) -> None:
    """A limit of ours, or the one that an admin set when that is lower: it cannot be raised."""
    hard = resource.getrlimit(kind)[1]
    resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _answer(job: memoryview, functions: dict[str, Callable[..., Any]]) -> bytes:
    """Run one job; the packed answer is `(value,)` or `(type name, text)`. Out of memory ends the process."""
    try:
        name, args = pickle.loads(job)  # noqa: S301 - it comes from our parent
        function = functions.get(name) or functions.setdefault(name, _find(name))
        args = tuple(Path(arg.path).read_bytes() if isinstance(arg, FileBytes) else arg for arg in args)
        return parcel.pack((function(*args),))
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except BaseException as error:
        return parcel.pack((type(error).__name__, str(error)[:LONGEST_ERROR]))


OUT_OF_MEMORY = 77  # exit status that tells the parent why


def _find(name: str) -> Callable[..., Any]:
    module, _, function = name.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), function)
    return found


def _settle(parent: int) -> None:
    """Die with the parent, first in the kernel's choice, without core dumps, deaf to the terminal and quiet."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)
    try:
        Path("/proc/self/oom_score_adj").write_text(OOM_SCORE)
    except OSError:
        pass
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # A stop signal to the whole group must not take the work in hand: the parent ends us by closing the socket.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    logging.disable(logging.CRITICAL)  # libraries log what they read: mail content has no business in a log
    warnings.simplefilter("ignore")
