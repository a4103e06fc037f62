"""A word to systemd: ready, reloading, stopping, still alive (sd_notify)."""

from __future__ import annotations

import os
import socket


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
