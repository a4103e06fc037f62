"""Who waits for whom, as tables: keys in, turns out (law 3, S-03)."""

from __future__ import annotations

import random

import pytest

from mailgate.app.intake.lanes import Lanes, Turn
from mailgate.wire.mime.lane_keys import Keys


def keys(text: str) -> Keys:
    """`ab|c`: ids a and b, and c that only hints."""
    ids, _, others = text.partition("|")
    return Keys(frozenset(c.encode() for c in ids), frozenset(c.encode() for c in others))


def lanes(*mails: str) -> Lanes:
    made = Lanes()
    for number, text in enumerate(mails, 1):
        made.add(number, keys(text))
    return made


@pytest.mark.parametrize(
    ("mails", "ready", "turns"),
    [
        (["a", "b", "c"], [1, 2, 3], [1, 2, 3]),
        (["a", "b", "c"], [2, 3], [2, 3]),  # strangers wait for nobody
        (["a", "a"], [2], []),  # the earlier one is not read yet
        (["a", "a"], [1, 2], [1, 2]),
        (["a|x", "b|x"], [2], []),  # the same sender
        (["a|x", "b|y"], [2], [2]),
        (["a", "ab", "b"], [3], []),  # through another
        (["a", "ab", "b"], [2, 3], []),
        (["a", "ab", "b"], [1, 3], [1]),  # the middle one is open still
        (["a|b", "b"], [2], []),  # a mark in the subject meets the ticket of an id
        (["", ""], [2], [2]),  # nothing is known of either
        (["abc", "d", "c", "d"], [2, 3, 4], [2, 4]),
    ],
)
def test_who_may_be_decided(mails: list[str], ready: list[int], turns: list[int]) -> None:
    assert [turn.number for turn in lanes(*mails).choose(ready, 64)] == turns


def test_a_turn_names_those_just_before_it_in_its_lanes() -> None:
    made = lanes("a", "b", "ab", "b", "c")
    assert made.choose([1, 2, 3, 4, 5], 64) == [
        Turn(1), Turn(2), Turn(3, frozenset({1, 2})), Turn(4, frozenset({3})), Turn(5),
    ]  # fmt: skip


def test_no_more_are_chosen_than_asked_for_and_the_rest_stay() -> None:
    made = lanes("a", "a", "b")
    assert [turn.number for turn in made.choose([1, 2, 3], 1)] == [1]
    assert [turn.number for turn in made.choose([2, 3], 9)] == [2, 3]


def test_one_under_suspicion_is_chosen_by_itself() -> None:
    made = lanes("a", "b", "c")
    ready = [1, 2, 3]
    rounds = []
    while ready:
        chosen = [turn.number for turn in made.choose(ready, 64, alone={2})]
        rounds.append(chosen)
        ready = [number for number in ready if number not in chosen]
    assert rounds == [[1], [2], [3]]


def test_put_back_it_holds_up_the_same_as_before() -> None:
    made = lanes("a|x", "a", "b|x")
    made.choose([1], 64)
    assert made.free(2)
    made.add(1, keys("a|x"))
    assert not made.free(2) and not made.free(3)


def test_a_number_that_comes_back_late_finds_its_place_before_later_ones() -> None:
    made = Lanes()
    made.add(7, keys("a"))
    made.add(9, keys("a"))
    made.add(3, keys("a"))
    assert [number for number in (3, 7, 9) if made.free(number)] == [3]
    made.add(8, keys("a"))
    made.remove(3)
    made.remove(7)
    assert made.free(8) and not made.free(9)


def test_one_that_is_read_for_long_holds_up_by_ids_alone_and_waits_as_before() -> None:
    made = lanes("z|x", "a|x", "b|x", "a")
    made.ease(2)
    assert not made.free(3), "the first still does"
    made.remove(1)
    assert made.free(3) and not made.free(4)
    assert made.free(2)
    made.let_pass(2)
    assert made.free(4)
    made.ease(2)  # again changes nothing
    made.remove(2)
    made.remove(2)
    assert len(made) == 2


def test_one_that_is_eased_waits_for_earlier_ones_by_every_key() -> None:
    made = lanes("a|x", "b|x")
    made.ease(2)
    assert not made.free(2)


def test_whatever_happens_no_mail_passes_an_earlier_relative_and_none_is_forgotten() -> None:
    chance = random.Random(3)
    for _ in range(200):
        mails = ["".join(chance.sample("abcdefgh", chance.randint(0, 3))) for _ in range(30)]
        made, ready, order = lanes(*mails), set(), []
        unread = list(range(1, 31))
        chance.shuffle(unread)
        while unread or ready:
            for _ in range(min(len(unread), chance.randint(0, 5))):
                ready.add(unread.pop())
            turns = made.choose(ready, chance.randint(1, 8))
            stop = chance.randint(0, len(turns))  # the database is in trouble: the rest is put back
            for turn in turns[:stop]:
                ready.discard(turn.number)
                order.append(turn.number)
            for turn in turns[stop:]:
                made.add(turn.number, keys(mails[turn.number - 1]))
        assert sorted(order) == list(range(1, 31))
        place = {number: at for at, number in enumerate(order)}
        for one in range(1, 31):
            for other in range(one + 1, 31):
                if set(mails[one - 1]) & set(mails[other - 1]):
                    assert place[one] < place[other], (mails, order)
        assert len(made) == 0
