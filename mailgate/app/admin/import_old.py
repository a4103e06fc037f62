"""Old mail taken over from mbox files, Maildirs and .eml trees: filed as history, answered by nobody."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import mktime_tz, parsedate_tz
from pathlib import Path
from typing import BinaryIO

from mailgate.app.gateway import Gateway
from mailgate.core.model.mail import Envelope, Source
from mailgate.wire.mime.content_digest import raw_digest

PLACE = "import"  # stands for the mailbox in `mail`, so that the same bytes are never taken twice
BACKLOG = 500  # mails without a fate beyond which an import waits, so that today's mail is not kept waiting
_DATE = re.compile(rb"^date:[ \t]*([^\r\n]{1,80})", re.IGNORECASE | re.MULTILINE)
_ESCAPED = re.compile(rb"^>(>*From )", re.MULTILINE)
_HEADER = 64 * 1024  # octets in which a Date is looked for


@dataclass(frozen=True, slots=True)
class OldMail:
    """A mail found in a file, and when it was written."""

    raw: bytes
    at: datetime
    size: int  # octets it takes in its file, for progress


def total(paths: Iterable[Path]) -> int:
    """Octets of all files that `find_mails` will read."""
    return sum(file.stat().st_size for path in paths for file in _files(path))


def find_mails(paths: Iterable[Path], now: datetime) -> Iterator[OldMail]:
    """Every mail in files and folders, in the order of the files' names; nothing is held in memory but one mail.

    Raises OSError for what cannot be read.
    """
    for path in paths:
        for file in _files(path):
            with file.open("rb") as stream:
                if stream.peek(5)[:5] == b"From ":
                    yield from _mbox(stream, now)
                    continue
                raw = stream.read()
            written = datetime.fromtimestamp(file.stat().st_mtime, UTC)
            if raw.strip():
                yield OldMail(raw, _moment(raw, written, now), len(raw))


def _files(path: Path) -> Iterator[Path]:
    """A file itself; of a folder all mails in it: Maildirs without their `tmp`, and no hidden or index files."""
    if path.is_file():
        yield path
        return
    maildir = (path / "cur").is_dir() and (path / "new").is_dir()
    for one in sorted(path.iterdir()):
        if one.is_dir():
            if not one.is_symlink() and not (maildir and one.name == "tmp"):
                yield from _files(one)
        elif path.name in ("cur", "new") or (not one.name.startswith(".") and _is_mail(one)):
            yield one


def _is_mail(path: Path) -> bool:
    """True for an .eml file and for an mbox of any name; indexes and notes beside them are left alone."""
    if path.suffix.lower() == ".eml":
        return True
    with path.open("rb") as stream:
        return stream.read(5) == b"From "


def _mbox(stream: BinaryIO, now: datetime) -> Iterator[OldMail]:
    """The mails of an mbox, `>From ` made `From ` again (the form called mboxrd)."""
    lines: list[bytes] = []
    envelope = stream.readline()
    blank = False
    for line in stream:
        if blank and line.startswith(b"From "):
            yield _of_mbox(lines, envelope, now)
            lines, envelope, blank = [], line, False
            continue
        lines.append(line)
        blank = line in (b"\n", b"\r\n")
    yield _of_mbox(lines, envelope, now)


def _of_mbox(lines: list[bytes], envelope: bytes, now: datetime) -> OldMail:
    whole = b"".join(lines)
    raw = whole.removesuffix(b"\n").removesuffix(b"\r") if whole.endswith((b"\n\n", b"\r\n\r\n")) else whole
    written = _read(envelope[5:].partition(b" ")[2].strip()) or now
    return OldMail(_ESCAPED.sub(rb"\1", raw), _moment(raw, written, now), len(whole) + len(envelope))


def _moment(raw: bytes, otherwise: datetime, now: datetime) -> datetime:
    """The Date of a mail, never in the future; `otherwise` when it has none that can be read."""
    header = re.split(rb"\r?\n\r?\n", raw[:_HEADER], maxsplit=1)[0]
    field = _DATE.search(header)
    at = (_read(field[1]) if field else None) or otherwise
    return min(at, now)


def _read(date: bytes) -> datetime | None:
    """A date of RFC 5322 or asctime; None for what is none."""
    parsed = parsedate_tz(date.decode("ascii", "replace"))
    if parsed is None:
        return None
    try:
        at = datetime.fromtimestamp(mktime_tz(parsed), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return at if at.year >= 1980 else None


def take_in(gateway: Gateway, mails: Iterable[tuple[bytes, datetime]]) -> int:
    """Keep old mails; returns how many were not here yet. Waits while too much is unprocessed."""
    keeping = [gateway.intake.receive(raw, _envelope(raw, at)) for raw, at in mails]
    fresh = {kept.number for kept in (future.result() for future in keeping) if kept.duplicate_of is None}
    while gateway.threaded and _backlog(gateway) > BACKLOG:
        if gateway.stopping.wait(0.05):
            break
    return len(fresh)


def _backlog(gateway: Gateway) -> int:
    return gateway.store.read(lambda read: read.report.audit())["unaccounted"]


def _envelope(raw: bytes, at: datetime) -> Envelope:
    """Its digest stands for its place in a mailbox, so that a second import finds it there already."""
    return Envelope(
        "", (), Source.IMPORT, mailbox=PLACE, folder=raw_digest(raw), uid=1, uidvalidity=1, arrived_at=at, history=True
    )
