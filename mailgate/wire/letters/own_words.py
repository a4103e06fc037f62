"""The fingerprint of a letter as it leaves: by it an answer's words are told from ours."""

from __future__ import annotations

from typing import NamedTuple

from mailgate.core.letters.letter import Letter
from mailgate.core.letters.views import TicketView
from mailgate.core.model.content import Content, Escalated, Handover, Notice, Question, Reminded
from mailgate.core.model.mail import Address
from mailgate.core.quoting.fingerprint import LetterWords, fingerprint, note, notes_of
from mailgate.wire.letters import whose
from mailgate.wire.letters.render import RenderedLetter
from mailgate.wire.mime import body, fields, structure
from mailgate.wire.text import fingerprints, html_text

_WITH_NOTES = (Notice, Handover, Escalated, Reminded)  # what shows colleagues' notes, and not an agent's own words


class LetterPrints(NamedTuple):
    """The packed fingerprint of a letter, and that of its notes alone; `b""` for none."""

    words: bytes = b""
    notes: bytes = b""


def fingerprints_of(letter: Letter, page: RenderedLetter, key: bytes) -> LetterPrints:
    """The fingerprints under a store's key, none at all when something fails: no letter fails for that."""
    try:
        public, notes = whose.said_in(letter.view)
        found = _fingerprint(page.text, page.html, letter.from_, key, public, notes)
        inside = _inside(found, letter.view.content, key)
        return LetterPrints(fingerprints.pack(found), fingerprints.pack(inside) if inside else b"")
    except Exception:  # a letter without fingerprint is one that nobody knows again: nothing of it leaves
        return LetterPrints()


def _inside(found: LetterWords, content: Content, key: bytes) -> LetterWords | None:
    """The notes in a letter to the house, by themselves; of a thread that was asked for, its content has them."""
    if isinstance(content, Question):
        return note(content.notes, fingerprints.hasher(key)) if content.notes else None
    return notes_of(found) if isinstance(content, _WITH_NOTES) else None


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
    """The packed fingerprint of a letter with these parts, from `sender`, that shows these words."""
    return fingerprints.pack(_fingerprint(text, html, sender, key, public, notes))


def _fingerprint(text: str, html: str, sender: Address, key: bytes, public: list[str], notes: list[str]) -> LetterWords:
    lines = html_text.render(html).split("\n") if html else []
    named = f"{sender.name} {sender.addr}"
    return fingerprint(text, lines, fingerprints.hasher(key), sender=named, public=public, notes=notes)
