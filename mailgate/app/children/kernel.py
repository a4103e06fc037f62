"""What the kernel says of a child: the memory it has, and how long it has waited for a processor (proc(5))."""

from __future__ import annotations

import resource
from pathlib import Path


def resident(pid: int) -> int:
    """Octets of memory; 0 when nobody knows."""
    return int(_field(pid, "statm", 1)) * resource.getpagesize()


def queued(pid: int) -> float:
    """Seconds its first thread has been ready to run and did not, since it was born; 0 when nobody knows."""
    return int(_field(pid, "schedstat", 1)) / 1e9


def _field(pid: int, name: str, at: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes().split()[at]
    except (OSError, IndexError):
        return b"0"
