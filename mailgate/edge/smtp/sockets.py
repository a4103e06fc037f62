"""Binds what the SMTP and LMTP door listens on; whoever has bound may hand the sockets to another process."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from mailgate.edge.smtp.limits import Listener

QUEUE: Final = 128  # connections that the kernel holds until we come to them


def bind_all(listeners: Iterable[Listener]) -> list[list[socket.socket]]:
    """The sockets of each listener, all listening. Raises OSError when an address is taken or not allowed.

    Then nothing stays bound.
    """
    found: list[list[socket.socket]] = []
    try:
        for listener in listeners:
            found.append(_bind_unix(listener.path) if listener.path else _bind(listener.host, listener.port))
    except OSError:
        let_go(found)
        raise
    return found


def is_free(listener: Listener) -> bool:
    """True where certainly nobody listens: the address is ours to bind, or there is no such path. Nobody is woken."""
    if listener.path:
        return not Path(listener.path).exists()
    with socket.socket(socket.AF_INET6 if ":" in listener.host else socket.AF_INET) as each:
        each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            each.bind((listener.host, listener.port))
        except OSError:
            return False
    return True


def let_go(bound: Iterable[Iterable[socket.socket]]) -> None:
    """Close them all."""
    for sockets in bound:
        for each in sockets:
            each.close()


def unlink(listeners: Iterable[Listener]) -> None:
    """The paths of unix sockets go with those who listened there."""
    for listener in listeners:
        if listener.path:
            Path(listener.path).unlink(missing_ok=True)


def _bind(host: str, port: int) -> list[socket.socket]:
    """Every address that a name stands for."""
    found: list[socket.socket] = []
    try:
        places = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, kind, protocol, _, address in dict.fromkeys(places):
            each = socket.socket(family, kind, protocol)
            found.append(each)
            each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                each.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            each.bind(address)
            each.listen(QUEUE)
    except OSError:
        let_go([found])
        raise
    return found


def _bind_unix(name: str) -> list[socket.socket]:
    path = Path(name)
    if path.is_socket():
        path.unlink()  # left by a daemon that was killed; our lock says that it is gone
    unix = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        unix.bind(name)
        path.chmod(0o660)
        unix.listen(QUEUE)
    except OSError:
        unix.close()
        raise
    return [unix]


def queue_all(sock: socket.socket) -> None:
    """Give it its queue again: asyncio takes one number for that and for how many it lets in before it closes any."""
    with socket.socket(fileno=os.dup(sock.fileno())) as same:
        same.listen(QUEUE)


def place(sock: socket.socket) -> str:
    """Where a socket is bound: `127.0.0.1:8025`, `[::1]:8025` or `/run/lmtp`."""
    name = sock.getsockname()
    if isinstance(name, str):
        return name
    return f"[{name[0]}]:{name[1]}" if ":" in name[0] else f"{name[0]}:{name[1]}"
