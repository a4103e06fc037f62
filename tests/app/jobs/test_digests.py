"""The morning's letters on a real store: thanks once a week, and whose figures leave to whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from app.jobs.ticking import HOUR, NOW, POLICY, Desk

from mailgate.app.jobs.digests import send_morning_letters
from mailgate.core.model.change import AddEntry, Assign, Decision, Fate, SetAway, Step, Vote
from mailgate.core.model.content import Content, Digest, PeriodLetter
from mailgate.core.model.said import said
from mailgate.core.model.ticket import EntryKind

FRIDAY, MONDAY = NOW + timedelta(days=4), NOW + timedelta(days=7)


def thanked(desk: Desk, at: datetime = NOW) -> int:
    """A ticket that Bo answered and whose customer was glad of it."""
    [number] = desk.open(1)
    words = AddEntry(EntryKind.AGENT, "bo", "Bo", "It is the fuse.", of_mail=False)
    decision = Decision(Fate.FILED, "x", (Step(number, (words, Assign("bo"))),), effects=(Vote(number, 10, "Quick!"),))
    desk.store.write(lambda tx: tx.apply(None, decision, at, desk.ids)).result(100)
    return number


def letters(desk: Desk, kind: type[Content], to: str) -> list[Content]:
    rows = desk.store.read(lambda read: read.outbox.deliveries(("waiting",)))
    found = [desk.store.read(lambda read, row=row: read.outbox.letter(row.letter)) for row in rows]  # type: ignore[misc]
    return [one.content for one in found if one and isinstance(one.content, kind) and one.to[0].addr.startswith(to)]


def thanks(desk: Desk, to: str) -> list[str]:
    """The labels of what customers thanked for, in all letters to somebody."""
    digests = [one for one in letters(desk, Digest, to) if isinstance(one, Digest)]
    sections = [part for one in digests for part in one.sections if part.title == said("list.kudos")]
    return [str(fact.label) for part in sections for fact in part.facts or ()]


def test_on_friday_who_answered_and_their_lead_read_what_customers_thanked_for_once(
    make: Callable[..., Desk],
) -> None:
    desk = make()
    number = thanked(desk)
    for day in range(12):
        send_morning_letters(desk.gateway, NOW + timedelta(days=day))
    assert thanks(desk, "bo@") == [f"#{number}"]
    assert thanks(desk, "anna@") == [f"#{number} · bo"]
    assert thanks(desk, "cy@") == []


def test_figures_of_one_agent_leave_to_no_outsider(make: Callable[..., Desk]) -> None:
    desk = make(policy=replace(POLICY, digest_to=("lead", "boss@head.example")))
    thanked(desk, NOW + HOUR)
    for morning in (FRIDAY, MONDAY):
        send_morning_letters(desk.gateway, morning)
    assert thanks(desk, "boss@") == []
    reports = {
        to: [
            table.title
            for one in letters(desk, PeriodLetter, to)
            if isinstance(one, PeriodLetter)
            for table in one.tables
        ]
        for to in ("anna@", "boss@")
    }
    assert reports == {"anna@": ["By agent"], "boss@": []}


def test_whoever_reads_the_weekly_letter_for_a_lead_sees_no_colleagues_figures(make: Callable[..., Desk]) -> None:
    support = replace(POLICY.departments[0], deputy="cy")
    desk = make(policy=replace(POLICY, departments=(support, *POLICY.departments[1:]), digest_to=("lead",)))
    thanked(desk, NOW + HOUR)
    gone = Decision(Fate.FILED, "x", effects=(SetAway("anna", NOW, MONDAY + timedelta(days=2), ""),))
    desk.store.write(lambda tx: tx.apply(None, gone, NOW, desk.ids)).result(100)
    send_morning_letters(desk.gateway, MONDAY)
    [week] = [one for one in letters(desk, PeriodLetter, "cy@") if isinstance(one, PeriodLetter)]
    assert week.figures and not any(row[0] == "Bo" or row[0] == "bo" for one in week.tables for row in one.rows)
    assert letters(desk, PeriodLetter, "anna@") == []
