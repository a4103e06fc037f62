"""Signed ids: which ticket, for whom and what for, proven by an HMAC of its own in each place that carries it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mailgate.core.model.mail import canonical
from mailgate.core.model.outbound import Audience, Purpose
from mailgate.core.model.policy import Key
from mailgate.core.text.folding import in_one_width

PREFIX = "mg."
_SHAPE = r"([a-z0-9]{1,8})\.([0-9]{1,10})\.([acxm])([0-9]{0,6})([a-z])\.([a-z2-7]{8})\.([a-z2-7]{16})"
_TOKEN = re.compile(_SHAPE, re.ASCII)
_MESSAGE_ID = re.compile(r"<mg\." + _SHAPE + r"@([^<>\s@]{1,255})>", re.ASCII | re.IGNORECASE)
_MARK = re.compile(r"\bmg:(" + _SHAPE + r")(?![a-z0-9])", re.ASCII | re.IGNORECASE)
# Of letters to the house, when all that may stand between its characters is gone.
_INSIDE = re.compile(r"[a-z0-9]\.[0-9]{1,10}\.[axm][0-9]{0,6}[a-z]\.[a-z2-7]{8}\.[a-z2-7]{16}", re.ASCII)
_REFERENCE = re.compile(r"&#(?:x([0-9a-f]{1,5})|([0-9]{1,6}));", re.ASCII | re.IGNORECASE)
_ESCAPED = re.compile(r"%(?:25){0,8}([0-9a-f]{2})|=(3a|2e)", re.ASCII | re.IGNORECASE)
_BETWEEN = re.compile(r"[\s>|\u00ad\u200b-\u200f\u2060-\u2064\ufeff]+")
SHORTEST = 32  # characters of a token, however it is spelled in ASCII
_READ = 262_144  # characters of a text in which tokens are looked for

# What a plain answer to a letter does, by one letter in its token.
PURPOSES: Mapping[Purpose, str] = {
    Purpose.ACK: "a", Purpose.WORDS: "w", Purpose.CUSTOMER: "c", Purpose.NOTE: "n", Purpose.VOTE: "v",
    Purpose.RELEASE: "r", Purpose.EXPERT: "e", Purpose.BOUNCE: "b", Purpose.QUESTION: "q", Purpose.TAP: "t",
    Purpose.STAGE: "s", Purpose.ADMIN: "m", Purpose.DESK: "d", Purpose.TABLES: "l",
}  # fmt: skip
_PURPOSE_OF: Mapping[str, Purpose] = {letter: name for name, letter in PURPOSES.items()}
_READERS: Mapping[Audience, str] = {
    Audience.AGENT: "a", Audience.CUSTOMER: "c", Audience.EXPERT: "x", Audience.ADMIN: "m",
}  # fmt: skip
_READER_OF: Mapping[str, Audience] = {letter: name for name, letter in _READERS.items()}


class Carrier(StrEnum):
    """Where a token is written, each place with a MAC of its own: whoever sees one cannot write it into another."""

    ID = "id"  # the Message-ID of a letter
    ADDRESS = "address"  # the address answers to it go to
    MARK = "mark"  # its marker line, which answers quote
    TAP = "tap"  # the body of a one-tap mail about the letter's ticket, bound to its command
    ASK = "ask"  # the same with a question, which is about no ticket
    VOTE = "vote"  # the body of an answer to the survey
    ARTICLE = "article"  # the body of a customer's mail that asks for an article, or says that it helped
    BOUNCE = "bounce"  # the address its delivery reports go to
    LOGIN = "login"  # the address of the page that logs its agent in
    DIGITS = "digits"  # what is typed there from the letter, made of its MAC


ARTICLE, HELPED = "article", "helped"  # what the link of an article is good for, with its name
NOW, BEFORE = 2, 1  # the schemes: ours, and that of 0.1.0, whose one MAC went into id, address, mark and bounce alike


@dataclass(frozen=True, slots=True)
class Token:
    """What a valid signature vouches for."""

    ticket: int | None
    audience: Audience
    agent: int  # an agent's id, 0 for everybody else
    purpose: Purpose
    nonce: str  # eight base32 letters
    scheme: int = NOW  # how it was signed; what is written anew is signed as now

    def fields(self) -> tuple[str, str, str]:
        """Ticket, kind and nonce as they are written."""
        agent = str(self.agent) if self.agent else ""
        return str(self.ticket or 0), f"{_READERS[self.audience]}{agent}{PURPOSES[self.purpose]}", self.nonce

    @property
    def letter(self) -> str:
        """What its letter is found by, whatever carried it: `TICKET.KIND.NONCE`."""
        return ".".join(self.fields())


def base32(data: bytes) -> str:
    """Lower-case base32 without padding (RFC 4648)."""
    return base64.b32encode(data).decode("ascii").rstrip("=").lower()


def mac(key: Key, *fields: str) -> str:
    """80 bits of HMAC-SHA256 over length-prefixed fields, so that no two lists of fields look alike (threats A-06)."""
    message = b"".join(b"%d:%s" % (len(raw), raw) for raw in (field.encode() for field in fields))
    return base32(hmac.digest(key.secret, message, hashlib.sha256)[:10])


def mint(key: Key, token: Token, carrier: Carrier, bound: str = "") -> str:
    """The written form `KID.TICKET.KIND.NONCE.MAC` for one carrier; `bound` ties it to a verb it is good for."""
    return f"{key.id}.{token.letter}.{_signed(key, carrier, token.fields(), bound)}"


def _signed(key: Key, carrier: Carrier, fields: tuple[str, str, str], bound: str) -> str:
    return mac(key, str(NOW), carrier, key.id, *fields, bound)


def read(text: str, keys: Iterable[Key], carrier: Carrier, bound: str = "") -> Token | None:
    """The token when its MAC for that carrier holds under one of `keys`; upper and lower case are the same."""
    found = _TOKEN.fullmatch(text.lower())
    if not found:
        return None
    kid, ticket, reader, agent, purpose, nonce, signature = found.groups()
    if purpose not in _PURPOSE_OF:
        return None
    fields = (ticket, f"{reader}{agent}{purpose}", nonce)
    for key in keys:
        if key.id != kid:
            continue
        signed = {NOW: _signed(key, carrier, fields, bound)}
        if _was_written(carrier, purpose):
            signed[BEFORE] = mac(key, kid, *fields, bound)
        for scheme, expected in signed.items():
            if hmac.compare_digest(expected, signature):
                known = int(ticket) or None
                return Token(known, _READER_OF[reader], int(agent or 0), _PURPOSE_OF[purpose], nonce, scheme)
    return None


def written_before(key: Key, token: Token) -> str:
    """How 0.1.0 wrote that token into a letter's Message-ID."""
    fields = token.fields()
    return f"{key.id}.{token.letter}.{mac(key, key.id, *fields, '')}"


def _was_written(carrier: Carrier, purpose: str) -> bool:
    """True when 0.1.0 wrote tokens of that kind there: its taps and votes were kinds, its other carriers all alike."""
    kind = {"t": Carrier.TAP, "v": Carrier.VOTE}.get(purpose)
    return carrier is kind if kind else carrier in (Carrier.ID, Carrier.ADDRESS, Carrier.MARK, Carrier.BOUNCE)


def message_id(written: str, domain: str) -> str:
    """A Message-ID that carries a written token."""
    return f"<{PREFIX}{written}@{domain}>"


def in_message_id(identifier: str, keys: Sequence[Key]) -> Token | None:
    """The token of one of our Message-IDs; None when it is not ours or forged."""
    found = _MESSAGE_ID.fullmatch(identifier.strip())
    if not found:
        return None
    return read(identifier.strip()[len(PREFIX) + 1 :].rpartition("@")[0], keys, Carrier.ID)


def letter_of(identifier: str) -> str:
    """What the letter with this Message-ID is found by, true or forged; `""` where it is not written as ours are."""
    found = _MESSAGE_ID.fullmatch(identifier.strip())
    return identifier.strip().lower()[len(PREFIX) + 1 :].split("@")[0].partition(".")[2][:-17] if found else ""


def in_address(addr: str, separator: str, keys: Sequence[Key]) -> Token | None:
    """The token of a reply address `support+TOKEN@...`."""
    return read(detail(addr, separator), keys, Carrier.ADDRESS)


def in_bounce_address(addr: str, separator: str, keys: Sequence[Key]) -> tuple[Token, str] | None:
    """The token of a bounce address `support+b.TOKEN.RRRR@...`, and which delivery it is for: see `reached`.

    Those of 0.1.0 are for all deliveries of their letter and have no RRRR.
    """
    mark, _, written = detail(addr, separator).partition(".")
    if mark != "b":
        return None
    token, recipient = read(written, keys, Carrier.BOUNCE), ""
    if token is None:
        written, _, recipient = written.rpartition(".")
        token = read(written, keys, Carrier.BOUNCE)
    return (token, recipient) if token and bool(recipient) == (token.scheme == NOW) else None


def is_bounce_address(addr: str, separator: str) -> bool:
    """True for `support+b.…@...`, true or forged."""
    return detail(addr, separator).startswith("b.")


def detail(addr: str, separator: str) -> str:
    """What an address has behind its separator (RFC 5233), lower case; `""` when there is neither."""
    local = addr.rpartition("@")[0].lower()
    return local.partition(separator)[2] if separator else ""


def bounce_address(
    identifier: str, addr: str, separator: str, keys: Sequence[Key], delivery: int, recipient: str
) -> str:
    """Where reports about one delivery of a letter of ours are understood: `support+b.TOKEN.RRRR@...`.

    The plain address without a separator, and where the local part would pass 64 octets (RFC 5321 section 4.5.3.1.1).
    """
    known = in_message_id(identifier, keys)
    local, _, domain = addr.rpartition("@")
    if known is None or not separator:
        return addr
    bound = _recipient(keys[0], known, delivery, recipient)
    signed = f"{local}{separator}b.{mint(keys[0], known, Carrier.BOUNCE)}.{bound}"
    return f"{signed}@{domain}" if len(signed.encode()) <= 64 else addr


def reached(token: Token, bound: str, deliveries: Iterable[tuple[int, str]], keys: Iterable[Key]) -> str | None:
    """The recipient a bounce address was made for, of a letter's `deliveries` (id, address); None when it is forged.

    Four letters are enough beside a MAC of 80 bits: whoever has one address of a letter guesses no other in time.
    """
    signers = tuple(keys)
    for number, recipient in deliveries:
        made = (_recipient(key, token, number, recipient) for key in signers)
        if any(hmac.compare_digest(one, bound) for one in made):
            return recipient
    return None


def _recipient(key: Key, token: Token, delivery: int, recipient: str) -> str:
    return mac(key, str(NOW), "recipient", token.letter, str(delivery), canonical(recipient))[:4]


def in_text(text: str) -> tuple[str, ...]:
    """Every written token after an `mg:` mark, unverified, at most ten."""
    return tuple(dict.fromkeys(found.group(1).lower() for found in _MARK.finditer(text[:_READ])))[:10]


def may_be_inside(text: str) -> bool:
    """False where `is_inside` surely is: four dots have to stand in a token, however they are spelled."""
    if len(text) < SHORTEST and text.isascii():
        return False
    return text.count(".") + text.count("%") + text.count("=") + text.count("\uff0e") >= 4 or "&" in text


def is_inside(text: str) -> bool:
    """True when a token of a letter to the house stands in a text however it is spelled.

    As the address of a link writes it, twice escaped, broken over lines, in wide letters, or as a Message-ID. Whoever
    reads it could steer in an agent's name.
    """
    text = text[:_READ]
    if not may_be_inside(text):
        return False
    text = _REFERENCE.sub(_character, text)
    text = _ESCAPED.sub(lambda found: chr(int(found[1] or found[2], 16)), text)
    return _INSIDE.search(in_one_width(_BETWEEN.sub("", text)).lower()) is not None


def stands_in(text: str, markers: Iterable[str]) -> bool:
    """True when a token, however it is spelled, or one of these lines of our frame stands in what is to leave."""
    return bool(in_text(text)) or is_inside(text) or any(marker in text for marker in markers)


def _character(found: re.Match[str]) -> str:
    return chr(int(found[1], 16) if found[1] else int(found[2]))


def loop_mark(instance: str, key: Key) -> str:
    """The value of X-Mailgate-Loop: this gateway's name and its signature."""
    return f"{instance} {key.id}.{mac(key, 'loop', instance)}"


def is_loop_mark(value: str, instance: str, keys: Iterable[Key]) -> bool:
    """True when this gateway itself signed the mark: *ourselves* is a valid MAC, never a From."""
    if not value.strip().startswith(instance):
        return False
    return any(hmac.compare_digest(loop_mark(instance, key).encode(), value.strip().encode()) for key in keys)


def desk_key(key: Key, agent: int, generation: int) -> str:
    """The secret part of an agent's own desk address `support+NAME.KEY@`."""
    return mac(key, "desk", str(agent), str(generation))


def bound_to(verb: str, *, posts: bool = False) -> str:
    """What a one-tap token is tied to: its command line, white space folded."""
    return ("post:" if posts else "do:") + " ".join(verb.lower().split())
