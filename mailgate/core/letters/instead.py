"""The last look at a decision's letters: what is for an agent who is away goes to whoever reads it instead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from mailgate.core.letters import readers
from mailgate.core.model.change import Absence, Decision, OpenTicket, Outbound, Step
from mailgate.core.model.coaching import Coached
from mailgate.core.model.content import Content, Handover, Notice, WasItYou, Welcome
from mailgate.core.model.letter_rows import StoredLetter
from mailgate.core.model.moment import Moment
from mailgate.core.model.outbound import GATHERED, Audience, Purpose
from mailgate.core.model.policy import Agent
from mailgate.core.model.said import said
from mailgate.core.model.ticket import Priority

# Theirs alone, as is what settles their parked mail; and what is handed to somebody by name was decided knowing that
# they are away.
_THEIRS = (Coached, WasItYou, Welcome, Handover)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a letter belongs: whose hours and whose lead count."""

    department: str = ""
    priority: Priority = Priority.NORMAL


def passed_on(moment: Moment, decision: Decision) -> Decision:
    """The decision, its letters to agents who are away addressed to who reads instead (`readers.instead_of`).

    Whoever wrote what is decided here is there, whatever they have said before. Nobody gets the same twice.
    """
    if not moment.facts.away:
        return decision
    steps = tuple(
        replace(step, outbound=_passed_on(moment, step.outbound, decision.actor, _place(moment, step)))
        for step in decision.steps
    )
    letters = _passed_on(moment, decision.letters, decision.actor, _Place())
    return replace(decision, steps=steps, letters=letters)


def rewritten(moment: Moment, kept: StoredLetter) -> Step | None:
    """A letter that waits for an agent who is away, to who reads it instead; None where it stays theirs."""
    letter = Outbound(
        content=kept.content, audience=Audience(kept.audience), to=kept.to, agent=kept.agent, language=kept.language,
        department=kept.department, purpose=Purpose.read(kept.purpose), subject=kept.subject,
        in_reply_to=kept.in_reply_to, references=kept.references, attachments=kept.attachments, mail=kept.mail,
    )  # fmt: skip
    step = Step(kept.ticket, (), (letter,))
    found = _passed_on(moment, step.outbound, "", _place(moment, step))
    return None if any(one.agent == kept.agent for one in found) else replace(step, outbound=found)


def _place(moment: Moment, step: Step) -> _Place:
    opening = next((one for one in step.changes if isinstance(one, OpenTicket)), None)
    ticket = opening or (moment.facts.tickets.get(step.ticket) if step.ticket is not None else None)
    return _Place(ticket.department, ticket.priority) if ticket else _Place()


def _passed_on(moment: Moment, letters: Sequence[Outbound], writer: str, place: _Place) -> tuple[Outbound, ...]:
    found = []
    has = {(one.agent, one.template) for one in letters}
    for letter in letters:
        agent = _away(moment, letter, writer)
        if agent is None:
            found.append(letter)
            continue
        reader = readers.instead_of(moment, agent, letter.department or place.department)
        if reader.name == writer or (reader != agent and (reader.name, letter.template) in has):
            continue
        has.add((reader.name, letter.template))
        found.append(_to(moment, letter, agent, reader, place))
    return tuple(found)


def _away(moment: Moment, letter: Outbound, writer: str) -> Agent | None:
    """The agent a letter would wait for; None where it reaches somebody who is here, or is for their return."""
    theirs = isinstance(letter.content, _THEIRS) or letter.purpose is Purpose.RELEASE
    if letter.audience is not Audience.AGENT or letter.agent == writer or theirs:
        return None
    absence = next(iter(_absences(moment, letter.agent)), None)
    back = absence and absence.until and letter.not_before and letter.not_before >= absence.until
    return None if absence is None or back else moment.policy.agent(letter.agent)


def _absences(moment: Moment, name: str) -> Iterable[Absence]:
    return (one for one in moment.facts.away if one.agent == name)


def _to(moment: Moment, letter: Outbound, agent: Agent, reader: Agent, place: _Place) -> Outbound:
    fresh = readers.to_agent(moment.policy, reader, _said_for(letter.content, agent, reader), purpose=letter.purpose)
    told = letter.not_before
    if letter.template in GATHERED:
        told = readers.at_work(moment, reader, place.priority, place.department)
    return replace(
        letter, content=fresh.content, to=fresh.to, agent=fresh.agent, language=fresh.language, not_before=told
    )


def _said_for(content: Content, agent: Agent, reader: Agent) -> Content:
    """A notice says for whom it is read."""
    if not isinstance(content, Notice) or reader == agent:
        return content
    return replace(content, notes=(*content.notes, said("notice.instead", name=agent.shown_name)))
