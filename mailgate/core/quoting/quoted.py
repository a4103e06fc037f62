"""Which runs of words are quoted, and which their author typed again: a run alone proves nothing."""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from mailgate.core.quoting import attribution
from mailgate.core.quoting.fingerprint import OF_FRAME, OF_PUBLIC, Frame, LetterWords
from mailgate.core.quoting.runs import SEED, Budget, Index, Run, matches, places_of, seeds
from mailgate.core.quoting.tokens import HashedText

LONG = 8  # words of a run that need not be whole lines
_COPIED = 20  # words of several lines that nobody types as they stand in a letter
FRAME = 5  # words of our frame that nobody types


@dataclass(slots=True)
class Subtracting:
    """A mail, the letters it may quote, and what has been found so far."""

    text: HashedText
    letters: Sequence[LetterWords]  # the last is the frame, where there is one
    budget: Budget
    frame: Frame | None = None
    house: bool = True  # see `subtract`
    kinds: bytearray = field(init=False)  # of each word: the Wording of the letter it stands in, or 0
    ours: bytearray = field(init=False)  # of each word: 1 when it is quoted
    index: Index = field(init=False)
    quoted: list[Run] = field(default_factory=list)
    attributions: list[tuple[int, int]] = field(default_factory=list)  # lines: from, and where the quote begins
    sender: frozenset[int] = field(init=False)  # the words of From of all the letters
    _whole: dict[bytes, int] | None = None  # every line of every letter, and its Wording; when first asked
    _begins: dict[int, int | None] = field(default_factory=dict)  # of attributions, by the line asked for
    _here: Counter[tuple[int, bytes]] | None = None  # how often the mail has a line, by its depth; when first asked
    _there: Counter[bytes] | None = None  # and how often a letter has it, the one that has it most

    def __post_init__(self) -> None:
        self.kinds = bytearray(len(self.text.words))
        self.ours = bytearray(len(self.text.words))
        sources = [letter.words for letter in self.letters]
        self.index = Index(sources, self.text.words, self.frame.places if self.frame else None)
        self.sender = frozenset().union(*(letter.sender for letter in self.letters))

    def attribution(self, line: int) -> int | None:
        """Where the attribution that ends at `line` begins, None when it is none; some lines are asked about twice."""
        if line not in self._begins:
            self._begins[line] = attribution.begin(self.text, line, self.sender)
        return self._begins[line]

    def line_of_ours(self, line: int) -> int:
        """The Wording of the letter's line with just the words of this one, 0 when there is none."""
        return self.line_of_words(self.text.octets(line))

    def line_of_words(self, words: bytes) -> int:
        """The same of a line with these words, as octets."""
        if not self.index.has(words):
            return 0
        if self._whole is None:
            self._whole = {}
            for letter in reversed(self.letters):
                if not letter.fixed:
                    self._whole.update(letter.whole())
        found = self._whole.get(words)
        return found if found is not None else self.frame.whole.get(words, 0) if self.frame else 0

    def is_said_again(self, line: int) -> bool:
        """True for public words that stand behind such marks more often than in a letter: an answer, "Yes"."""
        text, words = self.text, self.text.octets(line)
        if self.line_of_words(words) != OF_PUBLIC:
            return False
        if self._here is None or self._there is None:
            self._here = Counter((text.depths[at], text.octets(at)) for at in range(len(text.lines)))
            self._there = Counter()
            for letter in self.letters:
                self._there |= letter.counted()
        return self._here[text.depths[line], words] > self._there[words]

    def take(self, begin: int, end: int, kinds: bytes) -> None:
        """These words are quoted."""
        self.kinds[begin:end] = kinds
        self.ours[begin:end] = b"\1" * (end - begin)


def find(work: Subtracting) -> None:
    """Tell quoted runs from typed ones, in the order of the text. Raises TooMuch."""
    judge = _Judge(work)
    for run in matches(work.text.words, work.index, work.budget, lambda run: _cut(work, run)):
        judge.judge(run)


def _cut(work: Subtracting, run: Run) -> Iterator[Run]:
    """Part a run where quote marks begin or end at the beginning of a line of the letter, and below an attribution."""
    text, depths, letter = work.text, work.text.depths, work.letters[run.source]
    begin, pieces = run.start, list[Run]()
    first, last = text.line_of(run.start), text.line_of(run.end - 1)
    for before, line in pairwise([line for line in range(first, last + 1) if text.count(line)]):
        apart = bool(depths[line]) != bool(depths[before])
        if apart or (before < first + attribution.LINES and _is_headed(work, run, before)):
            at = text.starts[line]
            if run.place + at - run.start in letter.starts:
                pieces.append(Run(begin, at, run.source, run.place + begin - run.start))
                begin = at
    pieces.append(Run(begin, run.end, run.source, run.place + begin - run.start))
    for piece in pieces:
        piece.torn = len(pieces) > 1 and len(piece) < SEED
    yield from pieces


def _is_headed(work: Subtracting, run: Run, line: int) -> bool:
    """True for an attribution in whose last words a run happens to begin."""
    begin = work.attribution(line)
    return begin is not None and work.text.starts[begin] < run.start


class _Judge:
    """Looks at one run after the other; what was quoted before is evidence for what follows."""

    def __init__(self, work: Subtracting) -> None:
        self._work, self._text = work, work.text
        self._behind: set[int] = set()  # letters whose frame or attribution stands above
        self._seen: Counter[bytes] = Counter()  # seeds that have been quoted, but for those of
        self._unseen: list[Run] = []  # the latest runs
        self._there: dict[tuple[int, int, bytes], int] = {}  # how often a letter has a seed
        self._first: dict[int, int] = {}  # of each letter: the place of the run that was quoted first
        self._plain: set[int] = set()  # letters quoted without marks

    def judge(self, run: Run) -> None:
        work, text, letter = self._work, self._text, self._work.letters[run.source]
        first, last = text.line_of(run.start), text.line_of(run.end - 1)
        kinds = letter.kinds[run.place : run.behind]
        at_start = run.start == text.starts[first]
        whole = at_start and run.end == text.starts[last + 1]
        above = self._attribution(first, run) if at_start else None
        depths = text.depths[first : last + 1]
        marked = all(depths) or all(depth or not text.count(line) for line, depth in enumerate(depths, first))
        frame = kinds.count(OF_FRAME) >= FRAME and (work.house or marked or last > first)
        strong = frame or above is not None or self._follows(run, letter, first, at_start=at_start)
        enough = (len(run) >= LONG or whole) and not run.torn
        if letter.elsewhere:
            enough = len(run) >= LONG or (whole and _is_whole_line(run, letter))
            behind = False  # no answer quotes it by itself
        else:
            behind = enough and not marked and self._is_behind(run, letter, first, at_start=at_start)
        if above is None and enough and at_start:
            above = self._weakly(first, run)
        unmarked = not work.house and last - first > 1 and len(run) >= _COPIED and letter.text < len(letter.words)
        quoted = (marked and not self._set_again(run, letter, kinds, first)) or behind or unmarked or above is not None
        if strong or (enough and quoted):
            self._quote(run, kinds, above, first)
            if strong:
                self._behind.add(run.source)
        elif enough or not letter.elsewhere:
            work.kinds[run.start : run.end] = kinds

    def _quote(self, run: Run, kinds: bytes, above: int | None, first: int) -> None:
        work = self._work
        work.quoted.append(run)
        self._first.setdefault(run.source, run.place)
        if not self._text.depths[first]:
            self._plain.add(run.source)
        work.take(run.start, run.end, kinds)
        self._unseen.append(run)
        if above is not None:
            work.attributions.append((above, first))

    def _attribution(self, first: int, run: Run) -> int | None:
        """Where the attribution directly above begins; a scanner's warning may stand between."""
        text = self._text
        line = text.above(first)
        found = self._work.attribution(line)
        if found is None and len(run) >= LONG and line >= 0 and attribution.is_banner(text.lines[line]):
            while line >= 0 and attribution.is_banner(text.lines[line]):
                line = text.above(line)
            found = self._work.attribution(line)
        return found

    def _set_again(self, run: Run, letter: LetterWords, kinds: bytes, first: int) -> bool:
        """An agent quotes public words twice, or those of another letter apart from the first: they set the marks."""
        if not self._work.house or kinds.count(OF_PUBLIC) < len(kinds) or (first and self._text.depths[first - 1]):
            return False
        return bool(self._work.quoted) and (run.source not in self._behind or self._again(run, letter))

    def _weakly(self, first: int, run: Run) -> int | None:
        """The line above a customer's quote, where it names our From and no day; an agent may have typed it."""
        line = self._text.above(first)
        if self._work.house or len(run) < LONG or not attribution.is_bare(self._text, line, self._work.sender):
            return None
        return line

    def _again(self, run: Run, letter: LetterWords) -> bool:
        """That passage has been quoted as often as it stands in the letter: then it was typed."""
        for quoted in self._unseen:
            self._seen.update(seeds(self._text.words[quoted.start : quoted.end]))
        self._unseen.clear()
        seed = self._text.words[run.start : run.start + SEED].tobytes()
        begin = self._page(run.source, letter)
        there = self._there.get((begin, run.source, seed))
        if there is None:
            self._work.budget.spend(1)
            sides, step = (letter.words[: letter.text], letter.words[begin:]), letter.words.itemsize
            there = max(sum(1 for _ in places_of(seed, side.tobytes(), step)) for side in sides)
            self._there[begin, run.source, seed] = there
        return self._seen[seed] >= there

    def _page(self, source: int, letter: LetterWords) -> int:
        """Where the letter's HTML begins as this mail quotes it.

        Its top line says once more what stands below, for lists of mail, and is hidden else: it counts where the quote
        begins with it.
        """
        begin, first = letter.text + 1, self._first.get(source, 0)
        if letter.words[first : first + SEED] == letter.words[begin : begin + SEED]:
            return begin
        at = bisect(letter.ends, begin)
        return letter.ends[at] if at < len(letter.ends) else begin

    def _bare(self, run: Run, letter: LetterWords, first: int, *, at_start: bool) -> bool:
        """A line of the letter without a quote mark, below a quote with marks: nobody's client does that."""
        quoted = self._work.quoted
        if not quoted or self._text.depths[first] or not at_start or run.place not in letter.starts:
            return False
        if run.source in self._plain:  # the marks above are the letter's own
            return False
        return self._text.depths[self._text.line_of(quoted[-1].end - 1)] > 0

    def _is_behind(self, run: Run, letter: LetterWords, first: int, *, at_start: bool) -> bool:
        """It stands below the frame or the attribution of its letter; public words of another were typed once more."""
        kinds = letter.kinds[run.place : run.behind]
        if not self._behind or (run.source not in self._behind and not self._is_quoted_too(run, kinds)):
            return False
        return not self._again(run, letter) and not self._bare(run, letter, first, at_start=at_start)

    def _is_quoted_too(self, run: Run, kinds: bytes) -> bool:
        """Words of another letter: of the frame, which they share, or a note that is in what is quoted as well."""
        if OF_FRAME in kinds or kinds.count(OF_PUBLIC) == len(kinds):
            return OF_FRAME in kinds
        seed = self._text.words[run.start : run.start + SEED].tobytes()
        letters = (self._work.letters[one].words for one in self._behind)
        self._work.budget.spend(len(self._behind))
        return any(True for words in letters for _ in places_of(seed, words.tobytes(), words.itemsize))

    def _follows(self, run: Run, letter: LetterWords, first: int, *, at_start: bool) -> bool:
        """It comes after the run before it in the letter too."""
        quoted = self._work.quoted
        if not quoted or quoted[-1].source != run.source or quoted[-1].behind > run.place:
            return False
        return not self._bare(run, letter, first, at_start=at_start) and not self._again(run, letter)


def _is_whole_line(run: Run, letter: LetterWords) -> bool:
    """A line of a note that is no mere phrase of four words."""
    return len(run) > SEED and run.place in letter.starts and run.behind in letter.end_set
