"""How far a request about somebody's data is, and when it is due."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from mailgate.core.letters import privacy
from mailgate.core.letters.privacy import PrivacyRequest

AT = datetime(2026, 3, 4, tzinfo=UTC)
HELSINKI = ZoneInfo("Europe/Helsinki")
ERASE = PrivacyRequest("erase")
HOW_FAR: dict[str, tuple[str, PrivacyRequest | None]] = {
    "nothing was asked": ("", None),
    "it was asked": ("asked", ERASE),
    "and confirmed": ("asked proven", PrivacyRequest("erase", proven=True)),
    "ordered without proof it is not": ("asked ordered", PrivacyRequest("erase", by="anna")),
    "and ordered": ("asked proven ordered", PrivacyRequest("erase", proven=True, ordered=True, by="anna")),
    "a second word of theirs orders nothing anew": ("asked proven ordered done proven",
                                                    PrivacyRequest("erase", True, True, "anna", None, True)),
    "told": ("asked proven ordered told", PrivacyRequest("erase", True, True, "anna", AT)),
    "taken back": ("asked proven withdrawn", None),
    "a word after that proves nothing": ("asked withdrawn proven ordered", None),
    "but not once the last letter is written": ("asked proven ordered told withdrawn",
                                                PrivacyRequest("erase", True, True, "anna", AT)),
    "what one person proved is nobody else's": ("asked proven MOVED ordered", None),
    "whatever was ordered": ("asked proven ordered told MOVED", None),
    "asked anew it has to be proven anew": ("asked proven asked", ERASE),
}  # fmt: skip


@pytest.mark.parametrize(("states", "found"), HOW_FAR.values(), ids=HOW_FAR)
def test_the_journal_tells_how_far_it_is(states: str, found: PrivacyRequest | None) -> None:
    lines = (("requester" if one == "MOVED" else "privacy", "erase", one, "anna", AT) for one in states.split())
    assert privacy.request(lines) == found


def test_what_was_proven_for_one_request_is_not_for_another() -> None:
    lines = [("export", "asked", "anna"), ("erase", "proven", "maija"), ("erase", "ordered", "bo")]
    assert privacy.request(("privacy", *one, AT) for one in lines) == PrivacyRequest("export")


MONTHS = {
    "31 January": ("2027-01-31T10:00", "2027-02-28T10:00"),
    "in a leap year": ("2028-01-31T10:00", "2028-02-29T10:00"),
    "over New Year": ("2026-12-31T23:30", "2027-01-31T23:30"),
    "31 March": ("2027-03-31T09:00", "2027-04-30T09:00"),
    "over the change of clocks": ("2027-03-15T12:00", "2027-04-15T12:00"),
    "November": ("2026-11-28T12:00", "2026-12-28T12:00"),
}


@pytest.mark.parametrize(("received", "due"), MONTHS.values(), ids=MONTHS)
def test_it_is_due_in_a_calendar_month(received: str, due: str) -> None:
    here = datetime.fromisoformat(received).replace(tzinfo=HELSINKI)
    later = privacy.month_later(here.astimezone(UTC), HELSINKI)
    assert f"{later.astimezone(HELSINKI):%Y-%m-%dT%H:%M}" == due and later.tzinfo is UTC
