"""A port of loopback that stays free until a program that is begun here binds it, and is nobody else's again and again."""

from __future__ import annotations

import contextlib
import secrets
import socket
from collections import deque

LOWEST, MANY = 15_000, 17_000  # below those the kernel gives to whoever asks for any
KEPT = 50  # longer than any test needs one
_ours: deque[socket.socket] = deque()  # their names say which ports are given away; the kernel lets go of them with us


def free_port() -> int:
    """A port that no other process of these tests is given as well, though nobody has bound it yet."""
    for _ in range(1000):
        port = LOWEST + secrets.randbelow(MANY)
        claim = socket.socket(socket.AF_UNIX)
        with socket.socket() as probe, contextlib.suppress(OSError):
            claim.bind(f"\0mailgate-test-port-{port}")
            probe.bind(("127.0.0.1", port))
            _ours.append(claim)
            if len(_ours) > KEPT:
                _ours.popleft().close()
            return port
        claim.close()
    raise AssertionError("no port is free")
