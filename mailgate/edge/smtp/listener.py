"""Listens for SMTP, LMTP and submission in the loop it is started in and hands each mail to `receive` before 250."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable, Sequence
from typing import Final

from mailgate.core.model.mail import Source
from mailgate.edge.smtp import replies as reply
from mailgate.edge.smtp import sockets
from mailgate.edge.smtp.admission import AddressOwner
from mailgate.edge.smtp.guesses import Guesses
from mailgate.edge.smtp.house import Receive, SmtpPeer
from mailgate.edge.smtp.limits import Ledger, Listener, Network, SmtpLimits
from mailgate.edge.smtp.session import SmtpDialogue

log = logging.getLogger(__name__)

AT_A_TIME: Final = 16  # connections taken in one turn of the loop
PASSING: Final = 5 * AT_A_TIME  # descriptors of a listener on the way in or, refused, out: a few turns each

logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd prints every command


class SmtpListeners:
    """All listeners together, their peers and their limits.

    `receive` is called in the loop's thread for mail up to 64 KiB (it must not block) and in a worker thread for larger
    mail; its future resolves after the fsynced commit. `recipient` says whether an address is ours, unknown at a domain
    of ours, or foreign. `login` checks a user and password and returns the agent's name; `guessed` hears of somebody
    who tries many, at most once an hour. `room` says whether the disk has space for so many octets. `banned` refuses an
    envelope sender. `full` hears, in the loop's thread, of each peer for whom there is no connection left. `bound` are
    the sockets of each listener when somebody else has bound them, who then removes their paths too.
    """

    def __init__(
        self,
        listeners: Sequence[Listener],
        limits: SmtpLimits,
        *,
        receive: Receive,
        recipient: Callable[[str], AddressOwner],
        hostname: str,
        login: Callable[[str, str], str | None] = lambda user, password: None,
        guessed: Callable[[str, str, str], None] = lambda what, address, user: None,
        room: Callable[[int], bool] = lambda octets: True,
        banned: Callable[[str], bool] = lambda address: False,
        full: Callable[[], None] = lambda: None,
        trusted_networks: Sequence[Network] = (),
        bound: Sequence[Sequence[socket.socket]] = (),
    ) -> None:
        self.listeners = tuple(listeners)
        self.limits = limits
        self.receive = receive
        self.recipient = recipient
        self.login = login
        self.guesses = Guesses()
        self.guessed = guessed
        self.room = room
        self.banned = banned
        self.full = full
        self.hostname = hostname
        self.ledger = Ledger(limits, tuple(trusted_networks))
        self.stopping = self.absent = False
        self.loop: asyncio.AbstractEventLoop
        self._given = bound
        self._servers: list[tuple[Listener, asyncio.Server]] = []
        self._inside: set[SmtpPeer] = set()
        self._empty = asyncio.Event()

    async def start(self) -> None:
        """Let peers in. Raises OSError when an address is taken or not allowed; then nothing stays bound."""
        self.loop = asyncio.get_running_loop()
        bound = self._given or sockets.bind_all(self.listeners)
        for listener, each in zip(self.listeners, bound, strict=True):
            for one in each:
                self._servers.append((listener, await self._open(listener, one)))
        if not self._given:
            for listener in self.listeners:
                log.info("listening", extra={"kind": str(listener.kind), "address": self.bound[str(listener.kind)]})

    async def _open(self, listener: Listener, sock: socket.socket) -> asyncio.Server:
        server = await self.loop.create_server(lambda: SmtpDialogue(self, listener), sock=sock, backlog=AT_A_TIME)
        sockets.queue_all(sock)
        return server

    @property
    def bound(self) -> dict[str, list[str]]:
        """Where each kind of listener really is: `{"smtp": ["127.0.0.1:8025"], "lmtp": ["/run/lmtp"]}`."""
        places: dict[str, list[str]] = {str(kind): [] for kind in (Source.SMTP, Source.LMTP, Source.SUBMISSION)}
        for listener, server in self._servers:
            places[str(listener.kind)] += map(sockets.place, server.sockets)
        return places

    async def stop(self, grace: float = 25.0) -> None:
        """Take no more, say 421 to the idle, let commits and running DATA end for at most `grace` seconds."""
        self.stopping = True
        for _, server in self._servers:
            server.close()
        if self._servers and not self._given:
            sockets.unlink(self.listeners)
        for guest in list(self._inside):
            guest.dismiss()
        self._check_empty()
        try:
            await asyncio.wait_for(self._empty.wait(), grace)
        except TimeoutError:
            for guest in list(self._inside):
                guest.hang_up(reply.SHUTTING_DOWN)
        self._servers.clear()

    def leave_alone(self) -> None:
        """Nobody is there to keep mail: the idle hear 421 now, everybody else when their mail has been answered."""
        self.absent = True
        for guest in list(self._inside):
            guest.dismiss()

    def carry_on(self) -> None:
        """Somebody is there again."""
        self.absent = False

    @property
    def closed(self) -> bool:
        """True while nobody is let in or served."""
        return self.stopping or self.absent

    @property
    def answers(self) -> bool:
        """We run in the process that asks."""
        return True

    def shed(self) -> None:
        """Memory ran out: the largest mail on its way in is let go, and will be answered 452."""
        self.ledger.memory.shed()

    @property
    def connections(self) -> int:
        """How many peers are inside."""
        return len(self._inside)

    # -- what the sessions call

    def enter(self, guest: SmtpPeer, address: str) -> bool:
        """Count a peer in; False when there are too many, or we are closing."""
        if self.closed:
            return False
        if not self.ledger.enter(address):
            if self.ledger.connections >= self.limits.max_connections:
                self.full()
            return False
        self._inside.add(guest)
        return True

    def move(self, guest: SmtpPeer, address: str) -> bool:
        """A front named the real peer: count that one instead; False when it has too many already."""
        self.ledger.leave(guest.counted)
        if not self.ledger.enter(address):
            self.ledger.enter(guest.counted)
            guest.hang_up(reply.TOO_BUSY)
            return False
        guest.counted = guest.address = address
        return True

    def leave(self, guest: SmtpPeer) -> None:
        """The peer has gone and its last commit has ended."""
        self.ledger.leave(guest.counted)
        self._inside.discard(guest)
        self._check_empty()

    def _check_empty(self) -> None:
        if self.stopping and not self._inside:
            self._empty.set()
