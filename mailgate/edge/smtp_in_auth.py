"""SMTP AUTH for agents: PLAIN and LOGIN (RFC 4954, RFC 4616), asked only under TLS."""

from __future__ import annotations

import base64
import binascii
import logging
from typing import TYPE_CHECKING

from mailgate.edge import smtp_replies as reply

if TYPE_CHECKING:
    from mailgate.edge.smtp_in_session import Dialogue

log = logging.getLogger(__name__)


class Aborted(Exception):
    """The exchange ended without credentials; carries the reply."""

    def __init__(self, line: bytes) -> None:
        self.line = line
        super().__init__(line)


async def authenticate(dialogue: Dialogue, arg: str) -> None:
    """Run one AUTH exchange; on success `dialogue.login` holds the agent's name."""
    mechanism, _, initial = arg.partition(" ")
    try:
        match mechanism.upper():
            case "PLAIN":
                text = _decode(initial.encode("ascii", "replace")) if initial else await _ask(dialogue, b"")
                fields = text.split("\0")
                if len(fields) != 3:
                    raise Aborted(reply.BAD_ARGUMENT)
                user, password = fields[1], fields[2]
            case "LOGIN":
                user = _decode(initial.encode("ascii", "replace")) if initial else await _ask(dialogue, b"Username:")
                password = await _ask(dialogue, b"Password:")
            case _:
                raise Aborted(reply.UNKNOWN_MECHANISM)
    except Aborted as aborted:
        dialogue.say(aborted.line)
        return
    # Checking a password is slow on purpose: not in the loop's own thread.
    agent = await dialogue.loop.run_in_executor(None, dialogue.door.login, user, password)
    if agent is None:
        log.warning("login refused", extra={"peer": dialogue.address})
        dialogue.say(reply.BAD_CREDENTIALS)
        return
    dialogue.login = agent
    dialogue.say(reply.AUTHENTICATED)


async def _ask(dialogue: Dialogue, challenge: bytes) -> str:
    dialogue.say(b"334 " + base64.b64encode(challenge))
    answer = await dialogue.read_line()
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
