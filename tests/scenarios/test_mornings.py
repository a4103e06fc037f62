"""Each morning's letters, the week's report, the warning of overload, and notices that wait for an agent's hours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from conftest import Desk, from_agent, mail, opened, reply, running, whole

from mailgate.app.jobs import each_ticket
from mailgate.app.jobs.schedule import run_job
from mailgate.core.model.change import Decision, Fate, SetAway

ANNA, BO = "anna@staff.example", "bo@staff.example"
MAIJA = "maija@customer.example"
BOSS = "boss@head.example"
HOURS = "\n".join(f'{day} = "09:00-17:00"' for day in ("monday", "tuesday", "wednesday", "thursday", "friday"))
CALENDAR = f'[[calendar]]\nname = "office"\ntimezone = "Europe/Helsinki"\n{HOURS}\n'
SLA = '[[sla]]\nname = "standard"\nfirst_response = "4h"\n'
SUPPORT = 'sla = "standard"\nlead = "anna"\nnotify = "all"'
BO_HAS_HOURS = 'calendar = "office"\ntimezone = "Europe/Helsinki"\n'
MORNINGS = '[digest]\nat = "08:00"\nto = ["agents", "lead", "boss@head.example"]\n'


def next_weekday(weekday: int, hour: int, minute: int = 0) -> datetime:
    """The next such weekday after today, at that UTC time."""
    now = datetime.now(UTC)
    ahead = (weekday - now.weekday() - 1) % 7 + 1
    day = now + timedelta(days=ahead)
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0)


def go_to(desk: Desk, moment: datetime) -> None:
    desk.clock.ahead = moment - datetime.now(UTC)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with running(tmp_path, support=SUPPORT, more=BO_HAS_HOURS + CALENDAR + SLA + MORNINGS) as found:
        yield found


def digests(desk: Desk, to: str) -> list[EmailMessage]:
    return [letter for letter in desk.letters(to, "digest") if letter["X-Mailgate-Reason"] == "digest"]


def mornings(desk: Desk, moment: datetime) -> int:
    go_to(desk, moment)
    return run_job(desk.gateway, "digest", moment)


# --- digests ----------------------------------------------------------------------------------------------------------


def test_with_nothing_to_say_nobody_gets_a_digest(desk: Desk) -> None:
    assert mornings(desk, next_weekday(2, 12)) == 0
    assert desk.letters(ANNA) == [] and desk.letters(BOSS) == []


def test_each_reader_gets_their_morning_once_a_day_with_their_own_work_first(desk: Desk) -> None:
    ticket = opened(desk)
    from_agent(desk, "#take", desk.letters(ANNA, "notice")[-1])
    assert desk.ticket(ticket.number).owner == "anna"
    opened(desk, "Unowned chair")
    wednesday = next_weekday(2, 12)
    assert mornings(desk, wednesday) >= 2
    assert mornings(desk, wednesday + timedelta(hours=1)) == 0
    [letter] = digests(desk, ANNA)
    text = whole(letter)
    assert "Overdue" in text and "Broken lamp" in text and "Unowned chair" in text
    assert "The team in support" in text and "nobody" in text
    [boss] = desk.letters(BOSS, "digest")
    assert "Unowned chair" in whole(boss) and "mg:" not in whole(boss) and "mailto:" not in whole(boss)
    assert mornings(desk, wednesday + timedelta(days=1)) >= 2
    assert len(digests(desk, ANNA)) == 2


def test_who_owns_nothing_is_told_what_nobody_has_and_what_colleagues_are_late_with(desk: Desk) -> None:
    ticket = opened(desk)
    from_agent(desk, "#take", desk.letters(ANNA, "notice")[-1])
    opened(desk, "Unowned chair")
    mornings(desk, next_weekday(2, 12))
    text, lead = (digests(desk, name)[0].get_body(("plain",)).get_content() for name in (BO, ANNA))
    assert text.index("Nobody has these") < text.index("Unowned chair") < text.index("Overdue in support")
    assert text.index("Overdue in support") < text.index(f"#{ticket.number}") and text.count("Unowned chair") == 1
    assert lead.count("Unowned chair") == 1 and "Overdue in support" not in lead, "a lead has the team's list"


def test_who_is_away_is_not_told_what_others_may_take(desk: Desk) -> None:
    opened(desk, "Unowned chair")
    wednesday = next_weekday(2, 12)
    go_to(desk, wednesday)
    gone = Decision(
        Fate.FILED, "away", effects=(SetAway("bo", wednesday - timedelta(hours=1), wednesday + timedelta(days=2), ""),)
    )
    desk.gateway.store.write(lambda tx: each_ticket.write(desk.gateway, tx, gone, wednesday)).result()
    mornings(desk, wednesday)
    assert digests(desk, BO) == [] and len(digests(desk, ANNA)) == 1
    mornings(desk, wednesday + timedelta(days=2, hours=1))
    assert "Unowned chair" in whole(digests(desk, BO)[0])


def test_yesterdays_mail_is_accounted_for(desk: Desk) -> None:
    tuesday = next_weekday(1, 12)  # at noon, whenever the test is run: no midnight between the two
    go_to(desk, tuesday)
    opened(desk)
    opened(desk, "Another")
    mornings(desk, tuesday + timedelta(days=1))
    assert "2 in, 2 accounted for" in whole(digests(desk, ANNA)[-1])


def test_a_reader_with_hours_gets_it_when_they_begin_and_not_on_days_off(desk: Desk) -> None:
    opened(desk)
    go_to(desk, next_weekday(4, 10))  # a Friday, in Bo's hours
    from_agent(desk, "#assign bo", desk.letters(ANNA, "notice")[-1])
    saturday = next_weekday(4, 10) + timedelta(days=1)
    mornings(desk, saturday)
    assert digests(desk, BO) == []
    monday = saturday + timedelta(days=2)
    mornings(desk, monday.replace(hour=5, minute=30))  # half past seven or eight in Helsinki
    assert digests(desk, BO) == []
    mornings(desk, monday.replace(hour=7, minute=5))  # five past nine, or ten in summer
    [letter] = digests(desk, BO)
    assert "Broken lamp" in whole(letter)


def test_parked_mail_stands_first(desk: Desk) -> None:
    opened(desk)
    from_agent(desk, "#take", desk.letters(ANNA, "notice")[-1])
    from_agent(desk, "#colse\n\nDone.", desk.letters(ANNA, "notice")[-1])
    mornings(desk, next_weekday(2, 12))
    text = whole(digests(desk, ANNA)[0])
    assert text.index("Parked") < text.index("Overdue")


def test_the_lead_gets_last_weeks_report_on_the_first_working_day(desk: Desk) -> None:
    opened(desk)
    monday = next_weekday(0, 12)
    mornings(desk, monday)
    found = [letter for letter in desk.letters(ANNA, "report") if "support" in str(letter["Subject"])]
    assert len(found) == 1
    mornings(desk, monday + timedelta(days=1))
    assert len([one for one in desk.letters(ANNA, "report") if "support" in str(one["Subject"])]) == 1


# --- notices outside hours --------------------------------------------------------------------------------------------


def test_a_notice_outside_an_agents_hours_waits_for_their_start_and_urgent_ones_do_not(desk: Desk) -> None:
    go_to(desk, next_weekday(5, 12))  # a Saturday
    opened(desk)
    assert desk.letters(BO, "notice") == []
    assert len(desk.letters(ANNA, "notice")) == 1, "Anna has no hours of her own"
    go_to(desk, next_weekday(5, 12) + timedelta(days=2))
    assert len(desk.letters(BO, "notice")) == 1


def test_several_waiting_notices_become_one_list_and_nothing_is_lost(desk: Desk) -> None:
    saturday = next_weekday(5, 12)
    go_to(desk, saturday)
    ticket = opened(desk)
    desk.send(reply(desk.letters(MAIJA, "ack")[-1], MAIJA, "And the second one broke too."))
    other = desk.of_mail(desk.send(mail("Green chair", "It squeaks.\n", sender="liisa@customer.example")))
    opening = saturday.replace(hour=7, minute=0) + timedelta(days=2)  # nine in Helsinki, or ten in summer
    for moment in (opening - timedelta(hours=1, minutes=2), opening - timedelta(minutes=2)):
        go_to(desk, moment)
        run_job(desk.gateway, "wake", moment)
    go_to(desk, opening + timedelta(minutes=1))
    run_job(desk.gateway, "wake", desk.clock())
    assert desk.letters(BO, "notice") == []
    [gathered] = desk.letters(BO, "question")
    text = whole(gathered)
    for words in ("The lamp does not work", "And the second one broke too", "It squeaks", "Green chair"):
        assert words in text
    dead = [row for row in desk.gateway.store.read(lambda read: read.outbox.deliveries(("dead",))) if row.to == BO]
    assert [row.error for row in dead] == ["gathered"] * 3
    from_agent(desk, "2 take", gathered, agent="bo")
    assert desk.ticket(other.number).owner == "bo" and desk.ticket(ticket.number).owner is None
    [thread] = desk.letters(BO, "handover")
    from_agent(desk, "Which chair is it?", thread, agent="bo")
    assert "Which chair is it?" in whole(desk.letters("liisa@customer.example", "answer")[-1])


def test_a_single_waiting_notice_stays_what_it_is(desk: Desk) -> None:
    go_to(desk, next_weekday(5, 12))
    opened(desk)
    monday = (next_weekday(5, 12) + timedelta(days=2)).replace(hour=12)
    run_job(desk.gateway, "wake", monday)
    go_to(desk, monday)
    assert len(desk.letters(BO, "notice")) == 1


# --- held mail --------------------------------------------------------------------------------------------------------


def parked_answer(desk: Desk, moment: datetime) -> int:
    """A ticket of Bo's since that moment, and a slip of theirs that holds an answer to it at this one; its number."""
    ticket = opened(desk)
    from_agent(desk, "#take", desk.letters(BO, "notice")[-1], agent="bo")
    go_to(desk, moment)
    assert desk.fate(from_agent(desk, "#colse\n\nDone.", desk.letters(BO, "notice")[-1], agent="bo")) == "parked"
    return ticket.number


def test_what_fell_due_while_the_gateway_was_down_is_one_list_at_its_start(tmp_path: Path) -> None:
    parts = {"support": SUPPORT, "more": BO_HAS_HOURS + CALENDAR + SLA}
    sunday, monday = next_weekday(6, 12), next_weekday(6, 12) + timedelta(hours=22)
    with running(tmp_path, ahead=sunday - datetime.now(UTC), **parts) as desk:
        for n in range(3):
            opened(desk, f"Lamp {n}", sender=f"c{n}@customer.example")
        assert desk.letters(BO) == []
    with running(tmp_path, ahead=monday - datetime.now(UTC), **parts) as desk:
        opened(desk, "Chair")
        subjects = [str(letter["Subject"]) for letter in desk.letters(BO) if "Lamp" in whole(letter)]
        assert len(subjects) == 1 and "3" in subjects[0]


def test_a_parked_answer_is_told_to_the_lead_at_once_when_its_ticket_is_due_within_two_hours(desk: Desk) -> None:
    noon = next_weekday(2, 8)
    go_to(desk, noon)
    parked_answer(desk, noon + timedelta(hours=1.5))  # promised within four
    run_job(desk.gateway, "wake", noon + timedelta(hours=1.9))
    assert desk.letters(ANNA, "digest") == []
    for hours in (2.1, 2.2, 3.6):
        go_to(desk, noon + timedelta(hours=hours))
        run_job(desk.gateway, "wake", desk.clock())
        [told] = desk.letters(ANNA, "digest")
    assert "deadline within two hours" in str(told["Subject"]) and "Bo Ek" in whole(told)


def test_at_the_end_of_their_hours_an_agent_is_told_once_what_has_not_left(desk: Desk) -> None:
    wednesday = next_weekday(2, 12)
    go_to(desk, wednesday)
    parked_answer(desk, wednesday)
    end = desk.clock().astimezone(ZoneInfo("Europe/Helsinki")).replace(hour=17, minute=0, second=0)
    for minutes, count in ((-30, 0), (-10, 1), (-5, 1), (30, 1)):
        moment = (end + timedelta(minutes=minutes)).astimezone(UTC)
        go_to(desk, moment)
        run_job(desk.gateway, "wake", moment)
        evening = [one for one in desk.letters(BO, "digest") if one["X-Mailgate-Reason"] == "held"]
        assert len(evening) == count
    assert str(evening[0]["Subject"]) == "1 of your answers has not left" and "Broken lamp" in whole(evening[0])


def test_what_is_held_is_listed(desk: Desk) -> None:
    go_to(desk, next_weekday(2, 12))
    parked_answer(desk, desk.clock())
    from_agent(desk, "#list held", desk.letters(BO, "notice")[-1], agent="bo")
    [letter] = desk.letters(BO, "question")
    assert "1 of your answers has not left" in whole(letter) and "Re: [#1001] Broken lamp" in whole(letter)


# --- the clock at boot ------------------------------------------------------------------------------------------------


def test_k08_before_the_clock_is_set_mail_is_kept_and_nothing_is_sent(desk: Desk) -> None:
    go_to(desk, datetime(1970, 1, 1, 0, 5, tzinfo=UTC))
    number = desk.send(mail())
    assert desk.fate(number) == "filed"
    assert desk.gateway.dispatcher.drain() == 0
    assert desk.gateway.store.read(lambda read: read.outbox.deliveries(("sent",))) == []
    desk.clock.ahead = timedelta()
    assert len(desk.letters(ANNA, "notice")) == 1
