"""A way out for letters: how to open it, how fast it may go, and what an envelope on it looks like."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol


def unobserved() -> None:
    """Nobody wants to know that the words come next."""


class Transport(Protocol):
    """Something that takes one letter for one recipient; used by one thread at a time."""

    @property
    def longest(self) -> float:
        """Seconds after which one `send` has ended, whatever the other side does."""
        ...

    def send(
        self, sender: str, recipient: str, raw: bytes, *, utf8: bool = False, before: Callable[[], None] = unobserved
    ) -> str:
        """Hand over; returns the other side's own id. Raises Permanent, Temporary, RouteDown or Uncertain.

        `before` is called when everything is agreed and the words come next; what it raises ends the attempt.
        """
        ...

    def abort(self) -> None:
        """Break off a `send` that hangs, from another thread, as far as that can be done; it raises then."""
        ...

    def close(self) -> None:
        """Let go of connections; never raises."""
        ...


@dataclass(frozen=True, slots=True)
class Route:
    """One `[[outgoing]]`: each of its `connections` is a transport of its own."""

    name: str
    open: Callable[[], Transport]
    envelope: str = "null"  # acknowledgements leave with `<>`; "verp": with a signed address; ADDRESS: all with it
    rate: float = 0.0  # letters a minute, 0 is without limit
    connections: int = 1
    retry_for: timedelta = timedelta(days=5)
    only: tuple[str, ...] = ()  # of a channel: what its deliveries stand under; () of a relay: departments
    made_from: object = None  # the settings, to tell whether a reload changed them

    def sender(self, *, null: bool, bounce: str) -> str:
        """MAIL FROM for a letter: `""` for those that must not be bounced, else where bounces are understood."""
        if "@" in self.envelope:
            return self.envelope
        return "" if null and self.envelope == "null" else bounce
