"""Named points where the process kills itself when a test asks for it; in every other life they do nothing."""

from __future__ import annotations

import itertools
import os
import signal

# In the order in which a mail and its letters meet them.
POINTS = (
    "after-mail",  # MAIL was answered
    "mid-data",  # part of a large mail is in memory
    "after-incoming",  # a large mail is on disk, under a name that nobody else knows
    "before-begin",  # the store is about to write
    "after-link",  # a large mail has its own name, and its row is not committed
    "before-commit",  # everything is inserted
    "after-commit",  # on disk, and nobody was told
    "before-discard",  # its first name is not needed any more
    "after-250",  # the sender was told
    "mid-processing",  # ticket and letters are written, not committed
    "after-processing",  # the mail has its fate
    "after-claim",  # letters are leased
    "after-render",  # they have their words
    "after-sending",  # they are marked as leaving
    "after-relay",  # the relay said 250, which nobody wrote down
)

# Of these the listener meets, which is started anew; at the others the desk ends, and everything with it.
OF_THE_LISTENER = ("after-mail", "mid-data", "after-incoming", "after-250")

# In the order in which a database of an earlier version meets them.
UPGRADE_POINTS = (
    "copied",  # the copy of the database as it was is on disk
    "migration-step",  # a step is about to run
    "before-migrated",  # all have run, nothing is committed
    "migrated",  # on disk
    "in-a-slice",  # old rows are written anew, not committed
)

# Where one answer for many is on its way.
ANSWER_POINTS = ("mid-slice",)  # a letter is written, not committed

# Where a program is told.
HOOK_POINTS = ("after-hook",)  # it took it, and nobody wrote that down

# MAILGATE_CRASH_AT=NAME, or NAME:N for the N-th time; read once, so that a point costs a comparison.
_AT, _, _NTH = os.environ.get("MAILGATE_CRASH_AT", "").partition(":")
_times = itertools.count(1)


def point(name: str) -> None:
    """Die here and now, as by `kill -9`, when MAILGATE_CRASH_AT names this point."""
    if name == _AT and next(_times) >= int(_NTH or 1):
        os.kill(os.getpid(), signal.SIGKILL)
