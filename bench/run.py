"""`make bench`: how fast mail is taken in and handled, beside what this machine allows, with the aims in view."""

from __future__ import annotations

import argparse
import email
import logging
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import boxes
import corpus
import figures
import gateway as running
import subtraction
import yardsticks
from fill import fill
from gateway import Gateway, Run
from mails import Mail, Reply, follow_up, large, new
from stages import measure, parse_cost

CONNECTIONS = (1, 8, 32)
PLAIN, HTML = "2 KB plain", "22 KB HTML"
RESULTS = Path(__file__).with_name("RESULTS.md")
BEGIN, END = "<!-- begin of what --record writes -->", "<!-- end of it -->"
ATTACHMENT = 20 * 2**20


@dataclass
class Bench:
    """One run: how much of everything, and the lines it says."""

    place: Path
    share: float = 1.0  # of the usual number of mails
    tickets: tuple[int, ...] = (0, 10_000, 100_000)
    backlogs: tuple[int, ...] = (500, 5_000)
    lines: list[str] = field(default_factory=list)
    serial: int = 0
    null: dict[int, float] = field(default_factory=dict)

    def say(self, line: str = "") -> None:
        """To the terminal at once, to the record at the end."""
        print(line, flush=True)
        self.lines.append(line)

    def table(self, title: str, *heads: str) -> None:
        """Begin a table."""
        self.say(f"\n### {title}\n")
        self.row(*heads)
        self.say("|" + "|".join("---" if at == 0 else "---:" for at in range(len(heads))) + "|")

    def row(self, *cells: object) -> None:
        """One line of a table."""
        self.say("| " + " | ".join(f"{cell:,.0f}" if isinstance(cell, float) else str(cell) for cell in cells) + " |")

    def count(self, connections: int, mails: int) -> int:
        """How many mails a burst has: fewer on one connection."""
        return max(8, int(mails * self.share * {1: 0.2, 8: 0.6}.get(connections, 1.0)))

    def before(self, mails: int) -> int:
        """How many mails are sent before anything is measured."""
        return max(8, int(mails * min(1.0, self.share)))

    def fresh(self, kind: str, count: int) -> list[Mail]:
        """Mails of people who never wrote before."""
        self.serial += 1
        return [new(kind, f"b{os.getpid()}x{self.serial}x{i}") for i in range(count)]

    def answers(self, desk: Gateway, kind: str, count: int, by: str) -> list[Mail]:
        """Follow-ups to the newest tickets, by the id of our acknowledgement or by number."""
        self.serial += 1
        known = desk.ask(
            "SELECT address.addr, ticket.number, letter.message_id FROM ticket "
            "JOIN address ON address.id = ticket.requester JOIN letter ON letter.ticket = ticket.id "
            "AND letter.audience = 'customer' ORDER BY ticket.id DESC LIMIT ?",
            count,
        )
        replies = [
            Reply(who, number=number) if by == "number" else Reply(who, message_id=id_) for who, number, id_ in known
        ]
        return [follow_up(kind, f"b{os.getpid()}x{self.serial}x{i}", replies[i % len(replies)]) for i in range(count)]


# --- the parts -------------------------------------------------------------------------------------------------------


def yardstick(bench: Bench) -> None:
    """What the machine can do, one mail a connection, 5 KB."""
    bench.say(f"raw fsync of 4 KiB: {yardsticks.fsyncs(bench.place):,.0f}/s")
    mails = bench.fresh("5 KB plain", bench.count(32, 1000))
    bench.null = yardsticks.aiosmtpd(mails, CONNECTIONS)
    post = yardsticks.postfix(mails, CONNECTIONS)
    bench.table("Yardsticks: 5 KB mails a second, one mail a connection", "connections", *map(str, CONNECTIONS))
    bench.row("aiosmtpd, null handler", *(bench.null[count] for count in CONNECTIONS))
    if post is None:
        bench.say("\nPostfix: not here, or not root")
    else:
        bench.row("Postfix, queued and delivered", *(post[count] for count in CONNECTIONS))


def receiving(bench: Bench, desk: Gateway) -> None:
    """Mails a second until the 250 that stands for a commit; processing goes on meanwhile."""
    runs = {count: desk.run(bench.fresh("5 KB plain", bench.count(count, 1000)), count) for count in CONNECTIONS}
    bench.table("Received durably: 5 KB mails a second, one mail a connection", "connections", *map(str, CONNECTIONS))
    bench.row("mailgate", *(run.mails / run.received for run in runs.values()))
    if bench.null:
        shares = (f"{run.mails / run.received / bench.null[count]:.0%}" for count, run in runs.items())
        bench.row("of aiosmtpd's null handler", *shares)
    bench.row("95th percentile, ms", *(1000 * run.latency[len(run.latency) * 95 // 100] for run in runs.values()))


def whole_way(bench: Bench, desk: Gateway) -> None:
    """From the socket to the ticket in the database and every letter of it in its final bytes."""
    bench.table(
        "The whole way: mails a second, and CPU ms a mail at 32 connections",
        "mail", *map(str, CONNECTIONS), "daemon", "children", "clients",
    )  # fmt: skip
    for kind, mails in ((PLAIN, 600), (HTML, 300)):
        for how in ("new", "by header", "by number"):
            runs = []
            for connections in CONNECTIONS:
                count = bench.count(connections, mails)
                burst = bench.fresh(kind, count) if how == "new" else bench.answers(desk, kind, count, how[3:])
                runs.append(desk.run(burst, connections))
            bench.row(f"{kind}, {how}", *(run.mails / run.whole for run in runs), *_cpu(runs[-1]))


def _cpu(run: Run) -> Iterator[str]:
    for seconds in (run.daemon_cpu, run.children_cpu, run.client_cpu):
        yield f"{1000 * seconds / run.mails:.2f}"


def with_notices(bench: Bench) -> None:
    """The same when every mail makes a second letter, to an agent."""
    with running.gateway(bench.place, notify="all") as desk:
        desk.run(bench.fresh(PLAIN, 50), 8)
        bench.table("With a notice to an agent beside the acknowledgement, 32 connections", "mail", "mails/s")
        for kind, mails in ((PLAIN, 500), (HTML, 250)):
            run = desk.run(bench.fresh(kind, bench.count(32, mails)), 32)
            bench.row(f"{kind}, new", run.mails / run.whole)
            run = desk.run(bench.answers(desk, kind, bench.count(32, mails), "header"), 32)
            bench.row(f"{kind}, by header", run.mails / run.whole)


def growth(bench: Bench) -> None:
    """The same work on a database that holds many tickets already."""
    bench.table(
        "Growth: 2 KB mails a second the whole way at 32 connections, and CPU ms a mail in the daemon",
        "tickets before", "new", "by header", "by number", "CPU new", "CPU by header", "CPU by number",
    )  # fmt: skip
    for tickets in bench.tickets:
        prepare: Callable[[Path], None] | None = partial(fill, tickets=tickets) if tickets else None
        with running.gateway(bench.place, prepare) as desk:
            desk.run(bench.fresh(PLAIN, 100), 8)
            count = bench.count(32, 600)
            runs = [desk.run(bench.fresh(PLAIN, count), 32)]
            runs += [desk.run(bench.answers(desk, PLAIN, count, by), 32) for by in ("header", "number")]
            cpu = (f"{1000 * run.daemon_cpu / run.mails:.2f}" for run in runs)
            bench.row(f"{tickets:,}", *(run.mails / run.whole for run in runs), *cpu)


def staged(bench: Bench) -> None:
    """CPU of each step, in this process: threads and transactions timed one by one."""
    names = ("receive", "hand over", "decide, apply", "send", "commit", "index")
    bench.table("CPU ms a mail by stage, 8 connections", "mail", *names, "parse", "render", "together")
    for kind, mails in ((PLAIN, 450), (HTML, 250)):
        with tempfile.TemporaryDirectory(dir=bench.place) as folder:
            warm = bench.before(50)
            found = measure(Path(folder), bench.fresh(kind, warm + bench.count(32, mails)), warm)
        spent = [*(found.daemon.get(name, 0.0) for name in names), found.parse, found.render]
        bench.row(f"{kind}, new", *(f"{ms:.2f}" for ms in (*spent, sum(spent))))
    bench.say(
        "\n*receive* to *index* run in the daemon (*send* without the threads that write to the transport); *parse* is"
        "\nmeasured alone, *render* is what else the children used."
    )


def parsing(bench: Bench) -> None:
    """Our reading of the corpus of other programs' mails beside the standard library's."""
    if not corpus.CORPUS.is_dir():
        bench.say("\nThe corpus of test mails is not here: parsing not compared.")
        return
    found = [path for path in sorted(corpus.CORPUS.rglob("*")) if path.suffix in (".eml", ".msg", ".txt", ".mail")]
    raws = [raw for raw in (path.read_bytes() for path in found if path.is_file()) if b":" in raw[:200]]
    logging.disable(logging.CRITICAL)  # as in the children: libraries say what they could not read
    rounds = [(parse_cost(raws), parse_cost(raws, _walked)) for _ in range(3)]
    ours, theirs = (min(costs) for costs in zip(*rounds, strict=True))  # the least disturbed of each
    bench.say(
        f"\nParsing {len(raws)} mails of the corpus: {ours:.2f} ms a mail with everything a ticket needs, "
        f"`email.message_from_bytes` and a walk {theirs:.2f} ms: {ours / theirs:.2f} times."
    )


def _walked(raw: bytes) -> None:
    for part in email.message_from_bytes(raw).walk():
        if not part.is_multipart():
            part.get_payload(decode=True)


def memory(bench: Bench, desk: Gateway) -> None:
    """After everything before: the daemon, a child; then a mail with 20 MB, and what it did to the others."""
    daemon, child = desk.memory()
    bench.say(f"\nMemory after the work above: daemon {daemon:.0f} MiB, largest child at most {child:.0f} MiB.")
    desk.run([large(f"five{bench.serial}", 5 * 2**20 * 3 // 4)], 1)
    bench.say(f"After a mail of 5 MB: largest child at most {desk.memory()[1]:.0f} MiB.")
    calm = desk.run(bench.fresh(PLAIN, bench.count(8, 200)), 2)
    heavy = large(f"large{bench.serial}", ATTACHMENT)
    before, stop = desk.memory()[0], threading.Event()
    highest = [before]

    def watch() -> None:
        while not stop.wait(0.01):
            highest[0] = max(highest[0], desk.memory()[0])

    watcher = threading.Thread(target=watch)
    watcher.start()
    with running.load(desk.port, bench.fresh(PLAIN, bench.count(8, 200)), 2) as finish:
        began = time.perf_counter()
        running.burst(desk.port, [heavy], 1)
        transfer = time.perf_counter() - began
        others = finish()["took"]
    desk.settle()
    stop.set()
    watcher.join()
    bench.say(
        f"A mail with a 20 MB attachment ({len(heavy.data) / 2**20:.0f} MiB on the wire, taken in {transfer:.2f} s) "
        f"raised the daemon by {highest[0] - before:.0f} MiB, {(highest[0] - before) * 2**20 / len(heavy.data):.1f} "
        f"times its size. Others meanwhile waited {1000 * others[-1]:.0f} ms at most "
        f"({1000 * calm.latency[-1]:.0f} ms without it)."
    )


def mailboxes(bench: Bench) -> None:
    """IMAP from a real Dovecot."""
    found = boxes.measure(bench.backlogs)
    if found is None:
        bench.say("\nDovecot: not here, or not root: IMAP not measured")
        return
    bench.table("IMAP: a backlog of 5 KB mails from Dovecot into the mail table", "backlog", "mails/s", "MiB at most")
    for backlog, (rate, peak) in found.items():
        bench.row(f"{backlog:,}", rate, peak)


# --- together --------------------------------------------------------------------------------------------------------


def reports(bench: Bench) -> None:
    """What reports cost, and what finding the tickets that are due costs among few and among many."""
    sizes = [10_000, max(100_000, *bench.tickets)]
    bench.table(
        "Reports and due tickets: 1,000 due for escalation and 1,000 for waking", "question", "tickets", "CPU ms", "MB"
    )
    for cost in figures.run(sizes):
        bench.row(cost.name, f"{cost.tickets:,}", cost.seconds * 1000, cost.megabytes)


def words(bench: Bench) -> None:
    """What it costs to know our own words again."""
    bench.table("Telling our words from theirs, CPU ms", "what", "aim", "least", "median", "median in yardsticks")
    for cost in subtraction.costs(max(10, int(200 * bench.share))):
        aim = f"{subtraction.AIMS[cost.name]:.1f}"
        bench.row(cost.name, aim, f"{cost.least:.2f}", f"{cost.usual:.2f}", f"{cost.yardsticks:.1f}")
    bench.say("\nThe yardstick is `email.message_from_bytes` and a walk of a mail of 2 KB, run in turn with each.")
    bench.say(
        f"A child that subtracts eight letters of 64 KiB holds at most {subtraction.peak():.0f} MiB more (aim: 20)."
    )
    if corpus.CORPUS.is_dir():
        mails, again = subtraction.second_readings(corpus.CORPUS, None if bench.share >= 1 else int(2000 * bench.share))
        bench.say(f"Of {mails} mails of the corpus {again} would be read a second time.")


def head(bench: Bench) -> None:
    """When, where, which."""
    model = next(
        (line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
         if line.startswith("model name")), platform.processor(),
    )  # fmt: skip
    known = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False, cwd=RESULTS.parent
    ).stdout.strip()
    bench.say(
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} x {model}, Linux {platform.release()}, "
        f"Python {platform.python_version()}, load {os.getloadavg()[0]:.1f} at the start, mailgate {known or '?'}"
    )


def whole(bench: Bench, wanted: tuple[str, ...] = ()) -> None:
    """Every part, or those named."""

    def asked(name: str) -> bool:
        return not wanted or name in wanted

    head(bench)
    if asked("yardsticks"):
        yardstick(bench)
    served = [part for name, part in (("receive", receiving), ("whole", whole_way), ("memory", memory)) if asked(name)]
    if served:
        with running.gateway(bench.place) as desk:
            desk.run(bench.fresh(PLAIN, bench.before(100)), 8)
            for part in served:
                part(bench, desk)
    for name, alone in (
        ("notices", with_notices), ("growth", growth), ("stages", staged), ("parse", parsing), ("imap", mailboxes),
        ("reports", reports), ("words", words),
    ):  # fmt: skip
        if asked(name):
            alone(bench)
    bench.say(f"\nLoad at the end: {os.getloadavg()[0]:.1f}")


def record(lines: list[str]) -> None:
    """Put a run between the marks of RESULTS.md."""
    text = RESULTS.read_text(encoding="utf-8")
    before, after = text.partition(BEGIN)[0], text.partition(END)[2]
    RESULTS.write_text(f"{before}{BEGIN}\n\n" + "\n".join(lines) + f"\n\n{END}{after}", encoding="utf-8")


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="a million tickets and a mailbox of 50,000 mails too")
    parser.add_argument("--record", action="store_true", help=f"keep the tables in {RESULTS.name}")
    parser.add_argument("--share", type=float, default=1.0, help="of the usual number of mails (0.1: a quick look)")
    parser.add_argument(
        "--place", type=Path, default=Path(tempfile.gettempdir()), help="a folder on the disk to measure"
    )
    parser.add_argument(
        "parts", nargs="*", help="yardsticks receive whole memory notices growth stages parse imap reports words; all"
    )
    options = parser.parse_args()
    bench = Bench(options.place, options.share)
    if options.large:
        bench.tickets = (*bench.tickets, 1_000_000)
        bench.backlogs = (500, 50_000)
    whole(bench, tuple(options.parts))
    if options.record:
        record(bench.lines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
