"""The listener's side: a mail is handed to the desk with all others of the moment, and its 250 waits for the answer."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from concurrent.futures import Future
from typing import cast

from mailgate.core.model.mail import Envelope
from mailgate.edge.apart import messages
from mailgate.edge.apart.frames import BEAT, FrameLine
from mailgate.edge.apart.messages import LARGEST_OF_DESK, SMALL, Answer, Beat, FromDesk, Generation, Settings
from mailgate.edge.smtp.admission import AddressOwner, Admission
from mailgate.edge.smtp.listener import SmtpListeners
from mailgate.errors import OutOfSpace, Temporary
from mailgate.store.values import Incoming, Kept

log = logging.getLogger(__name__)

LINGER = 1.0  # seconds the peers have to hear that the desk is gone
AWAY = "the desk is not there"


class DeskLine:
    """What sessions ask of the desk, and what it says unasked. All in the loop's thread, but for `receive`."""

    def __init__(self) -> None:
        self.settings: asyncio.Future[Settings] = asyncio.get_running_loop().create_future()
        self.admission = Admission()
        self.door: SmtpListeners | None = None
        self.write_large: Callable[[bytes], Incoming] | None = None
        self.over: asyncio.Future[float] = asyncio.get_running_loop().create_future()  # the grace we end with
        self._loop = asyncio.get_running_loop()
        self._waiting: dict[int, Future[Kept]] = {}
        self._serial = 0
        self._line: FrameLine[FromDesk]

    async def connect(self, sock: socket.socket) -> Settings:
        """Take up the line; returns the desk's first word. Raises EOFError when it went before it said one."""
        _, self._line = await self._loop.connect_accepted_socket(
            lambda: FrameLine(messages.of_desk, self._heard, self._lost, LARGEST_OF_DESK), sock
        )
        return await self.settings

    def say(self, message: messages.FromListener) -> None:
        """Tell the desk."""
        self._line.send(message)

    # --- what the sessions ask ---

    def owner(self, address: str) -> AddressOwner:
        """Whose an address is, by the generation of this moment."""
        return self.admission.owner(address)

    def login(self, user: str, password: str) -> str | None:
        """The agent who may submit with this password."""
        return self.admission.login(user, password)

    def guessed(self, what: str, address: str, user: str) -> None:
        """Tell the desk of somebody who tries passwords; from any thread."""
        guess = messages.Guessed(
            cast(messages.Guess, what), address, user[: messages.NAME].encode("utf-8", "replace").decode()
        )
        self._loop.call_soon_threadsafe(self.say, guess)

    def receive(self, raw: bytes, envelope: Envelope) -> Future[Kept]:
        """Hand a mail over; the future resolves with the desk's answer, and only then may anybody say 250.

        Small mail in the loop's thread. Large mail in a worker thread: it is written to its file first, and Temporary
        or OutOfSpace raised when it cannot be.
        """
        kept: Future[Kept] = Future()
        kept.set_running_or_notify_cancel()
        if len(raw) <= SMALL:
            self._hand_over(kept, envelope, raw, "")
        else:
            assert self.write_large is not None
            try:
                name = self.write_large(raw).path.name
            except Temporary as error:
                self._loop.call_soon_threadsafe(self.say, messages.Unwritten(len(raw), str(error)[: messages.WORDS]))
                raise
            self._loop.call_soon_threadsafe(self._hand_over, kept, envelope, b"", name)
        return kept

    def _hand_over(self, kept: Future[Kept], envelope: Envelope, raw: bytes, file: str) -> None:
        if self._line.transport is None or self._line.silent:
            kept.set_exception(Temporary(AWAY))
            return
        self._serial += 1
        kind = cast(messages.Kind, envelope.source.value)
        mail = messages.Mail(
            self._serial, kind, envelope.sender, envelope.recipients, envelope.peer, envelope.login, raw, file
        )
        try:
            self.say(mail)
        except UnicodeEncodeError as error:  # an address that is no text
            kept.set_exception(error)
            return
        self._waiting[self._serial] = kept

    # --- what the desk says ---

    def _heard(self, message: FromDesk) -> None:
        if self.door is not None and self.door.absent:
            log.warning("the desk is there again")
            self.door.carry_on()
        match message:
            case Answer():
                self._answered(message)
            case Beat():
                self.say(message)
            case Generation():
                self.admission = message.admission
                self.say(messages.Taken(message.number))
            case Settings():
                self.admission = message.admission
                self.settings.set_result(message)
            case messages.Stop():
                self._end(message.grace)

    def _answered(self, answer: Answer) -> None:
        kept = self._waiting.pop(answer.serial, None)
        if kept is None:  # whose sender was told 451 meanwhile
            return
        match answer.refused:
            case "":
                kept.set_result(Kept(answer.number, answer.duplicate_of))
            case "space":
                kept.set_exception(OutOfSpace("the disk is full"))
            case _:
                kept.set_exception(Temporary("the desk could not keep it"))

    def _lost(self) -> None:
        if not self.settings.done():
            self.settings.set_exception(EOFError("the desk is gone"))
        elif not self.over.done():
            log.error("the desk is gone")
        self._give_up()
        self._end(LINGER)

    def _end(self, grace: float) -> None:
        if not self.over.done():
            self.over.set_result(grace)

    def _give_up(self) -> None:
        """Whoever waits is told to send it again: what the desk has kept all the same is a repetition then."""
        waiting = list(self._waiting.values())
        self._waiting.clear()
        for kept in waiting:
            kept.set_exception(Temporary(AWAY))

    async def watch(self) -> None:
        """See whether the desk still speaks, until it says that we end."""
        while not self.over.done():
            await asyncio.sleep(BEAT)
            self._line.unanswered += 1
            if self._line.silent and self.door is not None and not self.door.absent:
                log.error("the desk does not answer")
                self._give_up()
                self.door.leave_alone()
