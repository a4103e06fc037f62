"""What is new in an HTML reply, by the marks mail programs put around history, else by its attribution."""

from __future__ import annotations

from html import escape

from selectolax.lexbor import LexborHTMLParser, LexborNode

from mailgate.core.text import quote
from mailgate.wire import words

MAX_HTML = 256 * 1024  # characters; heavier pages are not taken apart
_ROUNDS = 200  # marks taken out of one page
_CONTAINERS = 20  # of Gmail, one inside the other
_LOOKED_AT = 400  # elements read in search of an attribution

# Below these everything is history: Outlook on the web and on phones, Hotmail, AOL, Outlook for Mac.
_FROM_HERE = (
    "#appendonsend, #x_appendonsend, #divRplyFwdMsg, #x_divRplyFwdMsg, #OLK_SRC_BODY_SECTION, #stopSpelling, "
    "#mail-editor-reference-message-container, #ms-outlook-mobile-reference-message, .OutlookMessageHeader, "
    ".MsoOutlookMessageHeader, #aolmail_replySplit, #isReplyContent, #mg-marker"
)
# These hold history and nothing else.
_HISTORY = (
    "blockquote[type=cite], blockquote.gmail_quote, .gmail_attr, .moz-cite-prefix, .yahoo_quoted, .yahoo_quoted_begin, "
    ".ydp_quoted, .protonmail_quote, .tutanota_quote, .zmail_extra, .zmail_extra_hr, #zwchr, .WM_QUOTE, .qt-quote, "
    "div[name=quote], .cite, .mcntgmail_quote, blockquote.cite, #reply-intro, .hey_quote, .front-blockquote, "
    "blockquote[data-original-message], .ox-quote, .b-quote, .mailru-blockquote"
)
# What mail programs keep a signature in.
_SIGNATURES = (
    ".gmail_signature, [data-smartmail=gmail_signature], .moz-signature, #Signature, #x_Signature, #signature, "
    "#ms-outlook-mobile-signature, #AppleMailSignature, .protonmail_signature_block, .tutanota_signature, #Zm-_Id_-Sgn"
)
# Outlook for Windows rules off what it quotes; these are its colours of many years, and Windows Mail's.
_RULED = "div[style*='border-top'], div[style*='BORDER-TOP']"
_COLOURS = ("e1e1e1", "b5c4df", "rgb(229, 229, 229)", "rgb(181, 196, 223)", "rgb(225, 225, 225)")


def split_fresh_html(html: str) -> tuple[str, str]:
    """New and quoted HTML of a whole page, as it came or sanitised; `(html, "")` when they cannot be told apart."""
    if not html or len(html) > MAX_HTML:
        return html, ""
    tree = LexborHTMLParser(html)
    body = tree.body
    if body is None:
        return html, ""
    taken: list[str] = []
    # One mark at a time: a node inside one that was taken out must not be touched again.
    for _ in range(_ROUNDS):
        node = tree.css_first(_FROM_HERE)
        if node is None:
            break
        taken += _cut_from(node, body)
    for _ in range(_ROUNDS):
        node = tree.css_first(_HISTORY)
        if node is None:
            break
        taken.append(node.html or "")
        node.decompose()
    taken += _cut_gmail(tree)
    if (ruled := _ruled(tree)) is not None:
        taken += _cut_from(ruled, body)
    elif (attribution := _attribution(body)) is not None:
        taken += _cut_from(attribution, body)
    if not taken or not (body.text(strip=True) or body.css_first("img")):
        return html, ""
    return body.inner_html or "", "".join(taken)


def without_signature(html: str, signed: str) -> str:
    """The HTML of an answer without what mail programs mark as its signature, and without all from `signed` on.

    `signed` is the text that was taken off as signature; where it is not found nothing is cut for it.
    """
    if "img" not in html or len(html) > MAX_HTML:
        return html
    first = next((line.strip() for line in signed.split("\n") if line.strip(" -_")), "")
    at = html.rfind(escape(first, quote=False)) if first else -1
    tree = LexborHTMLParser(html[:at] if at >= 0 else html)
    for node in tree.css(_SIGNATURES):
        node.decompose()
    return (tree.body.html or "") if tree.body is not None else ""


def _cut_from(node: LexborNode, body: LexborNode) -> list[str]:
    """Take out a node and everything that follows it in the page."""
    taken: list[str] = []
    level: LexborNode | None = node
    while level is not None and level.mem_id != body.mem_id and level.tag not in ("body", "html"):
        following = level.next
        while following is not None:
            after = following.next
            taken.append(following.html or "")
            following.decompose()
            following = after
        level = level.parent
    taken.insert(0, node.html or "")
    node.decompose()
    return taken


def _cut_gmail(tree: LexborHTMLParser) -> list[str]:
    """Take out what is left of Gmail's container, unless answers stand between the quotes it held."""
    taken: list[str] = []
    for _ in range(_CONTAINERS):
        container = tree.css_first("div.gmail_quote, div.gmail_extra")
        if container is None:
            break
        rest = container.text(separator="\n").strip()
        if not rest or _begins_history(rest):
            taken.append(container.html or "")
            container.decompose()
        else:
            container.unwrap()
    return taken


def _ruled(tree: LexborHTMLParser) -> LexborNode | None:
    for node in tree.css(_RULED)[:_ROUNDS]:
        style = (node.attributes.get("style") or "").lower()
        if any(colour in style for colour in _COLOURS):
            return node
    return None


def _attribution(body: LexborNode) -> LexborNode | None:
    """The first element that begins with an attribution or a header block, however it is marked up."""
    for node in body.css("p, div, blockquote, td, span, font, b")[:_LOOKED_AT]:
        text = node.text(separator="\n").strip()
        if len(text) > 12 and _begins_history(text[:1500]) and node.text(separator="").strip()[:1] != ">":
            return node
    return None


def _begins_history(text: str) -> bool:
    """True when nothing of `text` would count as new below words of somebody's own."""
    lines = "\n".join(line.strip() for line in text.split("\n") if line.strip())
    ways = {lines, lines.replace("\n", " ")}
    return any(quote.split_history(f"x\n\n{each}", openings=words.OPENINGS).fresh == "x" for each in ways)
