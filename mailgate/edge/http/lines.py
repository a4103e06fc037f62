"""The sockets of one client, so that another thread can end what is waited for on them."""

from __future__ import annotations

import socket
import threading


class Lines:
    """What is open; any thread may add, take out, and end all."""

    def __init__(self) -> None:
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self.ended = False

    def hang_up(self) -> None:
        """End all that is open, and whatever is opened later."""
        with self._lock:
            self.ended = True
            for each in self._open:
                _end(each)

    def hold(self, sock: socket.socket) -> None:
        """Note a socket that `hang_up` is to end."""
        with self._lock:
            self._open.add(sock)
            if self.ended:
                _end(sock)

    def release(self, sock: socket.socket) -> None:
        """Forget one that is closed, or stands in another's place."""
        with self._lock:
            self._open.discard(sock)


def _end(sock: socket.socket) -> None:
    try:
        socket.socket.shutdown(sock, socket.SHUT_RDWR)  # of TLS too: whoever reads it wakes up
    except OSError:
        pass  # it was never connected, or is gone
