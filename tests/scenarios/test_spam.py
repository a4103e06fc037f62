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


def test_a_list_closed_as_spam_leaves_a_customer_and_one_undo_takes_all_of_it_back(desk: Desk) -> None:
    pests = [desk.of_mail(desk.send(mail(f"Win {n}", sender=f"{n}@pest.example"))) for n in range(2)]
    maija = desk.of_mail(desk.send(mail()))
    notice = notice_to(desk, "anna", maija.number)
    from_agent(desk, "Have you tried another bulb?", notice)
    from_agent(desk, "#list new open waiting", notice)
    table = desk.letters("anna@staff.example", "question")[-1]
    from_agent(desk, "1-3 spam", table)
    receipt = desk.letters("anna@staff.example", "receipt")[-1]
    assert [desk.ticket(one.number).status for one in (*pests, maija)] == ["solved", "solved", "waiting"]
    assert "maija@customer.example" in whole(receipt)
    from_agent(desk, "#note they call at noon", notice)
    desk.settle()
    from_agent(desk, "#undo", receipt)
    assert [desk.ticket(one.number).status for one in (*pests, maija)] == ["new", "new", "waiting"]
    assert len(desk.ticket(maija.number).entries) == 3, "what she did later on a ticket of the list stands"
