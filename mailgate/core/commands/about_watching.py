"""Commands about following: a ticket that is not one's own, every ticket with a tag, or the desk on its board."""

from __future__ import annotations

from mailgate.core.commands.about_status import allowed_tag
from mailgate.core.commands.judging import CommandContext, Granted, Judgement, Refusal, TicketContext, signed_words
from mailgate.core.letters import readers
from mailgate.core.model.change import EndSessions, Outbound, Watch, WatchTags
from mailgate.core.model.content import Content, Question
from mailgate.core.model.letter_kinds import LoginLetter
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.policy import Agent, Policy
from mailgate.core.model.shown import AskedFor

MOST_TAGS = 20  # that one agent may watch: whoever wants all has `#list`


def watch(context: TicketContext) -> Judgement:
    """The writer follows the ticket, or tickets with the tags that are named."""
    if context.argument:
        return watch_tags(context)
    if context.agent.name in context.ticket.watchers:
        return context.granted_already("already_watching")
    return context.granted("watching", Watch(context.agent.name))


def unwatch(context: TicketContext) -> Judgement:
    """The writer follows it, or them, no longer."""
    if context.argument:
        return unwatch_tags(context)
    if context.agent.name not in context.ticket.watchers:
        return context.granted_already("not_watching")
    return context.granted("unwatched", Watch(context.agent.name, on=False))


def board(context: CommandContext) -> Judgement:
    """A letter that logs in to the board; with `off` all their sessions end, and they are told which there were."""
    agent, policy = context.agent, context.policy
    if context.argument:
        ended = Question(ask=(AskedFor("board", context.argument),), actions=False)
        return Granted("", effects=(EndSessions(agent.name),), letters=(_letter(policy, agent, ended),))
    if not (policy.web.on and policy.web.board):
        return Refusal("no_board")
    return Granted("", letters=(way_in(policy, agent),))


def way_in(policy: Policy, agent: Agent) -> Outbound:
    """The letter that logs an agent in."""
    return _letter(policy, agent, LoginLetter())


def _letter(policy: Policy, agent: Agent, content: Content) -> Outbound:
    return readers.to_agent(policy, agent, content, purpose=Purpose.QUESTION, department=agent.home)


def watch_tags(context: CommandContext) -> Judgement:
    """The writer hears of every ticket with one of these tags, of coming ones too."""
    named = _tags(context)
    if isinstance(named, Refusal):
        return named
    before = watched(context)
    fresh = tuple(name for name in named if name not in before)
    if len(before) + len(fresh) > MOST_TAGS:
        return Refusal("too_many_tags", params={"most": str(MOST_TAGS)})
    return _told(WatchTags(context.agent.name, add=fresh), (*before, *fresh))


def unwatch_tags(context: CommandContext) -> Judgement:
    """The writer hears of them no longer, unless they are theirs or watched one by one."""
    named = _tags(context, gone=True)
    if isinstance(named, Refusal):
        return named
    left = tuple(name for name in watched(context) if name not in named)
    return _told(WatchTags(context.agent.name, remove=named), left)


def watched(context: CommandContext) -> tuple[str, ...]:
    """The tags the writer watches, in order."""
    facts = context.world.moment.facts
    return tuple(sorted(tag for tag, agents in facts.tag_watchers.items() if context.agent.name in agents))


def _tags(context: CommandContext, *, gone: bool = False) -> tuple[str, ...] | Refusal:
    """The tags named after the command; one that is watched no longer need not be among those the admin allows."""
    written = signed_words(context.argument)
    if not written:
        return Refusal("no_ticket")  # `#watch` alone
    found: dict[str, None] = {}
    for word in written:
        name = allowed_tag(word, () if gone else context.policy.tickets.tags)
        if isinstance(name, Refusal) or not word.startswith("+"):
            return name if isinstance(name, Refusal) else Refusal("no_tag", params={"text": word})
        found[name] = None
    return tuple(found)


def _told(effect: WatchTags, tags: tuple[str, ...]) -> Granted:
    """Granted, with all the tags that are watched from now on."""
    effects = (effect,) if effect.add or effect.remove else ()
    told = {"tags": " ".join(f"+{name}" for name in tags)} if tags else {}
    return Granted("watching_tags" if tags else "watching_no_tags", effects=effects, params=told)
