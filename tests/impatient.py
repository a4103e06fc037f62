"""Read by a child that is to give a template little time: a test of one that never ends need not wait three seconds."""

from __future__ import annotations

from mailgate.wire.letters import render

render.PATIENCE = 0.6  # seconds of CPU, and more than COSTLY


def ready() -> float:
    """The module is read."""
    return render.PATIENCE
