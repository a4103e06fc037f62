"""`mailgate accept` answers an MTA: 0 only after the commit, 75 try again, 65 never."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import programs
import pytest
from conftest import Desk

from mailgate.store.sqlite.store import SqliteStore
from mailgate.wire.mime.content_digest import raw_digest

MAIL = b"From: a@customer.example\nTo: support@acme.example\nSubject: Lamp\n\nIt is dark.\n"


def accept(config: Path, raw: bytes = MAIL, *more: str) -> subprocess.CompletedProcess[bytes]:
    return programs.run_bytes(["--config", str(config), "accept", *more], input=raw)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    assert programs.run(["init", str(tmp_path)]).returncode == 0
    return tmp_path / "mailgate.toml"


def kept(config: Path) -> int:
    path = config.parent / "data" / "mailgate.db"
    if not path.exists():
        return 0
    store = SqliteStore(path, writable=False)
    try:
        return store.read(lambda read: read.report.audit())["accepted"]
    finally:
        store.close()


def test_0_means_it_is_on_disk_without_a_daemon(config: Path) -> None:
    done = accept(config, MAIL, "--to", "support@acme.example", "--from", "a@customer.example")
    assert (done.returncode, done.stderr) == (0, b"")
    assert kept(config) == 1


def test_0_means_it_is_on_disk_with_a_daemon(desk: Desk) -> None:
    done = accept(desk.folder / "mailgate.toml", MAIL, "--to", "support@acme.example", "--from", "<>")
    assert done.returncode == 0, done.stderr
    row = desk.gateway.store.read(lambda read: read.mail.row(1))
    assert row is not None
    assert (row.sender, row.recipients, row.source) == ("", ("support@acme.example",), "pipe")
    assert desk.gateway.store.read(lambda read: read.mail.raw(1)) == MAIL


def test_65_for_a_message_that_is_too_large(config: Path) -> None:
    config.write_text(config.read_text().replace("[smtp]\n", '[smtp]\nmax_size = "64KB"\n'))
    done = accept(config, MAIL + b"x" * 70_000, "--to", "support@acme.example")
    assert done.returncode == 65
    assert b"larger than 65536 octets" in done.stderr
    assert kept(config) == 0


@pytest.mark.parametrize("raw", [b"", b"\n", b"\r\n \r\n", b"Return-Path: <a@b.example>\nReceived: by mx\n\n"])
def test_s22_65_for_a_message_in_which_nobody_wrote_anything(config: Path, raw: bytes) -> None:
    """S-22: a pipe that gave nothing was told 0, its mail a "duplicate" of an unrelated empty one."""
    done = accept(config, raw, "--to", "support@acme.example")
    assert (done.returncode, done.stderr) == (65, b"mailgate: the message is empty: neither a header nor words\n")
    assert kept(config) == 0


def test_s22_two_empty_mails_of_different_hops_are_not_one() -> None:
    assert raw_digest(b"Received: one\n\n") != raw_digest(b"Received: two\n\n")
    assert raw_digest(b"Received: one\nA: b\n\n") == raw_digest(b"Received: two\nA: b\n\n")


def test_75_when_the_configuration_is_broken(config: Path) -> None:
    config.write_text("[gateway\n")
    done = accept(config)
    assert done.returncode == 75
    assert b"mailgate.toml:1" in done.stderr


def test_75_when_there_is_no_configuration(tmp_path: Path) -> None:
    assert accept(tmp_path / "nowhere.toml").returncode == 75


def test_75_when_the_data_folder_cannot_be_written(config: Path) -> None:
    (config.parent / "data").write_text("no folder")
    done = accept(config)
    assert done.returncode == 75
    assert b"Traceback" not in done.stderr


def test_75_when_the_rules_are_broken(config: Path) -> None:
    (config.parent / "rules" / "90-default.toml").write_text("")
    assert accept(config).returncode == 75
    assert kept(config) == 0


def test_75_when_another_process_holds_the_folder_without_a_socket(config: Path) -> None:
    store = SqliteStore(config.parent / "data" / "mailgate.db")
    try:
        done = accept(config)
    finally:
        store.close()
    assert done.returncode == 75
    assert f"process {os.getpid()}".encode() in done.stderr


def test_75_when_the_disk_is_full(config: Path) -> None:
    assert accept(config, MAIL, "--to", "support@acme.example").returncode == 0
    limited = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)); " \
              "from mailgate.cli import main; main()"  # fmt: skip
    call = [sys.executable, "-c", limited, "--config", str(config), "accept", "--to", "support@acme.example"]
    done = subprocess.run(call, input=MAIL + os.urandom(90_000), capture_output=True, timeout=300, check=False)
    assert done.returncode == 75, done.stderr
    assert kept(config) == 1


def test_2_for_wrong_usage(config: Path) -> None:
    assert accept(config, MAIL, "--too", "x").returncode == 2
