"""A message that Outlook saved as a file (.msg, [MS-OXMSG]) to read: who wrote what to whom, and which files it has."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from mailgate.wire.mime import charset, header
from mailgate.wire.mime.compound import SIGNATURE, CompoundFile
from mailgate.wire.mime.winmail import codec_of
from mailgate.wire.text import sanitize

TYPES = frozenset({"application/vnd.ms-outlook", "application/x-msg"})
MOST_FILES = 100
_LINE, _BODY, _HEADERS = 4096, 2**20, 65_536  # octets of a line, of the words, of the header
_SUBJECT, _SENDER, _ADDRESS, _SMTP, _TO, _CC, _TRANSPORT = 0x0037, 0x0C1A, 0x0C1F, 0x5D01, 0x0E04, 0x0E03, 0x007D
_WORDS, _HTML, _SUBMITTED, _DELIVERED = 0x1000, 0x1013, 0x0039, 0x0E06
_LONG_NAME, _SHORT_NAME, _DISPLAY_NAME, _CONTENT = 0x3707, 0x3704, 0x3001, 0x3701
_CODEPAGE, _INTERNET = 0x3FFD, 0x3FDE
_FIRST = datetime(1601, 1, 1, tzinfo=UTC)
_PROPERTIES, _FILE = "__properties_version1.0", "__attach_version1.0_#"


def is_message(kind: str, name: str, data: bytes) -> bool:
    """True for what says to be such a file and begins like one."""
    return (kind in TYPES or name.lower().endswith(".msg")) and data.startswith(SIGNATURE)


def as_text(data: bytes) -> str | None:
    """The message to read; None when it cannot be read, or says nothing. Never raises."""
    try:
        return _Message(CompoundFile(data)).text()
    except (ValueError, IndexError, struct.error, OverflowError, MemoryError):
        return None


class _Message:
    def __init__(self, file: CompoundFile) -> None:
        self._file = file
        self._storages = file.storages()
        self._top = self._storages[""]
        self._numbers = dict(self._fixed())
        page = self._numbers.get(_CODEPAGE) or self._numbers.get(_INTERNET) or 0
        self._codec = codec_of(page & 0xFFFF)

    def text(self) -> str | None:
        """Header lines, words, and the files' names."""
        sent = header.split(self._octets(self._top, _TRANSPORT, _HEADERS).encode("utf-8", "replace"))
        sender, address = self._line(_SENDER), self._line(_SMTP) or self._line(_ADDRESS)
        named = f"{sender} <{address}>" if sender and "@" in address and address != sender else sender or address
        lines = [
            ("From", sent.shown("from") or named), ("To", sent.shown("to") or self._line(_TO)),
            ("Cc", sent.shown("cc") or self._line(_CC)), ("Date", sent.shown("date") or self._date()),
            ("Subject", self._line(_SUBJECT) or sent.shown("subject")),
        ]  # fmt: skip
        head = "\n".join(f"{name}: {value}" for name, value in lines if value)
        files = "\n".join(self._files())
        found = "\n\n".join(part for part in (head, self._words(), files) if part)
        return f"{found}\n" if found else None

    def _words(self) -> str:
        words = self._octets(self._top, _WORDS, _BODY).replace("\r\n", "\n").replace("\r", "\n").strip()
        if words:
            return words
        page = self._octets(self._top, _HTML, _BODY)
        return sanitize.to_text(page).strip() if page else ""

    def _files(self) -> Iterator[str]:
        storages = [one for name, one in self._storages.items() if name.startswith(_FILE)]
        for one in storages[:MOST_FILES]:
            names = (self._octets(one, name, _LINE) for name in (_LONG_NAME, _SHORT_NAME, _DISPLAY_NAME))
            shown = header.clean(next(filter(None, names), "?"))
            size = next((self._file.size(at) for name, at in one.items() if name.startswith(_stream(_CONTENT))), 0)
            yield f"[{shown}, {size:,} B]"

    def _line(self, name: int) -> str:
        return header.clean(self._octets(self._top, name, _LINE))

    def _octets(self, storage: Mapping[str, int], name: int, most: int) -> str:
        """A text of a storage, whichever of three ways it is written in; "" when there is none."""
        for kind in ("001F", "001E", "0102"):
            at = storage.get(f"{_stream(name)}{kind}")
            if at is None:
                continue
            data = self._file.read(at, most)
            if kind == "001F":
                return data.decode("utf-16-le", "replace").replace("\0", "")
            return charset.decode(data, self._codec)
        return ""

    def _fixed(self) -> Iterator[tuple[int, int]]:
        """Numbers and times of the message itself: 16 octets each, behind a header of 32."""
        at = self._top.get(_PROPERTIES)
        data = self._file.read(at, _HEADERS) if at is not None else b""
        for begin in range(32, len(data) - 15, 16):
            kind, name, _, value = struct.unpack_from("<HHIQ", data, begin)
            if kind in (0x03, 0x40):
                yield name, value

    def _date(self) -> str:
        stamp = self._numbers.get(_SUBMITTED) or self._numbers.get(_DELIVERED)
        try:
            return f"{_FIRST + timedelta(microseconds=stamp // 10):%Y-%m-%d %H:%M} UTC" if stamp else ""
        except OverflowError:  # beyond the year 9999: the words are to be read all the same
            return ""


def _stream(name: int) -> str:
    return f"__substg1.0_{name:04X}"
