"""Who wrote, exactly: display names never count, and what systems read differently carries no authority."""

import pytest

from mailgate.core.model.mail import Address
from mailgate.wire.mime.parse_address import MAX_ADDRESSES, is_canonical, mailboxes


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a@b.example", [("a@b.example", "")]),
        ("<a@b.example>", [("a@b.example", "")]),
        ("Ann Example <a@b.example>", [("a@b.example", "Ann Example")]),
        ('"Example, Ann" <a@b.example>, b@c.example', [("a@b.example", "Example, Ann"), ("b@c.example", "")]),
        ('"Ann \\"A\\" X" <a@b.example>', [("a@b.example", 'Ann "A" X')]),
        ('"=?utf-8?q?P=C3=A4ivi?=" <a@b.example>', [("a@b.example", "Päivi")]),
        ("=?iso-8859-1?q?P=E4ivi?= <a@b.example>", [("a@b.example", "Päivi")]),
        ("Friends: a@b.example, Ben <b@b.example>;", [("a@b.example", ""), ("b@b.example", "Ben")]),
        ("undisclosed-recipients:;", []),
        ("päivi@esimerkki.example", [("päivi@esimerkki.example", "")]),
        ("Ann <a@b.example.>", [("a@b.example.", "Ann")]),
        ("", []),
        ("nobody", []),
    ],
)
def test_address_fields_are_read(value, expected):
    assert mailboxes(value)[0] == tuple(Address(addr, name) for addr, name in expected)


def test_a10_a_display_name_is_never_the_address():
    found, canonical = mailboxes('"agent@corp.example" <evil@x.example>')
    assert canonical and found[0].addr == "evil@x.example"


@pytest.mark.parametrize(
    "value",
    [
        "<agent@corp.example> <evil@x.example>",
        "agent@corp.example (evil@x.example)",
        "<@x.example:agent@corp.example>",
        "agent@corp.example)evil@x.example",
        "agent@corp.example, evil@x.example",
        "agent@corp.example evil@x.example",
        "=?utf-8?q?agent=40corp.example?=@evil.example",
        "=?utf-8?q?agent=40corp.example?= ",
        "mar\u212a@corp.example",
        "ａgent＠corp.example",
        "\u0430gent@corp.example",
        "a..b@corp.example",
        '"agent"@corp.example',
        "agent@[127.0.0.1]",
        "agent@corp.example.",
        "agent@-corp.example",
        "Group: agent@corp.example;",
        "",
        "<>",
    ],
)
def test_a13_a14_a17_only_the_plainest_syntax_can_carry_authority(value):
    assert not is_canonical(value)


@pytest.mark.parametrize("value", ["a@b.example", " Ann <a.b+c@b.example>", '"A, B" <a@xn--bcher-kva.example>'])
def test_ordinary_addresses_are_canonical(value):
    assert is_canonical(value)


def test_a14_encoded_words_are_never_decoded_inside_an_address():
    found, _ = mailboxes("=?utf-8?q?agent=40corp.example?=@evil.example")
    assert all(address.addr != "agent@corp.example" for address in found)


@pytest.mark.parametrize(
    "value", ["<", "a@[1.2.3", "(" * 2000, '"' * 30_000, "<" * 30_000, ":" * 30_000, "a@" * 15_000]
)
def test_p05_p09_broken_addresses_raise_nothing(value):
    assert isinstance(mailboxes(value)[0], tuple)


def test_p06_at_most_a_thousand_addresses_are_read():
    assert len(mailboxes(", ".join(f"a{n}@b.example" for n in range(1200)))[0]) == MAX_ADDRESSES
