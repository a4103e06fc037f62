"""`mailgate` with one part that does its worst, named by $ODD; run as a program, and its functions in a child."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

from mailgate import daemon
from mailgate.app.health import pages, pulse
from mailgate.app.intake import deciding, in_hand
from mailgate.core.model.mail import InboundMail
from mailgate.wire.mime.parse import parse


def stuck(raw: bytes, envelope: Any, limits: Any, known: Any = None) -> None:
    """Read a mail without end; the folder $HOME shows that it was begun."""
    (Path(os.environ["HOME"]) / f"reading-{os.getpid()}").touch()
    time.sleep(60)


def mortal(raw: bytes, envelope: Any, limits: Any, known: Any = None) -> InboundMail:
    """Die once of each mail that is marked so."""
    if b"X-Mortal: yes" in raw:
        os.kill(os.getpid(), signal.SIGKILL)
    return parse(raw, envelope, limits, known)


def _hang() -> NoReturn:
    """Never come back; the file $HOME/asked shows that somebody waits."""
    (Path(os.environ["HOME"]) / "asked").touch()
    while True:
        time.sleep(3600)


def _unresolved(host: Any, *args: Any, **options: Any) -> Any:
    return _hang() if host == "relay.hangs.example" else _resolve(host, *args, **options)


def _deadly(*args: Any, **options: Any) -> Any:
    if "deadly" in args[0].subject:
        os.kill(os.getpid(), signal.SIGKILL)
    return _decide(*args, **options)


_decide = deciding.decide
_resolve = socket.getaddrinfo

if __name__ == "__main__":
    from mailgate.cli import cli

    match os.environ["ODD"]:
        case "stuck" | "mortal" as name:
            assert pulse.READ == in_hand.READ  # the sample of the start is read as ever
            in_hand.READ = f"odd_daemon:{name}"
        case "deadly":
            deciding.decide = _deadly
        case "unresolved":  # the resolver of the C library cannot be interrupted
            socket.getaddrinfo = _unresolved
        case "endless page":
            daemon.END = daemon.EXIT = daemon.GRACE = 1.0
            pages.healthz = lambda gateway: _hang()
    sys.exit(cli(standalone_mode=False))
