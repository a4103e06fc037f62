"""`make noise`: a day of sixty customers' mails, and how many letters each agent gets of it, by kind."""

from __future__ import annotations

import argparse
import base64
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from mailgate.app.admin import control
from mailgate.app.gateway import Gateway
from mailgate.app.jobs.schedule import run_job
from mailgate.core.letters.readers import PULL_FROM
from mailgate.core.model.content import Question
from mailgate.core.model.letter_rows import StoredLetter
from mailgate.core.model.ticket import Ticket
from mailgate.store.base import TicketFilter
from mailgate.wiring import build

MAILS, MOST, CREWS = 60, 25, (3, 10)
DESK = "support@acme.example"
# Of sixty mails so many are of each kind; the rest are new questions.
KINDS = {"follow-up": 12, "urgent": 3, "invoice": 6, "thanks": 6, "vote": 3, "robot": 2}
BEGIN = datetime(2026, 12, 1, 6, tzinfo=UTC)  # a Tuesday, 8:00 at the desk
STEP = timedelta(minutes=6)  # in which the whole desk does one thing
DAY = timedelta(hours=9)
JOBS = ("escalate", "wake", "digest")
TURNS = ("answer", "answer", "take", "solve", "hold")  # what agents do with a ticket, in turn
CONFIG = """
[gateway]
name = "Acme"
domain = "acme.example"
data = "data"
timezone = "Europe/Helsinki"

[[outgoing]]
name = "out"
transport = "folder"
folder = "out"

[commands]
undo_window = "0s"

[letters]
survey_every = "0"

[digest]
at = "08:00"

[[department]]
name = "support"
addresses = ["support@acme.example"]
sla = "standard"
calendar = "office"
lead = "agent1"
notify = "{notify}"

[[sla]]
name = "standard"
first_response = "4h"
resolve = "3d"

[[calendar]]
name = "office"
timezone = "Europe/Helsinki"
monday = "08:00-17:00"
tuesday = "08:00-17:00"
wednesday = "08:00-17:00"
thursday = "08:00-17:00"
friday = "08:00-17:00"
"""
AGENT = """
[[agent]]
name = "{name}"
address = "{name}@staff.example"
departments = ["support"]
role = "{role}"
"""
RULES = """
[[rule]]
name = "urgent"
when.words = ["urgent*"]
then.priority = "urgent"
then.continue = true

[[rule]]
name = "everything else"
"""


@dataclass
class Day:
    """A desk with its agents, on a day that is played."""

    gateway: Gateway
    agents: Sequence[str]
    at: list[datetime]  # what the gateway's clock shows, one value
    written: dict[int, int] = field(default_factory=dict)  # ticket -> what was done with it so far
    held: set[int] = field(default_factory=set)
    serial: int = 0

    def receive(self, author: str, subject: str, text: str, answers: str = "", **headers: str) -> None:
        """A mail to the desk, decided and everything it causes sent."""
        self.serial += 1
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = author, DESK, subject
        message["Message-ID"] = f"<{self.serial}.noise@{author.partition('@')[2]}>"
        if answers:
            message["In-Reply-To"] = message["References"] = answers
        for name, value in headers.items():
            message[name.replace("_", "-")] = value
        message.set_content(text)
        raw = base64.b64encode(message.as_bytes(policy=SMTP)).decode()
        control.accept(self.gateway, raw, author, [DESK])
        self.gateway.dispatcher.drain()

    def letters(self, to: str) -> list[StoredLetter]:
        """What has left for somebody, the newest first."""
        store = self.gateway.store
        rows = store.read(lambda read: read.outbox.deliveries(("sent",)))
        found = [store.read(lambda read, n=one.letter: read.outbox.letter(n)) for one in rows if one.to == to]
        return sorted((one for one in found if one is not None), key=lambda one: one.id, reverse=True)

    def tickets(self, *status: str) -> list[Ticket]:
        """Tickets of these statuses, the oldest first."""
        wanted = TicketFilter(status=status, limit=1000)
        found = self.gateway.store.read(lambda read: read.tickets.matching(wanted, self.at[0]))
        return sorted(found, key=lambda one: one.number)

    # --- customers ----------------------------------------------------------------------------------------------------

    def customer_writes(self, kind: str, who: int) -> None:
        """One mail of that kind; what nobody can write yet (an answer where nothing was written) is a new question."""
        author = f"customer{who}@home.example"
        if kind in ("follow-up", "thanks", "vote"):
            status = (
                ("solved",) if kind == "vote" else ("waiting", "solved") if kind == "thanks" else ("waiting", "open")
            )
            known = [
                one for one in self.tickets(*status) if one.last_agent_at and one.requester.addr.startswith("customer")
            ]
            if known:
                ticket = known[who % len(known)]
                about, words = {"vote": ("9", "9"), "thanks": ("Re: Lamp", "Thank you, great!"), "follow-up": (
                    "Re: Lamp", f"It still does not work, case {who}.")}[kind]  # fmt: skip
                newest = self.letters(ticket.requester.addr)
                self.receive(ticket.requester.addr, f"{about} [#{ticket.number}]", words, newest[0].message_id)
                return
        subjects = {"urgent": "URGENT: nothing works", "invoice": f"Invoice {4000 + who}", "robot": "Out of office"}
        if kind == "robot":
            self.receive(author, subjects[kind], "I am away until Monday.", Auto_Submitted="auto-replied")
            return
        self.receive(
            author, subjects.get(kind, f"Question {who} about a lamp"), f"Hello, this is mail {who}. It is dark."
        )

    # --- agents -------------------------------------------------------------------------------------------------------

    def agent_acts(self, name: str) -> None:
        """The one thing an agent does now: a ticket of theirs that waits for them, else one that nobody has."""
        address = f"{name}@staff.example"
        had = self.letters(address)
        mine = [one for one in self.tickets("open", "new") if one.owner == name and one.number not in self.held]
        for ticket in mine:
            if about := next((one for one in had if one.ticket == ticket.number), None):
                self.work(address, ticket, about)
                return
        unowned = {one.number: one for one in self.tickets("new") if one.owner is None}
        for ticket in unowned.values():
            if about := next((one for one in had if one.ticket == ticket.number), None):
                self.work(address, ticket, about)
                return
        for listed in (one for one in had if isinstance(one.content, Question)):
            rows = [row for row in listed.content.rows or () if row.number in unowned]
            if rows:
                files = rows[0].subject.startswith("Invoice")
                self.receive(address, "Re: list", f"{rows[0].n} {'file' if files else 'take'}", listed.message_id)
                return

    def work(self, address: str, ticket: Ticket, about: StoredLetter) -> None:
        """What is done with a ticket next, in answer to a letter about it."""
        done = self.written.get(ticket.number, 0)
        self.written[ticket.number] = done + 1
        does = TURNS[(ticket.number + done) % len(TURNS)]
        subject = f"Re: [#{ticket.number}] {ticket.subject}"
        if ticket.subject.startswith("Invoice"):
            self.receive(address, f"{subject} #file", "", about.message_id)
        elif does == "take" and ticket.owner is None:
            self.receive(address, f"{subject} #take", "", about.message_id)
        elif does == "hold":
            self.held.add(ticket.number)
            self.receive(address, f"{subject} #take #hold 1d", "", about.message_id)
        else:
            text = f"#reply\n\nPlease press the button of lamp {ticket.number}."
            self.receive(address, subject + (" #solve" if does == "solve" else ""), text, about.message_id)

    def counted(self) -> Mapping[str, Counter[str]]:
        """How many letters of each kind every agent has got."""
        return {name: Counter(one.template for one in self.letters(f"{name}@staff.example")) for name in self.agents}


def kinds() -> Iterator[str]:
    """The kind of each mail of the day, answers later than what they answer."""
    drawn = random.Random(MAILS)
    early = ["question"] * (MAILS - sum(KINDS.values())) + ["urgent"] * KINDS["urgent"] + ["invoice"] * KINDS["invoice"]
    late = [kind for kind in ("follow-up", "thanks", "vote", "robot") for _ in range(KINDS[kind])]
    drawn.shuffle(early)
    drawn.shuffle(late)
    yield from early[:10]
    rest = early[10:] + late
    drawn.shuffle(rest)
    yield from rest


def play(folder: Path, crew: int) -> Mapping[str, Counter[str]]:
    """The day of a desk of so many agents; returns each one's letters by kind."""
    agents = [f"agent{at}" for at in range(1, crew + 1)]
    roles = ["lead", *["agent"] * (crew - 1)]
    more = "".join(AGENT.format(name=name, role=role) for name, role in zip(agents, roles, strict=True))
    (folder / "rules").mkdir(parents=True)
    (folder / "templates").mkdir()
    notify = "turn" if crew < PULL_FROM else "pull"  # what a desk with so much mail would choose
    (folder / "mailgate.toml").write_text(CONFIG.format(notify=notify) + more)
    (folder / "rules" / "90.toml").write_text(RULES)
    at = [BEGIN - timedelta(minutes=30)]
    gateway = build(folder / "mailgate.toml", children=1, clock=lambda: at[0])
    try:
        day = Day(gateway, agents, at)
        mails = list(enumerate(kinds()))
        steps = DAY // STEP
        for step in range(steps):
            at[0] = BEGIN + step * STEP
            due = MAILS * (step + 1) // (steps - steps // 9)  # the last hour is quiet
            while mails and mails[0][0] < due:
                number, kind = mails.pop(0)
                day.customer_writes(kind, number)
            for job in JOBS:
                run_job(gateway, job, at[0])
            gateway.dispatcher.drain()
            day.agent_acts(agents[step % crew])
        return day.counted()
    finally:
        gateway.close()


def table(crew: int, counted: Mapping[str, Counter[str]]) -> Iterator[str]:
    """The letters of each agent as lines of a table."""
    kinds_ = sorted({kind for one in counted.values() for kind in one})
    yield f"\n### {MAILS} mails, {crew} agents\n"
    yield "| agent | " + " | ".join((*kinds_, "all")) + " |"
    yield "|---" + "|---:" * (len(kinds_) + 1) + "|"
    for name, found in counted.items():
        yield f"| {name} | " + " | ".join(str(found[kind]) for kind in kinds_) + f" | {found.total()} |"


def main() -> int:
    """Exit status 1 when an agent got more letters than anybody wants to read in a day."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agents", type=int, nargs="*", default=CREWS, help="how many agents there are")
    crews, loud = parser.parse_args().agents, False
    for crew in crews:
        with tempfile.TemporaryDirectory() as folder:
            counted = play(Path(folder) / "desk", crew)
        print("\n".join(table(crew, counted)), flush=True)
        worst = max(counted, key=lambda name: counted[name].total())
        if counted[worst].total() > MOST:
            loud = True
            print(f"{worst} has {counted[worst].total()} letters: more than {MOST}")
    return int(loud)


if __name__ == "__main__":
    sys.exit(main())
