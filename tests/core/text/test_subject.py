"""Subjects: localised prefixes, forwards, and numbers by template."""

from __future__ import annotations

import pytest

from mailgate.core.text import subject

TAG = ("[#{number}]",)


@pytest.mark.parametrize(("written", "base"), [
    ("Re: AW: [#1042] x", "[#1042] x"), ("[EXTERNAL] VS: VL: x", "x"), ("RE: [EXT] RE: x", "x"), ("Re[2]: x", "x"), ("Re(3): x", "x"),
    ("RE^2: x", "x"), ("Odp.: x", "x"), ("Odp: PD: x", "x"), ("SV: x", "x"), ("Vast: x", "x"), ("Atb.: x", "x"), ("Pārs.: x", "x"), ("Re : x", "x"),
    ("Re：x", "x"), ("Ответ: x", "x"), ("Відп.: x", "x"), ("回复: x", "x"), ("*** SPAM *** Re: x", "x"), ("[Ulkoinen] x", "x"), ("{External} Re: x", "x"), ("Regarding: x", "Regarding: x"),
    ("[Ticket] x", "[Ticket] x"), ("Re:", ""), ("", ""), ("Reference: y", "Reference: y"), ("12: x", "12: x"),
])  # fmt: skip
def test_a_subject_is_stripped_to_what_it_is_about(written: str, base: str) -> None:
    assert subject.without_prefixes(written) == base


@pytest.mark.parametrize(("written", "forward"), [
    ("Fwd: x", True), ("FW: x", True), ("VL: x", True), ("PD: x", True), ("Pārs.: x", True), ("WG: x", True), ("VB: x", True), ("Edasi: x", True),
    ("TR: x", True), ("Пересл.: x", True), ("[EXTERNAL] Fwd: x", True), ("Re: Fwd: x", False), ("x", False), ("Forward: x", False), ("", False),
])  # fmt: skip
def test_the_outermost_prefix_tells_a_forward(written: str, forward: bool) -> None:
    assert subject.is_forward(written) is forward


def test_t01_the_number_is_found_behind_any_prefix() -> None:
    assert subject.numbers("Re: AW: [#1042] x", TAG) == (1042,)


def test_t03_the_leftmost_of_several_numbers_comes_first() -> None:
    assert subject.numbers("Re: [#1042] about [#2001]", TAG) == (1042, 2001)
    assert subject.numbers("[MG-7] [#5]", ("[#{number}]", "[MG-{number}]")) == (7, 5)


@pytest.mark.parametrize(("written", "numbers"), [
    ("[#١٠٤٢]", ()), ("[#٠]", ()), ("[#-1]", ()), ("[#0001042]", (1042,)), ("[#99999999999999999999]", ()), ("[#1042]" * 500, (1042,)),
    ("[#1234567890]", (1234567890,)), ("[#12345678901]", ()), ("[#0]", ()), ("[# 1042]", ()), ("#1042", ()), ("[#１０４２]", ()), ("[#10²]", ()),
])  # fmt: skip
def test_t04_only_ascii_digits_make_a_number(written: str, numbers: tuple[int, ...]) -> None:
    assert subject.numbers(written, TAG) == numbers


def test_t04_other_systems_tags_are_read_by_their_templates() -> None:
    tags = ("[Ticket#{number}]", "[rt #{number}]", "MG-{number}")
    assert subject.numbers("[ticket#12] [rt #45] MG-3 xMG-4 MG-5x MG-66", tags) == (12, 45, 3, 66)
    assert subject.numbers("1042", ("{number}",)) == () and subject.numbers("x", ("no placeholder",)) == ()


@pytest.mark.parametrize(
    "written", ["re: " * 25_000, "[EXTERNAL]" * 10_000, "re" * 50_000, " " * 100_000, "[#1] " * 20_000, "((((" * 25_000]
)
def test_t15_a_huge_subject_is_read_in_linear_time(written: str) -> None:
    assert len(subject.without_prefixes(written)) <= len(written)
    assert len(subject.numbers(written, TAG)) <= 1
    assert not subject.is_forward(written)


@pytest.mark.parametrize("piece", ["re: ", "fw:", "[x] ", "[#1] ", "AW: SV: ", "((", "=?utf-8?q?a?= "])
def test_p20_a_hundred_kilobytes_of_prefixes_end_in_the_same_words(piece: str) -> None:
    """A pattern that backtracks would not come back from this; the 120 s of the test are its only clock."""
    flood = piece * (100_000 // len(piece)) + "!"
    assert subject.without_prefixes(flood).endswith("!")
    assert subject.numbers(flood, ("[#{number}]",)) in ((), (1,))
    assert isinstance(subject.is_forward(flood), bool)
