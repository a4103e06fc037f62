"""Octets off the wire to an InboundMail: pure, tolerant of anything, never raising."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz

from mailgate.core.mail import Address, Envelope, InboundMail, MailKind
from mailgate.core.policy import Limits
from mailgate.wire import attachment, body, header, mime, parse_address, sanitize
from mailgate.wire.header import Head
from mailgate.wire.mime import Part

MAX_SUBJECT = 255
MAX_TEXT = 1024 * 1024
MAX_REFERENCES = 20
MAX_ID = 255

_ID = re.compile(r"<[^<>\s]{1,1000}>")
_SCORE = re.compile(r"(?:score=|\(?)(-?[0-9]{1,4}(?:\.[0-9]{1,4})?)")


def parse(raw: bytes, envelope: Envelope, limits: Limits) -> InboundMail:
    """Read a message (RFC 5322, MIME). Nothing it contains raises: the last resort is a mail flagged `unparseable`."""
    try:
        return _parse(raw, envelope, limits)
    except Exception:
        return _unparseable(raw, envelope)


def part_bytes(raw: bytes, part: str) -> bytes:
    """The decoded octets of the attachment with that `Attachment.part`. Raises KeyError when there is none."""
    for each in mime.read(raw).root.walk():
        if each.number == part and not each.children:
            return each.content
    raise KeyError(part)


def _unparseable(raw: bytes, envelope: Envelope) -> InboundMail:
    digest = hashlib.sha256(raw).hexdigest()
    text = raw[:65536].decode("utf-8", "replace").replace("\0", "").replace("\r\n", "\n")
    flags = frozenset({"unparseable"})
    return InboundMail(envelope, len(raw), digest, author=None, text=text, fresh=text, flags=flags)


def _parse(raw: bytes, envelope: Envelope, limits: Limits) -> InboundMail:
    tree = mime.read(raw, limits.parts, limits.nesting, limits.header_bytes)
    head, flags = tree.root.head, tree.flags
    author, clean = _author(head, flags)
    words = body.choose(tree.root)
    text, html = _words(words)
    files = [part for part in words.files if part.type not in body.IGNORED]
    if len(files) > attachment.MAX_ATTACHMENTS:
        flags.add("too_many_attachments")
        files = files[: attachment.MAX_ATTACHMENTS]
    attachments = attachment.describe(files)
    score = _spam_score(head)
    subject = header.decoded(head.first("subject"))[:MAX_SUBJECT].strip()
    ids = message_ids(head.first("message-id"))
    date = _date(head, envelope)
    return InboundMail(
        envelope=envelope,
        size=len(raw),
        content_digest=_content_digest(head, text or html, (each.digest for each in attachments)),
        author=author,
        author_clean=clean,
        sender=next(iter(_addresses(head, "sender", flags)), None),
        reply_to=_addresses(head, "reply-to", flags),
        to=_addresses(head, "to", flags),
        cc=_addresses(head, "cc", flags),
        delivered_to=_delivered_to(head),
        subject=subject,
        date=date,
        message_id=ids[0] if ids else "",
        in_reply_to=message_ids(b" ".join(head.all("in-reply-to")))[:MAX_REFERENCES],
        references=_references(head),
        headers=_headers(head),
        text=text,
        fresh=text,
        html=html,
        attachments=attachments,
        security=_security(tree.root),
        kind=MailKind.PLAIN,
        flags=frozenset(flags),
        spam=_is_spam(head),
        spam_score=score,
    )


def _author(head: Head, flags: set[str]) -> tuple[Address | None, bool]:
    """The one From mailbox, and whether it is fit to carry authority (threats A-10 to A-14)."""
    fields = head.all("from")
    if not fields:
        return None, False
    if len(fields) > 1:
        flags.add("multiple_from")
    value = header.text(fields[0])
    found, canonical = parse_address.mailboxes(value)
    if len(found) > 1:
        flags.add("multiple_from")
    clean = canonical and len(fields) == 1 == len(found) and "bare_cr_header" not in flags
    clean = clean and fields[0].strip() != b"" and parse_address.is_canonical(value)
    return (found[0] if len(found) == 1 else None), clean


def _addresses(head: Head, name: str, flags: set[str]) -> tuple[Address, ...]:
    values = head.all(name)
    if not values:
        return ()
    value = header.text(b", ".join(values))
    if value.count(",") > parse_address.MAX_ADDRESSES:
        flags.add("too_many_addresses")
    return parse_address.mailboxes(value)[0]


def _delivered_to(head: Head) -> tuple[str, ...]:
    names = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to")
    found = (header.text(value).strip().strip("<>") for name in names for value in head.all(name))
    return tuple(dict.fromkeys(addr for addr in found if "@" in addr))


def message_ids(value: bytes) -> tuple[str, ...]:
    """Every usable `<id>` of a field, in order, without repeats (RFC 5322 section 3.6.4)."""
    if b"<" not in value:
        return ()
    found = _ID.findall(header.text(value))
    return tuple(dict.fromkeys(each for each in found if len(each) <= MAX_ID))


def _references(head: Head) -> tuple[str, ...]:
    """At most 20: the first and the newest (threats T-09)."""
    found = message_ids(b" ".join(head.all("references")))
    return found if len(found) <= MAX_REFERENCES else (found[0], *found[1 - MAX_REFERENCES :])


def _date(head: Head, envelope: Envelope) -> datetime | None:
    """The Date field as aware UTC, None when it says nothing believable (threats P-13)."""
    try:
        parsed = parsedate_tz(header.text(head.first("date"))[:100])
        if parsed is None:
            return None
        offset = timedelta(seconds=parsed[9] or 0)
        date = datetime(*parsed[:6], tzinfo=UTC) - offset
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    if abs(offset) > timedelta(hours=16) or not 1980 <= date.year < 2100:
        return None
    if envelope.arrived_at is not None and date > envelope.arrived_at + timedelta(days=1):
        return envelope.arrived_at
    return date


def _headers(head: Head) -> tuple[tuple[str, str], ...]:
    """Every field decoded, but our own marks: whoever sends us those is not us (threats A-09)."""
    return tuple(
        (name, header.decoded(value))
        for name, value in head.fields
        if not name.startswith("x-mailgate-") or name == "x-mailgate-loop"
    )


def _words(words: body.Words) -> tuple[str, str]:
    """The text and the sanitised HTML of the readable parts."""
    texts: list[str] = []
    pages: list[str] = []
    any_html = any(html for _, html in words.pairs)
    for plain, html in words.pairs:
        markup = "".join(body.html(part) for part in html)
        text = "\n".join(body.plain(part) for part in plain)
        if not text.strip() and markup:
            text = sanitize.to_text(markup)
        if text.strip():
            texts.append(text.strip("\n"))
        if any_html:
            pages.append(sanitize.clean(markup) if markup else body.as_html(text))
    return "\n\n".join(texts)[:MAX_TEXT], "\n".join(pages) if any_html else ""


def _content_digest(head: Head, text: str, digests: Iterable[str]) -> str:
    """What makes two mails the same mail, however they travelled."""
    digest = hashlib.sha256()
    for name in ("from", "date", "message-id"):
        digest.update(b"\0".join(head.all(name)) + b"\n")
    digest.update(text.encode("utf-8", "replace"))
    for each in digests:
        digest.update(each.encode())
    return digest.hexdigest()


def _security(root: Part) -> str:
    for part in root.walk():
        if part.type == "multipart/encrypted":
            return "encrypted"
        if part.type in ("application/pkcs7-mime", "application/x-pkcs7-mime"):
            return "signed" if part.parameters.get("smime-type", "").lower() == "signed-data" else "encrypted"
        if part.type == "multipart/signed":
            return "signed"
    return ""


def _is_spam(head: Head) -> bool:
    status = header.text(head.first("x-spam-status")).lower()
    flag = header.text(head.first("x-spam-flag") or head.first("x-spam")).lower()
    scl = _scl(head)
    return status.startswith("yes") or flag.startswith(("yes", "true")) or (scl is not None and scl >= 5)


def _scl(head: Head) -> int | None:
    value = header.text(head.first("x-ms-exchange-organization-scl"))
    match = re.search(r"SCL:(-?[0-9])", header.text(head.first("x-forefront-antispam-report")))
    found = match[1] if match else value.strip()
    return int(found) if re.fullmatch(r"-?[0-9]", found) else None


def _spam_score(head: Head) -> float | None:
    for name in ("x-spam-score", "x-spam-status", "x-spamd-result"):
        value = header.text(head.first(name))
        match = re.search(r"(?:score=|hits=|\[|^\s*)(-?[0-9]{1,4}(?:\.[0-9]{1,4})?)", value)
        if match:
            return float(match[1])
    scl = _scl(head)
    return float(scl) if scl is not None else None
