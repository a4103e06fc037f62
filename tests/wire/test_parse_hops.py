"""How a mail came: hops out of Received fields, honest about clocks, quick whatever stands in them."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from mailgate.app.questions import travelled
from mailgate.core.text.hops import MOST, Hop, way
from mailgate.wire.mime.parse_hops import hops
from mailgate.wire.words import said

EIGHT = datetime(2026, 11, 28, 8, tzinfo=UTC)
NEWEST = "Received: from mid.example (mid.example [192.0.2.7])\r\n by mx.acme.example (Postfix) with ESMTP id 1;\r\n Sat, 28 Nov 2026 {}\r\n"
OLDEST = "Received: from [10.0.0.1] by first.example with HTTP; Sat, 28 Nov 2026 08:00:00 +0000 (UTC)\r\n"


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


@pytest.mark.parametrize(
    ("newest", "delay", "differs"),
    [
        ("10:00:07 +0200", 7, False),
        ("00:05:00 -0800", 300, False),
        ("07:59:58 +0000", None, True),
        ("08:00:00 +0000", 0, False),
    ],
)
def test_each_hop_has_its_delay_and_a_clock_that_is_behind_has_none(
    newest: str, delay: int | None, differs: bool
) -> None:
    first, last = hops((NEWEST.format(newest) + OLDEST + "Subject: x\r\n\r\nReceived: by words").encode())
    assert first == Hop("[10.0.0.1]", "first.example", EIGHT)
    assert (last.sender, last.by, last.seconds, last.differs) == ("mid.example", "mx.acme.example", delay, differs)


def test_the_delay_is_counted_from_the_last_one_that_gave_a_time() -> None:
    seen = [("", "a", EIGHT), ("a", "b", None), ("b", "c", EIGHT - seconds(5)), ("c", "d", EIGHT + seconds(1))]
    assert [(one.seconds, one.differs) for one in way(seen)] == [(None, False), (None, False), (None, True), (6, False)]
    told = [said("en", line) for line in travelled.lines(way(seen), lambda at: f"{at:%H:%M:%S}")]
    assert told == ["a: 08:00:00", "b: no time given", "c: 07:59:55, its clock differs", "d: 08:00:01, 6 s later"]


def test_ourselves_stand_at_the_end() -> None:
    assert hops(OLDEST.encode(), ("mailgate", EIGHT + seconds(90)))[-1] == Hop("", "mailgate", EIGHT + seconds(90), 90)
    assert hops(b"", ("mailgate", EIGHT)) == (Hop("", "mailgate", EIGHT),)
    assert hops(b"Subject: none\r\n\r\n") == ()


HOSTILE = [
    "", "junk", ";" * 5000, "from " * 5000, "by " * 5000 + "; x", "from a (" + "(" * 5000, "by x; " + "9" * 5000,
    "by x; Sat, 99 Foo 99999 99:99:99 +9999", "by x; Sat, 28 Nov 2026 08:00:00 +99999999999", "for <" * 3000 + "; Sat",
    "from a by \x00\x1b[31mred\x07; Sat, 28 Nov 2026 08:00:00 +0000", "by " + "x" * 5000 + "; Sat, 28 Nov 2026 08:00:00 +0000",
]  # fmt: skip


@pytest.mark.parametrize("field", HOSTILE)
def test_whatever_a_field_says_is_read_at_once_and_shown_short(field: str) -> None:
    raw = "".join(f"Received: {field}\r\n" for _ in range(60)).encode("utf-8", "replace") + b"\r\nwords"
    began = time.process_time()
    found = hops(raw)
    assert time.process_time() - began < 1
    assert len(found) <= MOST and all(len(one.by) <= 80 and one.by.isprintable() for one in found)
