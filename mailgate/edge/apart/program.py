"""With what a process of ours is started: our own interpreter, and of our environment only what has no secrets."""

from __future__ import annotations

import os
import sys
from typing import Final

PYTHON: Final = (sys.executable, "-P", "-c")  # a line of our own code follows
KEPT: Final = ("PATH", "LANG", "LC_ALL", "TZ", "HOME")  # no secrets of ours


def environment(*more: str) -> dict[str, str]:
    """What it gets of ours, `more` names among it, and where our modules are."""
    kept = {key: os.environ[key] for key in (*KEPT, *more) if key in os.environ}
    return kept | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONUTF8": "1"}
