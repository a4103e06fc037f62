"""One gateway for the tests of a file, each of which sees the tickets and the letters of its own turn alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote

from conftest import RULES, Desk, mail, running

from mailgate.app.jobs.schedule import run_job
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
        found = super().letters(to, template)
        before = {id(letter) for number, letter in self.opened.items() if number <= self.last_letter}
        return [letter for letter in found if id(letter) not in before]


def serving(folder: Path, rules: str = RULES, more: str = "", **parts: str) -> Iterator[Desk]:
    """A gateway that serves until its file's tests are done."""
    with running(folder, rules, smtp=TRUSTED, more=more + PATIENT, **parts) as desk:
        yield desk


def turn(desk: Desk) -> Turn:
    """The gateway for one test."""
    tickets, letters = desk.tickets(), desk.gateway.store.read(lambda read: read.outbox.deliveries(STATES))
    return Turn(
        **{one.name: getattr(desk, one.name) for one in fields(Desk)},
        last_ticket=max((one.number for one in tickets), default=0),
        last_letter=max((one.letter for one in letters), default=0),
    )


def go_to(desk: Desk, moment: datetime) -> None:
    """It is that time now, and what time alone makes due is done."""
    desk.clock.ahead = moment - datetime.now(UTC)
    for job in ("escalate", "wake", "digest"):
        run_job(desk.gateway, job, moment)


def tap(letter: EmailMessage, command: str, sender: str, words: str = "") -> EmailMessage:
    """The mail a one-tap link of a letter makes, with `words` typed above its mark."""
    body = letter.get_body(("html",))
    assert body is not None
    for href in (part.split('"')[0].replace("&amp;", "&") for part in body.get_content().split('href="')[1:]):
        address, _, rest = href.removeprefix("mailto:").partition("?")
        fields = {name: unquote(value) for name, _, value in (one.partition("=") for one in rest.split("&"))}
        if href.startswith("mailto:") and fields.get("subject", "").endswith(command):
            return mail(fields["subject"], f"{words}{fields['body']}\n", sender=sender, to=unquote(address))
    raise AssertionError(f"no link for {command}")
