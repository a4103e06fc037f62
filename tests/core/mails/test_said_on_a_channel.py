"""What somebody says on a channel: a person's words with no authority, one message an id, acknowledged only where that is wanted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cases import ANNA, NOW, POLICY, case, decided, mail, ticket

from mailgate.core.channels.channel import Channel
from mailgate.core.mails.agent_answer import answer_letter
from mailgate.core.model.change import Decision, Fate
from mailgate.core.model.mail import Address, Envelope, InboundMail, Source

LINES = Channel("Lines", "support")
MAIJA = Address("lines.77@chat.invalid", "Maija (Lines)")


def chat(text: str = "The lamp is broken.", **parts: Any) -> InboundMail:
    envelope = Envelope(MAIJA.addr, ("support@acme.example",), Source.CHAT)
    return mail(text, by=MAIJA, **{"envelope": envelope, "message_id": "<chat.lines.1@acme.example>", **parts})


def judged(given: InboundMail, channel: Channel = LINES, **known: Any) -> Decision:
    return decided(given, policy=replace(POLICY, channels=(channel,)), **known)


def test_it_opens_a_ticket_and_is_acknowledged_only_where_that_is_wanted() -> None:
    for channel, acks in ((LINES, 0), (replace(LINES, ack=True), 1)):
        found = judged(chat(), channel)
        assert found.fate is Fate.FILED
        assert [one.template for one in found.steps[0].outbound].count("ack") == acks


def test_the_same_id_is_the_same_message_whatever_else_is_in_it() -> None:
    assert judged(chat("Other words"), msgid_collision=True).fate is Fate.DUPLICATE
    by_mail = decided(mail("Other words"), msgid_collision=True)
    assert by_mail.fate is Fate.FILED, "two mails may have one Message-ID"


@pytest.mark.parametrize(
    "addr", ["lines.noreply@chat.invalid", "lines.mailer-daemon@chat.invalid", "lines.bounces@chat.invalid"]
)
def test_a_person_may_be_called_like_a_robot(addr: str) -> None:
    found = judged(chat(author=Address(addr, "Maija (Lines)")), replace(LINES, ack=True))
    assert [one.template for one in found.steps[0].outbound].count("ack") == 1


@pytest.mark.parametrize("text", ["#close", "#assign bo", "[#1042] hello", "On Monday, Anna wrote:\n> words\nmine"])
def test_words_are_words(text: str) -> None:
    found = judged(chat(text, subject="[#1042] #close"))
    (step,) = found.steps
    assert step.ticket is None and found.effects == ()


def test_a_channel_that_is_gone_has_nobody_to_answer() -> None:
    found = judged(chat(), replace(LINES, name="Other"))
    assert found.fate is Fate.FILED and "ack" not in [one.template for one in found.steps[0].outbound]


def test_an_answer_in_the_last_minute_leaves_while_it_may() -> None:
    """It would be too late when the undo window is over, and nobody be answered."""
    known = replace(POLICY, channels=(replace(LINES, window=timedelta(days=1)),), undo_window=timedelta(minutes=2))
    for ago, waits in ((timedelta(hours=23), True), (timedelta(hours=23, minutes=59), False)):
        asked = ticket(requester=MAIJA, participants=(MAIJA,), last_customer_at=NOW - ago)
        sent = answer_letter(case(mail("Yes", by=ANNA), asked, policy=known), asked, ANNA, "Yes")
        assert sent is not None and sent.not_before == (NOW + known.undo_window if waits else None)
