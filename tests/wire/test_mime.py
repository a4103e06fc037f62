"""Parts of a mail: words chosen, files kept with safe names and exact octets, bombs left unsplit."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.core.model.mail import Envelope, InboundMail, MailKind
from mailgate.core.model.policy import Limits
from mailgate.wire.letters import enclose
from mailgate.wire.mime import attachment, body, cms, structure, winmail
from mailgate.wire.mime.parse import files as files_of
from mailgate.wire.mime.parse import parse

ENVELOPE = Envelope("ann@example.org", ("support@acme.example",))
LIMITS = Limits()
PNG = bytes(range(256))


def read(raw: bytes, limits: Limits = LIMITS) -> InboundMail:
    return parse(raw, ENVELOPE, limits)


def part_bytes(raw: bytes, wanted: str) -> bytes:
    return {each.part: data for each, data in files_of(raw)}[wanted]


def part(content: bytes, *fields: str) -> bytes:
    return "\r\n".join(fields).encode() + b"\r\n\r\n" + content if fields else b"\r\n" + content


def multi(kind: str, *parts: bytes, boundary: str = "b1") -> bytes:
    mark = f"--{boundary}".encode()
    content = b"".join(b"\r\n" + mark + b"\r\n" + each for each in parts)
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n'.encode() + content + b"\r\n" + mark + b"--\r\n"


def text(words: str, kind: str = "plain") -> bytes:
    return part(words.encode(), f"Content-Type: text/{kind}; charset=utf-8")


def file(name: str, content: bytes = PNG, kind: str = "application/octet-stream") -> bytes:
    disposition = f'Content-Disposition: attachment; filename="{name}"'
    return part(base64.encodebytes(content), f"Content-Type: {kind}", "Content-Transfer-Encoding: base64", disposition)


def test_of_alternatives_the_plain_text_is_read_and_the_html_shown():
    found = read(multi("alternative", text("hello"), text("<p>hello</p>", "html")))
    assert found.text == "hello" and found.html == "<p>hello</p>" and found.attachments == ()


def test_html_alone_is_turned_into_text():
    assert read(b"Content-Type: text/html\r\n\r\n<p>Hei <b>Maija</b></p><p>x</p>").text == "Hei Maija\n\nx"


def test_p15_html_too_heavy_to_show_is_read_and_kept_as_a_file():
    heavy = part(b"<p>words</p>" + b"<div>" * 100_000, "Content-Type: text/html")
    found = read(multi("alternative", text("words"), heavy))
    assert (found.text, found.html) == ("words", "words")
    assert [(each.name, each.type) for each in found.attachments] == [("text.html", "text/html")]
    alone = read(heavy)
    assert alone.text == "words" and alone.attachments[0].size == 500_012


def test_an_empty_plain_part_does_not_hide_the_html():
    assert read(multi("alternative", text(" \r\n"), text("<p>words</p>", "html"))).text == "words"


def test_apple_mail_writes_on_after_a_picture():
    picture = part(base64.b64encode(PNG), "Content-Type: image/png; name=p.png", "Content-Transfer-Encoding: base64",
                   "Content-Disposition: inline; filename=p.png")  # fmt: skip
    found = read(multi("mixed", text("above"), picture, text("below")))
    assert found.text == "above\n\nbelow" and [each.name for each in found.attachments] == ["p.png"]


def test_an_attached_text_file_is_a_file_and_not_the_body():
    found = read(multi("mixed", text("words"), part(b"log", "Content-Type: text/plain; name=error.log")))
    assert found.text == "words" and [each.name for each in found.attachments] == ["error.log"]


def test_a_picture_within_the_html_is_inline_and_found_by_its_id():
    page = text('<p>see <img src="cid:pic@x"></p>', "html")
    picture = part(base64.b64encode(PNG), "Content-Type: image/png", "Content-Transfer-Encoding: base64",
                   "Content-ID: <pic@x>")  # fmt: skip
    raw = multi("mixed", multi("related", page, picture, boundary="b2"), file("a.pdf", b"pdf"))
    found = read(raw)
    assert [(each.name, each.inline, each.content_id, each.part) for each in found.attachments] == [
        ("image.png", True, "pic@x", "1.2"), ("a.pdf", False, "", "2"),
    ]  # fmt: skip
    assert 'src="cid:pic@x"' in found.html
    assert part_bytes(raw, "1.2") == PNG and part_bytes(raw, "2") == b"pdf"


def test_attachments_carry_the_digest_and_size_of_their_octets():
    raw = multi("mixed", text("x"), file("a.bin"))
    found = read(raw).attachments[0]
    assert (found.size, found.digest) == (256, hashlib.sha256(PNG).hexdigest())
    assert hashlib.sha256(part_bytes(raw, found.part)).hexdigest() == found.digest


def test_the_files_of_a_mail_are_its_attachments_and_nothing_else():
    raw = multi("mixed", text("x"), file("a.bin"))
    assert [each.part for each, _ in files_of(raw)] == ["2"]


def test_a_mail_that_is_one_file_has_it_as_part_one():
    raw = b"Content-Type: application/pdf; name=a.pdf\r\n\r\npdf"
    assert read(raw).attachments[0].part == "1" and part_bytes(raw, "1") == b"pdf"


@pytest.mark.parametrize(
    ("encoding", "data", "expected"),
    [
        (b"base64", b"aGVs!bG8\r\n=", b"hello"),
        (b"BASE64 ", b"aGVsbG8", b"hello"),
        (b"base64", b"aGVsbG8=\r\n-- \r\nfooter of a list", None),
        (b"base64", b"!!!", b""),
        (b"quoted-printable", b"a=E4=\r\nb=zz=", b"a\xe4b=zz"),
        (b"x-uuencode", b"begin 644 a.txt\n%:&5L;&\\\n`\nend\n", b"hello"),
        (b"x-uuencode", b"no such thing", b"no such thing"),
        (b"8bit", b"\xe4", b"\xe4"),
        (b"x-odd", b"abc", b"abc"),
        (b"", b"abc", b"abc"),
    ],
)
def test_transfer_encodings_are_undone_as_far_as_they_go(encoding, data, expected):
    raw = b"Content-Type: application/x\r\nContent-Transfer-Encoding: " + encoding + b"\r\n\r\n" + data
    found = part_bytes(raw, "1")
    assert found == expected if expected is not None else found.startswith(b"hello")


def test_p01_nesting_beyond_the_limit_stays_unsplit():
    level = b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n"
    found = read(b"From: a@b.example\r\n" + b"".join(level % (n, n) for n in range(1000)) + b"\r\nx")
    assert "nesting" in found.flags and found.author is not None


def test_p01_mail_within_mail_a_thousand_deep_is_one_file():
    found = read(b"From: a@b.example\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * 1000)
    assert len(found.attachments) == 1


def test_p02_parts_beyond_the_limit_are_not_looked_at():
    found = read(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 10_000)
    assert "too_many_parts" in found.flags


def test_the_limits_are_the_admins():
    raw = multi("mixed", text("a"), text("b"), text("c"))
    assert read(raw, Limits(parts=2)).text == "a\n\nb"
    assert "nesting" in read(multi("mixed", multi("mixed", text("a"), boundary="b2")), Limits(nesting=1)).flags


@pytest.mark.parametrize(
    "kind", ["multipart/mixed", 'multipart/mixed; boundary=""', "multipart/mixed; boundary=nowhere"]
)
def test_p21_without_a_usable_boundary_nothing_is_lost(kind):
    assert "words" in read(f"Content-Type: {kind}\r\n\r\n--x\r\n\r\nwords\r\n".encode()).text


@pytest.mark.parametrize("boundary", ["a+b(c)[d]*", "x" * 2100, "a b", "=_?:"])
def test_p21_any_boundary_is_only_text(boundary):
    assert read(multi("mixed", text("words"), boundary=boundary)).text == "words"


def test_p21_a_boundary_that_begins_like_another_is_told_apart():
    inner = multi("alternative", text("words"), boundary="b12")
    assert read(multi("mixed", inner, file("a.bin"), boundary="b1")).text == "words"


def test_a_missing_closing_line_loses_nothing():
    assert (
        read(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b\r\n\r\ntwo").text == "one\n\ntwo"
    )


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("../../etc/cron.d/x", "x"),
        ("C:\\temp\\x.txt", "x.txt"),
        ("/etc/passwd", "passwd"),
        ("con.txt", "_con.txt"),
        ("NUL", "_NUL"),
        ("a\0.png", "a.png"),
        ("", "fallback"),
        (".", "fallback"),
        ("..", "fallback"),
        ("\u200b.htaccess", "htaccess"),
        ("x.exe\u202egnp", "x.exegnp"),
        ("x.html .", "x.html"),
        ("x.php;.jpg", "x.php_.jpg"),
        ('<b>"a"|?*', "_b__a____"),
        ("a" * 10_000 + ".pdf", "a" * 116 + ".pdf"),
        ("päivä.pdf", "päivä.pdf"),
        ("cafe\u0301.txt", "café.txt"),
        ("a\nb.txt", "a b.txt"),
    ],
)
def test_c01_c02_names_of_files_are_safe(given, safe):
    assert attachment.safe_name(given, "fallback") == safe


def test_c02_a_name_is_made_safe_after_it_is_decoded():
    disposition = "Content-Disposition: attachment; filename*=utf-8''%2e%2e%2f%2e%2e%2fx.sh"
    found = read(multi("mixed", text("x"), part(b"a", "Content-Type: a/b", disposition))).attachments[0]
    assert (found.name, found.original_name) == ("x.sh", "../../x.sh")


def test_c03_w15_equal_names_become_unique_and_every_file_is_kept():
    raw = multi("mixed", *(file("a.png", b"%d" % number) for number in range(150)))
    found = read(raw)
    assert [each.name for each in found.attachments[:3]] == ["a.png", "a (2).png", "a (3).png"]
    assert len(found.attachments) == 150 and found.flags == {"no_from"}
    assert part_bytes(raw, "150") == b"149"


def test_c03_files_are_capped_where_parts_are():
    found = read(multi("mixed", *(file("a.png", b"x") for _ in range(1100))))
    assert len(found.attachments) == 1000 and "too_many_parts" in found.flags


def test_a_forwarded_mail_is_a_file_with_its_essentials_told():
    inner = b"From: ben@example.org\r\nSubject: Old\r\nMessage-ID: <7@example.org>\r\n\r\nwords of ben"
    raw = multi("mixed", text("see below"), part(inner, "Content-Type: message/rfc822"))
    found = read(raw)
    assert found.text == "see below" and found.attachments[0].name == "Old.eml"
    assert found.embedded == {"from": "ben@example.org", "subject": "Old", "message-id": "<7@example.org>"}
    assert part_bytes(raw, "2") == inner


def test_a_mail_that_is_nothing_but_another_mail_can_be_read():
    inner = b"From: ben@example.org\r\nSubject: Old\r\n\r\nwords of ben"
    found = read(multi("mixed", part(inner, "Content-Type: message/rfc822")))
    assert "words of ben" in found.text and found.kind is MailKind.FORWARD


def der(tag: int, *content: bytes) -> bytes:
    data = b"".join(content)
    return bytes([tag, 0x84]) + len(data).to_bytes(4, "big") + data


def indefinite(tag: int, *content: bytes) -> bytes:
    return bytes([tag, 0x80]) + b"".join(content) + b"\0\0"


@pytest.mark.parametrize("wrap", [der, indefinite])
def test_p22_a_mail_inside_an_opaque_signature_is_read(wrap):
    inner = multi("mixed", text("signed words"), file("a.bin"))
    oid, data = bytes.fromhex("06092a864886f70d010702"), bytes.fromhex("06092a864886f70d010701")
    pieces = wrap(0x24, der(0x04, inner[:100]), der(0x04, inner[100:]))
    signed = wrap(0x30, bytes.fromhex("020101"), der(0x31), wrap(0x30, data, wrap(0xA0, pieces)))
    content = base64.encodebytes(wrap(0x30, oid, wrap(0xA0, signed)))
    raw = part(content, "Content-Type: application/pkcs7-mime; name=smime.p7m", "Content-Transfer-Encoding: base64")
    found = read(raw)
    assert found.text == "signed words"
    assert [each.name for each in found.attachments] == ["a.bin"]
    assert part_bytes(raw, found.attachments[0].part) == PNG


@given(st.binary(max_size=60))
def test_what_is_no_signature_is_told_so_quietly(data):
    assert cms.signed_content(data) is None
    assert cms.signed_content(bytes.fromhex("308006092a864886f70d010702a080") + data) is None or data


@pytest.mark.parametrize(
    ("above", "text"),
    [(b"Hi there\r\n", "Hi there"), (b"This is a multi-part message in MIME format.\r\n", "")],
)
def test_p21_words_above_the_first_part_are_read_when_there_are_no_others(above, text):
    raw = multi("mixed", file("a.bin"))
    start = raw.index(b"\r\n\r\n") + 2
    assert read(raw[:start] + b"\r\n" + above + raw[start + 2 :]).text == text


def test_flowed_text_is_joined_again():
    flowed = "This line \r\nflows on.\r\n> quoted \r\n> too\r\n Fixed, stuffed\r\n-- \r\nAnn"
    assert body.flowed(flowed.replace("\r\n", "\n")) == "This line flows on.\n> quoted too\nFixed, stuffed\n-- \nAnn"
    assert body.flowed("ka \nna", delsp=True) == "kana"
    found = read(b"Content-Type: text/plain; format=Flowed\r\n\r\nThis line \r\nflows on.")
    assert found.text == "This line flows on."


ICS = """BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:Review\\, second\r\n
DTSTART;TZID=Europe/Helsinki:20261201T140000\r\nDTEND;TZID=Europe/Helsinki:20261201T150000\r\nLOCATION:Room 7\r\n
ORGANIZER;CN="Ann: Example":mailto:ann@example.org\r\nATTENDEE;PARTSTAT=ACCEPTED;CN=Ben:MAILTO:ben@exam\r\n ple.org\r\n
BEGIN:VALARM\r\nSUMMARY:alarm\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n""".replace("\r\n\n", "\r\n")


def test_p22_an_invitation_is_summed_up_and_never_executed():
    raw = multi("alternative", text("invited"), part(ICS.encode(), "Content-Type: text/calendar; method=REQUEST"))
    found = read(raw)
    assert found.kind is MailKind.CALENDAR and found.text == "invited"
    assert found.summary.splitlines() == [
        "Review, second", "2026-12-01 14:00 – 15:00 Europe/Helsinki", "Room 7",
        "Ann: Example <ann@example.org>, Ben <ben@example.org> ✓",
    ]  # fmt: skip
    assert [each.type for each in found.attachments] == ["text/calendar"]


def test_a_published_calendar_is_only_a_file():
    raw = multi("mixed", text("x"), part(ICS.replace("REQUEST", "PUBLISH").encode(), "Content-Type: text/calendar"))
    assert read(raw).kind is MailKind.PLAIN


def test_p19_archives_are_never_opened():
    found = read(multi("mixed", text("x"), file("a.zip", b"PK\3\4bomb", "application/zip")))
    assert [(each.name, each.size) for each in found.attachments] == [("a.zip", 8)]


def test_a_winmail_that_cannot_be_read_is_kept_as_it_came():
    raw = multi("mixed", text("x"), file("winmail.dat", b"garbage", "application/ms-tnef"))
    assert [each.name for each in read(raw).attachments] == ["winmail.dat"]
    assert winmail.unpack(b"garbage") == ()


def tnef(*files: tuple[bytes, bytes]) -> bytes:
    def attribute(name: int, data: bytes) -> bytes:
        head = b"\x02" + name.to_bytes(4, "little") + len(data).to_bytes(4, "little")
        return head + data + (sum(data) & 0xFFFF).to_bytes(2, "little")

    stream = bytes.fromhex("789f3e22") + b"\1\0"
    for name, data in files:
        stream += attribute(0x00069002, bytes(14)) + attribute(0x00018010, name + b"\0") + attribute(0x0006800F, data)
    return stream


def test_a_winmail_is_opened_and_its_files_can_be_fetched():
    stream = tnef((b"..\\report.txt", b"first"), (b"b.bin", PNG))
    raw = multi("mixed", text("x"), file("winmail.dat", stream, "application/ms-tnef"))
    found = read(raw).attachments
    assert [(each.name, each.part, each.size) for each in found] == [
        ("report.txt", "2/winmail/1", 5), ("b.bin", "2/winmail/2", 256),
    ]  # fmt: skip
    assert [data for _, data in files_of(raw)] == [b"first", PNG]


def test_s16_a_container_is_opened_once_however_many_of_its_files_are_wanted(monkeypatch):
    """S-16: a winmail.dat of 4,000 files was read anew for each of them, and all letters waited two minutes."""
    opened: list[int] = []

    def unpack(data: bytes) -> tuple[tuple[str, bytes], ...]:
        opened.append(len(data))
        return tuple((f"{number}.txt", b"%d" % number) for number in range(1, 1001))

    monkeypatch.setattr(winmail, "unpack", unpack)
    raw = multi("mixed", text("x"), file("winmail.dat", b"stream", "application/ms-tnef"), file("b.bin"))
    wanted = [each.part for each in read(raw).attachments]
    opened.clear()
    found = enclose.files(raw, wanted)
    assert len(found) == len(wanted) == 1000
    assert opened == [6]


def test_s16_a_mail_of_many_parts_is_read_once_for_all_of_them(monkeypatch):
    raw = multi("mixed", text("x"), *(file(f"{number}.bin") for number in range(100)))
    wanted = [each.part for each in read(raw).attachments]
    reads: list[int] = []
    whole = structure.read_structure
    monkeypatch.setattr(structure, "read_structure", lambda raw, *limits: reads.append(1) or whole(raw, *limits))
    assert len(enclose.files(raw, wanted)) == 100
    assert reads == [1]


def test_pages_too_heavy_to_show_are_passed_on_like_any_file():
    heavy = multi("mixed", text("x"), part(b"<p>words</p>" + b"<div>" * 100_000, "Content-Type: text/html"))
    [each] = read(heavy).attachments
    assert len(part_bytes(heavy, each.part)) == each.size
