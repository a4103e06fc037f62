"""How much memory mail on its way in may take, so that the limit set for the daemon is never met."""

from __future__ import annotations

import ctypes
import logging
import resource
from collections.abc import Iterator
from pathlib import Path

from mailgate.app import kernel

log = logging.getLogger(__name__)

KEPT = 160 * 2**20  # octets of addresses for threads, pages of the database and letters
ROUGHLY = 1.25  # octets of memory an octet of mail takes, with what lies between the pieces
SHARE = 4  # of the memory we share with our children, mail takes one part in so many
M_ARENA_MAX = -8  # mallopt(3)
ARENAS = 2
HEALTH = "memory"
FEWEST = 2**20  # octets that mail may take whatever the limit is


def affordable(wanted: int, largest: int, root: Path = Path("/")) -> int:
    """How many octets of unfinished mail may be in memory: `wanted`, or fewer under a low limit, at least FEWEST.

    `largest` is the largest mail taken: once more that, while its pieces are put together. Limits are RLIMIT_AS
    (`ulimit -v`, LimitAS=) beyond what is in use, and a part of the control group's (MemoryMax=), which our children
    have to live in too. `root` is where /proc and /sys are.
    """
    found = wanted
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    if soft != resource.RLIM_INFINITY:
        left = soft - kernel.addresses(root=root) - KEPT - min(largest, wanted)
        found = min(found, int(left / ROUGHLY))
    for limit in _groups(root):
        found = min(found, limit // SHARE)
    found = max(found, min(wanted, FEWEST))
    if found < wanted:
        log.warning("the memory limit leaves little room for large mail", extra={"octets": found, "wanted": wanted})
    return found


def too_little(at_once: int, largest: int) -> str:
    """What is wrong when the largest mail has no room, `""` when it has."""
    if at_once >= largest:
        return ""
    remedy = "raise the limit (ulimit -v, LimitAS=, MemoryMax=) or lower [smtp] max_size"
    return f"mail over {at_once / 2**20:.0f} MB is refused, there is no memory for it: {remedy}"


def few_arenas() -> None:
    """Have the C library keep few heaps: each thread's own takes 64 MB of addresses and gives little back.

    Nothing is gained by many, since one thread at a time is in the interpreter. Harmless where it is not glibc.
    """
    try:
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, ARENAS)
    except (OSError, AttributeError):
        log.debug("no mallopt")


def _groups(root: Path) -> Iterator[int]:
    """The limits of our control group and of those around it, of either version."""
    try:
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, kinds, path = line.split(":", 2)
        if kinds not in ("", "memory"):
            continue
        top, name = (
            (root / "sys/fs/cgroup", "memory.max")
            if not kinds
            else (root / "sys/fs/cgroup/memory", "memory.limit_in_bytes")
        )
        place = top / path.strip("/")
        for folder in (place, *(above for above in place.parents if above.is_relative_to(top))):
            try:
                yield int((folder / name).read_text())
            except (OSError, ValueError):  # there is none, or it is "max"
                continue
