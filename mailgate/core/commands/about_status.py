"""Commands about where a ticket stands: status, deadlines, priority, tags, title, fields."""

from __future__ import annotations

import re

from mailgate.core.commands.judging import CommandContext, Judgement, Refusal, nearest, signed_words
from mailgate.core.model.change import Assign, Change, Remind, SetDue, SetField, SetPriority, SetStatus, SetSubject, Tag
from mailgate.core.model.ticket import Priority, Status
from mailgate.core.text import subject
from mailgate.core.text.folding import fold
from mailgate.core.worktime import promise

_OFF = frozenset({"off", "none", "never", "clear", "-", "pois", "wylacz", "nav"})
_FIELD = re.compile(r"([^\W\d][\w-]{0,39})\s*=\s*(.*)", re.DOTALL)
_TAG = re.compile(r"[\w][\w.:/&-]{0,39}")
LONGEST_TITLE = 255


def reopen(order: CommandContext) -> Judgement:
    """Worked on again; by the owner, else by the writer."""
    if not order.ticket.status.done:
        return order.already("not_solved")
    return order.done("reopened", *_mine(order), SetStatus(Status.OPEN, why="reopened"))


def set_open(order: CommandContext) -> Judgement:
    """Somebody works on it: the owner, else the writer."""
    if order.ticket.status is Status.OPEN and order.ticket.owner:
        return order.already("already_open")
    return order.done("opened", *_mine(order), SetStatus(Status.OPEN))


def wait(order: CommandContext) -> Judgement:
    """The customer's turn, until the department's nudge."""
    if order.ticket.status is Status.WAITING:
        return order.already("already_waiting")
    until = promise.waits_until(order.policy, order.ticket.department, order.world.now)
    return order.done("waiting", SetStatus(Status.WAITING, until))


def hold(order: CommandContext) -> Judgement:
    """Out of sight until a time, else until the customer writes."""
    if not order.argument:
        if order.ticket.status is Status.HOLD and order.ticket.status_until is None:
            return order.already("already_held")
        return order.done("held", SetStatus(Status.HOLD))
    at = order.moment_alone()
    if isinstance(at, Refusal):
        return at
    return order.done("held_until", SetStatus(Status.HOLD, at), at=order.shown(at))


def solve(order: CommandContext) -> Judgement:
    """Done; a ticket nobody had was the writer's work."""
    if order.ticket.status.done:
        return order.already("already_solved")
    return order.done("solved", *_mine(order), SetStatus(Status.SOLVED))


def spam(order: CommandContext) -> Judgement:
    """Closed and marked; `why` keeps every letter to the sender back."""
    if order.ticket.status.done and "spam" in order.ticket.tags:
        return order.already("already_spam")
    closing = () if order.ticket.status.done else (SetStatus(Status.SOLVED, why="spam"),)
    return order.done("spam", Tag(add=("spam",)), *closing)


def priority(order: CommandContext) -> Judgement:
    """One of four words, each also by its beginning."""
    names = [one.value for one in Priority]
    wanted = fold(order.argument)
    if wanted not in names:
        return Refusal("no_such_priority", nearest(wanted, names) or tuple(names), {"name": order.argument})
    chosen = Priority(wanted)
    if chosen is order.ticket.priority:
        return order.already("already_priority", priority=wanted)
    return order.done("priority", SetPriority(chosen), priority=wanted)


def set_due(order: CommandContext) -> Judgement:
    """A deadline by hand."""
    if fold(order.argument) in _OFF:
        return order.done("due_off", *(() if order.ticket.due.manual is None else (SetDue("manual", None),)))
    at = order.moment_alone()
    if isinstance(at, Refusal):
        return at
    return order.done("due", SetDue("manual", at), at=order.shown(at))


def remind(order: CommandContext) -> Judgement:
    """A reminder to the writer."""
    if fold(order.argument) in _OFF:
        return order.done("remind_off", Remind(order.agent.name, None))
    found = order.moment(order.argument)
    if isinstance(found, Refusal):
        return found
    at, text = found
    return order.done("remind", Remind(order.agent.name, at, text), at=order.shown(at))


def tag(order: CommandContext) -> Judgement:
    """Tags added (`+` may be left out) and removed; only those the admin allows, when they say which."""
    allowed = order.policy.tickets.tags
    add: dict[str, None] = {}
    remove: dict[str, None] = {}
    written = signed_words(order.argument)
    signed = any(word[0] in "+-" for word in written)
    for word in written:
        name = word.lstrip("+-#").lower()
        if not _TAG.fullmatch(name) or (signed and word[0] not in "+-"):  # `#tag +refund is late` says too much
            return Refusal("no_tag", params={"text": word})
        if word.startswith("-"):
            add.pop(name, None)
            remove[name] = None
            continue
        known = {fold(one): one for one in allowed}
        if allowed and fold(name) not in known:
            return Refusal("no_such_tag", nearest(fold(name), known) or allowed, {"name": name})
        remove.pop(name, None)
        add[known.get(fold(name), name)] = None
    fresh = tuple(name for name in add if name not in order.ticket.tags)
    gone = tuple(name for name in remove if name in order.ticket.tags)
    if not fresh and not gone:
        return order.already("already_tagged")
    return order.done("tagged", Tag(fresh, gone), tags=" ".join([*(f"+{t}" for t in fresh), *(f"-{t}" for t in gone)]))


def title(order: CommandContext) -> Judgement:
    """A better title."""
    wanted = subject.without_prefixes(" ".join(order.argument.split()))[:LONGEST_TITLE]
    if not wanted:
        return Refusal("no_title")
    if wanted == order.ticket.subject:
        return order.already("already_titled")
    return order.done("titled", SetSubject(wanted), title=wanted)


def field(order: CommandContext) -> Judgement:
    """A named value; an empty one removes it."""
    found = _FIELD.fullmatch(order.argument.strip())
    if not found:
        return Refusal("no_field", params={"text": order.argument})
    name, value = found[1].lower(), found[2].strip()[:1000]
    if order.ticket.fields.get(name, "") == value:
        return order.already("already_field", name=name)
    return order.done("field" if value else "field_gone", SetField(name, value), name=name, value=value)


def _mine(order: CommandContext) -> tuple[Change, ...]:
    return () if order.ticket.owner else (Assign(order.agent.name),)
