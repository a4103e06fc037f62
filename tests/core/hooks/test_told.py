"""Which lines of the journal are an event for programs, which of these a hook wants, and when it is told again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mailgate.core.asking.http import Answer, Failure, Why
from mailgate.core.hooks.hook import Format, Hook, Preset
from mailgate.core.hooks.retry import Verdict, growing, verdict
from mailgate.core.hooks.rows import HookRowState
from mailgate.core.hooks.told import EVENTS, Happened, Told, Type, told_of

AT = datetime(2026, 11, 6, 10, 0, tzinfo=UTC)
DUE = AT + timedelta(hours=4)
DUE_TEXT = str(int(DUE.timestamp()) * 1_000_000)
LINE = Happened(
    7, "", "", "", AT, 1042, "support", "open", "anna", "normal", "fi", AT - timedelta(hours=1), due_first=DUE
)


def told(kind: str, old: str = "", new: str = "", **more: object) -> Told | None:
    return told_of(replace(LINE, kind=kind, old=old, new=new, **more))  # type: ignore[arg-type]


KNOWN: dict[str, tuple[Told | None, Type, dict[str, object]]] = {
    "a ticket is opened": (told("opened", new="support"), Type.OPENED, {}),
    "somebody has it": (told("owner", "", "anna"), Type.OWNED, {"was": None}),
    "another has it": (told("owner", "ben", "anna"), Type.OWNED, {"was": "ben"}),
    "it stands otherwise": (told("status", "new", "open"), Type.STATUS, {"was": "new"}),
    "it is urgent now": (told("priority", "normal", "urgent"), Type.PRIORITY, {"was": "normal"}),
    "a customer writes": (told("entry", "31", "customer"), Type.IN, {"entry": 31}),
    "we answer": (told("entry", "32", "agent"), Type.OUT, {"entry": 32}),
    "a promise comes near": (told("escalation", "0", f"1:{DUE_TEXT}"), Type.DUE, {"promise": "first_response"}),
    "it is broken": (told("escalation", "1", f"2:{DUE_TEXT}", at=DUE), Type.BROKEN, {"promise": "first_response"}),
    "a vote": (told("vote", new="4"), Type.VOTE, {"score": 4}),
}


@pytest.mark.parametrize("case", KNOWN)
def test_a_line_of_the_journal_is_an_event(case: str) -> None:
    found, kind, facts = KNOWN[case]
    assert found is not None and found.type is kind
    assert (found.ticket, found.department, found.owner, found.due_at) == (1042, "support", "anna", DUE)
    assert {name: getattr(found, name) for name in facts} == facts


NOTHING = {
    "a note": told("entry", "33", "note"),
    "a call's memo": told("entry", "34", "call"),
    "an automatic reply": told("entry", "35", "auto"),
    "a tag": told("tag", new="vip"),
    "a field": told("field", "a=1", "a=2"),
    "a title": told("subject", "a", "b"),
    "a reminder": told("remind", "anna", "1"),
    "a priority that a ticket was opened with": told("priority", "normal", "urgent", at=LINE.created_at),
    "a promise that was broken before": told(
        "escalation", "2", f"3:{DUE_TEXT}", at=DUE + timedelta(hours=1), again=True
    ),
    "a deadline that is another by now": told("escalation", "0", "1:5"),
    "an end of escalation": told("escalation", "2", "0:"),
}


@pytest.mark.parametrize("case", NOTHING)
def test_what_is_the_desks_own_business_is_none(case: str) -> None:
    assert NOTHING[case] is None


SAID = {type_: Told(type_, AT, 1042, "support", "open", "anna", "normal", score=6) for type_ in Type}
WANTED: dict[str, tuple[Hook, str]] = {
    "all": (Hook("crm"), " ".join(EVENTS)),
    "of tickets": (Hook("crm", ("ticket.*",)), "ticket.opened ticket.owned ticket.status ticket.priority"),
    "two": (Hook("crm", ("vote", "message.in")), "message.in vote"),
    "another department's": (Hook("crm", departments=("sales",)), ""),
    "its department's": (Hook("crm", ("vote",), departments=("sales", "support")), "vote"),
    "overdue": (Hook("room", (), (Preset.OVERDUE,), format=Format.SLACK), "promise.broken"),
    "bad votes": (Hook("room", (), (Preset.LOW_VOTE,)), "vote"),
    "nothing urgent": (Hook("room", (), (Preset.URGENT,)), ""),
    "an event and a preset": (Hook("room", ("message.in",), (Preset.OVERDUE,)), "message.in promise.broken"),
}


@pytest.mark.parametrize("case", WANTED)
def test_a_hook_gets_what_it_asked_for(case: str) -> None:
    hook, wanted = WANTED[case]
    assert [type_.value for type_ in EVENTS if hook.wants(SAID[type_])] == sorted(
        wanted.split(), key=list(EVENTS).index
    )


def test_urgent_is_what_is_opened_so_or_becomes_it_and_a_good_vote_is_no_news() -> None:
    hook = Hook("room", (), (Preset.URGENT, Preset.LOW_VOTE))
    urgent = {type_ for type_ in EVENTS if hook.wants(replace(SAID[type_], priority="urgent", score=7))}
    assert urgent == {Type.OPENED, Type.PRIORITY}


HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MINUTE = timedelta(minutes=1)


def status(code: int, retry_after: float | None = None) -> Failure:
    return Failure(Why.STATUS, f"answers {code}", code, retry_after)


JUDGED: dict[str, tuple[Answer | Failure, int, timedelta, int, Verdict]] = {
    "taken": (Answer(204, "", b""), 1, HOUR, 1, Verdict(sent=True)),
    "gone for good": (status(410), 1, HOUR, 1, Verdict(again=timedelta(), off=True)),
    "refused": (status(400), 1, HOUR, 1, Verdict(again=MINUTE)),
    "refused for the fourth time": (status(404), 4, HOUR, 1, Verdict(again=8 * MINUTE)),
    "refused for the fifth time": (status(404), 5, HOUR, 1, Verdict(failed=True)),
    "sent elsewhere for the fifth time": (status(301), 5, HOUR, 1, Verdict(failed=True)),
    "broken": (status(500), 3, HOUR, 1, Verdict(again=4 * MINUTE)),
    "broken often": (status(500), 30, DAY, 1, Verdict(again=DAY)),
    "broken for three days": (status(500), 9, 3 * DAY, 1, Verdict(failed=True)),
    "busy": (status(429), 1, HOUR, 2, Verdict(again=2 * MINUTE, rest=2 * MINUTE)),
    "busy until": (status(503, 90), 5, HOUR, 9, Verdict(again=timedelta(seconds=90), rest=timedelta(seconds=90))),
    "busy for three days": (status(429), 50, 3 * DAY, 9, Verdict(failed=True)),
    "away": (Failure(Why.UNREACHABLE, ""), 1, HOUR, 1, Verdict(again=MINUTE, rest=MINUTE)),
    "away for long": (Failure(Why.LATE, ""), 9, HOUR, 9, Verdict(again=HOUR, rest=HOUR)),
    "bad TLS for three days": (Failure(Why.TLS, ""), 9, 3 * DAY, 9, Verdict(failed=True)),
}


@pytest.mark.parametrize("case", JUDGED)
def test_w39_what_a_program_answers_decides_when_it_is_told_again(case: str) -> None:
    outcome, tries, age, rests, wanted = JUDGED[case]
    assert verdict(outcome, tries, age, rests) == wanted


def test_pauses_grow_from_a_minute_to_a_day() -> None:
    assert [growing(times) // MINUTE for times in (0, 1, 2, 3, 11, 12, 10_000)] == [1, 1, 2, 4, 1024, 1440, 1440]


def test_a_row_has_a_state_for_each_end() -> None:
    assert [one.value for one in HookRowState] == ["waiting", "sent", "failed", "dropped"]
