"""A customer's HTML made fit to show: nothing fetched, scripted or tracked; and the same as plain text."""

from __future__ import annotations

import re

import nh3
from selectolax.lexbor import LexborHTMLParser

MAX_BYTES = 256 * 1024
MAX_TAGS = 20_000
MAX_DEPTH = 256

_TAGS = frozenset(
    ["a", "abbr", "b", "blockquote", "br", "caption", "center", "cite", "code", "col", "colgroup", "dd", "del", "dfn", "div", "dl", "dt", "em", "font", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "ol", "p", "pre", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul", "var"]
)
_ATTRIBUTES = {
    "a": {"href", "title"}, "img": {"src", "alt", "width", "height"}, "td": {"colspan", "rowspan", "align", "valign"},
    "th": {"colspan", "rowspan", "align", "valign"}, "font": {"color"}, "ol": {"start", "type"}, "*": {"dir", "lang"},
}  # fmt: skip
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr", "p", "li", "td", "tr", "th", "dd", "dt", "o"])


def _attribute(tag: str, name: str, value: str) -> str | None:
    if tag == "img" and name == "src" and not value.strip().lower().startswith("cid:"):
        return None
    return value


_CLEANER = nh3.Cleaner(
    tags=set(_TAGS),
    clean_content_tags={"script", "style", "title", "head", "noscript", "iframe", "object", "svg", "math", "template"},
    attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
    attribute_filter=_attribute,
    url_schemes={"http", "https", "mailto", "tel", "cid"},
    link_rel="noopener noreferrer nofollow",
)


def bearable(html: str) -> bool:
    """False for HTML that would cost a parser too much: too long, too many tags, too deep (threats F6, P-15)."""
    if len(html) > MAX_BYTES or html.count("<") > MAX_TAGS:
        return False
    depth = deepest = 0
    for match in _TAG.finditer(html):
        if match[2].lower() in _VOID:
            continue
        depth = max(0, depth - 1) if match[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest <= MAX_DEPTH


def clean(html: str) -> str:
    """HTML that may be shown to an agent; `""` when it is too heavy to be cleaned."""
    return _CLEANER.clean(html) if bearable(html) else ""


def to_text(html: str) -> str:
    """Readable text of HTML; `""` when it is too heavy."""
    if not bearable(html):
        return ""
    body = LexborHTMLParser(html).body
    return body.text(separator="\n", strip=True) if body is not None else ""
