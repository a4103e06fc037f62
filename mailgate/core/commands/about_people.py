"""Commands about people: who owns a ticket, who follows it, who is asked, who takes part."""

from __future__ import annotations

from mailgate.core.commands.judging import CommandContext, Judgement, Refusal, nearest, signed_words
from mailgate.core.letters import readers
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
    Watch,
)
from mailgate.core.model.mail import Address, canonical
from mailgate.core.model.policy import Agent, Department
from mailgate.core.model.ticket import Status
from mailgate.core.text.folding import fold


def take(order: CommandContext) -> Judgement:
    """The writer becomes the owner and gets the whole thread; a colleague's ticket is asked about first."""
    owner, me = order.ticket.owner, order.agent.name
    if owner == me:
        return order.already("already_yours")
    question = order.asked("taken", owner=owner) if owner and _works(order, owner) else None
    return question or order.done("taken", *handed_over(order, me), outbound=(*_thread(order), *_loss(order)))


def assign(order: CommandContext) -> Judgement:
    """A colleague becomes the owner and gets the whole thread."""
    colleague = order.colleague(order.argument)
    if isinstance(colleague, Refusal):
        return colleague
    if colleague.name == order.agent.name:
        return take(order)
    if order.ticket.owner == colleague.name:
        return order.already("already_theirs", name=colleague.shown_name)
    absence = next((one for one in order.world.away if one.agent == colleague.name), None)
    if absence:
        cover = order.policy.agent(absence.cover)
        question = order.asked("away", name=colleague.shown_name, cover=cover.name if cover else "")
        if question:
            return question
    handover = order.letter(colleague, "handover", by=order.agent.shown_name, why="", text=order.world.words)
    letters = (handover, *(letter for letter in _loss(order) if letter.agent != colleague.name))
    return order.done("assigned", *handed_over(order, colleague.name), outbound=letters, name=colleague.shown_name)


def unassign(order: CommandContext) -> Judgement:
    """Back to the department; a colleague's ticket is asked about first, unless a lead asks."""
    owner = order.ticket.owner
    if owner is None:
        return order.already("already_free")
    question = order.asked("taken", owner=owner) if owner != order.agent.name and not order.leads else None
    return question or order.done("released", *given_back(order), outbound=_loss(order))


def move(order: CommandContext) -> Judgement:
    """To another department, whose agents hear why; nobody there owns it yet."""
    desk, why = _department(order, order.argument)
    if isinstance(desk, Refusal):
        return desk
    if desk.name == order.ticket.department:
        return order.already("already_there", department=desk.name)
    changes: list[Change] = [Move(desk.name, why), *given_back(order)]
    letters = [
        order.letter(agent, "handover", by=order.agent.shown_name, why=why, text=order.world.words)
        for agent in map(order.policy.agent, readers.crew(order.policy, desk.name))
        if agent and agent.name != order.agent.name
    ]
    return order.done("moved", *changes, outbound=letters, department=desk.name)


def watch(order: CommandContext) -> Judgement:
    """The writer follows the ticket."""
    if order.agent.name in order.ticket.watchers:
        return order.already("already_watching")
    return order.done("watching", Watch(order.agent.name))


def unwatch(order: CommandContext) -> Judgement:
    """The writer follows it no longer."""
    if order.agent.name not in order.ticket.watchers:
        return order.already("not_watching")
    return order.done("unwatched", Watch(order.agent.name, on=False))


def ask(order: CommandContext) -> Judgement:
    """The history and a question to a colleague or an outsider, never to somebody who takes part."""
    whom, _, rest = order.argument.partition(" ")
    question = rest.strip() or order.world.words.strip()
    if not question:
        return Refusal("no_question")
    about = {"question": question, "by": order.agent.shown_name}
    colleague = order.colleague(whom)
    if isinstance(colleague, Agent):
        letter = order.letter(colleague, "expert", **about)
        return order.done("asked", Journal("asked", colleague.name), outbound=[letter], whom=colleague.shown_name)
    if "@" not in whom.lstrip("@"):
        return colleague
    expert = order.person(whom)
    if isinstance(expert, Refusal):
        return expert
    if any(expert.key == person.key for person in (order.ticket.requester, *order.ticket.participants)):
        return Refusal("takes_part", params={"address": expert.addr})
    letter = Outbound(
        "expert", Audience.EXPERT, (expert,), purpose="expert", language=order.policy.language,
        context={"expert": expert.key, **about},
    )  # fmt: skip
    return order.done("asked", Journal("asked", expert.key), outbound=[letter], whom=expert.addr)


def cc(order: CommandContext) -> Judgement:
    """People who take part from now on, or no longer; the requester always does."""
    changes: list[Change] = []
    known = {person.key for person in (order.ticket.requester, *order.ticket.participants)}
    for word in signed_words(order.argument):
        if word.startswith("-"):
            gone = canonical(word[1:].strip("<>.;"))
            if gone == order.ticket.requester.key:
                return Refusal("is_requester", params={"address": gone})
            if gone not in known:
                return Refusal("takes_no_part", tuple(sorted(known - {order.ticket.requester.key})), {"address": gone})
            changes.append(Leave(gone))
            continue
        person = order.person(word.removeprefix("+"))
        if isinstance(person, Refusal):
            return person
        if person.key not in known:
            changes.append(Join(person))
    return order.done("cc" if changes else "already_cc", *changes)


def requester(order: CommandContext) -> Judgement:
    """The ticket is somebody else's; the old requester goes on taking part."""
    person = order.person(order.argument)
    if isinstance(person, Refusal):
        return person
    if person.key == order.ticket.requester.key:
        return order.already("already_requester", address=person.addr)
    named = next((one for one in order.ticket.participants if one.key == person.key), Address(person.addr))
    return order.done("requester", SetRequester(named), address=named.addr)


# --- shared -----------------------------------------------------------------------------------------------------------


def handed_over(order: CommandContext, name: str) -> tuple[Change, ...]:
    """The ticket is this agent's, and open when nobody had it."""
    opens = (SetStatus(Status.OPEN),) if order.ticket.status is Status.NEW else ()
    return (Assign(name), *opens)


def given_back(order: CommandContext) -> tuple[Change, ...]:
    """Nobody's ticket, and new again when somebody worked on it."""
    if order.ticket.owner is None:
        return ()
    renewed = (SetStatus(Status.NEW),) if order.ticket.status is Status.OPEN else ()
    return (Assign(None), *renewed)


def _works(order: CommandContext, owner: str) -> bool:
    agent = order.policy.agent(owner)
    return agent is not None and agent.active


def _thread(order: CommandContext) -> tuple[Outbound, ...]:
    """The whole thread for the taker, unless its one entry is the very mail they answer."""
    if len(order.world.entries) < 2:
        return ()
    return (readers.to_agent(order.policy, order.agent, "handover", purpose="customer", context={"why": ""}),)


def _loss(order: CommandContext) -> tuple[Outbound, ...]:
    """The owner who loses the ticket to a colleague's command hears of it."""
    former = order.policy.agent(order.ticket.owner)
    if former is None or not former.active or former.name == order.agent.name:
        return ()
    return (order.letter(former, "notice", why="taken_from_you", **{"from": _shown(order.agent)}),)


def _shown(agent: Agent) -> dict[str, str]:
    return {"name": agent.shown_name, "address": ""}


def _department(order: CommandContext, text: str) -> tuple[Department | Refusal, str]:
    """The department at the beginning of `text`, by name or address, and the reason after it."""
    parts = text.removeprefix("to ").split() or [text]
    named = {fold(desk.name): desk for desk in order.policy.departments}
    for count in range(min(4, len(parts)), 0, -1):
        written = " ".join(parts[:count]).strip(".,:;")
        at = order.policy.department_at(written) if "@" in written else None
        desk = order.policy.department(at) if at else named.get(fold(written))
        if desk:
            return desk, " ".join(parts[count:])
    near = nearest(fold(parts[0]), {key: desk.name for key, desk in named.items()})
    return Refusal("no_such_department", near or tuple(desk.name for desk in named.values()), {"name": parts[0]}), ""
