"""Files that came with a mail: safe names, digests, sizes, and the octets when somebody asks."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain

from mailgate.core.model.mail import Attachment
from mailgate.wire.mime import header, outlook, winmail
from mailgate.wire.mime.enclosed import FileInWords
from mailgate.wire.mime.structure import Part

MAX_ATTACHMENTS = 1000  # as many parts as a mail may have (`[limits] parts`)
MAX_NAME = 120
LOOKED_AT_NAME = 1000  # characters at each end of a name

_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")
_FORBIDDEN = re.compile(r'[<>:"/\\|?*;]')
_NOT_FILES = frozenset({"text/x-amp-html", "application/pgp-encrypted"})
# A letter of ours that was saved or attached: its headers, or the line its text is known by.
_OURS = re.compile(
    rb"(?mi)^X-Mailgate-(?:Loop|Reason)[ \t]*:|^Message-ID[ \t]*:[ \t]*<mg\.[a-z0-9]{1,8}\.[0-9]{1,10}\.[ax]|"
    rb"(?<![A-Za-z0-9])mg:[a-z0-9]{1,8}\.[0-9]{1,10}\.(?:[acxm])[a-z0-9.]{20}"
)
_ITS_MARKS = (b"mg:", b"<mg.", b"x-mailgate-")  # one of them stands in whatever it finds
_LOOKED_AT = 65_536  # octets of a file
_TYPES = {
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif", "pdf": "application/pdf",
    "txt": "text/plain", "htm": "text/html", "html": "text/html", "csv": "text/csv", "zip": "application/zip",
    "mp3": "audio/mpeg", "wav": "audio/wav", "ogg": "audio/ogg", "m4a": "audio/mp4",
}  # fmt: skip
_EXTENSIONS = {
    "message/rfc822": ".eml", "message/global": ".eml",
    "text/calendar": ".ics", "text/plain": ".txt", "text/html": ".html", "text/csv": ".csv",
    "image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/svg+xml": ".svg", "application/pdf": ".pdf",
    "application/zip": ".zip", "text/vcard": ".vcf", "text/x-vcard": ".vcf", "application/pgp-signature": ".asc",
    "video/quicktime": ".mov", "video/mp4": ".mp4", "audio/mpeg": ".mp3", "audio/wav": ".wav", "audio/x-wav": ".wav",
    "message/delivery-status": ".txt", "text/rfc822-headers": ".txt", "message/disposition-notification": ".txt",
}  # fmt: skip


def type_of(name: str) -> str:
    """What a file is by its name; anything that is not known is opaque."""
    return _TYPES.get(name.rpartition(".")[2].lower(), "application/octet-stream")


def safe_name(name: str, fallback: str) -> str:
    """A file name that can be shown and written anywhere: no path, no control characters, never empty (C-01, C-02)."""
    name = header.clean(name)
    if len(name) > 2 * LOOKED_AT_NAME:  # normalizing sorts marks in quadratic time; a name's end says what it is
        name = name[:LOOKED_AT_NAME] + name[-LOOKED_AT_NAME:]
    name = unicodedata.normalize("NFC", name)
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


def describe(parts: list[Part], flags: set[str], inside: Iterable[FileInWords] = ()) -> tuple[Attachment, ...]:
    """The attachments of these parts, containers opened, names made unique, at most 1,000 (C-03).

    `inside` are the files within the words (`body.inside`); pictures among them are shown where they stand.
    """
    return tuple(each for each, _ in opened(parts, flags, inside))


def opened(
    parts: Iterable[Part], flags: set[str], inside: Iterable[FileInWords] = ()
) -> Iterator[tuple[Attachment, bytes]]:
    """Each attachment as `describe` shows it, with its octets; parts and containers are read once."""
    taken: set[str] = set()
    found = chain(_opened(parts, flags, taken), _within(inside, taken))
    for count, each in enumerate(found):
        if count >= MAX_ATTACHMENTS:
            flags.add("too_many_attachments")
            return
        yield each


def _within(files: Iterable[FileInWords], taken: set[str]) -> Iterator[tuple[Attachment, bytes]]:
    for number, name, kind, data in files:
        shown = kind.startswith("image/")
        fallback = f"image{_EXTENSIONS.get(kind, '')}" if shown else "file"
        each = _file(number, name, fallback, kind, data, taken)
        yield replace(each, inline=shown, ours=_is_ours(data)), data


def _opened(parts: Iterable[Part], flags: set[str], taken: set[str]) -> Iterator[tuple[Attachment, bytes]]:
    for part in parts:
        if part.type in _NOT_FILES:
            continue
        data = part.content
        files = winmail.unpack(data) if _is_winmail(part) else ()
        for index, (title, content) in enumerate(files, 1):
            yield _file(f"{part.number}/winmail/{index}", title, f"file-{index}.bin", "", content, taken), content
        if files:
            continue
        if _is_winmail(part) and not winmail.is_sound(data):
            flags.add("winmail_unread")
        each = _file(part.number, part.name or _title(part, data), _fallback(part), part.type, data, taken)
        inline = part.disposition != "attachment" and bool(part.content_id) and part.type.startswith("image/")
        yield replace(each, inline=inline, content_id=part.content_id), data
        yield from _readable(part, each.name, data, taken)


def _readable(part: Part, name: str, data: bytes, taken: set[str]) -> Iterator[tuple[Attachment, bytes]]:
    """A message of Outlook's once more as text, for who has no Outlook; the file itself stays as it came."""
    if outlook.is_message(part.type, part.name, data) and (text := outlook.as_text(data)):
        content = text.encode("utf-8", "replace")
        each = _file(f"{part.number}/msg/1", f"{name}.txt", "message.txt", "text/plain", content, taken)
        yield replace(each, aside=True), content


def _is_winmail(part: Part) -> bool:
    return part.type in winmail.TYPES or part.name.lower() == "winmail.dat"


def _file(number: str, original: str, fallback: str, kind: str, data: bytes, taken: set[str]) -> Attachment:
    name = _unique(safe_name(original, safe_name(fallback, "file")), taken)
    digest = hashlib.sha256(data).hexdigest()
    kind = kind or type_of(name)
    ours = _is_ours(data[:_LOOKED_AT])
    return Attachment(name, kind, len(data), digest, number, original_name=original, ours=ours)


def _is_ours(data: bytes) -> bool:
    """True for a letter of ours; the expression is slow on files that have none of what it looks for."""
    low = data.lower()
    return any(mark in low for mark in _ITS_MARKS) and _OURS.search(data) is not None


def _title(part: Part, data: bytes) -> str:
    """What a part without a file name calls itself: the subject of a mail, else its description."""
    title = part.head.shown("content-description")
    if part.type in ("message/rfc822", "message/global"):
        title = header.split(data).shown("subject") or title
    suffix = _EXTENSIONS.get(part.type, "")
    return title[:MAX_NAME] + ("" if title.lower().endswith(suffix) else suffix) if title else ""


def _fallback(part: Part) -> str:
    main, _, sub = part.type.partition("/")
    suffix = _EXTENSIONS.get(part.type) or (f".{sub}" if main == "image" and sub.isalnum() and len(sub) < 5 else "")
    return {"application": "file", "multipart": "part"}.get(main, main) + suffix


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
