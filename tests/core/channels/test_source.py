"""The Message-ID a message from a channel has: the same id is the same mail, and leads back to it."""

import pytest

from mailgate.core.channels import message, source

IDS = ["wamid.HBgMMzU4NDA=", "1", "m_ab_5f", "<x@y>", "a b\r\nBcc: x", "é", "😀", "_00", "x" * 150]


@pytest.mark.parametrize("identity", IDS)
def test_it_leads_back_to_the_id(identity: str) -> None:
    made = source.message_id("Lines", identity, "acme.example")
    assert made.isascii() and made.isprintable() and " " not in made
    assert source.said_as(made, "lines") == identity
    assert source.said_as(made, "other") == ""


def test_no_two_ids_make_one_and_a_long_one_is_a_digest() -> None:
    made = [source.message_id("lines", one, "a.example") for one in (*IDS, "x" * 151, "x" * 152)]
    assert len(set(made)) == len(made) and max(map(len, made)) < 600
    assert source.said_as(made[-1], "lines") == ""


@pytest.mark.parametrize(
    "other", ["", "<mg.k1.x@acme.example>", "<chat.lines@acme.example>", "chat.lines.1@acme.example"]
)
def test_another_mails_id_is_nobodys_message(other: str) -> None:
    assert source.said_as(other, "lines") == ""


def test_the_id_of_ours_is_the_same_at_every_attempt_and_no_other_parts() -> None:
    ids = {
        message.id_of(letter, who, part)
        for letter in ("<a@x>", "<b@x>")
        for who in ("p", "q")
        for part in ("0+9", "9+3")
    }
    assert len(ids) == 8
    assert message.id_of("<a@x>", "P", "0+9") == message.id_of("<a@x>", "p", "0+9")
