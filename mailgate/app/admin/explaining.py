"""What would happen, or did happen, to a mail and why: the daemon's own code without the last line."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from mailgate.app.in_force import Snapshot
from mailgate.app.intake.deciding import look
from mailgate.app.intake.quotable import read_by_hand
from mailgate.core.model.change import Decision, OpenTicket, Outbound
from mailgate.core.model.desk_rows import JournalLine
from mailgate.core.model.facts import Facts
from mailgate.core.model.letter_rows import CausedLetter
from mailgate.core.model.mail import Envelope, InboundMail
from mailgate.core.model.mail_rows import StoredMail
from mailgate.core.model.trace import Trace
from mailgate.store.base import Read
from mailgate.wire.words.reasons import of_event, shown


def would(raw: bytes, envelope: Envelope, snapshot: Snapshot, read: Read, now: datetime) -> dict[str, Any]:
    """The explanation of a mail that has not been taken in; nothing is written."""
    mail = read_by_hand(raw, envelope, snapshot.policy, lambda question: question(read))
    return explain(decided(mail, snapshot, read, now), None)


def decided(mail: InboundMail, snapshot: Snapshot, read: Read, now: datetime, *, anew: bool = False) -> Decision:
    """The decision about a mail; `anew` forgets that the same mail is stored already (for `rules diff`)."""
    looked = look(mail, snapshot, mail.envelope.arrived_at or now)
    facts: Facts = read.facts(looked.needs, now)
    if anew:
        facts = dataclasses.replace(facts, duplicate_of=None, msgid_collision=False)
    return looked.decide(facts, now)


def explain(decision: Decision, number: int | None) -> dict[str, Any]:
    """A decision as the contract's `explain --json`."""
    changes = [shown for step in decision.steps for shown in (_change(one, step.ticket) for one in step.changes)]
    letters = [one for step in decision.steps for one in step.outbound] + list(decision.letters)
    return {
        "mail": number,
        "fate": decision.fate,
        "reason": shown(decision.reason),
        "tickets": list(dict.fromkeys(step.ticket for step in decision.steps if step.ticket)),
        **_way(decision.trace),
        "changes": changes,
        "letters": [_letter(one) for one in letters],
    }


def stored(row: StoredMail, events: Iterable[JournalLine], letters: Iterable[CausedLetter]) -> dict[str, Any]:
    """What did happen to a stored mail, from its row and the journal."""
    return {
        "mail": row.number,
        "fate": row.fate,
        "reason": shown(row.reason) if row.reason else row.reason,
        "tickets": list(row.tickets),
        **_way(row.trace),
        "changes": [
            {
                "change": one.kind,
                "ticket": one.ticket,
                "old": of_event(one.kind, one.old),
                "new": of_event(one.kind, one.new),
            }
            for one in events
        ],
        "letters": [{"template": letter.template, "to": list(letter.to)} for letter in letters],
    }


def _way(trace: Trace) -> dict[str, Any]:
    return {
        "guard": shown(trace.guard) if trace.guard else trace.guard,
        "match": dataclasses.asdict(trace.match),
        "authority": dataclasses.asdict(trace.authority),
        "rules": [{**dataclasses.asdict(one), "why": shown(one.why)} for one in trace.rules],
        "commands": list(trace.commands),
    }


def _change(one: Any, ticket: int | None) -> dict[str, Any]:
    values = {field.name: getattr(one, field.name) for field in dataclasses.fields(one)}
    for long in ("text", "quoted", "html"):
        if isinstance(values.get(long), str) and len(values[long]) > 200:
            values[long] = values[long][:200] + "…"
    values.pop("attachments", None)
    opened = None if isinstance(one, OpenTicket) else ticket
    return {"change": type(one).__name__, "ticket": opened, **{k: _plain(v) for k, v in values.items()}}


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {key: _plain(one) for key, one in dataclasses.asdict(value).items()}
    if isinstance(value, tuple | list | frozenset):
        return [_plain(one) for one in value]
    return value


def _letter(one: Outbound) -> dict[str, Any]:
    return {"template": one.template, "to": [person.addr for person in (*one.to, *one.cc)]}
