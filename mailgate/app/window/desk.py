"""What the window's verbs stand on: the gateway, and what is remembered between two questions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mailgate.app.gateway import Gateway
from mailgate.app.programs.working import Working
from mailgate.app.window.counted import CountedReports
from mailgate.app.window.errands import Errands
from mailgate.app.window.forms_seen import FormsSeen
from mailgate.app.window.rendered import Rendered
from mailgate.app.window.snapshot import Snapshots


@dataclass(slots=True)
class WindowDesk:
    """Handed to every verb, in any of the window's threads; what an area remembers is a field of its own, guarded."""

    gateway: Gateway
    snapshots: Snapshots = field(default_factory=Snapshots)  # of the board and the wall
    forms: FormsSeen = field(default_factory=FormsSeen)
    errands: Errands = field(default_factory=Errands)
    rendered: Rendered = field(default_factory=Rendered)  # articles
    reports: CountedReports = field(default_factory=CountedReports)
    working: Working = field(default_factory=Working)  # on what programs asked under a key


# A verb answers what is asked with a page or a `Refusal` (core/pages/window.py). It reads the store, judges tokens and
# sessions, and writes by `gateway.intake.receive` alone.
Verb = Callable[[WindowDesk, Any], object]
Answers = Mapping[str, Verb]
