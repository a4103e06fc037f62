"""A colleague's note about one ticket never goes to the customer of another, wherever an agent pastes it (issue 12)."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage
from typing import NamedTuple

import pytest
from conftest import Desk, from_agent, mail, notice_to, reply, running, whole

NOTE = "He is a known complainer and wants a refund every time; do not offer one.\nThe courier has lost his parcel."
KARI = "Kari Ek <kari@elsewhere.example>"


class House(NamedTuple):
    """Two customers' tickets; the notice of the one shows a colleague's note."""

    desk: Desk
    noted: EmailMessage
    other: EmailMessage


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with running(tmp_path_factory.mktemp("others"), smtp='trusted_networks = ["127.0.0.0/8"]') as desk:
        first = desk.of_mail(desk.send(mail("Parcel", "Where is my parcel?\n", sender=KARI))).number
        from_agent(desk, f"#note\n\n{NOTE}\n", notice_to(desk, "bo", first), "bo")
        desk.letters()
        second = desk.of_mail(desk.send(mail("Lamp", "My lamp flickers every evening.\n"))).number
        yield House(desk, notice_to(desk, "anna", first), notice_to(desk, "anna", second))


def outcome(desk: Desk, number: int) -> tuple[str, str]:
    row = desk.gateway.store.read(lambda read: read.mail.row(number))
    return desk.fate(number), str(row and row.reason)


PASTED = {
    "alone": NOTE,
    "its first line": NOTE.partition("\n")[0],
    "a short line of it": NOTE.partition("\n")[2],
    "wrapped otherwise": "He is a known complainer and wants\na refund every time; do not\noffer one. The courier has lost his parcel.",
    "between words": f"Dear Maija,\n\nas my colleague says: {NOTE.partition(';')[0]}.\n\nAnna",
}


@pytest.mark.parametrize("where", ["above", "below"])
@pytest.mark.parametrize("words", PASTED.values(), ids=PASTED)
def test_a_note_of_another_ticket_waits_wherever_it_is_pasted(house: House, words: str, where: str) -> None:
    """It left with the answer: only the letters of the ticket were known."""
    answer = reply(house.other, "anna@staff.example", words if where == "above" else "See below.")
    if where == "below":
        answer.set_content(f"{answer.get_content()}\n{words}\n")
    assert outcome(house.desk, house.desk.send(answer)) == ("parked", "note_words")
    assert not any(
        "complainer" in whole(one) or "courier" in whole(one)
        for one in house.desk.letters("maija@customer.example", "answer")
    )


def test_a_note_in_a_thread_that_was_asked_for_waits_too(house: House) -> None:
    """Of a ticket the agent was never told of: it left, since only notices were known by their notes."""
    desk = house.desk
    opened = desk.send(mail("Offer", "Two lamps, please.\n", sender=KARI, to="sales@acme.example"))
    number = desk.of_mail(opened).number
    noted = "Our price for him is ten euros a lamp, as his brother works here."
    from_agent(desk, f"#note\n\n{noted}\n", notice_to(desk, "bo", number), "bo")
    assert noted not in "".join(whole(one) for one in desk.letters("anna@staff.example"))
    from_agent(desk, f"#show {number}\n", house.other)
    assert noted in " ".join(whole(desk.letters("anna@staff.example", "question")[-1]).split())
    answer = reply(house.other, "anna@staff.example", f"Dear Maija, qshownq.\n\n{noted}\n\nAnna")
    assert outcome(desk, desk.send(answer)) == ("parked", "note_words")
    said = reply(house.other, "anna@staff.example", "Dear Maija, qsaidq.\n\nTwo lamps, please.")
    assert outcome(desk, desk.send(said)) == ("filed", "answer")


def test_a_letter_to_somebody_else_waits_with_it_too(house: House) -> None:
    written = f"#new ville@customer.example\n\nDear Ville, qnewq.\n\n{NOTE}\n"
    assert outcome(house.desk, from_agent(house.desk, written, house.other)) == ("parked", "note_words")
    assert not house.desk.letters("ville@customer.example")


def test_marked_as_a_quote_it_goes_and_the_words_beside_it_leave(house: House) -> None:
    quoted = "\n".join(f"> {line}" for line in NOTE.split("\n"))
    number = house.desk.send(
        reply(house.other, "anna@staff.example", f"Dear Maija, qmarkedq.\n\n{quoted}\n\nPress the switch.")
    )
    [letter] = [one for one in house.desk.letters("maija@customer.example", "answer") if "qmarkedq" in whole(one)]
    assert house.desk.fate(number) == "filed" and "Press the switch." in whole(letter)
    assert "complainer" not in whole(letter) and "courier" not in whole(letter)


def test_a_phrase_that_stands_in_some_note_is_nobodys(house: House) -> None:
    """A few words of one that is about something else park no honest answer."""
    number = house.desk.send(
        reply(
            house.other,
            "anna@staff.example",
            "Dear Maija, qphraseq.\n\nThe courier has lost your lamp, and a refund every time is too much.",
        )
    )
    assert outcome(house.desk, number) == ("filed", "answer")


def test_the_agent_may_send_it_all_the_same(house: House) -> None:
    house.desk.send(reply(house.other, "anna@staff.example", f"Dear Maija, qmayq.\n\n{NOTE}"))
    from_agent(house.desk, "#send\n", house.desk.letters("anna@staff.example", "receipt")[-1])
    house.desk.settle()
    [letter] = [one for one in house.desk.letters("maija@customer.example", "answer") if "qmayq" in whole(one)]
    assert "complainer" in whole(letter)
