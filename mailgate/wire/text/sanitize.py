"""A customer's HTML made fit to show: nothing fetched, scripted or tracked; and the same as plain text."""

from __future__ import annotations

import html as entities
import re
from functools import lru_cache

import nh3
from selectolax.lexbor import LexborHTMLParser

from mailgate.wire.text import html_text
from mailgate.wire.text.lighten import lightened

MAX_CHARS = 256 * 1024
MAX_TAGS = 20_000
MAX_DEPTH = 256
MAX_ATTRIBUTES = 2_000  # in one tag: parsers compare each with all before it

_TAGS = frozenset({
    "a", "abbr", "b", "blockquote", "br", "caption", "center", "cite", "code", "col", "colgroup", "dd", "del",
    "dfn", "div", "dl", "dt", "em", "font", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd",
    "li", "ol", "p", "pre", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "table", "tbody",
    "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul", "var",
})  # fmt: skip
_ATTRIBUTES = {
    "a": {"href", "title"}, "img": {"src", "alt", "width", "height"}, "td": {"colspan", "rowspan", "align", "valign"},
    "th": {"colspan", "rowspan", "align", "valign"}, "font": {"color"}, "ol": {"start", "type"},
    "p": {"class", "style"}, "*": {"dir", "lang"},
}  # fmt: skip
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)")
_CLOSED_BY_ITSELF = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
    "p", "li", "o",
})  # fmt: skip
_HIDING = tuple(
    re.compile(pattern)  # each begins with plain letters, which are looked for at the speed of memchr
    for pattern in (
        r"display\s*:\s*none",
        r"visibility\s*:\s*hidden",
        r"mso-hide\s*:\s*all",
        r"font-size\s*:\s*0(?![.0-9]*[1-9])",
    )
)
# Paragraphs that are lines: Outlook's are so by its style sheet, others by their own style, and both lose it here.
_OUTLOOKS = re.compile(r"\bMso[A-Z]")
_NO_MARGIN = re.compile(r"(?:^|[;\s])margin(?:-bottom)?:\s?0(?![.0-9]*[1-9])")
_CLOSE = "margin:0"
_OUTLOOKS_KEPT = re.compile(
    r'<p((?: (?:dir|lang)="[^"<>]{0,40}")*)(?: style="[^"<>]{0,20}")? class="MsoNormal"(?: style="[^"<>]{0,20}")?'
)
_CRUDE = re.compile(r"<[^<>]{0,2000}>?")


def _attribute(tag: str, name: str, value: str) -> str | None:
    """Pictures only from inside the mail: everything else tells the sender who looked and when (threats C-08, C-09)."""
    if tag == "img" and name == "src":
        return value if value.strip().lower().startswith("cid:") else None
    if name == "href" and value.strip().lower().startswith("cid:"):
        return None
    if tag == "p" and name == "class":
        return "MsoNormal" if _OUTLOOKS.search(value) else None
    if tag == "p" and name == "style":
        return _CLOSE if _NO_MARGIN.search(value[:1000].lower()) else None
    return value


_CLEANER = nh3.Cleaner(
    tags=set(_TAGS),
    clean_content_tags={"script", "style", "title", "head", "noscript", "iframe", "object", "svg", "math", "template"},
    attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
    attribute_filter=_attribute,
    url_schemes={"http", "https", "mailto", "tel", "cid"},
    url_relative="deny",
    link_rel="noopener noreferrer nofollow",
)

# What an article on a page may have: words, lists, tables and links, of which a reader's own program fetches nothing.
_PAGE_TAGS = frozenset({
    "a", "blockquote", "br", "code", "em", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
})  # fmt: skip
_PAGE_CLEANER = nh3.Cleaner(
    tags=set(_PAGE_TAGS),
    attributes={"a": {"href", "title"}, "ol": {"start"}},
    url_schemes={"https", "mailto"},
    url_relative="deny",
    link_rel="noopener noreferrer nofollow",
)


def bearable(html: str) -> str:
    """HTML without what nobody would see of it, where it is too heavy with that; the rest may be too heavy still."""
    return html if is_bearable(html) else lightened(html)


@lru_cache(maxsize=4)  # asked by the reader, the sanitiser and the renderer of the same mail
def is_bearable(html: str) -> bool:
    """False for HTML that would cost a parser too much: too long, too many tags, too deep (threats F6, P-15)."""
    tags = html.count("<")
    if len(html) > MAX_CHARS or tags > MAX_TAGS:
        return False
    if max(html.count("="), html.count(" ")) > MAX_ATTRIBUTES and any(map(_overloaded, html.split("<"))):
        return False
    if tags - html.count("</") <= MAX_DEPTH:
        return True
    depth = deepest = 0
    for slash, name in _TAG.findall(html.lower()):
        if slash:
            depth = depth - 1 if depth else 0
        elif name not in _CLOSED_BY_ITSELF:
            depth += 1
            deepest = depth if depth > deepest else deepest
    return deepest <= MAX_DEPTH


def _overloaded(tag: str) -> bool:
    """True when a tag has more attributes than anybody writes by hand."""
    inside = tag.partition(">")[0]
    return inside.count("=") > MAX_ATTRIBUTES or len(inside.split(None, 4 * MAX_ATTRIBUTES)) > 4 * MAX_ATTRIBUTES


def visible(html: str) -> str:
    """HTML without the parts its style hides: preheaders, and words meant for machines only (threats A-22)."""
    if not _hides(html):
        return html
    tree = LexborHTMLParser(html)
    for node in tree.css("[style]"):
        if node.tag not in ("html", "body") and _hides(node.attributes.get("style") or ""):
            node.decompose()
    return tree.html or ""


def _hides(style: str) -> bool:
    lowered = style.lower()
    return any(pattern.search(lowered) for pattern in _HIDING)


def clean(html: str) -> str:
    """HTML that may be shown to an agent or passed on; `""` when it is too heavy to be cleaned."""
    if not is_bearable(html):
        return ""
    return _OUTLOOKS_KEPT.sub(rf'<p\1 style="{_CLOSE}"', _CLEANER.clean(visible(html)).strip())


def clean_page(html: str) -> str:
    """HTML that a page may show to everybody; `""` when it is too heavy to be cleaned."""
    return _PAGE_CLEANER.clean(html).strip() if is_bearable(html) else ""


def to_text(html: str) -> str:
    """Readable text of HTML; of HTML too heavy to be parsed, what is left when the tags are cut out."""
    html = bearable(html)
    if is_bearable(html):
        return html_text.render(visible(html))
    rest = entities.unescape(_CRUDE.sub(" ", html[: 4 * MAX_CHARS]))
    return "\n".join(filter(None, (" ".join(line.split()) for line in rest.split("\n"))))
