"""Stored mail decided once more by the rules on disk: what an edit would change, before it is in force."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mailgate.app.in_force import Snapshot
from mailgate.app.intake.quotable import read_by_hand
from mailgate.core.mails import guard
from mailgate.core.mails.case import outcome
from mailgate.core.model.mail import InboundMail
from mailgate.core.rules import rule
from mailgate.core.rules.rule import Circumstances, RuleEffects
from mailgate.store.base import Store

log = logging.getLogger(__name__)

PAGE = 200


@dataclass(slots=True)
class Replay:
    """The mails whose outcome would be another one."""

    looked_at: int = 0
    gone: int = 0  # without raw mail, which retention or forgetting took
    rows: list[dict[str, Any]] = field(default_factory=list)


def replay(store: Store, snapshot: Snapshot, since: datetime, now: datetime) -> Replay:
    """Run every filed, dropped or parked mail since then past the rules; compare with what its trace says was hit."""
    found = Replay()
    after = 0
    while page := store.read(lambda read, last=after: read.mail.since(since, last, PAGE)):  # type: ignore[misc]
        after = int(page[-1]["number"])
        for row in page:
            trace = row.get("trace") or {}
            if row["fate"] in ("duplicate", "quarantined", None) or "rules" not in trace:
                continue
            one = _one(store, snapshot, row, now)
            if one is None:
                found.gone += 1
                continue
            found.looked_at += 1
            was, would = _outcome_of(trace), one
            if was != would:
                found.rows.append({"mail": row["number"], "subject": row["subject"], "was": was, "would": would})
    return found


def _one(store: Store, snapshot: Snapshot, row: Any, now: datetime) -> dict[str, Any] | None:
    try:
        raw = store.read(lambda read: read.mail.raw(row["number"]))
    except KeyError:
        return None  # purged
    envelope = store.read(lambda read: read.mail.envelope(row["number"]))
    mail = read_by_hand(raw, envelope, snapshot.policy, store.read)
    return outcome(_route(mail, row, snapshot, now))


def _route(mail: InboundMail, row: Any, snapshot: Snapshot, now: datetime) -> RuleEffects:
    """The rules' answer under the circumstances the mail met when it came."""
    trace = row["trace"]
    ticket = (trace.get("match") or {}).get("ticket")
    verdict = guard.inspect(mail, snapshot.policy, lambda value: False)
    examined = rule.match_mail(snapshot.rules, mail, snapshot.policy.identity.subaddress)
    return rule.route_mail(
        snapshot.rules,
        examined,
        Circumstances(
            new=ticket is None,
            agent=bool((trace.get("authority") or {}).get("agent")),
            authenticated=bool((trace.get("authority") or {}).get("passed")),
            automatic=verdict.robot,
            in_hours=snapshot.in_hours(row["accepted_at"] or now),
            language=mail.language,
        ),
    )


def _outcome_of(trace: dict[str, Any]) -> dict[str, Any]:
    """The outcome a mail had, as its trace keeps it."""
    kept: dict[str, Any] = trace.get("outcome") or {}
    return {name: kept.get(name) for name in ("rules", "department", "priority", "tags", "assign", "drop", "park")}
