"""Spam through the front door: marked, its sender shut out, and what was none put right."""

from __future__ import annotations

from conftest import Desk, from_agent, mail, notice_to, whole

PEST = "win@pest.example"


def test_a_sender_whom_an_agent_shut_out_is_filed_in_silence_until_it_was_a_mistake(desk: Desk) -> None:
    first = desk.of_mail(desk.send(mail("Win a lamp", "Click here.", sender=PEST)))
    notice = notice_to(desk, "anna", first.number)
    from_agent(desk, "#spam always", notice)
    assert (desk.ticket(first.number).status, desk.ticket(first.number).tags) == ("solved", ("spam",))
    before = len(desk.letters())

    number = desk.send(mail("Win a car", "Click there.", sender=PEST))
    second = desk.of_mail(number)
    assert (desk.fate(number), second.status, second.tags) == ("filed", "solved", ("spam",))
    assert len(desk.letters()) == before, "nobody hears of it"
    assert b"Click there." in desk.gateway.store.read(lambda read: read.mail.raw(number))
    from_agent(desk, "#list spam", notice)
    table = desk.letters("anna@staff.example", "question")[-1]
    assert "Win a lamp" in whole(table) and "Win a car" in whole(table)

    assert len(desk.letters(PEST, "ack")) == 1, "the first mail was acknowledged when it came"
    from_agent(desk, "1-2 notspam", table)
    assert [(desk.ticket(one.number).status, desk.ticket(one.number).tags) for one in (first, second)] == [
        ("new", ())
    ] * 2
    desk.wait(lambda: len(desk.letters(PEST, "ack")) == 2, "the second one is acknowledged, and the first not again")
    assert desk.of_mail(desk.send(mail("Really", "About your lamp.", sender=PEST))).status == "new"


def test_undo_lets_a_sender_in_again(desk: Desk) -> None:
    first = desk.of_mail(desk.send(mail("Win a lamp", sender=PEST)))
    notice = notice_to(desk, "anna", first.number)
    from_agent(desk, "#spam always", notice)
    from_agent(desk, "#undo", notice)
    assert desk.ticket(first.number).status == "new"
    assert desk.of_mail(desk.send(mail("Hello", sender=PEST))).status == "new"
