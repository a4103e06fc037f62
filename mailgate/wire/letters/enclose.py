"""A letter with the files it passes on: taken out of the raw mails they came in, and composed in one go."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from mailgate.core.letters.letter import Letter
from mailgate.wire.letters import compose
from mailgate.wire.letters.compose import File, Written
from mailgate.wire.mime import parse


def write(
    letter: Letter, now: datetime, templates: str | None, key: bytes, parts: Sequence[Sequence[str]], *raws: bytes
) -> Written:
    """`compose.write` with, of each raw mail, the attachments with these part numbers; unknown ones are left out."""
    enclosed = [file for raw, wanted in zip(raws, parts, strict=True) for file in files(raw, wanted)]
    return compose.write(letter, now, templates, enclosed, key)


def files(raw: bytes, wanted: Collection[str]) -> list[File]:
    """The attachments of a mail with these part numbers, under the safe names they are shown by."""
    return [
        File(one.name, one.type, data, one.content_id, one.inline)
        for one, data in parse.files(raw)
        if one.part in wanted
    ]
