"""What listener and desk say to each other: typed messages, each in a frame of its own; none can name code."""

from __future__ import annotations

import struct
from typing import Annotated, Final, Literal

import msgspec

from mailgate.edge.smtp.admission import Admission
from mailgate.edge.smtp.limits import SmtpLimits

FRAME: Final = struct.Struct("!I")  # octets of the message behind it
LARGEST: Final = 2**20  # octets of what the listener may say at once: a small mail and its recipients
LARGEST_OF_DESK: Final = 2**26  # the same for the desk, whom the listener believes
SMALL: Final = 64 * 1024  # octets of a mail that crosses itself; a larger one crosses as the name of its file
WORDS: Final = 500  # characters of what a listener tells in words
NAME: Final = 320  # characters of a name, or of where a peer is


Short = Annotated[str, msgspec.Meta(max_length=NAME)]
Kind = Literal["smtp", "lmtp", "submission"]
Guess = Literal["address", "account"]


class Place(msgspec.Struct, frozen=True):
    """One place to listen, with the sockets that the desk has bound there."""

    kind: Kind
    sockets: tuple[int, ...]  # descriptors
    tls: bool
    implicit_tls: bool
    proxy_protocol: bool


class Settings(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """The first word of the desk: all that holds until the listener ends."""

    places: tuple[Place, ...]
    limits: SmtpLimits
    hostname: str
    trusted: tuple[str, ...]  # networks
    certificate: str  # path of a file, "" without TLS
    key: str
    data: str  # the folder in which `incoming` is
    spare: int  # octets that stay free on its disk
    log_level: str
    log_form: str
    admission: Admission


class Generation(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """From the next command on, this holds."""

    number: int
    admission: Admission


class Answer(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """A mail is on disk and committed; or it is not, and why: `space`, or anything else, `trouble`."""

    serial: int
    number: int = 0
    duplicate_of: int | None = None
    refused: Literal["", "space", "trouble"] = ""


class Beat(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """I am here, and at work. The desk begins; the listener answers at once."""


class Stop(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Take no more, let what is in hand end for so many seconds, and go."""

    grace: float


class Started(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """The listener takes mail."""


class Taken(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """That generation is in force."""

    number: int


class Mail(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """A mail that waits for its 250: itself, or the name of its file in `incoming/`."""

    serial: int
    kind: Kind
    sender: str
    recipients: tuple[str, ...]
    peer: Short
    login: str
    raw: Annotated[bytes, msgspec.Meta(max_length=SMALL)] = b""
    file: Short = ""


class Unwritten(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """A large mail of so many octets could not be written to its file, and was refused."""

    octets: Annotated[int, msgspec.Meta(ge=0)]
    why: Annotated[str, msgspec.Meta(max_length=WORDS)]


class Guessed(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Somebody tries passwords: at one account from everywhere, or from one address."""

    what: Guess
    address: Short
    user: Short


class Full(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Somebody was not let in: there were no descriptors for them; `error` is the system's number, 0 when we count."""

    error: Annotated[int, msgspec.Meta(ge=0, le=4095)] = 0  # as many as Linux has


FromDesk = Settings | Generation | Answer | Beat | Stop
FromListener = Started | Taken | Mail | Unwritten | Guessed | Full | Beat

_encoder = msgspec.msgpack.Encoder()
_of_desk: msgspec.msgpack.Decoder[FromDesk] = msgspec.msgpack.Decoder(FromDesk)
_of_listener: msgspec.msgpack.Decoder[FromListener] = msgspec.msgpack.Decoder(FromListener)


class Nonsense(Exception):
    """The other side says what nobody of ours would."""


def frame(message: FromDesk | FromListener) -> bytes:
    """The octets of a message with their number in front. Raises UnicodeEncodeError for text that is none."""
    packed = _encoder.encode(message)
    return FRAME.pack(len(packed)) + packed


def of_desk(packed: bytes) -> FromDesk:
    """What the desk says. Raises Nonsense."""
    try:
        return _of_desk.decode(packed)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Nonsense(str(error)[:200]) from None


def of_listener(packed: bytes) -> FromListener:
    """What the listener says, who speaks with strangers all day. Raises Nonsense."""
    try:
        return _of_listener.decode(packed)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Nonsense(str(error)[:200]) from None
