"""SMTP AUTH for agents: PLAIN and LOGIN (RFC 4954, RFC 4616), asked only under TLS."""

from __future__ import annotations

import asyncio
import base64
import binascii
import logging

from mailgate.edge.smtp import replies as reply
from mailgate.edge.smtp.line import SmtpConnection

log = logging.getLogger(__name__)


class Aborted(Exception):
    """The exchange ended without credentials; carries the reply."""

    def __init__(self, line: bytes) -> None:
        self.line = line
        super().__init__(line)


async def authenticate(wire: SmtpConnection, arg: str) -> str:
    """Run one AUTH exchange and say how it ended; returns the agent's name, "" when nobody was let in. Raises Gone."""
    mechanism, _, initial = arg.partition(" ")
    try:
        match mechanism.upper():
            case "PLAIN":
                text = _decode(initial.encode("ascii", "replace")) if initial else await _ask(wire, b"")
                fields = text.split("\0")
                if len(fields) != 3:
                    raise Aborted(reply.BAD_ARGUMENT)
                user, password = fields[1], fields[2]
            case "LOGIN":
                user = _decode(initial.encode("ascii", "replace")) if initial else await _ask(wire, b"Username:")
                password = await _ask(wire, b"Password:")
            case _:
                raise Aborted(reply.UNKNOWN_MECHANISM)
    except Aborted as aborted:
        wire.say(aborted.line)
        return ""
    return await _judged(wire, user, password)


async def _judged(wire: SmtpConnection, user: str, password: str) -> str:
    """Look at the password in its turn; who guesses waits for it, and at last is not looked at."""
    guesses = wire.door.guesses
    turn = guesses.turn(wire.address, user, wire.loop.time(), trusted=wire.door.ledger.is_trusted(wire.address))
    if turn.wait is None:
        wire.say(reply.TOO_MANY_GUESSES)
        return ""
    if turn.wait > 0:
        await asyncio.sleep(turn.wait)
    # Checking a password is slow on purpose: not in the loop's own thread.
    agent = await wire.loop.run_in_executor(None, wire.door.login, user, password)
    if agent is not None:
        guesses.right(turn)
        wire.say(reply.AUTHENTICATED)
        return agent
    log.warning("login refused", extra={"peer": wire.address})
    what = guesses.wrong(turn, password, wire.loop.time())
    if what:
        await wire.loop.run_in_executor(None, wire.door.guessed, what, wire.address, user)
    wire.say(reply.BAD_CREDENTIALS)
    return ""


async def _ask(wire: SmtpConnection, challenge: bytes) -> str:
    wire.say(b"334 " + base64.b64encode(challenge))
    answer = await wire.read_line()
    if answer == b"*":
        raise Aborted(reply.AUTH_ABORTED)
    return _decode(answer)


def _decode(blob: bytes) -> str:
    if blob == b"=":  # RFC 4954 section 4: an empty initial response
        return ""
    try:
        return base64.b64decode(blob, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise Aborted(reply.BAD_BASE64) from None
