"""Octets become the text that was meant: declared, mislabelled, not labelled at all, or labelled with an attack."""

import pytest

from mailgate.wire.mime import charset

FI = "Hyvää päivää, tilaukseni on myöhässä"
PL = "Dzień dobry, proszę o fakturę, zamówienie nie dotarło"
LV = "Labdien, pasūtījums nav saņemts, lūdzu palīdziet"
JA = "こんにちは、注文がまだ届きません"


@pytest.mark.parametrize(
    ("text", "codec", "label"),
    [
        (LV, "cp1257", "windows-1257"),
        (LV, "iso8859-13", "iso-8859-13"),
        (PL, "iso8859-2", "ISO-8859-2"),
        (PL, "cp1250", "windows-1250"),
        ("hinta 5 € päivä", "iso8859-15", "iso-8859-15"),
        (FI, "cp1252", "latin1"),
        ("“quoted” – dash", "cp1252", "iso-8859-1"),
        (JA, "iso2022_jp", "iso-2022-jp"),
        (JA, "euc_jp", "EUC-JP"),
        (JA, "cp932", "Shift_JIS"),
        ("안녕하세요", "cp949", "ks_c_5601-1987"),
        ("转发：整体提升", "gb18030", "GB2312"),
        ("Привет, мир", "koi8-r", "koi8-r"),
        (FI, "utf-8", "us-ascii"),
        (FI, "utf-8", '"utf-8"'),
        (FI, "utf-16-be", "utf-16"),
        (FI, "utf-16", "utf-16"),
        (FI, "utf-8-sig", "utf-8"),
    ],
)
def test_a_declared_charset_is_decoded_by_its_everyday_meaning(text, codec, label):
    assert charset.decode(text.encode(codec), label) == text


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        (FI, "utf-8"),
        (FI, "cp1252"),
        ("Grüße aus München", "cp1252"),
        ("déjà vu à l'été — ça va", "cp1252"),
        (PL, "cp1250"),
        (PL, "iso8859-2"),
        ("źle się dzieje, święta", "iso8859-2"),
        (LV, "cp1257"),
        ("Paldies, rēķins ir apmaksāts", "cp1257"),
        ("Ačiū, užsakymas negautas šiandien", "cp1257"),
        ("Добрый день, где мой заказ?", "cp1251"),
        ("привет мир", "koi8-r"),
        ("转发：整体提升企业服务水平", "gb18030"),
        (JA, "iso2022_jp"),
    ],
)
def test_unlabelled_text_is_guessed_from_its_letters(text, codec):
    assert charset.decode(text.encode(codec)) == text


def test_a_label_that_does_not_fit_gives_way_to_what_the_octets_are():
    assert charset.decode(FI.encode("cp1252"), "utf-8") == FI
    assert charset.decode(PL.encode("cp1250"), "us-ascii") == PL


def test_characters_that_windows_adds_to_japanese_mail_are_known():
    assert charset.decode(b"\x1b$B-!#1ET\x1b(B!", "iso-2022-jp") == "①１都!"


@pytest.mark.parametrize(
    "label", ["x-foo", 'a"\0b', "idna", "undefined", "rot13", "punycode", "base64", "a" * 5000, "é"]
)
def test_p12_what_is_no_charset_of_mail_is_never_looked_into(label):
    assert charset.codec(label) == ""
    assert charset.decode(b"plain words", label) == "plain words"


@pytest.mark.parametrize("label", ["utf-7", "UTF7", "unicode-1-1-utf-7"])
def test_p12_utf_7_is_never_decoded(label):
    assert charset.decode(b"+ADw-script+AD4-", label) == "+ADw-script+AD4-"


def test_p11_nul_never_reaches_the_text():
    assert charset.decode(b"a\0b") == "ab"
    assert "\0" not in charset.decode("a\0b".encode("utf-16"), "utf-16")


def test_nothing_at_all_raises():
    for label in ("", "utf-8", "utf-16", "iso-2022-jp", "gb18030", "cp1257"):
        for data in (bytes(range(256)), b"\xff", b"\x1b$B\x1b", b"\xed\xa0\x80", b""):
            assert isinstance(charset.decode(data, label), str)
