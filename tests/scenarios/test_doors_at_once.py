"""Mail by SMTP and by a pipe at the same moment: each is taken once, whoever else stands at the doors."""

from __future__ import annotations

import socket
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import programs
import pytest
from conftest import Desk, mail, running

from mailgate.app.admin import control_socket

EACH = 12


@pytest.mark.parametrize("silent", [0, control_socket.CLIENTS])
def test_s11_smtp_and_a_pipe_at_once_lose_and_double_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, silent: int
) -> None:
    """S-11: as their user, and beside somebody who holds every place at the control socket and says nothing."""
    monkeypatch.setattr(control_socket, "SLOW", 0.2)
    with running(tmp_path, more="[limits]\ntickets_per_sender_hour = 1000\n") as desk:
        assert programs.run(["--config", str(desk.folder / "mailgate.toml"), "bans"]).returncode == 0  # by main thread
        holders = [_connected(desk) for _ in range(silent)]
        together = threading.Barrier(2)

        def by_pipe() -> list[int]:
            together.wait(100)
            return [_piped(desk, number) for number in range(EACH)]

        with ThreadPoolExecutor(1) as pool:
            piped = pool.submit(by_pipe)
            together.wait(100)
            sent = [desk.send(mail(f"smtp {number}", sender=f"s{number}@customer.example")) for number in range(EACH)]
            assert piped.result(300) == [0] * EACH
        desk.settle()
        for holder in holders:
            holder.close()
        assert len(set(sent)) == EACH
        subjects = Counter(ticket.subject for ticket in desk.tickets())
        assert subjects == {f"{door} {number}": 1 for door in ("smtp", "pipe") for number in range(EACH)}
        audit = desk.gateway.store.read(lambda read: read.report.audit())
        assert (audit["accepted"], audit["filed"], audit["unaccounted"]) == (2 * EACH, 2 * EACH, 0)


def _piped(desk: Desk, number: int) -> int:
    raw = mail(f"pipe {number}", sender=f"p{number}@customer.example").as_bytes()
    words = ["--config", str(desk.folder / "mailgate.toml"), "accept", "--to", "support@acme.example"]
    return programs.run_bytes(words, input=raw).returncode


def _connected(desk: Desk) -> socket.socket:
    client = socket.socket(socket.AF_UNIX)
    with control_socket.path_of(desk.gateway.data) as path:
        client.connect(path)
    return client
