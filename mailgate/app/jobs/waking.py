"""The waking tick: holds that end, silent customers, rest, reminders, parked mail, news, covers, and lists to pull."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial

from mailgate.app.gateway import Gateway
from mailgate.app.jobs import each_ticket
from mailgate.app.jobs.covering import cover, pass_on, tell_on_return
from mailgate.app.jobs.evening import say_what_is_held
from mailgate.app.jobs.parked import ask_about_parked
from mailgate.app.jobs.pulling import offer
from mailgate.core.clock import collected, waking
from mailgate.core.letters import readers
from mailgate.core.model.change import CancelLetters, Decision, Effect, Fate, Outbound, Step
from mailgate.core.model.content import Reminded
from mailgate.core.model.outbound import Purpose
from mailgate.store.base import Read, Reminder, Tx

MOST = 500  # of each kind a tick


def wake(gateway: Gateway, now: datetime) -> int:
    """Do what time alone makes due; returns how many things were done."""
    policy = gateway.in_force.policy
    due = gateway.store.read(lambda read: read.tickets.waking(now, MOST))
    old = gateway.store.read(lambda read: read.tickets.solved_before(now - waking.archived_after(policy), MOST))
    done = each_ticket.tickets(gateway, [*due, *old], waking.decide, "woken", now)
    found = gateway.store.read(lambda read: read.tickets.reminders(now, MOST))
    done += each_ticket.for_each_ticket(gateway, [partial(_remind, gateway, reminder, now) for reminder in found])
    done += pass_on(gateway, now) + ask_about_parked(gateway, now) + gather(gateway, now)
    done += cover(gateway, now) + tell_on_return(gateway, now)
    return done + offer(gateway, now) + say_what_is_held(gateway, now)


# --- reminders --------------------------------------------------------------------------------------------------------


def _remind(gateway: Gateway, reminder: Reminder, now: datetime, tx: Tx) -> bool:
    """The letter and the mark that it was written, together; nothing for an agent who has left."""
    if all(one.id != reminder.id for one in tx.tickets.reminders(now, MOST)):
        return False
    policy = gateway.in_force.policy
    agent = policy.agent(reminder.agent)
    if agent and agent.active:
        letter = readers.to_agent(
            policy, agent, Reminded(text=reminder.text), purpose=Purpose.NOTE, dedupe=f"reminder:{reminder.id}",
        )  # fmt: skip
        each_ticket.write(gateway, tx, Decision(Fate.FILED, "reminder", (Step(reminder.ticket, (), (letter,)),)), now)
    tx.tickets.reminded(reminder.id, now)
    return True


# --- notices outside an agent's hours ---------------------------------------------------------------------------------


def gather(gateway: Gateway, now: datetime) -> int:
    """Notices that are to leave together (at the start of an agent's hours, or in a flood) become one list."""
    rows = gateway.store.read(lambda read: read.outbox.gathered(now + readers.GATHERED_AHEAD))
    due = [
        name
        for name in sorted({row.agent for row in rows})
        if gateway.store.read(partial(_gathered, gateway, name, now))
    ]
    return each_ticket.for_each_ticket(gateway, [partial(_gather_for, gateway, name, now) for name in due])


def _gather_for(gateway: Gateway, name: str, now: datetime, tx: Tx) -> bool:
    decision = _gathered(gateway, name, now, tx)
    if decision is not None:
        each_ticket.write(gateway, tx, decision, now)
    return decision is not None


def _gathered(gateway: Gateway, name: str, now: datetime, read: Read) -> Decision | None:
    """What becomes of their notices that are to leave soon; None where there is one at most, and it leaves as it is.

    Those that waited in turn are gone where a colleague has taken the ticket: nobody is told of that.
    """
    policy = gateway.in_force.policy
    agent = policy.agent(name)
    rows = [row for row in read.outbox.gathered(now + readers.GATHERED_AHEAD) if row.agent == name]
    known = {number: read.tickets.get(number) for number in {row.ticket for row in rows} if number is not None}
    moot = [row for row in rows if collected.is_moot(read.outbox.letter(row.letter), known.get(row.ticket or 0))]
    left = [row for row in rows if row not in moot]
    several = left if len(left) > 1 else []
    if agent is None or not (moot or several):
        return None
    effects: list[Effect] = [CancelLetters(tuple(row.letter for row in moot), why=collected.TAKEN)] if moot else []
    letters: tuple[Outbound, ...] = ()
    if several:
        numbers = dict.fromkeys(row.ticket for row in several if row.ticket is not None)
        found = [(known[number], sum(row.ticket == number for row in several)) for number in numbers]
        listed = collected.collected_notices(policy, agent, [(ticket, count) for ticket, count in found if ticket])
        letters = (replace(listed, not_before=max(row.due_at for row in several)),)
        effects.append(CancelLetters(tuple(row.letter for row in several), why=collected.GATHERED))
    return Decision(Fate.FILED, "gathered", letters=letters, effects=tuple(effects))
