"""Header blocks however broken become fields that are safe to show and to compare."""

import pytest

from mailgate.wire.mime import header


def fields(raw: bytes) -> list[tuple[str, bytes]]:
    return list(header.split(raw).fields)


def test_folded_fields_become_one_line_and_keep_their_order():
    raw = b"Received: a\r\n\tb\r\nSUBJECT:  hi \r\n there\r\nReceived: c\r\n\r\nbody"
    head = header.split(raw)
    assert head.fields == (("received", b"a\tb"), ("subject", b"hi  there"), ("received", b"c"))
    assert raw[head.body_at :] == b"body" and head.flags == frozenset()
    assert header.decoded(head.first("subject")) == "hi there"


@pytest.mark.parametrize("eol", [b"\n", b"\r\n"])
def test_the_same_line_end_throughout_is_no_attack(eol):
    assert header.split(eol.join([b"From: a@b", b"Subject: x", b"", b"body"])).flags == frozenset()


@pytest.mark.parametrize(
    "raw",
    [
        b"X-Foo: a\rAuthentication-Results: mx.ours; dmarc=pass\r\nSubject: x\r\n\r\n",
        b"X-Foo: a\nAuthentication-Results: mx.ours; dmarc=pass\r\nSubject: x\r\n\r\n",
        b"Subject: x\0y\r\n\r\n",
        b"From: a@b\rSubject: x\r\rbody",
    ],
)
def test_a15_line_ends_that_systems_disagree_about_are_flagged(raw):
    assert "bare_cr_header" in header.split(raw).flags


def test_f3_a_bare_cr_begins_no_field():
    head = header.split(b"X-Foo: a\rAuthentication-Results: mx.ours; dmarc=pass\r\nSubject: x\r\n\r\n")
    assert [name for name, _ in head.fields] == ["x-foo", "subject"]


def test_a_bare_cr_in_the_body_is_no_matter():
    assert header.split(b"Subject: x\r\n\r\na\rb\nc").flags == frozenset()


def test_p10_a_space_before_the_colon_is_forgiven():
    assert fields(b"Subject : hi\r\nFrom\t: a@b\r\n\r\n") == [("subject", b"hi"), ("from", b"a@b")]


@pytest.mark.parametrize(
    "junk", [b"\r\n\r\n", b"From me@x Tue Oct 29 03:52:03 2013\r\n", b">From x\r\n", b"junk line\r\n"]
)
def test_p10_what_stands_above_the_first_field_does_not_hide_the_header(junk):
    head = header.split(junk + b"From: a@b\r\nSubject: hi\r\n\r\nbody")
    assert [name for name, _ in head.fields][-2:] == ["from", "subject"]


def test_lines_that_lost_their_indentation_belong_to_the_field_above():
    head = header.split(b"Received: from a\nby b with SMTP\nFrom: a@b\nSubject: x\n\nbody")
    assert head.first("received") == b"from a by b with SMTP"
    assert "header_junk" in head.flags


def test_a_body_without_an_empty_line_above_is_still_the_body():
    raw = b"Subject: hi\nHello there,\nall is well.\n"
    head = header.split(raw)
    assert raw[head.body_at :] == b"Hello there,\nall is well.\n"


@pytest.mark.parametrize("raw", [b"", b"\r\n", b"\n\n\n", b"no header at all", b":", b"\0", b" folded first\r\n\r\n"])
def test_p14_hardly_anything_is_still_split(raw):
    assert header.split(raw).fields == ()


def test_p07_the_number_and_the_size_of_fields_are_capped():
    many = header.split(b"".join(b"X-%d: a\r\n" % n for n in range(5000)) + b"\r\n")
    assert len(many.fields) == header.MAX_FIELDS and "too_many_headers" in many.flags
    large = header.split(b"X: " + b"a" * 300_000 + b"\r\n\r\nbody", max_bytes=256 * 1024)
    assert "header_too_large" in large.flags
    assert len(header.split(b"X: " + b"a" * 100_000 + b"\r\n\r\n").first("x")) == header.MAX_FIELD


def test_the_body_starts_where_the_header_ends_however_large_it_is():
    raw = b"X: " + b"a\r\n b" * 100_000 + b"\r\n\r\nbody"
    assert raw[header.split(raw).body_at :] == b"body"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"=?utf-8?q?Hyv=C3=A4=C3=A4?= =?utf-8?b?cMOkaXbDpMOk?=", "Hyvääpäivää"),
        (b"=?utf-8?Q?Re=3A_a?= b =?utf-8?Q?c?=", "Re: a b c"),
        (b"=?utf-8?B?4pyT4g==?= =?utf-8?B?nJM=?=", "✓✓"),  # a character cut in two
        (b"=?iso-8859-2?Q?Namedy=F1ski?=", "Namedyński"),
        (b"=?windows-1257?Q?r=E7=EDins?=", "rēķins"),
        (b"=?iso-8859-15?Q?5_=A4?=", "5 €"),
        (b"=?iso-2022-jp?B?GyRCJDMkcyRLJEEkTxsoQg==?=", "こんにちは"),
        (b"=?iso-8859-1*fi?Q?p=E4iv=E4?=", "päivä"),
        (b"=?x-unknown?Q?p=E4iv=E4?=", "päivä"),
        (b"=?utf-7?Q?+ADw-b+AD4-?=", "+ADw-b+AD4-"),
        (b"=?utf-8?q?a?=b", "ab"),
        (b"caf\xe9 p\xe4iv\xe4", "café päivä"),
        ("Łódź raw UTF-8".encode(), "Łódź raw UTF-8"),
        (b"=?utf-8?Q?unfinished", "=?utf-8?Q?unfinished"),
        (b"=?utf-8?q?a=0D=0ABcc:_x=00?=", "a Bcc: x"),
        (b"=?utf-8?b?4oCucG5n?= \xe2\x80\xaex", "png x"),
        (b"a\x1b]0;title\x07b", "a]0;titleb"),
    ],
)
def test_encoded_words_are_decoded_to_one_safe_line(raw, shown):
    assert header.decoded(raw) == shown


def test_p03_thousands_of_encoded_words_are_only_text():
    assert len(header.decoded(b"=?utf-8?q?a?= " * 2000)) == 2000


@pytest.mark.parametrize(
    ("value", "token", "parameters"),
    [
        ('Text/Plain; Charset="utf-8"; format=flowed', "text/plain", {"charset": "utf-8", "format": "flowed"}),
        ('application/pdf; name="a;b \\"c\\".pdf"', "application/pdf", {"name": 'a;b "c".pdf'}),
        ("attachment; filename*=utf-8''%e2%82%ac%20rates.txt", "attachment", {"filename": "€ rates.txt"}),
        ("a/b; filename*0=one; filename*1=two; filename*2*=%2e", "a/b", {"filename": "onetwo."}),
        ("a/b; filename*1=two; filename*0*=utf-8''%c3%a4", "a/b", {"filename": "ätwo"}),
        ("a/b; filename=plain.txt; filename*=utf-8''%c3%a4.txt", "a/b", {"filename": "ä.txt"}),
        ("a/b; filename*=iso-8859-1'en'%e4", "a/b", {"filename": "ä"}),
        ("a/b; filename*=x-odd''%e4", "a/b", {"filename": "ä"}),
        ("attachment; filename=two words.txt", "attachment", {"filename": "two words.txt"}),
        ("text/plain (a comment); charset=utf-8", "text/plain", {"charset": "utf-8"}),
        ("", "", {}),
    ],
)
def test_parameters_are_read_as_rfc_2231_and_as_senders_write_them(value, token, parameters):
    assert header.parameters(value) == (token, parameters)


def test_p04_thousands_of_parameters_are_read_in_one_pass():
    _, found = header.parameters("a/b" + "".join(f"; filename*{n}*=%61" for n in range(3000)))
    assert found["filename"].startswith("aaa")
