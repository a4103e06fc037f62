"""Addresses: lengths first, then what they are made of (RFC 5321 section 4.1.2, threats S-05, O-11)."""

from __future__ import annotations

import pytest

from mailgate.core.text import address

FIT = (
    "a@b", "a.b+c=d@mail.example", "!#$%&'*/?^`{|}~@b.example", '"a b"@c.example', '"a\\"b"@c.example', "a@[127.0.0.1]",
    "a@[IPv6:::1]", "ä@ö.example", "a@xn--4ca.example", "a_b@_dmarc.b.example", "a@b.example.", "x" * 64 + "@b.example",
    "a@" + ".".join(["b" * 63] * 3) + "." + "c" * 61, "a@می‌خواهم.example",
)  # fmt: skip
UNFIT = (
    "", "a", "@", "a@", "@b", "a b@c", "a@b c", "a@b..c", "a@.b", "a@-b.example", "a@b!", "a@b@c", "a,b@c", "<a@b>", "a@[]",
    "a@[1", "a@b.example..", '"a@b', '"a"b"@c', "a\r@b", "a@b\n", "a\x00@b", "x" * 65 + "@b.example", "ä" * 33 + "@b.example",
    "a@" + "b" * 64 + ".example", "a@" + "b." * 128 + "c", "a@b\u2028c", "a@b\u202ec", "a@b\u00a0c", "a\udcff@b.example",
    "a@b\udcff.example",
)  # fmt: skip


@pytest.mark.parametrize("written", FIT)
def test_what_an_address_may_be(written: str) -> None:
    local, _, domain = written.rpartition("@")
    assert address.parts(written) == (local, domain)


@pytest.mark.parametrize("written", UNFIT)
def test_what_none_is(written: str) -> None:
    assert address.parts(written) is None


@pytest.mark.parametrize("domain", ["a" * 100_000, "a." * 50_000, "a-" * 50_000 + "!", "ä\u0301\u0323" * 30_000])
def test_s01_a_long_one_is_refused_for_its_length_alone(domain: str) -> None:
    assert address.parts(f"x@{domain}") is None


def test_a_local_part_of_somebody_generous_may_be_longer_in_a_header() -> None:
    assert address.parts("x" * 200 + "@b.example") is None
    assert address.parts("x" * 200 + "@b.example", longest_local=256) == ("x" * 200, "b.example")


@pytest.mark.parametrize(("written", "plain"), [("a", "a"), ('"a b"', "a b"), ('"a\\"\\\\b"', 'a"\\b')])
def test_a_quoted_local_part_stands_for_what_is_in_it(written: str, plain: str) -> None:
    assert address.unquoted(written) == plain
