"""The tickets that a command is about beside its own, looked up in the transaction that asks its agent about them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from mailgate.core.clock.escalation import rows
from mailgate.core.model.change import Decision, Outbound
from mailgate.core.model.content import Receipt
from mailgate.core.model.outage import MOST_ANSWERED, MOST_GATHERED
from mailgate.core.model.policy import Policy
from mailgate.core.model.said import Words, said
from mailgate.core.model.shown import Gathering
from mailgate.core.text import mentions
from mailgate.store.base import Read, TicketFilter

SHOWN = 10


def filled(read: Read, decision: Decision, policy: Policy, now: datetime) -> Decision:
    """The decision with the tickets of every such question; untouched when there is none."""
    if not any(_asks(one) for one in decision.letters):
        return decision
    return replace(decision, letters=tuple(_filled(read, one, policy, now) for one in decision.letters))


def _asks(letter: Outbound) -> Gathering | None:
    content = letter.content
    gathers = content.gathers if isinstance(content, Receipt) else None
    return gathers if gathers and gathers.numbers is None else None


def _filled(read: Read, letter: Outbound, policy: Policy, now: datetime) -> Outbound:
    gathers, content = _asks(letter), letter.content
    if gathers is None or not isinstance(content, Receipt):
        return letter
    numbers = _numbers(read, gathers)
    wanted = TicketFilter(numbers=numbers[:SHOWN], limit=SHOWN)
    first = read.tickets.matching(wanted, now) if numbers else []
    about = replace(
        content,
        gathers=replace(gathers, numbers=numbers, event=read.outage.newest_event()),
        asks=_told(gathers, len(numbers)) or content.asks,
        rows=rows(policy, first),
        more=max(0, len(numbers) - len(first)),
    )
    return replace(letter, content=about)


def _told(gathers: Gathering, found: int) -> tuple[Words, ...] | None:
    """What the rows do not say: that there are none, or that there may be more than go at a time."""
    if not found:
        return (said("question.none"),)
    most = MOST_ANSWERED if gathers.command == "answer" else MOST_GATHERED
    return (said("mailing.most", n=most),) if found == most else None


def _numbers(read: Read, gathers: Gathering) -> tuple[int, ...]:
    if gathers.command == "answer":
        return read.outage.tagged(gathers.department, gathers.name, MOST_ANSWERED)
    words = mentions.words_of(gathers.words)
    return tuple(
        one.number
        for one in read.outage.at_work(gathers.department, MOST_GATHERED)
        if mentions.mentions(f"{one.subject}\n{one.text}", words, one.language)
    )
