"""Which lines of an answer are quoted and which were typed again, before anything is made of it."""

from __future__ import annotations

import pytest
from answers import CUSTOMER, FINNISH, GMAIL, HASHER, OUTLOOK, frame, notice

from mailgate.core.quoting import quoted, short, tokens, unknown
from mailgate.core.quoting.line import Line, LineKind
from mailgate.core.quoting.quoted import Subtracting
from mailgate.core.quoting.runs import Budget

ASKED = "the lamp I bought from you last week flickers in the evening."
NOTE = "She is a known complainer and wants a refund every time; do not offer one."


def work(body: str, *, house: bool = True, known: bool = True) -> Subtracting:
    fixed = frame()
    letters = [*([notice()] if known else []), fixed.letter]
    return Subtracting(tokens.read(body.split("\n"), HASHER), letters, Budget(100_000), fixed, house)


def taken(found: Subtracting) -> list[int]:
    """The lines of which every word is ours."""
    text = found.text
    return [at for at in range(len(text.lines)) if text.count(at) and all(found.ours[slice(*text.span(at))])]


# what is decided, the answer, whether it is an agent's, and the lines that are quoted
QUOTED: list[tuple[str, str, bool, list[int]]] = [
    ("nothing of ours", "Yes, it takes LED up to nine watts and no more than that.", True, []),
    ("a long line behind a mark", f"Yes.\n\n> {ASKED}", True, [2]),
    ("the same without one was typed", f"Yes.\n\n{ASKED}", True, []),
    ("below our attribution it is quoted without one", f"Yes.\n\n{FINNISH}\n\n{ASKED}", True, [4]),
    ("below somebody else's it is not", f"Yes.\n\n27.11.2026 Eve <eve@x.example> wrote:\n\n{ASKED}", True, []),
    ("below a header block", f"Yes.\n\n{OUTLOOK}\n{ASKED}", True, [8]),
    ("a note behind a mark", f"Yes.\n\n> {NOTE}", True, [2]),
    ("five words of the frame are nobody's", "## Please write your reply above this line ##", True, [0]),
    ("four of them may be", "Please write your reply", True, []),
    ("a short whole line behind a mark", "> Is the bulb to blame?", True, [0]),
    ("half a line behind a mark was typed", "> Is the bulb", True, []),
    ("a customer's copy of one line was typed", ASKED, False, []),
    ("two lines are no copy of theirs", "\n".join(CUSTOMER.split("\n")[2:4]), False, []),
]  # fmt: skip


@pytest.mark.parametrize(("body", "house", "lines"), [row[1:] for row in QUOTED], ids=[row[0] for row in QUOTED])
def test_a_run_of_words_alone_proves_nothing(body: str, house: bool, lines: list[int]) -> None:
    found = work(body, house=house)
    quoted.find(found)
    assert taken(found) == lines


# what is decided, the answer, the short lines that are ours too, and the lines of ours that were changed
SHORT: list[tuple[str, str, list[int], list[int]]] = [
    ("a short line between two quoted", f"{GMAIL}\n> {ASKED}\n> Is the bulb to blame?\n>\n> Or the socket?\n> Regards\n> Maija", [2, 3, 5, 6, 7], []),
    ("an answer between them is none", f"{GMAIL}\n> {ASKED}\n> Is the bulb to blame?\nNo\n> Or the socket?", [2, 3, 5], []),
    ("without any run, below our attribution alone", f"{FINNISH}\n> Or the socket?", [1], []),
    ("without any run, a block with a line that is not ours", f"{FINNISH}\n> Or the socket?\n> no", [], []),
    ("without any run or attribution", "Regards\nMaija", [], []),
]  # fmt: skip


@pytest.mark.parametrize(("body", "lines", "changed"), [row[1:] for row in SHORT], ids=[row[0] for row in SHORT])
def test_a_line_too_short_for_a_run_is_ours_where_it_stands_as_in_the_letter(
    body: str, lines: list[int], changed: list[int]
) -> None:
    found = work(body)
    quoted.find(found)
    edited: dict[int, int] = {}
    short.find(found, edited)
    assert (taken(found), sorted(edited)) == (lines, changed)


SIGN = "mg:6ffff7.1.a1c.aaaaaaaa.aaaaaaaaaaaaaaaa"
GONE = f"Yes.\n\n{GMAIL}\n> [#7] support\n>\n> {SIGN}\n>\n> Some words"
# what is decided, the answer, and the line where a letter begins that nobody knows
UNKNOWN: list[tuple[str, str, int | None]] = [
    ("no sign of one", "Yes.\n\n> Some words", None),
    ("with the attribution and the badge above its token", GONE, 2),
    ("without an attribution from the first mark", GONE.replace(f"{GMAIL}\n", ""), 2),
    ("a token alone, from its own line", f"Yes.\n\nSee {SIGN}", 2),
    ("words right above an unmarked token stay their author's", f"Yes.\nMore.\n{SIGN}", 2),
]  # fmt: skip


@pytest.mark.parametrize(("body", "begins"), [row[1:] for row in UNKNOWN], ids=[row[0] for row in UNKNOWN])
def test_where_a_letter_begins_that_nobody_knows(body: str, begins: int | None) -> None:
    found = work(body, known=False)
    lines = [Line(LineKind.TYPED if found.text.count(at) else LineKind.EMPTY) for at in range(len(found.text.lines))]
    assert unknown.begin(found, lines, lambda line: "mg:" in line) == begins
