"""What the window may still do once it is ready: read its own program, and answer on the sockets it has."""

from __future__ import annotations

import resource
import site
import sys
import sysconfig
from pathlib import Path
from typing import Final

import mailgate
from mailgate.edge.apart import confined, landlock

MEMORY: Final = 768 * 2**20  # octets that may be written to: some 60 MB are used, and stacks of threads reserve more
OPEN: Final = 1024  # files and connections
SYSTEM: Final = (
    "/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/share/zoneinfo", "/etc/localtime", "/dev/null", "/dev/urandom",
)  # fmt: skip
PACKAGES: Final = frozenset({"site-packages", "dist-packages", "lib-dynload"})


def limit() -> None:
    """So much memory and so many files, whoever asks for more; and nothing of it is ever dumped."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for which, most in ((resource.RLIMIT_DATA, MEMORY), (resource.RLIMIT_NOFILE, OPEN)):
        _, hard = resource.getrlimit(which)
        granted = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(which, (granted, granted))


def shut_files() -> bool:
    """No file of anybody's is opened any more, but for Python's, the packages' and our own program to read."""
    return landlock.shut(own_program())


def shut_calls() -> bool:
    """Nobody is connected to, no program started, no other process touched."""
    return confined.confine()


def own_program() -> list[Path]:
    """Where modules, templates, words and time zones are read from, some of it late."""
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    places = {Path(sysconfig.get_path(name)) for name in names}
    places |= {Path(place) for place in (*site.getsitepackages(), *sys.path) if Path(place).name in PACKAGES}
    places |= {Path(mailgate.__file__).parent, *map(Path, SYSTEM)}
    return sorted(places)
