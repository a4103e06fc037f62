"""HTML cut down to what its plain text says: no command, no signature and nothing of the notice slips out in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from mailgate.core.proof import token

_LETTERS = re.compile(r"[^\W_]+")
_LEEWAY = 200  # characters the plain text may have between two pieces of HTML: addresses of links, names of pictures
_CLOSING = re.compile(r"^[\s.,:;!?)»”’\"']+$")  # what ends a sentence after its last bold word
_MOST = 5_000  # pieces of text in one page
_COMMANDS = 40  # pieces that may stand above the words
_ASIDE = ("http", "mailto", "cid", "image")  # what plain text says beside the words of its HTML
_SIGNATURES = (
    ".gmail_signature, .moz-signature, .k9mail-signature, #Signature, #ms-outlook-mobile-signature, "
    "#AppleMailSignature, [data-smartmail=gmail_signature], .protonmail_signature_block, .tutanota_signature"
)


def cut_to_said(html: str, text: str) -> str:
    """The HTML without what `text` does not say at its beginning and its end; `""` when they do not say the same.

    `text` has been through everything that keeps internal words in the house, and this is how its HTML is held to it:
    a letter never says more in HTML than in plain text.
    """
    wanted = _bare(text)
    if not html or not wanted:
        return ""
    tree = LexborHTMLParser(html)
    body = tree.body
    if body is None:
        return ""
    for node in tree.css(_SIGNATURES):
        node.decompose()
    written = [node for node in _texts(body) if (node.text_content or "").strip()]
    pieces = [node for node in written if _bare(node.text_content or "")]
    kept = _kept(pieces, wanted) if len(pieces) <= _MOST else None
    if kept is None:
        return ""
    first, last = (next(at for at, node in enumerate(written) if node.mem_id == pieces[end].mem_id) for end in kept)
    outside = written[last + 1 :]
    closing = next(
        (at for at, node in enumerate(outside) if _CLOSING.search(node.text_content or "") is None), len(outside)
    )
    _rules_around(tree, pieces[kept[0]], outside[closing - 1] if closing else written[last])
    _cut(tree, written[:first], outside[closing:])
    _attributes(tree, text)
    return (body.inner_html or "").strip()


def _bare(text: str) -> str:
    """Letters and digits alone: what two ways to set the same words have in common."""
    return "".join(_LETTERS.findall(text)).lower()


def _texts(body: LexborNode) -> Iterator[LexborNode]:
    for node in body.traverse(include_text=True):
        if node.tag == "-text":
            yield node


def _kept(pieces: list[LexborNode], wanted: str) -> tuple[int, int] | None:
    """The first and the last piece that the text says, when it says all between them and nothing else."""
    found = [_bare(piece.text_content or "") for piece in pieces]
    for first in range(min(len(found), _COMMANDS)):
        if not wanted.startswith(found[first]):
            continue
        at, last = 0, first
        for number in range(first, len(found)):
            hit = wanted.find(found[number], at, at + len(found[number]) + (_LEEWAY if at else 0))
            if hit < 0 or (hit > at and not wanted[at:hit].startswith(_ASIDE)):
                break
            at, last = hit + len(found[number]), number
        if at == len(wanted) or wanted[at:].startswith(_ASIDE):
            return first, last
    return None


def _cut(tree: LexborHTMLParser, above: list[LexborNode], below: list[LexborNode]) -> None:
    """Take out pieces, with what is left empty around them and the pictures from the first piece below on."""
    if below:
        _pictures_from(tree, below[0])
    for piece in (*above, *below):
        parent = piece.parent
        piece.decompose()
        while parent is not None and parent.tag not in ("body", "html") and not parent.text(strip=True):
            if parent.css_first("img") is not None:
                break
            outer = parent.parent
            parent.decompose()
            parent = outer


def _rules_around(tree: LexborHTMLParser, first: LexborNode, last: LexborNode) -> None:
    """Take out the lines a mail program drew above and below its words."""
    body = tree.body
    assert body is not None
    inside, gone = False, []
    for node in body.traverse(include_text=True):
        inside = inside or node.mem_id == first.mem_id
        if node.tag == "hr" and not inside:
            gone.append(node)
        if node.mem_id == last.mem_id:
            inside = False
    for node in gone:
        node.decompose()


def _attributes(tree: LexborHTMLParser, text: str) -> None:
    """No words and no address that stand in an attribute alone."""
    said = _bare(text)
    for node in tree.css("a[href], [title], [alt]"):
        href = (node.attributes.get("href") or "").strip().lower()
        addr = href.removeprefix("mailto:").partition("?")[0]
        if (href.startswith("mailto:") and addr not in text.lower()) or token.is_inside(href):
            del node.attrs["href"]
        for name in ("title", "alt"):
            if _bare(node.attributes.get(name) or "") not in said:
                del node.attrs[name]


def _pictures_from(tree: LexborHTMLParser, start: LexborNode) -> None:
    body = tree.body
    assert body is not None
    passed, gone = False, []
    for node in body.traverse(include_text=True):
        passed = passed or node.mem_id == start.mem_id
        if passed and node.tag == "img":
            gone.append(node)
    for node in gone:
        node.decompose()
