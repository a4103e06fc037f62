"""Acknowledgements, that of a mail which was held up among them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cases import NOW, POLICY, H, ticket

from mailgate.core.letters.acks import late
from mailgate.core.model.content import Ack
from mailgate.core.model.facts import Facts
from mailgate.core.model.moment import Moment
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.ticket import Ticket

MOMENT = Moment(POLICY, Facts(customer_ids={1042: ("<a@b>", "<c@d>")}), NOW)


def test_it_answers_what_the_customer_wrote_and_echoes_nothing() -> None:
    (one,) = late(MOMENT, ticket(), not_before=NOW + H)
    assert isinstance(one.content, Ack) and not one.content.show_subject and one.content.promise is not None
    assert (one.purpose, one.in_reply_to, one.references, one.not_before) == (
        Purpose.ACK,
        "<c@d>",
        ("<a@b>", "<c@d>"),
        NOW + H,
    )
    assert [(who.addr, who.name) for who in one.to] == [("maija@customer.example", "")]


@pytest.mark.parametrize("about", [ticket(last_agent_at=NOW), ticket(tags=("spam",))])
def test_none_after_an_agents_words_nor_to_a_spammer(about: Ticket) -> None:
    assert late(MOMENT, about) == ()


def test_none_to_a_program() -> None:
    assert late(replace(MOMENT, facts=Facts(unattended=frozenset({1042}))), ticket()) == ()


def test_l18_no_more_is_acknowledged_late_than_may_leave_in_an_hour() -> None:
    most = POLICY.limits.acks_per_hour
    for count, letters in ((most - 1, 1), (most, 0)):
        assert len(late(replace(MOMENT, facts=Facts(acks_hour=count)), ticket())) == letters
