"""Commands given at the shell instead of by mail: the same words, the same judgement, the same changes."""

from __future__ import annotations

from dataclasses import replace

from mailgate.core.commands import answers, catalogue, judging, named, reader, workflow
from mailgate.core.letters import status_letters
from mailgate.core.model import changed
from mailgate.core.model.change import AddEntry, Decision, Fate, Needs, Step
from mailgate.core.model.facts import Facts
from mailgate.core.model.mail import Attachment
from mailgate.core.model.moment import Moment
from mailgate.core.model.policy import Agent
from mailgate.core.model.said import Said, Words, said
from mailgate.core.model.ticket import EntryKind, Ticket
from mailgate.core.worktime import skills, sla

BY_HAND = "by_hand"


class NotDone(Exception):
    """A word that is not understood or refused; nothing happens."""

    def __init__(self, why: Said) -> None:
        self.why = why
        super().__init__(why.code)


def needs(moment: Moment, number: int | None, text: str, agent: Agent) -> Needs:
    """What must be known to carry out `text` on ticket `number`, or on none."""
    lines, people = named.lines(named.numbers(text)), named.people(text)
    others = reader.line_numbers(text)
    numbers = tuple(dict.fromkeys(others if number is None else (number, *others)))
    return Needs("", "", (), numbers, "", agent.departments, moment.now, orders=True, forwards=True,
                 queue_of=agent.name, queue_in=agent.departments,
                 queue_by_arrival=moment.policy.by_arrival(agent.departments),
                 queue_languages=skills.own_and_others(moment.policy, agent), phones=lines, people=people)  # fmt: skip


def decide(
    moment: Moment, number: int | None, text: str, agent: Agent, *, confirmed: bool = False
) -> tuple[Decision, tuple[Words, ...]]:
    """(the decision, a line for each command). Raises NotDone when a word is not understood or refused."""
    policy, facts = moment.policy, moment.facts
    reading = reader.parse_line(text, policy.command_aliases)
    for trouble in reading.problems:
        doubt = answers.of_doubt(trouble)
        if trouble.nearest:
            near = catalogue.as_meant(trouble.word, trouble.nearest[0], policy.command_aliases)
            raise NotDone(said("done.doubt_near", command=trouble.word, what=doubt, nearest=f"#{near}"))
        raise NotDone(said("done.line", command=trouble.word, what=doubt))
    ticket = None if number is None else _ticket(facts, number)
    note = next((one.argument for one in reading.commands if one.name in ("note", "reply")), "")
    world = judging.world_at(moment, ticket, words=note, confirmed=confirmed)
    orders = [one for one in reading.commands if not one.question]
    plan = workflow.plan(orders, ticket, workflow.Actor(agent=agent), world)
    for refused, why in plan.refused:
        raise NotDone(said("done.line", command=str(refused), what=answers.of_refusal(why)))
    steps = list(plan.elsewhere)
    if plan.opens:
        steps.append(Step(None, workflow.settled_opening(moment, plan.opens)))
    if ticket:
        after = changed.ticket_after(ticket, plan.changes, moment.now)
        told = status_letters.letter_for_change(moment, ticket, after, plan.changes, hold=True)
        steps.append(Step(ticket.number, plan.changes, (*plan.outbound, *told)))
    lines = tuple(answers.of_outcome(one, outcome) for one, outcome in plan.granted)
    decision = Decision(Fate.FILED, BY_HAND, tuple(steps), plan.letters, effects=plan.effects, actor=agent.name)
    return decision, lines


def _ticket(facts: Facts, number: int) -> Ticket:
    """The ticket of that number, merges followed. Raises NotDone when there is none."""
    ticket = facts.ticket(number)
    if ticket is None:
        raise NotDone(said("refused.no_such_ticket", number=number))
    return ticket


def claim(moment: Moment, agent: Agent) -> tuple[Decision, int | None]:
    """The most pressing ticket becomes this agent's; (the decision, its number or None when nothing waits)."""
    facts = moment.facts
    free = [one for one in facts.queue if one.owner in (None, agent.name)]
    if not free:
        return Decision(Fate.FILED, BY_HAND, actor=agent.name), None
    known = replace(facts, tickets={**facts.tickets, free[0].number: free[0]})
    decision, _ = decide(replace(moment, facts=known), free[0].number, "#take", agent)
    return decision, free[0].number


def memo(
    moment: Moment,
    number: int | None,
    customer: str,
    text: str,
    files: tuple[Attachment, ...],
    agent: Agent,
    department: str = "",
) -> Decision:
    """A phone memo: on the ticket named, else on a new one of that customer. Raises NotDone.

    The new ticket is the department's named, else one of the agent's own. Like `#call` by mail it has that
    department's promise, and the call is the first response.
    """
    ticket = None if number is None else _ticket(moment.facts, number)
    entry = AddEntry(EntryKind.CALL, agent.name, agent.shown_name, text, attachments=files)
    world = judging.world_at(moment, ticket, words=text, files=bool(files), department=department)
    plan = workflow.plan([reader.Command("call", customer)], ticket, workflow.Actor(agent=agent), world)
    for _, why in plan.refused:
        raise NotDone(answers.of_refusal(why))
    if ticket is None or plan.opens:
        step = Step(None, workflow.settled_opening(moment, (*plan.opens, entry)))
    else:
        changes = (*plan.changes, entry)
        after = changed.ticket_after(ticket, changes, moment.now)
        step = Step(ticket.number, (*changes, *sla.deadlines_after(moment, ticket, after)))
    return Decision(Fate.FILED, "call", (step,), actor=agent.name)
