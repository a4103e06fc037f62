"""A quiet ticket from the front door to the outbox: nothing leaves but what agents write, whatever happens and passes.

Which letters keep still is a table: `core/letters/test_stages.py`; what the shipped rule hears: `rulebook/test_legal.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from conftest import Desk, confirm, from_agent, mail, notice_to, only, running, whole

from mailgate.app.jobs.schedule import run_job

MAIJA, LAWYER = "maija@customer.example", "office@law.example"
RULES = (Path(__file__).parents[2] / "rules" / "35-legal.toml").read_text()
LAST = '\n[[rule]]\nname = "everything else"\n'
LETTERS = '[letters]\nstages = ["taken", "waiting", "transferred", "solved", "reopened", "late"]\nmax_per_day = 99\n'


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("quiet")
    with running(folder, RULES + LAST, support='nudge = "1d"\nsolve_after = "3d"', more=LETTERS, undo="2m") as found:
        yield found


def passed(desk: Desk, days: int = 0) -> None:
    desk.clock.ahead += timedelta(days=days, minutes=10)
    for _ in range(2):
        run_job(desk.gateway, "wake", desk.clock())


def heard(desk: Desk, who: str) -> list[str]:
    return [str(one["X-Mailgate-Reason"]) for one in desk.letters(who)]


def test_a_lawyers_mail_is_answered_by_agents_alone_and_never_solved_by_time(desk: Desk) -> None:
    number = desk.send(
        mail("Damages", "We write to you as our client's counsel: letter before action.\n", sender=LAWYER)
    )
    ticket = desk.of_mail(number)
    assert {"legal", "quiet"} <= {*ticket.tags} and heard(desk, LAWYER) == []
    notice = notice_to(desk, "anna", ticket.number)
    assert " quiet" in whole(notice)
    from_agent(desk, "We have your letter.\n", notice)
    passed(desk)
    answers = heard(desk, LAWYER)
    assert len(answers) == 1 and "We have your letter." in whole(only(desk.letters(LAWYER, "answer")))
    passed(desk, days=30)
    assert desk.ticket(ticket.number).status == "waiting" and heard(desk, LAWYER) == answers
    answer = only(desk.letters(LAWYER, "answer"))
    desk.send(mail(f"Re: {answer['Subject']}", "#status\n", sender=LAWYER, in_reply_to=str(answer["Message-ID"])))
    assert "#status" in whole(notice_to(desk, "anna", ticket.number)) and desk.ticket(ticket.number).status == "open"
    from_agent(desk, "#solve\n", notice)
    passed(desk)
    assert desk.ticket(ticket.number).status == "solved" and heard(desk, LAWYER) == answers
    from_agent(desk, "#list quiet solved\n", notice)
    assert f"#{ticket.number}" in whole(desk.letters("anna@staff.example", "question")[-1])


def test_what_waits_already_stays_here_and_undo_lets_it_leave_again(desk: Desk) -> None:
    ticket = desk.of_mail(desk.send(mail()))
    before = heard(desk, MAIJA)  # the acknowledgement
    notice = notice_to(desk, "anna", ticket.number)
    from_agent(desk, "#wait\n", notice)
    from_agent(desk, "#quiet\n", notice)
    passed(desk)
    assert heard(desk, MAIJA) == before and desk.ticket(ticket.number).quiet
    from_agent(desk, "#undo\n", notice)
    assert not desk.ticket(ticket.number).quiet
    from_agent(desk, "#solve\n", notice)
    passed(desk)
    assert len(heard(desk, MAIJA)) == len(before) + 1


def test_what_is_merged_with_a_quiet_ticket_is_quiet(desk: Desk) -> None:
    quiet, other = (desk.of_mail(desk.send(mail(name))) for name in ("One", "Other"))
    from_agent(desk, "#quiet\n", notice_to(desk, "anna", quiet.number))
    confirm(desk, from_agent(desk, f"#merge {other.number}\n", notice_to(desk, "anna", quiet.number)))
    assert desk.ticket(other.number).quiet
