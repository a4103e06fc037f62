"""What is new in a reply, apart from the history it quotes and the signature under it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mailgate.core.text import quote_words as words
from mailgate.core.text import signature, subject

_LONGEST = 320  # characters of an attribution, however many lines it takes
_WRAPPED = 60  # characters from which on a line may have been broken
_SPAN = 4  # lines an attribution may be wrapped over
_BELOW_RULE = 8  # lines below "Forwarded message" in which its header block has its From
_CANDIDATES = 400  # lines that might begin history and are looked at closely, so that the cost stays linear
_QUOTED = re.compile(r"[ \t]{0,3}(?:[A-Z][A-Za-z]{0,2})?>(?!:$)|[ \t]{0,3}\|[ >](?!.*\|\s*$)|[ \t]{0,3}&gt;")
_MARKED = re.compile(r"[\s>|*_]{0,40}##[^#\n]{4,120}##|.{0,200}(?<![A-Za-z0-9])mg:[a-z0-9]{1,8}\.[0-9]{1,10}\.[acxm]")
_VERB = re.compile(
    r"(?<!\w)(?:" + "|".join(re.escape(verb) for verb in sorted(words.VERBS, key=len, reverse=True)) + r")(?!\w)",
    re.IGNORECASE,
)
_LAST_VERB = re.compile(_VERB.pattern + r"\)?[\s:：*-]*$", re.IGNORECASE)
_FIRST_VERB = re.compile(r"(?:" + "|".join(words.QUOTING) + r")\b", re.IGNORECASE)
_OPENING = re.compile(r"(?:" + "|".join(words.OPENINGS) + r")\b", re.IGNORECASE)
_DATE = re.compile(r"(?<!\d)(?:(?:19|20)\d\d(?!\d)|\d{1,4}[./-] ?\d{1,2}[./-] ?\d{2,4})")
_TIME = re.compile(r"(?<![\d.])\d{1,2}[:.h]\d\d(?!\d|\.\d)")
_ADDRESS = re.compile(r"[^\s<>@()]{1,64}@[^\s<>@()]{2,}")
_RULE = re.compile(r"[\s>*]*+(?:_{5,}|-{5,}|={4,}|[─━—–]{3,}|(?<=\*{5}))")  # of a line without the space after it
_NAMED_RULE = re.compile(
    r"[\s>*]{0,10}[-_=—–*#+]{2,60} ?([^-_=#\n]{3,80}?):? ?(?:[-_=—–*#+]{0,60}\s*|[-_=—–]{4,60}[^-_=—–\n].*)"
)
_RULING = frozenset("-_=—–*#+")
_LABEL = re.compile(r"[\s*_>|]{0,8}([^\s:：*<>@|][^:：*<>@\n]{0,24})[*_]{0,2}\s?[:：]")
_BADGE = re.compile(r"\[#[0-9]{1,10}\] \w{1,60}")
_SPECIAL = re.compile(f"[{''.join(map(chr, signature.SPACES))}]")


@dataclass(frozen=True, slots=True)
class WordsAndHistory:
    """The three parts of a text; none has blank lines around it."""

    fresh: str
    quoted: str
    signature: str


def split_history(
    text: str, *, markers: tuple[str, ...] = (), openings: tuple[str, ...] = (), forward: bool = False
) -> WordsAndHistory:
    """Tell the new words of a reply from quoted history and the signature; linear in the length of `text`.

    `markers` are further lines below which everything is history; `openings` is what lines of our notices begin with
    that say what a plain reply will do: nobody quotes these on purpose. `forward` says that the subject calls this a
    forward: then what was passed on is content. `fresh` is never empty where something may have been written: with
    nothing new to be found it is the whole text, except above our own marker.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    bare = text.translate(signature.SPACES).split("\n") if _SPECIAL.search(text) else lines
    found = _history(bare, markers, openings)
    if found.forwarded or (forward and not found.ours):
        return WordsAndHistory(_join(lines), "", "")
    if found.mixed:
        return WordsAndHistory(_join(lines), "", "")
    old = _quoted_lines(bare[: found.start])
    if found.end is not None:
        old += [True] * (found.end - found.start) + [False] * (len(lines) - found.end)
    new = [at for at, is_old in enumerate(old) if not is_old]
    kept = signature.signature_start([bare[at] for at in new])
    fresh = _join([lines[at] for at in new[:kept]])
    signed = _join([lines[at] for at in new[kept:]])
    quoted = _join([line for at, line in enumerate(lines) if at >= len(old) or old[at]])
    if fresh:
        return WordsAndHistory(fresh, quoted, signed)
    if signed:
        return WordsAndHistory(signed, quoted, "")
    return WordsAndHistory("", _join(lines), "") if found.ours else WordsAndHistory(_join(lines), "", "")


def is_forward(title: str, text: str) -> bool:
    """True when the subject calls the mail a forward, or its text begins as one."""
    if subject.is_forward(title):
        return True
    first = next((line for line in text[:4096].split("\n") if line.strip()), "")
    return _rule_name(first).startswith(words.FORWARDED)


def writers_passed_on(text: str) -> list[str]:
    """The addresses in the From of every mail that a text passes on with its header block, topmost first; at most ten.

    What stands there is a claim: whoever passed it on could have typed it.
    """
    lines = text.translate(signature.SPACES).split("\n")
    found: list[str] = []
    ruled, candidates = -_BELOW_RULE, 0
    for at, line in enumerate(lines):
        if len(line) > _LONGEST or not line.strip():
            continue
        if _rule_name(line.lstrip(" >|\t")).startswith((*words.FORWARDED, *words.ORIGINAL)):
            ruled = at
        if "from" not in _label(line) or candidates > _CANDIDATES:
            continue
        candidates += 1
        if at - ruled < _BELOW_RULE or _is_header_block(lines, at):
            below = lines[at + 1] if at + 1 < len(lines) and not _label(lines[at + 1]) else ""  # a long name is broken
            address = address_in(line) or address_in(below[:_LONGEST])
            found += [address] if address else []
    return found[:10]


def address_in(text: str) -> str:
    """The first address in a From as mail programs show it: `Ann <ann@x.example>`, `Ann [mailto:ann@x.example]`.

    One in brackets comes first: before it stands a name, and anybody may call themselves by another's address.
    """
    every = list(_ADDRESS.finditer(text))
    bare = (one for one in every if text[max(0, one.start() - 1) : one.start()] == "<" or one[0].startswith("[mailto:"))
    found = next(bare, every[0] if every else None)
    return found[0].lstrip("[\"'*").removeprefix("mailto:").rstrip("]\"'*,;") if found else ""


@dataclass(frozen=True, slots=True)
class _History:
    start: int  # the line where history that runs to the end begins
    ours: bool = False  # our own marker says so
    end: int | None = None  # the line where it ends, when something new stands below it
    mixed: bool = False  # something new stands between its lines
    forwarded: bool = False  # it is no history but somebody else's mail, passed on


def _join(lines: Sequence[str]) -> str:
    start, end = 0, len(lines)
    while start < end and not lines[start].strip():
        start += 1
    while end > start and not lines[end - 1].strip():
        end -= 1
    return "\n".join(line.rstrip() for line in lines[start:end])


def _history(lines: Sequence[str], markers: tuple[str, ...], openings: tuple[str, ...]) -> _History:
    nothing = _History(len(lines))
    candidates = 0
    written = False  # there are words above this line
    for at, line in enumerate(lines):
        if ("##" in line or "mg:" in line) and _MARKED.match(line[:400]):
            return (
                _History(_above(lines, at, openings), ours=True)
                if not _QUOTED.match(line)
                else _quoted_notice(lines, at, openings)
            )
        if not line or line.isspace():
            continue
        if markers and _is_marker(line, markers):
            return _History(_above(lines, at, openings))
        if _QUOTED.match(line) or candidates > _CANDIDATES or len(line) > _LONGEST:
            written = written or len(line) > _LONGEST
            continue
        name = _rule_name(line)
        if name.startswith(words.FORWARDED):
            return _History(len(lines), forwarded=True)
        if name.startswith(words.ORIGINAL):
            return _History(at) if written else _History(len(lines), forwarded=True)
        if _label(line):
            candidates += 1
            if _is_header_block(lines, at):
                start = _above(lines, at, openings)
                above = any(before.strip() for before in lines[:start])
                return _History(start) if above else _History(len(lines), forwarded=True)
        if _ends_like_attribution(line):
            candidates += 1
            span = _attribution(lines, at)
            if span and not _quote_follows(lines, at):
                start = _above(lines, at - span + 1, openings)
                return _History(start) if any(before.strip() for before in lines[:start]) else nothing
        written = True
    return nothing


def _quoted_notice(lines: Sequence[str], at: int, openings: tuple[str, ...]) -> _History:
    """A notice of ours quoted with `>`: what stands below its last line is new, and so is what stands inside it.

    Words inside cannot be told from the notice's own, so they are shown with its lines; nobody sends them unseen.
    """
    last = max(number for number in range(at, len(lines)) if _QUOTED.match(lines[number]))
    for number in range(at + 1, last):
        wrapped = len(lines[number - 1]) >= _WRAPPED  # a client that breaks quoted lines and marks the first half only
        if lines[number].strip() and not _QUOTED.match(lines[number]) and not wrapped:
            return _History(_above(lines, at, openings), ours=True, mixed=True)
    end = last + 1
    while end < len(lines) and lines[end].strip():
        end += 1
    return _History(_above(lines, at, openings), ours=True, end=end)


def _is_marker(line: str, markers: tuple[str, ...]) -> bool:
    bare = line.strip(" \t>|*")
    return any(bare == mark.strip() or (len(mark) >= 12 and mark in line) for mark in markers)


def _rule_name(line: str) -> str:
    """`original message` for `-----Original Message-----`, lower case; "" for other lines."""
    if len(line) > 200:
        return ""
    if line.lstrip(" \t>*")[:1] in _RULING and (named := _NAMED_RULE.fullmatch(line)):
        return named[1].strip(" :*").lower()
    bare = line.strip(" *:\t").lower()
    return bare if bare in words.FORWARDED else ""


def _above(lines: Sequence[str], at: int, openings: tuple[str, ...]) -> int:
    """Where history begins when rules or an attribution stand right above line `at`."""
    start = at
    probe = at - 1
    while probe >= 0 and at - probe <= 6:
        line = lines[probe]
        if not line.strip(" >|\t"):
            probe -= 1
        elif _RULE.fullmatch(line.rstrip()) or (line.strip().startswith("---") and line.strip().endswith("---")):
            start, probe = probe, probe - 1
        elif _ends_like_attribution(line) and (span := _attribution(lines, probe, quote=True)):
            start, probe = probe - span + 1, probe - span
        elif _begins_notice(lines, probe, openings):
            start, probe = probe, probe - 1
        else:
            break
    return start


def _begins_notice(lines: Sequence[str], at: int, openings: tuple[str, ...]) -> bool:
    """True for what our notices show above their marker, and for a marker that a client has broken in two.

    Clients that quote without any mark (a phone, a paste) leave these lines bare.
    """
    bare = lines[at].strip(" \t>|*_")
    below = next((line.strip(" \t>|*_") for line in lines[at + 1 : at + 5] if line.strip()), "")
    if bare.startswith("##"):
        return below.endswith("##") and len(bare) + len(below) < _LONGEST
    if bare.endswith("##"):
        return at > 0 and lines[at - 1].strip(" \t>|*_").startswith("##")
    return bare.startswith(openings) or (below.startswith(openings) and bool(_BADGE.fullmatch(bare)))


def _quote_follows(lines: Sequence[str], at: int) -> bool:
    following = next((line for line in lines[at + 1 : at + 4] if line.strip()), "")
    return bool(_QUOTED.match(following))


def _ends_like_attribution(line: str) -> bool:
    end = line.rstrip(" *\t-_")
    return end.endswith((":", "：")) or (end[-1:].isalpha() and end[-24:].lower().endswith(words.VERBS))


def _attribution(lines: Sequence[str], at: int, *, quote: bool = False) -> int:
    """How many lines the attribution that ends at line `at` takes, 0 when it is none ("On Friday, Ann wrote:")."""
    quote = quote or _quote_follows(lines, at)
    joined, likely = "", 0
    for span in range(1, min(_SPAN, at + 1) + 1):
        line = lines[at - span + 1].strip(" \t*")
        if not line or (span > 1 and (_QUOTED.match(line) or line.endswith((".", "!", "?", ":")))):
            break
        joined = f"{line} {joined}".strip() if joined[:1] != ">" else line + joined
        if len(joined) > _LONGEST:
            break
        if _is_attribution(joined, quote):
            if span == 1 or _DATE.search(joined) or not likely:
                likely = span
            if _DATE.search(joined):
                break
        elif likely:
            break
    return likely


def _is_attribution(line: str, quote: bool) -> bool:
    """Judge one joined line by its verb, its date, time and address, and whether `>` follows."""
    colon = line.rstrip(" *-_").endswith((":", "：")) or (line.startswith("--") and line.endswith("--"))
    dated, timed, addressed = _DATE.search(line), _TIME.search(line), _ADDRESS.search(line)
    if dated and timed and addressed and (colon or _LAST_VERB.search(line)):
        return True
    verb, last = _VERB.search(line), _LAST_VERB.search(line)
    if not colon or not (verb or _FIRST_VERB.match(line)):
        return False
    if dated and (addressed or timed):
        return True
    if addressed and len(line) < 160 and (last or _FIRST_VERB.match(line)):
        return True
    if dated and last and len(line) < 100 and _OPENING.match(line):
        return True
    return quote and bool(dated or timed or addressed or len(line) < 100)


def _is_header_block(lines: Sequence[str], at: int) -> bool:
    """True when the lines from `at` on are the From, Sent, To and Subject that Outlook puts above a quoted mail."""
    groups: set[str] = set()
    blanks = misses = 0
    evidence = False
    for line in lines[at : at + 14]:
        if not line.strip(" >|"):
            blanks += 1
            if blanks > 1:
                break
            continue
        evidence = evidence or bool(_ADDRESS.search(line[:400]) or _DATE.search(line[:400]))
        group = _label(line)
        if not group:
            misses += 1
            if misses > 4:
                break
            continue
        blanks = 0
        groups |= group
    return evidence and "from" in groups and len(groups) >= 3


def _label(line: str) -> frozenset[str]:
    """Which header fields the label at the start of a line may stand for in some language."""
    found = _LABEL.match(line) if ":" in line or "：" in line else None
    return words.FIELDS.get(found[1].strip().lower(), frozenset()) if found else frozenset()


def _quoted_lines(lines: Sequence[str]) -> list[bool]:
    """For each line whether it is history: prefixed by `>`, or the attribution above such a line."""
    old = [bool(_QUOTED.match(line)) for line in lines]
    if not any(old):
        return old
    candidates = 0
    for at, line in enumerate(lines):
        if old[at] or candidates >= _CANDIDATES or len(line) > _LONGEST or not _ends_like_attribution(line):
            continue
        candidates += 1
        if _quote_follows(lines, at):
            for back in range(_attribution(lines, at)):
                old[at - back] = True
    return old
