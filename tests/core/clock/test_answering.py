"""One answer for many: what a ticket gets of it, and why one is passed over."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from cases import ANNA, BO, MAIJA, NOW, POLICY, ticket

from mailgate.core.clock import answering
from mailgate.core.letters.addressee import NOBODY
from mailgate.core.model.change import AddEntry, SetStatus, Step
from mailgate.core.model.content import Answer, Receipt
from mailgate.core.model.facts import Facts
from mailgate.core.model.moment import Moment
from mailgate.core.model.outage import Mailing
from mailgate.core.model.said import Said
from mailgate.core.model.ticket import Status, Ticket

ABOUT = Mailing(7, "vpn", "support", "bo", "anna", "It works again.", solve=False, event=5, begins_at=NOW)
VPN = ticket(tags=("vpn",))
MOMENT = Moment(POLICY, Facts(customer_ids={1042: ("<a@x>", "<b@x>")}), NOW)


@pytest.mark.parametrize(
    ("found", "since", "why"),
    [
        (None, (), "merged"),
        (replace(VPN, status=Status.SOLVED), ("customer",), "solved"),
        (replace(VPN, status=Status.ARCHIVED), (), "solved"),
        (VPN, ("agent", "customer"), "wrote"),
        (VPN, ("agent",), "answered"),
        (replace(VPN, tags=("lamp",)), (), "untagged"),
        (replace(VPN, department="sales"), (), "untagged"),
        (replace(VPN, requester=NOBODY), (), "nobody"),
        (replace(VPN, tags=(*VPN.tags, "quiet")), (), "quiet"),
    ],
)
def test_a_ticket_that_has_changed_is_passed_over(found: Ticket | None, since: tuple[str, ...], why: str) -> None:
    assert answering.answer(MOMENT, ABOUT, found, since) == why


@pytest.mark.parametrize(("solve", "status"), [(False, Status.WAITING), (True, Status.SOLVED)])
def test_a_ticket_gets_a_letter_of_its_own_to_its_requester_alone(solve: bool, status: Status) -> None:
    crowd = replace(VPN, participants=(MAIJA, replace(MAIJA, addr="other@customer.example")))
    step = answering.answer(MOMENT, replace(ABOUT, solve=solve), crowd, ())
    assert isinstance(step, Step)
    said, then = step.changes[:2]
    assert isinstance(said, AddEntry) and (said.author, said.text) == ("bo", "It works again.")
    assert isinstance(then, SetStatus) and (then.status, then.why) == (status, "answered")
    [letter] = step.outbound
    assert (letter.to, letter.cc, letter.dedupe) == ((MAIJA,), (), "answer:7:1042")
    assert (letter.in_reply_to, letter.references) == ("<b@x>", ("<a@x>", "<b@x>"))
    assert isinstance(letter.content, Answer) and bool(letter.content.survey) is solve


def told(**parts: Any) -> list[Receipt]:
    letters = answering.receipts(POLICY, replace(ABOUT, **parts), 3, [(n, "wrote") for n in range(102)])
    return [one.content for one in letters if isinstance(one.content, Receipt)]


def test_the_receipt_goes_to_the_writer_and_the_lead_and_names_whom_it_passed_over() -> None:
    first, second = told()
    assert first == second and len(first.asks or ()) == 101
    assert (first.asks or ())[-1] == Said("question.more", {"n": 2})
    assert len(told(agent=ANNA.name)) == 1 and len(told(lead="gone")) == 1


def test_whoever_has_left_is_answered_for_by_the_lead() -> None:
    step = answering.answer(MOMENT, replace(ABOUT, agent="gone"), VPN, ())
    assert isinstance(step, Step) and isinstance(step.changes[0], AddEntry) and step.changes[0].author == "anna"
    assert answering.answer(MOMENT, replace(ABOUT, agent="gone", lead="gone"), VPN, ()) == "nobody"
    assert BO.name == ABOUT.agent
