"""What presses does not wait for somebody who is away: it goes to whoever covers, or back to the department."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mailgate.core.clock import escalation, held
from mailgate.core.commands import about_absence, answers
from mailgate.core.commands.about_absence import GIVEN_BACK
from mailgate.core.letters import instead, readers
from mailgate.core.model import changed
from mailgate.core.model.change import Assign, CancelLetters, Change, Decision, Fate, Journal, Outbound, SetStatus, Step
from mailgate.core.model.content import Handover, Notice, Question
from mailgate.core.model.letter_rows import StoredLetter
from mailgate.core.model.moment import Moment
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.policy import Agent
from mailgate.core.model.said import said
from mailgate.core.model.ticket import Priority, Status, Ticket
from mailgate.core.worktime import skills, sla

SHOWN = 50  # tickets of the letter on somebody's return; the rest are counted


def hand_to_cover(moment: Moment, work: Mapping[str, Iterable[Ticket]]) -> Decision:
    """The pressing open tickets of everybody away: their cover has them with the whole thread, else the department."""
    steps: list[Step] = []
    for absence in moment.facts.away:
        who = moment.policy.agent(absence.agent)
        found = [one for one in work.get(absence.agent, ()) if _is_pressing(one, moment)]
        steps += [step for one in found if who and (step := handed_on(moment, one, who))]
    return Decision(Fate.FILED, "covered", steps=tuple(steps), actor="mailgate")


def _is_pressing(ticket: Ticket, moment: Moment) -> bool:
    at_work = ticket.status in (Status.NEW, Status.OPEN)
    return at_work and (ticket.priority is Priority.URGENT or held.presses(ticket, moment.now))


def handed_on(moment: Moment, ticket: Ticket, who: Agent) -> Step | None:
    """One ticket to whoever covers for `who`, else to its department; None where it waits for nobody."""
    cover = readers.covered(moment, who)
    if cover and not skills.speaks(cover, skills.written_in(ticket)):
        here = [one for one in moment.policy.agents_of(ticket.department) if not readers.is_away(moment, one)]
        cover = next((one for one in here if skills.speaks(one, skills.written_in(ticket))), cover)
    if cover:
        changes: list[Change] = [Assign(cover.name), Journal(GIVEN_BACK, old=who.name, new=cover.name)]
        about = Handover(by=who.shown_name, why=answers.of_reason("covers", name=who.shown_name))
        letters = [readers.to_agent(moment.policy, cover, about, purpose=Purpose.CUSTOMER)]
        return _step(moment, ticket, changes, letters)
    changes = [*about_absence.given_back(moment, ticket)]
    if not changes:
        return None
    changes += [SetStatus(Status.NEW)] if ticket.status is Status.OPEN else []
    after = changed.ticket_after(ticket, changes, moment.now)
    notice = Notice(why="given_back", notes=(said("event.away_ended", old=who.shown_name),))
    letters = [
        readers.to_agent(
            moment.policy, one, notice, purpose=Purpose.CUSTOMER,
            not_before=readers.at_work(moment, one, ticket.priority, ticket.department),
        )
        for one in readers.of_ticket(moment, after)
    ]  # fmt: skip
    return _step(moment, ticket, changes, letters)


def passed_on(moment: Moment, agent: Agent, letters: Sequence[StoredLetter]) -> Decision:
    """Letters that wait for an agent who is away, written to who reads them instead; those that are theirs alone stay.

    Of a ticket of theirs that nobody covers, with new words of its customer, the department hears.
    """
    steps: list[Step] = []
    gone: list[int] = []
    freed: set[int] = set()
    for letter in letters:
        ticket = moment.facts.tickets.get(letter.ticket or 0)
        words = letter.purpose == Purpose.CUSTOMER and ticket is not None and ticket.owner == agent.name
        step = handed_on(moment, ticket, agent) if words and ticket and readers.covered(moment, agent) is None else None
        if ticket and ticket.number in freed:
            gone.append(letter.id)
        elif ticket and step:
            freed.add(ticket.number)
            steps.append(step)
            gone.append(letter.id)
        elif (found := instead.rewritten(moment, letter)) is not None:
            steps.append(found)
            gone.append(letter.id)
    tickets = tuple(one for one in steps if one.ticket is not None)
    loose = tuple(letter for one in steps if one.ticket is None for letter in one.outbound)
    effects = (CancelLetters(tuple(gone), why=GIVEN_BACK),) if gone else ()
    return Decision(Fate.FILED, "covered", tickets, loose, effects=effects)


def _step(moment: Moment, ticket: Ticket, changes: list[Change], letters: Iterable[Outbound]) -> Step:
    changes += sla.deadlines_after(moment, ticket, changed.ticket_after(ticket, changes, moment.now))
    return Step(ticket.number, tuple(changes), tuple(letters))


def on_return(moment: Moment, agent: Agent, found: Sequence[Ticket]) -> Outbound:
    """The one letter on an agent's return: which of their tickets others have now, or nobody."""
    shown = found[:SHOWN]
    about = Question(
        title=said("absence.return", n=len(found)),
        why="given_back",
        intro=said("absence.return_how"),
        rows=escalation.rows(moment.policy, shown),
        more=(len(found) - len(shown)) or None,
    )
    return readers.to_agent(moment.policy, agent, about, purpose=Purpose.TABLES)
