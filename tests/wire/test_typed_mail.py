"""The mail that a page's words become: read back by the reader of all mail (W-22, W-25, W-28)."""

from __future__ import annotations

from typing import Any

import pytest

from mailgate.core.model.mail import Address, Envelope, Source
from mailgate.core.model.policy import Limits
from mailgate.errors import Permanent
from mailgate.wire.mime.content_digest import is_named, raw_digest
from mailgate.wire.mime.parse import parse
from mailgate.wire.mime.typed import typed_mail

MAIJA = Address("maija@customer.example", "Maija Mäki")
ENVELOPE = Envelope(MAIJA.addr, ("support@acme.example",), Source.WINDOW)


def made(author: Address = MAIJA, subject: str = "Lamp", text: str = "It is broken.", **more: Any) -> bytes:
    return typed_mail(author, "support@acme.example", subject, text, **more)


def test_everything_comes_back_as_it_was_typed() -> None:
    files = [("kuva ä.png", b"\x89PNG"), ("notes.txt", b"words")]
    marks = [("X-Mailgate-Field", "order=47=11 ä"), ("X-Mailgate-Field", "size=XL")]
    raw = made(text="Hyvää päivää\n\n-- \n> end", files=files, marks=marks, answers="<mg.k.1@acme.example>")
    mail = parse(raw, ENVELOPE, Limits())
    assert (mail.author, mail.author_clean, mail.subject) == (MAIJA, True, "Lamp")
    assert mail.text.strip() == "Hyvää päivää\n\n-- \n> end"
    assert [one.addr for one in mail.to] == ["support@acme.example"] and mail.in_reply_to == ("<mg.k.1@acme.example>",)
    assert mail.all("x-mailgate-field") == ("order=47=11 ä", "size=XL")
    assert [(one.name, one.size) for one in mail.attachments] == [("kuva ä.png", 4), ("notes.txt", 5)]


HOSTILE = [
    "x\r\nBcc: eve@evil.example",
    "x\nBcc: eve@evil.example\n\nbody",
    "\u202ex\0\x85Bcc: y",
    '"\\\r\n <eve@evil.example>, "',
]


@pytest.mark.parametrize("typed", HOSTILE)
def test_w22_no_field_can_be_broken_out_of(typed: str) -> None:
    raw = made(
        Address(MAIJA.addr, typed),
        typed,
        "words",
        marks=[("X-Mailgate-Field", f"order={typed}")],
        files=[(typed, b"x")],
    )
    mail = parse(raw, ENVELOPE, Limits())
    assert mail.author is not None and mail.author.addr == MAIJA.addr and mail.author_clean
    assert mail.header("bcc") == "" and mail.cc == () and len(mail.to) == 1
    assert mail.text.strip() == "words" and len(mail.attachments) == 1


@pytest.mark.parametrize("addr", ["a b@customer.example", "x@evil.example\r\nBcc: y@z.example", "@", ""])
def test_w22_an_address_that_is_none_is_no_mail(addr: str) -> None:
    with pytest.raises(Permanent):
        made(Address(addr))


NAMES = [
    ("../../etc/passwd", "passwd"),
    ("CON", "_CON"),
    ("C:\\x\\y.exe", "y.exe"),
    ("n" * 300 + ".pdf", ".pdf"),
    ("\u202egpj.exe", "gpj.exe"),
    ("", "file"),
]


@pytest.mark.parametrize(("name", "kept"), NAMES)
def test_w28_names_of_files_go_by_the_rules_of_mail(name: str, kept: str) -> None:
    (file,) = parse(made(files=[(name, b"x")]), ENVELOPE, Limits()).attachments
    assert file.name.endswith(kept) and len(file.name) <= 150 and "/" not in file.name


def test_w28_nothing_is_unpacked_and_a_strangers_type_is_not_believed() -> None:
    calendar = b"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR\r\n"
    mail = parse(
        made(files=[("a.ics", calendar), ("b.eml", b"From: x@y.example\r\n\r\nwords"), ("c.zip", b"PK\x03\x04")]),
        ENVELOPE,
        Limits(),
    )
    assert (mail.kind, mail.summary, mail.embedded) == ("plain", "", {})
    assert [one.name for one in mail.attachments] == ["a.ics", "b.eml", "c.zip"]


def test_w25_the_same_words_are_the_same_octets_and_others_are_not() -> None:
    files = [("a.txt", b"words")]
    assert made(files=files) == made(files=files) and not is_named(made(files=files))
    digests = {
        raw_digest(one) for one in (made(), made(subject="Lamps"), made(files=files), made(Address("x@y.example")))
    }
    assert len(digests) == 4
