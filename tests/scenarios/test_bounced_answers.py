"""A customer who was not reached cannot answer: the ticket is open again and its owner told (R-05).

What a report makes of which ticket is a table: `core/mails/test_bounce.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from conftest import CONFIG, Desk, from_agent, mail, notice_to, only, running, whole
from reports import MAIJA, answered, envelopes, report

from mailgate.app.jobs.schedule import run_job
from mailgate.app.outbox import failures
from mailgate.config.load import load
from mailgate.core.letters.due import DueDelivery, DueLetter
from mailgate.core.model.content import Answer
from mailgate.core.model.mail import Address

US, KARI = "support@acme.example", "kari@customer.example"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A department that solves what its customers leave unanswered."""
    with running(
        tmp_path, support='nudge = "3d"\nsolve_after = "7d"', more='[letters]\nstages = ["solved"]\n'
    ) as found:
        yield found


def bounced(desk: Desk, letter: object, *who: str, to: str = US) -> int:
    rows = [(one, "failed", "5.1.1") for one in who or (MAIJA,)]
    return desk.send(report(letter, to, *rows), sender="", to=[to])  # type: ignore[arg-type]


def of_template(desk: Desk, template: str) -> object:
    return desk.letters(MAIJA, template)[-1]


def test_r05_a_bounced_answer_opens_the_ticket_again_and_its_owner_is_told(desk: Desk) -> None:
    number, letter = answered(desk)
    assert desk.ticket(number).status == "waiting"
    bounced(desk, letter)
    after = desk.ticket(number)
    assert (after.status, after.owner, after.status_until) == ("open", "anna", None)
    told = whole(notice_to(desk, "anna", number))
    assert "could not be delivered" in told and "5.1.1" in told
    assert len(desk.letters(MAIJA)) == 1, "the ack; the answer is dead, and no letter says that the ticket was opened"


def test_r05_time_does_not_close_it_in_silence(desk: Desk) -> None:
    number, letter = answered(desk)
    bounced(desk, letter)
    for _ in range(4):
        desk.clock.ahead += timedelta(days=4)
        run_job(desk.gateway, "wake", desk.clock())
    assert desk.ticket(number).status == "open"
    assert desk.letters(MAIJA, "nudge") == [] and desk.letters(MAIJA, "closing") == []


def test_r05_a_question_after_silence_that_bounces_opens_it_and_a_last_word_does_not(desk: Desk) -> None:
    number, _ = answered(desk)
    desk.clock.ahead += timedelta(days=4)
    run_job(desk.gateway, "wake", desk.clock())
    bounced(desk, of_template(desk, "nudge"))
    assert desk.ticket(number).status == "open"
    from_agent(desk, "#solve\n", notice_to(desk, "anna", number))
    desk.clock.ahead += timedelta(hours=2)
    bounced(desk, of_template(desk, "solved"))
    assert desk.ticket(number).status == "solved"


@pytest.mark.parametrize(("recipient", "status"), [(MAIJA, "open"), (KARI, "waiting")])
def test_r05_a_letter_our_own_relay_refuses_does_the_same(desk: Desk, recipient: str, status: str) -> None:
    number, letter = answered(desk, KARI)
    ticket = desk.ticket(number)
    due = DueLetter(
        1, ticket, Answer(), "customer", "", "words", "support", "en", "", str(letter["Message-ID"]), "", (),
        (Address(MAIJA),), (Address(KARI),), (), 0, desk.clock(), None,
    )  # fmt: skip
    write = failures.undelivered(desk.gateway.in_force, desk.gateway.ids, desk.clock)
    one = DueDelivery(1, recipient, 1)
    desk.gateway.store.write(lambda tx: write(tx, due, one, "550 5.1.1 no such user")).result()
    assert desk.ticket(number).status == status
    assert "550 5.1.1" in desk.ticket(number).entries[-1].text
    assert "550 5.1.1" in whole(notice_to(desk, "anna", number))


# --- a bounce address is for one delivery -----------------------------------------------------------------------


def dead(desk: Desk, letter: EmailMessage) -> set[str]:
    """Whose copy of a letter did not arrive."""
    rows = desk.gateway.store.read(lambda read: read.outbox.deliveries(("dead",)))
    return {str(row.to) for row in rows if row.message_id == letter["Message-ID"]}


def test_r08_each_recipient_has_a_bounce_address_of_their_own(desk: Desk) -> None:
    _, letter = answered(desk, KARI)
    made = envelopes(desk, letter)
    assert set(made) == {MAIJA, KARI} and len(set(made.values())) == 2
    assert all(addr.startswith("support+b.") and len(addr.partition("@")[0]) <= 64 for addr in made.values())


@pytest.mark.parametrize("inside", [True, False], ids=["with the letter's id", "without"])
def test_r08_a_report_speaks_of_its_own_recipient_alone(desk: Desk, inside: bool) -> None:
    number, letter = answered(desk, KARI)
    kari = envelopes(desk, letter)[KARI]
    about = letter if inside else {"Message-ID": "<another@mx.example>"}
    bounced(desk, about, MAIJA, to=kari)
    assert dead(desk, letter) == set() and desk.ticket(number).status == "waiting"
    bounced(desk, about, MAIJA, KARI, to=kari)
    assert dead(desk, letter) == {KARI} and desk.ticket(number).status == "waiting", "a copy; the requester has theirs"


def test_r08_an_altered_address_reports_nothing_even_with_the_letters_id_inside(desk: Desk) -> None:
    number, letter = answered(desk, KARI)
    local, _, domain = envelopes(desk, letter)[KARI].partition("@")
    for forged in (local[:-4] + "aaaa", local[:-5], local[:-4] + local[-4:-1]):
        bounced(desk, letter, MAIJA, to=f"{forged}@{domain}")
    assert dead(desk, letter) == set() and desk.ticket(number).status == "waiting"


def test_r08_mail_that_was_passed_on_and_failed_there_is_its_recipients(desk: Desk) -> None:
    number, letter = answered(desk, KARI)
    bounced(desk, letter, "maija@private.example", to=envelopes(desk, letter)[MAIJA])
    assert dead(desk, letter) == {MAIJA} and desk.ticket(number).status == "open"
    assert "maija@private.example" in whole(notice_to(desk, "anna", number))


def test_r08_where_the_address_would_be_too_long_reports_count_by_the_id_inside(tmp_path: Path) -> None:
    """Beyond 64 octets the plain address is used, and `check` says so."""
    addr = "a-department-with-a-very-long-name@acme.example"
    config = CONFIG.replace("support@acme.example", addr)
    with running(tmp_path, config=config) as desk:
        number = desk.of_mail(desk.send(mail(to=addr), to=[addr])).number
        from_agent(desk, "Here is your answer.\n", notice_to(desk, "anna", number))
        letter = only(desk.letters(MAIJA, "answer"))
        assert envelopes(desk, letter) == {MAIJA: addr}
        bounced(desk, {"Message-ID": "<another@mx.example>"}, to=addr)
        assert dead(desk, letter) == set()
        bounced(desk, letter, to=addr)
        assert dead(desk, letter) == {MAIJA}
    warned = [str(one) for one in load(tmp_path / "mailgate.toml", env={}).warnings]
    assert any(addr in text and "bounce" in text for text in warned)
