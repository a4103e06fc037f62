"""A day of each of five people, by mail and at the shell: a customer, an agent, a lead, a trainee, an admin."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import RULES, Desk, from_agent, mail, notice_to, only, opened, reply, running, whole
from scenarios.test_by_mail_alone import library
from scenarios.test_by_mail_alone import tap as tap_on
from scenarios.test_mornings import next_weekday
from scenarios.turns import PATIENT, TRUSTED, go_to, tap

from mailgate.cli import cli
from mailgate.core.model.ticket import Status

ANNA, BO, TIMO = (f"{name}@staff.example" for name in ("anna", "bo", "timo"))
MAIJA = "maija@customer.example"
MORE = """
[[department]]
name = "practice"
addresses = ["practice@acme.example"]
training = true
lead = "anna"

[[agent]]
name = "timo"
address = "timo@staff.example"
departments = ["practice", "support"]
role = "trainee"

[[sla]]
name = "standard"
first_response = "4h"
resolve = "3d"
[[sla.escalate]]
at = 1.0
notify = "lead"

[letters]
suggest = true
survey = true

[forwards]
billing = "ap@books.example"
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    library(tmp_path)
    with running(
        tmp_path, RULES, support='sla = "standard"\nlead = "anna"', smtp=TRUSTED, more=MORE + PATIENT
    ) as found:
        found.clock.ahead = next_weekday(0, 7) - datetime.now(UTC)
        yield found


def later(desk: Desk, **time: int) -> None:
    """So much time passes, and what it makes due is done."""
    go_to(desk, desk.clock() + timedelta(**time))


def shell(desk: Desk, *call: str) -> str:
    """What a command of the shell prints; it must succeed."""
    done = CliRunner().invoke(cli, ["--config", str(desk.folder / "mailgate.toml"), *call])
    assert done.exit_code == 0, done.output
    return done.output


def newest(desk: Desk, who: str, template: str) -> EmailMessage:
    return desk.letters(who, template)[-1]


def test_a_customer_helps_themselves_asks_where_it_stands_and_votes(desk: Desk) -> None:
    first = opened(desk, "Changing a fuse")
    tap_on(desk, only(desk.letters(MAIJA, "ack")), "Changing the fuse")
    tap_on(desk, only(desk.letters(MAIJA, "article")), "This solved it")
    assert desk.ticket(first.number).status is Status.SOLVED
    second = opened(desk, "Broken lamp")
    desk.send(reply(newest(desk, MAIJA, "ack"), MAIJA, "#status"))
    assert "Broken lamp" in whole(newest(desk, MAIJA, "status"))
    from_agent(
        desk,
        "#solve\n\nA new lamp is on its way.\n",
        notice_to(desk, "bo", second.number),
        "bo",
    )
    answer = only(desk.letters(MAIJA, "answer"))
    assert "A new lamp is on its way." in whole(answer) and "#solve" not in whole(answer)
    desk.send(reply(answer, MAIJA, "10 thank you, that was quick"))
    assert len(desk.letters(MAIJA, "vote_thanks")) == 1
    assert [desk.ticket(one.number).status for one in (first, second)] == [Status.SOLVED, Status.SOLVED]
    assert not [letter for letter in desk.letters(MAIJA) if "staff.example" in whole(letter)]


def test_an_agent_answers_notes_passes_on_waits_and_closes_from_the_mail_client(desk: Desk) -> None:
    lamp, bill, chair = (
        opened(desk, subject, sender=f"{n}@customer.example") for n, subject in enumerate(("Lamp", "Bill", "Chair"))
    )
    from_agent(desk, "Which lamp is it?\n", notice_to(desk, "bo", lamp.number), "bo")
    from_agent(desk, "#note call the courier first\n", notice_to(desk, "bo", lamp.number), "bo")
    from_agent(desk, "#forward billing #file\n", notice_to(desk, "bo", bill.number), "bo")
    from_agent(desk, "#take #hold 2h #spent 20min\n", notice_to(desk, "bo", chair.number), "bo")
    assert "Which lamp is it?" in whole(only(desk.letters("0@customer.example", "answer")))
    assert "courier" not in "".join(map(whole, desk.letters("0@customer.example")))
    assert only(desk.letters("ap@books.example"))["Reply-To"] == "support@acme.example"
    assert [desk.ticket(one.number).status for one in (lamp, bill, chair)] == [
        Status.WAITING,
        Status.SOLVED,
        Status.HOLD,
    ]
    later(desk, hours=2, minutes=1)
    assert desk.ticket(chair.number).status is Status.OPEN
    from_agent(desk, "#mine\n", notice_to(desk, "bo", chair.number), "bo")
    mine = newest(desk, BO, "question")
    assert "Lamp" in whole(mine) and "Chair" in whole(mine) and "Bill" not in whole(mine)
    from_agent(desk, "#solve\n\nIt is mended.\n", notice_to(desk, "bo", chair.number), "bo")
    assert desk.ticket(chair.number).status is Status.SOLVED


def test_a_lead_sees_the_morning_what_is_late_a_trainees_words_and_the_figures(desk: Desk) -> None:
    late = opened(desk, "Forgotten lamp")
    later(desk, hours=5)
    assert str(late.number) in str(newest(desk, ANNA, "escalation")["Subject"])
    from_agent(desk, "#take\n", notice_to(desk, "timo", late.number), "timo")
    from_agent(desk, "We are sorry.\n", notice_to(desk, "timo", late.number), "timo")
    asked = only(desk.letters(ANNA, "trainee"))
    assert "We are sorry." in whole(asked) and desk.letters(MAIJA, "answer") == []
    desk.send(tap(asked, "#send", ANNA))
    desk.settle()
    assert "We are sorry." in whole(only(desk.letters(MAIJA, "answer")))
    from_agent(desk, "#away bo\n", notice_to(desk, "anna", late.number))
    from_agent(desk, "#report 1d @timo\n", notice_to(desk, "anna", late.number))
    assert "timo" in whole(newest(desk, ANNA, "report"))
    later(desk, days=1)
    assert desk.letters(ANNA, "digest")


def test_a_trainee_practises_where_nothing_leaves(desk: Desk) -> None:
    assert "10" in shell(desk, "agents", "train", "timo")
    desk.settle()
    notices = desk.letters(TIMO, "notice")
    assert len(notices) == 10
    from_agent(desk, "#take\n\nDear customer, thank you.\n", notices[0], "timo")
    assert len(desk.letters(ANNA, "trainee")) == 1
    for asked in desk.letters(ANNA, "trainee"):
        desk.send(tap(asked, "#send", ANNA))
    desk.settle()
    assert {str(letter["To"]).rpartition("@")[2].strip(">") for letter in desk.letters()} == {"staff.example"}
    assert json.loads(shell(desk, "desk", "--json"))["load"] == []


def test_an_admin_checks_welcomes_explains_shuts_out_and_hands_over_somebodys_data(desk: Desk) -> None:
    assert "all is well" in shell(desk, "check")
    shell(desk, "agents", "welcome", "bo")
    assert len(desk.letters(BO, "welcome")) == 1
    ticket = opened(desk)
    assert "filed" in shell(desk, "explain", "1")
    shell(desk, "ban", "@pest.example")
    assert "@pest.example" in shell(desk, "bans")
    assert desk.fate(desk.send(mail(sender="x@pest.example"))) != "quarantined"
    shell(desk, "export", MAIJA, "--to", str(desk.folder / "maija.zip"))
    assert f"#{ticket.number}" in shell(desk, "tickets", "list")
