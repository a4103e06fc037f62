"""Files that came with a mail: safe names, digests, sizes, and the octets when somebody asks."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from mailgate.core.mail import Attachment
from mailgate.wire import header
from mailgate.wire.mime import Part

MAX_ATTACHMENTS = 100
MAX_NAME = 120

_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")
_FORBIDDEN = re.compile(r'[<>:"/\\|?*;]')
_EXTENSIONS = {
    "message/rfc822": ".eml", "text/calendar": ".ics", "text/plain": ".txt", "text/html": ".html", "text/csv": ".csv",
    "image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/svg+xml": ".svg", "application/pdf": ".pdf",
    "application/zip": ".zip", "text/vcard": ".vcf", "text/x-vcard": ".vcf", "application/pgp-signature": ".asc",
    "message/delivery-status": ".txt", "text/rfc822-headers": ".txt", "message/disposition-notification": ".txt",
}  # fmt: skip


def safe_name(name: str, fallback: str) -> str:
    """A file name that can be shown and written anywhere: no path, no control characters, never empty (C-01, C-02)."""
    name = unicodedata.normalize("NFC", header.clean(name))
    name = name.replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(char for char in name if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))
    name = _FORBIDDEN.sub("_", name).strip(". \t\u00a0")
    if not name:
        return fallback
    if _DEVICES.fullmatch(name):
        name = "_" + name
    if len(name) > MAX_NAME:
        stem, dot, suffix = name.rpartition(".")
        keep = dot + suffix if 0 < len(suffix) <= 10 else ""
        name = (stem or name)[: MAX_NAME - len(keep)].rstrip(". ") + keep
    return name


def describe(parts: list[Part]) -> tuple[Attachment, ...]:
    """The attachments of these parts, names made unique (C-03); the caller has capped their number."""
    taken: set[str] = set()
    found = []
    for part in parts:
        data = part.content
        original = part.name
        name = _unique(safe_name(original, _fallback(part)), taken)
        inline = part.disposition != "attachment" and bool(part.content_id) and part.type.startswith("image/")
        found.append(
            Attachment(
                name=name,
                type=part.type,
                size=len(data),
                digest=hashlib.sha256(data).hexdigest(),
                part=part.number,
                inline=inline,
                content_id=part.content_id,
                original_name=original,
            )
        )
    return tuple(found)


def _fallback(part: Part) -> str:
    stem = "message" if part.type == "message/rfc822" else part.type.split("/", 1)[0] or "part"
    return f"{stem}-{part.number}{_EXTENSIONS.get(part.type, '.bin')}"


def _unique(name: str, taken: set[str]) -> str:
    stem, dot, suffix = name.rpartition(".")
    if not stem:
        stem, dot, suffix = name, "", ""
    number, candidate = 1, name
    while candidate.lower() in taken:
        number += 1
        candidate = f"{stem} ({number}){dot}{suffix}"
    taken.add(candidate.lower())
    return candidate
