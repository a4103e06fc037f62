"""What an exchange posts, as fields: forms, JSON and queries, and nothing that is none of these."""

from __future__ import annotations

import pytest

from mailgate.wire import pushed

FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("kind", "body", "query", "found"),
    [
        (FORM, b"from=%2B371+26&user[]=Alice&user[]=Bob&e=", "", {"from": ("+371 26",), "user[]": ("Alice", "Bob"), "e": ("",)}),
        (f"{FORM}; charset=utf-8", "n=Pēteris".encode(), "", {"n": ("Pēteris",)}),
        ("application/json", b'{"a": "x", "n": 9, "deep": {"a": 1}, "no": null, "yes": true}', "", {"a": ("x",), "n": ("9",)}),
        ("", b"", "Number=371&CallType=Missed", {"Number": ("371",), "CallType": ("Missed",)}),
        (FORM, b"a=1", "a=2", {"a": ("1", "2")}),
        ("text/plain", b" \r\n", "", {}),
        (FORM, b"a=" + b"x" * 5000, "", {"a": ("x" * 2000,)}),
    ],
)  # fmt: skip
def test_fields_are_read(kind: str, body: bytes, query: str, found: dict[str, tuple[str, ...]]) -> None:
    assert pushed.fields(kind, body, query) == found


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/plain", b"a=1"), ("application/json", b"[1]"), ("application/json", b"{"), ("application/json", b"NaN"),
        ("application/json", b"[" * 16_000), ("application/json", b"\xff"), (FORM, b"\xff=1"), (FORM, b"a=1&" * 101),
        (FORM, b"a" * 16_385), ("application/json", b"{" + b'"a":1,' * 1 + b'"n": 9' + b"9" * 5000 + b"}"),
    ],
)  # fmt: skip
def test_what_is_no_event_is_a_value_error(kind: str, body: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        pushed.fields(kind, body)
