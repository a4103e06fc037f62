"""Runs are found by short cuts; each gives what the plain way gives (issue 12: speed that costs no word)."""

from __future__ import annotations

import random
from array import array

import pytest
from answers import HASHER

from mailgate.core.proof import token
from mailgate.core.quoting import runs, tokens
from mailgate.core.quoting.runs import PLACES, SEED, Budget, Index


@pytest.mark.parametrize("count", range(14))
def test_seeds_cut_side_by_side_are_those_cut_one_by_one(count: int) -> None:
    words = array("I", range(7, 7 + count))
    assert runs.seeds(words) == [words[at : at + SEED].tobytes() for at in range(count - SEED + 1)]


@pytest.mark.parametrize("alike", [SEED, SEED + 1, 15, 16, 17, 19, 20, 21, 35, 36, 37, 52])
@pytest.mark.parametrize("behind", [0, 1, 40])
def test_a_run_ends_at_the_first_word_that_differs(alike: int, behind: int) -> None:
    """Sixteen words are compared at once; where either text ends, or goes on otherwise, the run has the same length."""
    letter = array("I", [*range(1, alike + 1), *([900] * behind)])
    for rest in ([], [901], [901] * 40):
        text = array("I", [700, 701, *range(1, alike + 1), *rest])
        [found] = runs.matches(text, Index([letter], text), Budget(10_000))
        assert (found.start, found.end, found.source, found.place) == (2, 2 + alike, 0, 0)


def test_a_seed_is_looked_for_in_its_first_few_places_of_all_letters_together() -> None:
    often = array("I", [1, 2, 3, 4, 9] * 3)
    text = array("I", [1, 2, 3, 4])
    index = Index([often, often, often], text)
    for _ in range(40):  # the first ones one by one, the others in a table
        found = index.find(text.tobytes())
        assert list(found) == [(0, 0), (0, 5), (0, 10), (1, 0)] and len(found) == PLACES


def test_octets_that_begin_within_a_word_are_no_seed() -> None:
    text = array("I", [11, 12, 13, 14])
    apart = array("I", b"\7\7" + text.tobytes() + b"\7\7")
    assert list(Index([apart, text], text).find(text.tobytes())) == [(1, 0)]


def test_two_runs_side_by_side_are_both_found() -> None:
    text = array("I", range(1, 2 * SEED + 1))
    letters = [text[:SEED], text[SEED:]]
    found = runs.matches(text, Index(letters, text), Budget(1000))
    assert [(run.start, run.end, run.source) for run in found] == [(0, SEED, 0), (SEED, 2 * SEED, 1)]


def test_runs_by_chance_are_those_of_every_place_looked_at() -> None:
    chance = random.Random(12)
    for _ in range(200):
        letters = [array("I", (chance.randint(1, 6) for _ in range(chance.randint(0, 60)))) for _ in range(3)]
        text = array("I", (chance.randint(1, 6) for _ in range(60)))
        for run in runs.matches(text, Index(letters, text), Budget(100_000)):
            theirs = letters[run.source]
            assert len(run) >= SEED and text[run.start : run.end] == theirs[run.place : run.behind]
            assert text[run.end : run.end + 1] != theirs[run.behind : run.behind + 1] or run.end == len(text)


ODD = ["", "> ", "Stra\u00dfe \ufb01ne", "> | see https://a.example/b?c=d&e, x", "don't \u2019 do\u00adt", "\u2028a\x85b\x0bc",
       "ONE <https://x.example> two [cid:p@x] \U0001f44d", "what? <a@b.example?subject=x> now", "\u01c5 \uff21\u0301",
       "\u00b7 MAILTO:a@b.example \u00b7 HTTPS://x.example www.y.example WWW.z.example", "x" * 50 + " " + "x" * 50]  # fmt: skip


@pytest.mark.parametrize("line", ODD)
def test_words_that_are_remembered_are_those_of_the_line(line: str) -> None:
    plain = [HASHER.hash(word) for word in tokens.words(line)]
    assert HASHER.hashes(line) == plain and HASHER.hashes(line) == plain


def test_of_many_pieces_a_hasher_remembers_some_and_reads_all_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "_REMEMBERED", 5)
    lines = [f"one {number} two-{number}" for number in range(20)]
    hasher = tokens.Hasher(b"another key")
    assert [hasher.hashes(line) for line in lines] == [list(map(hasher.hash, tokens.words(line))) for line in lines]


MARKED = {">": (1, ""), "> ": (1, ""), "> a": (1, "a"), ">  a": (1, " a"), "> > a": (2, "a"), ">> a": (2, "a"), ">a": (1, "a"),
          "": (0, ""), "a > b": (0, "a > b"), "> | a": (2, "a"), ">\ta": (1, "a"), " > a": (1, "a")}  # fmt: skip


@pytest.mark.parametrize("line", MARKED)
def test_marks_of_a_line(line: str) -> None:
    assert tokens.marked(line) == MARKED[line]


SHORT = "a.1.aw.aaaaaaaa.aaaaaaaaaaaaaaaa"  # the shortest token there is


@pytest.mark.parametrize(
    "text",
    [SHORT, SHORT.replace(".", "%2e"), SHORT.replace(".", "&#46;"), SHORT.replace(".", "\uff0e"), f"> {SHORT}\n"],
)
def test_the_shortest_token_is_found_however_it_is_spelled(text: str) -> None:
    assert len(SHORT) == token.SHORTEST and token.is_inside(text)
    assert not token.is_inside(text.replace("aw", "w", 1))


def test_a_token_in_letters_that_stand_for_several_is_found() -> None:
    wide = SHORT.replace("aaaaaaaaaaaaaaaa", "\ufb00" * 8)
    assert len(wide) < token.SHORTEST and token.is_inside(wide)


@pytest.mark.parametrize("line", ["WWW.acme.example ?", "MAILTO:ann@acme.example ?", "?HTTPS://ACME.example"])
def test_an_address_in_capitals_is_an_address_too(line: str) -> None:
    assert tokens.words(line) == [tokens.LINK]
