"""Heavy HTML without what no reader sees: styles, scripts, comments, and files written out inside its tags."""

from __future__ import annotations

import re

_BEGINNING = re.compile(
    r"(?i)(=\s{0,9}\"\s{0,9}data:)[^\"<]*|(=\s{0,9}'\s{0,9}data:)[^'<]*|(=\s{0,9}data:)[^\s\"'<>]*|"
    r"(url\([\s\"']{0,9}data:)[^)\"'<]*|<(?:!--|(style|script)(?=[\s/>]))"
)
_ENDS = {
    None: re.compile("--!?>"),
    "style": re.compile(r"(?i)</style(?=[\s/>])"),
    "script": re.compile(r"(?i)</script(?=[\s/>])"),
}


def lightened(html: str) -> str:
    """The same page to a reader: styles, scripts and comments cut out, `data:` addresses emptied; linear in its length.

    What is begun and never ended stays as it is, and so does what only looks like it inside a tag's values.
    """
    out: list[str] = []
    kept = at = 0
    unended: set[str | None] = set()  # what is looked for in vain once need not be again
    while (begun := _BEGINNING.search(html, at)) is not None:
        start, at = begun.start(), begun.end()
        if (given := next((one for one in begun.groups()[:4] if one), "")) != "":
            out += (html[kept:start], _emptied(given))
            kept = at
            continue
        kind = begun[5].lower() if begun[5] else None
        if kind in unended or _inside_tag(html, kept, start):
            continue
        # `<!-->` is a whole comment (HTML standard, 13.2.5.43), a style's name is over before its tag is
        ended = _ENDS[kind].search(html, start + 2 if kind is None else at)
        if ended is None:
            unended.add(kind)
            continue
        out.append(html[kept:start])
        kept = at = html.find(">", ended.start()) + 1 or len(html)
    return "".join((*out, html[kept:]))


def _emptied(given: str) -> str:
    bare = given[0] == "=" and not given.rstrip("dDaAtT:").rstrip().endswith(('"', "'"))
    return '=""' if bare else given[: given.lower().index("data:")]


def _inside_tag(html: str, kept: int, at: int) -> bool:
    """True when a tag is open there, of whose values this is a part."""
    tag = html.rfind("<", kept, at)
    return tag >= 0 and html[tag + 1 : tag + 2].isalpha() and html.find(">", tag, at) < 0
