"""What a command does to a ticket: command, ticket, actor -> changes, or a refusal that says why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from mailgate.core.commands import (
    about_absence,
    about_answers,
    about_forwarding,
    about_outage,
    about_people,
    about_privacy,
    about_spam,
    about_status,
    about_threads,
    about_watching,
    named,
)
from mailgate.core.commands.catalogue import CUSTOMER_WORDS
from mailgate.core.commands.judging import (
    CommandContext,
    Event,
    Granted,
    Judgement,
    KnownWorld,
    Refusal,
    TicketContext,
    is_name,
    nearest,
)
from mailgate.core.commands.reader import Command
from mailgate.core.customers.customer import Customer
from mailgate.core.letters import addressee, readers
from mailgate.core.model import changed
from mailgate.core.model.canned import holes
from mailgate.core.model.change import (
    AddEntry,
    Assign,
    Change,
    Effect,
    Journal,
    OpenTicket,
    Outbound,
    SaveReply,
    SetStatus,
    Step,
)
from mailgate.core.model.content import Notice
from mailgate.core.model.mail import Address
from mailgate.core.model.moment import Moment, reopening_is_over
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.policy import Agent
from mailgate.core.model.ticket import EntryKind, Status, Ticket
from mailgate.core.text.excerpt import beginning
from mailgate.core.text.folding import fold
from mailgate.core.worktime import promise, sla


@dataclass(frozen=True, slots=True)
class Actor:
    """Who gave the command: an agent, or a customer on their own ticket."""

    agent: Agent | None = None
    customer: Address | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Every command of a mail, judged in order before anything happens; with refusals nothing may be carried out."""

    changes: tuple[Change, ...] = ()  # on the ticket, its clocks included
    opens: tuple[Change, ...] = ()
    elsewhere: tuple[Step, ...] = ()
    outbound: tuple[Outbound, ...] = ()
    effects: tuple[Effect, ...] = ()
    granted: tuple[tuple[Command, Granted], ...] = ()
    refused: tuple[tuple[Command, Refusal], ...] = ()

    @property
    def letters(self) -> tuple[Outbound, ...]:
        """Letters that belong to no ticket."""
        return tuple(letter for _, outcome in self.granted for letter in outcome.letters)


def carry_out(command: Command, ticket: Ticket | None, actor: Actor, world: KnownWorld) -> Judgement:
    """Judge one command of an agent; questions and answers about parked mail change nothing and are granted."""
    agent = actor.agent
    if agent is None or not agent.active:
        return Refusal("not_an_agent")
    if not command.word.allows(agent.role):
        return Refusal("role", params={"role": command.word.role.value})
    on_ticket = ON_TICKET.get(command.name)
    if ticket is not None and on_ticket:
        return on_ticket(TicketContext(command, agent, world, ticket))
    without = WITHOUT_TICKET.get(command.name)
    if without:
        return without(CommandContext(command, agent, world))
    return Refusal("no_ticket") if ticket is None else Granted("")


def plan(commands: Sequence[Command], ticket: Ticket | None, actor: Actor, world: KnownWorld) -> Plan:
    """Judge the commands of a mail one after the other, each on what the ones before it made of the ticket.

    The changes end with what the clocks make of them all (see `sla.deadlines_after`). Words the mail adds are the
    caller's.
    """
    now = world.now
    current = ticket
    granted: list[tuple[Command, Granted]] = []
    refused: list[tuple[Command, Refusal]] = []
    for command in commands:
        judged = carry_out(command, current, actor, world)
        if isinstance(judged, Refusal):
            refused.append((command, judged))
            continue
        granted.append((command, judged))
        if current is not None:
            current = changed.ticket_after(current, judged.changes, now)
    changes = tuple(change for _, outcome in granted for change in outcome.changes)
    letters = tuple(letter for _, outcome in granted for letter in outcome.outbound)
    if ticket is not None and current is not None and changes and current.merged_into is None:
        changes += sla.deadlines_after(world.moment, ticket, current)
    return Plan(
        changes,
        tuple(change for _, outcome in granted for change in outcome.opens),
        tuple(step for _, outcome in granted for step in outcome.elsewhere),
        (*letters, *(_turned_urgent(world, ticket, current, actor, letters) if ticket and current else ())),
        tuple(effect for _, outcome in granted for effect in outcome.effects),
        tuple(granted),
        tuple(refused),
    )


def _turned_urgent(
    world: KnownWorld, before: Ticket, after: Ticket, actor: Actor, letters: Sequence[Outbound]
) -> tuple[Outbound, ...]:
    """Notices to those on duty of a ticket that an agent made urgent and nobody has, beside what they hear anyway."""
    told = {one.agent for one in letters}
    return tuple(
        readers.to_agent(world.moment.policy, one, Notice(why="urgent"), purpose=Purpose.NOTE)
        for one in readers.turned_urgent(world.moment, before, after, actor.agent)
        if one.name not in told
    )


def settled_opening(moment: Moment, changes: Sequence[Change]) -> tuple[Change, ...]:
    """What opens a ticket, its OpenTicket first, with the promise of its department and the deadlines of that."""
    opening = changes[0]
    assert isinstance(opening, OpenTicket)
    opened = changed.ticket_from_opening(opening, moment.now)
    return (*changes, *sla.deadlines_at_opening(moment, changed.ticket_after(opened, changes[1:], moment.now)))


def customer_asks(word: str, ticket: Ticket, actor: Actor, world: KnownWorld) -> Judgement:
    """Judge `status`, `close` or `reopen` of a customer: only the requester's, only on their own ticket."""
    if word not in CUSTOMER_WORDS or actor.customer is None or actor.customer.key != ticket.requester.key:
        return Refusal("not_yours")
    if word == "close":
        if ticket.status.done:
            return Granted("already_solved")
        return Granted("solved", (SetStatus(Status.SOLVED, why="customer"),))
    if word == "reopen":
        if not ticket.status.done:
            return Granted("not_solved")
        if reopening_is_over(world.moment, ticket):
            return Refusal("too_late_to_reopen")
        return Granted("reopened", (SetStatus(Status.OPEN if ticket.owner else Status.NEW, why="reopened"),))
    return Granted("status")


# --- words ------------------------------------------------------------------------------------------------------------


def _note(context: TicketContext) -> Judgement:
    """Words on the command's own line (a list's answer, the shell) are filed here, a mail's rest by the caller."""
    if not context.argument:
        return context.granted("note")
    agent = context.agent
    entry = AddEntry(EntryKind.NOTE, agent.name, agent.shown_name, context.argument, of_mail=False)
    return context.granted("note", entry, text=context.argument)


def _reply(context: TicketContext) -> Judgement:
    return context.granted("reply", text=context.argument)


def _use(context: TicketContext) -> Judgement:
    """A canned answer that exists, with every variable it needs."""
    name, *pairs = context.argument.split()
    known = {fold(one): one for one in context.world.replies}
    reply = known.get(fold(name))
    if reply is None:
        return Refusal("no_such_reply", nearest(fold(name), known), {"name": name})
    values: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals and values:
            values[list(values)[-1]] += f" {pair}"  # days=5 working days
        elif not equals or not key:
            return Refusal("no_value", params={"text": pair})
        else:
            values[key] = value
    missing = sorted(holes(context.world.replies[reply]) - values.keys())
    if missing:
        return Refusal("missing_value", params={"name": reply, "missing": ", ".join(missing)})
    is_article = reply not in context.policy.replies and any(one.name == reply for one in context.policy.articles)
    noted = (Journal("article", reply),) if is_article else ()
    return Granted("use", noted, params={**values, "name": reply})


def _save(context: TicketContext) -> Judgement:
    """The words of this mail, else the writer's last answer on the ticket, under a name."""
    name = fold(context.argument)
    if not is_name(name):
        return Refusal("no_name", params={"name": context.argument})
    own = [
        entry.text
        for entry in context.world.entries or context.ticket.entries
        if entry.kind is EntryKind.AGENT and entry.author == context.agent.name
    ]
    text = context.world.words.strip() or (own[-1].strip() if own else "")
    if not text:
        return Refusal("no_words")
    effect = SaveReply(name, context.ticket.language, text, context.agent.name)
    return Granted("saved", effects=(effect,), params={"name": name})


# --- without a ticket -------------------------------------------------------------------------------------------------


def _new(context: CommandContext) -> Judgement:
    """A ticket for somebody who has not written: the mail's words are its first letter."""
    world = context.world
    address, _, title = context.argument.partition(" ")
    person = context.person(address)
    if isinstance(person, Refusal):
        return person
    if not world.words.strip():
        return Refusal("no_words")
    return Granted(
        "new",
        opens=_opening(person, replace(world, title=title or world.title), context.agent),
        params={"address": person.addr},
    )


def _call(context: CommandContext) -> Judgement:
    """A memo of a call: on a new ticket of that customer."""
    caller = _caller(context)
    if isinstance(caller, Refusal):
        return caller
    opens = _opening(caller, replace(context.world, title="", words=""), context.agent)  # its words are for the house
    return Granted("call", opens=opens, params={"address": caller.addr})


def _call_here(context: TicketContext) -> Judgement:
    """A memo of a call about this ticket, when the caller takes part in it; else a ticket of their own.

    Where nobody is named the requester called. Whoever spoke with them has the ticket from then on, if nobody had it.
    """
    requester = context.ticket.requester
    caller = _caller(context, requester if addressee.known(requester) else None)
    if isinstance(caller, Refusal):
        return caller
    if not any(caller.key == one.key for one in (requester, *context.ticket.participants)):
        return _call(context)
    taken = () if context.ticket.owner else about_people.handed_over(context, context.agent.name)
    return context.granted("call_here", *taken, address=caller.addr)


def _caller(context: CommandContext, otherwise: Address | None = None) -> Address | Refusal:
    """Whose call a memo is of: by address, by number, or who is meant `otherwise`."""
    world, written = context.world, context.argument
    by_number = named.caller(written, world.callers) if written else otherwise
    caller = context.person(written) if "@" in written else by_number
    if caller is None:
        return Refusal("no_such_number", params={"text": written}) if written else Refusal("whose_call")
    if isinstance(caller, Refusal) or world.words.strip() or world.files:
        return caller
    return Refusal("no_words")


def _opening(person: Address, world: KnownWorld, agent: Agent) -> tuple[Change, ...]:
    """A ticket of somebody who has not written: with their name and in their language, where they are known."""
    policy = world.policy
    department = policy.department(world.department or agent.home)
    known = world.people.get(person.key)
    told = world.moment.facts.customers.get(person.key)
    theirs = (known.language if known else "", told.language if told else "")
    spoken = (*theirs, department.language, policy.language)
    language = next((one for one in spoken if one in policy.languages), "en")
    said = (" ".join(world.title.split())[: about_status.LONGEST_TITLE], _first_line(world.words))
    fit = (one for one in said if one and not about_status.is_private(one, policy))
    title = next(fit, "") or _neutral(world, department.name, language)
    return (
        OpenTicket(title, department.name, known.address if known else _named(person, told), language=language),
        Assign(agent.name),
        SetStatus(Status.OPEN),
    )


def _named(person: Address, told: Customer | None) -> Address:
    return person if person.name or told is None else Address(person.addr, told.name)


def _neutral(world: KnownWorld, department: str, language: str) -> str:
    """What a ticket is called whose words are not for its customer's eyes: a call by its day."""
    if world.words:
        return world.policy.own_words("ticket.request", language)
    day = world.now.astimezone(ZoneInfo(promise.zone_of(world.policy, department)))
    told = world.policy.own_words(f"day.{day.month}", language, day=day.day)
    return world.policy.own_words("ticket.call", language, day=told)


def _first_line(text: str) -> str:
    line = next((line.strip() for line in text.split("\n") if line.strip()), "")
    return beginning(line, 60)


ON_TICKET: Mapping[str, Callable[[TicketContext], Judgement]] = {
    "take": about_people.take,
    "assign": about_people.assign,
    "unassign": about_people.unassign,
    "move": about_people.move,
    "watch": about_watching.watch,
    "unwatch": about_watching.unwatch,
    "ask": about_people.ask,
    "forward": about_forwarding.forward,
    "cc": about_people.cc,
    "requester": about_people.requester,
    "only": about_people.only,
    "via": about_people.via,
    "open": about_status.set_open,
    "wait": about_status.wait,
    "hold": about_status.hold,
    "solve": about_status.solve,
    "file": about_status.put_on_file,
    "reopen": about_status.reopen,
    "quiet": about_status.quiet,
    "spam": about_spam.spam,
    "notspam": about_spam.not_spam,
    "priority": about_status.priority,
    "due": about_status.set_due,
    "remind": about_status.remind,
    "tag": about_status.tag,
    "subject": about_status.title,
    "field": about_status.field,
    "spent": about_status.spent,
    "privacy": about_privacy.privacy_request,
    "note": _note,
    "reply": _reply,
    "use": _use,
    "draft": about_answers.draft,
    "article": about_answers.article,
    "publish": about_answers.publish,
    "page": about_people.page_link,
    "save": _save,
    "call": _call_here,
    "merge": about_threads.merge,
    "split": about_threads.split,
    "link": about_threads.link,
    "undo": about_threads.undo_change,
}
WITHOUT_TICKET: Mapping[str, Callable[[CommandContext], Judgement]] = {
    "new": _new,
    "call": _call,
    "away": about_absence.away,
    "back": about_absence.back,
    "watch": about_watching.watch_tags,
    "unwatch": about_watching.unwatch_tags,
    "news": about_outage.news,
    "incident": about_outage.incident,
    "answer": about_outage.answer,
    "board": about_watching.board,
    "undo": about_outage.take_back,
}

__all__ = [
    "Actor",
    "Event",
    "Granted",
    "Judgement",
    "KnownWorld",
    "Plan",
    "Refusal",
    "carry_out",
    "customer_asks",
    "plan",
]
