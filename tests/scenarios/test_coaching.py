"""Trainees: their answers wait for a lead, who sends, changes or returns them, and they hear what became of it (D-08)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from conftest import Desk, from_agent, mail, notice_to, only, opened, reply, running, whole
from scenarios.turns import serving, tap, turn

from mailgate.app.jobs.schedule import run_job
from mailgate.core.model.ticket import Ticket

ANNA, TIMO = "Anna Virtanen <anna@staff.example>", "timo@staff.example"
MAIJA = "maija@customer.example"
TRAINEE = """
[[agent]]
name = "timo"
full_name = "Timo Tuomi"
address = "timo@staff.example"
departments = ["support"]
role = "trainee"
signature = "Timo, Acme"
"""
WORDS = "Hello Maija,\n\nplease send a photo.\n"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    yield from serving(tmp_path_factory.mktemp("coaching"), more=TRAINEE)


@pytest.fixture
def desk(shared: Desk) -> Desk:
    """As if it had just begun."""
    return turn(shared)


def handed_in(desk: Desk, text: str = WORDS) -> tuple[Ticket, int, EmailMessage]:
    """A ticket Timo has answered, his mail, and the letter about it that Anna got."""
    ticket = opened(desk)
    number = from_agent(desk, text, notice_to(desk, "timo", ticket.number), "timo")
    return ticket, number, only(desk.letters("anna@staff.example", "trainee"))


def told(desk: Desk) -> EmailMessage:
    """What Timo hears of his answer."""
    return only(desk.letters(TIMO, "coached"))


def fate(desk: Desk, number: int) -> tuple[str, str]:
    desk.settle()
    row = desk.gateway.store.read(lambda read: read.mail.row(number))
    assert row is not None
    return str(row.fate), row.reason


def test_d08_the_lead_reads_whose_answer_to_whom_it_is_and_the_trainee_that_it_waits(desk: Desk) -> None:
    ticket, number, asked = handed_in(desk)
    assert desk.fate(number) == "parked" and desk.letters(MAIJA, "answer") == []
    assert asked["Subject"] == f"[#{ticket.number}] Timo Tuomi's answer to Maija Virtanen waits for you"
    text = whole(asked)
    assert text.index("The lamp does not work") < text.index("please send a photo.") < text.index("Timo, Acme")
    assert MAIJA in text and "#send · #return" in text
    waits = only(desk.letters(TIMO, "receipt"))
    assert "Your answer waits for Anna Virtanen" in whole(waits) and "#drop" in whole(waits)
    assert desk.ticket(ticket.number).entries[-1].kind == "customer"


def test_d08_a_tap_sends_it_as_the_trainees_and_they_are_told_in_a_line(desk: Desk) -> None:
    ticket, _, asked = handed_in(desk)
    desk.send(tap(asked, "#send", ANNA))
    desk.settle()
    sent = only(desk.letters(MAIJA, "answer"))
    assert "Timo Tuomi" in str(sent["From"]) and "please send a photo." in whole(sent) and "Timo, Acme" in whole(sent)
    assert desk.ticket(ticket.number).owner == "timo"
    assert told(desk)["Subject"] == f"[#{ticket.number}] Anna Virtanen sent your answer to Maija Virtanen"


def test_d08_an_answer_with_the_leads_changes_is_still_the_trainees_who_sees_what_they_are(desk: Desk) -> None:
    ticket, number, asked = handed_in(desk)
    desk.send(reply(asked, ANNA, "Hello Maija,\n\nplease send us a photo of the lamp.\n"))
    assert fate(desk, number) == ("dropped", "replaced")
    sent = only(desk.letters(MAIJA, "answer"))
    assert "Timo Tuomi" in str(sent["From"]) and "Timo, Acme" in whole(sent) and "photo of the lamp" in whole(sent)
    entry = desk.ticket(ticket.number).entries[-1]
    assert (entry.kind, entry.author, desk.ticket(ticket.number).owner) == ("agent", "timo", "timo")
    heard = told(desk)
    assert heard["Subject"] == f"[#{ticket.number}] Anna Virtanen sent your answer to Maija Virtanen with changes"
    body = heard.get_body(("plain",))
    assert body is not None
    assert "please send [+us+] a [-photo.-] [+photo of the lamp.+]" in " ".join(body.get_content().split())
    assert "<del" in whole(heard) and "<ins" in whole(heard)
    answers = desk.letters(MAIJA, "answer")
    desk.send(reply(heard, TIMO, "Thank you, Anna."))
    assert desk.ticket(ticket.number).entries[-1].kind == "note" and desk.letters(MAIJA, "answer") == answers


def test_d08_a_lead_may_edit_what_their_program_quotes(desk: Desk) -> None:
    _, number, asked = handed_in(desk)
    body = asked.get_body(("plain",))
    assert body is not None
    quoted = "".join(f"> {line}\n" for line in body.get_content().splitlines())
    desk.send(reply(asked, ANNA, f"Hello Maija,\n\nplease send a sharp photo.\n\nOn Monday Acme wrote:\n{quoted}"))
    assert fate(desk, number) == ("dropped", "replaced")
    sent = whole(only(desk.letters(MAIJA, "answer")))
    assert "a sharp photo." in sent and "waits for you" not in sent and "The lamp does not work" not in sent


def test_d08_an_answer_comes_back_with_a_word_and_the_next_one_waits_again(desk: Desk) -> None:
    ticket, number, asked = handed_in(desk)
    desk.send(tap(asked, "#return", ANNA, "Greet her by her name, please.\n\n"))
    assert fate(desk, number) == ("dropped", "returned")
    heard = told(desk)
    assert heard["Subject"] == f"[#{ticket.number}] Anna Virtanen gives your answer to Maija Virtanen back"
    assert "Greet her by her name, please." in whole(heard) and "please send a photo." in whole(heard)
    again = desk.send(reply(heard, TIMO, "Dear Maija,\n\nplease send a photo.\n"))
    assert desk.fate(again) == "parked" and desk.letters(MAIJA, "answer") == []
    assert "Dear Maija" in whole(desk.letters("anna@staff.example", "trainee")[-1])


def test_d08_whoever_comes_second_is_told_who_was_first(desk: Desk) -> None:
    ticket, number, asked = handed_in(desk)
    desk.send(tap(only(desk.letters(TIMO, "receipt")), "#drop", TIMO))
    assert fate(desk, number) == ("dropped", "thrown-away")
    desk.send(tap(asked, "#send", ANNA))
    assert "Timo Tuomi has settled this answer already" in whole(only(desk.letters("anna@staff.example", "receipt")))
    late = desk.send(reply(asked, ANNA, "Hello Maija,\n\nplease send us a photo.\n"))
    assert desk.fate(late) == "parked" and desk.letters(MAIJA, "answer") == []
    desk.send(tap(desk.letters("anna@staff.example", "receipt")[-1], "#send", ANNA))
    desk.settle()
    assert "Anna Virtanen" in str(only(desk.letters(MAIJA, "answer"))["From"])
    assert desk.ticket(ticket.number).entries[-1].author == "anna"


def test_a_trainee_corrects_what_waits_and_decides_nothing(desk: Desk) -> None:
    _, number, asked = handed_in(desk)
    waits = only(desk.letters(TIMO, "receipt"))
    desk.send(mail("#send", "\n", sender=TIMO, in_reply_to=str(waits["Message-ID"])))
    desk.send(tap(asked, "#send", TIMO))
    desk.settle()
    assert desk.letters(MAIJA, "answer") == [] and desk.fate(number) == "parked"
    better = desk.send(reply(waits, TIMO, "Dear Maija,\n\nplease send two photos.\n"))
    assert fate(desk, number) == ("dropped", "replaced") and desk.fate(better) == "parked"
    desk.send(tap(desk.letters("anna@staff.example", "trainee")[-1], "#send", ANNA))
    desk.settle()
    assert "two photos" in whole(only(desk.letters(MAIJA, "answer")))


def test_a_trainees_slip_waits_for_themselves_and_their_answer_then_for_the_lead(desk: Desk) -> None:
    ticket = opened(desk)
    number = from_agent(desk, "#tga +photo\n\nPlease send a photo.\n", notice_to(desk, "timo", ticket.number), "timo")
    assert desk.fate(number) == "parked" and desk.letters("anna@staff.example", "trainee") == []
    desk.send(tap(only(desk.letters(TIMO, "receipt")), "#send", TIMO))
    desk.settle()
    asked = only(desk.letters("anna@staff.example", "trainee"))
    assert desk.letters(MAIJA, "answer") == [] and "#tag +photo" in whole(asked)
    desk.send(tap(asked, "#send", ANNA))
    desk.settle()
    assert "Please send a photo." in whole(only(desk.letters(MAIJA, "answer")))
    assert desk.ticket(ticket.number).tags == ("photo",)


def test_a_note_about_an_answer_leaves_it_waiting(desk: Desk) -> None:
    ticket, number, asked = handed_in(desk)
    desk.send(reply(asked, ANNA, "#note\nLet us talk about this one."))
    assert desk.fate(number) == "parked" and desk.letters(MAIJA, "answer") == []
    assert desk.ticket(ticket.number).entries[-1].kind == "note"


def test_a_trainee_reads_who_reads_first_and_is_offered_what_they_may_do(desk: Desk) -> None:
    ticket = opened(desk)
    notice, anna = (whole(notice_to(desk, name, ticket.number)) for name in ("timo", "anna"))
    assert "(Anna Virtanen reads it before it leaves.)" in notice and "reads it before" not in anna
    assert "#take" in notice and "#solve" in anna and "#solve" not in notice and "#spam" not in notice


def test_what_is_not_settled_is_asked_about_once_more_and_stands_in_the_trainees_list(desk: Desk) -> None:
    ticket, number, asked = handed_in(desk)
    run_job(desk.gateway, "wake", desk.clock() + timedelta(minutes=31))
    desk.gateway.store.write(lambda tx: tx.outbox.hasten(desk.clock())).result()
    desk.settle()
    letters = desk.letters("anna@staff.example", "trainee")
    first, again = (one for one in letters if one["X-Mailgate-Ticket"] == str(ticket.number))
    assert again["Subject"] == first["Subject"] == asked["Subject"]
    from_agent(desk, "#list held\n", notice_to(desk, "timo", ticket.number), "timo")
    assert "a lead has to send it" in whole(only(desk.letters(TIMO, "question")))
    desk.send(tap(again, "#send", ANNA))
    assert fate(desk, number) == ("filed", "answer")


def test_an_answer_for_one_alone_stays_so_when_the_lead_changes_it(desk: Desk) -> None:
    ticket = opened(desk, "Two of us", cc="Kari <kari@elsewhere.example>")
    from_agent(desk, f"#only\n\n{WORDS}", notice_to(desk, "timo", ticket.number), "timo")
    asked = only(desk.letters("anna@staff.example", "trainee"))
    from_agent(desk, "It comes on Monday, dear Maija.\n", asked)
    assert "dear Maija" in whole(only(desk.letters(MAIJA, "answer")))
    assert desk.letters("kari@elsewhere.example", "answer") == []


def test_d08_who_let_it_go_may_take_it_back_as_long_as_it_has_not_left(tmp_path: Path) -> None:
    with running(tmp_path, more=TRAINEE, undo="2m") as desk:
        ticket, _, asked = handed_in(desk)
        desk.send(tap(asked, "#send", ANNA))
        desk.settle()
        assert [one.kind for one in desk.ticket(ticket.number).entries] == ["customer", "agent"]
        assert desk.fate(desk.send(reply(asked, ANNA, "#undo"))) == "filed"
        assert [one.kind for one in desk.ticket(ticket.number).entries] == ["customer", "note"]
        desk.clock.ahead += timedelta(minutes=5)
        assert desk.letters(MAIJA, "answer") == []
