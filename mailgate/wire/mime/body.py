"""Which parts of a message are its words, and what they say as text and as HTML."""

from __future__ import annotations

import html as markup
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from mailgate.wire.mime import alternative, charset, enclosed
from mailgate.wire.mime.enclosed import FileInWords
from mailgate.wire.mime.structure import Part
from mailgate.wire.text import sanitize

_LINE_END = re.compile(r"\r+\n?")
_BOILERPLATE = re.compile(rb"(?i)mime|multi-?part")
_WHOLE_PAGE = re.compile(r"(?i)\s{0,99}(?:<!doctype html|<html)[\s>]")
_MARKED_UP = re.compile(r"(?i)\s{0,99}<(?:body|div|p|table|span|font|center|style|meta|br|h[1-6])[\s/>]")
_READABLE = frozenset({"text/plain", "text/html", "text/enriched", "text/richtext", "text/markdown", "text/x-markdown"})


@dataclass(slots=True)
class BodyWords:
    """The readable parts in reading order: each a pair of equivalent plain and HTML parts, one may be empty."""

    pairs: list[tuple[tuple[Part, ...], tuple[Part, ...]]] = field(default_factory=list)
    files: list[Part] = field(default_factory=list)
    lead: str = ""  # text above the first part, when there is no other


def choose(root: Part) -> BodyWords:
    """Sort a message's parts into words and files (RFC 2046 section 5.1.4: the last alternative is the best)."""
    words = _choose(root, root)
    if not words.pairs:
        named = next(
            (part for part in words.files if part.type == "text/plain" and part.disposition != "attachment"), None
        )
        if named is not None:
            words.files.remove(named)
            words.pairs.append(((named,), ()))
    if not words.pairs and root.preamble and _BOILERPLATE.search(root.preamble) is None:
        words.lead = charset.decode(root.preamble, root.charset)
    return words


def _choose(part: Part, root: Part) -> BodyWords:
    if part.children:
        found = [_choose(child, root) for child in part.children]
        return _alternative(found) if part.type == "multipart/alternative" else _sequence(found)
    if part.type.startswith("multipart/"):
        return BodyWords(pairs=[((part,), ())])  # no boundary to be found: all of it is shown
    if _is_words(part, root):
        return BodyWords(pairs=[((), (part,)) if part.type == "text/html" else ((part,), ())])
    return BodyWords(files=[part])


def _is_words(part: Part, root: Part) -> bool:
    if part.type not in _READABLE:
        return False
    if part is root:
        return True
    return part.disposition != "attachment" and not part.name


def _sequence(found: Sequence[BodyWords]) -> BodyWords:
    words = BodyWords()
    for each in found:
        words.pairs.extend(each.pairs)
        words.files.extend(each.files)
    return words


def _alternative(found: Sequence[BodyWords]) -> BodyWords:
    plain: tuple[Part, ...] = ()
    html: tuple[Part, ...] = ()
    files: list[Part] = []
    for each in found:
        files.extend(each.files)
        if any(pair[1] for pair in each.pairs):
            html = tuple(part for pair in each.pairs for part in pair[1])
        elif each.pairs and not plain:
            plain = tuple(part for pair in each.pairs for part in pair[0])
    return BodyWords([(plain, html)] if plain or html else [], files)


def read(words: BodyWords) -> tuple[str, list[str]]:
    """The text of the readable parts, and their HTML as written: one page a part, none when there is no HTML at all."""
    texts: list[str] = []
    pages: list[str] = []
    any_html = any(pages for _, pages in words.pairs)
    for plains, markups in words.pairs:
        markup = "\n".join(html(part) for part in markups)
        text = "\n".join(plain(part) for part in plains)
        if _is_page(text, beside=bool(markup)):
            text = sanitize.to_text(text)
        if markup:
            text = alternative.fuller(text, markup) if text.strip() else sanitize.to_text(markup)
        if text.strip():
            texts.append(text.strip("\n"))
        if markup and not sanitize.is_bearable(markup):
            markup = ""  # not shown, but there to be looked at: see `unshown`
        if any_html:
            pages.append(markup or as_html(text))
    if words.lead:
        texts.append(_LINE_END.sub("\n", words.lead).strip())
    return "\n\n".join(texts), pages


def _is_page(text: str, *, beside: bool) -> bool:
    """True for HTML under the name of plain text: a whole page, or anything marked up `beside` its HTML."""
    if not text.rstrip().endswith(">"):
        return False
    return _WHOLE_PAGE.match(text) is not None or (beside and _MARKED_UP.match(text) is not None)


def unshown(words: BodyWords) -> list[Part]:
    """HTML too heavy to show: files like any other."""
    return [
        part
        for _, markups in words.pairs
        if markups and not sanitize.is_bearable("\n".join(html(part) for part in markups))
        for part in markups
    ]


def inside(words: BodyWords) -> Iterator[FileInWords]:
    """The files within the words."""
    for plains, markups in words.pairs:
        for part in plains:
            for index, (name, data) in enumerate(enclosed.split(part.content)[1], 1):
                yield f"{part.number}/uu/{index}", name, "", data
        for part in markups:
            for index, (kind, data) in enumerate(enclosed.pictures(part.content), 1):
                yield f"{part.number}/data/{index}", "", kind, data


def plain(part: Part) -> str:
    """The text of a plain part without the files inside it, lines ended by LF, flowed lines joined."""
    text = charset.decode(enclosed.split(part.content)[0], part.charset)
    if "\r" in text:
        text = _LINE_END.sub("\n", text)
    if part.parameters.get("format", "").lower() == "flowed":
        text = flowed(text, delsp=part.parameters.get("delsp", "").lower() == "yes")
    return text


def html(part: Part) -> str:
    """The HTML of a part as written, heavy HTML without what nobody sees of it; not safe to show."""
    return sanitize.bearable(charset.decode(part.content, part.charset))


def flowed(text: str, *, delsp: bool = False) -> str:
    """Join the soft line breaks of format=flowed (RFC 3676 section 4); quoting and signature lines stay."""
    out: list[list[str]] = []
    depth_before, soft = -1, False
    for line in text.split("\n"):
        body = line.lstrip(">")
        depth = len(line) - len(body)
        body = body.removeprefix(" ")
        flows = body.endswith(" ") and body != "-- "
        kept = body[:-1] if flows and delsp else body
        if soft and depth == depth_before and body != "-- ":
            out[-1].append(kept)
        else:
            out.append([">" * depth + " " if depth else "", kept])
        depth_before, soft = depth, flows
    return "\n".join("".join(pieces) for pieces in out)


def as_html(text: str) -> str:
    """Plain text as HTML, for a message that mixes both."""
    return markup.escape(text, quote=False).replace("\n", "<br>\n")
