"""Calendar parts told in a few lines: what, when, where and who (RFC 5545, RFC 5546)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailgate.wire.mime import header

_MAX = 64 * 1024
_STAMP = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:T([0-9]{2})([0-9]{2})[0-9]{0,2}(Z?))?")
_RULE = re.compile(r"(?m)^\s{0,9}[_*~-]{8}")
_QUESTION = re.compile(r"(?<=\w)\s?[?？](?=[\s\"')!?»”]|$)")
_ESCAPED = re.compile(r"\\([\\;,nN])")
_ANSWERS = {"ACCEPTED": "✓", "DECLINED": "✗", "TENTATIVE": "?"}
ITIP = frozenset({"request", "reply", "cancel", "counter", "declinecounter", "add", "refresh"})


@dataclass(frozen=True, slots=True)
class Line:
    """One content line: its name in capitals, its parameters, its value."""

    name: str
    parameters: dict[str, str]
    value: str


def asks(words: str) -> bool:
    """True when somebody asks something beside their invitation, in three words at least.

    What conference programs add stands below a rule, and asks "Need help?".
    """
    own = _RULE.split(words, maxsplit=1)[0]
    asked = (piece.rpartition(". ")[2].rpartition("\n")[2] for piece in _QUESTION.split(own)[:-1])
    return any(sum(word.isalpha() for word in re.findall(r"\w+", each)) >= 3 for each in asked)


def read(text: str) -> tuple[str, str]:
    """The method in lower case ("request", "reply", ...) and the summary, each `""` when the text has none."""
    lines = [_line(line) for line in _unfold(text[:_MAX])]
    method = next((line.value.strip().lower() for line in lines if line.name == "METHOD"), "")
    return method, _summary(_event(lines))


def _unfold(text: str) -> list[str]:
    return re.sub(r"\r?\n[ \t]", "", text).splitlines()[:2000]


def _line(line: str) -> Line:
    before, _, value = line.partition(":")
    while before.count('"') % 2 and ":" in value:  # a colon within a quoted parameter
        more, _, value = value.partition(":")
        before += ":" + more
    name, _, rest = before.partition(";")
    parameters = {}
    for piece in re.findall(r'(?<![A-Za-z-])([A-Za-z-]++)=("[^"]*"|[^;]*)', rest):
        parameters[piece[0].upper()] = piece[1].strip('"')
    return Line(name.strip().upper(), parameters, value.strip())


def _event(lines: list[Line]) -> list[Line]:
    """The lines of the first event, those of alarms inside it left out."""
    found: list[Line] = []
    inside: list[str] = []
    for line in lines:
        if line.name == "BEGIN":
            inside.append(line.value.upper())
        elif line.name == "END":
            if inside and inside.pop() == "VEVENT":
                return found
        elif inside and inside[-1] == "VEVENT":
            found.append(line)
    return found


def _summary(event: list[Line]) -> str:
    by_name = {line.name: line for line in reversed(event)}
    what, where = (_plain(by_name[name].value) if name in by_name else "" for name in ("SUMMARY", "LOCATION"))
    start, end = by_name.get("DTSTART"), by_name.get("DTEND")
    when = _when(start) if start else ""
    if when and end:
        until = _when(end)
        day = until[:10]
        when = f"{when} – {until[11:] if len(until) > 10 and when.startswith(day) else until}"
    zone = start.parameters.get("TZID", "") if start else ""
    organiser = _person(by_name["ORGANIZER"]) if "ORGANIZER" in by_name else ""
    people = [_person(line) for line in event if line.name == "ATTENDEE"][:20]
    who = ", ".join(filter(None, [organiser, *people]))
    return "\n".join(filter(None, [what, f"{when} {header.clean(zone)}".strip(), where, who]))[:2000]


def _when(line: Line) -> str:
    match = _STAMP.match(line.value)
    if match is None:
        return ""
    year, month, day, hour, minute, utc = match.groups()
    clock = f" {hour}:{minute}" + (" UTC" if utc else "") if hour else ""
    return f"{year}-{month}-{day}{clock}"


def _person(line: Line) -> str:
    addr = re.sub(r"(?i)^mailto:", "", line.value).strip()
    name = _plain(line.parameters.get("CN", ""))
    shown = f"{name} <{addr}>" if name and name.lower() != addr.lower() else addr
    answer = _ANSWERS.get(line.parameters.get("PARTSTAT", "").upper(), "")
    return header.clean(f"{shown} {answer}".strip())[:200]


def _plain(value: str) -> str:
    return header.clean(_ESCAPED.sub(lambda match: " " if match[1] in "nN" else match[1], value)).strip()[:300]
