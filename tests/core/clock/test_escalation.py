"""Who hears of a late ticket, and in which letter (S-14)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cases import NOW, POLICY, D, H, facts, ticket

from mailgate.core.clock import escalation
from mailgate.core.model.change import Assign, Audience, SetEscalation
from mailgate.core.model.facts import Facts
from mailgate.core.model.moment import Moment
from mailgate.core.model.policy import EscalationStep, Sla
from mailgate.core.model.ticket import Due, Status, Ticket

M = H / 60
LATE = {"due": Due(first_response=NOW - H), "sla": "standard", "created_at": NOW - 5 * H, "status_since": NOW - D}


def taken(step: EscalationStep, known: Ticket) -> escalation.Taken:
    sla = Sla("standard", first_response=4 * H, warn=0, escalate=(step,))
    policy = replace(POLICY, slas=(sla,), departments=tuple(replace(one, calendar=None) for one in POLICY.departments))
    return escalation.take(Moment(policy, facts(known, load={"bo": 3, "cai": 1}), NOW), known)


CASES = [
    ("the lead", EscalationStep(1, notify=("lead",)), "bo", ["anna"], [], None),
    ("the owner", EscalationStep(1, notify=("owner",)), "bo", ["bo"], [], None),
    ("nobody's: the department", EscalationStep(1, notify=("owner",)), None, ["anna", "bo", "cai"], [], None),
    ("an agent by address, and an outsider", EscalationStep(1, notify=("cai@staff.example", "boss@acme.example")), "bo",
     ["cai"], ["boss@acme.example"], None),
    ("released: who loses it, and the department", EscalationStep(1, release=True), "bo", ["bo", "anna", "cai"], [], None),
    ("given to the least busy: who loses it", EscalationStep(1, reassign=True), "bo", ["bo"], [], "anna"),
    ("given to the lead who would be told", EscalationStep(1, notify=("lead",), reassign=True), "bo", ["bo"], [], "anna"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("step", "owner", "agents", "outside", "given"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_everybody_concerned_hears_once(
    step: EscalationStep, owner: str | None, agents: list[str], outside: list[str], given: str | None
) -> None:
    found = taken(step, ticket(owner=owner, status=Status.OPEN if owner else Status.NEW, **LATE))
    assert [one.name for one in found.agents] == agents
    assert (list(found.outside), found.given_to.name if found.given_to else None) == (outside, given)
    decision = escalation.decide(Moment(POLICY, Facts(), NOW), [found])
    agents_told = [one for step in decision.steps for one in step.outbound if one.audience is Audience.AGENT]
    assert sorted(one.agent for one in agents_told) == sorted([*agents, *([given] if given else [])])
    assert {one.template for one in agents_told if one.agent == given} == ({"handover"} if given else set())


def test_a_ticket_that_is_not_late_any_more_is_only_looked_at_later() -> None:
    found = taken(EscalationStep(1, notify=("lead",)), ticket(due=Due(), sla="standard"))
    assert (found.level, found.agents, len(found.changes)) == (0, (), 1)
    assert not any(isinstance(one, Assign) for one in found.changes)


def test_nobody_hears_of_one_of_a_wave_before_the_word_about_it() -> None:
    """Its deadline is as late as any, but until then no letter leaves to anybody, the forged senders least of all."""
    step, late = EscalationStep(1, notify=("lead",)), {**LATE, "due": Due(first_response=NOW - M)}
    held = {**late, "created_at": NOW - 20 * M, "tags": ("wave",)}
    found = taken(step, ticket(owner=None, status=Status.NEW, **held))
    assert found.changes == (SetEscalation(0, NOW + 5 * M, NOW - M),) and not (found.agents or found.letters)
    for other in ({"owner": "bo"}, {"created_at": NOW - H}, {"tags": ()}):
        assert taken(step, ticket(**{"owner": None, "status": Status.NEW, **held, **other})).level == 1, other


def test_a_step_that_makes_an_unowned_ticket_urgent_tells_those_on_duty_where_work_is_pulled() -> None:
    pulled = replace(POLICY, departments=tuple(replace(one, notify="pull") for one in POLICY.departments))
    for policy, names in ((POLICY, []), (pulled, ["anna", "bo", "cai"])):
        sla = Sla("standard", first_response=4 * H, warn=0, escalate=(EscalationStep(1, priority="urgent"),))
        known = ticket(status=Status.NEW, **LATE)
        at = Moment(replace(policy, slas=(sla,)), facts(known), NOW)
        assert [one.name for one in escalation.take(at, known).agents] == names
