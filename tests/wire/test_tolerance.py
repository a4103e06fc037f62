"""D-30: what other programs read in spite of a small fault is read: a stray octet, a boundary not quite as it should be."""

import pytest

from mailgate.core.model.mail import Envelope, InboundMail
from mailgate.core.model.policy import Limits
from mailgate.wire.mime import charset, header
from mailgate.wire.mime.parse import parse

PARTS = (
    b"\n\n--b\nContent-Type: text/plain\n\nhello\n--b\nContent-Type: image/png; name=a.png\n"
    b"Content-Transfer-Encoding: base64\n\naGVsbG8=\n--b--\n"
)


def read(raw: bytes) -> InboundMail:
    return parse(raw, Envelope("ann@example.org", ("support@acme.example",)), Limits())


@pytest.mark.parametrize("label", ["utf-8", "us-ascii", "", "x-unknown"])
@pytest.mark.parametrize("words", ["Hei, hyvää päivää! Tilaus on väärä.", "Здравствуйте, тест", "Rēķins nav saņemts"])
def test_d30_one_stray_octet_leaves_a_utf8_mail_utf8(words: str, label: str) -> None:
    data = words.encode()
    assert charset.decode(data + b" \xe4", label) == f"{words} \ufffd"
    assert charset.decode(b"\xff" + data, label) == f"\ufffd{words}"
    assert charset.decode(data[:9] + b"\x80" + data[9:], label).count("\ufffd") <= 3


@pytest.mark.parametrize("table", ["cp1252", "cp1257", "cp1250", "koi8-r", "cp1251"])
def test_d30_other_code_pages_do_not_become_utf8(table: str) -> None:
    words = "Здравствуйте, не могу войти" if table in ("koi8-r", "cp1251") else "Hyvää päivää, äiti sanoi"
    if table == "cp1250":
        words = "Dzień dobry, nie mogę się zalogować, proszę o pomoc"
    if "12" in table and table != "cp1251":
        words += f" 5 € – ok\n{'support · open · Anna' * 5}"  # a dot of ours that is a letter in ISO-8859-2
    assert charset.decode(words.encode(table)) == charset.decode(words.encode(table), table) == words


@pytest.mark.parametrize("label", ["iso-8859-1", "windows-1252", "iso-8859-15", "iso-8859-2", "windows-1257", "latin1"])
def test_d31_utf8_declared_as_a_code_page_is_utf8(label: str) -> None:
    assert charset.decode("Hyvää päivää – 5 €".encode(), label) == "Hyvää päivää – 5 €"
    word = f"=?{label}?Q?Hyv=C3=A4=C3=A4_p=C3=A4iv=C3=A4=C3=A4?=".encode()
    assert header.decoded(word) == "Hyvää päivää"


def test_d31_a_code_page_that_says_what_it_is_stays() -> None:
    assert charset.decode("naïve Ã".encode("cp1252"), "iso-8859-1") == "naïve Ã"
    assert charset.decode("你好".encode("gb18030"), "gb18030") == "你好"


SUBJECTS = {
    "raw": b"Hyv\xc3\xa4\xc3\xa4 p\xc3\xa4iv\xc3\xa4\xc3\xa4 \xe4",
    "an encoded word": b"=?utf-8?Q?Hyv=C3=A4=C3=A4_p=C3=A4iv=C3=A4=C3=A4_=E4?=",
    "base64": b"=?utf-8?B?SHl2w6TDpCBww6RpdsOkw6Qg5A==?=",
}


@pytest.mark.parametrize("subject", SUBJECTS.values(), ids=SUBJECTS)
def test_d30_one_stray_octet_leaves_a_utf8_subject_utf8(subject: bytes) -> None:
    assert read(b"Subject: " + subject + b"\n\nx").subject == "Hyvää päivää \ufffd"


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        (b"=?iso-8859-1?Q?Fr\xf6sche?=", "Frösche"),
        (b"=?utf-8?Q?Fr\xc3\xb6sche?=", "Frösche"),
        (b"=?iso-8859-1?Q?Fr\xf6sche_und_Fr=F6sche?=", "Frösche und Frösche"),
        (b"=?utf-8?Q?Fr\xf6sche_gr=C3=BCn?=", "Frösche grün"),
        (b"Re: =?iso-8859-1?Q?Fr\xf6?= =?iso-8859-1?Q?sche?= hier", "Re: Frösche hier"),
    ],
)
def test_d30_raw_octets_in_an_encoded_word_are_decoded_once(subject: bytes, shown: str) -> None:
    assert read(b"Subject: " + subject + b"\n\nx").subject == shown


BOUNDARIES = [
    b"multipart/mixed;\nboundary=b", b'multipart/mixed;\nboundary="b"', b"multipart/mixed\nboundary=b", b"multipart/mixed boundary=b",
    b'multipart/mixed boundary="b"', b"multipart/mixed, boundary=b", b"multipart/mixed; charset=utf-8 boundary=b",
    b'multipart/mixed; charset=utf-8 boundary="b"', b"multipart/mixed; boundary = b", b"multipart/mixed; boundary='b'", b"multipart/mixed;boundary=b;",
    b"multipart/mixed", b"multipart/mixed; boundary=another", b"multipart/mixed; Boundary =\n\t\"b\"", b"multipart/mixed;\ncharset=x;\nboundary=b",
]  # fmt: skip


@pytest.mark.parametrize("kind", BOUNDARIES)
def test_d30_a_boundary_is_found_however_it_is_written(kind: bytes) -> None:
    found = read(b"From: ann@example.org\nSubject: x\nContent-Type: " + kind + PARTS)
    assert (found.text, [each.name for each in found.attachments], found.subject) == ("hello", ["a.png"], "x")


def test_d30_text_with_a_rule_in_it_is_no_multipart() -> None:
    text = b"Content-Type: multipart/mixed\n\nhello\n-- \nAnn\n--\nContent with it\n"
    assert read(text).text.split() == ["hello", "--", "Ann", "--", "Content", "with", "it"]
    assert read(b"Subject: x\n\nboundary=b is what I wrote\n").text == "boundary=b is what I wrote"


def test_d30_a_line_that_belongs_to_no_field_still_ends_the_header() -> None:
    found = read(b"Subject: x\nboundary=b\nmore words\n")
    assert found.text == "boundary=b\nmore words"
