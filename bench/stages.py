"""Where the CPU goes: a whole gateway in this process, its threads and its transactions timed one by one."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gateway import Gateway as Folder
from gateway import _cpu, burst, wait
from mails import Mail

from mailgate.app.gateway import Gateway
from mailgate.core.model.mail import Envelope, Source
from mailgate.core.model.policy import Limits
from mailgate.daemon import Daemon
from mailgate.store.base import Read, Tx
from mailgate.wire.mime import parse
from mailgate.wiring import build, edges

# What a transaction is for, by the function that asks for it.
JOBS = {
    "MailKeeper._keep": "receive",
    "Deciding._begin": "decide, apply",
    "Deciding.mark": "decide, apply",
    "RouteLoop._claim": "send",
    "DeliveryMarks._commit": "send",
    "index": "index",
}
THREADS = {"loop": "receive", "process": "hand over", "child": "hand over", "store-writer": "commit"}
THREADS |= {"route": "send", "out": "send", "APScheduler": "index", "ThreadPoolExecutor": "index"}


@dataclass
class Stages:
    """CPU milliseconds a mail: by stage in the daemon, and what a child spends on reading one."""

    daemon: dict[str, float] = field(default_factory=dict)
    parse: float = 0.0
    children: float = 0.0

    @property
    def render(self) -> float:
        """What the children did besides reading."""
        return max(0.0, self.children - self.parse)


def measure(place: Path, mails: Sequence[Mail], warm: int = 50, connections: int = 8) -> Stages:
    """Run the mails through a gateway in this process; the first `warm` of them are not counted."""
    with _running(place) as (gateway, daemon):
        spent = _watch(gateway)
        port = int(daemon.door.bound["smtp"][0].rpartition(":")[2])
        burst(port, mails[:warm], connections)
        _settle(gateway)
        spent.clear()
        threads, children = _threads(), sum(map(_cpu, gateway.children.pids()))
        burst(port, mails[warm:], connections)
        _settle(gateway)
        for name, seconds in (_threads() - threads).items():
            spent[name] += seconds
        children = sum(map(_cpu, gateway.children.pids())) - children
    spent["commit"] -= sum(spent[f"job {name}"] for name in set(JOBS.values()) | {"other"})
    for name in [name for name in spent if name.startswith("job ")]:
        spent[name.removeprefix("job ")] += spent.pop(name)
    count = len(mails) - warm
    per_mail = {name: 1000 * seconds / count for name, seconds in spent.items()}
    return Stages(per_mail, parse_cost([mail.data[:-3] for mail in mails[warm : warm + 100]]), 1000 * children / count)


def parse_cost(raws: Sequence[bytes], read: Callable[[bytes], Any] | None = None) -> float:
    """CPU milliseconds a mail of reading these."""
    envelope = Envelope("someone@customer.example", ("support@acme.example",), Source.SMTP)
    read = read or (lambda raw: parse.parse(raw, envelope, Limits()))
    for raw in raws[:20]:
        read(raw)
    began = time.thread_time()
    for raw in raws:
        read(raw)
    return 1000 * (time.thread_time() - began) / len(raws)


@contextlib.contextmanager
def _running(place: Path) -> Iterator[tuple[Gateway, Daemon]]:
    folder = Folder(place)
    gateway = build(folder.config)
    daemon = Daemon(gateway, edges(gateway))
    thread = threading.Thread(target=lambda: asyncio.run(daemon.run()), name="loop", daemon=True)
    thread.start()
    daemon.started.wait(30)
    try:
        yield gateway, daemon
    finally:
        daemon.stop()
        thread.join(40)


def _watch(gateway: Gateway) -> Counter[str]:
    """CPU seconds of every transaction from now on, by what it is for."""
    spent: Counter[str] = Counter()
    write = gateway.store.write

    def timed(job: Callable[[Tx], Any], *, first: bool = False) -> Any:
        owner = getattr(job, "__qualname__", type(job).__name__).partition(".<locals>")[0]
        name = "job " + JOBS.get(owner, "other")

        def run(tx: Tx) -> Any:
            began = time.thread_time()
            try:
                return job(tx)
            finally:
                spent[name] += time.thread_time() - began

        return write(run, first=first)

    gateway.store.write = timed  # type: ignore[method-assign]
    return spent


def _threads() -> Counter[str]:
    """CPU seconds of the threads that live now, by what they are for; those of sending end with their batch."""
    found: Counter[str] = Counter()
    for thread in threading.enumerate():
        name = next((use for prefix, use in THREADS.items() if thread.name.startswith(prefix)), "")
        if name and thread.ident is not None:
            found[name] += time.clock_gettime(time.pthread_getcpuclockid(thread.ident))
    return found


def _settle(gateway: Gateway) -> None:
    def quiet(read: Read) -> bool:
        queues = read.report.queues()
        return not queues.mail.waiting and not set(queues.outbox) & {"waiting", "leased", "sending"}

    wait(lambda: gateway.store.read(quiet), 120)
    time.sleep(0.1)
