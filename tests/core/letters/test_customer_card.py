"""What the desk was told of a customer: shown to the house, never to anybody else, and its name greets its own address."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from core.letters.test_letter import CUSTOMERS, POLICY, headed, ticket

from mailgate.core.customers.customer import Customer
from mailgate.core.letters import views
from mailgate.core.model.mail import Address
from mailgate.core.model.ticket import Entry, EntryKind
from mailgate.wire.letters import variables

TOLD = Customer(
    ("maija@customer.example",), name="CANARY Meikäläinen", company="CANARY Oy", number="CANARY-1", tier="CANARY",
    agent="anna", links={"CANARY": "https://crm.example/CANARY"},
    fields={"one": "CANARY", "empty": "", "two": "CANARY", "three": "CANARY"}, as_of=datetime(2026, 3, 1, tzinfo=UTC),
)  # fmt: skip


@pytest.mark.parametrize("template", [*CUSTOMERS, "expert", "forward"])
def test_no_letter_to_a_customer_or_outsider_says_what_the_desk_was_told(template: str) -> None:
    audience = "expert" if template in ("expert", "forward") else "customer"
    letter = headed(template, audience, customer=TOLD)
    told = json.dumps([variables.of_letter(letter.view), letter.subject, letter.marks], default=str)
    greeting = (
        {'"name": "CANARY Meik\\u00e4l\\u00e4inen"', '"first_name": "CANARY"'} if audience == "customer" else set()
    )
    for one in greeting:
        told = told.replace(one, "")
    assert "CANARY" not in told


def test_the_house_sees_it_in_short() -> None:
    shown = variables.of_letter(headed("notice", "agent", customer=TOLD).view)["ticket"]["customer"]
    assert (shown["company"], shown["tier"], shown["number"]) == ("CANARY Oy", "CANARY", "CANARY-1")
    assert (shown["agent"], [one["label"] for one in shown["links"]]) == (POLICY.shown_name("anna"), ["CANARY"])
    assert [one["name"] for one in shown["columns"]] == ["one", "two"]
    assert (shown["origin"], shown["as_of"]) == ("file", "2026-03-01T00:00:00+00:00")


def test_nothing_is_shown_where_nothing_is_known() -> None:
    assert variables.of_letter(headed("notice", "agent").view)["ticket"]["customer"] is None


@pytest.mark.parametrize("unverified", [True, False])
def test_it_says_whether_the_newest_words_are_proven_to_be_theirs(*, unverified: bool) -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    words = tuple(
        Entry(number, kind, "maija@customer.example", "", at + timedelta(hours=number), "words", unverified=doubt)
        for number, kind, doubt in (
            (1, EntryKind.CUSTOMER, not unverified), (2, EntryKind.CUSTOMER, unverified), (3, EntryKind.NOTE, False),
        )
    )  # fmt: skip
    shown = views.ticket_view(ticket(entries=words), "agent", POLICY, TOLD)  # type: ignore[arg-type]
    assert shown and shown.inside and shown.inside.customer
    assert shown.inside.customer.unverified is unverified


@pytest.mark.parametrize(
    ("named", "greeted"),
    [("Maija Virtanen", "Maija"), ("Virtanen, Maija", "Maija"), ("", "Nick"), ("https://evil.example", "")],
)
def test_a_letter_greets_by_the_name_of_the_table(named: str, greeted: str) -> None:
    letter = headed("ack", to=(Address("maija@customer.example", "Nick"),), customer=Customer(name=named))
    assert letter.view.reader.first_name == greeted


def test_an_agent_is_greeted_by_their_own_name() -> None:
    letter = headed("notice", "agent", to=(Address("anna@staff.example", "Anna"),), customer=TOLD)
    assert letter.view.reader.name == "Anna"
