"""A real store in a fresh folder, and short ways to say what happens to it."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from mailgate.core.model.change import AddEntry, Audience, Decision, Fate, OpenTicket, Outbound, Step, Urgency
from mailgate.core.model.content import Ack
from mailgate.core.model.facts import Needs
from mailgate.core.model.mail import Address, Envelope
from mailgate.core.model.policy import Agent, Department
from mailgate.core.model.ticket import EntryKind
from mailgate.store.base import Stamp
from mailgate.store.sqlite.store import SqliteStore

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ANNA = Address("anna@customer.example", "Anna")


class Ids:
    """Plain, countable Message-IDs."""

    def __init__(self):
        self.count = itertools.count(1)

    def message_id(self, ticket, audience, agent, purpose):
        return f"<mg.{ticket}.{audience}.{agent}.{next(self.count)}@desk.example>"


class Bench:
    """A store and the verbs the tests use most."""

    def __init__(self, path, **options):
        self.ids = Ids()
        self.now = NOW
        self.serial = itertools.count(1)
        self.store = SqliteStore(path, **options)

    def write(self, job, **options):
        return self.store.write(job, **options).result(timeout=100)

    def read(self, job):
        return self.store.read(job)

    def keep(self, raw=None, *, to=("support@desk.example",), digest=None, now=None, **envelope):
        number = next(self.serial)
        raw = raw if raw is not None else b"Subject: mail %d\r\n\r\nhello\r\n" % number
        sent = Envelope("anna@customer.example", to, **envelope)
        kept = (raw, sent, digest or f"raw-{number}", now or self.now)
        return self.write(lambda tx: tx.mail.keep(*kept), first=True)

    def apply(self, mail, *changes, ticket=None, outbound=(), stamp=None, now=None, fate=Fate.FILED, **decision):
        steps = (Step(ticket, changes, tuple(outbound)),) if changes or outbound else ()
        whole = Decision(fate, decision.pop("reason", "test"), steps, **decision)
        return self.write(lambda tx: tx.apply(mail, whole, now or self.now, self.ids, stamp))

    def open(self, subject="Broken lamp", *more, requester=ANNA, outbound=(), mail=True, stamp=None, **opened):
        number = self.keep().number if mail else None
        words = AddEntry(EntryKind.CUSTOMER, requester.addr, requester.name, f"words about {subject}")
        if stamp is None and mail:
            stamp = self.stamp(number, subject=subject)
        applied = self.apply(
            number,
            OpenTicket(subject, opened.pop("department", "support"), requester, **opened),
            *([words] if mail else []),
            *more,
            outbound=outbound,
            stamp=stamp,
        )
        return applied.tickets[0]

    def stamp(self, number, **values):
        whole = {
            "content_digest": f"content-{number}",
            "message_id": f"<{number}@customer.example>",
            "ids": (),
            "author": ANNA.addr,
            "author_name": ANNA.name,
            "subject": "Broken lamp",
            "date": NOW,
            "departments": ("support",),
        }
        return Stamp(**{**whole, **values})

    def ticket(self, number):
        return self.read(lambda read: read.tickets.get(number))

    def kinds(self, number):
        return [event.kind for event in self.read(lambda read: read.tickets.events(number))]

    def facts(self, now=None, **needs):
        whole = {
            "content_digest": "none",
            "message_id": "",
            "ids": (),
            "numbers": (),
            "sender": ANNA.addr,
            "departments": ("support",),
            "arrived_at": NOW,
        }
        asked = Needs(**{**whole, **needs})
        return self.write(lambda tx: tx.facts(asked, now or self.now))

    def claim(self, now=None, limit=100, skip=()):
        at = now or self.now
        return self.write(lambda tx: tx.outbox.claim(at, at + timedelta(minutes=15), limit, skip))

    def mark(self, delivery, state, now=None, **more):
        self.write(lambda tx: tx.outbox.mark(delivery, state, now or self.now, **more))

    def scalar(self, statement, **params):
        return self.read(lambda read: read.session.scalar(statement, params))

    def close(self):
        self.store.close()


def ack(to=ANNA, **more):
    return Outbound(Ack(writer=to.key), Audience.CUSTOMER, (to,), urgency=Urgency.ACK, **more)


def agent(name, number=0):
    return Agent(number, name, f"{name}@desk.example")


def department(name):
    return Department(name, (f"{name}@desk.example",), Address(f"{name}@desk.example", name.title()))


@pytest.fixture
def make(tmp_path):
    """Opens benches, closes them at the end."""
    made = []

    def open_(folder="data", **options):
        bench = Bench(tmp_path / folder / "mailgate.db", **options)
        made.append(bench)
        return bench

    yield open_
    for bench in made:
        bench.close()


@pytest.fixture
def bench(make):
    """A fresh store with two agents and two departments."""
    fresh = make()
    fresh.store.sync_people([agent("ann"), agent("bo")], [department("support"), department("sales")])
    return fresh


@pytest.fixture
def letters():
    """How the tests make acknowledgements."""
    return ack


@pytest.fixture
def people():
    """How the tests make agents and departments."""
    return agent, department
