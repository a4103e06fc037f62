"""Hands a letter to a channel's bridge as messages of its own: one signed JSON each, in order, under ids for ever."""

from __future__ import annotations

import base64
import email
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default
from typing import Protocol

from mailgate.core.asking.http import Answer, Failure
from mailgate.core.channels import message, source, whereabouts
from mailgate.core.channels.cutting import messages
from mailgate.edge.http.fetch import HttpClient
from mailgate.edge.http.post import hand_over, post_signed
from mailgate.errors import MailgateError, Permanent, RouteDown

PARTS = 60  # messages at most that one letter may become


class Progress(Protocol):
    """How far each message has come, on disk; may raise Temporary."""

    def left(self, ids: Sequence[str], channel: str, letter: str, recipient: str) -> list[str]:
        """Those of these messages of a letter that the bridge has not taken; they are about to leave."""

    def took(self, identity: str, remote_id: str) -> None:
        """The bridge has taken one."""

    def wrote(self, ids: Sequence[str], person: str) -> list[str]:
        """Those of these Message-IDs, in order, under which this very person wrote to us."""


@dataclass(frozen=True, slots=True)
class Bridge:
    """Where a channel's bridge is, and what it takes."""

    channel: str  # the key of its name
    url: str
    secret: Callable[[], str]
    max_text: int = 4000


class ChannelTransport:
    """The way to one bridge; for one thread at a time."""

    def __init__(self, bridge: Bridge, progress: Progress, client: HttpClient | None = None) -> None:
        self.bridge, self.progress = bridge, progress
        self._client = client or HttpClient()
        self.longest = PARTS * (self._client.limits.total + 1)

    def send(
        self, sender: str, recipient: str, raw: bytes, *, utf8: bool = False, before: Callable[[], None] = lambda: None
    ) -> str:
        """Hand over a letter for somebody on the channel, from where an earlier attempt stopped.

        `before` is called once, before anything of it leaves. Raises like `SmtpTransport.send`: what was taken stays
        taken, and what nobody can tell leaves once more under the same id, which the bridge knows by then.
        """
        person = whereabouts.person_at(recipient)
        if person is None or person[0] != self.bridge.channel:
            raise Permanent(f"{recipient[:100]} is nobody on {self.bridge.channel}")
        mail = _message(raw)
        letter = str(mail["Message-ID"]).strip()  # our own id of it
        answered = _answered(self.progress.wrote(_thread(mail), recipient), self.bridge.channel)
        parts = list(_parts(mail, letter, self.bridge, person[1], recipient, answered))
        if not parts:
            raise Permanent("there is nothing to say: neither words nor files that the channel takes")
        if len(parts) > PARTS:  # all of it or nothing: what is cut off is missed by nobody who could ask
            raise Permanent(f"too long: it would be {len(parts)} messages there, and {PARTS} are the most")
        wanted = self.progress.left([one for one, _ in parts], self.bridge.channel, letter, recipient)
        before()
        remote = ""
        for identity, body in parts:
            if identity in wanted:
                remote = _remote(hand_over(self._client, self.bridge.url, self._secrets(), identity, body))
                self.progress.took(identity, remote)
        return remote

    def ping(self) -> str:
        """Ask the bridge whether it is there and knows our secret. Raises MailgateError."""
        body = json.dumps({"type": "ping", "channel": self.bridge.channel}).encode()
        own = message.id_of("ping", self.bridge.url, "")
        said = post_signed(self._client, self.bridge.url, self._secrets(), own, body)
        if isinstance(said, Failure):
            raise Permanent(said.text)
        return f"{self.bridge.url} answers"

    def abort(self) -> None:
        """End the question in hand, and all that come: we stop."""
        self._client.hang_up()

    def close(self) -> None:
        """Nothing is kept open between two letters."""

    def _secrets(self) -> list[str]:
        try:
            return [self.bridge.secret()]
        except MailgateError as error:
            raise RouteDown(f"no secret: {error}") from None


def _message(raw: bytes) -> EmailMessage:
    found = email.message_from_bytes(raw, policy=default)
    assert isinstance(found, EmailMessage)
    return found


def _data(part: EmailMessage) -> bytes:
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""


def _parts(
    mail: EmailMessage, letter: str, bridge: Bridge, identity: str, recipient: str, answered: str
) -> Iterator[tuple[str, bytes]]:
    """The messages of a letter, each with its id; the files go with the last."""
    shown = mail.get_body(("plain",))
    text = str(shown.get_content()).replace("\r\n", "\n") if shown is not None else ""
    files = [
        {
            "name": part.get_filename() or "file",
            "type": part.get_content_type(),
            "data": base64.b64encode(_data(part)).decode(),
        }
        for part in mail.iter_attachments()
    ]
    number = str(mail["X-Mailgate-Ticket"] or "").strip()
    said = {
        "type": "chat.message",
        "channel": bridge.channel,
        "person": {"id": identity},
        "ticket": int(number) if number.isdigit() else None,
        "in_reply_to": answered,
    }
    words = messages(text, bridge.max_text) or (("",) if files else ())
    said_before = 0
    for at, one in enumerate(words):
        own = message.id_of(letter, recipient, f"{said_before}+{len(one)}")
        last, said_before = at == len(words) - 1, said_before + len(one)
        yield own, json.dumps({**said, "id": own, "text": one, "files": files if last else []}).encode()


def _thread(mail: EmailMessage) -> list[str]:
    """The Message-IDs that a letter refers to, the newest last."""
    return f"{mail['References'] or ''} {mail['In-Reply-To'] or ''}".split()


def _answered(theirs: Sequence[str], channel: str) -> str:
    """Their newest message of the thread, by its id on the channel; `""` where there is none."""
    return next(filter(None, (source.said_as(one, channel) for one in reversed(theirs))), "")


def _remote(answer: Answer) -> str:
    """The id that the bridge tells in its answer, `""` where it tells none."""
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):  # it is taken, whatever stands there
        return ""
    told = found.get("id") if isinstance(found, dict) else None
    return told[:200] if isinstance(told, str) and told.isprintable() else ""
