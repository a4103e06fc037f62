"""Whether a text speaks of something, in whatever form its words stand."""

from __future__ import annotations

import pytest

from mailgate.core.text.mentions import is_telling, mentions, words_of


@pytest.mark.parametrize(
    ("text", "words", "language", "expected"),
    [
        ("VPN connection lost", "vpn connection", "en", True),
        ("My connections to the VPN fail", "vpn connection", "en", True),
        ("The VPN works", "vpn connection", "en", False),  # every word must occur
        ("vpnx and connection", "vpn connection", "en", False),  # three letters are a whole word
        ("Verkkoon ei pääse", "verkko", "fi", True),
        ("Verkon vika", "verkko", "fi", True),
        ("Nie ma połączenia", "połączenie", "pl", True),
        ("Nav savienojuma ar serveri", "serveris savienojums", "lv", True),
        ("Störungen im Netz", "störung", "de", True),
        ("Anslutningen bröts", "ANSLUTNING", "sv", True),
        ("Ühenduse viga", "ühendus", "et", True),
        ("connections", "connection", "ru", False),  # a language that is none of ours: the word itself
        ("connection", "connection", "ru", True),
        ("connection", "connections", "", True),  # nobody knows which
        ("connected", "connect-or", "en", False),
        ("anything", "", "en", False),
    ],
)
def test_a_text_speaks_of_something_when_every_word_occurs(
    text: str, words: str, language: str, expected: bool
) -> None:
    assert mentions(text, words_of(words), language) is expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [("vpn", False), ("vpn lost", True), ("", False), ("a b c", False), (" ".join(f"word{n}" for n in range(10)), True),
     (" ".join(f"word{n}" for n in range(11)), False), ("down down down", True)],
)  # fmt: skip
def test_one_word_of_four_letters_among_ten_says_something(words: str, expected: bool) -> None:
    assert is_telling(words_of(words)) is expected
