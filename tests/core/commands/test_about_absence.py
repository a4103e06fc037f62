"""Commands about absence: whose it is, its days, and a cover who is there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cases import ANNA, BO, CAI, NOW, POLICY, D, asking

from mailgate.core.commands import about_absence
from mailgate.core.commands.judging import Granted
from mailgate.core.model.change import SetAway
from mailgate.core.model.facts import Absence
from mailgate.core.model.policy import Agent, Role
from mailgate.core.model.said import Said

# Now it is Wednesday, 4 March 2026, 10:00 UTC.
MONDAY, NEXT_MONDAY = datetime(2026, 3, 9, tzinfo=UTC), datetime(2026, 3, 16, tzinfo=UTC)
WEEK = "2026-03-09..2026-03-15"
HELSINKI = replace(BO, timezone="Europe/Helsinki")
BOSS = replace(BO, role=Role.ADMIN)


def gone(name: str, start: datetime, until: datetime | None) -> tuple[Absence, ...]:
    return (Absence(name, start, until, ""),)


def of(name: str, start: datetime = MONDAY, until: datetime = NEXT_MONDAY, cover: str = "cai") -> SetAway:
    return SetAway(name, start, until, cover)


# what is decided, who writes, what, who is away already, and the effect or the refusal's code
AWAY: list[tuple[str, Agent, str, tuple[Absence, ...], SetAway | str]] = [
    ("days and a cover", BO, f"{WEEK} cover cai", (), of("bo")),
    ("the cover by their whole name", BO, f"{WEEK} cover Cai Lind", (), of("bo")),
    ("the word in another language, with a colon", BO, f"{WEEK} Sijainen: cai", (), of("bo")),
    ("one day is a day", BO, "2026-03-09 cover cai", (), of("bo", until=MONDAY + D)),
    ("it may have begun", BO, "2026-03-01..2026-03-15 cover cai", (), of("bo", datetime(2026, 3, 1, tzinfo=UTC))),
    ("today may be the last of it", BO, "2026-03-01..2026-03-04 cover cai", (),
     of("bo", datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 5, tzinfo=UTC))),
    ("midnight is the writer's own", HELSINKI, f"{WEEK} cover cai", (),
     of("bo", MONDAY - timedelta(hours=2), NEXT_MONDAY - timedelta(hours=2))),
    ("no cover", BO, WEEK, (), "no_cover"),
    ("the word and nobody behind it", BO, f"{WEEK} cover", (), "no_cover"),
    ("nothing at all", BO, "", (), "no_cover"),
    ("no days", BO, "cover cai", (), "when_unreadable"),
    ("a cover nobody knows", BO, f"{WEEK} cover zoe", (), "no_such_agent"),
    ("themselves", BO, f"{WEEK} cover bo", (), "own_cover"),
    ("themselves, by another word", BO, f"{WEEK} cover me", (), "own_cover"),
    ("it ended yesterday", BO, "2026-03-01..2026-03-03 cover cai", (), "when_past"),
    ("it ends before it begins", BO, "2026-03-15..2026-03-09 cover cai", (), "when_unreadable"),
    ("in a hundred years", BO, "2126-03-09 cover cai", (), "when_far"),

    ("a lead reports somebody's", ANNA, f"bo {WEEK} cover cai", (), of("bo")),
    ("an admin too", BOSS, f"anna {WEEK} cover cai", (), of("anna")),
    ("an agent reports nobody else's", BO, f"anna {WEEK} cover cai", (), "role"),
    ("nor does a trainee", CAI, f"bo {WEEK} cover anna", (), "role"),
    ("their own name says nothing more", BO, f"bo {WEEK} cover cai", (), of("bo")),
    ("one's cover for them is their own too", ANNA, f"bo {WEEK} cover bo", (), "own_cover"),
    ("a name nobody has is no day", ANNA, f"zoe {WEEK} cover cai", (), "when_unreadable"),
    ("a name without days", ANNA, "bo cover cai", (), "when_unreadable"),
    ("a day that reads like a name is a day", ANNA, "mon cover cai", (), of("anna", until=MONDAY + D)),

    ("a cover who is away then", BO, f"{WEEK} cover cai", gone("cai", MONDAY + D, NEXT_MONDAY + D), "cover_away"),
    ("away until somebody says otherwise", BO, f"{WEEK} cover cai", gone("cai", NOW, None), "cover_away"),
    ("back on the very day", BO, f"{WEEK} cover cai", gone("cai", NOW, MONDAY), of("bo")),
    ("back a moment later", BO, f"{WEEK} cover cai", gone("cai", NOW, MONDAY + timedelta(seconds=1)), "cover_away"),
    ("gone only afterwards", BO, f"{WEEK} cover cai", gone("cai", NEXT_MONDAY, None), of("bo")),
    ("somebody else's absence", BO, f"{WEEK} cover cai", gone("anna", NOW, None), of("bo")),
]  # fmt: skip


def said(judged: Any) -> SetAway | str:
    if not isinstance(judged, Granted):
        return judged.code
    (effect,) = judged.effects or (judged.answer,)
    return effect


@pytest.mark.parametrize(
    ("by", "argument", "absent", "expected"), [row[1:] for row in AWAY], ids=[row[0] for row in AWAY]
)
def test_an_absence_is_reported(by: Agent, argument: str, absent: tuple[Absence, ...], expected: SetAway | str) -> None:
    assert said(about_absence.away(asking(argument, by=by, away=absent))) == expected


def test_an_absence_is_said_in_the_writers_own_time() -> None:
    judged = about_absence.away(asking(f"{WEEK} cover cai", by=HELSINKI))
    assert isinstance(judged, Granted)
    assert dict(judged.params) == {
        "name": "Bo Ek",
        "cover": "Cai Lind",
        "at": Said("moment", {"at": "2026-03-09", "year": 0}),
        "until": Said("moment", {"at": "2026-03-15", "year": 0}),
    }


# what is decided, who writes, what, who is away, and the effect, the answer or the refusal's code
BACK: list[tuple[str, Agent, str, tuple[Absence, ...], SetAway | str]] = [
    ("the writer, gone", BO, "", gone("bo", NOW - D, None), SetAway("bo", None)),
    ("an absence still to come is called off", BO, "", gone("bo", MONDAY, NEXT_MONDAY), SetAway("bo", None)),
    ("the writer, never gone", BO, "", gone("cai", NOW, None), "not_away"),
    ("a lead brings somebody back", ANNA, "bo", gone("bo", NOW, None), SetAway("bo", None)),
    ("an agent brings nobody back", BO, "cai", gone("cai", NOW, None), "role"),
    ("an agent who names themselves", BO, "bo", gone("bo", NOW, None), SetAway("bo", None)),
    ("nobody of that name", ANNA, "zoe", gone("bo", NOW, None), "no_such_agent"),
]


@pytest.mark.parametrize(
    ("by", "argument", "absent", "expected"), [row[1:] for row in BACK], ids=[row[0] for row in BACK]
)
def test_somebody_is_back(by: Agent, argument: str, absent: tuple[Absence, ...], expected: SetAway | str) -> None:
    assert POLICY.agent(by.name) is not None
    assert said(about_absence.back(asking(argument, by=by, away=absent))) == expected
