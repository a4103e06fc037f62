"""Finds text for which a pattern or a function takes longer than in proportion, by its growth in CPU time.

A runaway match is interrupted by a signal of the process's own CPU clock, so the main thread of a process of its own
must ask.
"""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from re import _compiler, _constants, _parser  # type: ignore[attr-defined]
from typing import Any

SIZE = 800  # characters of the first look
FACTOR = 4  # how much longer the second text is: linear work takes 4 times as long, quadratic 16 times
STEEPEST = 9.0  # times as long: well above what a busy machine adds, well below quadratic
WORTH = 0.00015  # CPU seconds of the first look below which nothing is quadratic, on the fastest machine there is
ENOUGH = 0.4  # CPU seconds after which a function is given up: no linear one takes them
ENOUGH_TO_MATCH = 0.15  # and a pattern
METHODS = ("match", "fullmatch", "search", "finditer")
WIDEST = ("fullmatch", "finditer")  # whoever looks for all matches does what match and search do as well
ENDS = ("\x00", "\n\x00", '"<')
# What tells classes of characters apart: one of each kind that patterns speak of.
LETTERS = "a1 _-.,:;@<>()[]{}#/\\\"'|*=+?!%&~\n\t\r\u00e4\u0301\u200b\u2014\u00a0\uff1a\x00\u0411\u4e00Zz"

# What is repeated where no pattern tells: one of each kind of run that mail is made of.
RUNS = (
    *("a", "1", " ", "\t", "\n", " \n", "\r\n", ".", "-", "_", ">", "> ", ">\n", "*", "(", ")", "()", "[", "]", "<", "<a "),
    *("@", "a@", "a@a.", "a.", "a ", "a\n", "#", "#a ", "#a\n", "[#1]", "[#1] ", "Re: ", "[EXT] ", "-- \n", "-----\n"),
    *("_____\n", "On 1.1.2020 10:00 a@b wrote:\n", "From: a\nTo: b\n", "mg:a.1.a", "##a##", "1.", "1-", "1, ", "1 ", "1 -"),
    *("1d", "\u0301", "\u0301\u0323", "a\u0301", "\u0f73", "\ufdfa", "\u00a0", "\u200b", "\u202e", "\u2028", "\u00ad"),
    *("\u00df", "\u0130", '"', "\\", '\\"', "'", ";", "; ", "=", "a=", "a=a;", 'a="', "&", "&amp;", "&#", "http://a "),
    *("mailto:", "{a}", "{", "}", "|", "| ", "\x00", "=?utf-8?q?a?= ", "=?", "thanks ", "noreply-", "a, ", ",", ":", "a:"),
    *("/", "/*", "%41", "%", "+", "+a", "#close ", "#note a\n", "1 take\n", "#tag +a ", "10/", "2h "),
)  # fmt: skip
# Those that have hurt somewhere, for what takes its time anyhow.
FEW = (
    *("a", "1", " ", "\t", "\n", ".", "-", "> ", "(", "[", "<", "@", "a@", "a ", "#", "#a ", "[#1] ", "Re: ", "-- \n", "1, "),
    *("From: a\nTo: b\n", "mg:a.1.a", "\u0301\u0323", "\u0f73", "\ufdfa", "\u200b", '"', "\\", "noreply-", ",", '\\"'),
)  # fmt: skip


class Late(Exception):
    """The match has used up its time."""


@dataclass(frozen=True)
class Known:
    """A pattern, and where it was compiled."""

    where: str
    pattern: str | bytes
    flags: int


@dataclass
class Found:
    """The worst text met for one pattern or function."""

    name: str
    ratio: float
    seconds: float
    text: str

    def __str__(self) -> str:
        return f"{self.name}: {FACTOR} times the text takes {self.ratio:.1f} times as long ({self.seconds:.3f} s), {self.text}"


# --- measuring --------------------------------------------------------------------------------------------------------


def cpu(call: Callable[[], object], enough: float, times: int = 1) -> float:
    """CPU seconds of a call, the best of several; raises Late after `enough`."""
    best = enough
    for _ in range(times):
        signal.setitimer(signal.ITIMER_VIRTUAL, enough)
        begun = time.thread_time()
        try:
            call()
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        best = min(best, time.thread_time() - begun)
    return best


def steepness(call: Callable[[str], object], make: Callable[[int], str], enough: float = ENOUGH) -> tuple[float, float]:
    """How many times longer a text of `FACTOR` times the length takes, and how long; 0 when there is nothing to it.

    What looks steep is measured again at the next length, where a match that is truly steep takes its time: so that it is
    not another process in the same caches.
    """
    try:
        if (first := cpu(lambda: call(make(SIZE)), enough)) < WORTH:
            return 0.0, first
        second = cpu(lambda: call(make(SIZE * FACTOR)), enough)
        if second / first > STEEPEST:
            first = cpu(lambda: call(make(SIZE * FACTOR)), enough, 3)
            second = cpu(lambda: call(make(SIZE * FACTOR * FACTOR)), enough, 3)
        return second / first, second
    except Late:
        return 99.0, enough


# --- texts that hurt --------------------------------------------------------------------------------------------------


def pumps(pattern: str | bytes, flags: int) -> list[tuple[str, str]]:
    """(what stands before, what is repeated) for every repeat of a pattern, however deep, and for every kind of text."""
    source = pattern.decode("latin-1") if isinstance(pattern, bytes) else pattern
    if isinstance(pattern, bytes):
        flags = (flags & ~re.UNICODE) | re.ASCII
    tree = _parser.parse(source, flags)
    letters = "".join(dict.fromkeys(LETTERS + "".join(literals(tree))))[:90]
    return list(dict.fromkeys([*_pumps(tree, tree.state, "", letters), *(("", run) for run in FEW)]))


def _pumps(tree: Iterable[Any], state: Any, before: str, letters: str) -> Iterator[tuple[str, str]]:
    nodes = list(tree)
    yield "", before  # a search begins anew at every place
    for at, (op, arg) in enumerate(nodes):
        head = before + sample(nodes[:at], 0)
        fuller = before + sample(nodes[:at], 1)
        if op in (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT):
            _, most, body = arg
            if most > 8:
                bodies = [sample(body, which) for which in range(4)]
                bodies += [sample(body, which) + sample(nodes[at + 1 :], 1) for which in range(2)]
                bodies += [letter for letter in letters if _fits(body, state, letter)][:8]
                for one in dict.fromkeys(filter(None, bodies)):
                    yield head, one
                    yield f"\x00{head}", one  # what stands at the very beginning may be found at once
                    if fuller != head:
                        yield fuller, one
            yield from _pumps(body, state, head, letters)
        elif op is _constants.SUBPATTERN:
            yield from _pumps(arg[3], state, head, letters)
        elif op is _constants.ATOMIC_GROUP:
            yield from _pumps(arg, state, head, letters)
        elif op is _constants.BRANCH:
            for branch in arg[1]:
                yield from _pumps(branch, state, head, letters)
        elif op in (_constants.ASSERT, _constants.ASSERT_NOT):
            yield from _pumps(arg[1], state, head, letters)


def _fits(body: Any, state: Any, letter: str) -> bool:
    """Whether the repeated part takes this one character as a whole."""
    if id(body) not in _KNOWN:
        nodes = list(body)
        piece = _parser.SubPattern(state, nodes) if len(nodes) == 1 and nodes[0][0] in _ONE_CHARACTER else None
        _KNOWN[id(body)] = (piece and _compiler.compile(piece, state.flags & ~re.DEBUG), body)
    compiled = _KNOWN[id(body)][0]
    return compiled is not None and compiled.fullmatch(letter) is not None


_ONE_CHARACTER = (_constants.IN, _constants.ANY, _constants.LITERAL, _constants.NOT_LITERAL)
_KNOWN: dict[int, tuple[re.Pattern[str] | None, Any]] = {}  # the body is kept, so that its id stays its own


def literals(tree: Iterable[Any]) -> Iterator[str]:
    """The characters a pattern names."""
    for op, arg in tree:
        if op in (_constants.LITERAL, _constants.NOT_LITERAL):
            yield chr(arg)
        elif op is _constants.IN:
            for kind, value in arg:
                if kind is _constants.LITERAL:
                    yield chr(value)
                elif kind is _constants.RANGE:
                    yield chr(value[0])
        elif op is _constants.BRANCH:
            for branch in arg[1]:
                yield from literals(branch)
        elif op is _constants.SUBPATTERN:
            yield from literals(arg[3])
        elif op in (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT):
            yield from literals(arg[2])


def sample(tree: Iterable[Any], which: int) -> str:
    """A string that the nodes match, roughly; `which` chooses among the alternatives and whether optional parts stand."""
    text = ""
    for op, arg in tree:
        if op is _constants.LITERAL:
            text += chr(arg)
        elif op is _constants.NOT_LITERAL:
            text += "a" if arg != ord("a") else "b"
        elif op is _constants.ANY:
            text += "a"
        elif op is _constants.IN:
            text += _member(arg, which)
        elif op is _constants.BRANCH:
            text += sample(arg[1][which % len(arg[1])], which)
        elif op is _constants.SUBPATTERN:
            text += sample(arg[3], which)
        elif op is _constants.ATOMIC_GROUP:
            text += sample(arg, which)
        elif op in (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT):
            text += sample(arg[2], which) * (min(arg[0], 64) or which % 2)
    return text


_CLASSES = {
    _constants.CATEGORY_SPACE: " \n",
    _constants.CATEGORY_DIGIT: "1",
    _constants.CATEGORY_WORD: "a_",
    _constants.CATEGORY_NOT_SPACE: "a.",
    _constants.CATEGORY_NOT_WORD: " -",
    _constants.CATEGORY_NOT_DIGIT: "a ",
}


def _member(parts: Any, which: int) -> str:
    found = ""
    negated = parts[0][0] is _constants.NEGATE
    for kind, value in parts:
        if kind is _constants.LITERAL:
            found += chr(value)
        elif kind is _constants.RANGE:
            found += chr(value[0]) + chr(value[1])
        elif kind is _constants.CATEGORY:
            found += _CLASSES.get(value, "a")
    if negated:
        found = "".join(c for c in "a 1.-_>@<(:\n#" if c not in found)
    return found[which % len(found)] if found else "a"


# --- patterns ---------------------------------------------------------------------------------------------------------


def judge(known: Known, methods: Iterable[str] = WIDEST) -> Found | None:
    """The first text that a pattern takes too long for, None when it is linear for all that were tried."""
    compiled = re.compile(known.pattern, known.flags)
    for before, body in pumps(known.pattern, known.flags):
        for end in ENDS if body else ():
            make = _maker(before, body, end)
            for method in methods:
                ratio, seconds = steepness(_caller(compiled, method), make, ENOUGH_TO_MATCH)
                if ratio > STEEPEST:
                    text = f"{before[:40]!r} + {body[:40]!r} * n + {end!r}"
                    return Found(f"{known.where} {method}", ratio, seconds, text)
    return None


def _maker(before: str, body: str, end: str) -> Callable[[int], str]:
    return lambda size: before + body * max(1, size // len(body)) + end


def _caller(pattern: re.Pattern[Any], method: str) -> Callable[[str], object]:
    ask = getattr(pattern, method)
    is_bytes = isinstance(pattern.pattern, bytes)

    def call(text: str) -> object:
        subject = text.encode("latin-1", "replace") if is_bytes else text
        return [None for _ in ask(subject)] if method == "finditer" else ask(subject)

    return call


ALONE, AMONG = ("", ""), (("10 a", "x"), ("<a@b.example", ">"))


def judge_function(
    name: str, call: Callable[[str], object], runs: Iterable[str] = RUNS, among: Iterable[tuple[str, str]] = AMONG
) -> Found | None:
    """The first run of text that a function takes too long for, alone or between other words."""
    for body in runs:
        for before, end in (ALONE, *among):
            ratio, seconds = steepness(call, _maker(before, body, end))
            if seconds >= ENOUGH:  # once more: it may have imported something
                ratio, seconds = steepness(call, _maker(before, body, end))
            if ratio > STEEPEST:
                return Found(name, ratio, seconds, f"{before!r} + {body!r} * n + {end!r}")
    return None


def interruptible() -> None:
    """Let the CPU clock end what takes too long; only in the main thread."""
    signal.signal(signal.SIGVTALRM, _late)


def _late(*_: object) -> None:
    raise Late
