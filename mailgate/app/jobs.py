"""Scheduled work as plain functions: each reads what is due, decides purely, applies, and returns a count."""

from __future__ import annotations

from datetime import datetime

from mailgate.app import retention, status
from mailgate.app.gateway import Gateway

INDEX_BATCH = 500


def drain(gateway: Gateway, now: datetime) -> int:
    """Send what is due; with a daemon this only makes sure that nothing was overlooked."""
    if gateway.threaded:
        gateway.dispatcher.wake()
        return 0
    return gateway.dispatcher.drain()


def index(gateway: Gateway, now: datetime) -> int:
    """Feed the full-text search with what was filed since."""
    total = 0
    while count := gateway.store.write(lambda tx: tx.index(INDEX_BATCH)).result():
        total += count
        if count < INDEX_BATCH:
            break
    return total


def purge(gateway: Gateway, now: datetime) -> int:
    """Remove what retention says is old enough."""
    return retention.purge(gateway, now)


def watch(gateway: Gateway, now: datetime) -> int:
    """Look after ourselves, call the admin when something is wrong, and give a sign of life when nothing is."""
    trouble = gateway.store.healthy()
    if trouble:
        gateway.health["store"] = trouble
    else:
        gateway.health.pop("store", None)
    down = gateway.dispatcher.health()
    gateway.down_since = {name: gateway.down_since.get(name, now) for name in down}
    return gateway.alarms.look(status.now_in(gateway, now), now)
