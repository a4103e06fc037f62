"""What the kernel says of a process, ours or a child: its memory, and how long it waited for a processor (proc(5))."""

from __future__ import annotations

import resource
from pathlib import Path

ROOT = Path("/")  # where /proc is


def resident(pid: int | str = "self") -> int:
    """Octets of memory; 0 when nobody knows."""
    return _field(pid, "statm", 1) * resource.getpagesize()


def addresses(pid: int | str = "self", root: Path = ROOT) -> int:
    """Octets of addresses, as RLIMIT_AS counts them; 0 when nobody knows."""
    return _field(pid, "statm", 0, root) * resource.getpagesize()


def queued(pid: int) -> float:
    """Seconds its first thread has been ready to run and did not, since it was born; 0 when nobody knows."""
    return _field(pid, "schedstat", 1) / 1e9


def runnable(pid: int) -> bool:
    """True while its first thread runs or is ready to: `queued` knows of a wait only once that is over."""
    try:
        return (ROOT / f"proc/{pid}/stat").read_bytes().rpartition(b") ")[2][:1] == b"R"
    except OSError:
        return False


def _field(pid: int | str, name: str, at: int, root: Path = ROOT) -> int:
    try:
        return int((root / f"proc/{pid}/{name}").read_bytes().split()[at])
    except (OSError, ValueError, IndexError):
        return 0
