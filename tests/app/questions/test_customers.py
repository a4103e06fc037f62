"""`#customer`: everything the desk was told, by address, number or telephone; of several people none is chosen."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from cases import ANNA, MAIJA, NOW, POLICY, ticket

from mailgate.app.questions.questions import ANSWERS, QuestionAsked
from mailgate.core.customers.answer import Answer, Outcome
from mailgate.core.customers.customer import Customer
from mailgate.core.model.content import Question
from mailgate.core.model.said import said
from mailgate.store.base import TicketFilter
from mailgate.store.lookups_asked import LookedUp

WHO = Customer(
    (MAIJA.addr,), name="Maija M", company="Shop Oy", number="K-17", phones=("+358 40 123 4567",), tier="gold",
    agent="bo", links={"CRM": "https://crm.example/17"}, fields={"Contract": "A"}, as_of=NOW,
)  # fmt: skip
OTHER = Customer(name="Valdis", phones=("040 123 4567",))


def answered(argument: str, *people: Customer, told: LookedUp | None = None) -> tuple[Question, list[str]]:
    """The answer, and the address whose tickets were looked for."""
    looked: list[str] = []

    def matching(wanted: TicketFilter, now: object) -> list[Any]:
        looked.append(wanted.customer or "")
        return [ticket()]

    found = list(people)
    known: Any = SimpleNamespace(
        by_address=lambda address: next(iter(found), None),
        by_number=lambda number: [one for one in found if one.number.casefold() == number.casefold()],
        by_phone=lambda phone: [one for one in found if one.phones],
    )
    tickets = SimpleNamespace(get={1042: ticket()}.get, matching=matching, count=lambda wanted, now: 1)
    lookups = SimpleNamespace(about={MAIJA.addr: told}.get)
    read: Any = SimpleNamespace(customers=known, tickets=tickets, lookups=lookups)
    return ANSWERS["customer"](QuestionAsked(read, POLICY, ANNA, NOW, argument, [1042])), looked


@pytest.mark.parametrize("argument", ["", MAIJA.addr, "k-17", "+358 40 123 4567"])
def test_all_of_one_person_is_shown_with_their_tickets(argument: str) -> None:
    answer, looked = answered(argument, WHO)
    told = {str(one.label): str(one.value) for one in answer.facts or ()}
    assert told[str(said("column.company"))] == "Shop Oy" and told[str(said("column.agent"))] == "Bo Ek"
    assert told["Contract"] == "A" and told["CRM"] == "https://crm.example/17"
    assert looked == [MAIJA.addr] and len(answer.rows or ()) == 1


def test_of_several_people_with_one_number_none_is_chosen() -> None:
    answer, looked = answered("040 1234567", WHO, OTHER)
    assert answer.intro == said("asked.customers", n=2) and looked == []
    assert [one.title for one in answer.sections or ()] == ["Maija M", "Valdis"]


def test_whoever_nobody_told_of_is_no_customer_of_the_table() -> None:
    answer, looked = answered("K-99")
    assert answer.intro == said("asked.customer_none") and looked == []
    answer, looked = answered("x@y.example")
    assert not answer.facts and looked == ["x@y.example"], "their tickets are shown all the same"


@pytest.mark.parametrize(
    ("origin", "as_of", "looked_up"), [("file", True, False), ("file", True, True), ("lookup", False, True)]
)
def test_it_says_since_when_it_is_known_and_by_whom(origin: str, as_of: bool, looked_up: bool) -> None:
    who = replace(WHO, origin=origin, looked_up=NOW if looked_up else None)
    labels = [str(one.label) for one in answered("", who)[0].facts or ()]
    assert (str(said("column.as_of")) in labels, str(said("column.looked_up")) in labels) == (as_of, looked_up)


@pytest.mark.parametrize(
    ("answer", "code"), [(Answer(Outcome.NOBODY), "nobody"), (Answer(Outcome.SEVERAL, count=3), "several")]
)
def test_that_nobody_or_several_were_found_elsewhere_is_said(answer: Answer, code: str) -> None:
    found, _ = answered("", told=LookedUp(MAIJA.addr, answer, NOW))
    [fact] = found.facts or ()
    assert fact.label == said("column.looked_up") and str(fact.value).startswith(str(said(f"asked.lookup_{code}"))[:20])
