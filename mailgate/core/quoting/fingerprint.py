"""A letter of ours as the words it was made of: small, keyed, and enough to know them again in an answer."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from itertools import accumulate, chain, pairwise

from mailgate.core.quoting import runs, tokens
from mailgate.core.quoting.tokens import HashedText, Hasher

MOST_WORDS = 16_000  # of one letter; what stands behind is not known again
_BREAK = 0  # between the words of the text and those of the HTML: no word's hash


class Wording(IntEnum):
    """Whose words in a letter these are."""

    FRAME = 1  # first line, marker, commands, buttons, tokens, reasons
    NOTE = 2  # of notes, memos, and what agents wrote for the house alone
    PUBLIC = 3  # the customer's own words, answers, canned texts, articles


# The same as numbers, for the kinds of many words: Python takes ten times as long for a member of an enumeration.
OF_FRAME, OF_NOTE, OF_PUBLIC = map(int, Wording)


@dataclass(frozen=True)
class LetterWords:
    """The words of a letter's text, then of its HTML, each in its own order; whose they are, and where lines end."""

    words: array[int]
    kinds: bytes  # a Wording each
    ends: tuple[int, ...]  # of lines, in words; a line begins where the one before it ends
    sender: frozenset[int] = frozenset()  # the words of From
    fixed: bool = False  # not one letter but the frame of all
    text: int = 0  # how many words are the text's
    signs: frozenset[int] = frozenset()  # of lines without words, each with the word beside it: see `tokens.signs`
    elsewhere: bool = False  # the notes of a letter about another ticket: no answer quotes them by itself

    @cached_property
    def starts(self) -> frozenset[int]:
        """Where lines begin."""
        return frozenset([begin for begin, _ in self._spans])

    @cached_property
    def end_set(self) -> frozenset[int]:
        """Where they end."""
        return frozenset([end for _, end in self._spans])

    def lines(self) -> Iterable[tuple[int, int]]:
        """From and to of each line, in words."""
        return self._spans

    @cached_property
    def _spans(self) -> tuple[tuple[int, int], ...]:
        return tuple(_lines(self.words, self.ends))

    def whole(self) -> dict[bytes, int]:
        """Every line, as the octets of its words, and whose it is."""
        octets, size = self.words.tobytes(), self.words.itemsize
        return {octets[size * begin : size * end]: self.kinds[begin] for begin, end in self.lines()}

    def counted(self) -> Counter[bytes]:
        """How often it has each line, in the text or in the HTML, where it is more."""
        octets, size = self.words.tobytes(), self.words.itemsize
        sides = Counter[bytes](), Counter[bytes]()
        for begin, end in self.lines():
            sides[begin >= self.text][octets[size * begin : size * end]] += 1
        return sides[0] | sides[1]


def fingerprint(
    text: str,
    html: Sequence[str],
    hasher: Hasher,
    *,
    sender: str = "",
    public: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> LetterWords:
    """The fingerprint of a letter: `text` as sent, `html` as lines of text; `public` and `notes` are what it shows.

    What is in neither is frame. Where both say the same, the longer match decides, and then the note.
    """
    parts = [text.split("\n"), html, *(one.split("\n") for one in chain(notes, public))]
    read = tokens.read(list(chain.from_iterable(parts)), hasher)  # all at once: that costs least
    spans = list(pairwise(accumulate(map(len, parts), initial=0)))
    words, ends = array("I"), list[int]()
    signs = _add(read, spans[0], words, ends, hasher)
    of_text = len(words)
    words.append(_BREAK)
    signs |= _add(read, spans[1], words, ends, hasher)
    whose = [OF_NOTE] * len(notes) + [OF_PUBLIC] * len(public)
    kinds = _kinds(words, ends, read, list(zip(whose, spans[2:], strict=True)))
    return letter(words, kinds, ends, frozenset(hasher.hashes(sender)), of_text, signs=signs)


def letter(
    words: array[int],
    kinds: bytes,
    ends: Sequence[int],
    sender: frozenset[int],
    text: int,
    *,
    fixed: bool = False,
    signs: Iterable[int] = (),
) -> LetterWords:
    """A letter of these words."""
    return LetterWords(words, kinds, tuple(ends), sender, fixed, text, signs=frozenset(signs))


def notes_of(one: LetterWords) -> LetterWords | None:
    """Of a letter's text the words of notes alone, None where it has none."""
    words, ends = array("I"), list[int]()
    for begin, end in one.lines():
        if end > one.text:
            break
        kinds = one.kinds[begin:end]
        if OF_NOTE in kinds:
            words.extend([word for word, kind in zip(one.words[begin:end], kinds, strict=True) if kind == OF_NOTE])
            ends.append(len(words))
    return letter(words, bytes([OF_NOTE]) * len(words), ends, one.sender, len(words)) if words else None


def note(texts: Iterable[str], hasher: Hasher) -> LetterWords:
    """The words of notes alone, as if they were a letter."""
    words, ends = array("I"), list[int]()
    lines = [line for text in texts for line in text.split("\n")]
    _add(tokens.read(lines, hasher), (0, len(lines)), words, ends, hasher)
    return letter(words, bytes([OF_NOTE]) * len(words), ends, frozenset(), len(words))


@dataclass(frozen=True, slots=True)
class Frame:
    """The fixed words of every letter to the house, as one letter that is always known; made once."""

    letter: LetterWords
    places: runs.Places
    whole: Mapping[bytes, int]


def frame(lines: Iterable[str], hasher: Hasher, senders: Iterable[str] = ()) -> Frame:
    """The frame of these sentences, a line each; `senders` are the addresses our letters come from."""
    words, ends = array("I"), list[int]()
    read = tokens.read([line.replace("\n", " ") for line in lines], hasher)
    _add(read, (0, len(read.lines)), words, ends, hasher)
    ours = frozenset(word for one in senders for word in hasher.hashes(one))
    known = letter(words, bytes([OF_FRAME]) * len(words), ends, ours, len(words), fixed=True)
    return Frame(known, runs.places([words], first=-1), known.whole())


def entry(text: str, hasher: Hasher, sender: str = "") -> LetterWords:
    """What somebody else wrote to those who take part, as if it were a letter: all of it public."""
    words, ends = array("I"), list[int]()
    read = tokens.read(text.split("\n"), hasher)
    signs = _add(read, (0, len(read.lines)), words, ends, hasher)
    kinds = bytes([OF_PUBLIC]) * len(words)
    return letter(words, kinds, ends, frozenset(hasher.hashes(sender)), len(words), signs=signs)


def _add(read: HashedText, span: tuple[int, int], words: array[int], ends: list[int], hasher: Hasher) -> set[int]:
    """Add the words of these lines, from and to; returns what is remembered of those without any."""
    first, (begin, end) = span[0], (read.starts[span[0]], read.starts[span[1]])
    room = max(0, MOST_WORDS * 2 - len(words))
    starts = read.starts[first : span[1] + 1]
    starts = starts[: bisect_left(starts, begin + room) + 1]
    gone = len(words) - begin
    words.extend(read.words[begin : starts[-1]])
    ends.extend([gone + after for before, after in pairwise(starts) if after > before])
    signs = [at for at in read.signs() if first <= at < first + len(starts) - 1]
    return {one for at in signs for one in read.beside(at, hasher, begin, end)}


def _kinds(
    words: array[int], ends: Sequence[int], read: HashedText, sources: Sequence[tuple[int, tuple[int, int]]]
) -> bytes:
    """Whose each word is, by the lines that a letter was made of, from and to; a note wins where both fit as well."""
    kinds = bytearray([OF_FRAME]) * len(words)
    texts = [read.words[read.starts[first] : read.starts[last]] for _, (first, last) in sources]
    budget = runs.Budget(16 * (len(words) + sum(map(len, texts))) + 4096)
    for run in runs.matches(words, runs.Index(texts, words), budget):
        kinds[run.start : run.end] = bytes([sources[run.source][0]]) * len(run)
    starts = read.starts
    short = {
        read.octets(line): kind for kind, span in reversed(sources) for line in range(*span)
        if 0 < starts[line + 1] - starts[line] < runs.SEED
    }  # fmt: skip
    for begin, end in _lines(words, ends):  # those too short for a run of words
        if end - begin < runs.SEED and (kind := short.get(words[begin:end].tobytes())):
            kinds[begin:end] = bytes([kind]) * (end - begin)
    return bytes(kinds)


def _lines(words: Sequence[int], ends: Sequence[int]) -> list[tuple[int, int]]:
    """From and to of each line, in words."""
    gap = words.index(_BREAK) if _BREAK in words else None
    begins = [at + 1 if at == gap else at for at in (0, *ends)]
    return [(begin, end) for begin, end in zip(begins, ends, strict=False) if begin < end]
