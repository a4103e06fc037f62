"""What a report costs, and what it costs to find the tickets that are due, over few tickets and over very many."""

from __future__ import annotations

import argparse
import json
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mailgate.app.questions import report
from mailgate.core.model.mail import Address
from mailgate.core.model.policy import Calendar, Department, Policy
from mailgate.core.worktime.meter import micros
from mailgate.store.sqlite.store import SqliteStore

NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)
YEAR = timedelta(days=364)
ENTRIES = 5  # a ticket
DUE = 1000
SECONDS, MEGABYTES, TIMES = 10.0, 200, 3.0  # what we promise of the large ones

OFFICE = Calendar("office", "Europe/Helsinki", (((540, 1020),),) * 5 + ((), ()))
NAMES = ("support", "sales", "billing", "repairs")
POLICY = Policy(
    "bench",
    "bench.test",
    tuple(
        Department(name, (f"{name}@bench.test",), Address(f"{name}@bench.test"), calendar="office") for name in NAMES
    ),
    calendars=(OFFICE,),
    timezone="Europe/Helsinki",
)
# Numbers without chance: `n` times a prime, its middle digits; the same store every time.
ROLL = "((n * 2654435761) / 1000 % {0})"

TICKETS = f"""
WITH RECURSIVE count(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count WHERE n < :tickets),
  drawn AS (SELECT n, :since + n * :step AS created, {ROLL.format(86400 * 3)} * 1000000 AS wait,
    {ROLL.format(100)} AS luck FROM count)
INSERT INTO ticket (id, number, subject, status, department, owner, priority, rank, language, requester,
  requester_name, created_at, updated_at, status_since, first_response_at, solved_at, due_first, due_at, escalate_at,
  status_until, first_kept, resolve_kept)
SELECT n, 1000 + n, 'Question about order ' || n || ' and lamp ' || (n % 97), CASE WHEN :open THEN
    CASE WHEN n % 5 THEN 'open' ELSE 'waiting' END WHEN luck < 95 THEN 'solved' ELSE 'open' END,
  CASE n % 4 WHEN 0 THEN 'support' WHEN 1 THEN 'sales' WHEN 2 THEN 'billing' ELSE 'repairs' END,
  'agent' || (n % 12), 'normal', 2, 'en', 1, 'Customer', created, created + wait, created + wait,
  CASE WHEN luck < 97 AND NOT :open THEN created + wait / 4 END,
  CASE WHEN luck < 95 AND NOT :open THEN created + wait END,
  NULL, CASE WHEN :open THEN :now + wait END,
  CASE WHEN :open AND n % 5 THEN CASE WHEN n % (:tickets / :due) = 1 THEN :now - n ELSE :now + 1 + wait END END,
  CASE WHEN :open AND n % 5 = 0 THEN CASE WHEN n % (:tickets / :due) = 0 THEN :now - n ELSE :now + 1 + wait END END,
  CASE WHEN luck < 97 THEN luck > 10 END, CASE WHEN luck < 95 THEN luck > 20 END
FROM drawn
"""
OTHERS = (
    "INSERT INTO tag (ticket, tag) SELECT id, 'topic' || (id % 40) FROM ticket",
    "INSERT INTO event (ticket, at, actor, kind, old, new) SELECT id, status_since, 'bench', 'status', 'new', status "
    "FROM ticket",
    "INSERT INTO event (ticket, at, actor, kind, old, new) SELECT id, created_at, 'bench', 'reopened', 'solved', '' "
    "FROM ticket WHERE id % 20 = 0",
    "INSERT INTO vote (ticket, score, comment, agent, at) SELECT id, id % 11, '', owner, solved_at FROM ticket "
    "WHERE solved_at IS NOT NULL AND id % 10 = 0",
)
THREADS = """
WITH RECURSIVE count(k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM count WHERE k < :entries - 1)
INSERT INTO entry (ticket, at, kind, author, author_name, unverified, text, quoted, html)
SELECT ticket.id, ticket.created_at + k * 1000000, CASE WHEN k % 2 THEN 'agent' ELSE 'customer' END, 'a@b.example', '',
  0, 'The lamp of order ' || ticket.number || ' does not light up, although I have changed the bulb and the fuse. '
  || 'What shall I do now, and when may I hope to hear from you about it?', '', ''
FROM ticket CROSS JOIN count
"""


@dataclass(frozen=True)
class Cost:
    """What one question took."""

    name: str
    tickets: int
    seconds: float
    megabytes: int
    found: int


def generate(path: Path, tickets: int, *, at_work: bool) -> None:
    """A store of so many tickets: with their threads, most of them solved; or bare and all of them at work."""
    SqliteStore(path).close()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("BEGIN IMMEDIATE")
    indexes = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    ).fetchall()
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    step = (YEAR // tickets) // timedelta(microseconds=1)
    values = {"tickets": tickets, "since": micros(NOW - YEAR), "step": step, "now": micros(NOW), "open": at_work,
              "due": DUE, "entries": ENTRIES}  # fmt: skip
    connection.execute("INSERT INTO contact (id, created_at) VALUES (1, 0)")
    connection.execute(
        "INSERT INTO address (id, canonical, addr, name, contact) VALUES (1, 'c@d', 'c@d', 'Customer', 1)"
    )
    connection.execute(TICKETS, values)
    for statement in OTHERS[:2] if at_work else (*OTHERS, THREADS):
        connection.execute(statement, values)
    for _, sql in indexes:
        connection.execute(sql)
    connection.execute("COMMIT")
    connection.close()


def measure(path: Path, question: str) -> Cost:
    """Ask in this process, whose memory nobody else has used."""
    store = SqliteStore(path, writable=False)
    ask = QUESTIONS[question]
    times = []
    found = 0
    for _ in range(5 if question == "due" else 1):
        begin = time.process_time()  # of this process alone, whatever else the machine does
        found = ask(store)
        times.append(time.process_time() - begin)
    tickets = store.read(lambda read: int(read.session.scalar("SELECT count(*) FROM ticket", {})))  # type: ignore[attr-defined]
    store.close()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return Cost(question, tickets, statistics.median(times), memory, found)


def _report(store: SqliteStore, period: timedelta) -> int:
    return store.read(lambda read: report.of_period(read, POLICY, NOW, period)).total.arrived


def _due(store: SqliteStore) -> int:
    """What the jobs `escalate` and `wake` ask every twenty seconds."""
    return store.read(lambda read: len(read.tickets.late(NOW, 2 * DUE)) + len(read.tickets.waking(NOW, 2 * DUE)))


QUESTIONS: dict[str, Callable[[SqliteStore], int]] = {
    "report of a week": lambda store: _report(store, timedelta(days=7)),
    "report of a year": lambda store: _report(store, YEAR),
    "due": _due,
}


def asked(path: Path, question: str) -> Cost:
    """The cost in a process of its own, the operating system's cache warm."""
    command = [sys.executable, __file__, "--measure", str(path), "--question", question]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)
    return Cost(**json.loads(done.stdout))


def run(sizes: list[int]) -> list[Cost]:
    """Every cost for every size, printed as it is found."""
    costs = []
    with tempfile.TemporaryDirectory(prefix="mailgate-bench-") as folder:
        for size in sizes:
            for kind in ("threads", "work"):
                path = Path(folder) / f"{kind}-{size}" / "mailgate.db"
                begin = time.perf_counter()
                generate(path, size, at_work=kind == "work")
                print(f"# {size:,} tickets ({kind}) made in {time.perf_counter() - begin:.0f} s, "
                      f"{path.stat().st_size // 2**20:,} MB", file=sys.stderr)  # fmt: skip
                for question in ["due"] if kind == "work" else ["report of a week", "report of a year"]:
                    cost = asked(path, question)
                    costs.append(cost)
                    print(f"{cost.name:18} {cost.tickets:>9,} tickets  {cost.seconds * 1000:>8,.0f} ms  "
                          f"{cost.megabytes:>4} MB  found {cost.found:,}", flush=True)  # fmt: skip
                path.unlink()
    return costs


def broken(costs: list[Cost]) -> list[str]:
    """The promises these costs break."""
    found = [f"{one.name} over {one.tickets:,} tickets took {one.seconds:.1f} s and {one.megabytes} MB"
             for one in costs if one.seconds > SECONDS or one.megabytes > MEGABYTES]  # fmt: skip
    due = [one for one in costs if one.name == "due"]
    if len(due) > 1 and due[-1].seconds > due[0].seconds * TIMES:
        found.append(f"the same {DUE} due tickets cost {due[-1].seconds / due[0].seconds:.1f} times as much among many")
    return found


def main() -> int:
    """Exit status 1 when a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="1,000,000 tickets with 5,000,000 entries too")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--question", choices=QUESTIONS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        cost = measure(options.measure, options.question)
        print(json.dumps(vars(cost)))
        return 0
    wrong = broken(run([10_000, 1_000_000] if options.large else [10_000]))
    for line in wrong:
        print(f"broken: {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
