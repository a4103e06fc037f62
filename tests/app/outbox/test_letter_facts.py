"""What a letter brings beside its words."""

from __future__ import annotations

import pytest
from cases import NOW, ticket

from mailgate.app.outbox.letter_facts import passed_on
from mailgate.core.model.mail import Attachment
from mailgate.core.model.ticket import Entry, EntryKind

FILES = {"photo": (EntryKind.CUSTOMER, 40), "first": (EntryKind.CALL, 30), "second": (EntryKind.CALL, 30), "plan": (EntryKind.NOTE, 10)}  # fmt: skip
THREAD = ticket(entries=tuple(
    Entry(at, kind, "anna", "Anna", NOW, "words", attachments=(Attachment(name, "audio/ogg", size, name, name),), mail=at)
    for at, (name, (kind, size)) in enumerate(FILES.items(), start=1)
))  # fmt: skip
PASSED_ON = {
    "to the owner everything": (110, True, ["photo", "first", "second", "plan"]),
    "where all are too much, the calls": (109, True, ["first", "second"]),
    "the newest call first": (59, True, ["second"]),
    "nothing where no recording fits": (29, True, []),
    "to a department the calls": (110, False, ["first", "second"]),
}


@pytest.mark.parametrize(("room", "whole", "files"), PASSED_ON.values(), ids=PASSED_ON)
def test_recordings_go_along_in_every_hand_over(room: int, whole: bool, files: list[str]) -> None:
    assert [part for _, part in passed_on(THREAD, room, whole=whole)] == files
