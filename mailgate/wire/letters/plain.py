"""The text part of a letter of ours, made from its HTML so that it reads well in a terminal."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

WIDTH = 76
_BLOCKS = frozenset(["p", "div", "table", "tbody", "tr", "ul", "ol", "h1", "h2", "h3", "blockquote", "body", "center"])
_GAPS = frozenset(["p", "h1", "h2", "h3", "ul", "ol", "blockquote"])
_SKIP = frozenset(["head", "style", "script", "title", "img", "-comment"])
_MARKED = {"del": ("[-", "-]"), "ins": ("[+", "+]")}
_SPACE = re.compile(r"[ \t\r\n]+")
_BREAK = "\x00"  # stands for <br> until lines are wrapped
_SIGNATURE = "-- "


def text(html: str) -> str:
    """Plain text of one of our letters.

    `data-text="..."` on an element replaces its content (`""` leaves it out), `class="cols"` on a table lays its cells
    side by side, `class="asis"` keeps long lines. Lists, quotes and links become what people write by hand.
    """
    body = LexborHTMLParser(html).body
    lines = _block(body) if body is not None else []
    return "\n".join(_squeezed(lines)).strip("\n") + "\n"


def _squeezed(lines: list[str]) -> Iterator[str]:
    blank = True
    for raw in lines:
        line = raw if raw == _SIGNATURE else raw.rstrip()
        if line or not blank:
            yield line
        blank = not line


def _block(node: LexborNode, asis: bool = False) -> list[str]:
    """The lines of a block; an empty line asks for a gap."""
    lines: list[str] = []
    run: list[str] = []

    def flush() -> None:
        if run:
            lines.extend(_wrapped("".join(run), asis))
            run.clear()

    for child in node.iter(include_text=True):
        tag = child.tag or ""
        given = child.attributes.get("data-text") if tag[:1] != "-" and child.attributes else None
        if tag in _SKIP or given == "":
            continue
        if given is not None:
            flush()
            long = asis or "asis" in (child.attributes.get("class") or "")
            for line in given.split("\n"):
                lines.extend([line] if long or len(line) <= WIDTH else textwrap.wrap(line, WIDTH))
        elif tag in _BLOCKS or tag in ("hr", "li"):
            flush()
            lines.extend(_tagged(child, tag, asis))
        else:
            run.append(_inline(child, tag))
    flush()
    return lines


def _tagged(node: LexborNode, tag: str, asis: bool) -> list[str]:
    classes = (node.attributes.get("class") or "").split()
    if tag == "hr":
        return ["", "-" * 40, ""]
    if tag == "table" and "cols" in classes:
        return ["", *_columns(node), ""]
    if tag == "tr":
        return [line for cell in node.iter() for line in _block(cell, asis)]
    inner = _block(node, asis or "asis" in classes)
    if tag == "blockquote":
        inner = [f"> {line}".rstrip() for line in "\n".join(_squeezed(inner)).strip("\n").split("\n")]
    if tag == "li":
        return textwrap.indent("\n".join(inner), "  ").replace("  ", "- ", 1).split("\n")
    return ["", *inner, ""] if tag in _GAPS or "gap" in classes else inner


def _inline(node: LexborNode, tag: str) -> str:
    if tag == "-text":
        return _SPACE.sub(" ", node.text_content or "")
    if tag == "br":
        return _BREAK
    inner = "".join(_inline(child, child.tag or "") for child in node.iter(include_text=True))
    if tag in _MARKED and inner.strip():
        words = inner.rstrip(f" {_BREAK}")
        return "{0}{2}{1}{3}".format(*_MARKED[tag], words, inner[len(words) :])
    href = (node.attributes.get("href") or "") if tag == "a" else ""
    if href.startswith(("http://", "https://")) and href != inner.strip():
        return f"{inner} <{href}>"
    return inner


def _wrapped(run: str, asis: bool) -> list[str]:
    lines: list[str] = []
    for piece in run.split(_BREAK):
        line = _SPACE.sub(" ", piece).strip(" ")
        if asis or len(line) <= WIDTH:
            lines.append(line)
        else:
            lines += wrapped_words(line)
    return lines if any(lines) else []


def wrapped_words(line: str, width: int = WIDTH) -> list[str]:
    """What `textwrap` makes of a line of words with single blanks between them: neither long words nor hyphens break.

    A line of printable characters has no other white space, and needs no more than to be counted out. Letters are full
    of them, and `textwrap` takes three times as long.
    """
    if not line.isprintable():
        return textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False)
    lines: list[str] = []
    row: list[str] = []
    size = -1
    for word in line.split(" "):
        size += 1 + len(word)
        if size > width and row:
            lines.append(" ".join(row))
            row, size = [], len(word)
        row.append(word)
    return [*lines, " ".join(row)]


def hung(line: str, room: int) -> list[str]:
    """The lines of a cell, none of an empty one; one that fits and ends in a character is its own."""
    if len(line) <= room and line.isprintable() and line[-1:].strip():
        return [line]
    return textwrap.wrap(line, room, break_long_words=False)


def _columns(table: LexborNode) -> list[str]:
    """Rows with their cells side by side; the last cell may have several lines, which hang under its first."""
    rows: list[list[tuple[list[str], bool]]] = []
    for node in _rows(table):
        cells = [cell for cell in node.iter() if cell.tag in ("td", "th")]
        if cells and node.attributes.get("data-text") != "":
            rows.append([_cell(cell) for cell in cells])
    widths: list[int] = []
    for row in rows:
        for at, (cell, _) in enumerate(row[:-1]):
            widths[at : at + 1] = [max(len(cell[0]) if cell else 0, widths[at] if at < len(widths) else 0)]
    lines: list[str] = []
    for row in rows:
        *left, (last, _) = row
        lead = "".join(_padded(cell, widths[at], number) + "  " for at, (cell, number) in enumerate(left))
        room = max(WIDTH - len(lead), 30)
        hanging = [part for line in last for part in hung(line, room)] or [""]
        lines.append(lead + hanging[0])
        lines += [" " * len(lead) + line for line in hanging[1:]]
    return lines


def _rows(table: LexborNode) -> Iterator[LexborNode]:
    """The rows of this table, not those of tables within it."""
    for child in table.iter():
        if child.tag == "tr":
            yield child
        elif child.tag in ("tbody", "thead"):
            yield from _rows(child)


def _cell(cell: LexborNode) -> tuple[list[str], bool]:
    given = cell.attributes.get("data-text")
    lines = given.split("\n") if given is not None else [line for line in _block(cell, asis=True) if line]
    return lines, "num" in (cell.attributes.get("class") or "")


def _padded(cell: list[str], width: int, number: bool) -> str:
    content = cell[0] if cell else ""
    return content.rjust(width) if number else content.ljust(width)
