"""One person's names, addresses and words, taken out of texts that others wrote and that stay."""

from __future__ import annotations

import re
from collections.abc import Iterable

ERASED = "[erased]"
SHORT = 3  # letters: a part of a name that is shorter is no name by itself
TELLING = 3  # words: a line with fewer is anybody's


class Traces:
    """What gives one person away."""

    def __init__(self, names: Iterable[str], addresses: Iterable[str], said: Iterable[str]) -> None:
        """`said` are the texts they wrote."""
        whole = {one for one in (*names, *addresses) if one.strip()}
        parts = {part for name in names for part in re.findall(r"\w+", name) if len(part) >= SHORT}
        # Whole names and addresses however written; parts of a name only as the name is, for Mark is no mark.
        self._patterns = [
            re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(found, key=len, reverse=True)))})(?!\w)", flags)
            for found, flags in ((whole, re.IGNORECASE), (parts, re.NOFLAG))
            if found
        ]
        self._lines = {line for text in said for line in map(bare, text.splitlines()) if line}

    def quotes(self, line: str) -> bool:
        """Whether a line is one of theirs, quoted."""
        return line.lstrip().startswith(">") and bare(line) in self._lines

    def unquoted(self, text: str) -> str:
        """The text without the lines that quote them."""
        return "".join(line for line in text.splitlines(keepends=True) if not self.quotes(line))

    def out_of(self, text: str) -> str:
        """The text without lines of theirs, and with `[erased]` for their names and addresses."""
        kept = "".join(
            line
            for line in text.splitlines(keepends=True)
            if not self.quotes(line) and not (bare(line) in self._lines and len(line.split()) >= TELLING)
        )
        for pattern in self._patterns:
            kept = pattern.sub(ERASED, kept)
        return kept


def bare(line: str) -> str:
    """A line without marks of quotation, in single spaces."""
    return " ".join(line.lstrip("> \t").split())
