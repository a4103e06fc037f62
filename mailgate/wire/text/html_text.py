"""HTML as readable plain text: links, lists, tables, and quoted history behind `> ` so that it can be told apart."""

from __future__ import annotations

import re
from collections.abc import Callable

from selectolax.lexbor import LexborHTMLParser, LexborNode

_SPACE = re.compile(r"[\t\r\n\f][ \t\r\n\f]*| [ \t\r\n\f]+")  # all that is to be one space, but for one
_GAP = re.compile(r"\n{3,}")
_SKIPPED = frozenset({
    "script", "style", "title", "head", "noscript", "iframe", "object", "template", "svg", "math", "select",
    "textarea", "meta", "link",
})  # fmt: skip
_BLOCKS = frozenset({
    "address", "article", "aside", "body", "center", "dd", "div", "dl", "dt", "fieldset", "figcaption", "figure",
    "footer", "form", "header", "html", "main", "nav", "section", "tr", "tbody", "thead", "tfoot", "caption",
    "legend", "details", "summary",
})  # fmt: skip
_PARAGRAPHS = frozenset({
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "pre",
})  # fmt: skip
_BLOCK_STYLE = re.compile(r"(?i)\bdisplay\s{0,9}:\s{0,9}(?:block|table|flex|grid|list-item)\b")
_MAX_DEPTH = 300
_SCHEME = re.compile(r"^https?://|/$")


def render(html: str) -> str:
    """The text of HTML that `is_bearable` let through; nothing that a reader would not see is in it."""
    body = LexborHTMLParser(html).body
    if body is None:
        return ""
    writer = _Writer()
    _children(body, writer, 0)
    return writer.text()


class _Writer:
    """Collects lines; remembers how much room the next block needs above it."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line: list[str] = []
        self.prefix = ""
        self.bullet = ""
        self.room = 0
        self.pre = False
        self.numbers: list[int] = []  # of the lists around us: the next item's number, 0 for bullets
        self.top = False  # at the first line of a quotation, which needs no room above

    def write(self, text: str) -> None:
        if self.pre:
            for number, piece in enumerate(text.replace("\r\n", "\n").split("\n")):
                if number:
                    self.newline()
                self.line.append(piece)
            return
        if not text.isprintable() or "  " in text:
            text = " " if text == "\n" else _SPACE.sub(" ", text)
        if text and not (text == " " and (not self.line or self.line[-1].endswith(" "))):
            self.line.append(text if self.line else text.lstrip(" "))

    def newline(self) -> None:
        """End the line, even an empty one (`<br>`)."""
        content = "".join(self.line).replace("\u00a0", " ")
        self.line.clear()
        if self.room or self.top:
            self.make_room()
        content = content if self.pre else content.strip()
        self.lines.append((self.prefix + self.bullet + content).rstrip())
        if self.bullet:
            self.prefix += " " * len(self.bullet)
            self.bullet = ""

    def make_room(self) -> None:
        """Write the blank lines due above what comes next."""
        if self.room > 1 and self.lines and not self.top:
            self.lines.extend([self.prefix.rstrip()] * (self.room - 1))
        self.room, self.top = 0, False

    def block(self, room: int = 1) -> None:
        """End what stands in the line; the next begins on one of its own, `room - 1` blank lines below."""
        if self.line:
            if "".join(self.line).strip(" "):
                self.newline()
            else:
                self.line.clear()
        self.room = max(self.room, room)

    def text(self) -> str:
        self.block()
        text = "\n".join(self.lines)
        return (_GAP.sub("\n\n", text) if "\n\n\n" in text else text).strip("\n")


def _children(node: LexborNode, writer: _Writer, depth: int) -> None:
    child = node.first_child
    while child is not None:
        tag = child.tag or ""
        if tag == "-text":
            writer.write(child.text_content or "")
        elif tag not in _SKIPPED and not tag.startswith("-"):
            if depth < _MAX_DEPTH:
                _SHOWN.get(tag, _inline)(child, writer, depth + 1)
            else:
                writer.write(child.text())
        child = child.next


def _inline(node: LexborNode, writer: _Writer, depth: int) -> None:
    """A `<span>` that its own style sets on lines of its own is a block: the words beside it are other words."""
    style = node.attributes.get("style") or ""
    if "display" in style.lower() and _BLOCK_STYLE.search(style) is not None:
        _block(node, writer, depth)
    else:
        _children(node, writer, depth)


def _block(node: LexborNode, writer: _Writer, depth: int) -> None:
    """A block on lines of its own; paragraphs keep a blank line's distance, Word's and lists within lists none."""
    writer.block()
    tag = node.tag
    loose = tag in _PARAGRAPHS and "MsoNormal" not in (node.attributes.get("class") or "")
    nested = tag in ("ul", "ol") and writer.prefix.endswith("  ")
    room = 2 if loose and not nested else 1
    writer.block(room)
    if tag in ("ul", "ol"):
        writer.numbers.append(1 if tag == "ol" else 0)
        _children(node, writer, depth)
        writer.numbers.pop()
    else:
        _children(node, writer, depth)
    writer.block(room)


def _break(_node: LexborNode, writer: _Writer, _depth: int) -> None:
    writer.newline()


def _rule(_node: LexborNode, writer: _Writer, _depth: int) -> None:
    writer.block()
    writer.write("-" * 20)
    writer.block()


def _preformatted(node: LexborNode, writer: _Writer, depth: int) -> None:
    writer.block(2)
    writer.pre = True
    _children(node, writer, depth)
    writer.block(2)
    writer.pre = False


def _link(node: LexborNode, writer: _Writer, depth: int) -> None:
    """`text <address>`, or the text alone when it says the same."""
    target = (node.attributes.get("href") or "").strip()
    _children(node, writer, depth)
    scheme = target[:8].lower()
    shown = _SPACE.sub(" ", node.text()).strip().lower()
    if scheme.startswith("mailto:"):
        addr, asks, _ = target[7:].partition("?")
        if addr and addr.lower() not in shown:
            # A button is a link whatever it says: as one, no word of it is missed where a client drops the address.
            writer.write(f" <mailto:{addr}>" if asks else f" <{addr}>")
    elif shown and scheme.startswith(("http://", "https://")) and _SCHEME.sub("", target).lower() not in shown:
        writer.write(f" <{target}>")


def _image(node: LexborNode, writer: _Writer, _depth: int) -> None:
    alt = _SPACE.sub(" ", node.attributes.get("alt") or "").strip()
    if alt and (node.attributes.get("width") or "") not in ("0", "1"):
        writer.write(f"[{alt[:200]}]")


def _item(node: LexborNode, writer: _Writer, depth: int) -> None:
    bullet = "- "
    if writer.numbers and writer.numbers[-1]:
        bullet = f"{writer.numbers[-1]}. "
        writer.numbers[-1] += 1
    writer.block()
    prefix = writer.prefix
    writer.bullet = bullet
    _children(node, writer, depth)
    writer.block()
    writer.prefix, writer.bullet = prefix, ""


def _quote(node: LexborNode, writer: _Writer, depth: int) -> None:
    writer.block()
    writer.make_room()
    prefix, writer.prefix, writer.top = writer.prefix, writer.prefix + "> ", True
    _children(node, writer, depth)
    writer.block()
    writer.prefix, writer.room, writer.top = prefix, 2, False


def _row(node: LexborNode, writer: _Writer, depth: int) -> None:
    """Cells of one line each stand side by side; anything larger is layout and stands one below the other."""
    cells = []
    child = node.first_child
    while child is not None:
        if child.tag in ("td", "th"):
            cells.append(child)
        child = child.next
    writer.block()
    short = len(cells) > 1 and all(map(_is_of_one_line, cells))
    filled = False  # a cell of it
    for cell in cells:
        if short:
            is_filled = bool(cell.text(strip=True))
            if filled and is_filled:
                writer.write(" | ")
            filled = filled or is_filled
        _children(cell, writer, depth + 1)
        if not short:
            writer.block()
    writer.block()


def _is_of_one_line(cell: LexborNode) -> bool:
    child = cell.first_child
    if child is None or (child.tag == "-text" and child.next is None):  # most are: no need to search them
        return True
    return cell.css_first("br, p, div, table, li, tr, img, blockquote") is None


_SHOWN: dict[str, Callable[[LexborNode, _Writer, int], None]] = {
    **dict.fromkeys(_PARAGRAPHS | _BLOCKS, _block),
    "br": _break, "hr": _rule, "a": _link, "img": _image, "li": _item, "blockquote": _quote, "tr": _row,
    "pre": _preformatted,
}  # fmt: skip
