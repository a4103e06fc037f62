"""What is known of a call, whatever order its events came in, and what a new event makes of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from mailgate.core.programs.calls import Call, Happened

AGAIN: Final = timedelta(days=1)  # in which the same caller's next missed call joins the ticket of the first
KEPT: Final = timedelta(days=30)  # after that a call is a memo on its ticket or nothing
MOST: Final = 5  # people who are named for a number


@dataclass(frozen=True, slots=True)
class KnownCall:
    """One call, as its events so far have it."""

    program: str  # whose token told of it
    id: str  # as the exchange calls it
    at: datetime  # when it began, as far as is known
    number: str = ""  # of the caller; "" when it was hidden
    called: str = ""
    agent: str = ""  # as the exchange writes them
    rang: bool = False
    answered_at: datetime | None = None
    over: Happened | None = None  # ENDED or MISSED, once it is over
    seconds: int | None = None  # how long they spoke
    recording: str = ""  # where it is fetched

    @property
    def missed(self) -> bool:
        """True where it is over and nobody answered it."""
        return self.over is Happened.MISSED

    @property
    def spoken(self) -> bool:
        """True where it is over and somebody answered it."""
        return self.over is Happened.ENDED and (self.answered_at is not None or bool(self.seconds))

    @property
    def ringing(self) -> bool:
        """True from its first ring until somebody answers or it is over."""
        return self.rang and self.answered_at is None and self.over is None


def after(known: KnownCall | None, call: Call, program: str) -> KnownCall:
    """The call with one more event; the same event once more changes nothing. `call` is `calls.checked`.

    A call that was answered was not missed, though an exchange says so of one of the telephones that rang. One that was
    missed stays so: its ticket is there.
    """
    assert call.at is not None
    found = known or KnownCall(program, call.id, call.at)
    answered = call.event is Happened.ANSWERED
    found = replace(
        found,
        at=min(found.at, call.at),
        number=found.number or call.caller,
        called=found.called or call.called,
        agent=call.agent if answered and call.agent else found.agent or call.agent,
        recording=found.recording or call.recording,
    )
    if call.event is Happened.RINGING:
        return replace(found, rang=True)
    if answered:
        return replace(found, answered_at=found.answered_at or call.at)
    if call.event is Happened.MISSED and found.answered_at is None and not found.seconds:
        return replace(found, over=Happened.MISSED)
    return replace(found, over=found.over or Happened.ENDED, seconds=_seconds(found, call))


def _seconds(found: KnownCall, call: Call) -> int | None:
    if found.seconds is not None or call.seconds is not None:
        return found.seconds if found.seconds is not None else call.seconds
    if found.answered_at is None or call.at is None:
        return None
    return max(0, int((call.at - found.answered_at).total_seconds()))


# --- what crosses to the window and back ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ApiCallAsked:
    """A program tells of a call."""

    bearer: str
    peer: str
    call: Call
    once: str = ""  # the Idempotency-Key
    digest: str = ""  # of what was sent


@dataclass(frozen=True, slots=True)
class PushedCallAsked:
    """An exchange tells of a call in its own shape; its token stands in the address."""

    exchange: str  # `calls.Exchange`
    bearer: str
    peer: str
    type: str  # of the body: a form or JSON
    body: bytes
    query: str = ""  # what stands behind the question mark
    signature: str = ""  # of the body


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """A ticket of a caller's that is not done."""

    number: int
    subject: str
    status: str
    owner: str | None = None
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with the number that called."""

    name: str
    company: str = ""
    addresses: tuple[str, ...] = ()
    open: tuple[OpenTicket, ...] = ()  # the newest first


@dataclass(frozen=True, slots=True)
class ApiCallPage:
    """Who that may be; all of them, and none is chosen."""

    callers: tuple[Caller, ...] = ()
    ambiguous: bool = False  # more than one
    memo: int | None = None  # the ticket where the call is filed, once it is
