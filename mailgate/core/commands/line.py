"""One line of commands: tell `#close #tag +refund` from a colour, code or a hashtag, and say what it asks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import zip_longest

from mailgate.core.commands.catalogue import BY_NAME, Lookup, Word

MARK = "#＃﹟"
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
NAME = r"[^\W\d_]+(?:[-–—]+[^\W\d_]+)*"
HASHED = re.compile(rf"(?:^|(?<=[\s,;]))[{MARK}]+(?P<word>{NAME})(?P<after>\S?)")
_HEX = re.compile(rf"[{MARK}](?:[0-9a-f]{{8}}|[0-9a-f]{{6}}|[0-9a-f]{{3}})(?![\w-])", re.IGNORECASE)
_CODE = re.compile(
    r"(?:include\s*[<\"]|define\s+\w|(?:ifdef|ifndef|undef)\s+\w|(?:if|elif)\b|(?:else|endif)\s*(?:$|/)|line\s+\d"
    r"|(?:pragma|error|warning|region|endregion|import|using)\b)"
)
_GLUED = frozenset("{=(<[|/\\_@'’&*%~^$§`")  # CSS, URLs, snake_case, possessives: not a command
_HUMP = re.compile(r"[a-zß-ÿ][A-ZÀ-Þ]")  # MadeInFinland
_MOST_WORDS = 2000  # different hashed words looked at for slips: a mail with more was made by no hand
_NEAR = 200  # characters around a hashed word that tell what it is
MOST = 200  # commands in a line, and lines of commands in a mail: one with more was made by no hand
STOPS = ".:,;!?"


@dataclass(frozen=True, slots=True)
class Command:
    """A request, read but not yet granted."""

    name: str  # canonical: see `catalogue`
    argument: str = ""
    line: str = ""  # as it was written

    @property
    def word(self) -> Word:
        """What the catalogue says of it."""
        return BY_NAME[self.name]

    @property
    def question(self) -> bool:
        """True when it only asks."""
        return self.word.question or len(self.argument.split()) <= self.word.asks

    def __str__(self) -> str:
        return f"#{self.name} {self.argument}".rstrip()


@dataclass(frozen=True, slots=True)
class Doubt:
    """A doubt that parks the whole mail.

    `kind` is `unknown`, `ambiguous` (a word of several commands), `misplaced` (a command among the text), `missing`
    (nothing after a command that needs it), `extra` (too much after it), `echo` (perhaps only quoted from the title),
    `conflict` (the words cannot both stay and go), `number` (no such line in the list answered) or `bare` (the word of
    `#note` without its mark).
    """

    kind: str
    word: str  # as written, without the mark
    nearest: tuple[str, ...]  # canonical names, best first
    line: str
    meant: tuple[Command, ...] = ()  # what "do that" would do; empty when there is more than one guess


class LineFindings:
    """What a pass over the mail collects."""

    def __init__(self, names: Lookup) -> None:
        self.names = names
        self.commands: list[Command] = []
        self.problems: list[Doubt] = []
        self.words: list[str] = []  # text written on a command's own line: `#note they called`
        self.ended = False  # `#reply` was read: the rest is text
        self._nearest: dict[str, tuple[str, ...]] = {}

    def add_doubt(
        self,
        kind: str,
        word: str,
        line: str,
        nearest: tuple[str, ...] | None = None,
        meant: tuple[Command, ...] = (),
    ) -> None:
        """Keep a doubt; the nearest commands are looked up unless given."""
        near = self.nearest_commands(word) if nearest is None else nearest
        self.problems.append(Doubt(kind, word, near, line.strip(), meant))

    def nearest_commands(self, word: str) -> tuple[str, ...]:
        """The commands a word is or may have been meant to be."""
        if word not in self._nearest and len(self._nearest) < _MOST_WORDS:
            head = word.split("-", 1)[0]
            self._nearest[word] = self.names.find(word) or self.names.nearest(word) or self.names.find(head)
        return self._nearest.get(word, self.names.find(word))


def read_line(line: str, found: LineFindings, *, alone: bool = False) -> bool:
    """Read a line of commands; False when it is text.

    One that stands alone, an answer to a list or at the shell, has no text beside it: that of a note is its argument.
    """
    text = without_marks(line)
    first = HASHED.match(text)
    if first is None or is_text(first, text, found):
        return False
    pieces, beyond = [first], None
    for count, hashed in enumerate(HASHED.finditer(text, first.end("word"))):
        if count == MOST:
            beyond = hashed
            break
        names = found.names.find(pieces[-1]["word"])
        if names == ("reply",):
            break
        prose = any(BY_NAME[name].prose for name in names)
        if not is_text(hashed, text, found) and (found.nearest_commands(hashed["word"]) or not prose):
            pieces.append(hashed)
    for piece, following in zip_longest(pieces, pieces[1:]):
        until = following.start() if following else beyond.start() if beyond else len(text)
        _read_piece(piece["word"], text[piece.end("word") : until], text[piece.start() : until].strip(), found, alone)
    if beyond:  # unread, and so in doubt
        found.add_doubt("extra", beyond["word"], text[beyond.start() : beyond.start() + _NEAR])
    return True


def _read_piece(word: str, after: str, line: str, found: LineFindings, alone: bool) -> None:
    names = found.names.find(word)
    if after[:1] in tuple(STOPS):
        after = after.lstrip(STOPS)
    if len(names) != 1 or (after and not after[0].isspace() and after[0] != "+"):
        kind = "ambiguous" if len(names) > 1 else "unknown"
        found.add_doubt(kind, word, line, meant=_meant(word, after, found))
        return
    known = BY_NAME[names[0]]
    argument = " ".join(after.split()).rstrip(",;" if not known.prose else "")
    if known.needs and not argument:
        found.add_doubt("missing", word, line, names)
    elif argument and not known.may_take(argument):
        found.add_doubt("extra", word, line, names)
    elif known.name in ("note", "reply") and not alone:
        found.commands.append(Command(known.name, "", line))
        found.words += [after.strip()] if argument else []
        found.ended = found.ended or known.name == "reply"
    else:
        found.commands.append(Command(known.name, argument, line))


def _meant(word: str, after: str, found: LineFindings) -> tuple[Command, ...]:
    """The one command a mistyped word stands for, with its argument; nothing when there are two guesses or none."""
    near = found.nearest_commands(word)
    if len(near) != 1:
        return ()
    head = word.split("-", 1)[0]
    glued = word[len(head) :] if found.names.find(head) == near else ""
    trial = LineFindings(found.names)
    _read_piece(near[0], f" {glued}{after}", "", trial, alone=True)
    return tuple(Command(one.name, one.argument, str(one)) for one in trial.commands)


def commands_meant(line: str, found: LineFindings) -> tuple[Command, ...]:
    """What a line among the text would do if it stood where commands stand; nothing when any of it is in doubt."""
    trial = LineFindings(found.names)
    read_line(line, trial, alone=True)
    if any(not problem.meant for problem in trial.problems):
        return ()
    return (*trial.commands, *(command for problem in trial.problems for command in problem.meant))


def is_command_line(line: str, found: LineFindings) -> bool:
    text = without_marks(line)
    first = HASHED.match(text)
    return first is not None and not is_text(first, text, found)


def is_surely_command(line: str, found: LineFindings) -> bool:
    """True when a line begins with a command spelled exactly: only such a one is read across a blank line."""
    first = HASHED.match(without_marks(line))
    return first is not None and bool(found.names.find(first["word"]))


def is_text(hashed: re.Match[str], text: str, found: LineFindings) -> bool:
    """True for what begins with `#` and a letter, but is code, a colour, a hashtag or part of a name."""
    at = text[hashed.start() : hashed.start() + _NEAR]  # never the whole rest: a line may be a mail long
    beyond = text[hashed.end("word") : hashed.end("word") + _NEAR]
    word, after = hashed["word"], hashed["after"]
    if _CODE.match(at.lstrip(MARK)):
        return True
    if after and after in _GLUED and any(char.isalnum() for char in beyond):
        return True
    if beyond.lstrip().startswith("{") or (text.endswith("{") and not found.names.find(word)):
        return True
    if _HEX.match(at) and (any(char.isdigit() for char in at[:9].split()[0]) or not found.nearest_commands(word)):
        return True
    if after.isdigit() and not (found.names.find(word) or (len(word) > 3 and found.nearest_commands(word))):
        return True
    return bool(_HUMP.search(word)) and not found.nearest_commands(word)


def without_marks(line: str) -> str:
    return line.strip(f"{INVISIBLE} \t\r\u00a0")
