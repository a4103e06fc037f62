"""One gateway for the tests of a file, each of which sees the tickets and the letters of its own turn alone."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from conftest import RULES, Desk, running

from mailgate.core.model.ticket import Ticket

# What tests do one after the other in no time at all, as the same people.
PATIENT = """
[limits]
acks_per_sender_hour = 5000
acks_per_sender_day = 5000
acks_per_hour = 5000
tickets_per_sender_hour = 5000
"""
TRUSTED = 'trusted_networks = ["127.0.0.0/8"]'
STATES = ("waiting", "leased", "sending", "sent", "dead", "held", "uncertain")


@dataclass
class Turn(Desk):
    """A running gateway as if it had begun just now."""

    last_ticket: int = 0
    last_letter: int = 0

    def tickets(self) -> list[Ticket]:
        return [ticket for ticket in super().tickets() if ticket.number > self.last_ticket]

    def letters(self, to: str | None = None, template: str | None = None) -> list[EmailMessage]:
        super().letters("nobody@nowhere.example")  # what is due leaves
        rows = self.gateway.store.read(lambda read: read.outbox.deliveries(("sent",)))
        mine = [row for row in rows if row.letter > self.last_letter and (not to or row.to == to)]
        raws = [
            self.gateway.store.read(lambda read, one=row.letter: read.outbox.letter(one)).raw
            for row in mine
            if not template or row.template == template
        ]
        return [email.message_from_bytes(raw, policy=email.policy.default) for raw in raws]


def serving(folder: Path, rules: str = RULES, more: str = "", **parts: str) -> Iterator[Desk]:
    """A gateway that serves until its file's tests are done."""
    with running(folder, rules, smtp=TRUSTED, more=more + PATIENT, **parts) as desk:
        yield desk


def turn(desk: Desk) -> Turn:
    """The gateway for one test."""
    tickets, letters = desk.tickets(), desk.gateway.store.read(lambda read: read.outbox.deliveries(STATES))
    return Turn(
        desk.folder, desk.gateway, desk.daemon, desk.clock, desk.settled, desk.change, desk.idle,
        max((one.number for one in tickets), default=0), max((one.letter for one in letters), default=0),
    )  # fmt: skip
