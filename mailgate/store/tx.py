"""One transaction, and the rooms whose verbs it offers."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from pathlib import Path

from mailgate.core.model.change import Decision, Facts, Needs
from mailgate.store import backfill
from mailgate.store.base import Applied, Ids, Stamp
from mailgate.store.calls.calls import Calls
from mailgate.store.customers.customers import Customers
from mailgate.store.customers.looked_up import Lookups
from mailgate.store.hooks.hooks import Hooks
from mailgate.store.mail.inbox import Mail
from mailgate.store.outages import Outages
from mailgate.store.outbox.chats import Chats
from mailgate.store.outbox.letters import Outbox
from mailgate.store.people.people import People
from mailgate.store.programs.programs import Programs
from mailgate.store.report import Report
from mailgate.store.session import Session
from mailgate.store.settings import Settings
from mailgate.store.tickets.apply import Applying
from mailgate.store.tickets.facts import FactsReading
from mailgate.store.tickets.queries import Tickets
from mailgate.store.tickets.waves import Waves
from mailgate.store.window.board import Board
from mailgate.store.window.sessions import Sessions


class Transaction:
    """What a job is handed: `base.Tx` inside a write, `base.Read` inside a read."""

    def __init__(self, connection: sqlite3.Connection, data: Path, first_number: int) -> None:
        self.session = session = Session(connection, data, first_number)
        self.mail = Mail(session)
        self.tickets = Tickets(session)
        self.outbox = Outbox(session, self.tickets)
        self.people = People(session, self.mail)
        self.settings = Settings(session)
        self.waves = Waves(session)
        self.report = Report(session)
        self.outage = Outages(session)
        self.board = Board(session)
        self.sessions = Sessions(session)
        self.programs = Programs(session, self.tickets)
        self.customers = Customers(session)
        self.lookups = Lookups(session)
        self.calls = Calls(session)
        self.chats = Chats(session)
        self.hooks = Hooks(session)

    def facts(self, needs: Needs, now: datetime) -> Facts:
        """See `base.Read.facts`."""
        return FactsReading(self.session, self.tickets, self.people, self.customers).facts(needs, now)

    def apply(
        self,
        mail: int | None,
        decision: Decision,
        now: datetime,
        ids: Ids,
        stamp: Stamp | None = None,
        hold: bool = False,
    ) -> Applied:
        """See `base.Tx.apply`."""
        return Applying(self.session, self.outbox).apply(mail, decision, now, ids, stamp, hold)

    def backfill(self, rows: int) -> float | None:
        """See `base.Tx.backfill`."""
        return backfill.advance(self.session, rows)
