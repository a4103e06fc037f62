"""The typed values of header fields: who, to whom, when, which thread, how spammy."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz

from mailgate.core.model.mail import Address, Envelope
from mailgate.wire.mime import header, parse_address
from mailgate.wire.mime.header import HeaderBlock

MAX_REFERENCES = 20
MAX_ID = 255

_ID = re.compile(r"<[^<>\s]{1,1000}>")
_SCORE = re.compile(r"(?:score=|hits=|\[|^\s*)(-?[0-9]{1,4}(?:\.[0-9]{1,4})?)")
_SCL = re.compile(r"(?:SCL:|^)(-?[0-9])(?:;|$)")


def author(head: HeaderBlock, flags: set[str]) -> tuple[Address | None, bool]:
    """The From mailbox, and whether it is fit to carry authority (threats A-10 to A-14, A-17).

    Of several mailboxes the first is shown and nothing is believed; with none, Reply-To says whom to answer.
    """
    fields = head.all("from")
    found: tuple[Address, ...] = ()
    clean = len(fields) == 1 and "bare_cr_header" not in head.flags
    for each in fields:
        value = header.text(each, head.charset)
        clean = clean and parse_address.is_canonical(value)
        found += parse_address.mailboxes(value)[0]
    if len(fields) > 1 or len(found) > 1:
        flags.add("multiple_from")
    if not found:
        flags.add("no_from")
        return next(iter(addresses(head, "reply-to", flags)), None), False
    return found[0], clean and len(found) == 1


def addresses(head: HeaderBlock, name: str, flags: set[str]) -> tuple[Address, ...]:
    """Every mailbox of all fields of that name."""
    values = head.all(name)
    if not values:
        return ()
    value = header.text(b", ".join(values), head.charset)
    if value.count(",") > parse_address.MAX_ADDRESSES:
        flags.add("too_many_addresses")
    return parse_address.mailboxes(value)[0]


def delivered_to(head: HeaderBlock) -> tuple[str, ...]:
    """Where the mail was delivered, as transports noted on the way."""
    names = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to")
    found = (header.text(value).strip().strip("<>") for name in names for value in head.all(name))
    return tuple(dict.fromkeys(addr for addr in found if "@" in addr))[:20]


def message_id(head: HeaderBlock) -> str:
    """The mail's own id with angle brackets, `""` when missing or unusable; of two the first (threats P-08)."""
    return next(iter(message_ids(head, "message-id")), "")


def message_ids(head: HeaderBlock, name: str) -> tuple[str, ...]:
    """Every usable `<id>` in all fields of that name, in order, without repeats (RFC 5322 section 3.6.4)."""
    value = b" ".join(head.all(name))
    if b"<" not in value:
        return ()
    found = _ID.findall(header.text(value))
    return tuple(dict.fromkeys(each for each in found if len(each) <= MAX_ID))


def references(head: HeaderBlock) -> tuple[str, ...]:
    """At most 20, oldest first: the first and the newest (threats T-09)."""
    found = message_ids(head, "references")
    return found if len(found) <= MAX_REFERENCES else (found[0], *found[1 - MAX_REFERENCES :])


def date(head: HeaderBlock, envelope: Envelope) -> datetime | None:
    """The Date field as aware UTC, None when it says nothing believable (threats P-13); informational only."""
    try:
        parsed = parsedate_tz(head.text("date")[:100])
        if parsed is None:
            return None
        offset = timedelta(seconds=parsed[9] or 0)
        moment = datetime(*parsed[:6], tzinfo=UTC) - offset
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    if abs(offset) > timedelta(hours=16) or not 1980 <= moment.year < 2100:
        return None
    if envelope.arrived_at is not None and moment > envelope.arrived_at + timedelta(days=1):
        return envelope.arrived_at
    return moment


def spam(head: HeaderBlock) -> tuple[bool, float | None]:
    """What rspamd, SpamAssassin or Exchange thought of it: spam or not, and the score (theirs, or the SCL)."""
    level = _scl(head)
    says_so = head.text("x-spam-status").lower().startswith("yes") or (level is not None and level >= 5)
    for name in ("x-spam-flag", "x-spam"):
        says_so = says_so or head.text(name).strip().lower().startswith(("yes", "true"))
    says_so = says_so or head.text("x-ses-spam-verdict").strip().lower() == "fail"  # Amazon's own words
    for name in ("x-spam-score", "x-spam-status", "x-spamd-result", "x-rspamd-score"):
        match = _SCORE.search(head.text(name))
        if match:
            return says_so, float(match[1])
    return says_so, float(level) if level is not None else None


def _scl(head: HeaderBlock) -> int | None:
    """Microsoft's spam confidence level, -1 to 9."""
    for name in ("x-ms-exchange-organization-scl", "x-forefront-antispam-report"):
        match = _SCL.search(head.text(name).strip())
        if match:
            return int(match[1])
    return None
