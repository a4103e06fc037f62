"""One connection of a browser, with deadlines: nobody holds it by being slow, idle or one of very many (W-30)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from mailgate.window.http.peers import HERE, Crowd, Proxies, of_one
from mailgate.window.http.strict import Strict

OF_ONE: Final = 40  # connections of one peer
IN_ALL: Final = 400


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a connection may take, in seconds and octets."""

    head: float = 10.0  # from its first octet, or from the connection, to the end of a head
    body: float = 10.0  # in which a body has to come on
    progress: int = 16 * 1024  # by so much, unless it ends
    answer: float = 30.0  # in which somebody has to take what fills our buffer
    linger: int = 32 * 2**20  # of a body that was refused is taken and thrown away: else no browser shows why


@dataclass(slots=True)
class Doors:
    """What all connections of this process share."""

    proxies: Proxies = field(default_factory=Proxies)
    crowd: Crowd = field(default_factory=lambda: Crowd(OF_ONE, IN_ALL))
    patience: Patience = field(default_factory=Patience)


def lines(doors: Doors) -> type[H11Protocol]:
    """The class that uvicorn makes of each connection."""

    class Bound(Line):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, doors=doors, **kwargs)

    return Bound


class Line(H11Protocol):
    """A connection as uvicorn serves it, cut when it is late."""

    def __init__(self, *args: Any, doors: Doors, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conn = Strict()
        self._doors, self._patience = doors, doors.patience
        self._peer = ""  # as it is counted, once it is
        self._bell: asyncio.TimerHandle | None = None
        self._awaited: Callable[[], None] | None = None  # what it is set for
        self._slow: asyncio.TimerHandle | None = None
        self._come = 0  # octets since the bell was set
        self._thrown = 0  # octets of a body that nobody wants

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take it, if there is room for one more of this peer and of all."""
        super().connection_made(transport)
        host = self.client[0] if self.client else HERE
        peer = of_one(host)
        if not self._doors.crowd.enter(peer, counted=not self._doors.proxies.trusts(host)):
            transport.abort()
            return
        self._peer = peer
        self._ring(self._patience.head, self._late_head)

    def connection_lost(self, exc: Exception | None) -> None:
        """Leave room for others."""
        if self._peer:
            self._doors.crowd.leave(self._peer)
            self._peer = ""
        self._quiet()
        if self._slow is not None:
            self._slow.cancel()
        self._unset_keepalive_if_required()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what has come, and see how far that brings us."""
        self._come += len(data)
        if self._done and self.conn.their_state is h11.SEND_BODY:
            self._thrown += len(data)
            if self._thrown > self._patience.linger:
                self.transport.abort()
                return
        super().data_received(data)
        self._wait()

    def handle_events(self) -> None:
        """As uvicorn does, then wait for what is still to come: a request behind another is only found here."""
        super().handle_events()
        self._wait()

    def on_response_complete(self) -> None:
        """An answer is out; its line stays open for the next question."""
        super().on_response_complete()
        self._wait()

    def pause_writing(self) -> None:
        """Somebody does not take what is answered."""
        super().pause_writing()
        self._slow = self.loop.call_later(self._patience.answer, self.transport.abort)

    def resume_writing(self) -> None:
        """It goes on."""
        super().resume_writing()
        if self._slow is not None:
            self._slow.cancel()
            self._slow = None

    def shutdown(self) -> None:
        """Streams without an end are cut at once, for a stop waits for all others."""
        super().shutdown()
        if not self._done and self.scope["path"].endswith("/events"):
            self.cycle.disconnected = True
            self.cycle.message_event.set()
            self.transport.close()

    @property
    def _done(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _wait(self) -> None:
        """Set the bell that belongs to what is awaited: a head that has begun, a body, or nothing."""
        if self.transport.is_closing():
            self._quiet()
        elif self.conn.their_state is h11.SEND_BODY:
            self._ring(self._patience.body, self._late_body)
        elif self.conn.their_state is h11.IDLE and (self.cycle is None or self.conn.trailing_data[0]):
            self._ring(self._patience.head, self._late_head)
        else:
            self._quiet()

    def _ring(self, seconds: float, then: Callable[[], None]) -> None:
        if self._bell is None or self._awaited != then:
            self._quiet()
            self._awaited, self._come = then, 0
            self._bell = self.loop.call_later(seconds, then)

    def _quiet(self) -> None:
        if self._bell is not None:
            self._bell.cancel()
            self._bell = None

    def _late_head(self) -> None:
        self._bell = None
        self.transport.abort()

    def _late_body(self) -> None:
        self._bell = None
        # While we do not read it is not its fault.
        if self._come < self._patience.progress and not self.flow.read_paused:
            self.transport.abort()
        else:
            self._wait()
