"""Many clients with large mail at once, and a limit on the daemon's memory: each hears what became of its mail."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from scenarios.process import letter, process

MB = 2**20
LIMITED = ("sh", "-c", 'ulimit -v 512000 && exec "$@"', "sh")


def sent(port: int, serial: str, *, announce: bool) -> str:
    """The reply that ended it."""
    raw = letter(serial, 8 * MB)
    with socket.create_connection(("127.0.0.1", port), timeout=60) as sock, sock.makefile("rb") as lines:
        lines.readline()
        size = f" SIZE={len(raw)}" if announce else ""
        for line in (
            "HELO x",
            f"MAIL FROM:<{serial}@customer.example>{size}",
            "RCPT TO:<support@acme.example>",
            "DATA",
        ):
            sock.sendall(f"{line}\r\n".encode())
            said = lines.readline().decode().strip()
            if said[:1] not in "23":
                return said
        sock.sendall(raw + b".\r\n")
        return lines.readline().decode().strip()


def test_under_a_low_memory_limit_each_large_mail_is_taken_or_put_off_with_a_reply(tmp_path: Path) -> None:
    """Most of twenty clients were cut off, and none got a mail in."""
    with process(tmp_path / "desk") as gateway:
        text = gateway.config.read_text()
        gateway.config.write_text(text.replace("[smtp]\n", '[smtp]\nmax_size = "10MB"\n'))
        gateway.start(*LIMITED)
        with ThreadPoolExecutor(12) as threads:
            said = list(threads.map(lambda at: sent(gateway.port, f"big{at}", announce=at % 2 == 0), range(12)))
        taken = [reply for reply in said if reply.startswith("250 2.0.0 Ok: queued as")]
        assert taken and len(set(taken)) == len(taken)
        assert {reply for reply in said if reply not in taken} <= {"452 4.3.1 Insufficient system storage"}
        assert gateway.read(lambda read: read.report.audit())["accepted"] == len(taken)
        assert gateway.stop() == 0
        assert "short of memory" not in gateway.log.read_text()
