"""Who is there, and who can read it: a day on which the lead and an agent are ill, and customers in other languages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

from conftest import RULES, Desk, from_agent, mail, notice_to, only, opened, running, whole
from scenarios.turns import PATIENT, TRUSTED, go_to

ILL = ("anna", "bo")
HOURS = "\n".join(f'{day} = "09:00-17:00"' for day in ("monday", "tuesday", "wednesday", "thursday", "friday"))
MORE = f"""calendar = "office"

[[agent]]
name = "cai"
address = "cai@staff.example"
departments = ["support"]
role = "trainee"

[[agent]]
name = "dee"
address = "dee@staff.example"
departments = ["support"]

[[calendar]]
name = "office"
timezone = "UTC"
{HOURS}

[[sla]]
name = "quick"
first_response = "4h"
escalate = [{{ at = 1.0, notify = ["lead", "owner"] }}]

[letters]
stages = []
survey = false
"""
SUPPORT = 'calendar = "office"\nlead = "anna"\ndeputy = "dee"\nnotify = "all"\nsla = "quick"\n'


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A time of the Monday to come (day 0) or the days after."""
    now = datetime.now(UTC)
    monday = now + timedelta(days=7 - now.weekday())
    return monday.replace(hour=hour, minute=minute, second=0, microsecond=0) + timedelta(days=day)


def told(desk: Desk, *names: str) -> list[tuple[str, str, str]]:
    """(who, which letter, its subject) of every letter to them so far."""
    desk.letters()
    rows = desk.gateway.store.read(lambda read: read.outbox.deliveries(("sent",)))
    letters = ((row.to.partition("@")[0], row.template, str(desk.opened[row.letter]["Subject"])) for row in rows)
    return [one for one in letters if one[0] in names]


def waits(desk: Desk, *names: str) -> list[tuple[str, str]]:
    rows = desk.gateway.store.read(lambda read: read.outbox.deliveries(("waiting", "held")))
    return [(row.to, row.template) for row in rows if row.to.partition("@")[0] in names]


def taken(desk: Desk, title: str, agent: str, words: str) -> tuple[int, EmailMessage]:
    """A ticket of theirs, and its notice."""
    number = opened(desk, title, sender=f"{agent}s@customer.example").number
    notice = notice_to(desk, agent, number)
    from_agent(desk, words, notice, agent=agent)
    return number, notice


def test_the_lead_and_an_agent_are_ill_and_nothing_waits_for_either(tmp_path: Path) -> None:
    with running(tmp_path, f"{RULES}then.ack = false\n", support=SUPPORT, smtp=TRUSTED, more=MORE + PATIENT) as desk:
        go_to(desk, at(0, 10))
        answered, _ = taken(desk, "Lamp", "bo", "We shall see.\n")
        held, _ = taken(desk, "Chair", "bo", f"#take #hold {at(1, 11):%Y-%m-%d %H:%M}\n")
        reminded, _ = taken(desk, "Table", "anna", f"#take #remind {at(1, 12):%Y-%m-%d %H:%M} call them\n")
        noted, _ = taken(desk, "Desk", "bo", "#take #wait\n")
        go_to(desk, at(0, 20))
        desk.send(mail(f"Re: [#{answered}] Lamp", "And?\n", sender="bos@customer.example"))  # waits for the morning
        assert waits(desk, *ILL) == [("bo@staff.example", "notice")]

        # Tuesday, half past eight: Dee hears that both are ill, and says so
        go_to(desk, at(1, 8, 30))
        notice = notice_to(desk, "dee", reminded)
        for name in ILL:
            from_agent(desk, f"#away {name}\n", notice, agent="dee")
        for name in ILL:
            letter = only(desk.letters(f"{name}@staff.example", "question")[-1:])
            assert "dee" in whole(letter) and "#back" in whole(letter)
        before = len(told(desk, *ILL))

        go_to(desk, at(1, 8, 31))
        assert (desk.ticket(answered).owner, desk.ticket(answered).status) == (None, "new")
        desk.send(mail(f"Re: [#{noted}] Desk", "Please answer.\n", sender="bos@customer.example"))
        assert (desk.ticket(noted).owner, desk.ticket(noted).status) == (None, "new")
        from_agent(desk, "#note Do you know more?\n", notice_to(desk, "dee", noted), agent="dee")
        opened(desk, "Sofa", sender="new@customer.example")
        sofa = notice_to(desk, "cai", desk.tickets()[-1].number)
        from_agent(desk, "We look at it.\n", sofa, agent="cai")
        for moment in (at(1, 9), at(1, 11), at(1, 12), at(1, 14), at(1, 16, 50)):
            go_to(desk, moment)
        assert told(desk, *ILL)[before:] == [] and waits(desk, *ILL) == []
        assert (desk.ticket(held).owner, desk.ticket(held).status) == (None, "new")
        dees = {template for _, template, _ in told(desk, "dee")}
        assert dees >= {"notice", "reminder", "trainee", "escalation", "digest"}, dees
        why = from_agent(desk, "#why\n", notice_to(desk, "dee", answered), agent="dee")
        assert why and "nobody covers: back to the department" in whole(
            desk.letters("dee@staff.example", "question")[-1]
        )

        # Wednesday: both are back
        go_to(desk, at(2, 9))
        [back] = [
            letter
            for letter in desk.letters("bo@staff.example", "question")
            if "You are back" in str(letter["Subject"])
        ]
        assert f"#{answered}" in whole(back) and f"#{held}" in whole(back) and f"#{noted}" in whole(back)
        assert any(template == "digest" for _, template, _ in told(desk, "anna")[-3:])


def test_who_is_no_longer_ill_says_so_in_answer_to_the_letter(tmp_path: Path) -> None:
    with running(tmp_path, support=SUPPORT, smtp=TRUSTED, more=MORE + PATIENT) as desk:
        go_to(desk, at(0, 10))
        opened(desk)
        number = desk.tickets()[-1].number
        from_agent(desk, "#away bo\n", notice_to(desk, "dee", number), agent="dee")
        assert [one.agent for one in desk.gateway.store.read(lambda read: read.people.absences(desk.clock()))] == ["bo"]
        from_agent(desk, "#back\n", desk.letters("bo@staff.example", "question")[-1], agent="bo")
        assert desk.gateway.store.read(lambda read: read.people.absences(desk.clock())) == ()


def test_next_and_lists_know_who_speaks_a_customers_language(tmp_path: Path) -> None:
    speaking = MORE.replace('name = "dee"', 'name = "dee"\nspeaks = ["en", "ru"]')
    with running(tmp_path, support=SUPPORT, smtp=TRUSTED, more=f'speaks = ["en"]\n{speaking}' + PATIENT) as desk:
        go_to(desk, at(0, 10))
        russian = "Здравствуйте, лампа не работает, и я не знаю, что с ней делать. Помогите, пожалуйста.\n"
        first = opened(desk, "Лампа", russian, sender="one@customer.example").number
        second = opened(
            desk, "Chair", "The chair is broken and I do not know what to do.\n", sender="two@customer.example"
        ).number
        assert (desk.ticket(first).language, desk.ticket(first).fields) == ("en", {"language": "ru"})
        notice = notice_to(desk, "bo", second)
        from_agent(desk, "#list new\n", notice, agent="bo")
        assert "one@customer.example · ru · support" in whole(desk.letters("bo@staff.example", "question")[-1])
        from_agent(desk, "#next\n", notice, agent="bo")
        assert [desk.ticket(one).owner for one in (first, second)] == [None, "bo"], "Dee and Cai can read the other"
        from_agent(desk, "#next\n", notice_to(desk, "dee", second), agent="dee")
        assert desk.ticket(first).owner == "dee"
