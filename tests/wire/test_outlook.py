"""Messages that Outlook saved as files: read where they can be, left as they are where not, quick whatever they claim."""

from __future__ import annotations

import random
import struct
import time
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import pytest

from mailgate.core.model.mail import Envelope
from mailgate.core.model.policy import Limits
from mailgate.wire.mime import outlook
from mailgate.wire.mime.parse import files as contents
from mailgate.wire.mime.parse import parse

NONE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
SECTOR = 512


def compound(tree: dict[str, Any]) -> bytes:
    """A compound file of streams (octets) and storages (dicts): sectors of 512 octets, small streams in the mini stream."""
    entries: list[list[Any]] = [["Root Entry", 5, NONE, NONE, None]]  # name, kind, right, child, octets
    _hang(tree, entries, 0)
    sectors: list[bytes] = []
    fat: list[int] = []

    def chain(data: bytes) -> int:
        if not data:
            return END
        first = len(sectors)
        count = (len(data) + SECTOR - 1) // SECTOR
        sectors.extend(data[at * SECTOR : (at + 1) * SECTOR].ljust(SECTOR, b"\0") for at in range(count))
        fat.extend([*range(first + 1, first + count), END])
        return first

    mini, mini_fat, places = b"", [], {}
    for at, (_, kind, _, _, data) in enumerate(entries):
        if kind == 2 and len(data) >= 4096:
            places[at] = chain(data)
        elif kind == 2 and data:
            first, count = len(mini_fat), (len(data) + 63) // 64
            mini_fat += [*range(first + 1, first + count), END]
            mini += data.ljust(count * 64, b"\0")
            places[at] = first
    minis = chain(struct.pack(f"<{len(mini_fat)}I", *mini_fat).ljust(SECTOR * -(-len(mini_fat) // 128), b"\xff"))
    places[0] = chain(mini)
    raw = b""
    for at, (name, kind, right, child, data) in enumerate(entries):
        size = len(mini) if at == 0 else len(data or b"")
        wide = name.encode("utf-16-le")
        raw += wide.ljust(64, b"\0") + struct.pack("<HBBIII", len(wide) + 2, kind, 1, NONE, right, child)
        raw += bytes(36) + struct.pack("<IQ", places.get(at, END), size)
    directory = chain(raw.ljust(-(-len(raw) // SECTOR) * SECTOR, b"\0"))
    tables = -(-(len(fat) + 4) // 127)
    where = list(range(len(fat), len(fat) + tables))
    fat += [FAT] * tables
    sectors.extend(
        struct.pack("<128I", *(fat + [NONE] * 128 * tables)[at * 128 : at * 128 + 128]) for at in range(tables)
    )
    head = outlook.SIGNATURE + bytes(16) + struct.pack("<HHHHH", 62, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIIII", 0, tables, directory, 0, 4096, minis, -(-len(mini_fat) // 128), END, 0, where[0])
    head += struct.pack("<108I", *(where[1:] + [NONE] * 108)[:108])
    return head + b"".join(sectors)


def _hang(tree: dict[str, Any], entries: list[list[Any]], parent: int) -> None:
    last = None
    for name, what in tree.items():
        at = len(entries)
        entries.append([name, 1 if isinstance(what, dict) else 2, NONE, NONE, None if isinstance(what, dict) else what])
        if last is None:
            entries[parent][3] = at
        else:
            entries[last][2] = at
        last = at
        if isinstance(what, dict):
            _hang(what, entries, at)


def wide(name: str, text: str) -> dict[str, bytes]:
    return {f"__substg1.0_{name}001F": text.encode("utf-16-le")}


PDF = {**wide("3707", "Invoice 7.pdf"), "__substg1.0_37010102": b"%PDF" * 2000}
SAVED = {
    **wide("0037", "Päivää – the lamp"), **wide("0C1A", "Maija Meikäläinen"), **wide("5D01", "maija@customer.example"),
    **wide("0E04", "support@acme.example"), **wide("1000", "It is dark.\r\nStill.\r\n"), "__attach_version1.0_#00000000": PDF,
    "__properties_version1.0": bytes(32) + struct.pack("<HHIQ", 0x40, 0x0039, 6, 134_000_000_000_000_000),
}  # fmt: skip
READ = """\
From: Maija Meikäläinen <maija@customer.example>
To: support@acme.example
Date: 2025-08-18 14:13 UTC
Subject: Päivää – the lamp

It is dark.
Still.

[Invoice 7.pdf, 8,000 B]
"""


def test_a_saved_message_is_read() -> None:
    assert outlook.as_text(compound(SAVED)) == READ


@pytest.mark.parametrize(
    ("saved", "text"),
    [
        ({"__substg1.0_1000001E": "Grüße".encode("cp1252")}, "Grüße\n"),
        ({"__substg1.0_1000001E": "Привет, как дела".encode("cp1251"),
          "__properties_version1.0": bytes(32) + struct.pack("<HHIQ", 0x03, 0x3FFD, 6, 1251)}, "Привет, как дела\n"),
        ({"__substg1.0_10130102": b"<html><p>One</p><script>x()</script><p>Two</p></html>"}, "One\n\nTwo\n"),
        (wide("1000", "word " * 3000), "word " * 2999 + "word\n"),  # a stream of many sectors
        ({**wide("007D", "From: a@b.example\r\nDate: Mon, 2 Mar 2026 08:00:00 +0200\r\n"), **wide("1000", "x")},
         "From: a@b.example\nDate: Mon, 2 Mar 2026 08:00:00 +0200\n\nx\n"),
        ({**wide("1000", "x"),
          "__properties_version1.0": bytes(32) + struct.pack("<HHIQ", 0x40, 0x0039, 6, 2**64 - 1)}, "x\n"),  # no date
        ({}, None),
        ({"__nameid_version1.0": {}}, None),
    ],
)  # fmt: skip
def test_each_way_of_writing_words_is_read(saved: dict[str, Any], text: str | None) -> None:
    assert outlook.as_text(compound(saved)) == text


def with_file(data: bytes, name: str = "lamp.msg", kind: str = "vnd.ms-outlook") -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@customer.example", "support@acme.example", "See"
    message.set_content("See the file.")
    message.add_attachment(data, maintype="application", subtype=kind, filename=name)
    return message.as_bytes(policy=SMTP)


def test_it_stands_beside_the_file_that_stays_as_it_came() -> None:
    saved = compound(SAVED)
    raw = with_file(saved)
    kept, copy = parse(raw, Envelope("a@customer.example", ("support@acme.example",)), Limits()).attachments
    assert (kept.name, kept.aside, copy.name, copy.type, copy.aside) == (
        "lamp.msg",
        False,
        "lamp.msg.txt",
        "text/plain",
        True,
    )
    octets = {each.part: data for each, data in contents(raw)}
    assert (octets[kept.part], octets[copy.part].decode()) == (saved, READ)


@pytest.mark.parametrize(
    ("name", "kind", "files"),
    [("x.MSG", "octet-stream", 2), ("x.doc", "msword", 1), ("x", "vnd.ms-outlook", 2)],
)
def test_what_calls_itself_a_message_is_looked_into(name: str, kind: str, files: int) -> None:
    mail = parse(with_file(compound(SAVED), name, kind), Envelope("a@customer.example", ()), Limits())
    assert len(mail.attachments) == files


def test_whatever_is_broken_in_it_it_is_read_or_left_at_once() -> None:
    good, drawn = compound(SAVED), random.Random(7)
    began = time.process_time()
    for _ in range(400):
        bad = bytearray(good)
        for _ in range(drawn.choice((1, 4, 40))):
            bad[drawn.randrange(8, len(bad))] = drawn.choice((0, 1, 0x7F, 0xFE, 0xFF, drawn.randrange(256)))
        outlook.as_text(bytes(bad[: drawn.choice((len(bad), len(bad), drawn.randrange(len(bad))))]))
    assert time.process_time() - began < 20
    for broken in (b"", outlook.SIGNATURE, outlook.SIGNATURE + b"\xff" * 5000, good[:512], good[:2000]):
        assert outlook.as_text(broken) is None


def test_chains_and_trees_that_go_round_end() -> None:
    good = bytearray(compound({f"__substg1.0_{at:04X}001F": b"x" * 5000 for at in range(200)}))
    table = struct.unpack_from("<I", good, 76)[0]
    at = (table + 1) * SECTOR
    good[at : at + 512] = struct.pack("<128I", *([0] * 128))  # every sector leads to the first
    began = time.process_time()
    outlook.as_text(bytes(good))
    assert time.process_time() - began < 2
