"""Files that stand in the words of a mail, uuencoded or written out in its HTML, are files and no words."""

import base64
import binascii

import pytest

from mailgate.core.model.mail import Envelope, InboundMail
from mailgate.core.model.policy import Limits
from mailgate.wire.mime import enclosed
from mailgate.wire.mime import parse as parse_module
from mailgate.wire.mime.parse import files, parse

ENVELOPE = Envelope("ann@example.org", ("support@acme.example",))
DATA = bytes(range(256)) * 3 + bytes(200)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(90)


def uuencoded(name: str, data: bytes, *, zero: bytes = b"`", end: str = "\n") -> str:
    lines = [binascii.b2a_uu(data[at : at + 45], backtick=zero == b"`").decode()[:-1] for at in range(0, len(data), 45)]
    return end.join([f"begin 644 {name}", *lines, zero.decode(), "end", ""])


def read(raw: str) -> tuple[InboundMail, dict[str, bytes]]:
    """The mail, and its files as whoever asks for them gets them; both say the same."""
    octets = raw.encode()
    mail = parse(octets, ENVELOPE, Limits())
    found = list(files(octets))
    assert tuple(each for each, _ in found) == mail.attachments
    assert all(each.size == len(data) for each, data in found)
    return mail, {each.name: data for each, data in found}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("zero", [b"`", b" "])
def test_w16_a_uuencoded_file_is_a_file_and_off_the_text(zero, end):
    mail, found = read(f"Subject: x{end}{end}See file.{end}{end}{uuencoded('fax 1.tif', DATA, zero=zero, end=end)}Bye")
    assert found == {"fax 1.tif": DATA}
    assert [each.part for each in mail.attachments] == ["1/uu/1"]
    assert mail.text.split() == mail.fresh.split() == ["See", "file.", "Bye"]


def test_w16_several_files_stand_between_words_and_beside_a_mime_part():
    first, second = uuencoded("a.txt", b"hello world"), uuencoded("a.txt", b"other")
    mail, found = read(
        f"Content-Type: multipart/mixed; boundary=m\n\n--m\n\none\n{first}\ntwo\n{second}\nthree\n"
        '--m\nContent-Type: application/pdf; name="b.pdf"\n\n%PDF\n--m--\n'
    )
    assert found == {"b.pdf": b"%PDF", "a.txt": b"hello world", "a (2).txt": b"other"}
    assert [(each.part, each.type) for each in mail.attachments] == [
        ("2", "application/pdf"), ("1/uu/1", "text/plain"), ("1/uu/2", "text/plain"),
    ]  # fmt: skip
    assert mail.text.split() == ["one", "two", "three"]


SHAPES = {
    "bits left over": ("begin 644 hello.txt\n+:&5L;&\\@=V]R;&0*\n`\nend\n", b"hello world"),
    "no zero line": (f"begin 644 a\n{binascii.b2a_uu(b'hello').decode()}end\n", b"hello"),
    "spaces lost": (
        "\n".join(line.rstrip() for line in uuencoded("a", DATA, zero=b" ").split("\n")), DATA
    ),
    "zeros alone, spaces lost": ("\n".join(line.rstrip() for line in uuencoded("a", bytes(99), zero=b" ").split("\n")), bytes(99)),
    "empty lines between": (uuencoded("a", DATA).replace("\n", "\n\n"), DATA),
    "four digits": (uuencoded("a", DATA).replace("644", "0644"), DATA),
    "no name": (uuencoded("", DATA), DATA),
    "an empty file": ("begin 644 a\n`\nend\n", b""),
    "broken off": (uuencoded("a", DATA[:450]).partition("`\nend")[0], DATA[:450]),
    "base64": (f"begin-base64 644 a\n{base64.encodebytes(DATA).decode()}====\n", DATA),
    "an encoded name": (f"begin-base64-encoded 644 w6QudHh0\n{base64.encodebytes(DATA).decode()}====\n", DATA),
}  # fmt: skip


@pytest.mark.parametrize(("text", "data"), SHAPES.values(), ids=SHAPES)
def test_w16_every_shape_of_uuencoding_is_read(text, data):
    rest, found = enclosed.split(b"above\n" + text.encode() + b"\nbelow")
    assert rest.split() == [b"above", b"below"] and [each for _, each in found] == [data]


def test_w16_a_name_may_be_encoded_or_in_any_charset_and_is_made_safe():
    (one,) = enclosed.split(b"begin-base64-encoded 644 w6QudHh0\naGVsbG8=\n====\n")[1]
    (two,) = enclosed.split(b"begin 644 t\xe4.txt\n%:&5L;&\\\n`\nend\n")[1]
    assert (one, two) == (("ä.txt", b"hello"), ("tä.txt", b"hello"))
    mail, _ = read("\n" + uuencoded("../../etc/x.sh", DATA))
    assert [each.name for each in mail.attachments] == ["x.sh"]


TALK = [
    "A file starts with\nbegin 644 hello.txt\nand ends with\nend\nOK?\n",
    "begin 644 x\nend\n",
    "begin 644 x\n\nend\n",
    "begin 644 X\nHELLO ALL, THIS IS LOUD\nend\n",
    "begin 644 it tomorrow\n\nplease, and then\n`\nend\n",
    "> begin 644 hello.txt\n> %:&5L;&\\\n> `\n> end\n",
    "  begin 644 hello.txt\n%:&5L;&\\\n`\nend\n",
    "begin-base64 644 n.txt\naGVsbG8\nI say more\n====\n",
    "begin 644 hello.txt\n%:&5L;&\\\nand there it breaks off",
    "We begin 644 new lamps\nM\nend\n",
]


@pytest.mark.parametrize("text", TALK)
def test_w16_whoever_writes_about_such_files_is_left_alone(text):
    assert enclosed.split(text.encode()) == (text.encode(), [])


def test_w14_a_picture_written_out_in_the_html_is_a_file_shown_within():
    code = base64.encodebytes(PNG).decode()
    mail, found = read(
        "Content-Type: text/html; charset=utf-8\n\n<p>See</p>"
        f'<img src="data:image/png;base64,{code}"><img alt=x src=data:image/gif;base64,{base64.b64encode(b"GIF89a").decode()} >'
        f"<img src='data:image/png;base64,{code}'><img src=\"data:image/png;base64,%%%\"><p>Bye</p>"
    )
    assert found == {"image.png": PNG, "image.gif": b"GIF89a"}
    assert [(each.part, each.type, each.inline) for each in mail.attachments] == [
        ("1/data/1", "image/png", True), ("1/data/2", "image/gif", True),
    ]  # fmt: skip
    assert mail.text.split() == ["See", "[x]", "Bye"]


def test_w14_words_of_several_mib_are_in_the_ticket_whole():
    log = "See the log:\n" + "2026-11-26 10:00:00 INFO something happened\n" * 45_000 + "LAST LINE E40"
    mail, found = read(f"Subject: Log\n\n{log}")
    assert len(log) > 1_900_000 and mail.text == mail.fresh == log and not found


def test_w14_beyond_what_a_ticket_takes_the_words_say_so_and_are_a_file(monkeypatch):
    monkeypatch.setattr(parse_module, "MAX_TEXT", 1000)
    log = "äö\n" * 500 + "LAST LINE E40"
    mail, found = read(f"Content-Type: text/plain; charset=utf-8\n\n{log}")
    assert mail.text.endswith("äö\n\n[… message.txt]".replace("äö\n\n", "\n\n")) and len(mail.text) < 1030
    assert {name: data.decode() for name, data in found.items()} == {"message.txt": log}
    assert [(each.part, each.type, each.ours) for each in mail.attachments] == [("text", "text/plain", False)]


def test_w14_a_file_of_words_with_a_notice_of_ours_in_them_stays_in_the_house(monkeypatch):
    monkeypatch.setattr(parse_module, "MAX_TEXT", 1000)
    mail, _ = read("\n" + "words\n" * 20_000 + "> mg:s1.1042.a1c.samplexx.fbdvgvv3daqkfslp\n")
    assert [each.ours for each in mail.attachments] == [True]
