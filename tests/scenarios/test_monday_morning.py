"""Five agents who pull their work, and a weekend of mail: who hears of what, when, and how often."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from conftest import RULES, Desk, from_agent, mail, notice_to, opened, running, whole
from scenarios.turns import PATIENT, TRUSTED, go_to, turn

CREW = ("anna", "bo", "cai", "dee", "eve")
HOURS = "\n".join(f'{day} = "09:00-17:00"' for day in ("monday", "tuesday", "wednesday", "thursday", "friday"))
OFFICE = f'[[calendar]]\nname = "office"\ntimezone = "UTC"\n{HOURS}\n'
MORE = "".join(
    f'[[agent]]\nname = "{name}"\naddress = "{name}@staff.example"\ndepartments = ["support"]\n' for name in CREW[2:]
)
SUPPORT = 'calendar = "office"\nlead = "anna"\n'
GOLD = '[[sla]]\nname = "gold"\nfirst_response = "1h"\ncustomers = ["@gold.example"]\nat_once = true\n'
FIRE = '[[rule]]\nname = "fire"\nwhen.subject = "^Fire"\nthen.priority = "urgent"\nthen.ack = false\n'


def at(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """A time of the Saturday to come (day 0) or the days after."""
    now = datetime.now(UTC)
    saturday = now + timedelta(days=(5 - now.weekday() - 1) % 7 + 1)
    return saturday.replace(hour=hour, minute=minute, second=second, microsecond=0) + timedelta(days=day)


def told(desk: Desk, template: str) -> dict[str, list[EmailMessage]]:
    """Agent -> their letters of that kind; those without any left out."""
    found = {name: desk.letters(f"{name}@staff.example", template) for name in CREW}
    return {name: letters for name, letters in found.items() if letters}


@pytest.fixture(scope="module")
def weekend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The gateway that the tests of this file share, on Saturday at three minutes to two in the night."""
    rules = f"{FIRE}{RULES}then.ack = false\n"
    with running(
        tmp_path_factory.mktemp("monday"), rules, support=SUPPORT, smtp=TRUSTED, more=MORE + OFFICE + GOLD + PATIENT
    ) as desk:
        go_to(desk, at(0, 1, 57))
        yield desk


@pytest.fixture
def desk(weekend: Desk) -> Desk:
    """The same, with no letters but those of the test."""
    return turn(weekend)


# --- what can ---------------------------------------------------------------------------------------------------------


def test_a_weekend_of_140_mails_is_one_list_each_by_five_past_nine_and_a_line_takes_from_it(desk: Desk) -> None:
    desk.post([mail(f"Chair {n}", "It squeaks.\n", sender=f"c{n}@customer.example") for n in range(140)])
    for moment in (at(0, 12), at(1, 3), at(2, 8, 59), at(2, 9), at(2, 9, 4)):
        go_to(desk, moment)
        assert moment < at(2, 9) or sorted(told(desk, "question")) == sorted(CREW)
        assert moment >= at(2, 9) or not [one for name in CREW for one in desk.letters(f"{name}@staff.example")]
    assert {len(letters) for letters in told(desk, "question").values()} == {1}
    assert max(len(desk.letters(f"{name}@staff.example")) for name in CREW) <= 3, "with the day, and the lead's week"
    letter = told(desk, "question")["dee"][0]
    text = whole(letter)
    assert "140" in str(letter["Subject"]) and "125" in text and "Chair 14" in text and "Chair 15" not in text
    from_agent(desk, "2 take\n3 take", letter, agent="dee")
    taken = [ticket for ticket in desk.tickets() if ticket.owner == "dee"]
    assert [ticket.subject for ticket in taken] == ["Chair 1", "Chair 2"]
    assert [str(one["Subject"]) for one in told(desk, "handover")["dee"]] == [
        f"[#{one.number}] {one.subject}" for one in taken
    ]
    go_to(desk, at(2, 9, 45))
    assert {len(letters) for letters in told(desk, "question").values()} == {1}, "nothing is new"
    desk.send(mail("Table", "It limps.\n"))
    go_to(desk, at(2, 10, 6))
    assert {len(letters) for letters in told(desk, "question").values()} == {2}
    assert "139" in str(told(desk, "question")["bo"][1]["Subject"])


# --- what cannot wait -------------------------------------------------------------------------------------------------


def test_customers_of_a_tier_that_was_promised_more_wait_for_no_list(desk: Desk) -> None:
    go_to(desk, at(2, 10))
    desk.send(mail("Stool", "It wobbles.\n", sender="boss@gold.example"))
    assert sorted(told(desk, "notice")) == sorted(CREW)
    desk.send(mail("Stool", "It wobbles.\n"))
    assert {len(letters) for letters in told(desk, "notice").values()} == {1}


def test_an_urgent_mail_is_told_at_once_to_all_on_duty_and_at_night_to_the_lead(desk: Desk) -> None:
    go_to(desk, at(0, 1, 58))
    desk.send(mail("Fire in the lab", "It smokes.\n"))
    assert sorted(told(desk, "notice")) == ["anna"]
    go_to(desk, at(2, 10))
    desk.send(mail("Fire in the kitchen", "It smokes.\n"))
    assert sorted(told(desk, "notice")) == sorted(CREW)


def test_of_30_urgent_mails_at_night_ten_are_told_at_once_and_the_rest_in_one_list_soon(tmp_path: Path) -> None:
    rules = f"{FIRE}{RULES}then.ack = false\n"
    with running(tmp_path, rules, support=SUPPORT, smtp=TRUSTED, more=MORE + OFFICE + PATIENT) as desk:
        go_to(desk, at(0, 1, 57))
        desk.post([mail(f"Fire {n:02}", "It smokes.\n", sender=f"c{n}@customer.example") for n in range(30)])
        assert {name: len(letters) for name, letters in told(desk, "notice").items()} == {"anna": 10}
        for moment in (at(0, 2, 4, 30), at(0, 2, 6), at(0, 2, 10)):
            go_to(desk, moment)
        [rest] = told(desk, "question")["anna"]
        assert len(desk.letters("anna@staff.example")) == 11 and "20" in str(rest["Subject"])
        texts = "".join(f"{one['Subject']} {whole(one)}" for one in desk.letters("anna@staff.example"))
        assert [n for n in range(30) if f"Fire {n:02}" not in texts] == []
        from_agent(desk, "20 take", rest)
        [taken] = [one for one in desk.tickets() if one.owner]
        assert taken.owner == "anna" and f"[#{taken.number}]" in str(told(desk, "handover")["anna"][0]["Subject"])


def test_what_is_moved_in_is_told_at_once_to_all_on_duty_with_its_thread(desk: Desk) -> None:
    go_to(desk, at(2, 10))
    number = opened(desk, "An offer", "How much?\n", to="sales@acme.example").number
    from_agent(desk, "#move support is a repair", notice_to(desk, "bo", number), agent="bo")
    assert sorted(told(desk, "handover")) == ["anna", "cai", "dee", "eve"], "not who moved it"
    assert "How much?" in whole(told(desk, "handover")["eve"][0])


def test_new_words_on_somebodys_ticket_wait_for_the_morning(desk: Desk) -> None:
    go_to(desk, at(2, 10))
    number = opened(desk, "Fire again", "It smokes.\n").number
    from_agent(desk, "#take #priority normal", notice_to(desk, "dee", number), agent="dee")
    go_to(desk, at(3, 1, 57))
    desk.send(mail(f"Re: [#{number}] Fire again", "It is out.\n"))
    assert len(told(desk, "notice")["dee"]) == 1
    go_to(desk, at(3, 9, 0))
    assert len(told(desk, "notice")["dee"]) == 2
