"""`mailgate agents`: welcome, proof of the way, absence, farewell, all while the daemon runs."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

from click.testing import CliRunner
from conftest import Desk, from_agent, mail, notice_to, only, opened, reply, whole

from mailgate.app.jobs.schedule import run_job
from mailgate.cli import cli

ANNA = "Anna Virtanen <anna@staff.example>"
TODAY = datetime.now(UTC).date()
SPAN = f"{TODAY - timedelta(days=1)}..{TODAY + timedelta(days=30)}"
BO = "Bo Ek <bo@staff.example>"


def run(desk: Desk, *args: str, status: int = 0) -> str:
    """The output of `mailgate agents ...`."""
    done = CliRunner().invoke(
        cli, ["--config", str(desk.folder / "mailgate.toml"), "agents", *args], standalone_mode=False
    )
    assert done.exception is None, done.exception
    assert (done.return_value or 0) == status, done.output
    return done.output


def test_the_list_says_who_is_here_and_what_they_have(desk: Desk) -> None:
    ticket = opened(desk)
    from_agent(desk, "#take\n", notice_to(desk, "anna", ticket.number))
    rows = {row["name"]: row for row in json.loads(run(desk, "list", "--json"))}
    assert (rows["anna"]["tickets"], rows["anna"]["role"], rows["anna"]["active"]) == (1, "lead", True)
    assert rows["bo"]["departments"] == ["support", "sales"]
    run(desk, "away", "bo", SPAN, "cover", "anna")
    assert "anna covers" in run(desk)


def card(letter: EmailMessage) -> str:
    [attached] = [part for part in letter.walk() if part.get_filename() == "desk.vcf"]
    return str(attached.get_content())


def test_a_welcome_carries_the_desk_address_as_a_card_and_a_revoked_one_is_worth_nothing(desk: Desk) -> None:
    assert "anna@staff.example" in run(desk, "welcome", "anna")
    address = run(desk, "desk", "anna").strip()
    letter = only(desk.letters("anna@staff.example", "welcome"))
    assert f"EMAIL:{address}\r\n" in card(letter).replace("\n", "\r\n").replace("\r\r", "\r") and address in whole(
        letter
    )
    ticket = opened(desk)
    assert desk.fate(desk.send(mail(f"[#{ticket.number}] #tag +one", "\n", sender=ANNA, to=address))) == "filed"
    newer = run(desk, "desk", "anna", "--revoke").strip()
    assert newer != address and run(desk, "desk", "anna").strip() == newer
    assert desk.fate(desk.send(mail(f"[#{ticket.number}] #tag +two", "\n", sender=ANNA, to=address))) == "parked"
    assert desk.fate(desk.send(mail(f"[#{ticket.number}] #tag +three", "\n", sender=ANNA, to=newer))) == "filed"
    assert desk.ticket(ticket.number).tags == ("one", "three")


def test_a_test_says_by_what_proof_and_which_carriers_the_answer_came(desk: Desk) -> None:
    begun = json.loads(run(desk, "test", "anna", "--json"))
    assert begun["answer"] is None and begun["address"] == "anna@staff.example"
    question = only(desk.letters("anna@staff.example", "question"))
    desk.send(reply(question, ANNA, "#help"))
    seen = desk.gateway.store.read(lambda read: read.outbox.letter(begun["letter"]))
    assert seen is not None
    from mailgate.app.admin.staff import look_at_test

    answer = look_at_test(desk.gateway, begun["letter"])["answer"]
    assert (answer["fate"], answer["proof"]) == ("filed", "token")
    assert "message-id" in answer["carriers"] and "marker" in answer["carriers"]


def test_nobody_of_that_name_is_said_with_the_names_there_are(desk: Desk) -> None:
    done = CliRunner().invoke(
        cli, ["--config", str(desk.folder / "mailgate.toml"), "agents", "welcome", "carl"], standalone_mode=False
    )
    assert "anna, bo" in str(done.exception)


def test_urgent_work_of_somebody_away_moves_to_the_cover_and_the_rest_waits(desk: Desk) -> None:
    calm, urgent = opened(desk, "Calm"), opened(desk, "Urgent")
    from_agent(desk, "#take\n", notice_to(desk, "anna", calm.number))
    from_agent(desk, "#take #priority urgent\n", notice_to(desk, "anna", urgent.number))
    assert "bo" in run(desk, "away", "anna", SPAN, "cover", "bo").lower()
    assert (desk.ticket(calm.number).owner, desk.ticket(urgent.number).owner) == ("anna", "bo")
    assert only(desk.letters("bo@staff.example", "handover"))["X-Mailgate-Ticket"] == str(urgent.number)
    run(desk, "back", "anna")
    assert desk.gateway.store.read(lambda read: read.people.absences(desk.clock())) == ()


def test_an_absence_by_mail_moves_urgent_work_when_the_clock_looks(desk: Desk) -> None:
    urgent = opened(desk, "Urgent")
    notice = notice_to(desk, "anna", urgent.number)
    from_agent(desk, "#take #priority urgent\n", notice)
    from_agent(desk, f"#away {SPAN} cover bo\n", notice)
    run_job(desk.gateway, "wake", desk.clock())
    assert desk.ticket(urgent.number).owner == "bo"


def test_who_leaves_proves_nothing_any_more_and_their_work_goes_on(desk: Desk) -> None:
    one, other = opened(desk, "One"), opened(desk, "Other")
    notices = [notice_to(desk, "bo", ticket.number) for ticket in (one, other)]
    desk.send(reply(notices[0], BO, "#take"))
    address = run(desk, "desk", "bo").strip()
    assert "1 tickets went back" in run(desk, "leave", "bo")
    after = desk.ticket(one.number)
    assert (after.owner, after.status) == (None, "new")
    assert desk.letters("anna@staff.example", "handover"), "the lead is told"
    desk.send(reply(notices[1], BO, "#solve"))
    desk.send(mail(f"[#{other.number}] #solve", "\n", sender=BO, to=address))
    assert desk.ticket(other.number).status == "new"
    assert [row["left"] for row in json.loads(run(desk, "list", "--json"))] == [False, True]
    run(desk, "welcome", "bo")
    desk.send(reply(notices[1], BO, "#tag +old"))
    assert desk.ticket(other.number).tags == (), "an old notice stays spent"


def test_work_of_who_leaves_may_go_to_a_colleague(desk: Desk) -> None:
    ticket = opened(desk)
    desk.send(reply(notice_to(desk, "bo", ticket.number), BO, "#take"))
    run(desk, "leave", "bo", "--to", "anna")
    assert desk.ticket(ticket.number).owner == "anna"
