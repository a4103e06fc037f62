"""The likeliest slips of the finger: wherever they stand, each is noticed and the right command is named."""

from __future__ import annotations

import pytest

from mailgate.core.commands import catalogue, reader
from mailgate.core.commands.catalogue import COMMANDS, lookup_for
from mailgate.core.text.folding import fold

KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
NAMES = lookup_for({})
WORTH = {word.name: n for n, word in enumerate(COMMANDS)}


def neighbours(letter: str) -> str:
    """The keys left and right of a letter, the likeliest to be hit instead."""
    row = next((row for row in KEYS if letter in row), "")
    at = row.find(letter)
    return "".join(row[i] for i in (at - 1, at + 1) if row and 0 <= i < len(row))


def slips(word: str) -> list[str]:
    """Every single deletion, doubling, swap and neighbouring key, but for a lost first letter of a short word."""
    found = [word[:i] + word[i + 1 :] for i in range(len(word))]
    found += [word[:i] + word[i] + word[i:] for i in range(len(word))]
    found += [word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)]
    found += [word[:i] + key + word[i + 1 :] for i, letter in enumerate(word) for key in neighbours(letter)]
    return [slip for slip in dict.fromkeys(found) if slip != word and slip and not NAMES.find(slip)]


def all_slips() -> list[tuple[str, str]]:
    known = [(alias, word.name) for word in COMMANDS for alias in (word.name, *word.aliases)]
    return [(slip, name) for alias, name in known for slip in slips(alias)]


SLIPS = all_slips()
TEXT = "Dear Maija,\n\nthe lamp is on its way.\nIt takes two days."
PLACES = {
    "top": "#{word}\n\n" + TEXT,
    "top with words after it": "#{word} fri\n" + TEXT,
    "second at the top": "#take\n#{word}\n\n" + TEXT,
    "middle": "Dear Maija,\n\n#{word}\n\nthe lamp is on its way.",
    "middle of a paragraph": "Dear Maija,\n#{word} +refund\nthe lamp is on its way.",
    "bottom": TEXT + "\n\n#{word}",
    "bottom above a phone's line": TEXT + "\n#{word}\n\nSent from my iPhone",
    "below the signature": TEXT + "\n-- \nAnna\nAcme Support\n#{word}",
    "below a phone's line": TEXT + "\n\nSent from my iPhone\n\n#{word}\n",
}


def test_there_are_more_slips_than_the_two_hundred_likeliest() -> None:
    assert len(SLIPS) > 1000
    assert {name for _, name in SLIPS} == {word.name for word in COMMANDS}


@pytest.mark.parametrize(("at", "place"), list(enumerate(PLACES.values())), ids=PLACES)
def test_a_slip_is_never_taken_for_text_and_the_right_command_is_named(at: int, place: str) -> None:
    """Which command is meant does not depend on the place: each slip stands in one of them."""
    missed = []
    for word, name in SLIPS[at :: len(PLACES)]:
        reading = reader.read_agent_mail("Re: [#1042] Broken lamp", place.replace("{word}", word))
        if not any(fold(trouble.word) == fold(word) and name in trouble.nearest for trouble in reading.problems):
            missed.append((word, name))
    assert missed == []


MEANT = [
    ("clsoe", "solve", "close"), ("sovle", "solve", "solve"), ("solev", "solve", "solve"), ("valmsi", "solve", "valmis"),
    ("prio", "priority", "priority"), ("zamkni", "solve", "zamknij"), ("zuu", "solve", "zu"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "name", "meant"), MEANT)
def test_d17_the_word_named_is_the_one_that_was_meant(written: str, name: str, meant: str) -> None:
    assert catalogue.as_meant(written, name, {"zu": "solve"}) == meant


def test_d17_every_slip_names_the_word_it_was_made_of_or_one_as_near() -> None:
    for word in COMMANDS:
        for alias in (word.name, *word.aliases):
            for slip in slips(alias)[::3]:
                meant = catalogue.as_meant(slip, word.name, {})
                near = catalogue.misspellings(fold(slip), fold(meant), 2)
                assert near <= catalogue.misspellings(fold(slip), fold(alias), 2), (slip, alias, meant)


def test_a_slip_in_the_subject_is_noticed_too() -> None:
    for word, name in SLIPS[::9]:
        reading = reader.read_agent_mail(f"Re: [#1042] Broken lamp #{word}", TEXT, earlier_subjects=("Broken lamp",))
        assert any(name in trouble.nearest for trouble in reading.problems), word
        assert reading.commands == ()


def test_a_slip_in_the_signature_taken_off_before_is_noticed() -> None:
    for word, name in SLIPS[::9]:
        reading = reader.read_agent_mail("Re: [#1042] Lamp", TEXT, signature=f"-- \nAnna\n#{word}")
        assert any(name in trouble.nearest for trouble in reading.problems), word


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("##close", "solve"), ("# close", "solve"), ("@close", "solve"), ("3close", "solve"), ("/close", "solve"),
        ("#close'", "solve"), ("#close2", "solve"), ("#tag-refund", "tag"), ("#merge1042", "merge"), ("#prio", "priority"),
        ("#close#tag", "solve"), ("#resolve", "solve"), ("#solved", "solve"), ("#Clsoe.", "solve"), ("#closed", "solve"),
        ("#valms", "solve"), ("#aizvert1", "solve"), ("#notatak", "note"), ("#przekasz", "assign"), ("# note", "note"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", ["{line}\n\nHello", "Hello\n\n{line}"])
def test_other_slips_are_noticed_at_the_edges_of_a_mail(place: str, line: str, name: str) -> None:
    reading = reader.read_agent_mail("Re: [#1042] Lamp", place.replace("{line}", line))
    if line == "##close":
        assert [one.name for one in reading.commands] == [name]
        return
    assert reading.commands == ()
    assert any(name in trouble.nearest for trouble in reading.problems), reading


def test_accents_left_out_are_no_slip() -> None:
    for word in COMMANDS:
        for alias in word.aliases:
            assert NAMES.find(fold(alias)) == NAMES.find(alias.upper()) == (word.name,)
