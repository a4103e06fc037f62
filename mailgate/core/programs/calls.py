"""Calls as telephone exchanges tell of them: one event of ours, made of the shapes that three of them document.

What was read for them, in November 2026: sipgate's "API References" of its Push API and its README `sipgate.io`;
Placetel's README "Call Control-/Notify-API"; 3CX's "CRM Template XML Description" (Call Journaling). None of them was
tried against a real exchange (docs/telephone.md).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from mailgate.core.text import phone

LONGEST_ID: Final = 200  # characters of what an exchange calls a call
LONGEST: Final = 100  # of a number, or of what an exchange calls an agent
LONGEST_URL: Final = 2_000
LONGEST_CALL: Final = timedelta(days=7)
AHEAD: Final = timedelta(hours=1)  # by how much an exchange's clock may be ahead of ours


class Happened(StrEnum):
    """What an event says of a call."""

    RINGING = "ringing"
    ANSWERED = "answered"
    MISSED = "missed"
    ENDED = "ended"


class Exchange(StrEnum):
    """Whose shape an event has; also the last part but one of its address."""

    GENERIC = ""
    SIPGATE = "sipgate"
    PLACETEL = "placetel"
    THREECX = "3cx"


@dataclass(frozen=True, slots=True)
class Call:
    """One event of one call from outside."""

    id: str  # as the exchange calls the call; the same in all its events
    event: Happened
    caller: str = ""  # the number as it can be dialled, `+37126123456`; "" when it is hidden
    called: str = ""  # the number or extension that was dialled
    agent: str = ""  # who rings or has answered: extension, name, address or SIP name, as the exchange writes it
    at: datetime | None = None  # aware UTC; None: now
    seconds: int | None = None  # how long they spoke
    recording: str = ""  # where the recording is fetched


class Malformed(ValueError):
    """What came is no event of a call; says which part of it is wrong."""


# --- numbers ----------------------------------------------------------------------------------------------------------

_SCHEME: Final = re.compile(r"\A(?:sips?|tel|callto):", re.IGNORECASE)
_TRUNK: Final = re.compile(r"\(\s{0,3}0\s{0,3}\)")  # `+49 (0) 221`: the zero is for those at home
_EXTENSION: Final = re.compile(r"[;,#]|\bext\b|\bx(?=\s{0,3}[0-9])|\bDW\b", re.IGNORECASE)


def number(text: str) -> str:
    """A number as it can be dialled, of whatever an exchange wrote: `sip:+371...@host`, `0221 / 29 19`, `00371 ...`.

    "" for `anonymous`, `Restricted` and whatever else has no digits. What an exchange gives without a country, it
    dials without one.
    """
    found = text.strip()[:LONGEST]
    if "<" in found and found.endswith(">"):  # a name-addr (RFC 3261): "Maija" <sip:+371...@host>
        found = found[found.rindex("<") + 1 : -1].strip()
    found = _SCHEME.sub("", found)
    found = found.partition("@")[0]
    international = found.lstrip(" (").startswith(("+", "00"))
    found = _TRUNK.sub("", found) if international else found
    return phone.number_dialled(_EXTENSION.split(found, maxsplit=1)[0].lstrip(" ("))


def international(text: str) -> str:
    """The same of an exchange that writes numbers with their country and no `+` before it: `492111234567`."""
    found = number(text)
    known = found.isdigit() and len(found) >= phone.SHORTEST and not found.startswith("0")
    return f"+{found}" if known else found


def place(named: Mapping[str, str], called: str) -> str:
    """What the configuration has for a number or an extension, however either is written; "" for nothing."""
    dialled = {written: number(written) for written in named}
    for written, means in named.items():
        wanted = phone.line(dialled[written])
        if written == called or (called and dialled[written] == called) or (wanted and phone.line(called) == wanted):
            return means
    long = phone.line(called) != ""
    home = {means for written, means in named.items() if long and phone.same(dialled[written], called)}
    return home.pop() if len(home) == 1 else ""  # `67000001` is two lines where two countries' are named


# --- the shapes -------------------------------------------------------------------------------------------------------

Fields = Mapping[str, tuple[str, ...]]  # what a form or a JSON object carries, by name


def read(exchange: Exchange, fields: Fields) -> Call | None:
    """The event in an exchange's own shape; None for what is none of ours: calls to outside, keys that were pressed.

    Raises Malformed.
    """
    return {Exchange.SIPGATE: _sipgate, Exchange.PLACETEL: _placetel, Exchange.THREECX: _threecx}[exchange](fields)


def checked(call: Call, now: datetime) -> Call:
    """An event with its values within bounds and its time, which is ours where theirs cannot be. Raises Malformed."""
    if not call.id or len(call.id) > LONGEST_ID or not call.id.isprintable():
        raise Malformed("id")
    if call.seconds is not None and not 0 <= call.seconds <= LONGEST_CALL.total_seconds():
        raise Malformed("seconds")
    if len(call.recording) > LONGEST_URL or not call.recording.isascii() or not call.recording.isprintable():
        raise Malformed("recording")
    agent = "".join(c for c in call.agent if c.isprintable()).strip()[:LONGEST]
    at = call.at
    believed = at is not None and now - LONGEST_CALL <= at <= now + AHEAD
    return Call(
        call.id, call.event, number(call.caller), number(call.called), agent, at if believed else now, call.seconds,
        call.recording,
    )  # fmt: skip


_SIPGATE_MISSED: Final = frozenset(("busy", "cancel", "noAnswer", "congestion", "notFound"))
_VOICEMAIL: Final = "voicemail"


def _sipgate(fields: Fields) -> Call | None:
    event, inward = _one(fields, "event"), _one(fields, "direction") == "in"
    if not inward or event not in ("newCall", "answer", "hangup"):
        return None
    users = fields.get("user[]", fields.get("user", ()))
    agent = users[0] if len(users) == 1 and event != "hangup" else ""
    happened = {"newCall": Happened.RINGING, "answer": Happened.ANSWERED, "hangup": Happened.ENDED}[event]
    if event == "answer" and agent.lower() == _VOICEMAIL:  # nobody was there: a machine took it
        happened, agent = Happened.MISSED, ""
    if event == "hangup" and _one(fields, "cause") in _SIPGATE_MISSED:
        happened = Happened.MISSED
    called = _one(fields, "diversion") or _one(fields, "to")
    return Call(_one(fields, "callId"), happened, international(_one(fields, "from")), international(called), agent)


def _placetel(fields: Fields) -> Call | None:
    event = _one(fields, "event")
    if _one(fields, "direction") == "out" or event not in ("IncomingCall", "CallAccepted", "HungUp"):
        return None
    happened = {"IncomingCall": Happened.RINGING, "CallAccepted": Happened.ANSWERED, "HungUp": Happened.ENDED}[event]
    if event == "HungUp" and _one(fields, "type") in ("missed", _VOICEMAIL):
        happened = Happened.MISSED
    return Call(
        _one(fields, "call_id"),
        happened,
        number(_one(fields, "from")),
        number(_one(fields, "to")),
        _one(fields, "peer"),
        seconds=_seconds(_one(fields, "duration")) if event == "HungUp" else None,
    )


def _threecx(fields: Fields) -> Call | None:
    """A report of 3CX's call journal, which names no call: number and second of its start stand for that."""
    known = {name: "" if _unfilled(_one(fields, name)) else _one(fields, name) for name in fields}
    kind = known.get("CallType", "").lower()
    if kind in ("outbound", "notanswered"):
        return None
    if kind not in ("inbound", "missed"):
        raise Malformed("CallType")
    caller, started = number(known.get("Number", "")), known.get("CallStartTimeUTC", "")
    at = _moment(started)
    if at is None:
        raise Malformed("CallStartTimeUTC")
    return Call(
        f"{caller or 'anonymous'} {at:%Y-%m-%dT%H:%M:%S}",
        Happened.MISSED if kind == "missed" else Happened.ENDED,
        caller,
        number(known.get("QueueExtension", "") or known.get("Agent", "")),
        known.get("Agent", ""),
        at,
        _seconds(known.get("Duration", "")) if kind == "inbound" else None,
        known.get("RecordingUrl", ""),
    )


def signed(body: bytes, signature: str, secret: str) -> bool:
    """Whether a body bears Placetel's signature: HMAC-SHA256 with the shared secret, in hexadecimal digits."""
    made = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(made.encode(), signature.strip().lower().encode())


def _one(fields: Fields, name: str) -> str:
    return next(iter(fields.get(name, ())), "").strip()


def _unfilled(value: str) -> bool:
    """True for `[RecordingUrl]`: a variable that 3CX had nothing for, or does not know."""
    return value.startswith("[") and value.endswith("]")


def _seconds(text: str) -> int | None:
    """`95`, `95.0`, `1:35` and `00:01:35`; None for what is neither."""
    whole = text.partition(".")[0]
    parts = whole.split(":") if whole else []
    if not 1 <= len(parts) <= 3 or not all(one.isascii() and one.isdigit() and len(one) <= 6 for one in parts):
        return None
    total = 0
    for one in parts:
        total = total * 60 + int(one)
    return total


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC) if 1 < found.year < 9999 else None
