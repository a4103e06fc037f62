"""A letter with the files it passes on: taken out of the raw mails they came in, and composed in one go."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from mailgate.core.letters.letter import Letter
from mailgate.core.model.change import Audience
from mailgate.wire.letters import compose
from mailgate.wire.letters.compose import ComposedLetter, File
from mailgate.wire.mime import parse

WRITTEN_OUT = 48 * 1024  # octets of pictures out of a mail's HTML that go along with a notice


def write(
    letter: Letter, now: datetime, templates: str | None, key: bytes, parts: Sequence[Sequence[str]], *raws: bytes
) -> ComposedLetter:
    """`compose.write` with, of each raw mail, the attachments with these part numbers; unknown ones are left out.

    A letter to an agent only names pictures that stood written out in HTML, when they are large.
    """
    room = WRITTEN_OUT if letter.audience is Audience.AGENT else None
    enclosed = [file for raw, wanted in zip(raws, parts, strict=True) for file in files(raw, wanted, room)]
    return compose.write(letter, now, templates, enclosed, key)


def files(raw: bytes, wanted: Collection[str], room: int | None = None) -> list[File]:
    """The attachments of a mail with these part numbers, under the safe names they are shown by.

    Of pictures written out in HTML (`data:` addresses) no more than `room` octets, None: all.
    """
    found: list[File] = []
    for one, data in parse.files(raw):
        if one.part not in wanted:
            continue
        if room is not None and "/data/" in one.part:
            if len(data) > room:
                continue
            room -= len(data)
        found.append(File(one.name, one.type, data, one.content_id, one.inline))
    return found
