"""What the running gateway goes by: one snapshot of policy, rules and templates, swapped whole on reload."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from mailgate.core.model.facts import Facts
from mailgate.core.model.moment import Moment
from mailgate.core.model.policy import Mode, Policy
from mailgate.core.rules.rule import Rule
from mailgate.core.worktime import working_time

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The wall clock, aware UTC; everything else is handed a `Clock`."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One consistent set of what the admin wrote; a mail is decided with exactly one of them."""

    policy: Policy
    rules: tuple[Rule, ...]
    templates: str | None = None  # the admin's folder of overrides

    @property
    def letters_wait(self) -> bool:
        """True when letters wait instead of leaving: only looking (`watch`)."""
        return self.policy.mode is Mode.WATCH

    def moment(self, now: datetime, facts: Facts | None = None) -> Moment:
        """The moment of a decision by this policy; without `facts` the store was asked nothing."""
        return Moment(self.policy, facts or Facts(), now)

    def in_hours(self, now: datetime) -> Callable[[str], bool]:
        """A test whether a calendar is open; `office` is the department's or the first one there is."""

        def inside(name: str) -> bool:
            calendar = self.policy.calendar(name) or next(iter(self.policy.calendars), None)
            return working_time.is_open(calendar, now)

        return inside


class InForce:
    """The snapshot in force, and whether a newer one on disk was refused."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.stale = ""  # why the files on disk were refused, "" when they are in force
        self.changed: Callable[[], None] = lambda: None  # called when another snapshot has come into force

    @property
    def policy(self) -> Policy:
        """The policy in force."""
        return self.snapshot.policy

    def moment(self, now: datetime, facts: Facts | None = None) -> Moment:
        """The moment of a decision by the policy in force (see `Snapshot.moment`)."""
        return self.snapshot.moment(now, facts)

    def swap(self, snapshot: Snapshot) -> None:
        """From the next mail on, this holds."""
        self.snapshot, self.stale = snapshot, ""
        self.changed()

    def learn(self, before: Snapshot, after: Snapshot) -> None:
        """The same files, with something new about the people in them; a snapshot swapped meanwhile stays."""
        if self.snapshot is before:
            self.snapshot = after
            self.changed()

    def keep(self, why: str) -> None:
        """The last good snapshot stays."""
        self.stale = why
