"""What an admin does for an agent: a welcome, a new desk address, a proof of their path, an absence, a farewell."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from mailgate.app.admin import people
from mailgate.app.gateway import Gateway
from mailgate.app.jobs import each_ticket
from mailgate.core.clock import leaving
from mailgate.core.commands.by_hand import BY_HAND
from mailgate.core.letters import coaching, readers
from mailgate.core.model.change import Decision, Fate, Outbound
from mailgate.core.model.content import Question, Welcome
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.policy import Agent, Policy, Role
from mailgate.core.model.said import said
from mailgate.errors import Permanent
from mailgate.store.base import Read, TicketFilter, Tx

AT_WORK = ("new", "open", "waiting", "hold")


def listed(policy: Policy, read: Read, now: datetime) -> list[dict[str, Any]]:
    """Every configured agent: who they are, where they work, whether they are here, and what lies on their desk."""
    away = {one.agent: one for one in read.people.absences(now)}
    return [
        {
            "name": agent.name,
            "full_name": agent.full_name,
            "address": agent.address,
            "aliases": list(agent.aliases),
            "departments": list(agent.departments) or [department.name for department in policy.departments],
            "role": agent.role.value,
            "active": agent.active,
            "left": people.has_left(read, agent.name),
            "away_until": away[agent.name].until if agent.name in away else None,
            "cover": away[agent.name].cover if agent.name in away else None,
            "tickets": read.tickets.count(TicketFilter(status=AT_WORK, owner=agent.name), now),
        }
        for agent in policy.agents
    ]


def configured(gateway: Gateway, name: str) -> Agent:
    """The agent of that name, active or not. Raises Permanent."""
    found = gateway.in_force.policy.agent(name)
    if found is None:
        known = ", ".join(agent.name for agent in gateway.in_force.policy.agents)
        raise Permanent(f"there is no agent {name!r}; there are: {known}")
    return found


def _refresh(gateway: Gateway) -> None:
    """What the store says of people holds from the next mail on, beside what the configuration says."""
    snapshot = gateway.in_force.snapshot
    policy = people.known(replace(snapshot.policy, agents=gateway.config.policy.agents), gateway.store)
    gateway.in_force.learn(snapshot, replace(snapshot, policy=policy))


def _write(gateway: Gateway, *letters: Outbound) -> list[int]:
    """Owe letters that belong to no ticket; returns their ids."""
    now = gateway.clock()
    decision = Decision(Fate.FILED, BY_HAND, letters=letters)
    hold = gateway.in_force.snapshot.letters_wait
    applied = gateway.store.write(lambda tx: tx.apply(None, decision, now, gateway.ids, None, hold=hold)).result()
    gateway.dispatcher.wake()
    if not gateway.threaded:
        gateway.dispatcher.drain()
    return list(applied.letters)


def desk(gateway: Gateway, agent: str, revoke: bool = False) -> str:
    """An agent's own address; with `revoke` a new one, and the old is worth nothing. Raises Permanent."""
    who = configured(gateway, agent)
    if revoke:
        gateway.store.write(lambda tx: tx.settings.set(f"desk:{agent}", str(who.generation + 1))).result()
        _refresh(gateway)
        who = configured(gateway, agent)
    address = people.desk_address(gateway.in_force.policy, who)
    if not address:
        raise Permanent("desk addresses need plus-addresses: [identity] subaddress is empty")
    return address


def welcome(gateway: Gateway, agent: str) -> str:
    """Send an agent their first letter, with their desk address as a card; who had left is back."""
    if gateway.store.read(lambda read: people.has_left(read, agent)):
        gateway.store.write(lambda tx: tx.settings.set(f"left:{agent}", None)).result()
        _refresh(gateway)
    who = configured(gateway, agent)
    if not who.active:
        raise Permanent(f"{agent} has active = false in the configuration")
    policy = gateway.in_force.policy
    address = people.desk_address(policy, who)
    about = Welcome(desk_address=address)
    if who.role is Role.TRAINEE:
        desks = (one.name for one in policy.departments if one.training)
        coach = coaching.coach_of(gateway.in_force.moment(gateway.clock()), who.home)
        about = replace(about, coach=coach.shown_name if coach else "", practice=next(desks, ""))
    letter = readers.to_agent(policy, who, about, purpose=Purpose.QUESTION, department=who.home)
    _write(gateway, letter)
    return who.address


def begin_test(gateway: Gateway, agent: str) -> dict[str, Any]:
    """Send an agent a question whose answer proves their whole path; returns the letter's id. Raises Permanent."""
    who = configured(gateway, agent)
    if not who.active:
        raise Permanent(f"{agent} is not active")
    title, ask = said("asked.way", name=who.shown_name.split(" ")[0]), said("asked.way_how")
    letter = readers.to_agent(
        gateway.in_force.policy, who, Question(title=title, intro=ask, actions=False),
        purpose=Purpose.TABLES, department=who.home,
    )  # fmt: skip
    [number] = _write(gateway, letter)
    return {"letter": number, "address": who.address}


def look_at_test(gateway: Gateway, letter: int) -> dict[str, Any]:
    """How far the proof has come: what became of the question, and of the mail that answers it."""
    policy = gateway.in_force.policy
    return gateway.store.read(lambda read: _seen(read, policy, letter))


def _seen(read: Read, policy: Policy, letter: int) -> dict[str, Any]:
    sent = read.outbox.letter(letter)
    agent = policy.agent(sent.agent) if sent else None
    if sent is None or agent is None:
        raise Permanent(f"there is no letter {letter} to an agent")
    deliveries = sent.deliveries
    answer = None
    for row in reversed(read.mail.since(sent.created_at)):
        if row.author in (agent.address, *agent.aliases) and row.fate is not None:
            known = row.trace.authority
            answer = {
                "mail": row.number,
                "fate": row.fate,
                "reason": row.reason,
                "proof": known.proof,
                "why": known.why,
                "carriers": list(known.carriers),
            }
            break
    return {
        "state": deliveries[0].state if deliveries else None,
        "error": (deliveries[0].error or None) if deliveries else None,
        "answer": answer,
    }


def leave(gateway: Gateway, agent: str, to: str = "") -> dict[str, Any]:
    """An agent's last day: their proofs die at once, the work goes to `to`, else to the cover, else to its departments.

    Raises Permanent when there is no such agent, or nobody of the name `to` who could take it.
    """
    who, now = configured(gateway, agent), gateway.clock()
    covers = [one.cover for one in gateway.store.read(lambda read: read.people.absences(now)) if one.agent == agent]
    to = to or next(iter(covers), "")
    heir = configured(gateway, to) if to else None
    if heir is not None and (not heir.active or heir.name == agent):
        raise Permanent(f"{to} cannot take over")

    def job(tx: Tx) -> tuple[list[int], int]:
        tickets = tx.tickets.matching(TicketFilter(status=AT_WORK, owner=agent, limit=10_000), now)
        tx.settings.set(f"left:{agent}", now.isoformat())
        tx.settings.set(f"desk:{agent}", str(who.generation + 1))
        letters = tx.outbox.revoke_agent(agent, now)
        decision = leaving.hand_on(each_ticket.moment_for_all(gateway, tx, now), tickets, who, heir)
        tx.apply(None, decision, now, gateway.ids, None, hold=gateway.in_force.snapshot.letters_wait)
        return [ticket.number for ticket in tickets], letters

    moved, revoked = gateway.store.write(job).result()
    _refresh(gateway)
    gateway.dispatcher.wake()
    return {"agent": agent, "tickets": moved, "to": to or None, "revoked": revoked}
