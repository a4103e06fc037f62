"""Customers the desk was told of: found by any key, exchanged for others in one moment, gone when they are gone."""

from __future__ import annotations

from typing import Any

import pytest

from mailgate.core.customers.customer import Customer
from mailgate.core.model import change as ch
from mailgate.core.model.mail import Address
from mailgate.core.text.phone import number_dialled
from mailgate.store.customers_asked import CustomersTaken

MAIJA = Customer(
    ("maija@shop.example",), name="Maija M", number="K-17", phones=("+358 40 123 4567",), fields={"x": "1"}
)
SHOP = Customer(("@shop.example",), company="Shop Oy", tier="gold", links={"CRM": "https://crm.example/17"})
OTHER = Customer(("o@other.example",), name="Other", phones=("040 123 4567",))


def load(bench: Any, generation: int, *rows: Customer, gone: tuple[int, ...] = ()) -> None:
    """Their places, counted from one, are their ids."""
    at = bench.now
    bench.write(lambda tx: tx.customers.add(generation, [(100 * generation + i, row) for i, row in enumerate(rows)]))
    bench.write(lambda tx: tx.customers.retire(generation, gone))
    bench.write(
        lambda tx: tx.customers.take(CustomersTaken(generation, f"digest {generation}", len(rows), at, "c.csv"))
    )


def names(found: list[Customer]) -> set[str]:
    return {one.name or one.company for one in found}


def test_a_row_comes_back_as_it_was_with_the_time_it_was_true(bench: Any) -> None:
    load(bench, 1, MAIJA, SHOP)
    [row] = bench.read(lambda read: read.customers.by_keys(["@shop.example"]))
    assert (row.company, row.tier, row.links, row.as_of) == ("Shop Oy", "gold", SHOP.links, bench.now)
    who = bench.read(lambda read: read.customers.by_address("Maija@Shop.Example"))
    assert (who.name, who.company, who.phones, who.fields) == ("Maija M", "Shop Oy", MAIJA.phones, {"x": "1"})


@pytest.mark.parametrize(("phone", "known"), [("0358401234567", {"Maija M", "Other"}), ("1234567", set()), ("", set())])
def test_everybody_with_a_telephone_number_is_found(bench: Any, phone: str, known: set[str]) -> None:
    load(bench, 1, MAIJA, SHOP, OTHER)
    assert names(bench.read(lambda read: read.customers.by_phone(phone))) == known


def test_a_customer_number_finds_its_row(bench: Any) -> None:
    load(bench, 1, MAIJA, SHOP)
    assert names(bench.read(lambda read: read.customers.by_number("k-17"))) == {"Maija M"}


def test_what_a_decision_may_know_is_the_sender_those_named_and_the_requesters(bench: Any) -> None:
    load(bench, 1, SHOP, OTHER, Customer(("anna@customer.example",), name="Anna A"))
    number = bench.open()
    facts = bench.facts(numbers=(number,), sender="x@shop.example", people=("o@other.example", "nobody@else.example"))
    assert {key: one.name or one.company for key, one in facts.customers.items()} == {
        "x@shop.example": "Shop Oy", "o@other.example": "Other", "anna@customer.example": "Anna A",
    }  # fmt: skip


def test_nothing_is_known_where_there_is_no_file(bench: Any) -> None:
    assert bench.facts().customers == {}
    assert bench.read(lambda read: (read.customers.taken(), read.customers.by_address("a@b.example"))) == (None, None)


def test_a_file_is_in_force_whole_or_not_at_all(bench: Any) -> None:
    load(bench, 1, MAIJA, SHOP)
    bench.write(lambda tx: tx.customers.add(2, [(200, OTHER)]))
    bench.write(lambda tx: tx.customers.retire(2, [100]))
    assert bench.facts(sender=OTHER.keys[0]).customers == {}
    assert set(bench.read(lambda read: read.customers.ids())) == {100, 101}
    bench.write(lambda tx: tx.customers.take(CustomersTaken(2, "new", 2, bench.now)))
    assert set(bench.read(lambda read: read.customers.ids())) == {101, 200}
    who = bench.read(lambda read: read.customers.by_address("maija@shop.example"))
    assert (who.name, who.company) == ("", "Shop Oy")


def test_what_an_unfinished_file_left_is_tidied_away_and_what_it_retired_stands(bench: Any) -> None:
    load(bench, 1, MAIJA, SHOP)
    bench.write(lambda tx: tx.customers.add(2, [(200, OTHER), (201, OTHER)]))
    bench.write(lambda tx: tx.customers.retire(2, [100]))
    assert [bench.write(lambda tx: tx.customers.tidy(1)) for _ in range(3)] == [1, 1, 0]
    bench.write(lambda tx: tx.customers.take(CustomersTaken(2, "other", 2, bench.now)))
    assert set(bench.read(lambda read: read.customers.ids())) == {100, 101}
    assert bench.scalar("SELECT count(*) FROM customer_key") == 4


def test_rows_of_an_earlier_file_are_tidied_away(bench: Any) -> None:
    load(bench, 1, MAIJA, SHOP)
    load(bench, 2, OTHER, gone=(100, 101))
    assert bench.write(lambda tx: tx.customers.tidy(10)) == 2
    assert bench.scalar("SELECT count(*) FROM customer") == 1


def test_rows_are_read_in_slices(bench: Any) -> None:
    load(bench, 1, MAIJA, SHOP, OTHER)
    first = bench.read(lambda read: read.customers.all(0, 2))
    rest = bench.read(lambda read: read.customers.all(first[-1][0], 2))
    assert [number for number, _ in (*first, *rest)] == [100, 101, 102]


def test_a_forgotten_address_is_gone_and_its_company_is_not(bench: Any) -> None:
    load(bench, 1, MAIJA, SHOP)
    assert bench.write(lambda tx: tx.customers.forget("MAIJA@shop.example")) == 1
    who = bench.read(lambda read: read.customers.by_address("maija@shop.example"))
    assert (who.name, who.company) == ("", "Shop Oy")


def test_text_that_no_database_holds_is_cleaned(bench: Any) -> None:
    load(bench, 1, Customer(("a@b.example",), name="nul\0 and \ud800", fields={"x": "\udfff"}))
    who = bench.read(lambda read: read.customers.by_address("a@b.example"))
    assert (who.name, who.fields) == ("nul and ?", {"x": "?"})


@pytest.mark.parametrize(
    ("rows", "caller"),
    [
        ((MAIJA,), Address("maija@shop.example", "Maija M")),
        ((MAIJA, OTHER), None),
        ((Customer(("@shop.example",), phones=MAIJA.phones),), None),
        ((), None),
    ],
)
def test_a_caller_is_whoever_alone_the_table_has_with_that_number(
    bench: Any, rows: tuple[Customer, ...], caller: Address | None
) -> None:
    load(bench, 1, *rows)
    facts = bench.facts(phones=("401234567",))
    assert facts.callers.get("401234567") == caller
    assert caller is None or facts.customers[caller.key].name == "Maija M"


def test_a_ticket_knows_better_than_the_table_whose_number_it_is(bench: Any) -> None:
    load(bench, 1, MAIJA)
    bench.open("Call", ch.SetField("phone", "+358401234567"))
    assert bench.facts(phones=("401234567",)).callers["401234567"].addr == "anna@customer.example"


BERZINS = Customer(("liga@shop.example",), name="Līga", phones=("26 123 456",))
KALNINS = Customer(("juris@shop.example",), name="Juris", phones=("+371 29 999 999",))
TAMM = Customer(("kati@shop.example",), name="Kati", phones=("+372 512 3456",))


@pytest.mark.parametrize(
    ("phone", "known"),
    [("+37126123456", {"Līga"}), ("26123456", {"Līga"}), ("29999999", {"Juris"}), ("+37229999999", set()),
     ("5123456", {"Kati"}), ("25123456", set()), ("029999999", {"Juris"})],
)  # fmt: skip
def test_a_short_national_number_is_found_with_its_country_and_without(bench: Any, phone: str, known: set[str]) -> None:
    load(bench, 1, BERZINS, KALNINS, TAMM)
    assert names(bench.read(lambda read: read.customers.by_phone(phone))) == known
    dialled = number_dialled(phone)
    callers = bench.facts(phones=(dialled,)).callers
    assert {one.name for one in callers.values()} == known
