"""What is new in an HTML reply, by the marks mail programs put around history, else by its attribution."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser, LexborNode

_TO_THE_END = "#divRplyFwdMsg, #appendonsend, #x_divRplyFwdMsg, #x_appendonsend, #OLK_SRC_BODY_SECTION"
_QUOTES = (
    "blockquote[type=cite], .gmail_quote, .gmail_extra > blockquote, .moz-cite-prefix, .yahoo_quoted, .protonmail_quote, "
    "#mail-editor-reference-message-container, .zmail_extra, .tutanota_quote, #reply-intro, .WM_QUOTE, .ydp_quoted, "
    "div[name=quote], #isReplyContent, .cite, .OutlookMessageHeader, #replySplit, blockquote.mcntgmail_quote"
)


def split_html(html: str) -> tuple[str, str]:
    """New and quoted HTML; `(html, "")` when they cannot be told apart or nothing new would be left."""
    tree = LexborHTMLParser(html)
    body = tree.body
    if body is None:
        return html, ""
    quoted: list[str] = []
    for node in tree.css(_TO_THE_END):
        quoted += _cut_to_end(node)
    for node in tree.css(_QUOTES):
        quoted.append(node.html or "")
        node.decompose()
    for node in tree.css("div[style*='border-top']"):
        style = (node.attributes.get("style") or "").lower()
        if "e1e1e1" in style or "b5c4df" in style:
            quoted += _cut_to_end(node)
    if not quoted or not (body.text(strip=True) or body.css_first("img")):
        return html, ""
    return body.inner_html or "", "".join(quoted)


def _cut_to_end(node: LexborNode) -> list[str]:
    """Take out a node and all its later siblings."""
    parent = node.parent
    if parent is not None and parent.tag == "div" and parent.text(strip=True) == node.text(strip=True):
        node = parent
    taken: list[str] = []
    current: LexborNode | None = node
    while current is not None:
        following = current.next
        taken.append(current.html or "")
        current.decompose()
        current = following
    return taken
