"""`#privacy`: who may ask for what, and what has to be there before it is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from cases import ANNA, BO, MAIJA, NOW, POLICY, D, asking, outcome, ticket

from mailgate.core.commands import about_privacy, about_status, about_threads
from mailgate.core.commands.judging import Event, Granted, Judgement, TicketContext
from mailgate.core.letters.addressee import NOBODY
from mailgate.core.letters.privacy import month_later
from mailgate.core.model.change import Journal, SetDue, Tag
from mailgate.core.model.letter_kinds import PrivacyLetter
from mailgate.core.model.outbound import Audience
from mailgate.core.model.policy import Role
from mailgate.core.worktime.promise import zone_of

ADMIN = replace(ANNA, role=Role.ADMIN)
WITH_ADMIN = replace(POLICY, admin="root@ops.example")
DUE = month_later(NOW - D, ZoneInfo(zone_of(POLICY, "support")))
LEGAL = ticket(tags=("legal",))


def been(what: str, *states: str) -> tuple[Event, ...]:
    return tuple(Event(None, "anna", "privacy", what, state) for state in states)


def asked(what: str) -> tuple[str, tuple[object, ...]]:
    return "privacy_asked", (Journal("privacy", "asked", what), Tag(add=("privacy",)), SetDue("manual", DUE))


ORDERED = ("privacy_ordered", (Journal("privacy", "ordered", "erase"),))
ROWS = {
    "a copy": ("export", {}, asked("export")),
    "in Finnish": ("kopio", {}, asked("export")),
    "erasing": ("erase", {}, asked("erase")),
    "in Polish": ("usuń", {}, asked("erase")),
    "in German": ("Löschen", {}, asked("erase")),
    "something else": ("everything", {}, ("no_privacy", ("export", "erase"))),
    "a second time": ("erase", {"events": been("erase", "asked")}, ("already_privacy", ())),
    "the other thing beside it": ("export", {"events": been("erase", "asked")}, ("privacy_open", ())),
    "after it": ("erase", {"events": been("export", "asked", "proven", "ordered", "done")}, asked("erase")),
    "two things": ("export erase", {}, ("no_privacy", ("export", "erase"))),
    "by the button for it": ("go erase", {"by": ANNA, "events": been("erase", "asked", "proven")}, ORDERED),
    "by an old button for a copy": (
        "go export",
        {"by": ANNA, "events": been("erase", "asked", "proven")},
        ("privacy_unproven", ()),
    ),
    "by a button for nothing": (
        "go home",
        {"by": ANNA, "events": been("erase", "asked", "proven")},
        ("no_privacy", ("export", "erase")),
    ),
    "but not once it is being done": (
        "export",
        {"events": been("erase", "asked", "proven", "ordered")},
        ("already_privacy", ()),
    ),
    "once more when it is done": (
        "export",
        {"events": been("export", "asked", "proven", "ordered", "done")},
        asked("export"),
    ),
    "where all is quiet": ("export", {"about": ticket(tags=("quiet",))}, asked("export")),
    "nobody to ask": ("erase", {"about": ticket(requester=NOBODY)}, ("nobody_to_confirm", ())),
    "what a court may want": ("erase", {"about": LEGAL}, ("legal_hold", ())),
    "by the admin, who is asked": ("erase", {"about": LEGAL, "by": ADMIN}, ("legal_hold", ())),
    "by the admin, who says yes": ("erase", {"about": LEGAL, "by": ADMIN, "confirmed": True}, asked("erase")),
    "by a lead who says yes": ("erase", {"about": LEGAL, "by": ANNA, "confirmed": True}, ("legal_hold", ())),
    "a copy of it is no harm": ("export", {"about": LEGAL}, asked("export")),
    "done before anybody asked": ("go", {"by": ANNA}, ("no_privacy_request", ())),
    "done before the proof": ("go", {"by": ANNA, "events": been("erase", "asked")}, ("privacy_unproven", ())),
    "done after it": ("go", {"by": ANNA, "events": been("erase", "asked", "proven")}, ORDERED),
    "done after it was given to somebody else": (
        "go",
        {
            "by": ANNA,
            "events": (*been("erase", "asked", "proven"), Event(None, "bo", "requester", "a@b.example", "c@d.example")),
        },
        ("no_privacy_request", ()),
    ),
    "done by an agent": ("go", {"by": BO, "events": been("erase", "asked", "proven")}, ("role", ())),
    "done twice": ("go", {"by": ANNA, "events": been("erase", "asked", "proven", "ordered")}, ("privacy_ordered", ())),
    "done although held": (
        "go",
        {"by": ANNA, "about": LEGAL, "events": been("erase", "asked", "proven")},
        ("legal_hold", ()),
    ),
}


@pytest.mark.parametrize(("argument", "known", "expected"), ROWS.values(), ids=ROWS)
def test_what_is_granted(argument: str, known: dict[str, object], expected: tuple[str, tuple[object, ...]]) -> None:
    judged = about_privacy.privacy_request(asking(argument, **known))  # type: ignore[arg-type]
    assert outcome(judged) == expected


def test_the_person_alone_is_asked_and_the_lead_and_the_admin_hear_of_it() -> None:
    judged = about_privacy.privacy_request(asking("erase", policy=WITH_ADMIN))
    assert isinstance(judged, Granted)
    letters = {one.audience: one for one in judged.outbound}
    person = letters[Audience.CUSTOMER]
    assert (person.to, person.cc, person.content) == ((MAIJA,), (), PrivacyLetter(stage="ask_erase"))
    assert letters[Audience.AGENT].agent == "anna" and letters[Audience.ADMIN].to[0].addr == "root@ops.example"


@pytest.mark.parametrize(
    ("states", "refused"),
    [((), False), (("asked",), True), (("asked", "proven", "ordered"), True), (("asked", "withdrawn"), False),
     (("asked", "proven", "ordered", "done"), False)],
)  # fmt: skip
def test_a_request_is_lost_in_no_merge(states: tuple[str, ...], refused: bool) -> None:
    """The journal stays where it was written: neither the deadline of the law nor the proof would go along."""
    judged = about_threads.merge(
        asking("2000 both", tickets={2000: ticket(number=2000)}, events=been("export", *states))
    )
    assert (outcome(judged)[0] == "privacy_open") is refused


@pytest.mark.parametrize("end", [about_status.solve, about_status.put_on_file])
@pytest.mark.parametrize(("confirmed", "refused"), [(False, True), (True, False)])
def test_a_ticket_with_an_open_request_is_solved_only_when_asked_first(
    end: Callable[[TicketContext], Judgement], confirmed: bool, refused: bool
) -> None:
    """A solved ticket has no deadline: the month of the law would pass unseen."""
    for states in (("asked",), ("asked", "proven")):
        judged = end(asking("", events=been("erase", *states), confirmed=confirmed))
        assert (outcome(judged)[0] == "privacy_open") is refused
    for states in (("asked", "withdrawn"), ("asked", "proven", "ordered", "done")):
        assert isinstance(end(asking("", events=been("erase", *states))), Granted)
