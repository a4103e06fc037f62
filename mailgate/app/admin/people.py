"""Agents as the store knows them: ids, learnt addresses, desk addresses, and who has left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mailgate.app.in_force import InForce
from mailgate.core.model.policy import Agent, Policy
from mailgate.core.proof import token
from mailgate.store.base import Read, Store


def known(policy: Policy, store: Store) -> Policy:
    """The policy with what of its agents stands in the store and not in the configuration."""
    agents, saved = store.read(lambda read: (_agents(policy, read), read.people.articles()))
    files = tuple(one for one in policy.articles if not one.saved)
    there = {(one.name, one.language) for one in files}  # the admin's word stands before an agent's
    articles = (*files, *(one for one in saved if (one.name, one.language) not in there))
    return replace(policy, agents=agents, articles=articles)


def _agents(policy: Policy, read: Read) -> tuple[Agent, ...]:
    numbers, learnt = read.people.agent_ids(), read.people.aliases()
    return tuple(
        replace(
            agent,
            id=numbers.get(agent.name, 0),
            aliases=tuple(dict.fromkeys((*agent.aliases, *learnt.get(agent.name, ())))),
            active=agent.active and not has_left(read, agent.name),
            generation=int(read.settings.get(f"desk:{agent.name}") or 0),
        )
        for agent in policy.agents
    )


def has_left(read: Read, name: str) -> bool:
    """True from `mailgate agents leave` on, whatever the configuration still says."""
    return read.settings.get(f"left:{name}") is not None


def refresher(in_force: InForce, store: Store) -> Callable[[], None]:
    """Makes what the store has learnt of people hold from the next mail on."""

    def refresh() -> None:
        snapshot = in_force.snapshot
        in_force.learn(snapshot, replace(snapshot, policy=known(snapshot.policy, store)))

    return refresh


def desk_address(policy: Policy, agent: Agent) -> str:
    """Where an agent asks questions of their own: `support+anna.KEY@...`; `""` where there are no plus-addresses."""
    separator = policy.identity.subaddress
    home = policy.department(agent.home)
    local, at, domain = home.from_.addr.rpartition("@")
    if not separator or not policy.keys:
        return ""
    return f"{local}{separator}{agent.name}.{token.desk_key(policy.keys[0], agent.id, agent.generation)}{at}{domain}"
