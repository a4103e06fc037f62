"""One Monday by mail alone: a weekend in four languages, two people ill, a courier down, a trainee's first day.

Each hour is a function; what an hour leaves behind is what the next one finds.
"""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest
from conftest import RULES, Desk, confirm, from_agent, mail, only, running, whole
from scenarios.test_monday_morning import FIRE, OFFICE, at
from scenarios.test_spam import win
from scenarios.turns import PATIENT, TRUSTED, go_to, tap

from mailgate.app.admin.people import desk_address
from mailgate.app.jobs.schedule import run_job
from mailgate.core.model.ticket import Status, Ticket

CREW = ("anna", "bo", "cai", "dee", "eve")
HERE = ("bo", "dee", "eve")  # anna, who leads, and cai are ill
MORE = "".join(
    f'[[agent]]\nname = "{name}"\naddress = "{name}@staff.example"\ndepartments = ["support"]\n' for name in CREW[2:]
)
TRAINEE = 'role = "trainee"\n'  # eve's, who stands last
SUPPORT = 'calendar = "office"\nlead = "anna"\ndeputy = "bo"\n'
FORWARDS = '[forwards]\nbilling = "ap@books.example"\n'

# Too few words each for a wave (core/mails/waves).
# language -> the subject and words of a customer's mail, and what their acknowledgement says
WEEKEND = {
    "en": ("A chair", "Hello, my chair squeaks. Can you help me?", "Your message has arrived"),
    "fi": ("Tuoli", "Hei, tuolini narisee. Voitteko auttaa minua?", "Viestisi on tullut perille"),
    "pl": ("Krzesło", "Dzień dobry, moje krzesło skrzypi. Czy mogą mi Państwo pomóc?", "Dotarła do nas"),
    "lv": ("Krēsls", "Labdien, mans krēsls čīkst. Vai varat man palīdzēt?", "Jūsu ziņa ir saņemta"),
}  # fmt: skip
EACH = 28  # mails of each language
LEGAL = (Path(__file__).parents[2] / "rules" / "35-legal.toml").read_text()
INVOICE = b"%PDF-1.4 an invoice\n"


def told(desk: Desk, name: str, template: str | None = None) -> list[EmailMessage]:
    return desk.letters(f"{name}@staff.example", template)


def ticket_of(desk: Desk, subject: str) -> Ticket:
    [found] = [ticket for ticket in desk.tickets() if ticket.subject == subject]
    return found


def order(desk: Desk, name: str, words: str) -> None:
    """A command outside any ticket: to one's own desk address, and confirmed where that is asked for."""
    policy = desk.gateway.in_force.policy
    [agent] = [one for one in policy.agents if one.name == name]
    number = desk.send(mail(words, "", sender=agent.address, to=desk_address(policy, agent)))
    if desk.fate(number) == "parked":
        confirm(desk, number, name)


def weekend(desk: Desk) -> None:
    """Saturday night to Monday morning: each customer hears once, in their own language, and no agent at all."""
    sent = {}
    for n in range(EACH):
        for language, (subject, words, _) in WEEKEND.items():
            sent[f"{language}{n}@customer.example"] = mail(
                f"{subject} {n}", f"{words}\n", sender=f"{language}{n}@customer.example"
            )
    invoices = [mail(f"Invoice {n}", "Please pay.\n", sender=f"books{n}@supplier.example") for n in range(3)]
    for one in invoices:
        one.add_attachment(INVOICE, maintype="application", subtype="pdf", filename="invoice.pdf")
    desk.post([*sent.values(), *invoices])
    for address in sent:
        ack = whole(only(desk.letters(address)))
        assert WEEKEND[address[:2]][2] in ack, address
    go_to(desk, at(2, 8, 30))
    assert [name for name in CREW if told(desk, name)] == []


def two_are_ill(desk: Desk) -> None:
    """08:30: a colleague says so for both; they and whoever leads in their place hear of it."""
    for name in ("anna", "cai"):
        order(desk, "bo", f"#away {name}")
    for name, teller in (("anna", "bo"), ("cai", "bo")):
        assert "away" in str(only(told(desk, name))["Subject"]), teller


def first_lists(desk: Desk) -> None:
    """09:05: everybody who is here knows of the weekend, in one list each, and the absent are left alone."""
    for moment in (at(2, 9), at(2, 9, 4)):
        go_to(desk, moment)
    lists = {
        name: [one for one in told(desk, name, "question") if str(len(desk.tickets())) in str(one["Subject"])]
        for name in HERE
    }
    assert {name: len(found) for name, found in lists.items()} == dict.fromkeys(HERE, 1)


def urgent(desk: Desk) -> None:
    """09:10: what cannot wait is told within a minute to all who are here, and to nobody who is not."""
    go_to(desk, at(2, 9, 10))
    desk.send(mail("Fire in the lab", "It smokes.\n", sender="fire@customer.example"))
    assert {name: len(told(desk, name, "notice")) for name in CREW} == {name: int(name in HERE) for name in CREW}


def invoices(desk: Desk) -> None:
    """09:20: three invoices go to accounting as they came, and are closed in silence."""
    for n in range(3):
        ticket = ticket_of(desk, f"Invoice {n}")
        order(desk, "dee", f"[#{ticket.number}] #forward billing #file")
        assert desk.ticket(ticket.number).status is Status.SOLVED
    passed = desk.letters("ap@books.example")
    assert [one.get_payload(decode=True) for letter in passed for one in letter.iter_attachments()] == [INVOICE] * 3
    assert len(desk.letters("books0@supplier.example")) == 1, "the acknowledgement"


def first_day(desk: Desk) -> None:
    """09:40: the trainee takes a ticket and answers it; who stands in for the lead reads it first and sends it."""
    from_agent(desk, "4 take", told(desk, "eve", "question")[0], "eve")
    notice = told(desk, "eve", "handover")[-1]
    number = from_agent(desk, "Labdien! Jaunas skrūves ir ceļā.\n", notice, "eve")
    assert desk.fate(number) == "parked" and desk.letters("lv0@customer.example", "answer") == []
    asked = [one for one in told(desk, "bo") if "Jaunas skrūves" in whole(one)][-1]
    from_agent(desk, "#send\n", asked, "bo")
    desk.settle()
    assert "Jaunas skrūves" in whole(only(desk.letters("lv0@customer.example", "answer")))
    assert "Bo Ek sent your answer" in str(told(desk, "eve")[-1]["Subject"])


def courier(desk: Desk) -> None:
    """10:00: the courier is down. Who leads today says so to all who write, and gathers what is about it."""
    go_to(desk, at(2, 10))
    desk.post([mail(f"Parcel {n}", "The courier has not come.\n", sender=f"p{n}@customer.example") for n in range(6)])
    order(desk, "bo", "#news 2h The courier is down today; your parcels come tomorrow.")
    order(desk, "bo", "#incident courier courier")
    desk.send(mail("Where is it?", "Your couriers did not ring.\n", sender="p6@customer.example"))
    assert "your parcels come tomorrow" in whole(only(desk.letters("p6@customer.example", "ack")))
    found = [ticket for ticket in desk.tickets() if "courier" in ticket.tags]
    assert len(found) == 7


def many_at_once(desk: Desk) -> None:
    """11:00: the courier is back: one answer to all seven, each in a letter of their own."""
    go_to(desk, at(2, 11))
    words = "#answer +courier\n\nYour parcel comes today before four.\n"
    assert desk.fate(from_agent(desk, words, told(desk, "dee", "notice")[0], "dee")) == "parked"
    asked = [one for one in told(desk, "bo") if "before four" in whole(one)][-1]
    desk.send(tap(asked, "#send solve", "bo@staff.example"))
    desk.settle()
    run_job(desk.gateway, "answers", desk.clock())
    for n in range(7):
        answer = only(desk.letters(f"p{n}@customer.example", "answer"))
        assert [answer["To"], answer["Cc"]] == [f"p{n}@customer.example", None] and "before four" in whole(answer)
    assert {ticket.status for ticket in desk.tickets() if "courier" in ticket.tags} == {Status.SOLVED}


def lawyer(desk: Desk) -> None:
    """11:30: an angry customer, his lawyer in copy: nothing automatic leaves, and who leads hears."""
    angry, counsel = "angry@customer.example", "office@law.example"
    desk.send(mail("My order", "You will hear from my lawyer.\n", sender=angry, cc=counsel))
    assert desk.letters(angry) == [] and desk.letters(counsel) == []
    notice = [one for one in told(desk, "bo", "notice") if str(one["Subject"]).endswith("My order")][-1]
    from_agent(desk, "#only\n\nI am sorry; your order leaves today.\n", notice, "bo")
    assert "I am sorry" in whole(only(desk.letters(angry))) and desk.letters(counsel) == []


def spam(desk: Desk) -> None:
    """13:00: a wave of the same words, one question, one tap."""
    go_to(desk, at(2, 13))
    before = {name: len(told(desk, name, "notice")) for name in HERE}
    desk.post([win(n) for n in range(24)])
    run_job(desk.gateway, "waves", desk.clock())
    asked = [one for one in told(desk, "bo", "question") if "24" in str(one["Subject"])]
    desk.send(tap(only(asked), "#spam", "bo@staff.example"))
    desk.settle()
    run_job(desk.gateway, "waves", desk.clock())
    closed = [ticket for ticket in desk.tickets() if "spam" in ticket.tags]
    assert len(closed) == 24 and {ticket.status for ticket in closed} == {Status.SOLVED}
    assert {name: len(told(desk, name, "notice")) for name in HERE} == before


def erasing(desk: Desk) -> None:
    """16:30: somebody wants all of theirs erased: proven by them, carried out by who leads, and nothing of them is left."""
    go_to(desk, at(2, 16, 30))
    gone = "gone@customer.example"
    ticket = desk.of_mail(desk.send(mail("My data", "Please erase everything, signed Xerxes.\n", sender=gone)))
    order(desk, "dee", f"[#{ticket.number}] #privacy erase")
    asking = only(desk.letters(gone, "privacy"))
    desk.send(mail(f"Re: {asking['Subject']}", "#confirm\n", sender=gone, in_reply_to=str(asking["Message-ID"])))
    desk.settle()
    order(desk, "bo", f"[#{ticket.number}] #privacy go")
    run_job(desk.gateway, "privacy", desk.clock())
    assert "It is the last one" in whole(desk.letters(gone, "privacy")[-1])
    desk.letters()  # all that was written so far is read, as it was
    run_job(desk.gateway, "privacy", desk.clock())
    erased = desk.ticket(ticket.number)
    assert erased.status is Status.SOLVED and "Xerxes" not in str(erased) and gone not in str(erased)


def evening(desk: Desk) -> None:
    """17:30: nobody was flooded, nobody forgotten, and no word of the house is out."""
    go_to(desk, at(2, 17, 30))
    assert max(len(told(desk, name)) for name in CREW) <= 25
    assert {name: len(told(desk, name)) for name in ("anna", "cai")} == {"anna": 1, "cai": 1}
    outside = [letter for letter in desk.letters() if not str(letter["To"]).endswith("@staff.example>")]
    assert len(outside) > 4 * EACH and not [one for one in outside if "staff.example" in whole(one)]


@pytest.mark.timeout(1500)
def test_one_monday(tmp_path: Path) -> None:
    rules = f"{FIRE}{LEGAL}{RULES}"
    with running(
        tmp_path, rules, support=SUPPORT, smtp=TRUSTED, more=MORE + TRAINEE + OFFICE + FORWARDS + PATIENT
    ) as desk:
        go_to(desk, at(0, 1, 57))
        for hour in (
            weekend,
            two_are_ill,
            first_lists,
            urgent,
            invoices,
            first_day,
            courier,
            many_at_once,
            lawyer,
            spam,
            erasing,
            evening,
        ):
            hour(desk)
