"""Commands about absence: who is away, from when until when, and who covers."""

from __future__ import annotations

from mailgate.core.commands.judging import CommandContext, Granted, Judgement, Refusal
from mailgate.core.model.change import SetAway
from mailgate.core.model.policy import Agent
from mailgate.core.model.said import Said
from mailgate.core.text.folding import fold
from mailgate.core.worktime import moments

_COVER = frozenset({"cover", "covered", "covers", "sijainen", "sijaistaa", "zastepuje", "zastepca", "aizvieto"})


def away(context: CommandContext) -> Judgement:
    """An absence and its cover; a lead may name somebody else first."""
    world = context.world
    words = context.argument.split()
    at = next((at for at, word in enumerate(words) if fold(word).strip(":,") in _COVER), None)
    if at is None or at + 1 >= len(words):
        return Refusal("no_cover")
    cover = context.colleague(" ".join(words[at + 1 :]))
    if isinstance(cover, Refusal):
        return cover
    who, days = _whose(context, words[:at])
    if isinstance(who, Refusal):
        return who
    if cover.name == who.name:
        return Refusal("own_cover")
    try:
        start, until = moments.period(days, world.now, context.zone)
    except moments.NotAMoment as problem:
        return Refusal(f"when_{problem.reason}", params={"text": days})
    gone = next((one for one in world.away if one.agent == cover.name and one.start < until), None)
    if gone and (gone.until is None or gone.until > start):
        return Refusal("cover_away", params={"name": cover.shown_name})
    effect = SetAway(who.name, start, until, cover.name)
    begin, end = context.in_their_days(start), context.in_their_days(until, last=True)
    told: dict[str, str | Said] = {"name": who.shown_name, "cover": cover.shown_name, "at": begin, "until": end}
    return Granted("away", effects=(effect,), params=told)


def _whose(context: CommandContext, words: list[str]) -> tuple[Agent | Refusal, str]:
    """Whose absence it is, and the days: the first word may be a name, for a lead."""
    try:
        moments.period(" ".join(words), context.world.now, context.zone)
    except moments.NotAMoment:
        named = context.colleague(words[0]) if len(words) > 1 else context.agent
        if isinstance(named, Agent) and len(words) > 1:
            return _led(context, named), " ".join(words[1:])
    return context.agent, " ".join(words)


def back(context: CommandContext) -> Judgement:
    """Here again."""
    who = context.colleague(context.argument) if context.argument else context.agent
    who = _led(context, who) if isinstance(who, Agent) else who
    if isinstance(who, Refusal):
        return who
    if all(absence.agent != who.name for absence in context.world.away):
        return Granted("not_away", params={"name": who.shown_name})
    return Granted("back", effects=(SetAway(who.name, None),), params={"name": who.shown_name})


def _led(context: CommandContext, who: Agent) -> Agent | Refusal:
    return who if who.name == context.agent.name or context.leads else Refusal("role", params={"role": "lead"})
