"""A crowd of SMTP clients in one process: one mail a connection, so many connections at a time, each step timed."""

from __future__ import annotations

import contextlib
import json
import pickle
import select
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from mails import DESK, Mail

PATIENCE = 60.0  # seconds without any word from the server


class Client:
    """One dialogue, a step for every reply."""

    def __init__(self, port: int, mail: Mail) -> None:
        self.began = time.perf_counter()
        self.sock = socket.create_connection(("127.0.0.1", port))
        self.sock.setblocking(False)
        self._steps = iter(
            (b"EHLO bench.example\r\n", b"MAIL FROM:<%b>\r\n" % mail.sender.encode(),
             b"RCPT TO:<%b>\r\n" % DESK.encode(), b"DATA\r\n", mail.data, b"QUIT\r\n")
        )  # fmt: skip
        self._out = b""
        self._step = 0
        self._heard = b""
        self.taken = 0.0  # when the server had taken the mail, 0 if it did not

    def wants_to_write(self) -> bool:
        return bool(self._out)

    def read(self) -> bool:
        """Hear the server; False when the dialogue is over."""
        data = self.sock.recv(65536)
        self._heard += data
        if not data:
            return False
        if not self._heard.endswith(b"\n"):
            return True
        last = self._heard[:-1].rpartition(b"\n")[2]
        if last[3:4] != b" ":
            return True
        self._heard = b""
        if self._step == 5 and last[:1] == b"2":
            self.taken = time.perf_counter()
        if last[:1] not in b"23":
            raise RuntimeError(f"the server said {last!r} at step {self._step}")
        following = next(self._steps, None)
        if following is None:
            return False
        self._step += 1
        self._out = following
        self.write()
        return True

    def write(self) -> None:
        with contextlib.suppress(BlockingIOError):
            sent = self.sock.send(self._out)
            self._out = self._out[sent:]


def send(port: int, mails: list[Mail], connections: int) -> dict[str, object]:
    """Hand over every mail; returns seconds, seconds of each mail, and our own CPU seconds."""
    waiting: Iterator[Mail] = iter(mails)
    poll = select.epoll()
    clients: dict[int, Client] = {}
    took: list[float] = []
    cpu, began = time.process_time(), time.perf_counter()

    def enter() -> None:
        mail = next(waiting, None)
        if mail is not None:
            client = Client(port, mail)
            clients[client.sock.fileno()] = client
            poll.register(client.sock, select.EPOLLIN)

    for _ in range(connections):
        enter()
    last = began
    while clients:
        events = poll.poll(PATIENCE)
        if not events:
            raise TimeoutError("the server says nothing")
        for number, event in events:
            client = clients[number]
            try:
                if event & select.EPOLLOUT:
                    client.write()
                going_on = client.read() if event & ~select.EPOLLOUT else True
            except ConnectionError:
                going_on = False
            if going_on:
                poll.modify(number, select.EPOLLIN | (select.EPOLLOUT if client.wants_to_write() else 0))
                continue
            if not client.taken:
                raise RuntimeError("the server hung up before it took the mail")
            took.append(client.taken - client.began)
            last = max(last, client.taken)
            poll.unregister(number)
            client.sock.close()
            del clients[number]
            enter()
    return {"seconds": last - began, "took": sorted(took), "cpu": time.process_time() - cpu}


def main() -> None:
    """`load.py PORT CONNECTIONS FILE`: the file holds the pickled mails; the figures go to standard output as JSON."""
    port, connections, path = sys.argv[1:]
    mails = pickle.loads(Path(path).read_bytes())
    print("ready", flush=True)
    sys.stdin.readline()
    print(json.dumps(send(int(port), mails, int(connections))), flush=True)


if __name__ == "__main__":
    main()
