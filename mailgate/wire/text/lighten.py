"""Heavy HTML without what no reader sees: styles, scripts, comments, and files written out inside its tags."""

from __future__ import annotations

import re

MOST_TAGS = 200_000  # of a page with more, nobody wrote any

_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9:-]{0,40})")
_QUOTE_OR_END = re.compile("[\"'>]")
_COMMENT_END = re.compile("--!?>")
_RAW_END = {name: re.compile(rf"(?i)</{name}(?=[\s/>])") for name in ("style", "script")}
_DATA = re.compile(
    r"(?i)(\"\s{0,9}data:)[^\"]*|('\s{0,9}data:)[^']*|(=\s{0,9}data:)[^\s\"'>]*|(url\([\s\"']{0,9}data:)[^)\"']*"
)


def lightened(html: str) -> str:
    """The same page to a reader: styles, scripts and comments cut out, `data:` addresses emptied; linear in its length.

    What is begun and never ended stays as it is.
    """
    if html.count("<") > MOST_TAGS:
        return html
    page = _Page(html)
    while page.at >= 0:
        page.step()
    return page.light()


class _Page:
    """A page being looked through from one `<` to the next."""

    def __init__(self, html: str) -> None:
        self.html = html
        self.at = html.find("<")
        self.kept = 0  # what is before it has been taken over, or cut out
        self.out: list[str] = []
        self.unended: set[re.Pattern[str]] = set()  # what does not occur any more
        self.quotes = True  # until one is never closed: from there on `>` ends every tag

    def light(self) -> str:
        return "".join((*self.out, self.html[self.kept :]))

    def step(self) -> None:
        """Deal with the `<` we are at, and go on to the next."""
        start = self.at
        if self.html.startswith("<!--", start):
            end = self._after(_COMMENT_END, start + 2)  # `<!-->` is a whole one (HTML standard, 13.2.5.43)
            self._cut(start, end, "")
            return self._go_on(end if end > 0 else start + 4)
        tag = _TAG.match(self.html, start)
        end = self._tag_end(tag.end()) if tag else -1
        if tag is None or end < 0:
            return self._go_on(start + 1 if tag is None else len(self.html))
        raw = _RAW_END.get(tag[1].lower()) if self.html[start + 1] != "/" else None
        if raw is not None and (close := self._after(raw, end)) > 0:
            stop = self.html.find(">", close) + 1 or len(self.html)
            self._cut(start, stop, "")
            return self._go_on(stop)
        if "data:" in (whole := self.html[start:end]).lower():
            self._cut(start, end, _DATA.sub(_emptied, whole))
        return self._go_on(end)

    def _go_on(self, at: int) -> None:
        self.at = self.html.find("<", at)

    def _cut(self, start: int, end: int, instead: str) -> None:
        if end > 0:
            self.out += (self.html[self.kept : start], instead)
            self.kept = end

    def _after(self, what: re.Pattern[str], at: int) -> int:
        """Where the next of its kind ends, -1 when there is none; each is looked for in vain once."""
        if what in self.unended:
            return -1
        found = what.search(self.html, at)
        if found is None:
            self.unended.add(what)
            return -1
        return found.end()

    def _tag_end(self, at: int) -> int:
        """Behind the `>` of a tag, whatever stands in its quoted values; -1 when it never ends."""
        where = at
        while self.quotes:
            found = _QUOTE_OR_END.search(self.html, where)
            if found is None or found[0] == ">":
                return found.end() if found else -1
            closed = self.html.find(found[0], found.end())
            self.quotes = closed >= 0
            where = closed + 1
        return self.html.find(">", at) + 1 or -1


def _emptied(found: re.Match[str]) -> str:
    kept: str = found[found.lastindex or 0]
    return kept[: kept.lower().index("data:")] if kept[0] != "=" else '=""'
