"""The gateway put together: everything a command or the daemon may ask for, by name."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from mailgate.app.children.pool import Children
from mailgate.app.health.alarm import Alarms
from mailgate.app.health.descriptors import Descriptors
from mailgate.app.health.pulse import Pulse
from mailgate.app.health.soundness import Soundness
from mailgate.app.hooks.hooks import Hooks
from mailgate.app.in_force import Clock, InForce, Snapshot
from mailgate.app.intake.intake import Intake
from mailgate.app.lookup.asking import Lookups
from mailgate.app.mailboxes.board import MailboxBoard
from mailgate.app.outbox.dispatch import Dispatcher, Route
from mailgate.config.certificate import Certificate
from mailgate.config.tree import Config
from mailgate.core.asking.http import Fetches
from mailgate.core.pages.window import WindowState
from mailgate.store.base import Ids, Store

ALARM = 2.0  # seconds the admin's alarm program has left when we end; it goes on without us


@dataclass(frozen=True, slots=True)
class Loaded:
    """What is on disk now, checked: not yet in force."""

    config: Config  # as the process can run it: what it has bound or opened stays
    snapshot: Snapshot
    routes: Mapping[str, Route]
    restart: tuple[str, ...] = ()  # the keys that were changed and need a restart, as `[section] key`


@dataclass(slots=True)
class CustomersSeen:
    """Which state of the customers' file was judged last; one judges it at a time."""

    guard: threading.Lock = field(default_factory=threading.Lock)
    state: object = ""  # of the file and the agents; "" is none


@dataclass(slots=True)
class Gateway:
    """A writable gateway; `wiring.build` makes it, `close` takes it apart in order."""

    config: Config
    in_force: InForce
    store: Store
    children: Children
    pulse: Pulse
    ids: Ids
    intake: Intake
    dispatcher: Dispatcher
    clock: Clock
    load: Callable[[Config], Loaded]  # what is on disk now, beside what runs; raises ConfigError
    data: Path
    alarms: Alarms
    mailboxes: MailboxBoard
    lookups: Lookups
    hooks: Hooks
    http: Fetches | None = None  # asks other programs; None where nothing does
    threaded: bool = False  # a daemon: mail and letters are handled by threads of their own
    reloading: threading.Lock = field(default_factory=threading.Lock)  # one reload at a time
    stopping: threading.Event = field(default_factory=threading.Event)
    health: dict[str, str] = field(default_factory=dict)  # part -> what is wrong with it, for status and metrics
    down_since: dict[str, datetime] = field(default_factory=dict)  # relay -> when it was first found resting
    listeners: dict[str, list[str]] = field(default_factory=dict)  # kind -> where the daemon is bound
    customers: CustomersSeen = field(default_factory=CustomersSeen)
    soundness: Soundness = field(init=False)  # of the database
    descriptors: Descriptors = field(init=False)  # of the process
    certificate: Certificate | None = None  # of the listeners
    window: Callable[[], WindowState | None] = lambda: None  # how the pages' process is; None when there is none
    dead: Callable[[], list[str]] = list  # worker threads of the daemon that have ended

    def __post_init__(self) -> None:
        self.soundness = Soundness(self.store, self.clock)
        self.descriptors = Descriptors(self.health)

    def ask_no_more(self) -> None:
        """We stop: no other program's answer is waited for, by a job in hand neither."""
        self.stopping.set()
        self.lookups.close()
        self.hooks.stop()

    def close(self) -> None:
        """Let go of everything; what was in hand has been finished or lies safe in the store."""
        self.ask_no_more()
        self.intake.close()
        self.children.close()
        self.dispatcher.close()
        self.store.close()
        self.alarms.program.wait(ALARM)
