"""CSS classes of a template -> style attributes, written into its source before any customer's word is in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULE = re.compile(r"(?<![^{}@])([^{}@]++)\{([^{}]*+)\}")
_SELECTOR = re.compile(r"\.([a-z][a-z0-9-]*)")
_CLASS = re.compile(r'\bclass="([^"{}]*)"(?: style="([^"]*)")?')  # no Jinja in it: what it will say is not known


@lru_cache(maxsize=8)  # each template asks of the same sheet
def split(css: str) -> tuple[Mapping[str, str], str]:
    """Declarations by class, and the `@media` blocks that must stay in the head of the page."""
    css = _COMMENT.sub("", css)
    media, plain, at = [], [], 0
    while (start := css.find("@", at)) >= 0:
        plain.append(css[at:start])
        at = _closing(css, start)
        media.append(" ".join(css[start:at].split()))
    plain.append(css[at:])
    rules: dict[str, str] = {}
    for found in _RULE.finditer("".join(plain)):
        declarations = "; ".join(" ".join(one.split()) for one in found[2].split(";") if one.strip())
        for selector in found[1].split(","):
            name = _SELECTOR.fullmatch(selector.strip())
            if name:
                rules[name[1]] = "; ".join(filter(None, (rules.get(name[1]), declarations)))
    return rules, " ".join(media)


def _closing(css: str, start: int) -> int:
    depth = 0
    for at in range(start, len(css)):
        depth += {"{": 1, "}": -1}.get(css[at], 0)
        if css[at] == "}" and depth == 0:
            return at + 1
    return len(css)


def styled(source: str, rules: Mapping[str, str]) -> str:
    """The source with a `style` beside each `class`; Jinja, line numbers and everything else stay as they are.

    Mail clients that know no style sheets (Outlook, and Gmail in other people's mailboxes) read the attributes; the
    classes stay for dark mode and narrow screens.
    """

    def add(found: re.Match[str]) -> str:
        own = [rules[name] for name in found[1].split() if name in rules]
        if found[2]:
            own.append(found[2])
        return f'class="{found[1]}" style="{"; ".join(own)}"' if own else found[0]

    return _CLASS.sub(add, source)
