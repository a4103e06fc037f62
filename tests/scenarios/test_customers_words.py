"""What customers may ask of their own tickets, and how they answer the survey."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from conftest import Desk, from_agent, mail, notice_to, only, opened, reply, running, whole
from scenarios.turns import serving, turn

from mailgate.app.jobs.schedule import run_job
from mailgate.cli import show

MAIJA = "Maija Virtanen <maija@customer.example>"
ANNA = "Anna Virtanen <anna@staff.example>"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    yield from serving(tmp_path_factory.mktemp("customers-words"), more='[letters]\nsurvey_every = "0"\n')


@pytest.fixture
def desk(shared: Desk) -> Desk:
    """As if it had just begun."""
    return turn(shared)


def acknowledged(desk: Desk) -> EmailMessage:
    desk.send(mail())
    return desk.letters("maija@customer.example", "ack")[-1]


def test_a_customer_closes_and_reopens_their_own_ticket_in_answer_to_our_letter(desk: Desk) -> None:
    ack = acknowledged(desk)
    desk.send(reply(ack, MAIJA, "#close"))
    assert desk.tickets()[0].status == "solved"
    desk.send(reply(ack, MAIJA, "#reopen"))
    assert desk.tickets()[0].status == "new"
    assert len(desk.letters("maija@customer.example", "status")) == 2


def test_a_number_in_the_subject_alone_is_no_proof_for_a_customers_command(desk: Desk) -> None:
    acknowledged(desk)
    desk.send(mail(f"[#{desk.tickets()[0].number}] #close", "#close\n"))
    assert desk.tickets()[0].status == "new"


def test_anybody_elses_hash_is_text(desk: Desk) -> None:
    ack = acknowledged(desk)
    desk.send(reply(ack, "Eve <eve@elsewhere.example>", "#close"))
    ticket = desk.ticket(desk.tickets()[0].number)
    assert ticket.status == "new"
    assert ticket.entries[-1].unverified


def solved(desk: Desk) -> EmailMessage:
    acknowledged(desk)
    notice = desk.letters("anna@staff.example", "notice")[-1]
    desk.send(reply(notice, ANNA, "#close\n\nThe bulb is in the post."))
    return desk.letters("maija@customer.example", "answer")[-1]


def test_a_vote_by_link_is_counted_and_a_low_one_reaches_the_lead(desk: Desk) -> None:
    letter = solved(desk)
    body = letter.get_body(("html",))
    assert body is not None
    href = next(
        part for part in body.get_content().split('"') if part.startswith("mailto:") and "%203" in part.split("&")[0]
    )
    from urllib.parse import parse_qs, unquote, urlsplit

    link = urlsplit(href.replace("&amp;", "&"))
    asked = parse_qs(link.query)
    vote = mail(asked["subject"][0], asked["body"][0] + "\n", sender=MAIJA, to=unquote(link.path))
    desk.send(vote)
    ticket = desk.ticket(desk.tickets()[0].number)
    assert ticket.status == "solved"
    kinds = [event.kind for event in desk.gateway.store.read(lambda read: read.tickets.events(ticket.number))]
    assert "vote" in kinds
    assert any(
        "3/10" in str(one.get_body(("plain",)).get_content()) for one in desk.letters("anna@staff.example", "notice")
    )


def test_a_bare_nine_in_answer_to_the_solved_letter_is_a_vote(desk: Desk) -> None:
    letter = solved(desk)
    desk.send(reply(letter, MAIJA, "9"))
    assert desk.tickets()[0].status == "solved"
    assert len(desk.letters("maija@customer.example", "vote_thanks")) == 1


@pytest.mark.parametrize(
    ("text", "counted"),
    [("10 / 10 !\n\nLovely", True), (" 8. ", True), ("10" + " " * 300_000 + "x", False), ("9" + "\n" * 100_000, True)],
)
def test_s15_a_score_is_a_short_line_whatever_stands_around_it(desk: Desk, text: str, counted: bool) -> None:
    """S-15: a score and half a megabyte of spaces was matched in the daemon's own process, in quadratic time."""
    letter = solved(desk)
    desk.send(reply(letter, MAIJA, text))
    assert len(desk.letters("maija@customer.example", "vote_thanks")) == counted


def test_w08_a_new_subject_is_said_wherever_the_words_are(tmp_path: Path) -> None:
    timo = '[[agent]]\nname = "timo"\naddress = "timo@staff.example"\ndepartments = ["support"]\nlanguage = "fi"\n'
    with running(tmp_path, more=timo) as desk:
        ticket = opened(desk)
        ack = only(desk.letters("maija@customer.example", "ack"))
        stop = f"Re: [#{ticket.number}] STOP - cancel the whole order"
        for subject in (str(ack["Subject"]), f"VS: {ack['Subject']}", stop, stop):
            desk.send(mail(subject, "See above.\n", in_reply_to=str(ack["Message-ID"])))
            desk.letters()  # worded before the next one comes
        entries = desk.ticket(ticket.number).entries
        assert [entry.title for entry in entries] == ["", "", "", "STOP - cancel the whole order", ""]
        shown = show.ticket_json(desk.ticket(ticket.number), desk.clock())["entries"]
        assert [one["subject"] for one in shown][2:4] == [None, "STOP - cancel the whole order"]
        said = [whole(one) for one in desk.letters("anna@staff.example", "notice")]
        assert ["New subject: STOP" in one for one in said] == [False, False, False, True, True], (
            "and in the thread below"
        )
        assert "Uusi aihe: STOP" in whole(desk.letters("timo@staff.example", "notice")[-2])
        from_agent(desk, "#show\n", notice_to(desk, "anna", ticket.number))
        assert "New subject: STOP - cancel the whole order" in whole(
            only(desk.letters("anna@staff.example", "question"))
        )
        run_job(desk.gateway, "index", desk.clock())
        found = desk.gateway.store.read(lambda read: read.tickets.find("cancel whole"))
        assert [one.number for one in found] == [ticket.number]
