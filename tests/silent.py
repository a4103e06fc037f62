"""A peer that answers up to a step of SMTP and is silent from there on, for ever."""

from __future__ import annotations

import contextlib
import socket
import threading

STEPS = ("accept", "EHLO", "MAIL", "RCPT", "DATA", "dot")
ANSWERS = {"accept": b"220 relay", "DATA": b"354 go"}


class Silent:
    """Listens on loopback; `reached` is released once for each connection that has come to `step`."""

    def __init__(self, step: str) -> None:
        self.step = step
        self.reached = threading.Semaphore(0)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = int(self.listener.getsockname()[1])
        self.kept: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def out(self) -> str:
        """What stands under [[outgoing]] to send by this relay, on four connections."""
        return f'transport = "smtp"\nhost = "127.0.0.1"\nport = {self.port}\ntls = "none"\nconnections = 4'

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                peer, _ = self.listener.accept()
                self.kept.append(peer)
                threading.Thread(target=self._talk, args=(peer,), daemon=True).start()

    def _talk(self, peer: socket.socket) -> None:
        with contextlib.suppress(OSError):
            stream = peer.makefile("rb")
            verb = "accept"
            while verb != self.step:
                peer.sendall(ANSWERS.get(verb, b"250 ok") + b"\r\n")
                if verb == "DATA":
                    while stream.readline() not in (b".\r\n", b""):
                        pass
                    verb = "dot"
                elif line := stream.readline():
                    verb = line[:4].decode().upper()
                else:
                    return
            self.reached.release()

    def close(self) -> None:
        """Let everybody go."""
        self.listener.close()
        for peer in self.kept:
            peer.close()
