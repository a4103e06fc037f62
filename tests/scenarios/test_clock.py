"""Time as a stimulus: deadlines climb, holds end, silent customers are asked once, and a wild clock does no harm."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from threading import Semaphore

import pytest
from conftest import PATIENCE, Desk, from_agent, mail, opened, reply, running, whole

from mailgate.app.admin import control
from mailgate.app.jobs.schedule import JOBS, run_job
from mailgate.core.model.change import Decision, Fate, SetStatus, Step
from mailgate.core.model.ticket import Status

ANNA, BO = "anna@staff.example", "bo@staff.example"
MAIJA = "maija@customer.example"
HOUR = timedelta(hours=1)
SLA = """
[[sla]]
name = "standard"
first_response = "4h"
resolve = "48h"
warn = 0.5
escalate = [
  { at = 1.0, notify = ["lead", "boss@head.example"], priority = "urgent" },
  { at = 1.5, notify = ["owner"], release = true },
]
"""
SUPPORT = 'sla = "standard"\nlead = "anna"\nnotify = "owner"\nnudge = "3d"\nsolve_after = "7d"'
LETTERS = '[letters]\nstages = ["taken", "waiting", "transferred", "solved", "reopened", "late"]\nmax_per_day = 5\n'


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with running(tmp_path, support=SUPPORT, more=SLA + LETTERS) as found:
        yield found


def test_a_job_comes_by_itself_again_and_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    came = Semaphore(0)
    monkeypatch.setitem(JOBS, "watch", (lambda gateway, now: came.release() or 0, timedelta(milliseconds=20)))
    with running(tmp_path, ticking=True):
        assert all(came.acquire(timeout=PATIENCE) for _ in range(3))


def later(desk: Desk, job: str, **delta: float) -> int:
    """The job as it would run so much later."""
    desk.clock.ahead += timedelta(**delta)
    return run_job(desk.gateway, job, desk.clock())


def templates(desk: Desk, to: str) -> list[str]:
    """The templates of the letters somebody got, oldest first."""
    desk.letters()
    rows = desk.gateway.store.read(lambda read: read.outbox.deliveries(("sent", "held")))
    return [row.template for row in rows if row.to == to]


def stages(desk: Desk, to: str = MAIJA) -> list[str]:
    return [name for name in templates(desk, to) if name not in ("ack", "answer")]


# --- escalation -------------------------------------------------------------------------------------------------------


def test_a_deadline_climbs_step_by_step_and_each_reader_hears_of_each_step_once(desk: Desk) -> None:
    ticket = opened(desk)
    assert later(desk, "escalate", hours=1.9) == 0
    assert later(desk, "escalate", hours=0.2) == 1, "the warning at half the time"
    assert templates(desk, ANNA).count("escalation") == 1, "nobody has it, so the lead hears for the owner"
    assert later(desk, "escalate", minutes=1) == 0
    assert later(desk, "escalate", hours=2) == 1, "the deadline itself"
    climbed = desk.ticket(ticket.number)
    assert (climbed.priority, climbed.escalation) == ("urgent", 2)
    [warned, late] = desk.letters(ANNA, "escalation")
    assert late["X-Mailgate-Reason"] == "overdue" and warned["X-Mailgate-Reason"] == "due_soon"
    assert "urgent" in whole(late)
    assert later(desk, "escalate", minutes=1) == 0


def test_of_many_tickets_that_turn_urgent_ten_are_told_at_once_and_the_rest_in_one_list_soon(desk: Desk) -> None:
    desk.post([mail(f"Lamp {n:02}", "It is dark.\n", sender=f"c{n}@customer.example") for n in range(14)])
    assert later(desk, "escalate", hours=4.1) == 14
    assert len(desk.letters(ANNA, "escalation")) == 10
    for _ in range(17):
        later(desk, "wake", minutes=1)
    [rest] = desk.letters(ANNA, "question")
    texts = whole(rest) + "".join(str(one["Subject"]) for one in desk.letters(ANNA, "escalation"))
    assert [n for n in range(14) if f"Lamp {n:02}" not in texts] == [] and len(desk.letters(ANNA, "escalation")) == 10


def test_an_address_that_is_no_agents_gets_a_list_without_thread_or_proof(desk: Desk) -> None:
    opened(desk, "Broken lamp", "My secret words CANARY.\n")
    later(desk, "escalate", hours=4.1)
    [letter] = desk.letters("boss@head.example")
    text = whole(letter)
    assert "Broken lamp" in text and "CANARY" not in text
    assert "mg:" not in text and "mailto:" not in text and "List-Id" not in letter


def test_an_owner_who_never_answers_gives_the_ticket_back(desk: Desk) -> None:
    ticket = opened(desk)
    from_agent(desk, "#take", _notice(desk))
    assert desk.ticket(ticket.number).owner == "anna"
    later(desk, "escalate", hours=6.1)
    after = desk.ticket(ticket.number)
    assert (after.owner, after.status, after.escalation) == (None, "new", 3)
    assert len(desk.letters(ANNA, "escalation")) == 1


def test_k01_a_clock_set_back_takes_no_step_again(desk: Desk) -> None:
    ticket = opened(desk)
    later(desk, "escalate", hours=4.1)
    before = desk.ticket(ticket.number)
    assert later(desk, "escalate", hours=-1) == 0
    assert later(desk, "escalate", hours=-3) == 0
    assert later(desk, "escalate", hours=4) == 0
    after = desk.ticket(ticket.number)
    assert (after.escalation, after.due) == (before.escalation, before.due)
    assert len(desk.letters(ANNA, "escalation")) == 1


def test_k05_after_three_days_down_each_ticket_takes_its_highest_step_and_a_list_tells_of_all(desk: Desk) -> None:
    for number in range(25):
        desk.send(mail(f"Lamp {number}", sender=f"c{number}@customer.example"))
    assert later(desk, "escalate", days=1.5) == 25
    assert {one.escalation for one in desk.tickets()} == {3}
    assert desk.letters(ANNA, "escalation") == []
    [storm] = [letter for letter in desk.letters(ANNA, "digest") if "25" in letter["Subject"]]
    text = whole(storm)
    assert all(f"Lamp {number}" in text for number in range(25))
    assert later(desk, "escalate", minutes=1) == 0


# --- stage letters ----------------------------------------------------------------------------------------------------


def test_the_customer_hears_that_a_deadline_is_near_once_a_deadline(desk: Desk) -> None:
    opened(desk)
    later(desk, "escalate", hours=2.1)
    later(desk, "escalate", hours=2)
    assert stages(desk) == ["delayed"]
    [letter] = desk.letters(MAIJA, "delayed")
    assert letter["Auto-Submitted"] == "auto-replied" and letter["In-Reply-To"]


def _notice(desk: Desk) -> EmailMessage:
    return desk.letters(ANNA, "notice")[-1]


def test_taken_names_the_agent_and_solve_without_words_asks_how_it_went(desk: Desk) -> None:
    ticket = opened(desk)
    from_agent(desk, "#take", _notice(desk))
    assert desk.letters(MAIJA, "taken") == []
    desk.clock.ahead += HOUR
    [taken] = desk.letters(MAIJA, "taken")
    assert "Anna" in whole(taken) and "Virtanen" not in str(taken.get_body(("plain",)).get_content()).split("Hello")[0]
    from_agent(desk, "Please send a photo.", _notice(desk))
    desk.clock.ahead += 2 * HOUR
    from_agent(desk, "#solve", _notice(desk))
    assert desk.ticket(ticket.number).status == "solved"
    [solved] = desk.letters(MAIJA, "solved")
    assert whole(solved).count("mailto:") >= 11
    desk.send(reply(solved, f"Maija <{MAIJA}>", "9"))
    vote = [
        event
        for event in desk.gateway.store.read(lambda read: read.tickets.events(ticket.number))
        if event.kind == "vote"
    ]
    assert [event.new for event in vote] == ["9"]


@pytest.mark.parametrize("then", ["#unassign", "#solve", "The bulb is in the post."])
def test_that_an_agent_took_it_is_not_told_when_they_gave_it_back_ended_it_or_wrote_within_the_hour(
    desk: Desk, then: str
) -> None:
    opened(desk)
    from_agent(desk, "#take", _notice(desk))
    desk.clock.ahead += HOUR / 2
    from_agent(desk, then, _notice(desk))
    desk.clock.ahead += HOUR
    assert "taken" not in stages(desk)
    [row] = [one for one in desk.gateway.store.read(lambda read: read.outbox.deliveries(("dead",))) if one.to == MAIJA]
    assert (row.template, row.error) == ("taken", "the ticket has gone on since")


def test_d35_what_is_filed_ends_in_silence_and_an_answer_or_a_tap_on_undo_opens_it(desk: Desk) -> None:
    ticket = opened(desk, "Invoice 7", "Please find our invoice attached.\n")
    from_agent(desk, "Thank you, it will be paid on Friday.", _notice(desk))
    desk.clock.ahead += 2 * HOUR
    from_agent(desk, "#arkistoi", _notice(desk))
    desk.clock.ahead += 24 * HOUR
    assert (desk.ticket(ticket.number).status, stages(desk)) == ("solved", [])
    assert templates(desk, MAIJA) == ["ack", "answer"], "neither a letter nor a survey"
    said = desk.gateway.store.read(lambda read: read.tickets.events(ticket.number))
    assert [one.new for one in said if one.kind == "why"][-1] == "filed"
    desk.send(reply(desk.letters(MAIJA, "answer")[-1], MAIJA, "It is not paid yet!"))
    assert desk.ticket(ticket.number).status == "open"
    from_agent(desk, "#file", _notice(desk))
    from_agent(desk, "#undo", _notice(desk))
    assert desk.ticket(ticket.number).status == "open"
    assert "solved" not in stages(desk)


def test_a_solution_is_told_at_an_agents_wish_where_no_letter_goes_by_itself(tmp_path: Path) -> None:
    with running(tmp_path, support=SUPPORT, more=SLA + "[letters]\nstages = []\n") as desk:
        for command, told in (("#solve", []), ("#solve tell", ["solved"])):
            ticket = opened(desk, f"Lamp {command}")
            from_agent(desk, command, _notice(desk))
            assert (desk.ticket(ticket.number).status, stages(desk)) == ("solved", told)


def test_an_answer_leaves_no_room_for_stage_letters(desk: Desk) -> None:
    opened(desk)
    from_agent(desk, "#solve\n\nThe bulb is in the post.", _notice(desk))
    assert stages(desk) == [], "an answer says it all"
    answer = desk.letters(MAIJA, "answer")[-1]
    assert whole(answer).count("mailto:") >= 11, "the survey stands under the words"


def test_of_a_persons_second_ticket_within_a_month_nothing_is_asked(desk: Desk) -> None:
    for number, asks in ((1, True), (2, False), (3, True)):
        opened(desk, f"Lamp {number}")
        from_agent(desk, "#solve\n\nThe bulb is in the post.", _notice(desk))
        assert (whole(desk.letters(MAIJA, "answer")[-1]).count("mailto:") >= 11) is asks
        desk.clock.ahead += timedelta(days=16)


def test_where_an_answer_ends_a_ticket_the_survey_stands_under_it(tmp_path: Path) -> None:
    with running(tmp_path, support='lead = "anna"\nnotify = "lead"\nafter_reply = "solved"') as desk:
        ticket = opened(desk)
        from_agent(desk, "The bulb is in the post.", _notice(desk))
        assert desk.ticket(ticket.number).status == "solved"
        assert whole(desk.letters(MAIJA, "answer")[-1]).count("mailto:") >= 11


def test_within_an_hour_of_an_agents_words_nothing_is_added(desk: Desk) -> None:
    opened(desk)
    from_agent(desk, "Please send a photo.", _notice(desk))
    desk.clock.ahead += timedelta(minutes=59)
    from_agent(desk, "#solve", _notice(desk))
    assert stages(desk) == []


def test_transferred_waiting_and_reopened_are_told_and_the_day_has_its_limit(tmp_path: Path) -> None:
    with running(tmp_path, support=SUPPORT, more=SLA + LETTERS.replace("max_per_day = 5", "max_per_day = 2")) as desk:
        opened(desk)
        from_agent(desk, "#move sales", _notice(desk))
        from_agent(desk, "#wait", _notice(desk))
        from_agent(desk, "#solve", _notice(desk))
        assert stages(desk) == ["transferred", "waiting"]
        desk.clock.ahead += timedelta(days=1.1)
        desk.send(reply(desk.letters(MAIJA, "ack")[-1], MAIJA, "It broke again, can you look at it?"))
        assert stages(desk)[2:] == ["reopened"]


def test_a_program_gets_no_stage_letters(desk: Desk) -> None:
    opened(desk, "Disk full", "sda1 is full\n", sender="cron@customer.example", auto_submitted="auto-generated")
    from_agent(desk, "#take", _notice(desk))
    later(desk, "escalate", hours=2.1)
    assert templates(desk, "cron@customer.example") == []


def test_quiet_hours_hold_stage_letters_until_morning(tmp_path: Path) -> None:
    around = datetime.now(UTC)
    quiet = f"{(around - HOUR):%H:%M}-{(around + 2 * HOUR):%H:%M}"
    more = SLA + LETTERS + f'quiet_hours = "{quiet}"\n'
    with running(tmp_path, support=SUPPORT, more=more) as desk:
        opened(desk)
        from_agent(desk, "#take", _notice(desk))
        assert desk.letters(MAIJA, "taken") == []
        desk.clock.ahead += 3 * HOUR
        assert len(desk.letters(MAIJA, "taken")) == 1


def test_undo_takes_the_stage_letter_back(tmp_path: Path) -> None:
    with running(tmp_path, support=SUPPORT, more=SLA + LETTERS, undo="10m") as desk:
        opened(desk)
        from_agent(desk, "#solve", _notice(desk))
        from_agent(desk, "#undo", _notice(desk))
        desk.clock.ahead += HOUR
        assert desk.letters(MAIJA, "solved") == [] and desk.letters(MAIJA, "reopened") == []


def test_d12_letters_of_a_job_played_at_another_time_are_worded_by_that_time(desk: Desk) -> None:
    opened(desk)
    control.job(desk.gateway, "escalate", (desk.clock() + 5 * HOUR).isoformat())
    [late] = desk.letters(MAIJA, "delayed")
    [notice] = desk.letters(ANNA, "escalation")
    assert "sorry" in whole(late) and "Overdue" in whole(notice)
    assert parsedate_to_datetime(late["Date"]) <= desk.clock(), "it left now"


# --- waking -----------------------------------------------------------------------------------------------------------


def test_hold_ends_at_its_time_and_the_owner_hears_of_it(desk: Desk) -> None:
    ticket = opened(desk)
    from_agent(desk, "#take #hold 2d", _notice(desk))
    assert desk.ticket(ticket.number).status == "hold"
    assert later(desk, "wake", days=1) == 0
    assert later(desk, "wake", days=4) == 1
    after = desk.ticket(ticket.number)
    assert (after.status, after.status_until, after.owner) == ("open", None, "anna")
    assert _notice(desk)["X-Mailgate-Reason"] == "woken"
    assert later(desk, "wake", minutes=1) == 0


def test_a_silent_customer_is_asked_once_and_then_let_go(desk: Desk) -> None:
    ticket = opened(desk)
    from_agent(desk, "Please send a photo.", _notice(desk))
    assert desk.ticket(ticket.number).status_until is not None
    assert later(desk, "wake", days=3.1) == 1
    assert later(desk, "wake", days=1) == 0
    [nudge] = desk.letters(MAIJA, "nudge")
    assert nudge["In-Reply-To"]
    assert later(desk, "wake", days=3) == 1
    after = desk.ticket(ticket.number)
    assert (after.status, after.due.next) == ("solved", None)
    assert stages(desk) == ["nudge", "closing"]


def test_a_second_answer_starts_the_wait_anew(desk: Desk) -> None:
    ticket = opened(desk)
    from_agent(desk, "Please send a photo.", _notice(desk))
    later(desk, "wake", days=3.1)
    desk.clock.ahead += timedelta(days=3)
    from_agent(desk, "Did you find one?", _notice(desk))
    assert later(desk, "wake", days=2) == 0
    assert later(desk, "wake", days=1.1) == 1
    assert stages(desk) == ["nudge", "nudge"]
    assert desk.ticket(ticket.number).status == "waiting"


def test_after_days_down_a_customer_is_still_asked_before_they_are_let_go(desk: Desk) -> None:
    ticket = opened(desk)
    from_agent(desk, "Please send a photo.", _notice(desk))
    later(desk, "wake", days=30)
    assert desk.ticket(ticket.number).status == "waiting"
    assert later(desk, "wake", days=3.9) == 0
    assert later(desk, "wake", days=0.2) == 1
    assert desk.ticket(ticket.number).status == "solved"


def test_a_solved_ticket_is_archived_without_a_letter(desk: Desk) -> None:
    ticket = opened(desk)
    step = Step(ticket.number, (SetStatus(Status.SOLVED),))
    now = desk.clock()
    desk.gateway.store.write(
        lambda tx: tx.apply(None, Decision(Fate.FILED, "t", (step,)), now, desk.gateway.ids)
    ).result()
    before = len(desk.letters())
    assert later(desk, "wake", days=29) == 0
    assert later(desk, "wake", days=2) == 1
    assert desk.ticket(ticket.number).status == "archived"
    assert len(desk.letters()) == before


def test_a_reminder_comes_once(desk: Desk) -> None:
    opened(desk)
    from_agent(desk, "#remind 2h call the courier", _notice(desk))
    assert later(desk, "wake", hours=1) == 0
    assert later(desk, "wake", hours=100) == 1
    assert later(desk, "wake", hours=1) == 0
    [letter] = desk.letters(ANNA, "reminder")
    assert "call the courier" in whole(letter)


def test_d20_a_lead_hears_of_many_parked_mails_in_one_letter_an_hour(desk: Desk) -> None:
    """Eleven mails that were parked minutes apart were eleven letters."""
    opened(desk)
    from_agent(desk, "#take", _notice(desk))
    from_agent(desk, "#assign bo", _notice(desk))
    handed = desk.letters(BO, "handover")[-1]
    for at in range(4):
        from_agent(desk, f"#colse\n\nAll done, {at}.", handed, agent="bo")
        desk.clock.ahead += timedelta(minutes=10)
    for _ in range(12):
        later(desk, "wake", minutes=15)
    told = [one for one in desk.letters(ANNA, "digest") if one["X-Mailgate-Reason"] == "parked"]
    assert 1 <= len(told) <= 2


def test_parked_mail_asks_its_author_again_and_then_tells_the_lead(desk: Desk) -> None:
    ticket = opened(desk)
    from_agent(desk, "#take", _notice(desk))
    from_agent(desk, "#assign bo", _notice(desk))
    handed = desk.letters(BO, "handover")[-1]
    from_agent(desk, "#colse\n\nAll done.", handed, agent="bo")
    assert later(desk, "wake", minutes=29) == 0
    assert later(desk, "wake", minutes=2) == 1
    assert later(desk, "wake", minutes=2) == 0
    first, second = desk.letters(BO, "receipt")
    assert second["In-Reply-To"] == first["Message-ID"]
    assert later(desk, "wake", hours=2) == 1
    [told] = [one for one in desk.letters(ANNA, "digest") if one["X-Mailgate-Reason"] == "parked"]
    assert "Bo Ek" in whole(told)
    assert later(desk, "wake", hours=2) == 0
    from_agent(desk, "#send words", second, agent="bo")
    desk.settle()
    assert "All done." in [entry.text for entry in desk.ticket(ticket.number).entries][-1]
    assert desk.gateway.store.read(lambda read: read.mail.parked()) == []


def test_the_lead_hears_of_a_mail_in_doubt_whose_agent_works_in_every_department(tmp_path: Path) -> None:
    everywhere = '[[agent]]\nname = "cy"\naddress = "cy@staff.example"\n'
    with running(tmp_path, support=SUPPORT, more=SLA + everywhere) as desk:
        opened(desk)
        assert desk.fate(desk.send(mail("Re: [#1001] Broken lamp", "#solve", sender="cy@staff.example"))) == "parked"
        for hours in (0.5, 0.6, 2):
            later(desk, "wake", hours=hours)
        [told] = [one for one in desk.letters(ANNA, "digest") if one["X-Mailgate-Reason"] == "parked"]
        assert "cy" in whole(told)
