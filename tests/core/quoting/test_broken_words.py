"""A long word that a program breaks when it quotes is the letter's, in both halves; what was typed beside it is not."""

from __future__ import annotations

import textwrap

import pytest
from answers import GMAIL, HASHER, NOTICE, marked, notice, read

from mailgate.core.quoting import broken, tokens
from mailgate.core.quoting.parts import Held

CODE = "QWxsIHlvdXIgYmFzZSBhcmUgYmVsb25nIHRvIHVzIGFuZCBtb3JlIG9mIHRoZSBzYW1lIHN0dWZmIGFnYWlu" * 2
ADDRESS = "https://shop.example/a/very/long/path/that/goes/on/and/on/for/ever/amen?id=1234567890&utm_source=mail&utm_campaign=x"


@pytest.mark.parametrize("width", [60, 72, 76, 78])
@pytest.mark.parametrize("mark", ["> ", ""], ids=["marks", "bare"])
@pytest.mark.parametrize("word", [CODE, ADDRESS, f"x-{CODE[:70]}.de,"], ids=["code", "address", "apart"])
def test_a_long_word_that_a_program_broke_is_the_letters(word: str, mark: str, width: int) -> None:
    """Its halves left as an answer to the line above."""
    sent = NOTICE.replace("Is the bulb to blame?", f"Is it {word} in the end?\n{word}")
    quoted = [piece for line in sent.split("\n") for piece in textwrap.wrap(line, width - len(mark)) or [""]]
    for above, below in (("Yes, it does.", ""), ("", "Yes, it does.")):
        found = read(f"{above}\n\n{GMAIL}\n\n{marked(chr(10).join(quoted), mark)}\n\n{below}", notice(sent))
        assert found.sendable == found.shown == "Yes, it does." and found.held is Held.NOTHING


@pytest.mark.parametrize("mark", ["> ", ""], ids=["marks", "bare"])
def test_an_answer_right_below_a_long_address_was_typed(mark: str) -> None:
    sent = NOTICE.replace("Is the bulb to blame?", f"Is it {ADDRESS}\nor not?")
    quoted = marked(sent, mark).replace(f"{mark}or not?", f"Yes.\n{mark}or not?")
    assert read(f"{GMAIL}\n\n{quoted}", notice(sent)).sendable == "Yes."


def test_a_word_of_a_letter_typed_over_two_lines_leaves_as_it_was_typed() -> None:
    sent = NOTICE.replace("Is the bulb to blame?", CODE)
    typed = f"Your code is\n{CODE[:70]}\n{CODE[70:]}\nand stays."
    assert read(f"{typed}\n\n{GMAIL}\n\n{marked(sent)}", notice(sent)).sendable == typed


LAST = "A line that is long enough to be a full one is"
# what is decided, the text, what the letter has, and the lines that only go on (none: nothing was mended)
MENDED: list[tuple[str, str, str, set[int]]] = [
    ("a word in two lines", f"{LAST} {CODE[:60]}\n{CODE[60:]}", CODE, {1}),
    ("in three", f"{LAST} {CODE[:60]}\n{CODE[60:120]}\n{CODE[120:]}", CODE, {1, 2}),
    ("behind marks", f"> {LAST} {CODE[:60]}\n> {CODE[60:]}", CODE, {1}),
    ("a mark on the one and none on the other", f"> {LAST} {CODE[:60]}\n{CODE[60:]}", CODE, {1}),
    ("the letter has no such word", f"{LAST} {CODE[:60]}\n{CODE[60:]}", "Lamp", set()),
    ("a line that is not full breaks nothing", f"{CODE[:20]}\n{CODE[20:]}", CODE, set()),
    ("a short word goes to the next line whole", f"{LAST} longer and longer lam\np", "lamp", set()),
    ("nothing below", f"{LAST} {CODE[:60]}", CODE, set()),
]  # fmt: skip


@pytest.mark.parametrize(("text", "letter", "goes_on"), [row[1:] for row in MENDED], ids=[row[0] for row in MENDED])
def test_which_lines_only_go_on_with_a_word(text: str, letter: str, goes_on: set[int]) -> None:
    found = tokens.read(text.split("\n"), HASHER)
    mended = broken.mended(found, [notice(NOTICE.replace("Is the bulb to blame?", letter))], HASHER)
    assert set(mended.continued) == goes_on
    assert (mended is found) is not bool(goes_on)
