"""The ledger of promises: what a customer was promised, by when, and how it ended."""

from __future__ import annotations

from typing import Any

from mailgate.store.session import Session
from mailgate.store.tickets.ticket_writer import DUES, DecisionWriting, TicketWriter

PROMISED = """
INSERT INTO promise (ticket, which, since, made_at, due_at) VALUES (:ticket, :which, :since, :made, :due)
ON CONFLICT (ticket, which, since) DO UPDATE SET due_at = excluded.due_at, ended_at = NULL, kept = NULL
"""
PROMISE_ENDED = (
    "UPDATE promise SET ended_at = :ended, kept = :kept WHERE ticket = :ticket AND which = :which AND ended_at IS NULL"
)
SILENT = ("filed", "spam")  # reasons for an end that nobody was promised


def note(desk: TicketWriter, which: str, at: int | None) -> None:
    """A deadline that is about to be written: a promise begins or gets another time, or its clock stops.

    History promises nothing, and a deadline by hand was promised to nobody. An answer is kept by an agent's words, a
    solution when nothing more is owed: the customer is asked, or has it.
    """
    row, writing, old = desk.row, desk.writing, desk.row[DUES[which]]
    if which == "manual" or writing.history:
        return
    responds = which == "first_response"
    known: dict[str, Any] = {"ticket": desk.id, "which": which}
    if at is not None:
        since = (row["last_agent_at"] if responds else None) or row["created_at"]
        writing.promises[desk.id, which] = {**known, "since": since, "made": writing.moment, "due": at}
        return
    whys = (one["new"] for one in writing.events if one["ticket"] == desk.id and one["kind"] == "why")
    silent = row["status"] == "hold" or any(why in SILENT for why in whys)
    fulfilled = row["last_agent_at"] == writing.moment if responds else not silent
    kept = int(writing.moment <= old) if fulfilled else None
    writing.promises[desk.id, which] = {**known, "ended": writing.moment, "kept": kept}


def write(session: Session, writing: DecisionWriting) -> None:
    """What was noted, a statement for all that run and one for all that ended; none where nothing was."""
    session.many(PROMISED, [one for one in writing.promises.values() if "due" in one])
    session.many(PROMISE_ENDED, [one for one in writing.promises.values() if "ended" in one])
