"""A word to systemd: ready, reloading, stopping, still alive, still at it (sd_notify)."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable

MORE = 120  # seconds we ask for at a time while a start takes long
OFTEN = 10.0  # seconds between two such words


def tell(state: str) -> None:
    """Send one state such as `READY=1`; nothing happens outside systemd."""
    path = os.environ.get("NOTIFY_SOCKET", "")
    if not path:
        return
    address = "\0" + path[1:] if path.startswith("@") else path
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
            sock.sendto(state.encode(), address)
    except OSError:
        return  # a supervisor that does not listen is not our trouble


def watchdog_seconds() -> float:
    """Half of the interval systemd waits for a sign of life, 0 when it does not."""
    try:
        return int(os.environ.get("WATCHDOG_USEC", "0")) / 2_000_000
    except ValueError:
        return 0.0


def patience(monotonic: Callable[[], float] = time.monotonic) -> Callable[[], None]:
    """To be called while a start gets ahead, as often as one likes: systemd then waits for it (EXTEND_TIMEOUT_USEC)."""
    asked = [-OFTEN]

    def ask() -> None:
        now = monotonic()
        if now - asked[0] >= OFTEN:
            asked[0] = now
            tell(f"EXTEND_TIMEOUT_USEC={MORE * 1_000_000}")

    return ask
