"""Who a customer is: found by address, domain, number or telephone, and never taken for somebody else."""

from __future__ import annotations

import pytest

from mailgate.core.customers.customer import (
    Customer,
    address_keys,
    found,
    joined,
    keys_of,
    number_found_by,
    phone_found_by,
)

MAIJA = Customer(("maija@shop.example", "m@home.example"), name="Maija M", number="K-17", phones=("+358 40 123 4567",))
SHOP = Customer(("@shop.example",), name="Front desk", company="Shop Oy", tier="gold", agent="anna", phones=("09 123",))
ALL = Customer(("@example",), company="Everybody", tier="none")


@pytest.mark.parametrize(
    ("address", "keys"),
    [
        ("a@b.example", ("a@b.example", "@b.example", "@example")),
        ("a@x.b.example", ("a@x.b.example", "@x.b.example", "@b.example", "@example")),
        ('"a@b"@c.example', ('"a@b"@c.example', "@c.example", "@example")),
        ("no address", ()),
        ("@b.example", ()),
        ("a@", ()),
        ("", ()),
    ],
)
def test_an_address_is_found_by_itself_and_by_its_domains_best_first(address: str, keys: tuple[str, ...]) -> None:
    assert address_keys(address) == keys


def test_a_domain_of_a_thousand_labels_is_looked_for_by_its_last_ones() -> None:
    assert len(address_keys("a@" + "x." * 1000 + "example")) == 9


def test_somebody_in_a_known_company_is_of_it_but_has_no_name_or_telephone() -> None:
    who = found("someone@shop.example", [MAIJA, SHOP, ALL])
    assert who is not None
    assert (who.name, who.company, who.tier, who.agent, who.phones) == ("", "Shop Oy", "gold", "anna", ())


def test_their_own_row_counts_and_the_company_fills_what_it_leaves_empty() -> None:
    who = found("maija@shop.example", [ALL, SHOP, MAIJA])
    assert who is not None
    assert (who.name, who.number, who.company, who.tier) == ("Maija M", "K-17", "Shop Oy", "gold")
    home = found("m@home.example", [MAIJA, SHOP])
    assert home is not None
    assert (home.name, home.company) == ("Maija M", "")


def test_the_most_specific_domain_counts() -> None:
    assert found("x@a.shop.example", [ALL, SHOP]) == joined(found("x@shop.example", [SHOP]) or Customer(), ALL)


def test_strangers_and_empty_rows_are_nobody() -> None:
    assert found("x@elsewhere.test", [MAIJA, SHOP]) is None
    assert found("x@y.example", [Customer(("x@y.example",))]) is None
    assert found("x@y.example", [Customer(("@y.example",), name="Only a name")]) is None


@pytest.mark.parametrize(("one", "other"), [("+358 40 123 4567", "040-1234567"), ("00358401234567", "(040) 123 4567")])
def test_two_notations_of_one_telephone_are_one_key(one: str, other: str) -> None:
    assert phone_found_by(one) == phone_found_by(other) == "tel:401234567"


@pytest.mark.parametrize("short", ["", "112", "abc", "12-34-56"])
def test_a_short_number_finds_nobody(short: str) -> None:
    assert phone_found_by(short) == ""


@pytest.mark.parametrize("written", ["K-17", "k-17", " K - 17 ", "#K-17"])
def test_a_customer_number_is_found_however_it_is_written(written: str) -> None:
    assert number_found_by(written) == "#k-17"


@pytest.mark.parametrize("empty", ["", " ", "#"])
def test_no_number_is_no_key(empty: str) -> None:
    assert number_found_by(empty) == ""


def test_a_row_has_every_key_once() -> None:
    assert keys_of(MAIJA) == ("maija@shop.example", "m@home.example", "#k-17", "tel:401234567")


def test_columns_are_asked_by_name_free_ones_too() -> None:
    row = Customer(tier="gold", fields={"contract": "A", "tier": "never"})
    assert (row.value("tier"), row.value("contract"), row.value("elsewhere")) == ("gold", "A", "")


def test_what_is_filled_in_keeps_links_and_columns_of_both() -> None:
    one = joined(
        Customer(links={"a": "https://1"}, fields={"x": "1"}), Customer(links={"a": "https://2", "b": "https://3"})
    )
    assert (one.links, one.fields) == ({"a": "https://1", "b": "https://3"}, {"x": "1"})
