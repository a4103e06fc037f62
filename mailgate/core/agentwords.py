"""What an agent's words become: a letter to the customer, a note, a phone memo, or the start of a ticket."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from mailgate.core import authority, command, notice, receipt, relay, sla, state, waking, workflow
from mailgate.core.canned import fill, holes
from mailgate.core.case import Case
from mailgate.core.change import AddEntry, Change, Decision, Outbound, SetStatus, Step
from mailgate.core.command import Command, Reading
from mailgate.core.facts import Facts
from mailgate.core.match import subject_numbers
from mailgate.core.order import Event, Outcome, World
from mailgate.core.policy import Agent, Policy
from mailgate.core.ticket import EntryKind, Status, Ticket

_SPEAKING = frozenset({"reply", "new", "use", "ask"})  # commands that send words out of the house


def world(case: Case, ticket: Ticket | None, reading: Reading) -> World:
    """What the commands of a mail may lean on."""
    return from_facts(
        case.facts,
        case.policy,
        case.now,
        ticket.number if ticket else 0,
        words=reading.rest,
        title=reading.title,
        department=case.departments[0],
        confirmed=case.authority.proof == "released",
    )


def from_facts(facts: Facts, policy: Policy, now: datetime, number: int, **mail: Any) -> World:
    """What commands on ticket `number` may lean on, from the facts; `mail` is what a mail adds (see `World`)."""
    replies = {**{name: next(iter(texts.values())) for name, texts in policy.replies.items()}, **facts.replies}
    moved = {old: facts.tickets[new] for old, new in facts.merged.items() if new in facts.tickets}
    return World(
        policy=policy,
        now=now,
        away=facts.away,
        tickets={**facts.tickets, **moved},
        entries=facts.entries.get(number, ()),
        events=tuple(
            Event(row["mail"], row["actor"], row["kind"], row["old"] or "", row["new"] or "")
            for row in facts.journal.get(number, ())
        ),
        unsent=facts.unsent.get(number, {}),
        replies={name: holes(text) for name, text in replies.items()},
        caller=next(iter(facts.callers.values()), None),
        **mail,
    )


def said(
    case: Case, agent: Agent, ticket: Ticket, reading: Reading, outcomes: dict[str, Outcome], before: tuple[Change, ...]
) -> tuple[list[Change], tuple[Outbound, ...]] | Decision:
    """What the words of the mail become: a letter, a note, a phone memo, or nothing."""
    text = reading.rest
    above = _canned(case, ticket, outcomes)
    silent = not text.strip() and not above
    if _leaves(case, reading, outcomes, silent) and untagged(case, ticket) and case.authority.proof != "released":
        return receipt.parked(case, agent, "untagged", commands=reading.commands, author=agent.name)
    if "ask" in outcomes or "new" in outcomes or (silent and (reading.commands or not case.mail.text.strip())):
        return [], ()
    if "call" in outcomes:
        return [_memo(case, agent, EntryKind.CALL, text)], ()
    if not to_customer(case, reading):
        return [_memo(case, agent, EntryKind.NOTE, text)], notice.of_note(case, ticket, "note")
    if relay.out_of_reach(ticket, case.policy):  # nor when it is released: there is still nobody
        return receipt.parked(case, agent, "nobody", commands=reading.commands, author=agent.name)
    why = too_weak(case) or relay.objection(case, ticket, agent, text, above)
    if why and case.authority.proof != "released":
        asked = notice.lead_of(case.policy, ticket.department) if why == "trainee" else agent
        return receipt.parked(case, asked or agent, why, commands=reading.commands, author=agent.name)
    keep = any(isinstance(one, SetStatus) for one in before)
    ends = not keep and case.policy.department(ticket.department).after_reply == Status.SOLVED
    solved = ends or any(isinstance(one, SetStatus) and one.status is Status.SOLVED for one in before)
    changes, letters = relay.words(case, ticket, agent, text, keep_status=keep, above=above, survey=solved)
    if ticket.owner not in (None, agent.name):
        letters = (*letters, *notice.of_note(case, ticket, "answered"))
    return changes, letters


def _canned(case: Case, ticket: Ticket, outcomes: dict[str, Outcome]) -> str:
    used = outcomes.get("use")
    if used is None:
        return ""
    name = used.params["name"]
    texts = case.policy.replies.get(name, {})
    text = texts.get(ticket.language) or case.facts.replies.get(name) or next(iter(texts.values()), "")
    return fill(text, used.params)


def memo(case: Case, agent: Agent) -> AddEntry:
    """The new words of a mail as an internal note."""
    return _memo(case, agent, EntryKind.NOTE, case.mail.fresh)


def _memo(case: Case, agent: Agent, kind: EntryKind, text: str) -> AddEntry:
    mail = case.mail
    return AddEntry(kind, agent.name, agent.shown_name, text, mail.quoted, "", mail.attachments)


def opened(case: Case, agent: Agent, plan: workflow.Plan, outcomes: dict[str, Outcome], text: str) -> Step:
    """A ticket opened by a command: `#new` writes to the customer first, `#call` keeps a memo, `#split` parts."""
    opening = plan.opens[0]
    blank = relay.opened(case, opening)
    changes: list[Change] = list(plan.opens)
    letters: tuple[Outbound, ...] = ()
    if "new" in outcomes:
        changes.append(_memo(case, agent, EntryKind.AGENT, text))
        until = waking.waits_until(case.policy, blank.department, case.now)
        changes.append(SetStatus(Status.WAITING, until, why="answered"))
        letter = relay.answer(case, blank, agent, text)
        letters = (letter,) if letter else ()
    elif "call" in outcomes:
        changes.append(_memo(case, agent, EntryKind.CALL, text))
    changes += sla.opened(case.policy, state.after(blank, changes[1:], case.now), case.now)
    return Step(None, tuple(changes), letters)


def to_customer(case: Case, reading: Reading) -> bool:
    """A plain reply does what the letter it answers says; `#reply` and `#note` override."""
    if reading.has("note"):
        return False
    if reading.has("reply"):
        return True
    if case.authority.proof == "desk":
        return False
    for carried in case.authority.carried:
        if carried.by in ("message-id", "address", "marker"):
            return carried.token.purpose == "customer"
    tagged = bool(subject_numbers(case.mail.subject, case.policy))
    return tagged or (case.authority.proof == "released" and case.match.by == "reference")  # the receipt said so


def _leaves(case: Case, reading: Reading, outcomes: Mapping[str, Outcome], silent: bool) -> bool:
    """True when words of this mail would go out about its ticket, or would if only the ticket were certain."""
    if "ask" in outcomes:
        return True
    inside = silent or reading.has("note") or bool(outcomes.keys() & {"new", "call"})
    return not inside and (reading.has("reply") or case.authority.proof != "desk")


def untagged(case: Case, ticket: Ticket) -> bool:
    """True when nothing but another mail's id says which ticket is meant.

    A pass says who wrote. What the words are about, the ticket's tag says or a letter of ours that is answered; an id
    in References is written by a mail program, and stays there when the subject has become another.
    """
    tagged = {case.facts.merged.get(one, one) for one in subject_numbers(case.mail.subject, case.policy)}
    return case.match.by == "reference" and not case.authority.carried and ticket.number not in tagged


def granted(case: Case, weak: str, commands: Iterable[Command]) -> bool:
    """True when even a proof too weak for words to customers is enough; a link is signed for its own command alone."""
    linked = command.parse(authority.command_line(case.mail.subject), case.policy.command_aliases).commands
    may = {(one.name, one.argument) for one in linked}
    return all(
        one.name not in _SPEAKING and (weak != "tap_only" or (one.name, one.argument) in may) for one in commands
    )


def too_weak(case: Case) -> str:
    """Why the proof of this mail sends no words out of the house, `""` when it does.

    Address books remember reply addresses, so a token found only there needs the ticket's tag beside it; a desk address
    and a one-tap link are known to whoever has seen them once.
    """
    if case.authority.passed:
        return ""
    if case.authority.proof in ("desk", "tap"):
        return f"{case.authority.proof}_only"
    tagged = bool(subject_numbers(case.mail.subject, case.policy))
    return "address_only" if set(case.authority.by) == {"address"} and not tagged else ""
