"""Commands about where a ticket stands: status, deadlines, priority, tags, title, fields."""

from __future__ import annotations

import re
from datetime import timedelta

from mailgate.core.commands import about_privacy
from mailgate.core.commands.judging import Judgement, Refusal, TicketContext, nearest, signed_words
from mailgate.core.letters import status_letters
from mailgate.core.model.change import (
    Assign,
    Change,
    Journal,
    Remind,
    SetDue,
    SetField,
    SetPriority,
    SetStatus,
    SetSubject,
    Tag,
)
from mailgate.core.model.policy import Policy
from mailgate.core.model.ticket import QUIET, Priority, Status
from mailgate.core.proof import token
from mailgate.core.text import subject
from mailgate.core.text.folding import fold
from mailgate.core.worktime import amount, promise, sla

_OFF = frozenset({"off", "none", "never", "clear", "-", "pois", "wylacz", "nav"})
_FIELD = re.compile(r"([^\W\d][\w-]{0,39})\s*=\s*(.*)", re.DOTALL)
_TAG = re.compile(r"[\w][\w.:/&-]{0,39}")
LONGEST_TITLE = 255


def reopen(context: TicketContext) -> Judgement:
    """Worked on again; by the owner, else by the writer."""
    if not context.ticket.status.done:
        return context.granted_already("not_solved")
    return context.granted("reopened", *_mine(context), SetStatus(Status.OPEN, why="reopened"))


def set_open(context: TicketContext) -> Judgement:
    """Somebody works on it: the owner, else the writer."""
    if context.ticket.status is Status.OPEN and context.ticket.owner:
        return context.granted_already("already_open")
    return context.granted("opened", *_mine(context), SetStatus(Status.OPEN))


def wait(context: TicketContext) -> Judgement:
    """The customer's turn, until the department's nudge."""
    if context.ticket.status is Status.WAITING:
        return context.granted_already("already_waiting")
    until = promise.waits_until(context.policy, context.ticket.department, context.world.now)
    return context.granted("waiting", SetStatus(Status.WAITING, until))


def hold(context: TicketContext) -> Judgement:
    """Out of sight until a time, else until the customer writes."""
    if not context.argument:
        if context.ticket.status is Status.HOLD and context.ticket.status_until is None:
            return context.granted_already("already_held")
        return context.granted("held", SetStatus(Status.HOLD))
    at = context.whole_moment()
    if isinstance(at, Refusal):
        return at
    return context.granted("held_until", SetStatus(Status.HOLD, at), at=context.in_their_time(at))


def solve(context: TicketContext) -> Judgement:
    """Done; a ticket nobody had was the writer's work."""
    if context.ticket.status.done:
        return context.granted_already("already_solved")
    question = _about_their_data(context)
    if question:
        return question
    if not context.argument:
        return context.granted("solved", *_mine(context), SetStatus(Status.SOLVED))
    if not status_letters.may_send(context.world.moment, context.ticket):
        return Refusal("nobody_to_tell")
    return context.granted("solved_told", *_mine(context), SetStatus(Status.SOLVED, why="told"))


def put_on_file(context: TicketContext) -> Judgement:
    """Over, with nothing to say to anybody; it is no work done, so nobody becomes its owner."""
    if context.ticket.status.done:
        return context.granted_already("already_solved")
    return _about_their_data(context) or context.granted("filed", SetStatus(Status.SOLVED, why="filed"))


def _about_their_data(context: TicketContext) -> Refusal | None:
    """A solved ticket has no deadline, and a request about personal data is owed an end within a month."""
    return context.ask_first("privacy_open") if about_privacy.is_open(context) else None


def quiet(context: TicketContext) -> Judgement:
    """No automatic letters, and no end but by people; `off` ends that. Letters that wait are not sent any more."""
    is_quiet = context.ticket.quiet
    if context.argument:
        return context.granted("quiet_off", Tag(remove=(QUIET,))) if is_quiet else context.granted_already("not_quiet")
    return context.granted_already("already_quiet") if is_quiet else context.granted("quiet", Tag(add=(QUIET,)))


def priority(context: TicketContext) -> Judgement:
    """One of four words, each also by its beginning."""
    names = [one.value for one in Priority]
    wanted = fold(context.argument)
    if wanted not in names:
        return Refusal("no_such_priority", nearest(wanted, names) or tuple(names), {"name": context.argument})
    chosen = Priority(wanted)
    if chosen is context.ticket.priority:
        return context.granted_already("already_priority", priority=wanted)
    return context.granted("priority", SetPriority(chosen), priority=wanted)


def set_due(context: TicketContext) -> Judgement:
    """A deadline by hand."""
    if fold(context.argument) in _OFF:
        return context.granted("due_off", *(() if context.ticket.due.manual is None else (SetDue("manual", None),)))
    at = context.whole_moment()
    if isinstance(at, Refusal):
        return at
    return context.granted("due", SetDue("manual", at), at=context.in_their_time(at))


def remind(context: TicketContext) -> Judgement:
    """A reminder to the writer."""
    if fold(context.argument) in _OFF:
        return context.granted("remind_off", Remind(context.agent.name, None))
    found = context.leading_moment(context.argument)
    if isinstance(found, Refusal):
        return found
    at, text = found
    return context.granted("remind", Remind(context.agent.name, at, text), at=context.in_their_time(at))


def allowed_tag(word: str, allowed: tuple[str, ...]) -> str | Refusal:
    """The tag somebody wrote, as the admin spells it; where they say which there are (`allowed`) it is one of these."""
    name = word.lstrip("+-#").lower()
    if not _TAG.fullmatch(name):
        return Refusal("no_tag", params={"text": word})
    known = {fold(one): one for one in allowed}
    if allowed and fold(name) not in known:
        return Refusal("no_such_tag", nearest(fold(name), known) or allowed, {"name": name})
    return known.get(fold(name), name)


def tag(context: TicketContext) -> Judgement:
    """Tags added (`+` may be left out) and removed; only those the admin allows, when they say which."""
    allowed = context.policy.tickets.tags
    add: dict[str, None] = {}
    remove: dict[str, None] = {}
    written = signed_words(context.argument)
    signed = any(word[0] in "+-" for word in written)
    for word in written:
        name = allowed_tag(word, () if word.startswith("-") else allowed)
        if isinstance(name, Refusal):
            return name
        if signed and word[0] not in "+-":  # `#tag +refund is late` says too much
            return Refusal("no_tag", params={"text": word})
        if word.startswith("-"):
            add.pop(name, None)
            remove[name] = None
            continue
        remove.pop(name.lower(), None)
        add[name] = None
    fresh = tuple(name for name in add if name not in context.ticket.tags)
    gone = tuple(name for name in remove if name in context.ticket.tags)
    if not fresh and not gone:
        return context.granted_already("already_tagged")
    changed = " ".join([*(f"+{name}" for name in fresh), *(f"-{name}" for name in gone)])
    return context.granted("tagged", Tag(fresh, gone), tags=changed)


def is_private(text: str, policy: Policy) -> bool:
    """True for what no customer may read in a title: a mark of ours, or an agent's address."""
    return token.stands_in(text, policy.markers) or policy.names_an_agent(text)


def title(context: TicketContext) -> Judgement:
    """A better title."""
    wanted = subject.without_prefixes(" ".join(context.argument.split()))[:LONGEST_TITLE]
    if not wanted:
        return Refusal("no_title")
    if is_private(wanted, context.policy):
        return Refusal("private_title")
    if wanted == context.ticket.subject:
        return context.granted_already("already_titled")
    return context.granted("titled", SetSubject(wanted), title=wanted)


def field(context: TicketContext) -> Judgement:
    """A named value; an empty one removes it."""
    found = _FIELD.fullmatch(context.argument.strip())
    if not found:
        return Refusal("no_field", params={"text": context.argument})
    name, value = found[1].lower(), found[2].strip()[:1000]
    if context.ticket.fields.get(name, "") == value:
        return context.granted_already("already_field", name=name)
    return context.granted("field" if value else "field_gone", SetField(name, value), name=name, value=value)


def spent(context: TicketContext) -> Judgement:
    """How long the writer worked on it, noted in the journal; `#undo` notes the opposite."""
    worked = amount.minutes(context.argument)
    if worked is None:
        return Refusal("no_amount", params={"text": context.argument})
    return context.granted("spent", Journal("spent", str(worked)), span=sla.span(timedelta(minutes=worked)))


def _mine(context: TicketContext) -> tuple[Change, ...]:
    return () if context.ticket.owner else (Assign(context.agent.name),)
