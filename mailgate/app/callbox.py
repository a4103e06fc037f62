"""Where the daemon that owns a data folder is asked by other commands: a unix socket, however deep the folder lies."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NAME = "control.sock"
LONGEST = 107  # octets a unix socket's path may have (unix(7))


@contextmanager
def path_of(data: Path) -> Iterator[str]:
    """The socket's path for bind and connect; by way of an open folder when the plain one is too long.

    Raises OSError when the folder cannot be opened.
    """
    plain = str(data / NAME)
    if len(os.fsencode(plain)) <= LONGEST:
        yield plain
        return
    folder = os.open(data, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{NAME}"
    finally:
        os.close(folder)
