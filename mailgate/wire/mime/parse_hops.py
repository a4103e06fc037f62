"""The Received fields of a mail as the way it came (RFC 5321 section 4.4), cut first and read by mail-parser."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import mktime_tz, parsedate_tz

from mailparser.exceptions import MailParserError
from mailparser.utils import parse_received

from mailgate.core.text.hops import MOST, Hop, way
from mailgate.wire.mime import header

HEAD = 64 * 1024  # octets of a mail in which its Received fields are looked for
_LONGEST = 1000  # octets of one that are read
_NAME = 80  # characters of a server's name


def hops(raw: bytes, accepted: tuple[str, datetime] | None = None) -> tuple[Hop, ...]:
    """Who took the mail in the order of travel, at last ourselves where it was `accepted`. Never raises."""
    newest = header.split(raw[:HEAD]).all("received")[:MOST]
    seen = [_read(header.text(value[:_LONGEST])) for value in reversed(newest)]
    return way([*seen, *([("", *accepted)] if accepted else [])])


def _read(field: str) -> tuple[str, str, datetime | None]:
    try:
        found = parse_received(field)
    except (MailParserError, ValueError, TypeError, LookupError):
        return "", "?", None
    return _host(found.get("from")), _host(found.get("by")) or "?", _time(str(found.get("date") or "")[:100])


def _host(said: object) -> str:
    words = header.clean(str(said or "")).split()
    return words[0][:_NAME] if words else ""


def _time(written: str) -> datetime | None:
    try:
        parsed = parsedate_tz(written)
        return datetime.fromtimestamp(mktime_tz(parsed), UTC) if parsed else None
    except (ValueError, TypeError, OverflowError, OSError, IndexError):
        return None
