"""One mail, one decision, one transaction; and the quarantine of a mail on which we failed."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from mailgate import crash
from mailgate.app.in_force import Clock, InForce, Snapshot
from mailgate.app.intake.waves import Waves, words_of
from mailgate.app.lookup import worth_asking
from mailgate.app.questions import questions
from mailgate.core.mails import unreadable
from mailgate.core.mails.decide import decide, needs
from mailgate.core.mails.match import referred_ids
from mailgate.core.model.change import AddAlias, Decision, Fate, KeepArticle, Unpark
from mailgate.core.model.facts import Facts, Needs
from mailgate.core.model.mail import InboundMail
from mailgate.core.rules import rule
from mailgate.errors import Temporary
from mailgate.store.base import Ids, Stamp, Store, Tx, WaitingMail

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of one mail."""

    number: int
    fate: str
    reason: str
    tickets: tuple[int, ...] = ()
    people: bool = False  # something was learnt of an agent
    released: bool = False  # a parked mail waits for its fate again
    flags: tuple[str, ...] = ()  # what was odd about it
    sender: str = ""  # its author, where it could be read, else who handed it in
    recipients: tuple[str, ...] = ()
    message_id: str = ""
    asked_for: tuple[str, ...] = ()  # customers about whom an agent asked


@dataclass(frozen=True, slots=True)
class Looked:
    """A mail as far as it tells by itself, and the questions it raises to the store."""

    mail: InboundMail
    snapshot: Snapshot
    examined: rule.MailFindings
    needs: Needs
    released_as: str
    released_by: str

    def decide(self, facts: Facts, now: datetime, release_mode: str = "") -> Decision:
        """The decision once the store has answered."""
        return decide(
            self.mail,
            self.snapshot.moment(now, facts),
            self.snapshot.rules,
            examined=self.examined,
            in_hours=self.snapshot.in_hours(now),
            released_as=self.released_as,
            release_mode=release_mode,
            released_by=self.released_by,
        )


def look(
    mail: InboundMail, snapshot: Snapshot, arrived_at: datetime, released_as: str = "", released_by: str = ""
) -> Looked:
    """All that is worked out before the store is asked; the daemon and `mailgate explain` both begin so."""
    examined = rule.match_mail(snapshot.rules, mail, snapshot.policy.identity.subaddress)
    asked = needs(mail, snapshot.policy, arrived_at, examined, released_as, released_by)
    return Looked(mail, snapshot, examined, asked, released_as, released_by)


class NotYet(Temporary):
    """A mail before it was put back, so it waits on."""


class Deciding:
    """What the mail alone tells is worked out before, what the store knows inside the transaction."""

    def __init__(self, store: Store, in_force: InForce, ids: Ids, clock: Clock) -> None:
        self._store, self._in_force, self._ids, self.clock = store, in_force, ids, clock
        self.waves = Waves(store)

    def begin(
        self, mail: WaitingMail, parsed: InboundMail, snapshot: Snapshot, after: frozenset[int] = frozenset()
    ) -> Future[Settled | None]:
        """The decision on its way into the store; a future that failed when we could not even get there.

        None when the mail got its fate from somebody else meanwhile; NotYet when one of `after` has none.
        """
        try:
            return self._begin(mail, parsed, snapshot, after)
        except Exception as error:
            failed: Future[Settled | None] = Future()
            failed.set_exception(error)
            return failed

    def _begin(
        self, mail: WaitingMail, parsed: InboundMail, snapshot: Snapshot, after: frozenset[int]
    ) -> Future[Settled | None]:
        now = self.clock()
        filed_at = mail.arrived_at if mail.envelope.history else now
        looked = look(parsed, snapshot, mail.arrived_at, mail.released_as, mail.released_by)
        stamp = _stamp(parsed, looked.needs.departments)
        home = looked.needs.departments[0]
        words = words_of(parsed)
        self.waves.count_again(now)

        def job(tx: Tx) -> Settled | None:
            if not tx.mail.is_undecided(mail.number):
                return None
            if any(tx.mail.is_undecided(number) for number in after):
                raise NotYet("a mail before it was put back")
            facts = replace(tx.facts(looked.needs, now), alike=self.waves.look(words, home, mail.number, now))
            decision = looked.decide(facts, now, mail.release_mode)
            stub = _stub_of(tx, mail.number) if mail.retried else None
            if stub is not None:
                decision = unreadable.requester_of_unreadable(decision, stub)
            asked_for = worth_asking.asked_for(decision, facts)
            decision = questions.fill_questions(tx, decision, snapshot.policy, now)
            applied = tx.apply(mail.number, decision, filed_at, self._ids, stamp, hold=snapshot.letters_wait)
            if decision.alike is not None and applied.tickets:
                held = decision.reason == "wave"
                self.waves.note(decision.alike, home, mail.number, applied.tickets[0], now, held=held)
            crash.point("mid-processing")
            learnt = any(isinstance(effect, AddAlias | KeepArticle) for effect in decision.effects)
            released = any(isinstance(effect, Unpark) and effect.released for effect in decision.effects)
            return Settled(
                mail.number, decision.fate, decision.reason, applied.tickets, learnt, released, stamp.flags,
                stamp.author or mail.envelope.sender, mail.envelope.recipients, stamp.message_id, asked_for,
            )  # fmt: skip

        return self._store.write(job)

    def mark(self, numbers: Iterable[int], *, alone: bool) -> None:
        """That their decision begins is on disk when this returns, whatever it does to us. Raises Temporary."""
        marked = list(numbers)
        self._store.write(lambda tx: tx.mail.deciding(marked, alone=alone)).result()

    def set_aside(self, mail: WaitingMail, reason: str, error: str, *, bare: bool = False) -> Settled:
        """Raw bytes stay, people see a ticket; `mailgate quarantine retry` runs the mail again. Raises Temporary.

        `bare` without stub ticket and letters: whatever is wrong with those, the mails behind must go on.
        """
        try:
            return self._store.write(partial(self._quarantine, mail, reason, error, bare)).result()
        except (Temporary, MemoryError):
            raise
        except Exception:
            log.exception("no ticket about an unreadable mail", extra={"mail": mail.number})
            return self._store.write(partial(self._quarantine, mail, reason, error, True)).result()

    def _quarantine(self, mail: WaitingMail, reason: str, error: str, bare: bool, tx: Tx) -> Settled:
        now = self.clock()
        if bare:
            decision = Decision(Fate.QUARANTINED, reason)
        else:
            moment = self._in_force.moment(now, Facts(away=tx.people.absences(now)))
            decision = unreadable.decide(moment, mail.envelope, mail.number, reason)
            if _stub_of(tx, mail.number) is not None:
                decision = replace(decision, steps=())
        applied = tx.apply(mail.number, decision, now, self._ids, None, hold=self._in_force.snapshot.letters_wait)
        tx.mail.quarantine(mail.number, reason, error[:2000], now)
        envelope = mail.envelope
        return Settled(
            mail.number, decision.fate, reason, applied.tickets, sender=envelope.sender, recipients=envelope.recipients
        )


def _stub_of(tx: Tx, number: int) -> int | None:
    """The ticket that was opened when this mail went into quarantine."""
    row = tx.mail.row(number)
    return next(iter(row.tickets), None) if row else None


def _stamp(mail: InboundMail, departments: tuple[str, ...]) -> Stamp:
    return Stamp(
        content_digest=mail.content_digest,
        message_id=mail.message_id,
        ids=referred_ids(mail),
        author=mail.author.key if mail.author else "",
        author_name=mail.author.name if mail.author else "",
        subject=mail.subject,
        date=mail.date,
        departments=departments,
        flags=tuple(sorted(mail.flags)),
    )
