"""Mail in an agent's name that nothing proves: nobody who wrote one waits unaware of it (P-08)."""

from __future__ import annotations

import contextlib
import smtplib
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage

import pytest
from conftest import Desk, mail, opened, reply, running, whole
from scenarios.turns import tap

from mailgate.app.intake import intake
from mailgate.app.jobs.schedule import run_job
from mailgate.core.model.ticket import Ticket

ANNA = "Anna Virtanen <anna@staff.example>"
BO = "Bo Ek <bo@staff.example>"
MINUTE = timedelta(minutes=1)
BEFORE: dict[str, int] = {}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A gateway with two agents."""
    with running(tmp_path_factory.mktemp("asked"), smtp='trusted_networks = ["127.0.0.0/8"]') as found:
        yield found


@pytest.fixture
def desk(house: Desk) -> Desk:
    """The same, where nothing waits and nobody was asked lately."""
    for number in waiting(house):
        house.gateway.store.write(
            lambda tx, number=number: tx.mail.drop(number, "of another test", house.clock())
        ).result()  # type: ignore[misc]
    house.clock.ahead += 200 * MINUTE
    BEFORE.clear()
    BEFORE.update({who: len(house.letters(f"{who}@staff.example", "was_it_you")) for who in ("anna", "bo")})
    return house


def unproven(desk: Desk, ticket: Ticket, word: str, sender: str = BO) -> int:
    """An order to the plain address, with nothing that proves who wrote it."""
    number = desk.send(mail(f"[#{ticket.number}] #tag +{word}", f"These are the words of {word}.\n", sender=sender))
    assert desk.fate(number) == "parked"
    return number


def asked(desk: Desk, who: str = "bo") -> list[EmailMessage]:
    return desk.letters(f"{who}@staff.example", "was_it_you")[BEFORE[who] :]


def later(desk: Desk, minutes: float) -> None:
    """Time passes, and the waking tick comes."""
    desk.clock.ahead += minutes * MINUTE
    run_job(desk.gateway, "wake", desk.clock())
    desk.settle()


def waiting(desk: Desk) -> set[int]:
    return {row.mail for row in desk.gateway.store.read(lambda read: read.mail.parked())}


def test_p08_a_second_question_waits_ten_minutes_and_names_every_mail_that_waits(desk: Desk) -> None:
    ticket = opened(desk)
    for word in ("one", "two", "three"):
        unproven(desk, ticket, word)
    [first] = asked(desk)
    assert "words of one" in whole(first) and "words of two" not in whole(first)
    later(desk, 9)
    assert len(asked(desk)) == 1
    later(desk, 2)
    [_, second] = asked(desk)
    for word in ("one", "two", "three"):
        assert f"#tag +{word}" in whole(second) and f"words of {word}" in whole(second)
    later(desk, 5)
    assert len(asked(desk)) == 2, "and none again so soon"


def test_p08_yes_settles_every_mail_the_question_names(desk: Desk) -> None:
    ticket = opened(desk)
    for word in ("one", "two", "three"):
        unproven(desk, ticket, word)
    later(desk, 11)
    desk.send(tap(asked(desk)[-1], "#yes", BO))
    desk.settle()
    assert set(desk.ticket(ticket.number).tags) == {"one", "two", "three"} and not waiting(desk)


def test_p08_drop_settles_every_mail_the_question_names_and_none_that_came_after_it(desk: Desk) -> None:
    ticket = opened(desk)
    for word in ("one", "two"):
        unproven(desk, ticket, word)
    later(desk, 11)
    question = asked(desk)[-1]
    after = unproven(desk, ticket, "three")
    desk.send(tap(question, "#drop", BO))
    desk.settle()
    assert desk.ticket(ticket.number).tags == () and waiting(desk) == {after}
    later(desk, 1)
    assert "words of three" in whole(asked(desk)[-1]), "with no question open any more it is asked about at once"


def test_p08_single_ones_are_settled_by_their_number(desk: Desk) -> None:
    ticket = opened(desk)
    numbers = [unproven(desk, ticket, word) for word in ("one", "two", "three")]
    later(desk, 11)
    question = asked(desk)[-1]
    order = {word: at for at, word in enumerate(sorted(("one", "two", "three"), key=whole(question).index), start=1)}
    desk.send(reply(question, BO, f"#yes {order['two']}"))
    desk.settle()
    assert desk.ticket(ticket.number).tags == ("two",) and waiting(desk) == {numbers[0], numbers[2]}
    desk.send(reply(question, BO, f"#drop {order['one']}, {order['three']}"))
    desk.settle()
    assert desk.ticket(ticket.number).tags == ("two",) and not waiting(desk)


@pytest.mark.parametrize("word", ["#yes 4", "#yes 0", "#yes the first", "#drop 2 9"])
def test_p08_a_number_that_was_not_named_settles_nothing(desk: Desk, word: str) -> None:
    ticket = opened(desk)
    numbers = {unproven(desk, ticket, each) for each in ("one", "two", "three")}
    later(desk, 11)
    desk.send(reply(asked(desk)[-1], BO, word))
    desk.settle()
    assert desk.ticket(ticket.number).tags == () and waiting(desk) >= numbers


def test_p08_a_mail_after_an_answered_question_is_asked_about_at_once(desk: Desk) -> None:
    ticket = opened(desk)
    unproven(desk, ticket, "one")
    desk.send(tap(asked(desk)[0], "#yes", BO))
    desk.settle()
    unproven(desk, ticket, "two")
    assert "words of two" in whole(asked(desk)[-1]) and len(asked(desk)) == 2


def test_p08_one_agents_open_question_keeps_no_colleague_waiting(desk: Desk) -> None:
    ticket = opened(desk)
    unproven(desk, ticket, "one")
    unproven(desk, ticket, "two", sender=ANNA)
    assert "words of two" in whole(asked(desk, "anna")[-1])


def test_p08_a_flood_in_an_agents_name_brings_one_letter_in_ten_minutes_that_counts_the_rest(desk: Desk) -> None:
    ticket = opened(desk)
    with contextlib.closing(smtplib.SMTP("127.0.0.1", desk.port, timeout=100)) as client:
        for turn in range(45):
            message = mail(f"[#{ticket.number}] #tag +t{turn}", f"Words {turn}.\n", sender=BO)
            client.sendmail("bo@staff.example", ["support@acme.example"], message.as_bytes())
    desk.settle()
    assert len(asked(desk)) == 1 and len(waiting(desk)) == 45
    later(desk, 11)
    assert len(asked(desk)) == 2 and "25 more wait" in whole(asked(desk)[-1])
    later(desk, 11)
    later(desk, 11)
    assert len(asked(desk)) <= 4
    said = "".join(whole(one) for one in asked(desk))
    assert all(f"#tag +t{turn}" in said for turn in range(45)), "each was named"
    leads = desk.letters("anna@staff.example", "digest")
    later(desk, 100)
    assert len(desk.letters("anna@staff.example", "digest")) - len(leads) == 1, "and the lead gets one letter"
    desk.send(tap(asked(desk)[-1], "#drop", BO))
    desk.settle()
    assert len(waiting(desk)) == 25, "an answer settles what its question named"


def test_p08_both_addresses_of_a_question_are_learned_by_always(desk: Desk) -> None:
    ticket = opened(desk)
    notice = desk.letters("bo@staff.example", "notice")[-1]
    for where in ("home", "phone"):
        number = desk.send(reply(notice, f"Bo <bo@{where}.example>", f"#tag +{where}"))
        assert desk.fate(number) == "parked"
    later(desk, 11)
    assert "bo@home.example" in whole(asked(desk)[-1]) and "bo@phone.example" in whole(asked(desk)[-1])
    desk.send(reply(asked(desk)[-1], BO, "#yes always"))
    desk.settle()
    assert set(desk.ticket(ticket.number).tags) == {"home", "phone"}


def test_a_mail_that_was_vouched_for_is_taken_up_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """It used to lie until the next look at the store; a command without a daemon left it there."""
    monkeypatch.setattr(intake, "IDLE", 600.0)
    ticket = opened(desk)
    number = unproven(desk, ticket, "prompt")
    desk.send(tap(asked(desk)[-1], "#yes", BO))
    desk.settle()
    assert number not in waiting(desk) and "prompt" in desk.ticket(ticket.number).tags
