"""A wave of near-equal mails: the one question to the lead, and what becomes of each ticket after a word or without."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mailgate.core.clock import escalation
from mailgate.core.letters import acks, readers
from mailgate.core.model.change import JoinWave, Outbound, SetStatus, Step, Tag
from mailgate.core.model.content import Notice, Question
from mailgate.core.model.desk_rows import Wave
from mailgate.core.model.moment import Moment
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.said import moment as told_at
from mailgate.core.model.said import said
from mailgate.core.model.shown import Fact, Person
from mailgate.core.model.ticket import IN_WAVE, EntryKind, Status, Ticket

ANSWER_WITHIN = timedelta(minutes=30)  # without an answer they come in
FOLLOWED = timedelta(hours=1)  # what comes after a word and is alike follows it so long
SHOWN = 15  # tickets, and senders
EXCERPT = 200  # characters of their words


def is_over(wave: Wave, now: datetime) -> bool:
    """True when nobody has said a word in time."""
    return not wave.verdict and wave.asked_at is not None and now - wave.asked_at >= ANSWER_WITHIN


def question(moment: Moment, wave: Wave, found: Sequence[Ticket]) -> tuple[Outbound, ...]:
    """What the lead is asked, or who reads instead; none where nobody leads, and the tickets come in at their time."""
    lead = readers.lead_here(moment, wave.department)
    if lead is None or not found:
        return ()
    zone = ZoneInfo(lead.timezone)
    here = moment.now.astimezone(zone)
    since = told_at(wave.began_at.astimezone(zone), here)
    until = told_at((moment.now + ANSWER_WITHIN).astimezone(zone), here)
    senders = ", ".join(dict.fromkeys(one.requester.addr for one in found[:SHOWN]))
    return (
        readers.to_agent(
            moment.policy,
            lead,
            Question(
                title=said("wave.title", n=len(found)),
                intro=said("wave.intro", since=since, until=until),
                facts=(Fact(said("wave.words"), _words(found[0])), Fact(said("wave.senders"), senders)),
                rows=escalation.rows(moment.policy, found[:SHOWN]),
                more=max(0, len(found) - SHOWN) or None,
                wave=wave.key,
            ),
            purpose=Purpose.TABLES,
            department=wave.department,
            dedupe=f"wave:{wave.key}",
        ),
    )


def _words(ticket: Ticket) -> str:
    text = next((" ".join(one.text.split()) for one in ticket.entries if one.kind is EntryKind.CUSTOMER), "")
    return f"{ticket.subject} · {text[:EXCERPT]}" + (" …" if len(text) > EXCERPT else "")


def joins(ticket: Ticket, wave: Wave, *, told: bool) -> Step | None:
    """One that came before there were enough to see the wave; none that somebody has looked at meanwhile."""
    if not ticket.untouched or IN_WAVE in ticket.tags:
        return None
    return Step(ticket.number, (Tag(add=(IN_WAVE,)), JoinWave(wave.key, wave.sketch, told=told)))


def settled(moment: Moment, ticket: Ticket, verdict: str, ack: str, *, told: bool) -> Step:
    """What a word makes of one ticket: spam, or work whose letters are written now. Touched ones only lose the mark."""
    free = Tag(remove=(IN_WAVE,))
    if verdict == "spam":
        closing = (Tag(add=("spam",), remove=(IN_WAVE,)), SetStatus(Status.SOLVED, why="spam"))
        return Step(ticket.number, closing if ticket.untouched else (free,))
    owed = acks.late(moment, ticket, named=ack) if ack else ()
    if told or ticket.status.done or ticket.last_agent_at is not None:
        return Step(ticket.number, (free,), owed)
    return Step(ticket.number, (free,), (*owed, *_notices(moment, ticket)))


def _notices(moment: Moment, ticket: Ticket) -> tuple[Outbound, ...]:
    """To those who would have heard at once; all of the wave leave in one list."""
    together = readers.next_list(moment.now)
    found = []
    for agent in readers.of_ticket(moment, ticket):
        hours = readers.at_work(moment, agent, ticket.priority, ticket.department)
        notice = Notice(from_=Person(ticket.requester.name, ticket.requester.addr), why="new")
        found.append(
            readers.to_agent(
                moment.policy, agent, notice, purpose=Purpose.CUSTOMER, not_before=max(hours or together, together)
            )
        )
    return tuple(found)
