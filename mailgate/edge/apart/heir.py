"""A listener that outlived its desk: the next desk waits for it to go, and ends it when it does not."""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from mailgate import newfile

log = logging.getLogger(__name__)

NAME = "listener.lock"
PATIENCE = 3.0  # seconds it has to tell its peers that the desk is gone
LONGEST = 10.0  # seconds until we give up
LOOK = 0.02
OURS = b"mailgate.listener"  # in a listener's command line


def inherit(folder: Path) -> int:
    """The lock that a desk and its listeners hold together, as a descriptor; it is free when all of them are gone.

    Whoever calls holds the desk's own lock: the desk before is dead, and it is its listener that may hold this one.
    That one is ended when it stays, as one that was stopped (SIGSTOP) would. Raises OSError.
    """
    handle = newfile.standing(folder / NAME)
    begun = time.monotonic()
    killed = False
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return handle
        except BlockingIOError:
            waited = time.monotonic() - begun
            if waited > LONGEST:
                os.close(handle)
                raise OSError(errno.EADDRINUSE, "the listener of an earlier desk does not end") from None
            if waited > PATIENCE and not killed:
                killed = True
                _end(handle)
            time.sleep(LOOK)


def note(handle: int, pid: int) -> None:
    """Write down who the listener is; 0 while there is none.

    Always as many octets, so that a disk that has filled up refuses none; where it is refused all the same, the next
    desk only waits in vain for a listener that outlives this one and was stopped.
    """
    try:
        os.pwrite(handle, b"%19d\n" % pid, 0)
    except OSError as error:
        log.warning("the listener's lock cannot be written", extra={"error": str(error)})


def _end(handle: int) -> None:
    """End who stands in the lock, if it is a listener: it could have written there whom it liked, or a whole group."""
    with suppress(ValueError, OSError):
        pid = int(os.pread(handle, 20, 0))
        if pid > 0 and OURS in Path(f"/proc/{pid}/cmdline").read_bytes():
            log.warning("the listener of an earlier desk is ended", extra={"pid": pid})
            os.kill(pid, signal.SIGKILL)
