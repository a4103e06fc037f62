"""Every mail of the corpus, with LF and with CRLF, is read without an exception, alike, and quickly."""

import csv
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailgate.core.model.mail import Envelope, InboundMail
from mailgate.core.model.policy import Limits
from mailgate.wire.mime import parse as parser

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
ENVELOPE = Envelope("ann@example.org", ("support@acme.example",))
LIMITS = Limits()
BARE = {"body-text": b"From: a@b.example\n\n", "body-html": b"From: a@b.example\nContent-Type: text/html\n\n",
        "tnef-part": b"From: a@b.example\nContent-Type: application/ms-tnef; name=winmail.dat\n\n"}  # fmt: skip
VALID = (
    b"Received: from a.example by b.example; Fri, 20 Nov 2026 10:15:00 +0200\r\n"
    b'From: "=?utf-8?q?P=C3=A4ivi?=" <ann@example.org>\r\nTo: Acme <support@acme.example>\r\n'
    b"Subject: =?utf-8?b?SHl2w6TDpCBww6RpdsOkw6Q=?=\r\n =?utf-8?q?_x?=\r\nMessage-ID: <1@example.org>\r\n"
    b"Date: Fri, 20 Nov 2026 10:15:00 +0200\r\nReferences: <a@x>\r\n <b@x>\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="b1"\r\n\r\npreamble\r\n--b1\r\n'
    b"Content-Type: multipart/alternative; boundary=b2\r\n\r\n--b2\r\n"
    b"Content-Type: text/plain; charset=iso-8859-1; format=flowed\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    b"Hyv=E4 \r\np=E4iv=E4\r\n> old\r\n--b2\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    b'<p>Hyv&auml; <a href="https://a.example">x</a><blockquote>old</blockquote>\r\n--b2--\r\n--b1\r\n'
    b"Content-Type: application/octet-stream; name*=utf-8''%c3%a4.bin\r\nContent-Transfer-Encoding: base64\r\n"
    b"Content-Disposition: attachment\r\n\r\naGVsbG8=\r\n--b1\r\nContent-Type: message/rfc822\r\n\r\n"
    b"From: b@c.example\r\nSubject: in\r\n\r\ninner\r\n--b1--\r\n"
)
HEADER_END = VALID.index(b"\r\n\r\n")


def read(raw: bytes) -> InboundMail:
    """The parser without its last resort, so that what would be caught there fails here."""
    return parser._parse(raw, ENVELOPE, LIMITS)


def check(raw: bytes) -> InboundMail:
    """What holds for any mail whatever."""
    found = read(raw)
    assert found.size == len(raw)
    for value in (found.subject, found.message_id, *(value for _, value in found.headers)):
        assert not set(value) & set("\r\n\0")
        value.encode()
    for text in (found.text, found.fresh, found.quoted, found.html):
        assert "\0" not in text
        text.encode()
    assert len(found.references) <= 20 and len(found.attachments) <= 1000 and len(found.subject) <= 255
    for each in found.attachments:
        assert each.name and not set(each.name) & set("/\\\0\r\n")
    return found


def corpus() -> list[tuple[str, str]]:
    if not CORPUS.is_dir():
        pytest.skip("the corpus is not at ../shared/corpus")
    with (CORPUS / "INDEX.tsv").open(encoding="utf-8", newline="") as index:
        return [(row["path"], row["form"]) for row in csv.DictReader(index, delimiter="\t", quoting=csv.QUOTE_NONE)]


def messages(path: str, form: str) -> list[bytes]:
    raw = (CORPUS / path).read_bytes()
    if form == "mbox":
        starts = [0, *(at + 1 for at in range(len(raw)) if raw.startswith(b"\nFrom ", at))]
        return [raw[start:end] for start, end in zip(starts, [*starts[1:], len(raw)], strict=True)]
    return [BARE.get(form, b"") + raw]


def test_all_mails_of_the_corpus_are_read_with_either_line_end():
    entries = corpus()
    assert len(entries) == 2077
    slow: list[str] = []
    for path, form in entries:
        for raw in messages(path, form):
            lf = raw.replace(b"\r\n", b"\n")
            begun = time.process_time()
            first = check(lf)
            second = check(lf.replace(b"\n", b"\r\n") if form != "tnef-part" else raw)
            if time.process_time() - begun > 20:
                slow.append(path)
            if form == "message" and b"\r" not in lf:
                assert (first.subject, first.author, first.text) == (second.subject, second.author, second.text), path
    assert slow == []


def test_reading_twice_gives_the_same():
    for path, form in corpus()[::10]:
        for raw in messages(path, form):
            assert read(raw) == read(raw)


def test_octets_of_every_attachment_match_its_digest():
    import hashlib

    for path, form in corpus()[::5]:
        for raw in messages(path, form):
            octets = {each.part: hashlib.sha256(data).hexdigest() for each, data in parser.files(raw)}
            for each in read(raw).attachments:
                assert octets[each.part] == each.digest, (path, each.part)


def test_f4_mails_that_break_the_standard_library_are_read():
    if not CORPUS.is_dir():
        pytest.skip("the corpus is not at ../shared/corpus")
    lines = (CORPUS / "PYTHON_EMAIL_CRASHERS.tsv").read_text(encoding="utf-8").splitlines()[1:]
    assert len(lines) > 20
    for line in lines:
        found = check((CORPUS / line.split("\t")[0]).read_bytes())
        assert "unparseable" not in found.flags


def test_the_sample_is_understood():
    found = check(VALID)
    assert (found.subject, found.text) == ("Hyvää päivää x", "Hyvä päivä\n> old")
    assert [each.name for each in found.attachments] == ["ä.bin", "in.eml"]


def test_every_prefix_of_a_valid_mail_is_a_mail():
    for end in range(len(VALID)):
        check(VALID[:end])


@settings(max_examples=300, deadline=None)
@given(st.integers(0, HEADER_END), st.binary(min_size=1, max_size=12))
def test_random_octets_anywhere_in_the_header_raise_nothing(at: int, octets: bytes):
    check(VALID[:at] + octets + VALID[at:])


@settings(max_examples=300, deadline=None)
@given(
    st.integers(0, len(VALID)),
    st.sampled_from([b"\r", b"\n", b"\0", b"\x80", b"\xff\xfe", b'"', b"<", b"(", b"=?", b"?=", b"--b1", b"--b2--\r\n", b"a" * 3000,
                     b"\r\n\r\n", b"\x1b$B", b"%", b"*0*=", b";", b"\xe2\x80\xae"]),
)  # fmt: skip
def test_troublesome_octets_anywhere_raise_nothing(at: int, octets: bytes):
    check(VALID[:at] + octets + VALID[at:])


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_random_octets_are_a_mail(raw: bytes):
    check(raw)


def test_what_still_goes_wrong_becomes_a_mail_that_says_so(monkeypatch):
    def broken(*_: object) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(parser, "_parse", broken)
    found = parser.parse(b"From: a@b.example\r\n\r\nwords", ENVELOPE, LIMITS)
    assert found.flags == {"unparseable"} and "words" in found.text
