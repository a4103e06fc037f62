"""docs/letters/README.md: every letter with what it is for, in the words of docs/templates.md, and its picture."""

from __future__ import annotations

import re

from letter_checks import DOCS

from mailgate.core.letters.row_values import VARIABLES

_TOP = """# What the letters look like

Made by `make letters` out of sample letters: each sheet has one letter in a window of 1000 pixels, on a small phone at
night, and on a phone in every language; then the same letter when it has something else to say. When each is sent,
[letters.md](../letters.md) says; how to change them, [templates.md](../templates.md). The font is Liberation Sans.
"""


def index() -> str:
    """The page, in the order of docs/templates.md."""
    page = DOCS.read_text(encoding="utf-8").partition("## The templates")[2]
    parts = [_TOP]
    for line in page.split("\n"):
        found = re.match(r"\| `([a-z_]+)` \| ([^|]*?) \|", line)
        if found and found[1] in VARIABLES:
            when = found[2].replace("\\", "")
            parts.append(f"### {found[1]}\n\n{when[:1].upper()}{when[1:]}.\n\n![{found[1]}]({found[1]}.webp)\n")
        elif re.fullmatch(r"To (customers|agents.*):", line):
            parts.append(f"## {line.removesuffix(':')}\n")
    return "\n".join(parts)
