"""Files that are passed on come out of the raw mail by part number, under safe names."""

from __future__ import annotations

import base64

from mailgate.core.letters.letter import head
from mailgate.wire.letters import enclose, samples

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


def test_w14_a_large_picture_out_of_html_goes_to_the_customer_and_is_only_named_to_agents() -> None:
    pages = [base64.b64encode(bytes([one]) * size).decode() for one, size in ((1, 300_000), (2, 40_000), (3, 10_000))]
    images = "".join(f'<img src="data:image/png;base64,{each}">' for each in pages)
    raw = f"Content-Type: text/html\r\n\r\n<p>See</p>{images}<p>Bye</p>".encode()
    wanted = [f"1/data/{number}" for number in (1, 2, 3)]

    def enclosed(template: str) -> int:
        letter = head(samples.due(template), samples.POLICY, loop_mark="")
        return enclose.write(letter, samples.NOW, None, b"", [wanted], raw).raw.count(b"image/png")

    assert (enclosed("answer"), enclosed("notice")) == (3, 1)
