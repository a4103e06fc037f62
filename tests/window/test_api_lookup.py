"""Who somebody is, asked by a program: everybody who fits, nobody chosen, and nothing of other departments."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import opened
from window.exchange import Exchange
from window.sessions import token_of
from window.test_api import PROBLEM, of

from mailgate.core.customers.customer import Customer
from mailgate.core.programs.lookup import KnownPerson
from mailgate.core.programs.program import LOOKUP, READ
from mailgate.store.customers_asked import CustomersTaken

PATH = "/api/v1/lookup"


@pytest.fixture(scope="module")
def desk(here: Any) -> Any:
    """Two people on one line, one of sales alone, and a customers' file."""
    exchange = Exchange(here, "")
    exchange.person("Anna Viens <anna@family.example>", "+358 40 123 4567", "A lamp")
    exchange.person("Peteris Viens <peteris@family.example>", "040-1234567", "A chair")
    exchange.apply(opened(here.desk, "Quote", to="sales@acme.example", sender="Sam <sam@sales.example>").number)
    rows = [
        (1, Customer(("anna@family.example",), "Anna Viens", "Viens SIA", "K-17", ("0401234567",))),
        (2, Customer(("@bigco.example",), company="Big Co", number="K-18")),
        (3, Customer((), "Only Telephone", phones=("+358 50 765 4321",))),
    ]
    now = here.desk.clock()

    def keep(tx: Any) -> None:
        tx.customers.add(1, rows)
        tx.customers.take(CustomersTaken(1, "d", len(rows), now, "customers.csv"))

    here.desk.gateway.store.write(keep).result()
    return here


@pytest.fixture(scope="module")
def ask(desk: Any) -> Any:
    """What is answered, by parameters."""
    all_of_it = token_of(desk.desk, "lookup-all", LOOKUP)

    def asked(token: str = all_of_it, **given: str) -> Any:
        return desk.client.get(PATH, params=given, headers=of(token))

    return asked


def test_everybody_with_a_number_is_told_and_nobody_chosen(ask: Any) -> None:
    for written in ("+358401234567", "00358401234567", "040 123 4567", "+358 (0) 40/123-4567"):
        told = ask(phone=written).json()
        assert told["ambiguous"] is True, written
        assert {one["name"] for one in told["people"]} == {"Anna Viens", "Peteris Viens"}
    anna = next(one for one in told["people"] if one["name"] == "Anna Viens")
    assert (anna["company"], anna["number"], anna["addresses"]) == ("Viens SIA", "K-17", ["anna@family.example"])
    assert [one["subject"] for one in anna["open"]] == ["A lamp"] and anna["last"].endswith("Z")
    assert anna["open"][0].keys() == {"number", "subject", "status", "owner", "due"}


def test_an_address_is_one_person(ask: Any) -> None:
    told = ask(address="PETERIS@family.example").json()
    assert told["ambiguous"] is False and [one["name"] for one in told["people"]] == ["Peteris Viens"]
    new = ask(address="somebody@bigco.example").json()["people"]
    assert [(one["name"], one["company"], one["number"], one["open"]) for one in new] == [("", "Big Co", "K-18", [])]


def test_who_stands_in_the_file_alone_is_known(ask: Any) -> None:
    told = ask(phone="050 7654321").json()["people"]
    assert [(one["name"], one["addresses"], one["last"]) for one in told] == [("Only Telephone", [], None)]


@pytest.mark.parametrize(
    "given",
    [{"phone": "0800"}, {"phone": "anonymous"}, {"phone": "+1 555 0100 222"}, {"address": "nobody@far.example"}],
)
def test_nobody_is_an_empty_answer(ask: Any, given: dict[str, str]) -> None:
    assert ask(**given).json() == {"people": [], "ambiguous": False}


def test_w36_a_token_learns_nobody_whom_only_other_departments_know(desk: Any, ask: Any) -> None:
    sales = token_of(desk.desk, "lookup-sales", LOOKUP, departments=["sales"])
    assert [one["name"] for one in ask(sales, phone="0401234567").json()["people"]] == ["Anna Viens"]  # by the file
    assert ask(sales, phone="0401234567").json()["people"][0]["open"] == []
    assert ask(sales, address="peteris@family.example").json()["people"] == []
    assert [one["name"] for one in ask(sales, address="sam@sales.example").json()["people"]] == ["Sam"]
    assert ask(token_of(desk.desk, "lookup-none", READ), phone="1").status_code == 403


@pytest.mark.parametrize("given", [{}, {"phone": " "}, {"phone": "1", "address": "a@b.example"}, {"name": "x"}])
def test_w37_one_of_the_two_is_asked_for(ask: Any, given: dict[str, str]) -> None:
    answer = ask(**given)
    assert (answer.status_code, answer.headers["content-type"]) == (422, PROBLEM)


def test_a_person_is_told_as_they_are() -> None:
    assert KnownPerson("Anna") == KnownPerson("Anna", "", "", (), (), None)
