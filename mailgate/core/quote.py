"""What is new in a reply, apart from the history it quotes and the signature under it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mailgate.core import quote_words as words

# Languages differ, the frame and the token text do not: `mg:` is what the marker is found by (token.in_text).
MARKERS = {
    "en": "## Please write your reply above this line ##",
    "fi": "## Kirjoita vastauksesi tämän rivin yläpuolelle ##",
    "pl": "## Prosimy pisać odpowiedź powyżej tej linii ##",
    "lv": "## Lūdzu, rakstiet atbildi virs šīs rindas ##",
}
MARKER = MARKERS["en"]

_LONGEST = 320  # characters of an attribution, however many lines it takes
_SPAN = 4  # lines an attribution may be wrapped over
_SIGNATURE_LINES = 25
_CANDIDATES = 400  # lines that end like an attribution and are looked at closely
_QUOTED = re.compile(r"[ \t\u00a0]{0,3}(?:[A-Za-z]{1,3})?>|[ \t]{0,3}\|[ >]|[ \t]{0,3}&gt;")
_MARKED = re.compile(r"^[\s>|*]{0,40}##[^#\n]{4,120}##|\bmg:[a-z0-9]{1,8}\.[0-9]{1,10}\.", re.IGNORECASE)
_VERB = re.compile(
    r"(?<!\w)(?:" + "|".join(re.escape(verb) for verb in sorted(words.VERBS, key=len, reverse=True)) + r")(?!\w)",
    re.IGNORECASE,
)
_YEAR_OR_DATE = re.compile(r"(?<!\d)(?:(?:19|20)\d\d(?!\d)|\d{1,4}[./-] ?\d{1,2}[./-] ?\d{2,4})")
_TIME = re.compile(r"(?<![\d.])\d{1,2}[:.h]\d\d(?!\d)")
_ADDRESS = re.compile(r"[^\s<>@]{1,64}@[^\s<>@]{2,}")
_RULE = re.compile(r"[\s>*]*(?:_{5,}|-{5,}|={5,}|\*{5,}|[─━—–]{3,})\s*")
_NAMED_RULE = re.compile(r"[\s>*]*[-_=—–*#+]{2,60} ?([^-_=#\n]{3,60}?):? ?[-_=—–*#+]{0,60}\s*")
_LABEL = re.compile(r"[\s*_]{0,8}([^\s:：*<>@][^:：*<>@\n]{0,24})[*_]{0,2}\s?[:：]")
_DELIMITER = re.compile(r"(?:--|—|__|–)[ \t\u00a0]*")


@dataclass(frozen=True, slots=True)
class Split:
    """The three parts of a text; none has blank lines around it."""

    fresh: str
    quoted: str
    signature: str


def marker(language: str) -> str:
    """The line our notices begin with, in the reader's language."""
    return MARKERS.get(language, MARKER)


def split(text: str, *, markers: tuple[str, ...] = (), forward: bool = False) -> Split:
    """Tell the new words of a reply from quoted history and the signature; linear in the length of `text`.

    `markers` are further lines below which everything is history. `forward` says that the subject called this a
    forward: then what was passed on is content. `fresh` is never empty where something may have been written: with
    nothing new to be found it is the whole text, except under our own marker.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    cut, ours, forwarded = _history(lines, markers)
    if forwarded or (forward and not ours):
        return Split(_join(lines), "", "")
    body = lines[:cut]
    old = _quoted_lines(body)
    fresh_lines = [line for line, is_old in zip(body, old, strict=True) if not is_old]
    quoted = [line for line, is_old in zip(body, old, strict=True) if is_old] + lines[cut:]
    fresh_lines, signature = _signature(fresh_lines)
    fresh = _join(fresh_lines)
    if not fresh:
        if _join(signature):
            return Split(_join(signature), _join(quoted), "")
        return Split("", _join(lines), "") if ours else Split(_join(lines), "", "")
    return Split(fresh, _join(quoted), _join(signature))


def is_only_signature(text: str) -> bool:
    """True when the text is empty or nothing but a signature ("Sent from my iPhone" in any of our languages)."""
    lines = [line for line in text.replace("\r", "\n").split("\n") if line.strip()]
    return not lines or _DELIMITER.fullmatch(lines[0]) is not None or all(_is_device_line(line) for line in lines)


def _join(lines: Sequence[str]) -> str:
    start, end = 0, len(lines)
    while start < end and not lines[start].strip():
        start += 1
    while end > start and not lines[end - 1].strip():
        end -= 1
    return "\n".join(line.rstrip() for line in lines[start:end])


def _history(lines: Sequence[str], markers: tuple[str, ...]) -> tuple[int, bool, bool]:
    """Where history that runs to the end begins; whether our marker says so; whether it is a forward."""
    candidates = 0
    first_words = next((at for at, line in enumerate(lines) if line.strip()), len(lines))
    for at, line in enumerate(lines):
        if not line or len(line) > _LONGEST and not markers:
            continue
        if _MARKED.search(line[:400]) or any(mark in line for mark in markers if mark):
            return _above(lines, at), True, False
        if _QUOTED.match(line):
            continue
        if named := _NAMED_RULE.fullmatch(line):
            name = named[1].strip(" :*").lower()
            if name.startswith(words.ORIGINAL):
                return (at if at > first_words else len(lines)), False, at == first_words
            if name.startswith(words.FORWARDED):
                return len(lines), False, True
        if _is_header_block(lines, at):
            start = _above(lines, at)
            nothing_above = not any(line.strip() for line in lines[:start])
            return (len(lines), False, True) if nothing_above else (start, False, False)
        if line.rstrip(" *\u00a0\t").endswith((":", "：")) and candidates < _CANDIDATES:
            candidates += 1
            span = _attribution(lines, at)
            if span and not _quote_follows(lines, at) and any(line.strip() for line in lines[: at - span + 1]):
                return at - span + 1, False, False
    return len(lines), False, False


def _above(lines: Sequence[str], at: int) -> int:
    """Where history begins when rules or an attribution stand right above line `at`."""
    start = at
    probe = at - 1
    while probe >= 0 and at - probe <= 6:
        line = lines[probe]
        if not line.strip() or _QUOTED.match(line) and not line.strip(" >|\t"):
            probe -= 1
        elif _RULE.fullmatch(line):
            start, probe = probe, probe - 1
        elif span := _attribution(lines, probe):
            start, probe = probe - span + 1, probe - span
        else:
            break
    return start


def _quote_follows(lines: Sequence[str], at: int) -> bool:
    following = next((line for line in lines[at + 1 : at + 4] if line.strip()), "")
    return bool(_QUOTED.match(following))


def _attribution(lines: Sequence[str], at: int) -> int:
    """How many lines the attribution that ends at line `at` takes, 0 when it is none ("On Friday, Ann wrote:")."""
    last = lines[at].rstrip(" *\u00a0\t")
    if not last.endswith((":", "：")) or len(last) > _LONGEST:
        return 0
    quote = _quote_follows(lines, at)
    joined, likely = "", 0
    for span in range(1, _SPAN + 1):
        if at - span + 1 < 0:
            break
        line = lines[at - span + 1].strip(" \t\u00a0*")
        if not line or span > 1 and (_QUOTED.match(line) or line.endswith((".", "!", "?", ":"))):
            break
        joined = f"{line} {joined}".strip().replace("\u00a0", " ")
        if len(joined) > _LONGEST:
            break
        if not _VERB.search(joined):
            continue
        dated, timed, addressed = _YEAR_OR_DATE.search(joined), _TIME.search(joined), _ADDRESS.search(joined)
        if dated and (addressed or timed):
            return span
        if quote and not likely and (dated or timed or addressed or len(joined) < 100):
            likely = span
    return likely


def _is_header_block(lines: Sequence[str], at: int) -> bool:
    """True when the lines from `at` on are the From, Sent, To and Subject that Outlook puts above a quoted mail."""
    if _label(lines[at]) is None:
        return False
    groups: set[str] = set()
    blanks = misses = 0
    evidence = False
    for line in lines[at : at + 14]:
        if not line.strip():
            blanks += 1
            if blanks > 1:
                break
            continue
        group = _label(line)
        if group is None:
            misses += 1
            if misses > 3:
                break
            continue
        blanks = 0
        groups |= group
        evidence = evidence or bool(_ADDRESS.search(line[:400]) or _YEAR_OR_DATE.search(line[:400]))
    return evidence and "from" in groups and len(groups) >= 3


def _label(line: str) -> frozenset[str] | None:
    """Which header fields the label at the start of a line may stand for in some language."""
    found = _LABEL.match(line)
    return words.FIELDS.get(found[1].strip().lower()) if found else None


def _quoted_lines(lines: Sequence[str]) -> list[bool]:
    """For each line whether it is history: prefixed by `>`, an attribution above such, or a blank between."""
    old = [bool(_QUOTED.match(line)) for line in lines]
    candidates = 0
    for at, line in enumerate(lines):
        if old[at] or not line.rstrip(" *\u00a0\t").endswith((":", "：")) or candidates >= _CANDIDATES:
            continue
        candidates += 1
        if _quote_follows(lines, at):
            for back in range(_attribution(lines, at)):
                old[at - back] = True
    return old


def _signature(lines: list[str]) -> tuple[list[str], list[str]]:
    """Take the signature off the end: what follows `-- `, and what a phone or mail program adds by itself."""
    written = 0
    found = len(lines)
    for at in range(len(lines) - 1, -1, -1):
        if _DELIMITER.fullmatch(lines[at]):
            found = at
        elif lines[at].strip():
            written += 1
            if written > _SIGNATURE_LINES:
                break
    if found < len(lines):
        return lines[:found], lines[found:]
    end = len(lines)
    for _ in range(4):
        while end and not lines[end - 1].strip():
            end -= 1
        if end and _is_device_line(lines[end - 1]):
            end -= 1
        else:
            break
    return lines[:end], lines[end:]


def _is_device_line(line: str) -> bool:
    """True for "Sent from my iPhone" and its like: short, opens with a known phrase, names a device or program."""
    bare = line.strip(" \t\u00a0*_-–—[(<>").lower()
    if not bare or len(bare) > 160:
        return False
    if not bare.startswith(words.SENT_FROM):
        return False
    return any(device in bare for device in words.DEVICES)
