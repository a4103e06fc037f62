"""Words too many for a letter: their beginning is shown, a sentence says so, and all of them go along as a file."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, fields, replace
from datetime import datetime

from mailgate.core.letters.letter import Letter
from mailgate.wire import words

LONGEST = 64 * 1024  # characters of one person's words in a letter
LARGEST = 256 * 1024  # octets of a text file that goes along as it is; larger ones are packed
_LINE = 1_000  # characters of the last line that may be left out so that the words end with a whole one
_WORDS = ("text", "newer", "question")  # fields in which letters have what somebody wrote


@dataclass(frozen=True, slots=True)
class WholeText:
    """All of the words that a letter shows the beginning of, as a file."""

    name: str
    type: str
    data: bytes


def shortened(letter: Letter, now: datetime) -> tuple[Letter, tuple[WholeText, ...]]:
    """The letter with no more than 64 KiB of anybody's words, and those that were longer as files."""
    content = letter.view.content
    long = {
        one.name: getattr(content, one.name)
        for one in fields(content)  # type: ignore[arg-type]
        if one.name in _WORDS and len(getattr(content, one.name) or "") > LONGEST
    }
    if not long:
        return letter, ()
    speech = words.Phrases(letter.language, letter.timezone, now)
    files = [_whole(text, number) for number, text in enumerate(long.values(), 1)]
    told = {}
    for (name, text), file in zip(long.items(), files, strict=True):
        said = speech.say("shortened", file=file.name, size=words.size(len(text.encode("utf-8", "replace"))))
        told[name] = f"{_beginning(text)}\n\n{said}"
    return replace(letter, view=replace(letter.view, content=replace(content, **told))), tuple(files)  # type: ignore[type-var]


def _beginning(text: str) -> str:
    line = text.rfind("\n", LONGEST - _LINE, LONGEST)
    return text[: line if line > 0 else LONGEST].rstrip()


def _whole(text: str, number: int) -> WholeText:
    name = "message" if number == 1 else f"message-{number}"
    data = text.encode("utf-8", "replace")
    if len(data) <= LARGEST:
        return WholeText(f"{name}.txt", "text/plain", data)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(f"{name}.txt"), data, zipfile.ZIP_DEFLATED)  # its time is always the same
    return WholeText(f"{name}.zip", "application/zip", packed.getvalue())
