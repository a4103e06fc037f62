"""Addresses in MAIL FROM and RCPT TO: what may be stored, and what is refused (S-14, RFC 5321 section 4.5.3.1)."""

from __future__ import annotations

import pytest

from mailgate.edge.smtp.address import BadAddress, check_recipient, check_sender, parse

GOOD = [
    ("anna@acme.example", "anna@acme.example"), ("postmaster", "postmaster"), ('"anna"@acme.example', "anna@acme.example"),
    (r'"an\na"@acme.example', "anna@acme.example"), ("anna@[192.0.2.1]", "anna@[192.0.2.1]"), ("a" * 64 + "@x.example", None),
    ("a@" + ".".join(["b" * 50] * 5), None), ("anna@acme.example.", None),
]  # fmt: skip
BAD = [
    "", "anna", "@acme.example", "anna@", "a" * 65 + "@x.example", "ä" * 33 + "@x.example", "a@" + ".".join(["b" * 50] * 6),
    "a%b@acme.example", "a!b@acme.example", '"a!b"@acme.example', '"a b"@acme.example', "a b@acme.example", "a@b@acme.example",
    "anna@acme..example", "a\tb@acme.example", "anna@acme,example", "anna@a b.example",
]  # fmt: skip


@pytest.mark.parametrize(("given", "stored"), GOOD)
def test_a_recipient_that_may_be_stored(given: str, stored: str | None) -> None:
    assert check_recipient(given, utf8=False) == (stored or given)


@pytest.mark.parametrize("given", BAD)
@pytest.mark.parametrize("utf8", [False, True])
def test_a_recipient_that_is_refused(given: str, utf8: bool) -> None:
    with pytest.raises(BadAddress):
        check_recipient(given, utf8=utf8)


def test_lengths_are_counted_in_octets_and_the_null_sender_is_one() -> None:
    assert check_sender("", utf8=False) == ""
    assert check_sender("ä" * 32 + "@x.example", utf8=True)
    with pytest.raises(BadAddress):
        check_sender("a" * 65 + "@x.example", utf8=True)


@pytest.mark.parametrize("given", ["äiti@acme.example", "anna@älä.example"])
def test_other_letters_need_smtputf8(given: str) -> None:
    assert check_sender(given, utf8=True) == given
    with pytest.raises(BadAddress):
        check_sender(given, utf8=False)


@pytest.mark.parametrize(("argument", "address", "parameters"), [
    ("<a@b.example>", "a@b.example", {}), (" <a@b.example> SIZE=10 BODY=8BITMIME", "a@b.example", {"SIZE": "10", "BODY": "8BITMIME"}),
    ("<>", "", {}), ("a@b.example smtputf8", "a@b.example", {"SMTPUTF8": ""}), ('<"a>b"@c.example>', '"a>b"@c.example', {}),
])  # fmt: skip
def test_a_path_and_its_parameters(argument: str, address: str, parameters: dict[str, str]) -> None:
    assert parse(argument) == (address, parameters)


@pytest.mark.parametrize("argument", ["", "<a@b.example", "<a@b.example> SIZE=", "<a@b.example> =10", "a b c@d"])
def test_a_path_nobody_can_read(argument: str) -> None:
    assert parse(argument) is None
