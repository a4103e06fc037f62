"""Outlook's winmail.dat opened: the files and the words inside, when the `tnef` extra is installed."""

from __future__ import annotations

import logging
from dataclasses import dataclass

TYPES = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
MAX_FILES = 100


@dataclass(frozen=True, slots=True)
class Inside:
    """What a container holds: files as (name, octets) in order, and its text and HTML."""

    files: tuple[tuple[str, bytes], ...] = ()
    text: str = ""
    html: bytes = b""


def unpack(data: bytes) -> Inside | None:
    """The content of a TNEF stream; None when it cannot be read or the library is not there. Never raises."""
    try:
        from tnefparse import TNEF
    except ImportError:
        return None
    logging.getLogger("tnef-decode").setLevel(logging.CRITICAL)  # speaks of every oddity of a stranger's file
    try:
        tnef = TNEF(data, do_checksum=False)
        files = tuple((str(each.long_filename() or ""), bytes(each.data)) for each in tnef.attachments[:MAX_FILES])
        text = _text(tnef.body)
        html = tnef.htmlbody or b""
    except Exception:
        return None
    return Inside(files, text, html.encode("utf-8", "replace") if isinstance(html, str) else bytes(html))


def _text(body: object) -> str:
    if isinstance(body, bytes):
        return body.decode("cp1252", "replace")
    return body if isinstance(body, str) else ""
