"""The waking tick: holds that end, silent customers, rest, reminders, parked mail, news, covers, and lists to pull."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from mailgate.app.gateway import Gateway
from mailgate.app.jobs import each_ticket
from mailgate.app.jobs.covering import cover
from mailgate.app.jobs.pulling import offer
from mailgate.core.clock import collected, waking
from mailgate.core.letters import readers
from mailgate.core.mails import receipt
from mailgate.core.model.change import CancelLetters, Decision, Fate, Outbound, Step
from mailgate.core.model.content import Reminded
from mailgate.core.model.letter_rows import StoredLetter
from mailgate.core.model.mail_rows import OpenQuestion
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.policy import Agent, Policy
from mailgate.core.model.ticket import Priority
from mailgate.store.base import Reminder, Tx

MOST = 500  # of each kind a tick
AUTHOR_AFTER, LEAD_AFTER = timedelta(minutes=30), timedelta(hours=2)  # parked mail (design: *Two phases*)
NAMED = 20  # mails in one question; the rest are counted
AHEAD = timedelta(minutes=5)  # notices are gathered so long before they would leave


def wake(gateway: Gateway, now: datetime) -> int:
    """Do what time alone makes due; returns how many things were done."""
    policy = gateway.in_force.policy
    due = gateway.store.read(lambda read: read.tickets.waking(now, MOST))
    old = gateway.store.read(lambda read: read.tickets.solved_before(now - waking.archived_after(policy), MOST))
    done = each_ticket.tickets(gateway, [*due, *old], waking.decide, "woken", now)
    found = gateway.store.read(lambda read: read.tickets.reminders(now, MOST))
    done += each_ticket.for_each_ticket(gateway, [partial(_remind, gateway, reminder, now) for reminder in found])
    return done + _parked(gateway, now) + _gather(gateway, now) + cover(gateway, now) + offer(gateway, now)


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


# --- parked mail ------------------------------------------------------------------------------------------------------


def _parked(gateway: Gateway, now: datetime) -> int:
    """Its author is asked, and again after half an hour; the lead hears of it after two."""
    found = gateway.store.read(lambda read: read.people.unanswered(now - AUTHOR_AFTER, now - LEAD_AFTER, MOST))
    again = [row for row in found if _again(row, now)]
    doubted = dict.fromkeys(row.agent for row in found if row.doubt and (row.asks == 0 or row in again))
    work = [partial(_ask, gateway, name, now) for name in doubted]
    work += [partial(_ask_again, gateway, row, now) for row in again if not row.doubt]
    return each_ticket.for_each_ticket(gateway, [*work, partial(_tell_leads, gateway, now)] if found else [])


def _again(row: OpenQuestion, now: datetime) -> bool:
    """Asked about once, and long enough ago."""
    return row.asks == 1 and row.asked_at is not None and row.asked_at <= now - AUTHOR_AFTER


def _ask(gateway: Gateway, name: str, now: datetime, tx: Tx) -> bool:
    """One question about all mail in an agent's name that nothing proves, once the last open one is old enough."""
    policy, agent = gateway.in_force.policy, gateway.in_force.policy.agent(name)
    waiting = tx.people.doubted(name, MOST)
    unasked = [row for row in waiting if row.asks == 0]
    last = tx.people.last_asked(name)
    pause = min((receipt.pause(row.why) for row in unasked), default=AUTHOR_AFTER)
    again = any(_again(row, now) for row in waiting)
    due = again or (unasked and (last is None or last <= now - pause))
    if agent is None or not agent.active or not due:
        return False
    named = waiting[:NAMED]
    letter = receipt.question(policy, agent, named, len(waiting) - len(named))
    each_ticket.write(gateway, tx, Decision(Fate.FILED, "parked", letters=(letter,)), now)
    tx.people.asked([row.mail for row in named], now)
    return True


def _ask_again(gateway: Gateway, row: OpenQuestion, now: datetime, tx: Tx) -> bool:
    """The receipt of a parked mail once more, with the same answers."""
    policy = gateway.in_force.policy
    question, author = _question(tx, row.mail), policy.agent(row.agent)
    tx.people.asked([row.mail], now)
    if question is None or author is None or not author.active:
        return False
    each_ticket.write(
        gateway, tx, Decision(Fate.FILED, "parked", letters=(_asked_again(policy, author, question, row),)), now
    )
    return True


def _tell_leads(gateway: Gateway, now: datetime, tx: Tx) -> bool:
    """What waits and for whom, one letter a lead; only its author can say that they wrote it."""
    moment = gateway.in_force.moment(now)
    policy = moment.policy
    waiting = tx.people.unanswered(now - AUTHOR_AFTER, now - LEAD_AFTER, MOST)
    rows = [row for row in waiting if row.told_at is None and row.at <= now - LEAD_AFTER]
    if not rows:
        return False
    by_lead: dict[str, list[OpenQuestion]] = {}
    for row in rows:
        question, author = _question(tx, row.mail), policy.agent(row.agent)
        home = (question and question.department) or (author.departments if author else ("",))[0]
        lead = readers.lead_of(policy, home)
        if lead is not None and lead.active and (author is None or lead.name != author.name):
            by_lead.setdefault(lead.name, []).append(row)
    leads = [(lead, by_lead[lead.name]) for lead in policy.agents if lead.name in by_lead]
    told = [(lead, collected.parked(found, policy)) for lead, found in leads]
    letters = [
        readers.to_agent(
            policy, lead, about, purpose=Purpose.NOTE, not_before=readers.at_work(moment, lead, Priority.NORMAL)
        )
        for lead, about in told
    ]
    each_ticket.write(gateway, tx, Decision(Fate.FILED, "parked", letters=tuple(letters)), now)
    tx.people.told([row.mail for row in rows], now)
    return bool(letters)


def _question(tx: Tx, mail: int) -> StoredLetter | None:
    """The newest letter that asked about a parked mail."""
    for one in reversed(tx.outbox.letters_of_mail(mail)):
        letter = tx.outbox.letter(one.id)
        if letter and letter.purpose == "release":
            return letter
    return None


def _asked_again(policy: Policy, reader: Agent, question: StoredLetter, row: OpenQuestion) -> Outbound:
    """The same question once more, with the same answers."""
    return readers.to_agent(
        policy, reader, question.content, purpose=Purpose.RELEASE, subject=question.subject,
        in_reply_to=question.message_id, mail=row.mail,
    )  # fmt: skip


# --- notices outside an agent's hours ---------------------------------------------------------------------------------


def _gather(gateway: Gateway, now: datetime) -> int:
    """Notices that are to leave together at the start of an agent's hours become one list, each ticket once."""
    rows = gateway.store.read(lambda read: read.outbox.gathered(now + AHEAD))
    agents = {row.agent for row in rows}
    several = [name for name in agents if sum(1 for row in rows if row.agent == name) > 1]
    return each_ticket.for_each_ticket(gateway, [partial(_gather_for, gateway, name, now) for name in sorted(several)])


def _gather_for(gateway: Gateway, name: str, now: datetime, tx: Tx) -> bool:
    policy = gateway.in_force.policy
    agent = policy.agent(name)
    rows = [row for row in tx.outbox.gathered(now + AHEAD) if row.agent == name]
    if agent is None or len(rows) < 2:
        return False
    found = []
    for number in dict.fromkeys(row.ticket for row in rows):
        ticket = tx.tickets.get(number)
        if ticket is not None:
            found.append((ticket, sum(row.ticket == number for row in rows)))
    letter = replace(collected.collected_notices(policy, agent, found), not_before=max(row.due_at for row in rows))
    gone = CancelLetters(tuple(row.letter for row in rows), why=collected.GATHERED)
    each_ticket.write(gateway, tx, Decision(Fate.FILED, "gathered", letters=(letter,), effects=(gone,)), now)
    return True
