"""Spam through the front door: marked, its sender shut out, and what was none put right."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage

from conftest import Desk, from_agent, mail, notice_to, reply, whole
from scenarios.turns import tap

from mailgate.app.intake.waves import Waves
from mailgate.app.jobs.schedule import run_job

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


def test_a_list_without_a_number_in_its_subject_is_answered_with_all_that_is_known(desk: Desk) -> None:
    """The morning's letter, say: nothing in the answer to it is marked with #, subject included."""
    first = desk.of_mail(desk.send(mail()))
    from_agent(desk, "Have you tried another bulb?", notice_to(desk, "anna", first.number))
    another = desk.of_mail(desk.send(mail("An oven", "It is cold.")))
    pest = desk.of_mail(desk.send(mail("Win a lamp", sender=PEST)))
    shut = notice_to(desk, "anna", pest.number)
    from_agent(desk, "#spam always", shut)
    late = desk.of_mail(desk.send(mail("Win a car", sender=PEST)))
    other = desk.of_mail(desk.send(mail("Win a lamp", sender="win@other.example")))
    desk.send(reply(shut, "anna@staff.example", "#list new", subject="What is there"))
    table = desk.letters("anna@staff.example", "question")[-1]
    desk.send(reply(table, "anna@staff.example", "1-2 spam"))
    assert (desk.ticket(other.number).status, desk.ticket(another.number).status) == ("solved", "new"), (
        "whoever was answered on another ticket is a customer"
    )
    desk.send(reply(shut, "anna@staff.example", "#list spam", subject="What is spam"))
    table = desk.letters("anna@staff.example", "question")[-1]
    assert "#" not in str(table["Subject"])
    desk.send(reply(table, "anna@staff.example", "1-2 notspam"))
    assert desk.ticket(late.number).status == "new"
    assert len(desk.letters(PEST, "ack")) == 2, "the second mail is acknowledged as well"


# --- a wave -----------------------------------------------------------------------------------------------------------


def win(n: int) -> EmailMessage:
    text = (
        f"Dear customer {n},\n\nyour account has been selected for a payout of {n}00 EUR. To receive the money, "
        f"please confirm your details here: https://w{n}.example/?id={n}\n"
    )
    return mail("Payout", text, sender=f"w{n}@pest{n}.example")


def waves(desk: Desk) -> None:
    run_job(desk.gateway, "waves", desk.clock())
    desk.settle()


def test_l18_a_wave_waits_for_one_word_and_is_closed_by_it(desk: Desk) -> None:
    maija = desk.of_mail(desk.send(mail()))
    desk.post([win(n) for n in range(22)])
    told, acks = len(desk.letters("anna@staff.example", "notice")), len(desk.letters(template="ack"))
    assert (told, acks) == (20, 20), "Maija's, and the nineteen before there were twenty"
    waves(desk)
    [asked] = desk.letters("anna@staff.example", "question")
    assert "22" in str(asked["Subject"]) and "w0@pest0.example" in whole(asked)
    waves(desk)
    assert len(desk.letters("anna@staff.example", "question")) == 1, "one question"
    desk.gateway.intake.deciding.waves = Waves(desk.gateway.store)  # as after a start
    late = desk.of_mail(desk.send(win(22)))
    assert late.tags == ("wave",)

    desk.send(tap(asked, "#spam", "anna@staff.example"))
    waves(desk)
    spam = [one for one in desk.tickets() if "spam" in one.tags]
    assert (
        len(spam) == 23 and {one.status for one in spam} == {"solved"} and not any("wave" in one.tags for one in spam)
    )
    assert desk.ticket(maija.number).status == "new"
    after = desk.of_mail(desk.send(win(23)))
    assert (after.status, after.tags) == ("solved", ("spam",)), "what follows in the same words"
    assert (len(desk.letters("anna@staff.example", "notice")), len(desk.letters(template="ack"))) == (told, acks)

    desk.send(tap(asked, "#notspam", "anna@staff.example"))
    waves(desk)
    assert desk.of_mail(desk.send(win(24))).status == "new", "it was the wrong button: what comes now is let in"
    assert len([one for one in desk.tickets() if "spam" in one.tags]) == 24, "and the others are as they were"


def test_l18_a_wave_that_nobody_answers_about_comes_in_with_its_letters(desk: Desk) -> None:
    desk.post([win(n) for n in range(21)])
    known = desk.of_mail(desk.send(mail(sender="w0@pest0.example", text=str(win(99).get_content()))))
    assert known.tags == (), "whoever wrote before is known"
    waves(desk)
    acks, told = len(desk.letters(template="ack")), len(desk.letters("bo@staff.example", "notice"))
    desk.clock.ahead += timedelta(minutes=31)
    waves(desk)
    desk.wait(lambda: len(desk.letters(template="ack")) == acks + 2, "those that waited are acknowledged")
    assert not any(one.tags for one in desk.tickets())
    for _ in range(4):  # a list leaves after 6 to 16 minutes
        desk.clock.ahead += timedelta(minutes=4)
        run_job(desk.gateway, "wake", desk.clock())
        run_job(desk.gateway, "drain", desk.clock())
    desk.wait(lambda: bool(desk.letters("bo@staff.example", "question")), "their notices leave in one list")
    assert len(desk.letters("bo@staff.example", "notice")) == told
