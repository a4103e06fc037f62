"""Jobs for children that take as long as a test likes: until a file appears, told by another that they have begun."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path
from typing import Any

from mailgate.app.children.pool import Children
from mailgate.core.model.mail import InboundMail
from mailgate.wire.mime.parse import parse

_HELD = re.compile(rb"(?mi)^X-Held: (\w+)")
ENOUGH = 300.0  # seconds after which a gate that nobody opens is given up


def hold(gate: str, answer: Any = None) -> Any:
    """Wait until `gate` exists; `gate.PID` shows who waits."""
    Path(f"{gate}.{os.getpid()}").touch()
    ends = time.monotonic() + ENOUGH
    while not Path(gate).exists() and time.monotonic() < ends:
        time.sleep(0.01)
    return answer


def read(raw: bytes, envelope: Any, limits: Any, known: Any = None) -> InboundMail:
    """Read a mail as ever; one with `X-Held: NAME` only once a file of that name exists in $HOME."""
    held = _HELD.search(raw)
    if held:
        hold(os.path.join(os.environ["HOME"], held[1].decode()))
    return parse(raw, envelope, limits, known)


def hurry(children: Children) -> float:
    """The CPU seconds that children of this pool give a template from now on, those it starts later too."""
    children.warm = (*children.warm, "impatient")
    return float(children.run("impatient:ready"))
