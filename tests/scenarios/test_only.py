"""Words to one person of a ticket alone: nobody else reads them, in no later letter either."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Desk, from_agent, mail, notice_to, reply, running, whole

from mailgate.app.admin import rights
from mailgate.core.model.ticket import Ticket

MAIJA, TIMO, LAB = "maija@customer.example", "timo@other.example", "lab@expert.example"
SECRET = "CANARY the discount is forty percent."
OTHER = "CANARY, we would take the old lamp back for twenty euros if nobody hears."


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with running(tmp_path_factory.mktemp("only")) as found:
        yield found


def with_timo(desk: Desk, subject: str) -> Ticket:
    return desk.of_mail(desk.send(mail(subject, cc=f"Timo <{TIMO}>")))


def of(desk: Desk, who: str, ticket: Ticket) -> str:
    found = (one for one in desk.letters(who) if one["X-Mailgate-Ticket"] == str(ticket.number))
    return "\n".join(whole(one) for one in found)


def answer_to_question(desk: Desk, question: str, notice: object) -> str:
    from_agent(desk, f"{question}\n", notice)  # type: ignore[arg-type]
    return whole(desk.letters("anna@staff.example", "question")[-1])


@pytest.mark.parametrize(("order", "one", "other"), [("#only", MAIJA, TIMO), (f"#only {TIMO}", TIMO, MAIJA)])
def test_the_words_reach_one_alone_and_no_later_letter_shows_them_to_another(
    desk: Desk, order: str, one: str, other: str
) -> None:
    name = one.partition("@")[0]
    ticket = with_timo(desk, f"Offer for {name}")
    words = f"{SECRET} Dear {name}, {' '.join(f'{name}{n}' for n in range(9))}."  # in no other ticket
    notice = notice_to(desk, "anna", ticket.number)
    assert desk.fate(from_agent(desk, f"{order}\n\n{words}\n", notice)) == "filed"
    assert words in " ".join(of(desk, one, ticket).split()) and "CANARY" not in of(desk, other, ticket)
    entry = desk.ticket(ticket.number).entries[-1]
    assert (entry.kind, entry.only) == ("agent", one)

    from_agent(desk, "This is for both of you.\n", notice)
    assert "This is for both" in of(desk, one, ticket) and "This is for both" in of(desk, other, ticket)
    mine = [letter for letter in desk.letters(MAIJA) if letter["X-Mailgate-Ticket"] == str(ticket.number)]
    desk.send(reply(mine[0], f"Maija <{MAIJA}>", "#status\n"))
    from_agent(desk, f"#ask {LAB} is it right?\n", notice)
    assert "is it right?" in of(desk, LAB, ticket)
    assert "CANARY" not in of(desk, other, ticket) and "CANARY" not in of(desk, LAB, ticket)

    desk.send(mail(f"Re: [#{ticket.number}] Offer", "And now?\n", in_reply_to=str(mine[0]["Message-ID"])))
    later = notice_to(desk, "anna", ticket.number)
    assert f"to {one} alone" in whole(later) and words in " ".join(whole(later).split())
    number = from_agent(desk, f"As I wrote:\n{words}\nBye.\n", later)
    assert desk.fate(number) == "parked", "typed again they wait, as a note of the house does"
    assert f"to {one} alone" in answer_to_question(desk, "#show", later)
    assert f"answer to {one} alone" in answer_to_question(desk, "#why", later)
    assert "CANARY" not in of(desk, other, ticket)


def test_who_takes_no_part_is_refused_and_sending_without_commands_keeps_it_to_one(desk: Desk) -> None:
    ticket = with_timo(desk, "Offer")
    notice = notice_to(desk, "anna", ticket.number)
    assert desk.fate(from_agent(desk, f"#only eve@elsewhere.example\n\n{OTHER}\n", notice)) == "parked"
    told = whole(desk.letters("anna@staff.example", "receipt")[-1])
    assert "eve@elsewhere.example takes no part" in told and MAIJA in told
    number = from_agent(desk, f"#only {TIMO}\n#colse\n\n{OTHER}\n", notice)
    asked = desk.letters("anna@staff.example", "receipt")[-1]
    assert desk.fate(number) == "parked"
    from_agent(desk, "#send words\n", asked)
    desk.settle()
    assert OTHER in of(desk, TIMO, ticket) and "CANARY" not in of(desk, MAIJA, ticket)


def test_what_a_customer_is_given_of_their_own_has_no_words_to_another_alone(desk: Desk) -> None:
    ticket = with_timo(desk, "Given")
    for who, words in ((TIMO, "Timo alone reads this."), (MAIJA, "Maija alone reads this.")):
        from_agent(desk, f"#only {who}\n\n{words}\n", notice_to(desk, "anna", ticket.number))
    policy, now = desk.gateway.in_force.policy, desk.gateway.clock()
    given = desk.gateway.store.read(lambda read: list(rights.export(read, policy, MAIJA, now)))
    told = str([content for name, content in given if name == "person.json"])
    assert "Maija alone reads" in told and "Timo alone reads" not in str(given)


def test_a_corrected_answer_to_one_alone_goes_where_the_receipt_says(desk: Desk) -> None:
    """The receipt of a parked mail names the one, and what takes its place reaches nobody else."""
    ticket = with_timo(desk, "Corrected")
    notice = notice_to(desk, "anna", ticket.number)
    assert desk.fate(from_agent(desk, f"#only {TIMO} #colse\n\nNobody but Timo.\n", notice)) == "parked"
    asked = desk.letters("anna@staff.example", "receipt")[-1]
    first = " ".join(whole(asked).partition("##")[0].split())
    assert TIMO in first and MAIJA not in first
    from_agent(desk, "For Timo and no one beside.\n", asked)
    assert "For Timo and no one" in of(desk, TIMO, ticket) and "For Timo and no one" not in of(desk, MAIJA, ticket)
    assert desk.ticket(ticket.number).entries[-1].only == TIMO


def test_words_to_somebody_else_alone_leave_the_customer_owed_an_answer(desk: Desk) -> None:
    """Neither asked again nor let go after silence: nobody has written to them."""
    ticket = with_timo(desk, "Owed")
    notice = notice_to(desk, "anna", ticket.number)
    from_agent(desk, f"#only {TIMO}\n\nAre you free on Monday?\n", notice)
    found = desk.ticket(ticket.number)
    assert (found.status, found.owner) == ("open", "anna")
    assert found.first_response_at is found.last_agent_at is None and found.entries[-1].only == TIMO
    from_agent(desk, "#only\n\nOn Monday somebody comes to you.\n", notice)
    assert desk.ticket(ticket.number).status == "waiting" and desk.ticket(ticket.number).last_agent_at


def test_an_answer_taken_back_is_owed_again_whatever_somebody_else_was_told(tmp_path: Path) -> None:
    with running(tmp_path, undo="2m") as desk:
        ticket = with_timo(desk, "Owed again")
        notice = notice_to(desk, "anna", ticket.number)
        from_agent(desk, f"#only {TIMO}\n\nAre you free on Monday?\n", notice)
        from_agent(desk, "On Monday somebody comes.\n", notice)
        from_agent(desk, "#undo\n", notice)
        found = desk.ticket(ticket.number)
        assert found.first_response_at is found.last_agent_at is None and found.status == "open"


def test_words_to_the_customer_alone_wait_once_the_customer_is_another(desk: Desk) -> None:
    """Without an address the notice or the receipt that the agent read says who that is."""
    ticket = with_timo(desk, "Another's")
    notice = notice_to(desk, "anna", ticket.number)
    assert desk.fate(from_agent(desk, "#only #colse\n\nFor Maija, and nobody else.\n", notice)) == "parked"
    asked = desk.letters("anna@staff.example", "receipt")[-1]
    from_agent(desk, f"#requester {TIMO}\n", notice_to(desk, "bo", ticket.number), "bo")
    from_agent(desk, "#send words\n", asked)
    from_agent(desk, "For Maija, and for nobody else.\n", asked)
    assert desk.fate(from_agent(desk, "#only\n\nFor Maija, and nobody else.\n", notice)) == "parked"
    desk.settle()
    assert "For Maija" not in of(desk, TIMO, ticket) and "For Maija" not in of(desk, MAIJA, ticket)
    from_agent(desk, "#send\n", desk.letters("anna@staff.example", "receipt")[-1])  # which names whom it reaches
    desk.settle()
    assert "For Maija, and nobody else." in of(desk, TIMO, ticket)


def test_a_note_for_one_alone_is_a_contradiction(desk: Desk) -> None:
    ticket = with_timo(desk, "Both")
    assert desk.fate(from_agent(desk, "#note #only\n\nCANARY\n", notice_to(desk, "anna", ticket.number))) == "parked"


def test_of_who_is_forgotten_nothing_says_that_the_words_were_for_them(desk: Desk) -> None:
    ticket = with_timo(desk, "Forget")
    from_agent(desk, f"#only {TIMO}\n\nFor you.\n", notice_to(desk, "anna", ticket.number))
    desk.gateway.store.write(lambda tx: tx.people.forget(TIMO, desk.gateway.clock(), "admin")).result()
    assert TIMO not in str(desk.ticket(ticket.number))
    assert TIMO not in str(desk.gateway.store.read(lambda read: read.tickets.events(ticket.number)))
