"""Scheduled work as plain functions: each reads what is due, decides purely, applies, and returns a count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from mailgate import systemd
from mailgate.app.gateway import Gateway
from mailgate.app.health import status
from mailgate.app.jobs import old_letters, retention
from mailgate.core.programs import once
from mailgate.core.programs.called import KEPT
from mailgate.store.base import Tx
from mailgate.store.blobs import left_over
from mailgate.store.former import drop_copies, former_copies

INDEX_BATCH = 500
SLICE = 200  # rows of a back-fill in its first slice
SLICE_MAX = 100_000
SLICE_SECONDS = 0.02  # what a slice aims at: others wait for the writer no longer than this
SWEPT_AFTER = timedelta(days=1)
COPY_KEPT = timedelta(days=30)  # the way back from an upgrade
TOLD_KEPT = timedelta(days=7)  # what webhooks were told, or were not
SWEPT_AT_ONCE = 20  # files a job of the writer


def drain(gateway: Gateway, now: datetime) -> int:
    """Send what is due; with a daemon this only makes sure that nothing was overlooked."""
    if gateway.threaded:
        gateway.dispatcher.wake()
        return 0
    return gateway.dispatcher.drain()


def index(gateway: Gateway, now: datetime) -> int:
    """Feed the full-text search with what was filed since."""
    total = 0
    while count := gateway.store.write(lambda tx: tx.tickets.index(INDEX_BATCH)).result():
        total += count
        if count < INDEX_BATCH:
            break
    return total


def backfill(gateway: Gateway, now: datetime) -> int:
    """Do for old rows what an upgrade owes them; the writer is others' for as long as each slice took.

    Letters come last, for they are found by what was done before.
    """
    rows, slices = SLICE, 0
    while not gateway.stopping.is_set():
        took = gateway.store.write(partial(_slice, rows)).result()
        if took is None:
            break
        slices += 1
        if took > SLICE_SECONDS:
            rows = max(1, rows // 2)
        elif took < SLICE_SECONDS / 2:
            rows = min(SLICE_MAX, rows * 2)
        gateway.stopping.wait(took)
    return slices + old_letters.fingerprint(gateway)


def _slice(rows: int, tx: Tx) -> float | None:
    return tx.backfill(rows)


def purge(gateway: Gateway, now: datetime) -> int:
    """Remove what retention says is old enough, what programs cannot ask again, and what they were told."""
    answers = gateway.store.write(lambda tx: tx.programs.tidy(now - once.LASTS)).result()
    told = gateway.store.write(lambda tx: tx.hooks.purge(now - TOLD_KEPT)).result()
    return answers + told + retention.purge(gateway, now)


def sweep(gateway: Gateway, now: datetime) -> int:
    """Delete what unfinished keeps of large mail left, calls of a month ago, and copies from before an old upgrade."""
    copies = former_copies(gateway.data, now - COPY_KEPT)
    drop_copies(gateway.data, copies)
    gateway.store.write(lambda tx: tx.calls.tidy(now - KEPT)).result()
    names = left_over(gateway.data, now - SWEPT_AFTER)
    for at in range(0, len(names), SWEPT_AT_ONCE):
        gateway.store.write(partial(_drop_incoming, names[at : at + SWEPT_AT_ONCE])).result()
    return len(names) + len(copies)


def _drop_incoming(names: list[str], tx: Tx) -> None:
    tx.mail.drop_incoming(names)


def watch(gateway: Gateway, now: datetime) -> int:
    """Look after ourselves, call the admin when something is wrong, and give a sign of life when nothing is."""
    trouble = gateway.store.healthy()
    if trouble:
        gateway.health["store"] = trouble
    else:
        gateway.health.pop("store", None)
    if gateway.threaded:
        gateway.pulse.beat()
    down = gateway.dispatcher.health()
    gateway.down_since = {name: gateway.down_since.get(name, now) for name in down}
    found, troubles = status.looked(status.of_daemon(gateway), gateway.store, gateway.config, now)
    if gateway.threaded:
        systemd.tell(f"STATUS={_line([one.in_english() for one in troubles])}")
    return gateway.alarms.look(troubles, found["quarantine"], now)


def _line(troubles: Sequence[Mapping[str, Any]]) -> str:
    """What `systemctl status` shows of us."""
    graves = [str(one["text"]) for one in troubles if one["grave"]]
    lines = graves or [str(one["text"]) for one in troubles]
    return " ".join(("; ".join(lines) or "all is well").split())
