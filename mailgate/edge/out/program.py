"""Runs a program of the admin's: without a shell, for a bounded time, and ends it with all that it started."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from mailgate.errors import Permanent, Temporary

LOOK: Final = 0.05  # seconds between two looks whether it has ended
TOLD: Final = 200  # octets of what it says on standard error


def run(
    command: Sequence[str], env: Mapping[str, str], seconds: float, most: int, ended: Callable[[], bool] = lambda: False
) -> bytes:
    """What it prints on standard output, `most` octets and one more at most; more than that it need not print.

    Raises Permanent when it cannot be run, Temporary when it takes too long, fails, or `ended` says that we end.
    """
    name = command[0]
    try:
        process = subprocess.Popen(  # noqa: S603  # the admin's own words, from a file only they write
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(env),
            start_new_session=True,
        )
    except OSError as error:
        raise Permanent(f"{name} cannot be run: {error.strerror}") from None
    except ValueError:  # a NUL
        raise Permanent(f"{name} cannot be run with such words") from None
    try:
        printed, told, why = _listen(process, time.monotonic() + seconds, most, ended)
    finally:
        _end(process)
    if why:
        raise Temporary(f"{name} {why}" if why != "late" else f"{name} takes longer than {seconds:g} s")
    if len(printed) <= most and process.returncode:
        said = " ".join(told.decode("utf-8", "replace").split())
        shown = "".join(letter for letter in said if letter.isprintable())
        raise Temporary(f"{name} ends with status {process.returncode}" + (f": {shown}" if shown else ""))
    return bytes(printed)


def _listen(
    process: subprocess.Popen[bytes], until: float, most: int, ended: Callable[[], bool]
) -> tuple[bytearray, bytearray, str]:
    """What it prints and tells until it has ended, and why we listen no longer; "" when it has said it all."""
    assert process.stdout and process.stderr
    printed, told = bytearray(), bytearray()
    kept = {process.stdout.fileno(): (printed, most + 1), process.stderr.fileno(): (told, TOLD)}
    with selectors.DefaultSelector() as selector:
        for pipe in kept:
            os.set_blocking(pipe, False)
            selector.register(pipe, selectors.EVENT_READ)
        while len(printed) <= most:
            gone = _gone(process)  # before the last look: what it has printed is in the pipe by then
            heard = False
            for key, _ in selector.select(0 if gone else min(LOOK, max(0.0, until - time.monotonic()))):
                piece = os.read(key.fd, 65536)
                heard = heard or bool(piece)
                text, room = kept[key.fd]
                text += piece[: room - len(text)]
                if not piece:
                    selector.unregister(key.fd)
            if gone and not heard:
                return printed, told, ""
            if time.monotonic() >= until:
                return printed, told, "late"
            if ended():
                return printed, told, "was ended with us"
    return printed, told, ""


def _gone(process: subprocess.Popen[bytes]) -> bool:
    """True when it has ended. It is not yet buried: until then its number is that of its group, and nobody else's."""
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdout, process.stderr):
        if pipe:
            pipe.close()
