"""Commands about absence: who is away, from when until when, who covers, and who is told of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from mailgate.core.commands.judging import CommandContext, Granted, Judgement, Refusal, days_of
from mailgate.core.letters import readers
from mailgate.core.model.change import Absence, Assign, Change, Journal, Outbound, SetAway
from mailgate.core.model.content import Question
from mailgate.core.model.moment import Moment
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.policy import Agent, Calendar, Role
from mailgate.core.model.said import Said, said
from mailgate.core.model.ticket import AnyTicket
from mailgate.core.text.folding import fold
from mailgate.core.worktime import moments

_COVER = frozenset(map(fold, (
    "cover", "covered", "covers", "sijainen", "sijaisena", "sijaistaa", "zastępuje", "zastępca", "zastępstwo",
    "aizvieto", "aizvietotājs", "ersättare", "ersätter", "vertretung", "vertritt", "vertreter", "asendaja", "asendab",
)))  # fmt: skip
GIVEN_BACK = "away"  # the line of a ticket's journal: who had it, and to whose cover it went, if to anybody's
_NAME = 3  # words of a name at most


def away(context: CommandContext) -> Judgement:
    """An absence, perhaps with a cover. Of somebody else any agent may say that they are away today, leads any days."""
    world = context.world
    words = context.argument.split()
    at = next((at for at, word in enumerate(words) if fold(word).strip(":,") in _COVER), len(words))
    cover = _cover(context, " ".join(words[at + 1 :])) if at < len(words) else None
    if isinstance(cover, Refusal):
        return cover
    who, days = _whose(context, words[:at])
    if isinstance(who, Refusal):
        return who
    try:
        start, until = moments.absence(days, world.now, context.zone, _calendar(context, who))
    except moments.NotAMoment as problem:
        return Refusal(f"when_{problem.reason}", params={"text": days})
    found = SetAway(who.name, start, until, cover.name if cover else "")
    stopped = _reported(context, who, found) or (_covers_not(context, who, cover, found) if cover else None)
    if stopped:
        return stopped
    granted = _in_words(context, context.agent, who, found)
    return replace(granted, effects=(found,), letters=_told(context, who, cover, found))


def _cover(context: CommandContext, name: str) -> Agent | Refusal:
    return context.colleague(name) if name else Refusal("no_cover")


def _whose(context: CommandContext, words: list[str]) -> tuple[Agent | Refusal, str]:
    """Whose absence it is, and the days: the first words may be a name."""
    whole = " ".join(words)
    if _names_days(context, whole):
        return context.agent, whole
    for used in range(1, min(_NAME, len(words)) + 1):
        named, days = context.colleague(" ".join(words[:used])), " ".join(words[used:])
        if isinstance(named, Agent) and _names_days(context, days):
            return named, days
    rest = " ".join(words[1:])
    return context.colleague(words[0]) if rest and _names_days(context, rest) else context.agent, whole


def _names_days(context: CommandContext, text: str) -> bool:
    """True where it is meant for days, even if they are over."""
    try:
        moments.absence(text, context.world.now, context.zone)
    except moments.NotAMoment as problem:
        return problem.reason != "unreadable"
    return True


def _calendar(context: CommandContext, who: Agent) -> Calendar | None:
    policy = context.policy
    home = policy.department(who.home)
    return policy.calendar(who.calendar or home.calendar)


def _reported(context: CommandContext, who: Agent, found: SetAway) -> Judgement | None:
    """What keeps somebody from saying this of a colleague; None when they may."""
    if who.name == context.agent.name or context.leads:
        return None
    if context.agent.role is Role.TRAINEE:
        return Refusal("role", params={"role": "agent"})
    known = next((one for one in context.world.away if one.agent == who.name), None)
    if known:
        return Granted("already_away", params={"name": who.shown_name})
    tomorrow = moments.period("today", context.world.now, context.zone)[1]
    begun = found.start is not None and found.start <= context.world.now
    if begun and found.until is not None and found.until <= tomorrow:
        return None
    return Refusal("away_today", params={"name": who.shown_name, "agent": who.name})


def _covers_not(context: CommandContext, who: Agent, cover: Agent, found: SetAway) -> Refusal | None:
    """Why this agent cannot cover for that one."""
    if cover.name == who.name:
        return Refusal("own_cover")
    start, until = found.start, found.until
    known = (*context.world.away, *context.world.moment.facts.away_later)
    if any(one.agent == cover.name and _overlap(one, start, until) for one in known):
        return Refusal("cover_away", params={"name": cover.shown_name})
    return None


def _overlap(one: Absence, start: datetime | None, until: datetime | None) -> bool:
    begins = until is None or one.start < until
    return begins and (one.until is None or start is None or one.until > start)


def back(context: CommandContext) -> Judgement:
    """Here again: the absence ends, or when it has not begun yet, it is called off."""
    who = context.colleague(context.argument) if context.argument else context.agent
    if isinstance(who, Agent) and who.name != context.agent.name and not context.leads:
        return Refusal("role", params={"role": "lead"})
    if isinstance(who, Refusal):
        return who
    world = context.world
    here = all(one.agent != who.name for one in world.away)
    if here and all(one.agent != who.name for one in world.moment.facts.away_later):
        return Granted("not_away", params={"name": who.shown_name})
    ends = SetAway(who.name, None, None if here else world.now)
    return Granted("back", effects=(ends,), params={"name": who.shown_name})


def given_back(moment: Moment, ticket: AnyTicket) -> tuple[Change, ...]:
    """A ticket of somebody who is away and whom nobody covers is nobody's; () for any other."""
    owner = moment.policy.agent(ticket.owner)
    if owner is None or not readers.is_away(moment, owner) or readers.covered(moment, owner):
        return ()
    return (Assign(None), Journal(GIVEN_BACK, old=owner.name))


# --- who is told ------------------------------------------------------------------------------------------------------


def _told(context: CommandContext, who: Agent, cover: Agent | None, found: SetAway) -> tuple[Outbound, ...]:
    """A letter to them, to who covers, and to their lead or whoever reads for the lead then; not to the writer."""
    moment = context.world.moment
    gone = Absence(who.name, found.start or context.world.now, found.until, found.cover)
    then = replace(moment, facts=replace(moment.facts, away=(*moment.facts.away, gone)))
    lead = readers.lead_here(then, who.home)
    people = {one.name: one for one in (who, cover, lead) if one and one.name != context.agent.name}
    return tuple(_letter(context, one, who, found) for one in people.values())


def _letter(context: CommandContext, reader: Agent, who: Agent, found: SetAway) -> Outbound:
    gone = _in_words(context, reader, who, found)
    lines = [Said(f"done.{gone.answer}", gone.params)]
    if who.name != context.agent.name:
        lines.append(said("absence.by", name=context.agent.shown_name))
    if not found.cover:
        lines.append(said("absence.freed"))
    if reader.name == who.name:
        lines.append(said("absence.back"))
    about = Question(
        title=said("absence.title", name=who.shown_name),
        text=said("list.lines", lines=tuple(lines)),
        actions=False,
    )
    return readers.to_agent(context.policy, reader, about, purpose=Purpose.TABLES)


def _in_words(context: CommandContext, reader: Agent, who: Agent, found: SetAway) -> Granted:
    """Who is away, and when, in the time of who reads it."""
    zone, now = ZoneInfo(reader.timezone), context.world.now
    start = found.start or now
    params: dict[str, str | Said] = {"name": who.shown_name, "at": days_of(start, now, zone)}
    params["until"] = days_of(found.until or start, now, zone, last=True)
    cover = context.policy.agent(found.cover)
    return (
        Granted("away", params={**params, "cover": cover.shown_name}) if cover else Granted("away_alone", params=params)
    )
