"""Letters become bytes no header can be smuggled into and every mail program can read."""

import email
import email.policy
from collections.abc import Iterator
from dataclasses import replace
from email.header import decode_header, make_header
from email.utils import getaddresses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.core.letters.letter import Letter, head
from mailgate.core.letters.row_values import VARIABLES
from mailgate.core.model.content import Answer
from mailgate.core.model.mail import Address
from mailgate.core.model.policy import LogoFile
from mailgate.errors import Permanent
from mailgate.wire.letters import mime_out, samples
from mailgate.wire.letters.compose import ComposedLetter, File, body, subject_line, write

ODD = "a\r\nBcc: x@y\0\x0b\x85\u2028\ud800\u202eb"


def letter(template: str = "ack", **parts: object) -> Letter:
    return replace(head(samples.due(template), samples.POLICY, loop_mark="acme s1.mark"), **parts)  # type: ignore[arg-type]


def sent(template: str = "ack", files: tuple[File, ...] = (), **parts: object) -> email.message.Message:
    return email.message_from_bytes(write(letter(template, **parts), samples.NOW, None, files).raw)


def header(mail: email.message.Message, name: str) -> str:
    return str(make_header(decode_header(mail[name])))


def lines(raw: bytes) -> Iterator[bytes]:
    assert raw.replace(b"\r\n", b"").count(b"\n") == 0 and raw.replace(b"\r\n", b"").count(b"\r") == 0
    yield from raw.split(b"\r\n")


# --- headers ----------------------------------------------------------------------------------------------------------


def test_a_letter_is_complete() -> None:
    written = write(letter(), samples.NOW)
    mail = email.message_from_bytes(written.raw)
    assert mail["Date"] == "Mon, 23 Nov 2026 09:30:00 +0000"
    assert mail["From"] == "Acme Support <support@acme.example>"
    assert mail["To"] == "Maija Virtanen <maija.virtanen@customer.example>"
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["MIME-Version"] == "1.0"
    assert header(mail, "Subject") == written.subject == "Re: [#1042] The lamp does not light up"
    assert written.problems == () and header_of(written).isascii()
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]


def test_f5_long_ids_are_never_encoded() -> None:
    long = [f"<{'A' * 85}{n}@AM0PR07MB4612.eurprd07.prod.outlook.com>" for n in range(14)]
    raw = write(letter(in_reply_to=long[-1], references=tuple(long)), samples.NOW).raw
    top = raw.split(b"\r\n\r\n")[0]
    assert b"=?" not in top.split(b"In-Reply-To:")[1].split(b"Auto-Submitted")[0]
    assert email.message_from_bytes(raw)["References"].split() == long


def test_o15_an_id_of_300_characters_goes_out_plain() -> None:
    long = f"<{'x' * 300}@customer.example>"
    raw = write(letter(in_reply_to=long, references=(long,)), samples.NOW).raw
    assert f"In-Reply-To: {long}\r\n".encode() in raw
    assert all(len(line) <= 998 for line in lines(raw))


def test_references_keep_the_first_and_the_newest() -> None:
    kept = sent(references=tuple(f"<{n}@x>" for n in range(50)))["References"].split()
    assert len(kept) == 20 and kept[0] == "<0@x>" and kept[-1] == "<49@x>"


@pytest.mark.parametrize("bad", ["<a b@x>", "<a\r\nX: y@x>", "a@x", "<ä@x>", "<" + "x" * 2000 + "@y>", "<<a@x>>"])
def test_an_unusable_id_is_left_out(bad: str) -> None:
    mail = sent(references=(bad, "<ok@x>"), in_reply_to=bad)
    assert mail["References"] == "<ok@x>" and mail["In-Reply-To"] is None


def test_o10_a_subject_with_line_breaks_and_controls_stays_one_header() -> None:
    plain = sent(subject="[#1042] x")
    odd = sent(subject=f"[#1042] {ODD}")
    assert odd.keys() == plain.keys()
    assert header(odd, "Subject") == "[#1042] a Bcc: x@y ?b"


def test_g06_a_template_cannot_smuggle_a_header_through_the_subject(tmp_path: object) -> None:
    from pathlib import Path

    assert isinstance(tmp_path, Path)
    (tmp_path / "ack.html").write_text(
        '{% extends "!base/ack.html" %}{% block subject %}Hi{{ "\\r\\nBcc: evil@x.example" }}{% endblock %}'
    )
    written = write(letter(subject=""), samples.NOW, str(tmp_path))
    mail = email.message_from_bytes(written.raw)
    assert mail["Bcc"] is None and written.problems == ()
    assert written.subject == "[#1042] Hi Bcc: evil@x.example"


def test_o12_a_requesters_name_cannot_add_a_recipient() -> None:
    mail = sent(to=(Address("a@b.example", "foo, evil@x.example"), Address("c@d.example", 'x" <y@z.example>, "')))
    assert [addr for _, addr in getaddresses([mail["To"]])] == ["a@b.example", "c@d.example"]


@pytest.mark.parametrize(
    "addr",
    ["x@y\r\nRCPT TO:<z@z>", "x y@z", "x@y z", "a,b@c", "x@", "@y", "x", "x@<y>", "x@y..", "<x@y>", "x@y\0", "x\x7f@y"],
)
def test_o11_a_broken_address_is_refused(addr: str) -> None:
    with pytest.raises(Permanent, match="not an address"):
        write(letter(to=(Address(addr),)), samples.NOW)


def header_of(written: ComposedLetter) -> bytes:
    """The header; where it is not ASCII the letter needs SMTPUTF8 (RFC 6531)."""
    return written.raw.partition(b"\r\n\r\n")[0]


def test_an_address_beyond_ascii_asks_for_smtputf8() -> None:
    written = write(letter(to=(Address("jānis@bērziņš.example", "Jānis"),)), samples.NOW)
    assert not header_of(written).isascii()
    assert "jānis@xn--brzi-fwa2uqc.example".encode() in written.raw or b"@xn--" in written.raw
    assert header_of(write(letter(to=(Address("x@bērziņš.example"),)), samples.NOW)).isascii()


@given(st.text(max_size=300))
def test_any_text_in_a_header_comes_back_and_adds_nothing(text: str) -> None:
    raw = mime_out.field("Subject", text)
    assert raw.endswith(b"\r\n") and raw.isascii()
    back = email.message_from_bytes(raw + b"\r\n")
    assert back.keys() == ["Subject"]
    assert "".join(str(make_header(decode_header(back["Subject"]))).split()) == "".join(mime_out.one_line(text).split())
    assert all(len(word) <= 75 for word in raw.split() if word.startswith(b"=?"))


@given(st.text(max_size=120))
def test_any_display_name_leaves_one_recipient(name: str) -> None:
    raw = mime_out.mailboxes("To", [Address("a@b.example", name)])
    back = email.message_from_bytes(raw + b"\r\n")
    assert back.keys() == ["To"]
    assert [addr for _, addr in getaddresses([back["To"]])] == ["a@b.example"]


def test_the_tag_stays_readable_beside_encoded_words() -> None:
    raw = mime_out.field("Subject", "Re: [#1042] Käyttöohje puuttuu laatikosta " + "ä" * 200)
    assert raw.startswith(b"Subject: Re: [#1042] =?utf-8?")
    assert max(map(len, lines(raw))) <= 78


def test_many_recipients_are_folded() -> None:
    raw = write(
        letter(cc=tuple(Address(f"person{n}@customer.example", f"Person {n}") for n in range(200))), samples.NOW
    ).raw
    assert len(getaddresses([email.message_from_bytes(raw)["Cc"]])) == 200
    assert max(map(len, lines(raw))) <= 998


@pytest.mark.parametrize(
    ("text", "written"),
    [("Lamp", "[#7] Lamp"), ("Re: [#7] Lamp", "Re: [#7] Lamp"), ("x" * 300, "[#7] " + "x" * 249 + "…")],
)
def test_the_subject_carries_the_tag_once_and_ends_in_time(text: str, written: str) -> None:
    assert subject_line(text, "[#7]") == written


# --- bodies -----------------------------------------------------------------------------------------------------------


def test_o09_bare_carriage_returns_become_line_ends() -> None:
    raw = body("<id@x>", "one\rtwo\n\r.\r\nthree", "")
    assert list(lines(raw))[3:] == [b"one", b"two", b"", b".", b"three", b""]


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("plain", "7bit"),
        ("päivää, hyvää", "quoted-printable"),
        ("ąćęłńóśźż" * 40, "base64"),
        ("x" * 5000, "quoted-printable"),
    ],
)
def test_the_cheapest_encoding_that_survives_is_chosen(text: str, how: str) -> None:
    raw = body("<id@x>", text, "")
    part = email.message_from_bytes(raw)
    assert part["Content-Transfer-Encoding"] == how
    assert part.get_payload(decode=True).decode().rstrip("\r\n") == text
    assert max(map(len, lines(raw))) <= 998


@given(st.text(max_size=600))
def test_any_text_survives_the_wire(text: str) -> None:
    raw = body("<id@x>", text, f"<p>{text}</p>")
    plain, _ = email.message_from_bytes(raw).get_payload()
    wanted = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    got = plain.get_payload(decode=True).decode().replace("\r\n", "\n")
    assert got.rstrip("\n") == wanted.rstrip("\n")


def test_the_signature_delimiter_keeps_its_blank() -> None:
    plain = sent("answer").get_payload()[0].get_payload(decode=True)
    assert b"\r\n-- \r\nAcme Support\r\n" in plain.replace(b"\n", b"\r\n").replace(b"\r\r", b"\r")


def test_files_and_inline_images_find_their_places() -> None:
    shown = File("lamp.png", "image/png", b"\x89PNG", "img1@x", inline=True)
    loose = File("käyttöohje.pdf", "application/pdf", b"%PDF" * 100)
    raw = body("<id@x>", "see", '<img src="cid:img1@x">', [shown, loose])
    mail = email.message_from_bytes(raw)
    kinds = [part.get_content_type() for part in mail.walk()]
    assert kinds == ["multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html",
                     "image/png", "application/pdf"]  # fmt: skip
    image, pdf = list(mail.walk())[5:]
    assert (image["Content-ID"], image.get_content_disposition()) == ("<img1@x>", "inline")
    assert pdf.get_filename() == "käyttöohje.pdf" and pdf.get_payload(decode=True) == b"%PDF" * 100


@pytest.mark.parametrize("kind", ["text/html", "image/svg+xml", "message/rfc822", "multipart/mixed", "x\r\ny", ""])
def test_c04_active_content_is_never_shown_inline(kind: str) -> None:
    raw = body("<id@x>", "see", '<img src="cid:a">', [File("x", kind, b"<script>", "a", inline=True)])
    part = list(email.message_from_bytes(raw).walk())[-1]
    assert part.get_content_disposition() == "attachment"
    assert part["Content-Transfer-Encoding"] == "base64"
    assert part.get_payload(decode=True) == b"<script>"


@pytest.mark.parametrize(
    "name", ['a"; x="y', "x\r\nEvil: yes", "../../etc/passwd", "Ž" * 200, "", "tiedosto (1).txt", "名前" * 50 + ".pdf"]
)
def test_a_file_name_cannot_break_its_header(name: str) -> None:
    part = email.message_from_bytes(mime_out.file_part(name, "text/plain", b"x"))
    assert part.keys() == ["Content-Type", "Content-Disposition", "Content-Transfer-Encoding"]
    shown = part.get_filename()
    assert shown and "/" not in shown and "\n" not in shown


def test_the_same_letter_is_the_same_bytes() -> None:
    assert write(letter(), samples.NOW).raw == write(letter(), samples.NOW).raw


def test_an_answer_keeps_its_html_and_its_own_words_as_text() -> None:
    shown = File("lamp.png", "image/png", b"\x89PNG", "img1@x", inline=True)
    letter_ = head(
        replace(
            samples.due("answer"),
            content=Answer(
                agent="anna", text="Look:\n\n  * here", html='<p>Look: <img src="cid:img1@x"></p><p>here</p>'
            ),
        ),
        samples.POLICY,
        loop_mark="",
    )
    mail = email.message_from_bytes(write(letter_, samples.NOW, None, (shown,)).raw)
    plain, html, image = [part for part in mail.walk() if not part.is_multipart()]
    text = plain.get_payload(decode=True).decode().replace("\r\n", "\n")
    assert text.startswith("Look:\n\n  * here\n\n-- \nAcme Support\n")
    assert '<p>Look: <img src="cid:img1@x"></p><p>here</p>' in html.get_payload(decode=True).decode()
    assert image["Content-ID"] == "<img1@x>"


@pytest.mark.parametrize("template", list(VARIABLES))
@pytest.mark.parametrize("language", ["en", "fi", "pl", "lv"])
def test_every_letter_is_fit_for_the_wire(template: str, language: str) -> None:
    raw = write(head(samples.due(template, language), samples.POLICY, loop_mark="acme s1.mark"), samples.NOW).raw
    assert raw.isascii()
    assert max(map(len, lines(raw))) <= 998
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    assert not mail.defects and all(not part.defects for part in mail.walk())
    assert mail["Message-ID"].startswith("<mg.s1.") and mail["Subject"]


LOGO = LogoFile("image/png", b"\x89PNG\r\n\x1a\n" + bytes(90), "ab" * 32, "logo.abab@acme.example")


def with_logo(template: str) -> Letter:
    letters = replace(samples.POLICY.letters, logo=f"cid:{LOGO.content_id}", logo_file=LOGO)
    return head(samples.due(template), replace(samples.POLICY, letters=letters), loop_mark="")


@pytest.mark.parametrize("template", ["ack", "solved", "status", "expert"])
def test_a_logo_travels_once_with_a_letter_that_shows_it(template: str) -> None:
    raw = write(with_logo(template), samples.NOW).raw
    assert raw == write(with_logo(template), samples.NOW).raw
    mail = email.message_from_bytes(raw)
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png",
    ]  # fmt: skip
    *_, page, picture = mail.walk()
    assert f'<img src="cid:{LOGO.content_id}" alt="Acme Support"' in page.get_payload(decode=True).decode()
    assert (picture["Content-ID"], picture.get_filename()) == (f"<{LOGO.content_id}>", "logo.png")
    assert picture.get_content_disposition() == "inline" and picture.get_payload(decode=True) == LOGO.data


@pytest.mark.parametrize("template", ["answer", "notice", "digest", "alarm"])
def test_a_logo_stays_behind_where_a_letter_does_not_show_it(template: str) -> None:
    assert b"image/png" not in write(with_logo(template), samples.NOW).raw
