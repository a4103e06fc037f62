"""Agents together: trainees and leads, answers past the desk, experts, answers to all, forwards, and who gets what."""

from __future__ import annotations

import email.policy
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from pathlib import Path

import pytest
from conftest import Desk, confirm, from_agent, mail, notice_to, only, opened, reply, running, whole
from scenarios.turns import serving, tap, turn

from mailgate.core.model.mail import Envelope, Source

ANNA = "Anna Virtanen <anna@staff.example>"
BO = "Bo Ek <bo@staff.example>"
MAIJA = "maija@customer.example"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    yield from serving(tmp_path_factory.mktemp("together"))


@pytest.fixture
def desk(shared: Desk) -> Desk:
    """As if it had just begun."""
    return turn(shared)


def sent_past_us(desk: Desk, sender: str, to: str, subject: str, text: str) -> int:
    """A mail as the reader of a watched Sent folder hands it in."""
    raw = mail(subject, text, sender=sender, to=to).as_bytes(policy=email.policy.SMTP)
    envelope = Envelope("support@acme.example", ("support@acme.example",), Source.IMAP, mailbox="support", folder="Sent",
                        uid=desk.gateway.clock().microsecond + 1, uidvalidity=1, sent=True)  # fmt: skip
    number = desk.gateway.intake.receive(raw, envelope).result(100).number
    desk.wait(lambda: number in desk.settled, "no fate")
    return number


def test_an_answer_written_past_us_is_filed_as_an_agents_and_not_sent_again(desk: Desk) -> None:
    ticket = opened(desk)
    for sender in (ANNA, "Acme Support <support@acme.example>"):
        sent_past_us(desk, sender, MAIJA, f"Re: [#{ticket.number}] Broken lamp", f"Past you, says {sender[:4]}.\n")
    after = desk.ticket(ticket.number)
    assert [entry.kind for entry in after.entries] == ["customer", "agent", "agent"]
    assert (after.status, after.owner) == ("waiting", "anna")
    assert desk.letters(MAIJA, "answer") == [] and desk.letters(template="was_it_you") == []


def test_other_mail_in_a_sent_folder_is_a_solved_ticket_of_its_own_that_nobody_is_told_of(desk: Desk) -> None:
    ticket = opened(desk)
    for to, subject in (
        ("friend@elsewhere.example", "Lunch?"),
        ("friend@elsewhere.example", f"[#{ticket.number}] see this"),
    ):
        number = sent_past_us(desk, "Acme Support <support@acme.example>", to, subject, "Hello\n")
        assert desk.fate(number) == "filed"
        assert (desk.of_mail(number).status, desk.of_mail(number).requester.addr) == ("solved", to)
    assert len(desk.tickets()) == 3 and len(desk.ticket(ticket.number).entries) == 1
    assert desk.letters("friend@elsewhere.example") == []


def test_who_stands_in_an_answer_to_all_is_not_written_to_twice_and_the_agent_is_told(desk: Desk) -> None:
    ticket = opened(desk)
    answer = reply(notice_to(desk, "anna", ticket.number), ANNA, "I answer all of you.")
    answer["Cc"] = MAIJA
    assert desk.fate(desk.send(answer)) == "filed"
    assert desk.letters(MAIJA, "answer") == []
    assert desk.ticket(ticket.number).entries[-1].kind == "agent"
    assert MAIJA in whole(only(desk.letters("anna@staff.example", "receipt")))


def test_an_experts_answer_is_a_note_and_a_strangers_with_their_letter_is_not_the_customers(desk: Desk) -> None:
    ticket = opened(desk)
    from_agent(desk, "#ask lab@expert.example is this the fuse?\n", notice_to(desk, "anna", ticket.number))
    asked = only(desk.letters("lab@expert.example", "expert"))
    assert "The lamp does not work" in whole(asked)
    desk.send(reply(asked, "Lab <lab@expert.example>", "Yes, the fuse."))
    assert desk.ticket(ticket.number).entries[-1].kind == "note"
    entries = len(desk.ticket(ticket.number).entries)
    desk.send(reply(asked, "Else <else@expert.example>", "I have this letter too."))
    assert all(entry.kind == "note" or entry.unverified for entry in desk.ticket(ticket.number).entries[entries:])
    assert desk.letters(MAIJA, "answer") == []


def test_a_forward_of_an_agent_opens_a_ticket_and_one_tap_makes_its_writer_the_customer(tmp_path: Path) -> None:
    """Below the agent's words or as a file; whoever wrote it hears nothing until an agent answers."""
    kari = "kari@elsewhere.example"
    below = f"---------- Forwarded message ---------\nFrom: Kari <{kari}>\nSubject: Lamp\n\nIt is broken.\n"
    attached = mail("Fwd: Lamp of Kari", "", sender=ANNA)
    attached.add_attachment(mail("Lamp of Kari", "It is broken.\n", sender=f"Kari <{kari}>", to=ANNA))
    trusted = "Authentication-Results: mx.acme.example; dmarc=pass header.from=staff.example\r\n"
    with running(tmp_path, more='[[identity.border]]\nid = "mx.acme.example"\n') as bordered:
        for passed_on in (
            mail("Fwd: Lamp of Kari", below, sender=ANNA),
            attached,
            mail("Lamp of Kari", below, sender=ANNA),
        ):
            number = bordered.send(trusted.encode() + passed_on.as_bytes(policy=email.policy.SMTP))
            new = bordered.of_mail(number)
            assert new.subject == "Lamp of Kari" and new.requester.addr == "anna@staff.example"
            assert "It is broken." in new.entries[0].text
            told = bordered.letters("anna@staff.example", "receipt")[-1]
            assert f"looks like a mail of {kari}" in whole(told) and f"looks like a mail of {kari}" in whole(
                notice_to(bordered, "bo", new.number)
            )
            bordered.send(tap(told, f"#requester {kari}", ANNA))
            assert bordered.ticket(new.number).requester.addr == kari
            heard = [letter for letter in bordered.letters(kari) if letter["X-Mailgate-Ticket"] == str(new.number)]
            assert bordered.letters("anna@staff.example", "ack") == [] and heard == []
            number = from_agent(bordered, "A new one comes.\n", notice_to(bordered, "bo", new.number), "bo")
            confirm(bordered, number, "bo")  # their notice named Anna, who passed it on
            answer = bordered.letters(kari, "answer")[-1]
            assert "A new one comes." in whole(answer) and "staff.example" not in whole(answer)


def test_once_one_has_it_the_others_hear_no_more(desk: Desk) -> None:
    ticket = opened(desk)
    from_agent(desk, "#take\n", notice_to(desk, "anna", ticket.number))
    before = len(desk.letters("bo@staff.example"))
    desk.send(mail(f"Re: [#{ticket.number}] Broken lamp", "Any news?\n"))
    assert len(desk.letters("bo@staff.example")) == before
    assert "Any news?" in whole(notice_to(desk, "anna", ticket.number))
    from_agent(desk, "#assign bo\n", notice_to(desk, "anna", ticket.number))
    handed = only(desk.letters("bo@staff.example", "handover"))
    assert "Any news?" in whole(handed) and "The lamp does not work" in whole(handed)


def test_two_who_ask_for_the_next_at_once_never_get_the_same(own: Desk) -> None:
    tickets = [opened(own, f"Matter {turn}") for turn in range(6)]
    notices = {name: notice_to(own, name, tickets[0].number) for name in ("anna", "bo")}

    def ask(turn: int) -> int:
        name, who = (("anna", ANNA), ("bo", BO))[turn % 2]
        return own.send(reply(notices[name], who, f"#next\n#note turn {turn}"))

    with ThreadPoolExecutor(2) as both:
        list(both.map(ask, range(2)))
    owned = [one.owner for one in own.tickets() if one.owner]
    assert sorted(owned) == ["anna", "bo"]


def test_undo_within_the_window_takes_the_letter_back_and_merges_come_apart(tmp_path: Path) -> None:
    with running(tmp_path, undo="2m") as desk:
        one, other = opened(desk, "One"), opened(desk, "Other")
        notice = notice_to(desk, "anna", one.number)
        from_agent(desk, "Wrong words.\n", notice)
        from_agent(desk, "#undo\n", notice)
        desk.clock.ahead += desk.gateway.in_force.policy.undo_window * 2
        assert desk.letters(MAIJA, "answer") == [] and desk.ticket(one.number).status == "new"
        confirm(desk, from_agent(desk, f"#merge {other.number}\n", notice))
        assert desk.ticket(one.number).merged_into == other.number
        from_agent(desk, "#undo\n", notice_to(desk, "anna", one.number))
        assert desk.ticket(one.number).merged_into is None


def test_a_canned_answer_stands_above_the_agents_words_in_the_customers_language(tmp_path: Path) -> None:
    folder = tmp_path / "templates" / "replies"
    folder.mkdir(parents=True)
    (folder / "refund.en.md").write_text("title: Refund\n---\nYour money is back in **{days} days**.\n\n- by card\n")
    (folder / "refund.fi.md").write_text("Rahat palautuvat **{days} päivässä**.\n")
    with running(tmp_path) as desk:
        first = opened(desk)
        from_agent(desk, "#use refund days=5\n\nSorry for # the *trouble*.\n", notice_to(desk, "anna", first.number))
        letter = only(desk.letters(MAIJA, "answer"))
        html, plain = letter.get_body(("html",)), letter.get_body(("plain",))
        assert html is not None and plain is not None
        assert "<strong>5 days</strong>" in html.get_content() and "<li>by card</li>" in html.get_content()
        assert "Sorry for # the *trouble*." in html.get_content()
        assert plain.get_content().index("**5 days**") < plain.get_content().index("Sorry for")
        text = "Hei, haluaisin palauttaa lampun, koska se ei toimi. Milloin saan rahat takaisin?\n"
        second = opened(desk, "Palautus", text, sender="kari@asiakas.example")
        notice = notice_to(desk, "anna", second.number)
        number = from_agent(desk, "#use refund\n", notice)
        assert desk.fate(number) == "parked"
        assert "days" in whole(desk.letters("anna@staff.example", "receipt")[-1])
        from_agent(desk, "#use refund days=5\n", notice)
        assert "Rahat palautuvat" in whole(only(desk.letters("kari@asiakas.example", "answer")))


def with_file(name: str, size: int, **headers: str) -> EmailMessage:
    message = mail(**headers)
    message.add_attachment(b"x" * size, maintype="application", subtype="octet-stream", filename=name)
    return message


def files(letter: EmailMessage) -> dict[str, int]:
    return {str(part.get_filename()): len(part.get_content()) for part in letter.iter_attachments()}


def test_the_new_owner_gets_the_whole_thread_with_its_files_unless_they_are_too_large(tmp_path: Path) -> None:
    with running(tmp_path, more='[notices]\nattach_max = "5000B"\n') as desk:
        ticket = desk.of_mail(desk.send(with_file("lamp.bin", 1000)))
        small = notice_to(desk, "anna", ticket.number)
        from_agent(desk, "#take\n", small)
        assert desk.letters("anna@staff.example", "handover") == []  # he has just been sent all there is
        desk.send(with_file("fuse.bin", 1500, subject=f"Re: [#{ticket.number}] Broken lamp"))
        from_agent(desk, "#assign bo\n", small)
        assert files(only(desk.letters("bo@staff.example", "handover"))) == {"lamp.bin": 1000, "fuse.bin": 1500}
        desk.send(with_file("film.bin", 4000, subject=f"Re: [#{ticket.number}] Broken lamp"))
        from_agent(desk, "#assign anna\n", notice_to(desk, "bo", ticket.number), "bo")
        large = only(desk.letters("anna@staff.example", "handover"))
        assert files(large) == {} and "film.bin" in whole(large)


def test_who_takes_a_longer_ticket_gets_its_thread_and_files(desk: Desk) -> None:
    ticket = desk.of_mail(desk.send(with_file("lamp.bin", 1000)))
    desk.send(mail(f"Re: [#{ticket.number}] Broken lamp", "And the switch.\n"))
    from_agent(desk, "#take\n", notice_to(desk, "anna", ticket.number))
    letter = only(desk.letters("anna@staff.example", "handover"))
    assert files(letter) == {"lamp.bin": 1000}
    assert "The lamp does not work" in whole(letter) and "And the switch." in whole(letter)
    desk.send(reply(letter, ANNA, "Which switch?"))
    assert "Which switch?" in whole(only(desk.letters(MAIJA, "answer")))


def test_a_move_passes_on_words_but_no_files(desk: Desk) -> None:
    ticket = desk.of_mail(desk.send(with_file("lamp.bin", 1000)))
    from_agent(desk, "#move sales a question of price\n", notice_to(desk, "anna", ticket.number))
    letter = only(desk.letters("bo@staff.example", "handover"))
    assert files(letter) == {} and "lamp.bin" in whole(letter) and "a question of price" in whole(letter)
