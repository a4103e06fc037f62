"""What the desk was told of whoever writes: rules ask it, promises hold by it, their own agent gets it, in their language."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from cases import ANNA, BO, MAIJA, NOW, POLICY, H, case, changes, decided, facts, letters_of, mail, ticket

from mailgate.core.customers.customer import Customer
from mailgate.core.mails import decide, rule_effects
from mailgate.core.model.change import Assign, SetSla
from mailgate.core.model.facts import Absence
from mailgate.core.model.mail import Address
from mailgate.core.model.moment import Moment
from mailgate.core.model.policy import Sla
from mailgate.core.rules.condition import Circumstances, Condition, on_circumstances
from mailgate.core.rules.rule import Actions, Rule, RuleEffects

GOLD = Customer(
    (MAIJA.addr,), name="Maija M", company="Shop Oy", tier="Gold", language="fi", agent="bo", fields={"Contract": "A"}
)
KNOWN = {MAIJA.key: GOLD}


def holds(column: str, *wanted: str | bool, known: Customer | None = GOLD, negated: bool = False) -> bool:
    return on_circumstances(Condition(f"customer.{column}", wanted, negated), Circumstances(customer=known))


@pytest.mark.parametrize(
    ("column", "wanted", "expected"),
    [
        ("tier", ("gold",), True), ("tier", ("silver", "gold"), True), ("tier", ("silver",), False),
        ("company", ("shop oy",), True), ("contract", ("a",), True), ("Contract", ("a",), True),
        ("contract", (True,), True), ("contract", (False,), False), ("nothing", (True,), False),
        ("nothing", (False,), True), ("nothing", ("",), False), ("number", (False,), True),
        ("known", (True,), True), ("known", (False,), False), ("agent", ("bo",), True), ("language", ("fi",), True),
    ],
)  # fmt: skip
def test_a_rule_asks_for_a_column(column: str, wanted: tuple[str | bool, ...], expected: bool) -> None:
    assert holds(column, *wanted) is expected
    assert holds(column, *wanted, negated=True) is not expected


def test_of_a_stranger_nothing_is_known() -> None:
    assert holds("known", False, known=None) and not holds("tier", "gold", known=None)
    assert holds("tier", False, known=None)


def gold_rule(**then: Any) -> tuple[Rule, ...]:
    asked = (Condition("customer.tier", ("gold",)),)
    return (Rule("gold", circumstances=asked, then=Actions(**then)),)


def through(rules: tuple[Rule, ...], **about: Any) -> Any:
    inbound = about.pop("inbound", mail())
    return decide.decide(inbound, Moment(about.pop("policy", POLICY), facts(**about), NOW), rules)


def test_a_rule_hits_by_what_is_known_and_explain_says_so() -> None:
    done = through(gold_rule(assign="customer"), customers=KNOWN)
    assert changes(done, Assign) == [Assign("bo")]
    assert done.trace.rules[0].hit and done.trace.rules[0].why == "when.customer.tier"
    missed = through(gold_rule(assign="customer"))
    assert changes(missed, Assign) == [] and missed.trace.rules[0].why == "missed:when.customer.tier"


def test_whoever_gets_the_answers_is_known_where_the_author_is_not() -> None:
    inbound = mail(by=Address("shop@robots.example"), reply_to=(MAIJA,))
    assert changes(through(gold_rule(assign="customer"), inbound=inbound, customers=KNOWN), Assign) == [Assign("bo")]
    needed = decide.needs(inbound, POLICY, NOW)
    assert needed.customers == (MAIJA.key,)


LEFT = replace(POLICY, agents=(ANNA, replace(BO, active=False)))


@pytest.mark.parametrize(
    ("about", "owner"),
    [
        ({}, "bo"),
        ({"away": (Absence("bo", NOW - H, None, "anna"),)}, None),
        ({"policy": LEFT}, None),
        ({"customers": {MAIJA.key: replace(GOLD, agent="")}}, None),
        ({"customers": {}}, None),
    ],
)
def test_their_own_agent_gets_it_while_they_are_here(about: dict[str, Any], owner: str | None) -> None:
    seen = case(**{"route": RuleEffects(assign="customer"), "customers": KNOWN, **about})
    assert rule_effects.assignee(seen, "customer", "support") == owner


def test_a_caller_is_known_by_who_had_the_number_and_never_by_the_exchange() -> None:
    exchange = Address("pbx@shop.example")
    known = {exchange.key: replace(GOLD, agent="anna"), MAIJA.key: GOLD}
    seen = case(mail(by=exchange), route=RuleEffects(call="+358 40 123 4567"), customers=known,
                callers={"+358401234567": MAIJA})  # fmt: skip
    assert seen.customer is GOLD
    assert case(mail(by=exchange), route=RuleEffects(call="hidden"), customers=known).customer is None


@pytest.mark.parametrize(
    ("written", "told", "expected"), [("", "fi", "fi"), ("lv", "fi", "lv"), ("", "", "en"), ("", "xx", "en")]
)
def test_their_language_is_that_of_letters_where_the_mail_says_nothing_certain(
    written: str, told: str, expected: str
) -> None:
    known = {MAIJA.key: replace(GOLD, language=told)}
    assert case(mail(language=written), customers=known).language == expected
    letters = letters_of(decided(mail(language=written), customers=known))
    assert {one.language for one in letters if one.audience == "customer"} == {expected}


TIERS = replace(POLICY, slas=(*POLICY.slas, Sla("gold", first_response=H, tiers=("gold",))))


def test_a_promise_holds_for_a_tier_and_once_given_it_stays() -> None:
    assert SetSla("gold") in changes(decided(mail(), policy=TIERS, customers=KNOWN), SetSla)
    assert changes(decided(mail(), policy=TIERS), SetSla) == []
    given = ticket(sla="gold")
    answer = mail(subject="Re: [#1042] Broken lamp", in_reply_to=("<x@y>",))
    again = decided(answer, given, policy=TIERS, by_id={"<x@y>": 1042})
    assert again.steps[0].ticket == 1042
    assert changes(again, SetSla) == [], "nothing is known of them now: the promise stands"
