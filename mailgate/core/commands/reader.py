"""Read `#close`, `#assign ann` out of a mail: text -> commands, the rest, and every doubt."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from mailgate.core.commands import catalogue
from mailgate.core.commands.catalogue import BY_NAME, CUSTOMER_NAMES
from mailgate.core.commands.line import (  # fmt: skip
    HASHED,
    INVISIBLE,
    MARK,
    MOST,
    NAME,
    STOPS,
    Command,
    Doubt,
    LineFindings,
    commands_meant,
    is_command_line,
    is_surely_command,
    is_text,
    read_line,
    without_marks,
)
from mailgate.core.text import signature as signatures
from mailgate.core.text import subject as subjects
from mailgate.core.text.folding import fold

_ESCAPED = re.compile(rf"^([\s{INVISIBLE}]*)\\(?=[{MARK}]+[^\W\d_])")
_SLIPPED_MARK = re.compile(rf"(?:[@!/$£€§3]|[{MARK}]+\s+)(?P<word>{NAME})\s?[.:,;!]?")
_SLIPPED_NOTE = re.compile(rf"(?:[@!/$£€§]|[{MARK}]+\s+)(?P<rest>(?P<word>{NAME})[:\s].*)")
_BARE_NOTE = re.compile(
    rf"[\[(]?(?P<word>{NAME})(?P<shut>[\])])?[*_]*+(?:\s{{0,3}}[:：]|(?(shut)|(?=\.?$)))[*_]*+(?P<rest>.*)"
)
_DECORATION = "*_-–•·>~| "  # the points of a list, bold type
_MOST_DOUBTS = 20  # in one mail; a receipt with more helps nobody
_SUBJECT_TAG = re.compile(r"(\[[^\]\s]{1,40}\])")
_GLUED_MARK = re.compile(rf"(?<=[\w?!.,])(?=[{MARK}]+[^\W\d_])")
_TARGET = re.compile(r"#[^\W\d_]+ +\[?#?([0-9]{1,10})\b")
_SIGNATURE = re.compile(r"--[ \u00a0]?\s*")
_NUMBERED = re.compile(
    rf"\s*[{MARK}]?([0-9]{{1,4}}(?:\s*[,–-]\s*[0-9]{{1,4}}|\s+[0-9]{{1,4}})*)[.):]?\s+[{MARK}]?((?>{NAME}).*)"
)


@dataclass(frozen=True, slots=True)
class CommandReading:
    """All that was read of a mail before anything happens."""

    commands: tuple[Command, ...] = ()
    rest: str = ""
    problems: tuple[Doubt, ...] = ()
    only_commands: bool = False  # nothing but commands and a signature: posts nothing
    title: str = ""  # the subject without tag, known title and commands

    def has_command(self, name: str) -> bool:
        """True when that command was given."""
        return any(command.name == name for command in self.commands)

    def as_meant(self) -> CommandReading:
        """The mail as it was most likely meant ("do that"): what cannot be guessed stays a problem."""
        said = [] if not self.rest else [self.rest]
        commands = list(self.commands)
        for meant in (command for problem in self.problems for command in problem.meant):
            inline = meant.name in ("note", "reply")
            if inline and meant.argument:
                said.insert(0, meant.argument)
            commands.append(replace(meant, argument="") if inline else meant)
        left = tuple(problem for problem in self.problems if not problem.meant and problem.kind != "echo")
        rest = _without("\n".join(said), [problem.line for problem in self.problems if problem.meant])
        return replace(self, commands=tuple(dict.fromkeys(commands)), rest=rest, problems=left, only_commands=not rest)

    def without_commands(self) -> CommandReading:
        """The mail without its commands and without every line in doubt ("send without commands").

        A bare "Note:" is no command then, but the words it is. Words for one person alone stay so.
        """
        rest = _without(self.rest, [problem.line for problem in self.problems if problem.kind != "bare"])
        alone = tuple(one for one in self.as_meant().commands if one.name == "only")
        return replace(self, commands=alone, rest=rest, problems=(), only_commands=False)


@dataclass(frozen=True, slots=True)
class NumberedAnswer:
    """Lines like `1 take` in the answer to a list: line numbers with what to do to each."""

    actions: tuple[tuple[int, Command], ...] = ()
    problems: tuple[Doubt, ...] = ()
    rest: str = ""


def is_device(line: str) -> bool:
    """True for "Sent from my iPhone" and its like."""
    return signatures.is_device(line, alone=True)


def read_agent_mail(
    title: str,
    body: str,
    *,
    earlier_subjects: tuple[str, ...] = (),
    aliases: Mapping[str, str] | None = None,
    phone_signature: Callable[[str], bool] = is_device,
    signature: str = "",
) -> CommandReading:
    """Read the subject, the first lines and the last lines of an agent's new words.

    `body` is what is new in the mail; `phone_signature` tells "Sent from my iPhone" from text; `signature` is what was
    taken off before, looked through for misplaced commands only. Without commands `rest` is `body`, untouched. Nothing
    may be carried out when `problems` is not empty.
    """
    found = LineFindings(catalogue.lookup_for(aliases or {}))
    heading = _read_subject(title, earlier_subjects, found)
    lines = body.split("\n")
    end = _signature_start(lines, phone_signature)
    top = _read_top(lines, end, found)
    bottom = end if found.ended else _read_bottom(lines, top, end, found)
    if not found.ended:
        _look_for_bare_note(lines[top:bottom], found)
        _look_for_misplaced(lines[top:bottom], lines[end:] + signature.split("\n"), found)
    for name in ("reply", "only", "new"):
        if {"note", name} <= {command.name for command in found.commands}:
            found.add_doubt("conflict", name, f"#note #{name}", ("note", name))
    middle = [_ESCAPED.sub(r"\1", line) if "\\" in line else line for line in lines[top:bottom]]
    commands, problems = tuple(dict.fromkeys(found.commands)), tuple(found.problems)
    if not commands and not problems and middle == lines[:end]:
        return CommandReading(rest=body, title=heading)
    said, below = _trimmed([*found.words, *middle]), _trimmed(lines[end:])
    rest = "\n".join([*said, "", *below] if below else said) if said else ""
    return CommandReading(commands, rest, problems, bool(commands) and not rest, heading)


def as_commands(text: str) -> str:
    """A mail's text, each line that answers a list (`1, 3 take`) written as the command it is (`#take`)."""
    found = ((line, _NUMBERED.fullmatch(line.strip())) for line in text.split("\n"))
    return "\n".join(f"#{numbered[2]}" if numbered else line for line, numbered in found)


def line_numbers(text: str) -> tuple[int, ...]:
    """Numbers right after a command, such as the target of `#merge 1042`; the first ten."""
    return tuple(int(found) for found in _TARGET.findall(text))[:10]


def parse_line(text: str, aliases: Mapping[str, str] | None = None) -> CommandReading:
    """Commands alone, as `mailgate tickets do N "#close #tag +refund"` gives them; anything else is a doubt."""
    found = LineFindings(catalogue.lookup_for(aliases or {}))
    for line in text.split("\n"):
        if line.strip() and not read_line(line, found, alone=True):
            found.add_doubt("unknown", line.split()[0], line)
    return CommandReading(tuple(found.commands), "", tuple(found.problems), not found.problems)


def read_numbered(body: str, count: int, aliases: Mapping[str, str] | None = None) -> NumberedAnswer:
    """Read `1 take`, `2, 4-6 solve` in the answer to a list of `count` tickets; what else stands there is `rest`."""
    found = LineFindings(catalogue.lookup_for(aliases or {}))
    actions: list[tuple[int, Command]] = []
    rest: list[str] = []
    for line in body.split("\n"):
        numbered = _NUMBERED.fullmatch(line.strip())
        if numbered is None:
            rest.append(line)
            continue
        chosen = _numbers(numbered[1])
        wrong = [number for number in chosen if not 1 <= number <= count]
        if wrong or not chosen:
            found.add_doubt("number", ", ".join(map(str, wrong)) or numbered[1], line, ())
        before = len(found.commands)
        read_line("#" + numbered[2], found, alone=True)
        actions += [(number, command) for number in chosen for command in found.commands[before:]]
    return NumberedAnswer(tuple(actions), tuple(found.problems), "\n".join(_trimmed(rest)))


def read_customer(
    title: str,
    body: str,
    *,
    earlier_subjects: tuple[str, ...] = (),
    phone_signature: Callable[[str], bool] = is_device,
) -> tuple[str, ...]:
    """What a customer asks for on their own ticket: `status`, `close`, `reopen`, in any of our languages; any other `#`
    of theirs is text.

    Only a word that stands alone counts: at the end of the subject, or as the first or last line.
    """
    written = [line.strip(f"{INVISIBLE} \t\r\u00a0") for line in body.split("\n")]
    written = [line for line in written if line]
    first = next((line for line in written[:MOST] if not phone_signature(line)), "")
    last = next((line for line in written[: -MOST - 1 : -1] if not phone_signature(line)), "")
    added, _ = _without_title(title, earlier_subjects)
    words: list[str] = []
    for text in (*added[-1:], first, last):
        hashed = HASHED.fullmatch(text.rstrip(STOPS))
        if hashed and not hashed["after"] and fold(hashed["word"]) in CUSTOMER_NAMES:
            words.append(CUSTOMER_NAMES[fold(hashed["word"])])
    return tuple(dict.fromkeys(words))


# --- where commands stand ---------------------------------------------------------------------------------------------


def _read_subject(title: str, earlier: tuple[str, ...], found: LineFindings) -> str:
    """Read what follows the known title; returns the words that are no commands."""
    tokens, known = _without_title(title, earlier)
    if not known:  # `Broken lamp#close`, typed without a space
        apart, known = _without_title(_GLUED_MARK.sub(" ", title), earlier)
        tokens = apart if known else tokens
    text = " ".join(tokens)
    first = next((one for one in HASHED.finditer(text) if not is_text(one, text, found)), None)
    if first is None:
        return text
    heading = text[: first.start()].strip()
    before = len(found.commands)
    read_line(text[first.start() :], found)
    quoted = {fold(one["word"]) for old in earlier for one in HASHED.finditer(old)}
    if heading and not known and quoted:  # the title came back changed: whose words are these commands?
        for command in found.commands[before:]:
            written = HASHED.findall(command.line)
            if any(fold(word) in quoted for word, _ in written):
                found.add_doubt("echo", command.name, text, (command.name,))
    return heading


def _without_title(title: str, earlier: tuple[str, ...]) -> tuple[list[str], bool]:
    """The words of a subject without prefixes, tags and the longest earlier title, and whether that was there."""
    tokens = _tokens(title)
    for known in sorted((_tokens(old) for old in earlier), key=len, reverse=True):
        folded, wanted = [fold(word) for word in tokens], [fold(word) for word in known]
        for at in range(len(tokens) - len(known) + 1 if known else 0):
            if folded[at : at + len(known)] == wanted:
                before = tokens[:at]
                while before and not subjects.without_prefixes(before[-1]):  # a `Re:` that stood before the title
                    before.pop()
                return before + tokens[at + len(known) :], True
    return tokens, False


def _tokens(title: str) -> list[str]:
    words = _SUBJECT_TAG.sub(r" \1 ", title).split()
    tags = {word for word in words if _SUBJECT_TAG.fullmatch(word) and any(char.isdigit() for char in word)}
    return subjects.without_prefixes(" ".join(word for word in words if word not in tags)).split()


def _signature_start(lines: list[str], phone: Callable[[str], bool]) -> int:
    """Where the text ends: at `-- `, or at a phone's line with nothing but hashed words below it."""
    end = next((at for at, line in enumerate(lines) if line[:2] == "--" and _SIGNATURE.fullmatch(line)), len(lines))
    start, at = end, end - 1
    while at >= max(0, end - MOST):
        line = lines[at]
        if line.strip() and phone(line):
            start = at
        elif line.strip() and not HASHED.match(without_marks(line)):
            break
        at -= 1
    return start


def _read_top(lines: list[str], end: int, found: LineFindings) -> int:
    """Read the lines of commands at the beginning; returns the index of the first line of text."""
    at = 0
    while not found.ended and len(found.commands) + len(found.problems) < MOST:
        line = next((i for i in range(at, end) if lines[i].strip()), None)
        if line is None:
            return end if at else 0
        if (at and line > at and not is_surely_command(lines[line], found)) or not read_line(lines[line], found):
            return at
        at = line + 1
    return at


def _read_bottom(lines: list[str], top: int, end: int, found: LineFindings) -> int:
    """Read the lines of commands at the end; returns the index after the last line of text."""
    at = end
    for _ in range(MOST):
        line = next((i for i in range(at - 1, top - 1, -1) if lines[i].strip()), None)
        if line is None or (at < end and line < at - 1 and not is_surely_command(lines[line], found)):
            break
        if not is_command_line(lines[line], found):
            break
        at = line
    for number in range(at, end):
        if found.ended and lines[number].strip():
            found.add_doubt("misplaced", "reply", lines[number], ("reply",))
            break
        read_line(lines[number], found)
    return at


def _look_for_misplaced(middle: list[str], below: list[str], found: LineFindings) -> None:
    """Doubt every other line whose word is or is near a command, and edge lines where the mark itself slipped."""
    doubted = len(found.problems) + _MOST_DOUBTS
    for line in (*middle, *below):
        if not any(mark in line for mark in MARK):
            continue
        text = without_marks(line)
        hashed = HASHED.match(text)
        if hashed and not is_text(hashed, text, found) and found.nearest_commands(hashed["word"]):
            found.add_doubt("misplaced", hashed["word"], line, meant=commands_meant(text, found))
            if len(found.problems) >= doubted:
                break
    written = [line for line in middle if line.strip()]
    for line in dict.fromkeys((*written[:1], *written[-1:])):
        text = without_marks(line)
        decorated = HASHED.match(text.lstrip(_DECORATION))
        slipped = _SLIPPED_MARK.fullmatch(text)
        if decorated and text[0] in _DECORATION and found.names.find(decorated["word"]):
            plain = text.strip(_DECORATION)
            found.add_doubt("misplaced", decorated["word"], line, meant=commands_meant(plain, found))
        elif slipped and found.names.find(slipped["word"]) and (text[0] not in MARK or slipped["word"].islower()):
            found.add_doubt("misplaced", slipped["word"], line, meant=commands_meant(f"#{slipped['word']}", found))
        elif (noted := _SLIPPED_NOTE.match(text)) and found.names.find(noted["word"]) == ("note",):
            if noted["word"].islower():  # `!note they will not pay`: the words after it are at stake
                found.add_doubt("misplaced", noted["word"], line, meant=commands_meant(f"#{noted['rest']}", found))
        elif (last := _at_the_end(text, found)) is not None:
            found.add_doubt("misplaced", last["word"], last[0], meant=commands_meant(last[0], found))


def _look_for_bare_note(middle: list[str], found: LineFindings) -> None:
    """Doubt a first line that is the word of `#note` without its mark, alone or before a colon."""
    if any(command.name == "note" for command in found.commands):
        return
    line = next((line for line in middle if line.strip()), "")
    bare = _BARE_NOTE.fullmatch(without_marks(line).lstrip(_DECORATION))
    if bare is not None and found.names.find(bare["word"]) == ("note",):
        said = bare["rest"].strip(" *_")
        meant = Command("note", "" if said == "." else said, line.strip())
        found.add_doubt("bare", bare["word"], line, ("note",), (meant,))


def _at_the_end(text: str, found: LineFindings) -> re.Match[str] | None:
    """A command behind the words of a line: `Thank you! #close`. Several are hashtags, and `#help` may be a channel."""
    hashed = list(HASHED.finditer(text))
    last = hashed[0] if len(hashed) == 1 else None
    if last is None or not last.start() or text[last.end("word") :].strip(STOPS) or is_text(last, text, found):
        return None
    names = found.names.find(last["word"])
    return last if any(not BY_NAME[name].question for name in names) else None


def _without(text: str, doubts: list[str]) -> str:
    """The text without the lines, and the ends of lines, that were in doubt."""
    kept, whole, ends = [], frozenset(doubts), tuple(f" {doubt}" for doubt in doubts)
    for line in text.split("\n"):
        bare = line.rstrip()
        if bare.lstrip() in whole:
            continue
        if bare.endswith(ends):  # rarely: a million lines are not held against each doubt
            kept.append(bare.removesuffix(next(doubt for doubt in doubts if bare.endswith(f" {doubt}"))).rstrip())
        else:
            kept.append(line)
    return "\n".join(_trimmed(kept))


def _trimmed(lines: list[str]) -> list[str]:
    start = next((at for at, line in enumerate(lines) if line.strip()), len(lines))
    end = next((at for at in range(len(lines), start, -1) if lines[at - 1].strip()), start)
    return lines[start:end]


def _numbers(written: str) -> list[int]:
    chosen: list[int] = []
    for part in re.split(r"[ ,]+", re.sub(r" ?[–-] ?", "-", " ".join(written.split()))):
        first, _, last = part.partition("-")
        if first.isdigit() and (last or first).isdigit():
            chosen += range(int(first), min(int(last or first), int(first) + 500) + 1)
    return list(dict.fromkeys(chosen))


__all__ = [
    "Command",
    "CommandReading",
    "Doubt",
    "NumberedAnswer",
    "parse_line",
    "read_agent_mail",
    "read_customer",
    "read_numbered",
]
