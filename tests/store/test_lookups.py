"""Answers about customers: kept under a key, below our own table, thrown away when old and with whom they name."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from store.test_customers import load

from mailgate.core.customers.answer import Answer, Outcome
from mailgate.core.customers.customer import Customer
from mailgate.store.lookups_asked import LookedUp

MAIJA = Customer(
    name="Maija V",
    company="Virtanen Oy",
    phones=("+358 40 123 4567",),
    tier="gold",
    links={"CRM": "https://crm.example/1"},
    fields={"Pays by": "card"},
)
NOBODY = Answer(Outcome.NOBODY)
DAY = timedelta(days=1)


def keep(bench: Any, key: str, answer: Answer | Customer, days: float = 30) -> None:
    made = Answer(Outcome.PERSON, answer) if isinstance(answer, Customer) else answer
    now = bench.now
    bench.write(lambda tx: tx.lookups.keep(key, made, now, now + days * DAY))


def about(bench: Any, key: str) -> LookedUp | None:
    found: LookedUp | None = bench.read(lambda read: read.lookups.about(key))
    return found


def test_an_answer_comes_back_as_it_was_with_its_age(bench: Any) -> None:
    keep(bench, "maija@virtanen.example", MAIJA)
    found = about(bench, "maija@virtanen.example")
    assert found is not None and found.as_of == bench.now
    one = found.answer.customer
    assert one is not None and (one.origin, one.as_of, one.looked_up) == ("lookup", bench.now, bench.now)
    assert (one.name, one.phones, one.links, one.fields) == (MAIJA.name, MAIJA.phones, MAIJA.links, MAIJA.fields)


def test_a_later_answer_takes_the_place_of_an_earlier_one(bench: Any) -> None:
    for answer in (MAIJA, NOBODY, Answer(Outcome.SEVERAL, count=3)):
        keep(bench, "maija@virtanen.example", answer)
    found = about(bench, "maija@virtanen.example")
    assert found is not None and found.answer == Answer(Outcome.SEVERAL, count=3)
    assert bench.read(lambda read: read.lookups.people(["maija@virtanen.example"])) == {}


def test_a_decision_knows_who_was_looked_up(bench: Any) -> None:
    keep(bench, "maija@virtanen.example", MAIJA)
    keep(bench, "nobody@virtanen.example", NOBODY)
    facts = bench.facts(sender="maija@virtanen.example", people=("nobody@virtanen.example",))
    assert {key: one.tier for key, one in facts.customers.items()} == {"maija@virtanen.example": "gold"}


def test_our_own_table_wins_field_by_field(bench: Any) -> None:
    keep(bench, "maija@virtanen.example", MAIJA)
    load(
        bench,
        1,
        Customer(("maija@virtanen.example",), name="Maija Virtanen"),
        Customer(("@virtanen.example",), tier="silver"),
    )
    one = bench.read(lambda read: read.customers.by_address("Maija@Virtanen.example"))
    assert (one.name, one.tier, one.company, one.looked_up) == ("Maija Virtanen", "silver", "Virtanen Oy", bench.now)


def test_what_was_looked_up_and_adds_nothing_has_no_age(bench: Any) -> None:
    keep(bench, "maija@virtanen.example", Customer(name="M"))
    load(bench, 1, Customer(("maija@virtanen.example",), name="Maija Virtanen"))
    assert bench.read(lambda read: read.customers.by_address("maija@virtanen.example")).looked_up is None


def test_a_caller_that_our_own_table_does_not_know_may_have_been_looked_up(bench: Any) -> None:
    keep(bench, "tel:401234567", MAIJA)
    assert [one.name for one in bench.read(lambda read: read.customers.by_phone("040 123 4567"))] == ["Maija V"]
    load(bench, 1, Customer(("m@virtanen.example",), name="Own", phones=("0401234567",)))
    assert [one.name for one in bench.read(lambda read: read.customers.by_phone("040 123 4567"))] == ["Own"]


def test_what_is_old_is_thrown_away_and_nothing_is_read_once_all_is(bench: Any) -> None:
    keep(bench, "old@virtanen.example", MAIJA, days=1)
    keep(bench, "new@virtanen.example", MAIJA, days=3)
    later = bench.now + 2 * DAY
    assert bench.write(lambda tx: tx.lookups.drop_old(later, 100)) == 1
    assert about(bench, "old@virtanen.example") is None and about(bench, "new@virtanen.example") is not None
    assert bench.read(lambda read: read.lookups.any())
    assert bench.write(lambda tx: tx.lookups.drop_old(later + 2 * DAY, 100)) == 1
    assert not bench.read(lambda read: read.lookups.any())


def test_throwing_away_goes_in_slices(bench: Any) -> None:
    for number in range(5):
        keep(bench, f"p{number}@virtanen.example", MAIJA, days=1)
    later = bench.now + 2 * DAY
    assert [bench.write(lambda tx: tx.lookups.drop_old(later, 2)) for _ in range(4)] == [2, 2, 1, 0]


@pytest.mark.parametrize(
    ("key", "answer", "theirs"),
    [
        ("maija@virtanen.example", MAIJA, True),
        ("maija@virtanen.example", NOBODY, True),
        ("tel:401234567", Customer(name="Somebody"), True),  # a number that is said to be hers
        ("boss@virtanen.example", Customer(name="Boss", fields={"Assistant": "Maija@virtanen.example"}), True),
        ("boss@virtanen.example", Customer(name="Boss"), False),
        ("tel:409999999", Customer(name="Somebody"), False),
    ],
)
def test_all_that_is_kept_of_a_person_is_found_and_forgotten(
    bench: Any, key: str, answer: Answer | Customer, theirs: bool
) -> None:
    keep(bench, "maija@virtanen.example", MAIJA)
    keep(bench, key, answer)
    found = {one.key for one in bench.read(lambda read: read.lookups.named(["maija@virtanen.example"]))}
    assert found == {"maija@virtanen.example"} | ({key} if theirs else set())
    assert bench.write(lambda tx: tx.lookups.forget(["maija@virtanen.example"])) == len(found)
    assert (about(bench, key) is None) is theirs
