"""Commands about people: who owns a ticket, who is asked, who takes part, and the page they have of it."""

from __future__ import annotations

from dataclasses import replace

from mailgate.core.channels import channel
from mailgate.core.channels.channel import MAIL
from mailgate.core.channels.whereabouts import channel_of
from mailgate.core.commands.about_status import is_private
from mailgate.core.commands.judging import Judgement, Refusal, TicketContext, nearest, signed_words
from mailgate.core.letters import addressee, own_page, readers
from mailgate.core.model.change import (
    Assign,
    Audience,
    Change,
    Join,
    Journal,
    Leave,
    Move,
    Outbound,
    SetRequester,
    SetStatus,
)
from mailgate.core.model.content import ExpertAsked, Handover, Notice, Question
from mailgate.core.model.mail import Address, canonical
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.policy import Agent, Department
from mailgate.core.model.said import said
from mailgate.core.model.shown import Person
from mailgate.core.model.ticket import Status
from mailgate.core.proof import page
from mailgate.core.text.folding import fold


def take(context: TicketContext) -> Judgement:
    """The writer becomes the owner and gets the whole thread; a colleague's ticket is asked about first."""
    owner, writer = context.ticket.owner, context.agent.name
    if owner == writer:
        return context.granted_already("already_yours")
    question = context.ask_first("taken", owner=owner) if owner and _works(context, owner) else None
    letters = (*_thread(context), *_loss(context))
    return question or context.granted("taken", *handed_over(context, writer), outbound=letters)


def assign(context: TicketContext) -> Judgement:
    """A colleague becomes the owner and gets the whole thread."""
    colleague = context.colleague(context.argument)
    if isinstance(colleague, Refusal):
        return colleague
    if colleague.name == context.agent.name:
        return take(context)
    if context.ticket.owner == colleague.name:
        return context.granted_already("already_theirs", name=colleague.shown_name)
    absence = next((one for one in context.world.away if one.agent == colleague.name), None)
    if absence:
        cover = context.policy.agent(absence.cover)
        name = colleague.shown_name
        question = (
            context.ask_first("away", name=name, cover=cover.name)
            if cover
            else context.ask_first("away_alone", name=name)
        )
        if question:
            return question
    handover = context.letter(colleague, Handover(by=context.agent.shown_name, text=context.world.words))
    changes = handed_over(context, colleague.name)
    return context.granted("assigned", *changes, outbound=(handover, *_loss(context)), name=colleague.shown_name)


def unassign(context: TicketContext) -> Judgement:
    """Back to the department; a colleague's ticket is asked about first, unless a lead asks."""
    owner = context.ticket.owner
    if owner is None:
        return context.granted_already("already_free")
    question = context.ask_first("taken", owner=owner) if owner != context.agent.name and not context.leads else None
    return question or context.granted("released", *given_back(context), outbound=_loss(context))


def move(context: TicketContext) -> Judgement:
    """To another department, whose agents hear why; nobody there owns it yet."""
    department, why = _department(context, context.argument)
    if isinstance(department, Refusal):
        return department
    name = department.name
    if name == context.ticket.department:
        return context.granted_already("already_there", department=name)
    if department.training or context.policy.training(context.ticket.department):
        return Refusal("training")
    changes: list[Change] = [Move(name, why), *given_back(context)]
    letters = [
        replace(
            context.letter(agent, Handover(by=context.agent.shown_name, to=name, why=why, text=context.world.words)),
            not_before=readers.at_work(context.world.moment, agent, context.ticket.priority, name),
        )
        for agent in readers.of_departments(context.world.moment, (name,))
        if agent.name != context.agent.name
    ]
    return context.granted("moved", *changes, outbound=letters, department=name)


def ask(context: TicketContext) -> Judgement:
    """The history and a question to a colleague or an outsider, never to somebody who takes part."""
    whom, _, rest = context.argument.partition(" ")
    question = rest.strip() or context.world.words.strip()
    if not question:
        return Refusal("no_question")
    colleague = context.colleague(whom)
    if isinstance(colleague, Agent):
        letter = context.letter(colleague, ExpertAsked(question=question, by=context.agent.shown_name))
        return context.granted("asked", Journal("asked", colleague.name), outbound=[letter], whom=colleague.shown_name)
    if "@" not in whom.lstrip("@"):
        return colleague
    expert = context.person(whom)
    if isinstance(expert, Refusal):
        return expert
    if any(expert.key == person.key for person in (context.ticket.requester, *context.ticket.participants)):
        return Refusal("takes_part", params={"address": expert.addr})
    if is_private(question, context.policy):
        return Refusal("private_words")
    asked = ExpertAsked(expert=expert.key, question=question, by=context.agent.shown_name)
    letter = Outbound(asked, Audience.EXPERT, (expert,), purpose=Purpose.EXPERT, language=context.policy.language)
    return context.granted("asked", Journal("asked", expert.key), outbound=[letter], whom=expert.addr)


def cc(context: TicketContext) -> Judgement:
    """People who take part from now on, or no longer; the requester always does."""
    changes: list[Change] = []
    known = {person.key for person in (context.ticket.requester, *context.ticket.participants)}
    for word in signed_words(context.argument):
        if word.startswith("-"):
            gone = canonical(word[1:].strip("<>.;"))
            if gone == context.ticket.requester.key:
                return Refusal("is_requester", params={"address": gone})
            if gone not in known:
                others = tuple(sorted(known - {context.ticket.requester.key}))
                return Refusal("takes_no_part", others, {"address": gone})
            changes.append(Leave(gone))
            continue
        person = context.person(word.removeprefix("+"))
        if isinstance(person, Refusal):
            return person
        if person.key not in known:
            changes.append(Join(person))
    return context.granted("cc" if changes else "already_cc", *changes)


def requester(context: TicketContext) -> Judgement:
    """The ticket is somebody else's; the old requester goes on taking part, but for an agent who passed the mail on.

    No customer ever reads an agent's address.
    """
    person = context.person(context.argument)
    if isinstance(person, Refusal):
        return person
    if person.key == context.ticket.requester.key:
        return context.granted_already("already_requester", address=person.addr)
    named = next((one for one in context.ticket.participants if one.key == person.key), Address(person.addr))
    before = context.ticket.requester
    gone = (Leave(before.key),) if context.policy.colleague_at(before.addr) else ()
    return context.granted("requester", SetRequester(named), *gone, address=named.addr)


def via(context: TicketContext) -> Judgement:
    """The words of this mail, and all that follows until they write again, go to another address of the customer's."""
    policy, before = context.policy, context.ticket.requester
    there = channel.called(policy.channels, context.argument)
    if there is None and context.argument.lower() != MAIL:
        return Refusal("no_channel", (MAIL, *(one.name for one in policy.channels)), {"text": context.argument})
    way = there.name if there else MAIL
    known = context.world.moment.facts.ways.get(context.ticket.number, ())
    there_too = (one for one in (before.key, *known) if channel_of(one) == (there.key if there else ""))
    found = next((one for one in there_too if addressee.writable(Address(one), policy)), None)
    if found is None:
        return Refusal("no_way", params={"way": way})
    if found == before.key:
        return context.granted_already("via", way=way)
    person = Address(found, there.names(before.name) if there else channel.plain(policy.channels, before.name))
    return context.granted("via", SetRequester(person), Leave(before.key), way=way)


def only(context: TicketContext) -> Judgement:
    """The words of this mail go to one person alone: the requester, or whoever else takes part and is named."""
    people = {one.key: one for one in (context.ticket.requester, *context.ticket.participants)}
    wanted = canonical(context.argument.strip("<>.,;")) or context.ticket.requester.key
    person = people.get(wanted)
    if person is None:
        return Refusal("takes_no_part", tuple(people), {"address": context.argument})
    if not addressee.writable(person, context.policy):
        return Refusal("no_address", params={"text": person.addr})
    return context.granted("only", whom=person.addr)


# --- shared -----------------------------------------------------------------------------------------------------------


def handed_over(context: TicketContext, name: str) -> tuple[Change, ...]:
    """The ticket is this agent's, and open when nobody had it."""
    opens = (SetStatus(Status.OPEN),) if context.ticket.status is Status.NEW else ()
    return (Assign(name), *opens)


def given_back(context: TicketContext) -> tuple[Change, ...]:
    """Nobody's ticket, and new again when somebody worked on it."""
    if context.ticket.owner is None:
        return ()
    renewed = (SetStatus(Status.NEW),) if context.ticket.status is Status.OPEN else ()
    return (Assign(None), *renewed)


def _works(context: TicketContext, owner: str) -> bool:
    agent = context.policy.agent(owner)
    return agent is not None and agent.active


def _thread(context: TicketContext) -> tuple[Outbound, ...]:
    """The whole thread for the taker, unless its one entry is the very mail they answer."""
    if len(context.world.entries) < 2:
        return ()
    return (readers.to_agent(context.policy, context.agent, Handover(), purpose=Purpose.CUSTOMER),)


def _loss(context: TicketContext) -> tuple[Outbound, ...]:
    """The owner who loses the ticket to a colleague's command hears of it."""
    former = context.policy.agent(context.ticket.owner)
    if former is None or not former.active or former.name == context.agent.name:
        return ()
    return (context.letter(former, Notice(from_=Person(context.agent.shown_name), why="taken_from_you")),)


def _department(context: TicketContext, text: str) -> tuple[Department | Refusal, str]:
    """The department at the beginning of `text`, by name or address, and the reason after it."""
    parts = text.removeprefix("to ").split() or [text]
    named = {fold(one.name): one for one in context.policy.departments}
    for count in range(min(4, len(parts)), 0, -1):
        written = " ".join(parts[:count]).strip(".,:;")
        at = context.policy.department_at(written) if "@" in written else None
        department = context.policy.department(at) if at else named.get(fold(written))
        if department:
            return department, " ".join(parts[count:])
    near = nearest(fold(parts[0]), {key: one.name for key, one in named.items()})
    return Refusal("no_such_department", near or tuple(one.name for one in named.values()), {"name": parts[0]}), ""


def page_link(context: TicketContext) -> Judgement:
    """The requester's link, and once it was ended a new one; `off` ends every link there is, and no letter has one."""
    policy, ticket = context.policy, context.ticket
    if not own_page.offered(policy) or policy.training(ticket.department):
        return Refusal("no_pages")
    state = page.state_of([(one.kind, one.new) for one in context.world.events])
    if context.argument:
        if not state.on:
            return context.granted_already("page_is_off")
        return context.granted("page_off", Journal("page", page.OFF))
    if ticket.requester not in own_page.people_of(ticket):
        return Refusal("no_page_reader")
    token = own_page.written(context.world.moment, ticket, state, ticket.requester)
    opened = () if state.on else (Journal("page", page.ON),)
    link = own_page.address(token, policy)
    told = said("done.page", who=ticket.requester.addr, link=link)
    shown = Question(title=said("asked.page", tag=policy.tag(ticket.number)), text=told, actions=False)
    return context.granted(
        "page", *opened, outbound=(context.letter(context.agent, shown),), who=ticket.requester.addr, link=link
    )
