"""Files that are passed on come out of the raw mail by part number, under safe names."""

from __future__ import annotations

from mailgate.wire.letters import enclose

RAW = (
    b"From: ann@customer.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\n\r\nhello\r\n"
    b'--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename="../../etc/passwd"\r\n\r\none\r\n'
    b'--b\r\nContent-Type: image/png\r\nContent-ID: <logo>\r\nContent-Disposition: inline; filename="a.png"\r\n'
    b"Content-Transfer-Encoding: base64\r\n\r\ndHdv\r\n"
    b"--b--\r\n"
)


def test_the_wanted_parts_and_no_others() -> None:
    (file,) = enclose.files(RAW, ["2"])
    assert (file.name, file.type, file.data) == ("passwd", "text/plain", b"one")
    assert [one.data for one in enclose.files(RAW, ["3", "2"])] == [b"one", b"two"]


def test_an_unknown_part_is_left_out() -> None:
    assert enclose.files(RAW, ["1", "9", "2/winmail/1", ""]) == []
    assert enclose.files(b"", ["1"]) == []


def test_pictures_keep_their_content_id() -> None:
    (file,) = enclose.files(RAW, ["3"])
    assert (file.content_id, file.inline) == ("logo", True)
