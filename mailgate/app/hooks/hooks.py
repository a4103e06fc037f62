"""The threads of the hooks: one that reads the journal, and one for each hook, so that none waits for another."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from mailgate.app.hooks.feeding import feed
from mailgate.app.hooks.sending import OpenDoor, Posts, Sender, Tried, door
from mailgate.config.tree import Config, Webhook
from mailgate.errors import ConfigError, MailgateError, Permanent
from mailgate.store.base import Store

log = logging.getLogger(__name__)

LOOK = 30.0  # seconds after which somebody looks again, woken or not
GATHER = 0.1  # seconds between two readings of the journal at least
TROUBLE = 5.0  # seconds after something went wrong with us


@dataclass(slots=True)
class _Told:
    """One hook at work: what it was configured as, its door and its thread."""

    webhook: Webhook
    posts: Posts
    wake: threading.Event = field(default_factory=threading.Event)
    stop: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None


def _nothing() -> None: ...


class Hooks:
    """Nothing runs and no statement is made before `adopt` is handed a configuration with hooks."""

    def __init__(self, store: Store, sender: Sender, open_door: OpenDoor) -> None:
        self._store, self._sender, self._open = store, sender, open_door
        self._config: Config | None = None
        self._fresh = threading.Event()  # something was committed
        self._stop = threading.Event()
        self._told: dict[str, _Told] = {}
        self.threads: list[threading.Thread] = []
        self._reader: threading.Thread | None = None
        self._lock = threading.Lock()

    # --- what hooks there are ---

    def adopt(self, config: Config, *, threads: bool) -> None:
        """Go by this configuration from now on; in threads of its own if asked."""
        with self._lock:
            first = self._config is None
            self._config = config
            names = [one.hook.name for one in config.webhooks]
            if first and not names and not self._store.read(lambda read: read.hooks.all()):
                return
            now = self._sender.clock()
            self._store.write(lambda tx: tx.hooks.known(names, now)).result()
            self._store.on_commit = self._fresh.set if names else _nothing
            if threads:
                self._take_up(config)

    def _take_up(self, config: Config) -> None:
        wanted = {one.hook.name: one for one in config.webhooks}
        for name in [name for name, one in self._told.items() if wanted.get(name) != one.webhook]:
            gone = self._told.pop(name)
            gone.stop.set()
            gone.wake.set()
            gone.posts.hang_up()
        for name in wanted.keys() - self._told.keys():
            try:
                told = _Told(wanted[name], door(wanted[name], self._open))
            except ConfigError as error:
                log.error("webhook has no secret", extra={"hook": name, "error": str(error)})
                continue
            self._told[name] = told
            told.thread = self._begin(f"hook {name}", partial(self._tell, told))
        if wanted and self._reader is None:
            self._reader = self._begin("hooks", self._read)
        self._fresh.set()

    def _begin(self, name: str, target: Callable[[], None]) -> threading.Thread:
        thread = threading.Thread(target=target, name=name, daemon=True)
        self.threads = [*(one for one in self.threads if one.is_alive()), thread]
        thread.start()
        return thread

    def wake(self) -> None:
        """Something changed for a hook: it was switched on, a row is to be tried again."""
        self._fresh.set()
        for one in list(self._told.values()):
            one.wake.set()

    def dead(self) -> list[str]:
        """Hooks whose thread has ended although nobody told it to."""
        wanted = [self._reader, *(one.thread for one in list(self._told.values()))]
        return [thread.name for thread in wanted if thread and not thread.is_alive() and not self._stop.is_set()]

    def stop(self) -> None:
        """End all, the exchange in hand too; what was not taken is told again after a start."""
        self._stop.set()
        self._fresh.set()
        for one in self._told.values():
            one.stop.set()
            one.wake.set()
            one.posts.hang_up()

    # --- what they do ---

    def feed(self) -> int:
        """Read the journal to its end; returns how many rows were made."""
        made, config = 0, self._config
        if config is None:
            return 0
        hooks = {one.hook.name: one.hook for one in config.webhooks}
        policy, now = self._sender.in_force.policy, self._sender.clock()
        while not self._stop.is_set() and self._store.read(lambda read: read.hooks.behind()):
            made += self._store.write(lambda tx: feed(tx, hooks, policy, now)).result()
        return made

    def _read(self) -> None:
        while not self._stop.is_set():
            self._fresh.wait(LOOK)
            self._fresh.clear()
            try:
                if self.feed():
                    for one in list(self._told.values()):
                        one.wake.set()
            except MailgateError as error:
                log.warning("the journal cannot be read for webhooks", extra={"error": str(error)})
                self._stop.wait(TROUBLE)
            except Exception:
                log.exception("the journal cannot be read for webhooks")
                self._stop.wait(TROUBLE)
            self._stop.wait(GATHER)

    def _tell(self, told: _Told) -> None:
        while True:
            told.wake.clear()
            if told.stop.is_set():  # looked at after the wake is cleared, which whoever stops us sets last
                return
            try:
                again = self._sender.turn(told.webhook, told.posts)
            except Exception as error:  # ours or the store's: the others go on, and so does this one
                log.warning("webhook not told", extra={"hook": told.webhook.hook.name, "error": repr(error)})
                told.stop.wait(TROUBLE)
                continue
            told.wake.wait(self._pause(again))

    def _pause(self, again: datetime | None) -> float:
        if again is None:
            return LOOK
        return min(LOOK, max(0.0, (again - self._sender.clock()).total_seconds()))

    def turn(self, name: str) -> datetime | None:
        """Tell one hook what is due next, here and now (for whoever runs no threads)."""
        webhook = self._named(name)
        return self._sender.turn(webhook, door(webhook, self._open))

    def test(self, name: str) -> Tried:
        """Send a test. Raises Permanent when no such hook is configured."""
        return self._sender.test(self._named(name), self._open)

    def _named(self, name: str) -> Webhook:
        known: Mapping[str, Webhook] = {one.hook.name: one for one in self._config.webhooks} if self._config else {}
        if name not in known:
            raise no_such(name, known)
        return known[name]


def no_such(name: str, known: Collection[str]) -> Permanent:
    """What whoever names a hook that is not among those that are known is told."""
    listed = f"; there are: {', '.join(known)}" if known else ": none is configured"
    return Permanent(f"there is no webhook {name}{listed}")
