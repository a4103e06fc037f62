"""What an SMTP session may ask of the house it stands in, and what the house may do with a guest."""

from __future__ import annotations

import asyncio
import concurrent.futures
from collections.abc import Callable
from typing import Protocol

from mailgate.core.model.mail import Envelope
from mailgate.edge.smtp.admission import AddressOwner
from mailgate.edge.smtp.guesses import Guesses
from mailgate.edge.smtp.limits import Ledger, SmtpLimits
from mailgate.store.values import Kept

Receive = Callable[[bytes, Envelope], concurrent.futures.Future[Kept]]


class SmtpPeer(Protocol):
    """One connection, as the house sees it."""

    address: str  # of the peer, after PROXY
    counted: str  # the address it is counted under in the ledger

    def hang_up(self, line: bytes = b"") -> None:
        """Say a last reply line, if any, and close."""
        ...

    def dismiss(self) -> None:
        """Close now, or when the mail in hand has been answered."""
        ...


class SmtpHouse(Protocol):
    """What every session shares: limits, counts, and the functions that answer for addresses, disk and mail."""

    loop: asyncio.AbstractEventLoop
    limits: SmtpLimits
    ledger: Ledger
    hostname: str
    receive: Receive
    recipient: Callable[[str], AddressOwner]
    login: Callable[[str, str], str | None]  # user, password -> the agent's name
    guesses: Guesses
    guessed: Callable[[str, str, str], None]  # "address" or "account", the peer, the user they named
    room: Callable[[int], bool]
    banned: Callable[[str], bool]

    @property
    def closed(self) -> bool:
        """We are ending, or nobody is there to keep mail: whoever asks for something is told to come again."""
        ...

    def enter(self, guest: SmtpPeer, address: str) -> bool:
        """Count a peer in; False when there are too many, or the house is closing."""
        ...

    def move(self, guest: SmtpPeer, address: str) -> bool:
        """A front named the real peer: count that one instead; False when it has too many already."""
        ...

    def leave(self, guest: SmtpPeer) -> None:
        """The peer has gone and its last commit has ended."""
        ...
