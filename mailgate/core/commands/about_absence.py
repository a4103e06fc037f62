"""Commands about absence: who is away, from when until when, and who covers."""

from __future__ import annotations

from mailgate.core.commands.judging import (
    CommandContext,
    Granted,
    Judgement,
    KnownWorld,
    Refusal,
    context_without_ticket,
)
from mailgate.core.commands.reader import Command
from mailgate.core.model.change import SetAway
from mailgate.core.model.policy import Agent
from mailgate.core.text.folding import fold
from mailgate.core.worktime import moments

_COVER = frozenset({"cover", "covered", "covers", "sijainen", "sijaistaa", "zastepuje", "zastepca", "aizvieto"})


def away(command: Command, agent: Agent, world: KnownWorld) -> Judgement:
    """An absence and its cover; a lead may name somebody else first."""
    order = context_without_ticket(command, agent, world)
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
        start, until = moments.period(days, world.now, order.zone)
    except moments.NotAMoment as problem:
        return Refusal(f"when_{problem.reason}", params={"text": days})
    gone = next((one for one in world.away if one.agent == cover.name and one.start < until), None)
    if gone and (gone.until is None or gone.until > start):
        return Refusal("cover_away", params={"name": cover.shown_name})
    effect = SetAway(who.name, start, until, cover.name)
    said = {"name": who.shown_name, "cover": cover.shown_name, "at": order.shown(start), "until": order.shown(until)}
    return Granted("away", effects=(effect,), params=said)


def _whose(order: CommandContext, words: list[str]) -> tuple[Agent | Refusal, str]:
    """Whose absence it is, and the days: the first word may be a name, for a lead."""
    try:
        moments.period(" ".join(words), order.world.now, order.zone)
    except moments.NotAMoment:
        named = order.colleague(words[0]) if len(words) > 1 else order.agent
        if isinstance(named, Agent) and len(words) > 1:
            return _led(order, named), " ".join(words[1:])
    return order.agent, " ".join(words)


def back(command: Command, agent: Agent, world: KnownWorld) -> Judgement:
    """Here again."""
    order = context_without_ticket(command, agent, world)
    who = order.colleague(command.argument) if command.argument else agent
    who = _led(order, who) if isinstance(who, Agent) else who
    if isinstance(who, Refusal):
        return who
    if all(absence.agent != who.name for absence in world.away):
        return Granted("not_away", params={"name": who.shown_name})
    return Granted("back", effects=(SetAway(who.name, None),), params={"name": who.shown_name})


def _led(order: CommandContext, who: Agent) -> Agent | Refusal:
    return who if who.name == order.agent.name or order.leads else Refusal("role", params={"role": "lead"})
