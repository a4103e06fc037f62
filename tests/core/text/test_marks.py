"""Marks: what of an answer to one customer is marked before another may get it, and what is left alone."""

from __future__ import annotations

import pytest

from mailgate.core.text.marks import has_mark, marked

NAMES = ("Maija Virtanen", "Łukasz Żak", "Anna")

MARKED = [
    ("Hello Maija,", "Hello ⟦Maija⟧,"),
    ("Hei Maijalle ja Virtasen perheelle!", "Hei ⟦Maijalle⟧ ja ⟦Virtasen⟧ perheelle!"),
    ("Dzień dobry, panie Łukaszu.", "Dzień dobry, panie ⟦Łukaszu⟧."),
    ("Write to maija@home.example.", "Write to ⟦maija@home.example⟧."),
    ("Call +358 40 123 4567 (mornings)", "Call ⟦+358 40 123 4567⟧ (mornings)"),
    ("Your order A-17 of 12.3. costs 49,90 €", "Your order ⟦A-17⟧ of ⟦12.3⟧. costs ⟦49,90⟧ €"),
    ("See https://acme.example/t/8842?x=1.", "See ⟦https://acme.example/t/8842?x=1⟧."),
    ("Best,\nAnna", "Best,\n⟦Anna⟧"),
    ("Unplug the lamp, wait 5 minutes.", "Unplug the lamp, wait 5 minutes."),
    ("See https://acme.example/help", "See https://acme.example/help"),
    ("an annual check", "an annual check"),
    ("⟦x⟧", "[x]"),
    ("", ""),
    ("  \n", "  \n"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "found"), MARKED)
def test_names_addresses_and_numbers_are_marked(text: str, found: str) -> None:
    assert marked(text, NAMES) == found
    assert has_mark(found) is (found != text and "⟦" in found)


def test_without_names_no_name_is_marked() -> None:
    assert marked("Hello Maija,", ()) == "Hello Maija,"
