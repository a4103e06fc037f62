"""Letters into a Maildir: whole files only, the envelope kept, faults named."""

from __future__ import annotations

import mailbox
from pathlib import Path

import pytest

from mailgate.edge.out.maildir import FolderTransport
from mailgate.errors import Permanent, RouteDown

RAW = b"From: support@acme.example\r\nSubject: hello\r\n\r\nwords\r\n"


def test_letters_become_files_that_a_mail_client_reads(tmp_path: Path) -> None:
    transport = FolderTransport(tmp_path / "out")
    names = [transport.send("support@acme.example", f"c{number}@x.example", RAW) for number in range(3)]
    transport.close()
    box = mailbox.Maildir(tmp_path / "out", create=False)
    assert sorted(message["Delivered-To"] for message in box) == [f"c{number}@x.example" for number in range(3)]
    assert {message["Return-Path"] for message in box} == {"<support@acme.example>"}
    assert {message.get_payload() for message in box} == {"words\n"}
    assert {path.name for path in (tmp_path / "out" / "new").iterdir()} == set(names)
    assert list((tmp_path / "out" / "tmp").iterdir()) == []


def test_the_null_sender_stands_as_empty_brackets(tmp_path: Path) -> None:
    name = FolderTransport(tmp_path).send("", "c@x.example", RAW)
    assert (tmp_path / "new" / name).read_bytes().startswith(b"Return-Path: <>\nDelivered-To: c@x.example\nFrom:")


def test_o11_an_address_cannot_bring_headers_along(tmp_path: Path) -> None:
    for sender, recipient in (("", "x@y\nBcc: z@w"), ("a@b\r\nX: y", "x@y"), ("", "nobody")):
        with pytest.raises(Permanent):
            FolderTransport(tmp_path).send(sender, recipient, RAW)
    assert not (tmp_path / "new").exists()


def test_a_folder_that_cannot_be_written_is_the_routes_fault(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(RouteDown, match="out"):
        FolderTransport(tmp_path / "out").send("", "c@x.example", RAW)


def test_nothing_half_written_stays_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(fd: int) -> None:
        raise OSError(28, "No space left on device")

    transport = FolderTransport(tmp_path)
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(RouteDown, match="No space left"):
        transport.send("", "c@x.example", RAW)
    assert [*(tmp_path / "tmp").iterdir(), *(tmp_path / "new").iterdir()] == []
