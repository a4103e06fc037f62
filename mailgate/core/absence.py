"""Commands about absence: who is away, from when until when, and who covers."""

from __future__ import annotations

from mailgate.core import when
from mailgate.core.change import SetAway
from mailgate.core.command import Command
from mailgate.core.order import Judgement, Order, Outcome, Refusal, World, without_ticket
from mailgate.core.policy import Agent
from mailgate.core.words import fold

_COVER = frozenset({"cover", "covered", "covers", "sijainen", "sijaistaa", "zastepuje", "zastepca", "aizvieto"})


def away(command: Command, agent: Agent, world: World) -> Judgement:
    """An absence and its cover; a lead may name somebody else first."""
    order = without_ticket(command, agent, world)
    words = command.argument.split()
    at = next((at for at, word in enumerate(words) if fold(word).strip(":,") in _COVER), None)
    if at is None or at + 1 >= len(words):
        return Refusal("no_cover")
    cover = order.colleague(" ".join(words[at + 1 :]))
    if isinstance(cover, Refusal):
        return cover
    who, days = _whose(order, words[:at])
    if isinstance(who, Refusal):
        return who
    if cover.name == who.name:
        return Refusal("own_cover")
    try:
        start, until = when.span(days, world.now, order.zone)
    except when.NotAMoment as problem:
        return Refusal(f"when_{problem.reason}", params={"text": days})
    gone = next((one for one in world.away if one.agent == cover.name and one.start < until), None)
    if gone and (gone.until is None or gone.until > start):
        return Refusal("cover_away", params={"name": cover.shown_name})
    effect = SetAway(who.name, start, until, cover.name)
    said = {"name": who.shown_name, "cover": cover.shown_name, "at": order.shown(start), "until": order.shown(until)}
    return Outcome("away", effects=(effect,), params=said)


def _whose(order: Order, words: list[str]) -> tuple[Agent | Refusal, str]:
    """Whose absence it is, and the days: the first word may be a name, for a lead."""
    try:
        when.span(" ".join(words), order.world.now, order.zone)
    except when.NotAMoment:
        named = order.colleague(words[0]) if len(words) > 1 else order.agent
        if isinstance(named, Agent) and len(words) > 1:
            return _led(order, named), " ".join(words[1:])
    return order.agent, " ".join(words)


def back(command: Command, agent: Agent, world: World) -> Judgement:
    """Here again."""
    order = without_ticket(command, agent, world)
    who = order.colleague(command.argument) if command.argument else agent
    who = _led(order, who) if isinstance(who, Agent) else who
    if isinstance(who, Refusal):
        return who
    if all(absence.agent != who.name for absence in world.away):
        return Outcome("not_away", params={"name": who.shown_name})
    return Outcome("back", effects=(SetAway(who.name, None),), params={"name": who.shown_name})


def _led(order: Order, who: Agent) -> Agent | Refusal:
    return who if who.name == order.agent.name or order.leads else Refusal("role", params={"role": "lead"})
