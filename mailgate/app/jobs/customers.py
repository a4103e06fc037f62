"""Takes the customers' file in when it changed: judged whole, written in slices, in force in one moment."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from mailgate import tomlfile
from mailgate.app.gateway import Gateway
from mailgate.config.tree import Config
from mailgate.core.customers.customer import Customer
from mailgate.core.model.said import said
from mailgate.errors import ConfigError, Problem, Temporary
from mailgate.store.customers_asked import CustomersTaken
from mailgate.wire.customers import rows
from mailgate.wire.customers.rows import CustomersFile
from mailgate.wire.customers.table import LARGEST, refused

log = logging.getLogger(__name__)

SLICE = 200  # rows a job of the writer
FEW = 20  # rows; of so few half may well go
FORM = "2"  # of what rows become: counted up, every file is taken in anew


@dataclass(frozen=True, slots=True)
class CustomersSynced:
    """What became of the file."""

    count: int = 0  # customers in force
    changed: int = 0  # rows that came or went
    problems: tuple[Problem, ...] = ()  # of rows; the others stand


def customers(gateway: Gateway, now: datetime) -> int:
    """The job: rows that came or went. A file that cannot be taken is told to the admin, and the last one stands."""
    try:
        return sync(gateway, now).changed
    except ConfigError as error:
        problem = error.problems[0]
        log.error("customers not taken", extra={"problem": str(problem)})
        what = "customers:" + hashlib.sha256(str(problem).encode()).hexdigest()[:12]
        text = said("alarm.customers_text", problem=str(problem))
        gateway.alarms.tell(what, said("alarm.customers"), text, "mailgate check")
        return 0


def sync(gateway: Gateway, now: datetime, *, again: bool = False, anyway: bool = False) -> CustomersSynced:
    """Take the file in where it changed; `again` judges one that was refused once more, `anyway` takes one that lost
    more than half of its rows.

    Raises ConfigError when it cannot be read or lost so many: then those in force stay. Raises Temporary when we stop.
    """
    path, agents = gateway.config.customers_file, tuple(agent.name for agent in gateway.in_force.policy.agents)
    with gateway.customers.guard:
        state = (_stamp(path), agents)
        if state == gateway.customers.state and not again:
            return CustomersSynced()
        gateway.customers.state = state
        try:
            done = _take(gateway, path, agents, now, anyway=anyway)
        except ConfigError as error:
            gateway.health["customers"] = str(error.problems[0])
            raise
        except BaseException:
            gateway.customers.state = ""
            raise
        gateway.health.pop("customers", None)
    for problem in done.problems:
        log.warning("customers", extra={"problem": str(problem)})
    return done


def _stamp(path: Path | None) -> tuple[int, int, int] | None:
    try:
        found = path.stat() if path else None
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size, found.st_ino) if found else None


def _take(
    gateway: Gateway, path: Path | None, agents: Collection[str], now: datetime, *, anyway: bool
) -> CustomersSynced:
    taken = gateway.store.read(lambda read: read.customers.taken())
    before = taken.count if taken else 0
    if path is None and not before:
        return CustomersSynced()
    octets = _octets(path) if path else b""
    digest = hashlib.sha256("\0".join((FORM, *agents, "")).encode() + octets).hexdigest()
    if taken and taken.digest == digest:
        return CustomersSynced(before)
    file = parsed(path, octets, agents) if path else CustomersFile("")
    count = len(file.rows)
    if path and not anyway and before >= FEW and 2 * count < before:
        why = f"{count} customers where {before} are in force, which stay: if it is meant so, `mailgate contacts import"
        raise refused(str(path), f"{why} {path} --yes`")
    generation = (taken.generation if taken else 0) + 1
    mark = CustomersTaken(generation, digest, count, now, str(path or ""))
    changed = _write(gateway, {row.id: row.customer for row in file.rows}, mark)
    log.info("customers taken", extra={"count": count, "changed": changed})
    return CustomersSynced(count, changed, tuple(file.problems))


def _write(gateway: Gateway, wanted: dict[int, Customer], mark: CustomersTaken) -> int:
    """The difference to what is in force, in slices; returns how many rows that is."""
    _tidy(gateway)
    held = gateway.store.read(lambda read: read.customers.ids())
    come = sorted((one for one in wanted.items() if one[0] not in held), key=lambda one: one[0])  # as the table lies
    gone = list(held - wanted.keys())
    for part in _slices(come):
        _job(gateway, lambda tx, part=part: tx.customers.add(mark.generation, part))
    for part in _slices(gone):
        _job(gateway, lambda tx, part=part: tx.customers.retire(mark.generation, part))
    _job(gateway, lambda tx: tx.customers.take(mark))
    _tidy(gateway)
    return len(come) + len(gone)


def _tidy(gateway: Gateway) -> None:
    while _job(gateway, lambda tx: tx.customers.tidy(SLICE)):
        pass


def _slices(whole: Sequence[Any]) -> list[Sequence[Any]]:
    return [whole[at : at + SLICE] for at in range(0, len(whole), SLICE)]


def _job(gateway: Gateway, job: Any) -> Any:
    if gateway.stopping.is_set():
        raise Temporary("the customers' file is taken in after the next start")
    return gateway.store.write(job).result()


# --- reading ----------------------------------------------------------------------------------------------------------


def judged(config: Config) -> list[Problem]:
    """All that is wrong with the configured file, for `check`; a file that cannot be taken at all is a fault."""
    if config.customers_file is None:
        return []
    try:
        return read(config.customers_file, [agent.name for agent in config.policy.agents]).problems
    except ConfigError as error:
        return list(error.problems)
    except Temporary as error:
        return [Problem("", "", str(error), warning=True)]


def read(path: Path, agents: Collection[str]) -> CustomersFile:
    """What a file says. Raises ConfigError when it cannot be read."""
    return parsed(path, _octets(path), agents)


def parsed(path: Path, octets: bytes, agents: Collection[str]) -> CustomersFile:
    """As `read`, of what has been read already."""
    if path.suffix.lower() != ".toml":
        return rows.from_csv(octets, str(path), agents)
    document = tomlfile.read(path)
    return rows.from_tables(document.data, partial(_line, document), str(path), agents)


def _line(document: tomlfile.Document, at: int) -> int | None:
    return document.line(("customer", at))


def _octets(path: Path) -> bytes:
    """The file as it stands. Raises ConfigError when it is not there, too large, or changes while it is read."""
    before = _stamp(path)
    try:
        if before and before[1] > LARGEST:
            raise refused(str(path), f"is larger than {LARGEST // 1024**2} MB")
        octets = path.read_bytes()
    except OSError as error:
        raise refused(str(path), f"cannot be read: {error.strerror}") from None
    if _stamp(path) != before:
        raise Temporary(f"{path} is being written: it is looked at again")
    return octets
