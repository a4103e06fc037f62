"""Stored mail decided once more by the rules on disk: what an edit would change, before it is in force."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime

from mailgate.app.in_force import Snapshot
from mailgate.app.intake.quotable import read_by_hand
from mailgate.core.customers.customer import Customer
from mailgate.core.mails import guard
from mailgate.core.mails.case import outcome
from mailgate.core.model.mail import InboundMail
from mailgate.core.model.mail_rows import StoredMail
from mailgate.core.model.trace import Outcome
from mailgate.core.rules import rule
from mailgate.core.rules.rule import Circumstances, RuleEffects
from mailgate.store.base import Store

log = logging.getLogger(__name__)

PAGE = 200


@dataclass(frozen=True, slots=True)
class Change:
    """A mail whose outcome would be another one."""

    mail: int
    subject: str
    was: Outcome
    would: Outcome


@dataclass(slots=True)
class Replay:
    """The mails whose outcome would be another one."""

    looked_at: int = 0
    gone: int = 0  # without raw mail, which retention or forgetting took
    rows: list[Change] = field(default_factory=list)


def replay(store: Store, snapshot: Snapshot, since: datetime, now: datetime) -> Replay:
    """Run every filed, dropped or parked mail since then past the rules; compare with what its trace says was hit."""
    found = Replay()
    after = 0
    while page := store.read(lambda read, last=after: read.mail.since(since, last, PAGE)):  # type: ignore[misc]
        after = page[-1].number
        for row in page:
            if row.fate in ("duplicate", "quarantined", None) or not row.trace.looked:
                continue
            one = _one(store, snapshot, row, now)
            if one is None:
                found.gone += 1
                continue
            found.looked_at += 1
            if row.trace.outcome != one:
                found.rows.append(Change(row.number, row.subject, row.trace.outcome, one))
    return found


def _one(store: Store, snapshot: Snapshot, row: StoredMail, now: datetime) -> Outcome | None:
    try:
        raw = store.read(lambda read: read.mail.raw(row.number))
    except KeyError:
        return None  # purged
    envelope = store.read(lambda read: read.mail.envelope(row.number))
    mail = read_by_hand(raw, envelope, snapshot.policy, store.read)
    about = mail.author.addr if mail.author and snapshot.policy.knows_customers else ""
    customer = store.read(lambda read: read.customers.by_address(about)) if about else None
    return outcome(_route(mail, row, snapshot, customer))


def _route(mail: InboundMail, row: StoredMail, snapshot: Snapshot, customer: Customer | None) -> RuleEffects:
    """The rules' answer under the circumstances the mail met when it came; customers as they are known now."""
    verdict = guard.inspect(mail, snapshot.policy, lambda value: False)
    examined = rule.match_mail(snapshot.rules, mail, snapshot.policy.identity.subaddress)
    return rule.route_mail(
        snapshot.rules,
        examined,
        Circumstances(
            new=row.trace.match.ticket is None,
            agent=bool(row.trace.authority.agent),
            authenticated=row.trace.authority.passed,
            automatic=verdict.robot,
            customer=customer,
            in_hours=snapshot.in_hours(row.accepted_at),
            language=mail.language,
        ),
    )
