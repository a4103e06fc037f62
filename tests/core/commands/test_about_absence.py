"""Commands about absence: whose it is, its days, and a cover who is there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cases import ANNA, BO, CAI, NOW, POLICY, D, H, asking

from mailgate.core.commands import about_absence
from mailgate.core.commands.judging import Granted
from mailgate.core.model.change import SetAway
from mailgate.core.model.content import Question
from mailgate.core.model.facts import Absence
from mailgate.core.model.policy import Agent, Role
from mailgate.core.model.said import Said

# Now it is Wednesday, 4 March 2026, 10:00 UTC.
MONDAY, NEXT_MONDAY = datetime(2026, 3, 9, tzinfo=UTC), datetime(2026, 3, 16, tzinfo=UTC)
WEEK = "2026-03-09..2026-03-15"
SATURDAY = datetime(2026, 3, 7, tzinfo=UTC)
CLOSING = NOW + 7 * H  # no calendar says otherwise
HELSINKI = replace(BO, timezone="Europe/Helsinki")
EARLY = replace(BO, calendar="office")
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
    ("nobody to cover", BO, WEEK, (), of("bo", cover="")),
    ("the word and nobody behind it", BO, f"{WEEK} cover", (), "no_cover"),
    ("nothing at all is today, to the end of it", BO, "", (), of("bo", NOW, CLOSING, "")),
    ("a cover alone is today, too", BO, "cover cai", (), of("bo", NOW, CLOSING)),
    ("their own hours end sooner", EARLY, "", (), of("bo", NOW, NOW + 6 * H, "")),
    ("until Friday is over", BO, "until fri", (), of("bo", NOW, SATURDAY, "")),
    ("until a time", BO, "until fri 14:00 cover cai", (), of("bo", NOW, SATURDAY - 10 * H)),
    ("no day known", BO, "until doomsday", (), "when_unreadable"),
    ("a cover nobody knows", BO, f"{WEEK} cover zoe", (), "no_such_agent"),
    ("themselves", BO, f"{WEEK} cover bo", (), "own_cover"),
    ("themselves, by another word", BO, f"{WEEK} cover me", (), "own_cover"),
    ("it ended yesterday", BO, "2026-03-01..2026-03-03 cover cai", (), "when_past"),
    ("it ends before it begins", BO, "2026-03-15..2026-03-09 cover cai", (), "when_unreadable"),
    ("in a hundred years", BO, "2126-03-09 cover cai", (), "when_far"),

    ("a lead reports somebody's", ANNA, f"bo {WEEK} cover cai", (), of("bo")),
    ("an admin too", BOSS, f"anna {WEEK} cover cai", (), of("anna")),
    ("a whole name before the days", ANNA, f"Bo Ek {WEEK} cover cai", (), of("bo")),
    ("any agent reports that somebody is away today", BO, "anna today", (), of("anna", NOW, CLOSING, "")),
    ("a name is enough", BO, "anna", (), of("anna", NOW, CLOSING, "")),
    ("the name and a cover", BO, "anna cover cai", (), of("anna", NOW, CLOSING)),
    ("or until an hour of today", BO, "anna until 15:00", (), of("anna", NOW, NOW + 5 * H, "")),
    ("but no other day", BO, f"anna {WEEK} cover cai", (), "away_today"),
    ("nor a longer time", BO, "anna until fri", (), "away_today"),
    ("nor what somebody has said before", BO, "anna today", gone("anna", NOW - D, NEXT_MONDAY), "already_away"),
    ("a lead may put it otherwise", ANNA, "bo today", gone("bo", NOW - D, NEXT_MONDAY), of("bo", NOW, CLOSING, "")),
    ("a trainee reports nobody else's", CAI, "bo today", (), "role"),
    ("but their own", CAI, "today", (), of("cai", NOW, CLOSING, "")),
    ("their own name says nothing more", BO, f"bo {WEEK} cover cai", (), of("bo")),
    ("one's cover for them is their own too", ANNA, f"bo {WEEK} cover bo", (), "own_cover"),
    ("a name nobody has", ANNA, f"zoe {WEEK} cover cai", (), "no_such_agent"),
    ("neither a name nor a day", ANNA, "zoe cover cai", (), "when_unreadable"),
    ("a name without days", ANNA, "bo cover cai", (), of("bo", NOW, CLOSING)),
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
    ("the writer, gone", BO, "", gone("bo", NOW - D, None), SetAway("bo", None, NOW)),
    ("an absence still to come is called off", BO, "", gone("bo", MONDAY, NEXT_MONDAY), SetAway("bo", None)),
    ("the writer, never gone", BO, "", gone("cai", NOW, None), "not_away"),
    (
        "and what is still to come stays",
        BO,
        "",
        gone("bo", NOW - D, None) + gone("bo", MONDAY, None),
        SetAway("bo", None, NOW),
    ),
    ("a lead brings somebody back", ANNA, "bo", gone("bo", NOW, None), SetAway("bo", None, NOW)),
    ("an agent brings nobody back", BO, "cai", gone("cai", NOW, None), "role"),
    ("an agent who names themselves", BO, "bo", gone("bo", NOW, None), SetAway("bo", None, NOW)),
    ("nobody of that name", ANNA, "zoe", gone("bo", NOW, None), "no_such_agent"),
]


@pytest.mark.parametrize(
    ("by", "argument", "absent", "expected"), [row[1:] for row in BACK], ids=[row[0] for row in BACK]
)
def test_somebody_is_back(by: Agent, argument: str, absent: tuple[Absence, ...], expected: SetAway | str) -> None:
    assert POLICY.agent(by.name) is not None
    assert said(about_absence.back(asking(argument, by=by, away=absent))) == expected


# who writes, what, who is away already, and who is told, in which words
TOLD: list[tuple[Agent, str, tuple[Absence, ...], dict[str, list[str]]]] = [
    (ANNA, "bo today", (), {"bo": ["done.away_alone", "absence.by", "absence.freed", "absence.back"]}),
    (BO, "today", (), {"anna": ["done.away_alone", "absence.freed"]}),
    (BO, f"{WEEK} cover cai", (), {"cai": ["done.away"], "anna": ["done.away"]}),
    (BO, "anna today", (), {"anna": ["done.away_alone", "absence.by", "absence.freed", "absence.back"]}),
    (ANNA, "bo today cover cai", (), {"bo": ["done.away", "absence.by", "absence.back"], "cai": ["done.away", "absence.by"]}),
    (BO, "cai today", gone("anna", NOW - D, None), {"cai": ["done.away_alone", "absence.by", "absence.freed", "absence.back"]}),
    (CAI, "today", gone("anna", NOW - D, None), {"bo": ["done.away_alone", "absence.freed"]}),
    (ANNA, "today", (), {"bo": ["done.away_alone", "absence.freed"]}),
]  # fmt: skip


@pytest.mark.parametrize(("by", "argument", "absent", "heard"), TOLD)
def test_they_their_cover_and_their_lead_are_told(
    by: Agent, argument: str, absent: tuple[Absence, ...], heard: dict[str, list[str]]
) -> None:
    judged = about_absence.away(asking(argument, by=by, away=absent))
    assert isinstance(judged, Granted)
    found: dict[str, list[str]] = {}
    for letter in judged.letters:
        assert isinstance(letter.content, Question) and isinstance(letter.content.text, Said)
        lines = letter.content.text.params["lines"]
        assert isinstance(lines, tuple)
        found[letter.agent] = [line.code for line in lines if isinstance(line, Said)]
    assert found == heard


TODAY = {
    "en": "today", "fi": "tänään", "pl": "dzisiaj", "lv": "šodien", "sv": "idag", "de": "heute", "et": "täna",
}  # fmt: skip
UNTIL = {
    "en": "until friday", "fi": "perjantaihin asti", "pl": "do piątku", "lv": "līdz piektdienai", "sv": "till fredag",
    "de": "bis Freitag", "et": "kuni reedeni",
}  # fmt: skip
COVER = {
    "en": "cover", "fi": "sijainen", "pl": "zastępuje", "lv": "aizvieto", "sv": "ersättare", "de": "Vertretung",
    "et": "asendaja",
}  # fmt: skip


@pytest.mark.parametrize("language", TODAY)
def test_an_absence_may_be_said_in_any_of_our_languages(language: str) -> None:
    judged = about_absence.away(asking(f"{TODAY[language]} {COVER[language]} cai"))
    assert said(judged) == of("bo", NOW, CLOSING)
    judged = about_absence.away(asking(f"{UNTIL[language]} {COVER[language]}: cai"))
    assert said(judged) == of("bo", NOW, SATURDAY)
    assert said(about_absence.away(asking(f"{UNTIL[language]}"))) == of("bo", NOW, SATURDAY, "")
