"""What the shell asks about programs that are told: try one, switch it, and steer what waits for it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from mailgate.app.gateway import Gateway
from mailgate.app.hooks.hooks import no_such
from mailgate.errors import Permanent

BY_HAND = "by hand"


def test(gateway: Gateway, name: str) -> dict[str, Any]:
    """Send a signed test now; the status, the seconds it took, and what went wrong."""
    gateway.hooks.adopt(gateway.config, threads=gateway.threaded)
    return asdict(gateway.hooks.test(name))


def switch(gateway: Gateway, name: str, on: bool) -> bool:
    """On: what waited is told, what happened meanwhile is not. False when it stands so already."""
    gateway.hooks.adopt(gateway.config, threads=gateway.threaded)
    now, off = gateway.clock(), "" if on else BY_HAND
    names = [one.name for one in gateway.store.read(lambda read: read.hooks.all())]
    if name not in names:
        raise no_such(name, names)
    done = gateway.store.write(lambda tx: tx.hooks.switch(name, off, now)).result()
    gateway.hooks.wake()
    return done


def retry(gateway: Gateway, number: int) -> bool:
    """Tell it again now, whatever became of it before."""
    now = gateway.clock()
    if not gateway.store.write(lambda tx: tx.hooks.retry(number, now)).result():
        raise Permanent(f"there is no h{number} to tell again: unknown, or told already")
    gateway.hooks.wake()
    return True


def drop(gateway: Gateway, number: int) -> bool:
    """Never tell it."""
    now = gateway.clock()
    if not gateway.store.write(lambda tx: tx.hooks.drop(number, now)).result():
        raise Permanent(f"there is no h{number} that could be dropped")
    return True
