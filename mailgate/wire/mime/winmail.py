"""Outlook's winmail.dat opened: the files inside, when the `tnef` extra is installed."""

from __future__ import annotations

import logging

TYPES = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
MAX_FILES = 100


def unpack(data: bytes) -> tuple[tuple[str, bytes], ...]:
    """The files of a TNEF stream as (name, octets); none when it cannot be read or the library is not there.

    Never raises. Without files to show instead, the container itself stays an attachment.
    """
    try:
        from tnefparse import TNEF
    except ImportError:
        return ()
    logging.getLogger("tnef-decode").setLevel(logging.CRITICAL)  # speaks of every oddity of a stranger's file
    try:
        found = TNEF(data, do_checksum=False).attachments[:MAX_FILES]
        return tuple((str(each.long_filename() or ""), bytes(each.data)) for each in found)
    except Exception:  # a library of 2021 meets hostile octets; the container is kept whole
        return ()
