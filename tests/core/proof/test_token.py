"""Signed ids hold against forgery, concatenation and case."""

import random

import pytest

from mailgate.core.model.policy import Key
from mailgate.core.proof import token
from mailgate.core.proof.token import Token

KEY = Key("k1", b"x" * 32)
OLD = Key("k0", b"y" * 32)
ANNA = Token(1042, "agent", 7, "customer", "abcdefgh")


def test_a_token_survives_the_round_trip_in_message_id_address_and_text() -> None:
    identifier = token.message_id(token.mint(KEY, ANNA, "id"), "acme.example")
    assert token.in_message_id(identifier, [KEY]) == ANNA
    assert token.in_message_id(identifier.upper(), [KEY]) == ANNA
    assert token.in_address(f"support+{token.mint(KEY, ANNA, 'address')}@acme.example", "+", [KEY]) == ANNA
    written = token.mint(KEY, ANNA, "mark")
    assert token.in_text(f"> ---- mg:{written} ----") == (written,)
    assert token.read(written, [KEY], "mark") == ANNA


@pytest.mark.parametrize("made", list(token.Carrier))
@pytest.mark.parametrize("tried", list(token.Carrier))
def test_p01_what_was_written_for_one_carrier_is_nothing_in_another(made: str, tried: str) -> None:
    written = token.mint(KEY, ANNA, made)
    assert token.read(written, [KEY], tried) == (ANNA if made == tried else None)


def test_a_letter_is_found_by_ticket_kind_and_nonce_whatever_carries_its_token() -> None:
    identifier = token.message_id(token.mint(KEY, ANNA, "id"), "acme.example")
    assert token.letter_of(identifier) == token.letter_of(identifier.upper()) == ANNA.letter == "1042.a7c.abcdefgh"
    assert token.letter_of("<mg.k1.1042@acme.example>") == token.letter_of("<a@b.example>") == ""


@pytest.mark.parametrize(
    "spoil",
    [
        lambda w: w[:-1],
        lambda w: w[:-1] + ("a" if w[-1] != "a" else "b"),
        lambda w: w.replace(".1042.", ".1043."),
        lambda w: w.replace(".a7c.", ".a8c."),
        lambda w: w.replace(".a7c.", ".c7c."),
        lambda w: "",
        lambda w: "k9" + w[2:],
    ],
)
def test_a05_a_changed_or_truncated_token_proves_nothing(spoil) -> None:
    assert token.read(spoil(token.mint(KEY, ANNA, "mark")), [KEY], "mark") is None


def test_a06_no_two_lists_of_fields_share_a_mac() -> None:
    assert token.mac(KEY, "104", "27") != token.mac(KEY, "1042", "7")
    chance = random.Random(1)
    for _ in range(500):
        text = "".join(chance.choice("0123456789:") for _ in range(12))
        one, other = chance.sample(range(1, 12), 2)
        assert token.mac(KEY, text[:one], text[one:]) != token.mac(KEY, text[:other], text[other:])


def test_a07_a_retired_key_no_longer_verifies() -> None:
    written = token.mint(OLD, ANNA, "id")
    assert token.read(written, [KEY, OLD], "id") == ANNA
    assert token.read(written, [KEY], "id") is None


def test_a_one_tap_token_is_good_for_its_own_verb_only() -> None:
    written = token.mint(KEY, ANNA, "tap", token.bound_to("#take"))
    assert token.read(written, [KEY], "tap", token.bound_to("#take")) == ANNA
    assert token.read(written, [KEY], "tap", token.bound_to("#close")) is None
    assert token.read(written, [KEY], "tap") is None


def test_the_loop_mark_is_ours_alone() -> None:
    mark = token.loop_mark("desk-a", KEY)
    assert token.is_loop_mark(mark, "desk-a", [KEY])
    assert not token.is_loop_mark(mark, "desk-b", [KEY])
    assert not token.is_loop_mark("desk-a forged", "desk-a", [KEY])


@pytest.mark.parametrize(
    ("local", "signed"), [("support", True), ("a" * 19, True), ("a" * 20, False), ("ä" * 10, False)]
)
def test_a_signed_bounce_address_has_64_octets_before_the_at_sign_at_most(local, signed) -> None:
    """S-14: where it would be longer (RFC 5321 section 4.5.3.1.1) reports come to the plain address."""
    plain = f"{local}@acme.example"
    identifier = token.message_id(token.mint(KEY, ANNA, "id"), "acme.example")
    found = token.bounce_address(identifier, plain, "+", [KEY], 7, "maija@customer.example")
    assert len(found.rpartition("@")[0].encode()) <= 64
    assert (found != plain) is signed
    assert (token.in_bounce_address(found, "+", [KEY]) is not None) is signed


def test_r08_a_bounce_address_is_for_one_delivery_and_one_recipient() -> None:
    identifier = token.message_id(token.mint(KEY, ANNA, "id"), "acme.example")
    made = token.bounce_address(identifier, "support@acme.example", "+", [KEY], 7, "Maija@customer.example")
    hit = token.in_bounce_address(made.upper(), "+", [KEY])
    assert hit is not None and hit[0] == ANNA
    both = ((7, "maija@customer.example"), (8, "kari@customer.example"))
    assert token.reached(*hit, both, [KEY]) == "maija@customer.example"
    assert token.reached(*hit, ((8, "maija@customer.example"), (7, "kari@customer.example")), [KEY]) is None
    local, _, domain = made.partition("@")
    changed = local[:-1] + ("a" if local[-1] != "a" else "b")
    for forged in (changed, local[:-5] + ".aaaa", local[:-5], local[:-1], local + "a", f"{local}.aaaa", local + "."):
        other = token.in_bounce_address(f"{forged}@{domain}", "+", [KEY])
        assert other is None or token.reached(*other, both, [KEY]) is None


WRITTEN = "6ffff7.1042.a1c.m3fmub64.qzl3jcoeb3ebaqln"


@pytest.mark.parametrize(
    "text",
    [
        f"see mg:{WRITTEN} there",
        f"<mg.{WRITTEN}@acme.example>",
        f"mailto:support@acme.example?subject=x&amp;body=mg%3A{WRITTEN}",
        f"https://safe.example/?url=mailto%3Ax%3Fbody%3Dmg%253A{WRITTEN.replace('.', '%252E')}&data=1",
        f"mg=3A{WRITTEN.replace('.', '=2E')}",
        f"&#109;&#103;&#58;{WRITTEN.replace('.', '&#46;')}",
        f"mg:{WRITTEN[:20]}\n> {WRITTEN[20:]}",
        f"mg:{WRITTEN[:9]}\u200b{WRITTEN[9:20]}\u00ad{WRITTEN[20:]}",
        WRITTEN.upper(),
        WRITTEN.translate({ord(one): ord(one) + 0xFEE0 for one in WRITTEN}),
    ],
)
def test_a_token_of_a_letter_to_the_house_is_seen_however_it_is_spelled(text: str) -> None:
    """Issue 12: a link of a quoted button writes it with `%3A`, a scanner twice so, a program breaks it."""
    assert token.is_inside(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Version 1.1042.17 of 27.11.2026, see https://shop.example/a.b.c?x=%3A&y=1.2.3.4",
        f"mg:{WRITTEN.replace('.a1c.', '.c0w.')}",
        "10.0.0.1 answers, www.acme.example/mg:lamp does not",
    ],
)
def test_what_is_no_token_of_the_house_is_seen_as_none(text: str) -> None:
    assert not token.is_inside(text)
