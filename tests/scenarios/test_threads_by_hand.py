"""`#requester`, `#merge both`, `#split` and `#link`: who takes part afterwards, and whose words nobody else ever sees."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from email.message import EmailMessage

import conftest
import pytest
from conftest import Desk, confirm, from_agent, notice_to, reply, running, whole

from mailgate.core.model.ticket import Ticket

MAIJA, KARI = "", ""  # two customers, new ones in each test
ANNA = "anna@staff.example"
TURN = itertools.count(1)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One gateway for all: each test has customers and tickets of its own."""
    with running(tmp_path_factory.mktemp("threads"), smtp='trusted_networks = ["127.0.0.0/8"]') as found:
        yield found


@pytest.fixture(autouse=True)
def customers() -> None:
    """Nobody has heard of them."""
    global MAIJA, KARI
    turn = next(TURN)
    MAIJA, KARI = f"maija{turn}@customer.example", f"kari{turn}@elsewhere.example"


def mail(*args: str, **parts: str) -> EmailMessage:
    return conftest.mail(*args, **{"sender": f"Maija <{MAIJA}>", **parts})  # type: ignore[arg-type]


def opened(desk: Desk, *args: str, **parts: str) -> Ticket:
    return desk.of_mail(desk.send(mail(*args, **parts)))


def customers_letters(desk: Desk, who: str) -> str:
    return "\n".join(whole(one) for one in desk.letters(who))


def parked(desk: Desk, number: int) -> bool:
    return desk.fate(number) == "parked"


def order(desk: Desk, ticket: int, words: str) -> int:
    number = from_agent(desk, f"{words}\n", notice_to(desk, "anna", ticket))
    desk.settle()
    return number


def answer(desk: Desk, ticket: int, words: str) -> None:
    """An answer to a notice whose first line named others: it waits, shows whom it reaches, and goes (R-08)."""
    confirm(desk, order(desk, ticket, words))


def answers(desk: Desk, who: str) -> list[EmailMessage]:
    return desk.letters(who, "answer")


# --- #requester -------------------------------------------------------------------------------------------------------


def test_the_new_requester_gets_the_answers_and_may_order_and_the_old_one_only_goes_on_taking_part(desk: Desk) -> None:
    ticket = opened(desk)
    order(desk, ticket.number, f"#requester {KARI}")
    assert not parked(desk, order(desk, ticket.number, "An answer for both.")), "she brought him in herself"
    for who in (KARI, MAIJA):
        assert "An answer for both." in customers_letters(desk, who)
    [letter] = answers(desk, KARI)
    assert KARI in str(letter["To"]) and MAIJA in str(letter["Cc"])
    desk.send(reply(letter, MAIJA, "#close"))
    assert not desk.ticket(ticket.number).status.done, "the old requester's order is words"
    desk.send(reply(letter, KARI, "#close"))
    assert desk.ticket(ticket.number).status == "solved"


@pytest.mark.parametrize("whom", [
    "bo@staff.example", "support@acme.example", "nobody", "<x@y", "fia@elsewhere.example, eve@x.example", "",
])  # fmt: skip
def test_colleagues_ourselves_and_no_address_are_no_requester(desk: Desk, whom: str) -> None:
    ticket = opened(desk)
    assert parked(desk, order(desk, ticket.number, f"#requester {whom}"))
    assert desk.ticket(ticket.number).requester.key == MAIJA


def test_the_new_requester_sees_nothing_of_what_was_said_before_them(desk: Desk) -> None:
    ticket = opened(desk, "SECRETTITLE", "SECRETWORDS of Maija.\n")
    order(desk, ticket.number, "#note\nSECRETNOTE")
    order(desk, ticket.number, f"#requester {KARI}\n#cc -{MAIJA}")
    assert not parked(desk, order(desk, ticket.number, "Hello Kari."))
    seen = customers_letters(desk, KARI)
    assert "Hello Kari." in seen and "SECRETWORDS" not in seen and "SECRETNOTE" not in seen
    assert "Hello Kari." not in customers_letters(desk, MAIJA), "and who was taken off hears nothing more"


def test_p03_whoever_was_taken_off_orders_nothing_with_an_id_they_kept(desk: Desk) -> None:
    """They wrote under the requester's name, and the ticket was closed."""
    ticket = opened(desk, cc=KARI)
    order(desk, ticket.number, "An answer for both.")
    [letter] = answers(desk, KARI)
    order(desk, ticket.number, f"#cc -{KARI}")
    desk.send(reply(letter, MAIJA, "#close"), sender=KARI)
    assert not desk.ticket(ticket.number).status.done
    order(desk, ticket.number, "Another answer.")
    desk.send(reply(answers(desk, MAIJA)[-1], MAIJA, "#close"))
    assert desk.ticket(ticket.number).status == "solved", "with a letter they never saw"


# --- #merge -----------------------------------------------------------------------------------------------------------


def merged(desk: Desk, how: str) -> tuple[int, int]:
    one = opened(desk, "MAIJASUBJECT", "MAIJAWORDS here.\n").number
    other = opened(desk, "KARISUBJECT", "KARIWORDS here.\n", sender=f"Kari <{KARI}>").number
    confirm(desk, order(desk, one, f"#merge {other} {how}"))
    assert desk.ticket(one).merged_into == other
    return one, other


def test_merge_both_answers_both_and_shows_neither_the_others_words_title_or_ids(desk: Desk) -> None:
    _, home = merged(desk, "both")
    answer(desk, home, "An answer for both of you.\n")
    for who in (MAIJA, KARI):
        assert "An answer for both of you." in customers_letters(desk, who)
    assert "MAIJAWORDS" not in customers_letters(desk, KARI) and "KARIWORDS" not in customers_letters(desk, MAIJA)
    assert "MAIJASUBJECT" not in customers_letters(desk, KARI)


def test_after_merge_both_each_ones_mail_finds_the_ticket_and_neither_orders_for_the_other(desk: Desk) -> None:
    one, home = merged(desk, "both")
    [ack] = [each for each in desk.letters(MAIJA, "ack") if each["X-Mailgate-Ticket"] == str(one)]
    number = desk.send(reply(ack, MAIJA, "More of mine."))
    assert desk.of_mail(number).number == home
    desk.send(reply(ack, MAIJA, "#close"))
    assert not desk.ticket(home).status.done, "Kari is the requester there"


def test_merged_tickets_taken_apart_answer_each_their_own_again(desk: Desk) -> None:
    one, home = merged(desk, "both")
    order(desk, home, "#undo")
    assert desk.ticket(one).merged_into is None
    order(desk, one, "Only for Maija.")
    order(desk, home, "Only for Kari.")
    assert "Only for Kari." not in customers_letters(desk, MAIJA) and "Only for Kari." in customers_letters(desk, KARI)
    assert "Only for Maija." not in customers_letters(desk, KARI) and "Only for Maija." in customers_letters(
        desk, MAIJA
    )


def test_same_person_makes_one_contact_of_two_addresses_and_writes_to_the_one_used_last(desk: Desk) -> None:
    _, home = merged(desk, "same-person")
    answer(desk, home, "One answer.")
    assert len(answers(desk, MAIJA)) + len(answers(desk, KARI)) == 1


def test_a_stranger_who_knows_a_merged_number_gets_nothing_of_either(desk: Desk) -> None:
    one, home = merged(desk, "both")
    for number in (one, home):
        mine = desk.of_mail(desk.send(mail(f"Re: [#{number}] x", "#status\n", sender=f"eve-{MAIJA}")))
        assert mine.number not in (one, home)
    seen = customers_letters(desk, f"eve-{MAIJA}")
    assert not any(word in seen for word in ("MAIJASUBJECT", "MAIJAWORDS", "KARI", "kari"))


# --- #split and #link -------------------------------------------------------------------------------------------------


def test_an_answer_whose_subject_names_another_ticket_than_its_letter_waits_and_reaches_no_customer(desk: Desk) -> None:
    one, other = opened(desk, "One").number, opened(desk, "Other", sender=f"Kari <{KARI}>").number
    notice = notice_to(desk, "anna", one)
    assert parked(desk, desk.send(reply(notice, ANNA, "For Kari.", subject=f"Re: [#{other}] Other")))
    assert answers(desk, MAIJA) == answers(desk, KARI) == []
    assert not parked(desk, desk.send(reply(notice, ANNA, "For Maija.", subject=f"Re: [#{one}] One")))
    assert len(answers(desk, MAIJA)) == 1


def test_after_a_split_answers_find_the_ticket_of_the_letter_they_answer(desk: Desk) -> None:
    ticket = opened(desk)
    [ack] = desk.letters(MAIJA, "ack")
    desk.send(mail(f"Re: [#{ticket.number}] Broken lamp", "And my invoice?\n"))
    order(desk, ticket.number, "#split")
    parted = desk.tickets()[-1].number
    order(desk, ticket.number, "About the lamp.")
    assert desk.of_mail(desk.send(reply(ack, MAIJA, "The lamp again."))).number == ticket.number
    number = desk.send(mail(f"Re: [#{parted}] Broken lamp", "The invoice again.\n"))
    assert desk.of_mail(number).number == parted


def test_one_customers_mail_cannot_be_split(desk: Desk) -> None:
    ticket = opened(desk)
    assert parked(desk, order(desk, ticket.number, "#split"))
    assert len([one for one in desk.tickets() if one.requester.key == MAIJA]) == 1


def test_a_participants_words_split_off_are_theirs_and_the_requester_hears_nothing_of_them(desk: Desk) -> None:
    ticket = opened(desk, cc=KARI)
    assert KARI in {one.key for one in desk.ticket(ticket.number).participants}
    desk.send(mail(f"Re: [#{ticket.number}] Broken lamp", "KARIWORDS about another thing.\n", sender=f"Kari <{KARI}>"))
    order(desk, ticket.number, "#split")
    parted = desk.tickets()[-1]
    assert parted.requester.key == KARI and MAIJA not in {one.key for one in parted.participants}


def test_linked_tickets_name_each_other_to_agents_and_never_to_customers(desk: Desk) -> None:
    one = opened(desk, "MAIJASUBJECT").number
    other = opened(desk, "KARISUBJECT", sender=f"Kari <{KARI}>").number
    confirm(desk, order(desk, one, f"#link {other}"))
    assert desk.ticket(one).links == (other,) and desk.ticket(other).links == (one,)
    order(desk, one, "For Maija alone.")
    order(desk, other, "For Kari alone.")
    assert f"#{other}" not in customers_letters(desk, MAIJA) and "KARISUBJECT" not in customers_letters(desk, MAIJA)
    assert f"#{one}" not in customers_letters(desk, KARI) and "For Maija" not in customers_letters(desk, KARI)


@pytest.mark.parametrize("what", ["itself", "999999", "nonsense", "", "99999999999999999999"])
def test_a_ticket_is_linked_to_another_that_exists(desk: Desk, what: str) -> None:
    ticket = opened(desk).number
    assert parked(desk, order(desk, ticket, f"#link {ticket if what == 'itself' else what}"))
    assert desk.ticket(ticket).links == ()
