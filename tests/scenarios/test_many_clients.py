"""Many clients at once under limits on memory and descriptors: each hears what became of its mail, and all else goes on."""

from __future__ import annotations

import asyncio
import socket
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from scenarios.process import letter, process

MB = 2**20
LITTLE_MEMORY = ("sh", "-c", 'ulimit -v 512000 && exec "$@"', "sh")


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
        gateway.start(*LITTLE_MEMORY)
        with ThreadPoolExecutor(12) as threads:
            said = list(threads.map(lambda at: sent(gateway.port, f"big{at}", announce=at % 2 == 0), range(12)))
        taken = [reply for reply in said if reply.startswith("250 2.0.0 Ok: queued as")]
        assert taken and len(set(taken)) == len(taken)
        assert {reply for reply in said if reply not in taken} <= {"452 4.3.1 Insufficient system storage"}
        assert gateway.read(lambda read: read.report.audit())["accepted"] == len(taken)
        assert gateway.stop() == 0
        assert "short of memory" not in gateway.log.read_text()


async def visited(port: int, at: int, leave: asyncio.Event) -> str:
    """One of four kinds of client: silent, dribbling, gone in the middle of its mail, honest. Its last reply."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        said = (await reader.readline()).decode()
        kind = at % 4
        if kind and said.startswith("220"):
            raw = letter(f"c{at}", 40_000 if kind == 1 else 0)
            for line in ("HELO x", f"MAIL FROM:<c{at}@customer.example>", "RCPT TO:<support@acme.example>", "DATA"):
                writer.write(f"{line}\r\n".encode())
                said = (await reader.readline()).decode()
            if kind == 3:
                writer.write(raw + b".\r\n")
                said = (await reader.readline()).decode()
            else:
                writer.write(raw[: 20_000 if kind == 1 else 9])
                await writer.drain()
        if kind in (0, 2):
            await leave.wait()
        return said
    finally:
        writer.transport.abort()


async def rush(port: int, page: str, count: int) -> list[str]:
    """All of them at once, silent and dribbling ones until the others are done and the page has been asked for."""
    leave = asyncio.Event()
    visits = [asyncio.create_task(visited(port, at, leave)) for at in range(count)]
    await asyncio.wait([visit for at, visit in enumerate(visits) if at % 2])
    with await asyncio.to_thread(urllib.request.urlopen, page, timeout=100) as answer:
        assert answer.status == 200
    leave.set()
    return await asyncio.gather(*visits)


def test_more_clients_than_descriptors_leave_enough_for_all_else(tmp_path: Path) -> None:
    """The database could not be opened, mail was put back, and clients waited for a greeting in vain."""
    with process(tmp_path / "desk") as gateway:
        text = gateway.config.read_text()
        smtp = '[metrics]\nlisten = "127.0.0.1:0"\n\n[smtp]\nmax_connections = 2000\n'
        gateway.config.write_text(text.replace("[smtp]\n", smtp))
        gateway.files = 300
        ready = gateway.start()
        said = asyncio.run(rush(gateway.port, f"http://{ready['metrics'][0]}/healthz", 250))
        assert {reply[:3] for reply in said} == {"220", "250", "354", "421"}
        taken = [reply for reply in said if reply.startswith("250 2.0.0 Ok: queued as")]
        assert len(set(taken)) == len(taken) == sum(reply.startswith("250") for reply in said)
        gateway.settled()
        assert gateway.read(lambda read: read.report.audit())["filed"] == len(taken)
        with socket.create_connection(("127.0.0.1", gateway.port), timeout=100) as sock:
            assert sock.recv(100).startswith(b"220 ")
            assert gateway.stop() == 0
        assert "database" not in gateway.log.read_text().replace("database check found no damage", "")
