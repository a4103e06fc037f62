"""The fingerprint of a letter as it leaves: by it an answer's words are told from ours."""

from __future__ import annotations

from mailgate.core.letters.letter import Letter
from mailgate.core.letters.views import TicketView
from mailgate.core.model.content import Content
from mailgate.core.model.mail import Address
from mailgate.core.quoting.fingerprint import fingerprint
from mailgate.wire.letters import whose
from mailgate.wire.letters.render import RenderedLetter
from mailgate.wire.mime import body, fields, structure
from mailgate.wire.text import fingerprints, html_text


def fingerprint_of(letter: Letter, page: RenderedLetter, key: bytes) -> bytes:
    """The packed fingerprint under a store's key; `b""` when there is none: no letter fails for that."""
    try:
        public, notes = whose.said_in(letter.view)
        return packed(page.text, page.html, letter.from_, key, public, notes)
    except Exception:  # a letter without fingerprint is one that nobody knows again: nothing of it leaves
        return b""


def of_kept(raw: bytes, key: bytes, content: Content, ticket: TicketView | None) -> bytes:
    """The same of a letter that left earlier, from its octets, by what it said and the ticket as it is now."""
    try:
        tree = structure.read_structure(raw)
        plains, pages = _parts(body.choose(tree.root))
        sender, _ = fields.author(tree.root.head, set())
        public, notes = whose.said_in(content, *([ticket] if ticket else []))
        return packed(plains, pages, sender or Address(""), key, public, notes)
    except Exception:  # as above
        return b""


def _parts(words: body.BodyWords) -> tuple[str, str]:
    """The text and the HTML, of which a letter of ours has one each."""
    texts = [body.plain(part) for plains, _ in words.pairs for part in plains]
    pages = [body.html(part) for _, markups in words.pairs for part in markups]
    return "\n".join(texts), "\n".join(pages)


def packed(text: str, html: str, sender: Address, key: bytes, public: list[str], notes: list[str]) -> bytes:
    """The fingerprint of a letter with these parts, from `sender`, that shows these words."""
    lines = html_text.render(html).split("\n") if html else []
    named = f"{sender.name} {sender.addr}"
    found = fingerprint(text, lines, fingerprints.hasher(key), sender=named, public=public, notes=notes)
    return fingerprints.pack(found)
