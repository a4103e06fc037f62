"""What a letter says beside its cause, looked up when it is worded: earlier tickets, files, articles, newer words."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from mailgate.core.letters.addressee import known
from mailgate.core.letters.letter import DueLetter
from mailgate.core.model.canned import articles_about
from mailgate.core.model.policy import Policy
from mailgate.core.model.ticket import Entry, EntryKind, Ticket
from mailgate.store.base import Read, TicketFilter

RECENT = 5
EVERY_STATUS = ("new", "open", "waiting", "hold", "solved", "archived")


def with_letter_facts(due: DueLetter, read: Read, policy: Policy, now: datetime) -> DueLetter:
    """The same letter with what its template may show beyond what was known when it was owed."""
    add = ADDITIONS.get(due.template)
    if add is None or due.ticket is None:
        return due
    context = {**add(due, due.ticket, read, policy, now), **_given(due)}
    return replace(due, context=context, attachments=due.attachments or _enclosed(due, due.ticket, policy))


def _given(due: DueLetter) -> dict[str, Any]:
    """What the cause has said already stays; `newer` is a mere mark that asks for the words."""
    return {key: value for key, value in due.context.items() if key != "newer"}


def _notice(due: DueLetter, ticket: Ticket, read: Read, policy: Policy, now: datetime) -> dict[str, Any]:
    found: dict[str, Any] = {"attachments": _files(_newest(ticket)), "recent": _recent(ticket, read, now)}
    if due.purpose == "customer":
        found["joined"] = [
            {"address": row["new"], "since": row["at"].isoformat()}
            for row in read.tickets.events(ticket.number) if row["kind"] == "join"
        ]  # fmt: skip
    if due.context.get("why") == "new" and policy.articles:
        agent = policy.agent(due.agent)
        text = f"{ticket.subject} {ticket.entries[0].text if ticket.entries else ''}"
        found["articles"] = _articles(policy, text, agent.language if agent else policy.language)
    return found


def _handover(due: DueLetter, ticket: Ticket, read: Read, policy: Policy, now: datetime) -> dict[str, Any]:
    return {"attachments": [one for entry in ticket.entries for one in _files(entry)]}


def _enclosed(due: DueLetter, ticket: Ticket, policy: Policy) -> tuple[tuple[int, str], ...]:
    """All files of the thread for its new owner; too large, they are only named, as they are to everybody else."""
    if due.template != "handover" or due.agent != ticket.owner:
        return ()
    found = [
        (entry.mail, file) for entry in ticket.entries if entry.mail for file in entry.attachments if not file.ours
    ]
    if sum(file.size for _, file in found) > policy.attach_max:
        return ()
    return tuple((mail, file.part) for mail, file in found)


def _ack(due: DueLetter, ticket: Ticket, read: Read, policy: Policy, now: datetime) -> dict[str, Any]:
    if not policy.letters.suggest or not ticket.entries:
        return {}
    return {"articles": _articles(policy, f"{ticket.subject} {ticket.entries[0].text}", due.language)}


def _receipt(due: DueLetter, ticket: Ticket, read: Read, policy: Policy, now: datetime) -> dict[str, Any]:
    if not due.context.get("newer"):
        return {}
    words = [entry.text for entry in ticket.entries if entry.kind is EntryKind.CUSTOMER]
    return {"newer": words[-1] if words else ""}


def _recent(ticket: Ticket, read: Read, now: datetime) -> list[dict[str, Any]]:
    """The customer's last other tickets, newest first."""
    if not known(ticket.requester):
        return []
    wanted = TicketFilter(status=EVERY_STATUS, customer=ticket.requester.addr, limit=50)
    others = [one for one in read.tickets.matching(wanted, now) if one.number != ticket.number]
    others.sort(key=lambda one: one.created_at, reverse=True)
    return [
        {"number": one.number, "subject": one.subject, "status": one.status.value, "at": one.created_at.isoformat()}
        for one in others[:RECENT]
    ]


def _articles(policy: Policy, text: str, language: str) -> list[dict[str, str]]:
    return [{"title": one.title, "url": one.url} for one in articles_about(policy.articles, text, language)]


def _newest(ticket: Ticket) -> Entry | None:
    return ticket.entries[-1] if ticket.entries else None


def _files(entry: Entry | None) -> list[dict[str, Any]]:
    return [{"name": file.name, "size": file.size} for file in entry.attachments] if entry else []


ADDITIONS = {"notice": _notice, "handover": _handover, "ack": _ack, "receipt": _receipt}
