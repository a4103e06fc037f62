"""How the window is set up, as the desk said last: asked for again now and then, and kept while the desk is away."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final, Protocol

from mailgate.core.pages.window import SettingsAsked, WindowSettings
from mailgate.languages import LANGUAGES
from mailgate.window.desk import Away, Refused

PATIENCE: Final = 5.0  # seconds that the desk has to say them
FRESH: Final = 10.0  # seconds that settings are believed
UNKNOWN: Final = WindowSettings(name="", language="en", languages=LANGUAGES, timezone="UTC")  # before the desk spoke

Settings = Callable[[], Awaitable[WindowSettings]]


class Asks(Protocol):
    """Whom pages ask: `desk.Desk`, or what stands for it in a test."""

    async def ask(self, verb: str, asked: object) -> Any:
        """The page that answers a question. Raises Refused and Away."""


class Known:
    """Called for the settings; `tick` tells monotonic seconds. Raises Away while nothing has ever been known."""

    def __init__(self, desk: Asks, tick: Callable[[], float] = time.monotonic) -> None:
        self._desk, self._tick = desk, tick
        self._last: WindowSettings | None = None
        self._until = 0.0
        self._asking = asyncio.Lock()

    async def __call__(self) -> WindowSettings:
        """One question serves all who wait for it."""
        async with self._asking:
            if self._last is None or self._tick() >= self._until:
                try:
                    async with asyncio.timeout(PATIENCE):
                        self._last = await self._desk.ask("settings", SettingsAsked())
                except (Away, Refused, TimeoutError) as error:
                    if self._last is None:
                        raise Away(str(error)) from error
                self._until = self._tick() + FRESH
            return self._last
