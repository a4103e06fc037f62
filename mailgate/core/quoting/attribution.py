"""What a mail program puts around a quote: "On Friday, Support wrote:", header blocks, rules, warnings of scanners."""

from __future__ import annotations

import re

from mailgate.core.quoting.tokens import HashedText
from mailgate.core.text import quote_words

LINES = 4  # lines an attribution may take
_BLOCK = 8  # lines a header block may take
_WORDS = 70  # of either
_BARE = 16  # words of an attribution without a date
_KNOWN = 3  # words of our From that must stand in it
_BANNER = re.compile(
    r"\[ ?(?:external|extern|ulkoinen|zewn|ār[eē]j)\b|(?:this|the) (?:e-?mail|message|mail) "
    r"(?:originated|came|was sent|is) from (?:outside|an external)|do not click (?:on )?links|caution:|"
    r"external (?:e-?mail|sender)|"
    r"you don.?t often get e?mail from|learn why this is important",
    re.IGNORECASE,
)
_FIELD = re.compile(r"\W{0,10}[^\W\d][\w '()-]{0,24}[:：]\W{0,5}\S")
_RULE = re.compile(r"\W{0,10}[-_=]{5,200}.{0,200}|\W{0,10}-{2,40} ?[^-]{3,40} ?-{2,40}\W{0,10}")
_DAY = re.compile(r"\W{0,10}\d{4}([/.-])\d{1,2}\1\d{1,2}\W")
_DIGIT = re.compile(r"\d")
_OPENING = re.compile(rf"(?:{'|'.join(map(re.escape, quote_words.OPENINGS))})\b", re.IGNORECASE)
_BROKEN = 5  # words of a first line that a client broke off after the day


def is_banner(line: str) -> bool:
    """True for the warning a scanner puts above outside mail."""
    low = line[:600].lower()
    likely = "[" in low or "outside" in low or "extern" in low or "click" in low or "caution" in low or "learn" in low
    return (likely or "often" in low) and _BANNER.search(low) is not None


def begin(text: HashedText, line: int, sender: frozenset[int]) -> int | None:
    """Where the attribution, header block or rule that ends at `line` begins; None when it is none.

    Not by language but by what we know: it names our From.
    """
    if line < 0:
        return None
    top = line
    while top > 0 and line - top < _BLOCK and text.lines[top - 1].strip(" >|\t\u00a0"):
        top -= 1
    end, enough = text.starts[line + 1], min(_KNOWN, len(sender)) or 1
    if len(sender.intersection(text.words[text.starts[top] : end])) < enough:
        return line if _is_rule(text.lines[line]) else None
    for first in range(line, top - 1, -1):
        if end - text.starts[first] > _WORDS:
            break
        if len(sender.intersection(text.words[text.starts[first] : end])) < enough:
            continue
        if sum(_is_field(text.bare[at]) for at in range(first, line + 1)) >= 3:
            return _named_rule(text, _topmost_field(text, first, top), top)
        if (
            line - first < LINES
            and _ends(text, line)
            and any(_DIGIT.search(text.bare[at][:400]) for at in range(first, line + 1))
        ):
            return _broken_off(text, first, top)
        if first == line and _is_day_and_sender(text, line, sender):
            return line
    return line if _is_rule(text.lines[line]) else None


def introduces(text: HashedText, first: int, last: int, sender: frozenset[int]) -> bool:
    """True for "On Friday, Support <support@acme.example> wrote:"; for no rule, and no list of ways to reach us."""
    found = sender.intersection(text.words[text.starts[first] : text.starts[last + 1]])
    return _ends(text, last) and len(found) >= (min(_KNOWN, len(sender)) or 1)


def is_bare(text: HashedText, line: int, sender: frozenset[int]) -> bool:
    """True for "On Monday Acme wrote:", which has no date: proof only above a passage that is ours all the same."""
    if line < 0 or not 1 < text.count(line) <= _BARE or not _ends(text, line):
        return False
    return not sender.isdisjoint(text.hashes(line))


def is_dated(text: HashedText, line: int) -> bool:
    """True for a line with a number that ends as attributions do, whoever it names."""
    return line >= 0 and _ends(text, line) and _DIGIT.search(text.bare[line][:400]) is not None


def _broken_off(text: HashedText, line: int, top: int) -> int:
    """The line above as well where the day stands in it alone: "Am Fr., 27."."""
    above = text.bare[line - 1].strip() if line > top else ""
    day = 0 < len(above.split()) <= _BROKEN and _DIGIT.search(above) and _OPENING.match(above)
    return line - 1 if day else line


def _is_day_and_sender(text: HashedText, line: int, sender: frozenset[int]) -> bool:
    """Gmail of some years and countries: `2013/7/20 Ann <ann@home.example>`, without a verb and a colon."""
    return _DAY.match(text.bare[line][:100]) is not None and sender.issuperset(text.hashes(line)[3:])


def _named_rule(text: HashedText, line: int, top: int) -> int:
    """The line above a header block as well, where it is "-----Original Message-----" or "-----Ann wrote: -----"."""
    above = text.lines[line - 1].strip(" \t\u00a0>|") if line > top else ""
    return line - 1 if above.startswith("--") and above.endswith("--") and len(above) < 400 else line


def _topmost_field(text: HashedText, line: int, top: int) -> int:
    while line > top and _is_field(text.bare[line - 1]):
        line -= 1
    return line


def _is_rule(line: str) -> bool:
    """True for a line of dashes, and for "----- Original message -----" in any language."""
    return len(line) < 400 and _RULE.fullmatch(line) is not None


def _is_field(line: str) -> bool:
    return _FIELD.match(line[:80]) is not None


def _ends(text: HashedText, line: int) -> bool:
    return text.lines[line].rstrip(" \t\u00a0*_").endswith((":", "："))
