"""Asks about parked mail: its author, and again after half an hour; its lead after two, or when a deadline is near."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from mailgate.app.gateway import Gateway
from mailgate.app.jobs import each_ticket
from mailgate.core.clock import collected, held
from mailgate.core.letters import coaching, readers
from mailgate.core.mails import receipt
from mailgate.core.model.change import Decision, Fate, Outbound, Step
from mailgate.core.model.coaching import TraineesAnswer
from mailgate.core.model.content import Receipt
from mailgate.core.model.letter_rows import StoredLetter
from mailgate.core.model.mail_rows import OpenQuestion
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.policy import Agent, Policy
from mailgate.core.model.ticket import Priority
from mailgate.store.base import Read, TicketFilter, Tx

MOST = 500  # mails a tick
LEAD_PAUSE = timedelta(hours=1)  # between two letters to a lead about parked mail, unless it presses
AUTHOR_AFTER, LEAD_AFTER = timedelta(minutes=30), timedelta(hours=2)  # parked mail (design: *Two phases*)
NAMED = 20  # mails in one question; the rest are counted


def ask_about_parked(gateway: Gateway, now: datetime) -> int:
    """Its author is asked, and again after half an hour; the lead hears of it after two."""
    found = gateway.store.read(lambda read: read.people.unanswered(now - AUTHOR_AFTER, now, MOST))
    again = [row for row in found if _again(row, now)]
    doubted = dict.fromkeys(row.agent for row in found if row.doubt and (row.asks == 0 or row in again))
    work = [partial(_ask, gateway, name, now) for name in doubted]
    work += [partial(_ask_again, gateway, row, now) for row in again if not row.doubt]
    if any(gateway.store.read(partial(_untold, found, now))):
        work.append(partial(_tell_leads, gateway, now))
    return each_ticket.for_each_ticket(gateway, work)


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
    """The receipt of a parked mail once more, with the same answers; of a trainee's answer to all who may send it."""
    moment = each_ticket.moment_for_all(gateway, tx, now)
    policy = moment.policy
    question, author = _question(tx, row.mail, row.agent), policy.agent(row.agent)
    tx.people.asked([row.mail], now)
    if question is None or author is None or not author.active:
        return False
    about = question.ticket  # where the letter belongs to one, as a trainee's answer does
    ticket = tx.tickets.get(about) if about and isinstance(question.content, TraineesAnswer) else None
    asked = coaching.who_may_send(moment, ticket.department, author) if ticket else (author,)
    letters = tuple(_asked_again(policy, one, question, row) for one in asked)
    steps, letters = ((Step(about, (), letters),), ()) if about else ((), letters)
    each_ticket.write(gateway, tx, Decision(Fate.FILED, "parked", steps, letters), now)
    return True


def _tell_leads(gateway: Gateway, now: datetime, tx: Tx) -> bool:
    """What waits and for whom, one letter a lead; only its author can say that they wrote it."""
    moment = each_ticket.moment_for_all(gateway, tx, now)
    policy = moment.policy
    pressing, old = _untold(tx.people.unanswered(now - AUTHOR_AFTER, now, MOST), now, tx)
    rows = [*pressing, *old]
    if not rows:
        return False
    by_lead: dict[str, list[OpenQuestion]] = {}
    for row in rows:
        question, author = _question(tx, row.mail), policy.agent(row.agent)
        home = (question and question.department) or (author.home if author else "")
        lead = readers.lead_here(moment, home)
        if lead is not None and lead.active and (author is None or lead.name != author.name):
            by_lead.setdefault(lead.name, []).append(row)
    calm = [name for name, found in by_lead.items() if not any(row in pressing for row in found)]
    later = {row.mail for name in calm if _told_lately(tx, name, now) for row in by_lead.pop(name)}
    leads = [(lead, by_lead[lead.name]) for lead in policy.agents if lead.name in by_lead]
    letters = []
    for lead, found in leads:
        at_once = [row for row in found if row in pressing]
        about = collected.parked([row for row in found if row not in at_once], policy, at_once)
        priority = Priority.URGENT if at_once else Priority.NORMAL
        letters.append(
            readers.to_agent(
                policy, lead, about, purpose=Purpose.NOTE, not_before=readers.at_work(moment, lead, priority)
            )
        )
    each_ticket.write(gateway, tx, Decision(Fate.FILED, "parked", letters=tuple(letters)), now)
    tx.people.told([row.mail for row in rows if row.mail not in later], now)
    for lead, _ in leads:
        tx.settings.set(_told_mark(lead.name), now.isoformat())
    return bool(letters)


def _told_mark(lead: str) -> str:
    return f"parked:{lead}"


def _told_lately(tx: Tx, lead: str, now: datetime) -> bool:
    """Heard of parked mail so lately that more of it waits for one letter, which names all of it."""
    last = tx.settings.get(_told_mark(lead))
    return last is not None and datetime.fromisoformat(last) > now - LEAD_PAUSE


def _untold(
    waiting: Sequence[OpenQuestion], now: datetime, read: Read
) -> tuple[list[OpenQuestion], list[OpenQuestion]]:
    """What no lead has heard of: answers to tickets that are due within two hours, and what has waited for two."""
    pressing, old = list[OpenQuestion](), list[OpenQuestion]()
    for row in waiting:
        if row.told_at is None and not row.doubt and _presses(read, row.mail, now):
            pressing.append(row)
        elif row.told_at is None and row.at <= now - LEAD_AFTER:
            old.append(row)
    return pressing, old


def _presses(read: Read, mail: int, now: datetime) -> bool:
    question = _question(read, mail)
    number = question.content.ticket if question and isinstance(question.content, Receipt) else None
    found = read.tickets.matching(TicketFilter(numbers=(number,)), now) if number else []
    return any(held.presses(ticket, now) for ticket in found)


def _question(tx: Read, mail: int, agent: str = "") -> StoredLetter | None:
    """The newest letter that asked about a parked mail, or asked this agent."""
    for one in reversed(tx.outbox.letters_of_mail(mail)):
        letter = tx.outbox.letter(one.id)
        if letter and letter.purpose == "release" and agent in ("", letter.agent):
            return letter
    return None


def _asked_again(policy: Policy, reader: Agent, question: StoredLetter, row: OpenQuestion) -> Outbound:
    """The same question once more, with the same answers."""
    return readers.to_agent(
        policy, reader, question.content, purpose=Purpose.RELEASE, subject=question.subject,
        in_reply_to=question.message_id, mail=row.mail,
    )  # fmt: skip
