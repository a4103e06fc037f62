"""Octets of a table -> its cells: CSV in any of the forms that spreadsheets write it, each row with its line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from mailgate.errors import ConfigError, Problem
from mailgate.wire.mime import charset

LARGEST = 64 * 1024 * 1024  # octets of a file
LONGEST = 64 * 1024  # characters of a cell
MOST_COLUMNS = 200
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_LOOKED_AT = 4096  # octets that tell UTF-16 without a mark
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # xlsx and ods; xls


@dataclass(frozen=True, slots=True)
class Table:
    """The header and the rows below it, each with the line it begins on."""

    header: tuple[str, ...]
    rows: Iterator[tuple[int, list[str]]]
    delimiter: str


def decoded(octets: bytes, name: str) -> str:
    """The text of a file. Raises ConfigError when it is too large, a workbook, or no text at all."""
    if len(octets) > LARGEST:
        raise refused(name, f"is larger than {LARGEST // 1024**2} MB")
    if octets.startswith(_WORKBOOKS):
        raise refused(name, 'is a workbook, not a text: save it as "CSV UTF-8" in your spreadsheet')
    label = next((one for mark, one in _MARKS if octets.startswith(mark)), "") or _unmarked(octets)
    try:
        text = octets.decode("utf-8-sig" if label == "utf-8" else label) if label else charset.decode(octets)
    except UnicodeDecodeError as error:
        line = octets.count(b"\n", 0, error.start) + 1
        raise refused(name, f"is not {label.upper()} here, as it says at its beginning", line) from None
    if "\0" in text or (not label and b"\0" in octets):
        raise refused(name, 'is no text: save it as "CSV UTF-8" in your spreadsheet')
    if not text.strip():
        raise refused(name, "is empty")
    return text.removeprefix("\ufeff")


def _unmarked(octets: bytes) -> str:
    """UTF-16 without a mark has a zero in nearly every other octet."""
    head = octets[:_LOOKED_AT]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) * 3 < len(head):
        return ""
    return "utf-16-be" if even > odd else "utf-16-le"


def read(text: str, name: str) -> Table:
    """The cells of a CSV file (RFC 4180, or parted by `;` or tabs). Raises ConfigError; its rows raise it too."""
    start, delimiter = _parted_by(text)
    rows = _rows(text[start:], delimiter, 1 if start else 0, name)
    _, header = next(rows, (0, []))
    if not any(cell.strip() for cell in header):
        raise refused(name, "has no header line: the first line names the columns", 1)
    if len(header) > MOST_COLUMNS:
        raise refused(name, f"has more than {MOST_COLUMNS} columns", 1)
    return Table(tuple(header), rows, delimiter)


def _parted_by(text: str) -> tuple[int, str]:
    """Where the header begins, and what parts it: Excel's `sep=;` line says so, else the commonest in the header."""
    first, newline, _ = text.partition("\n")
    told = first.strip().lower()
    if told.startswith("sep=") and len(told) <= 5:
        return len(first) + len(newline), first.strip()[4:] or "\t"
    outside = "".join(first.split('"')[::2])
    return 0, max(",;\t", key=outside.count)


def _rows(text: str, delimiter: str, before: int, name: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = before + 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield line, row
            line = before + reader.line_num + 1
    except csv.Error as error:
        what = "a quoted cell that begins here or below has no end" if "end of data" in str(error) else str(error)
        raise refused(name, f"cannot be read as a table: {what}", line) from None


def refused(name: str, why: str, line: int | None = None) -> ConfigError:
    """A file that cannot be taken."""
    return ConfigError([Problem(name, "", why, line)])
