"""The verbs of the room of calls: what is known of one, whose line it was, and recordings that are to be fetched."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mailgate.core.model.mail import Address
from mailgate.core.programs.called import KnownCall


@dataclass(frozen=True, slots=True)
class RecordingDue:
    """A recording that is to be fetched."""

    call: KnownCall
    message_id: str  # of the memo it belongs to; "" where that is still to be filed
    tries: int  # so far


class CallsRead(Protocol):
    """Each one indexed statement."""

    def get(self, program: str, call: str) -> KnownCall | None:
        """What is known of a program's call."""

    def memo(self, program: str, call: str) -> str:
        """The Message-ID of the mail it was filed by, "" where it was not."""

    def earlier(self, line: str, since: datetime) -> list[str]:
        """Memos of missed calls from that line since then, the newest first; ten at most."""

    def ticket_of(self, message_id: str) -> int | None:
        """Where a memo is filed; None while it is not decided."""

    def people(self, number: str, limit: int) -> list[Address]:
        """Everybody who is the requester of a ticket with that number, whoever called last first."""

    def joined(self, key: str) -> list[str]:
        """All addresses of whoever writes from that one, as `contacts link` joined them; canonical, oldest first."""

    def due(self, now: datetime, limit: int) -> list[RecordingDue]:
        """Recordings, and calls without a memo, whose turn has come."""


class CallsTx(CallsRead, Protocol):
    """The same, with what changes them."""

    def keep(self, call: KnownCall) -> None:
        """A call as it is now."""

    def filed(self, program: str, call: str, message_id: str, fetch_at: datetime | None) -> None:
        """It has a memo; its recording is fetched from then on."""

    def fetch(self, program: str, call: str, at: datetime | None, tries: int) -> None:
        """When its recording is tried next, None: never again."""

    def tidy(self, before: datetime) -> int:
        """Forget calls that began before; how many."""

    def forget(self, numbers: Iterable[str], message_ids: Iterable[str]) -> int:
        """Forget all calls from these numbers, and those with these memos; how many."""
