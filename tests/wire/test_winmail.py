"""Outlook's winmail.dat (stand, 5): lengths and counts that lie cost nothing and lose nothing, honest ones give their files."""

import logging
import struct
import time
from pathlib import Path

import pytest
from conftest import Desk, mail

from mailgate.core.model.mail import Envelope
from mailgate.core.model.policy import Limits
from mailgate.wire.mime import winmail
from mailgate.wire.mime.parse import files, parse

MESSAGE, FILE = 1, 2
CODEPAGE, PROPERTIES, RECIPIENTS = 0x00069007, 0x00069003, 0x00069004
BEGINS, TITLE, DATA, OF_FILE = 0x00069002, 0x00018010, 0x0006800F, 0x00069005
SAMPLES = Path(__file__).parents[2].parent / "shared" / "corpus" / "tnef-samples"


def record(level: int, name: int, data: bytes, claims: int | None = None) -> bytes:
    size = len(data) if claims is None else claims
    return struct.pack("<BII", level, name, size) + data + struct.pack("<H", sum(data) & 0xFFFF)


def stream(*records: bytes) -> bytes:
    return struct.pack("<IH", 0x223E9F78, 1) + b"".join(records)


def begun(*records: bytes) -> bytes:
    """A stream with one file, of which these records tell."""
    return stream(record(FILE, BEGINS, bytes(14)), *records)


def value(content: bytes, claims: int | None = None) -> bytes:
    """A length and so many octets, filled up to four."""
    return struct.pack("<I", len(content) if claims is None else claims) + content + bytes(-len(content) % 4)


def of_type(kind: int, identity: int, rest: bytes) -> bytes:
    return struct.pack("<HH", kind, identity) + rest


def listed(*properties: bytes, claims: int | None = None) -> bytes:
    """A file's property list, as one record."""
    count = len(properties) if claims is None else claims
    return record(FILE, OF_FILE, struct.pack("<I", count) + b"".join(properties))


ONE = struct.pack("<I", 1)
HUGE = struct.pack("<I", 0xFFFFFFFF)
SMALL = (record(FILE, BEGINS, bytes(14)), record(FILE, DATA, b"x" * 10))
RTF = struct.pack("<IIII", 100, 0x7FFFFFFF, 0x75465A4C, 0) + bytes(84)  # says that it opens to 2 GB
NESTED = bytes.fromhex("0703020000000000c000000000000046")


def deep(levels: int) -> bytes:
    """A message in a message in a message, the innermost with 4,000,000,000 properties."""
    inner = begun(listed(claims=0xFFFFFFFF))
    for _ in range(levels):
        inner = begun(listed(of_type(0x0D, 0x3701, ONE + value(NESTED + inner))))
    return inner


LIES = {
    "a record of 4 GB": stream(record(MESSAGE, PROPERTIES, b"", 0xFFFFFFFF)),
    "a file of 4 GB": begun(record(FILE, DATA, b"x", 0xFFFFFFFF)),
    "a file of 2 GB": begun(record(FILE, DATA, b"x" * 100, 0x80000000)),
    "one octet too many": begun(record(FILE, DATA, b"x" * 100, 103)),
    "4,000,000,000 properties of a file": begun(record(FILE, DATA, b"x"), listed(claims=0xFFFFFFFF)),
    "as many, the first there": begun(listed(of_type(0x1E, 0x3707, ONE + value(b"a.txt\0")), claims=0xFFFFFFFF)),
    "4,000,000,000 numbers in one property": begun(listed(of_type(0x1002, 0x0E21, HUGE + bytes(64)))),
    "4,000,000,000 texts in one property": begun(listed(of_type(0x101F, 0x3707, HUGE + bytes(64)))),
    "4,000,000,000 values of a single property": begun(listed(of_type(0x1E, 0x3707, HUGE + bytes(64)))),
    "a text of 4 GB": begun(listed(of_type(0x1F, 0x3707, ONE + value(b"a\0", 0xFFFFFFFF)))),
    "the longest text, filled up": begun(listed(of_type(0x1E, 0x3707, ONE + value(b"a\0", 0xFFFFFFFD)))),
    "a property's name of 4 GB": begun(listed(of_type(0x03, 0x8001, bytes(16) + ONE + HUGE + bytes(64)))),
    "an object too short to say what it is": begun(listed(of_type(0x0D, 0x3701, ONE + value(b"abc")))),
    "a file before any began": stream(record(FILE, DATA, b"x")),
    "a list cut in its count": begun(record(FILE, OF_FILE, b"\1")),
    "4,000 small files": stream(*SMALL * 4000),
    "records without octets": stream(record(MESSAGE, 0, b"") * 50_000),
    "a million small values": begun(listed(*[of_type(0x02, 0x0E21, bytes(4))] * 125_000)),
    "of no level": begun(record(3, DATA, b"x")),
    "cut": stream(*SMALL * 50)[:777],
    "only its signature": struct.pack("<I", 0x223E9F78),
}
# Lies outside what a file is made of: nobody reads there.
BESIDE = {
    "4,000,000,000 properties": stream(record(MESSAGE, PROPERTIES, HUGE + bytes(64)), *SMALL),
    "4,000,000,000 recipients": stream(record(MESSAGE, RECIPIENTS, HUGE + bytes(64)), *SMALL),
    "text that opens to 2 GB": stream(
        record(MESSAGE, PROPERTIES, ONE + of_type(0x102, 0x1009, ONE + value(RTF))), *SMALL
    ),
    "an unknown code page": stream(record(MESSAGE, CODEPAGE, HUGE), *SMALL),
}


@pytest.mark.parametrize("data", [*LIES.values(), *BESIDE.values(), deep(8)], ids=[*LIES, *BESIDE, "nested lies"])
def test_no_claim_of_a_winmail_costs_more_than_its_octets(data: bytes) -> None:
    used = time.process_time()
    found = winmail.unpack(data)
    assert sum(len(octets) for _, octets in found) <= len(data)
    assert time.process_time() - used < 10, "milliseconds are usual; what is claimed would be minutes"


@pytest.mark.parametrize("data", LIES.values(), ids=LIES)
def test_a_winmail_that_lies_is_kept_as_it_came_and_said_to_be_unread(data: bytes) -> None:
    assert winmail.unpack(data) == () and not winmail.is_sound(data)
    found = parse(attached(data).as_bytes(), Envelope("ann@example.org", ("support@acme.example",)), Limits())
    assert [(each.name, each.size) for each in found.attachments] == [("winmail.dat", len(data))]
    assert found.flags == {"winmail_unread"} and found.fresh == "The lamp does not work."
    assert [octets for _, octets in files(attached(data).as_bytes())] == [data]


@pytest.mark.parametrize("data", BESIDE.values(), ids=BESIDE)
def test_a_lie_beside_the_files_hides_no_file(data: bytes) -> None:
    assert winmail.unpack(data) == (("", b"x" * 10),) and winmail.is_sound(data)


def test_a_message_in_a_winmail_is_a_file_that_nobody_opens() -> None:
    [(_, inner)] = winmail.unpack(deep(2))
    assert inner == deep(1)


def test_every_file_up_to_a_hundred_is_taken_out() -> None:
    assert len(winmail.unpack(stream(*SMALL * 100))) == 100
    assert winmail.unpack(stream(*SMALL * 101)) == ()


LONG, SHORT, SHOWN = 0x3707, 0x3704, 0x3001


@pytest.mark.parametrize(
    ("records", "name"),
    [
        ([record(FILE, TITLE, b"a.txt\0")], "a.txt"),
        ([record(FILE, TITLE, "ä.txt".encode("cp1257") + b"\0")], "ä.txt"),
        ([record(FILE, TITLE, "ä.txt".encode() + b"\0")], "ä.txt"),
        ([listed(of_type(0x1E, SHORT, ONE + value(b"A~1.TXT\0"))), record(FILE, TITLE, b"t\0")], "A~1.TXT"),
        ([listed(of_type(0x1E, SHORT, ONE + value(b"A~1.TXT\0")), of_type(0x1E, LONG, ONE + value(b"a long.txt\0")))], "a long.txt"),
        ([listed(of_type(0x1F, LONG, ONE + value("żółć.txt\0".encode("utf-16-le"))))], "żółć.txt"),
        ([listed(of_type(0x1E, SHOWN, ONE + value(b"Shown\0")))], "Shown"),
        ([listed(of_type(0x02, 0x0E21, bytes(4)), of_type(0x1003, 0x0E22, struct.pack("<I", 2) + bytes(8)),
                 of_type(0x03, 0x8001, bytes(16) + ONE + value("K\0".encode("utf-16-le")) + bytes(4)),
                 of_type(0x0B, 0x8002, bytes(16) + bytes(8) + bytes(4)),
                 of_type(0x1E, LONG, ONE + value(b"after others.txt\0")))], "after others.txt"),
        ([listed(of_type(0x1E, LONG, ONE + value(b"before.txt\0")), of_type(0x7777, 1, bytes(4)))], "before.txt"),
    ],
)  # fmt: skip
def test_a_file_is_named_as_outlook_named_it(records: list[bytes], name: str) -> None:
    page = record(MESSAGE, CODEPAGE, struct.pack("<II", 1257, 0))
    assert winmail.unpack(stream(page, record(FILE, BEGINS, bytes(14)), record(FILE, DATA, b"x"), *records)) == (
        (name, b"x"),
    )


def test_a_file_keeps_the_nulls_at_its_end() -> None:
    """The library of 2021 took them off, and an old Word file came out broken."""
    content = b"\xd0\xcf\x11\xe0" + bytes(508)
    made = begun(
        listed(of_type(0x0D, 0x3701, ONE + value(bytes(16) + content)), of_type(0x1E, LONG, ONE + value(b"a.doc\0")))
    )
    assert winmail.unpack(made) == (("a.doc", content),)


def test_octets_that_only_fill_up_are_no_lie() -> None:
    assert winmail.unpack(stream(*SMALL) + b"\r\n") == winmail.unpack(stream(*SMALL) + bytes(100)) == (("", b"x" * 10),)


def test_a_winmail_without_files_is_kept_and_nothing_said() -> None:
    found = parse(attached(stream()).as_bytes(), Envelope("ann@example.org", ("support@acme.example",)), Limits())
    assert [each.name for each in found.attachments] == ["winmail.dat"] and not found.flags


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples of real Outlooks are not here")
@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("IPM-DistList", {"Untitled Attachment": 19965}),
        ("MAPI_ATTACH_DATA_OBJ", {"VIA_Nytt_1402.doc": 61952, "VIA_Nytt_1402.pdf": 213685, "VIA_Nytt_14021.htm": 68919}),
        ("data-before-name", {"AUTOEXEC.BAT": 0, "CONFIG.SYS": 0, "boot.ini": 289}),
        ("minimal_attachment", {"": 16}),
        ("multi-value-attribute", {"208225__5_seconds__Voice_Mail.mp3": 10656}),
        ("rtf", {}),
        ("triples", {}),
        ("umlaut", {"TBZ PARIV GmbH.jpg": 44764, "image003.jpg": 1001, "UmlautAnhang-äüö.txt": 14}),
    ],
)  # fmt: skip
def test_what_real_outlooks_sent_is_opened(name: str, found: dict[str, int]) -> None:
    data = (SAMPLES / f"{name}.tnef").read_bytes()
    assert winmail.is_sound(data)
    assert {title: len(octets) for title, octets in winmail.unpack(data)} == found


def attached(data: bytes, subject: str = "Broken lamp"):
    message = mail(subject)
    message.add_attachment(data, maintype="application", subtype="ms-tnef", filename="winmail.dat")
    return message


def test_mail_with_winmails_that_lie_is_filed_with_its_words_and_its_files(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    """At the front door: all of them in one mail, which waits for no limit and is kept with every octet."""
    caplog.set_level(logging.INFO)
    message = mail()
    for data in LIES.values():
        message.add_attachment(data, maintype="application", subtype="ms-tnef", filename="winmail.dat")
    number = desk.send(message)
    entry = desk.of_mail(number).entries[0]
    assert desk.fate(number) == "filed" and entry.text == "The lamp does not work."
    assert sorted(each.size for each in entry.attachments if each.name.startswith("winmail")) == sorted(
        map(len, LIES.values())
    )
    row = desk.gateway.store.read(lambda read: read.mail.row(number))
    assert row is not None and row.flags == ("winmail_unread",)
    [told] = [each for each in caplog.records if each.message == "mail settled"]
    assert told.__dict__["flags"] == ["winmail_unread"]
