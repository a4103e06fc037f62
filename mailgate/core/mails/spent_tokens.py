"""Agents' tokens that somebody else has seen: from now on they prove nothing (threats A-08)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from mailgate.core.mails.case import Case
from mailgate.core.model.change import Decision, Effect, Fate, RevokeLists, RevokeTokens, Step
from mailgate.core.model.outbound import Audience
from mailgate.core.proof.authority import CarriedToken


def spent_token_note(case: Case, decision: Decision, tokens: Iterable[CarriedToken], why: str) -> Decision:
    """The decision about a filed mail, with each token revoked where it was issued: there, not where the mail went."""
    if decision.fate is not Fate.FILED:
        return decision
    steps: dict[Step, None] = {}
    effects: dict[Effect, None] = {}
    for carried in tokens:
        agent = case.policy.agent_by_id(carried.token.agent)
        number = carried.token.ticket
        if agent is None or carried.token.audience != Audience.AGENT:
            continue
        if number is None:
            effects[RevokeLists(agent.name)] = None
        elif case.facts.merged.get(number, number) in case.facts.tickets:
            steps[Step(number, (RevokeTokens(agent.name, why),))] = None
    # first, so that what is written to the agent now carries a token that is good
    return replace(decision, steps=(*steps, *decision.steps), effects=(*decision.effects, *effects))
