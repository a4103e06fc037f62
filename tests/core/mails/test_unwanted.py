"""Waves of nearly the same mail: when they are held, whom they never touch, and what a word makes of the next."""

from __future__ import annotations

from typing import Any

import pytest
from cases import ANNA, MAIJA, NOW, STRANGER, H, changes, decided, letter, letters_of, mail, ticket

from mailgate.core.mails.unwanted import WAVE, filed_apart, weighed
from mailgate.core.model.change import Decision, Fate, JoinWave, Tag
from mailgate.core.model.facts import Alike
from mailgate.core.model.mail import Envelope, InboundMail

WIN = mail("You have won.", by=STRANGER, subject="Win")


def alike(count: int, verdict: str = "") -> Alike:
    return Alike("support:7", (1, 2), count, verdict)


def held(decision: Decision) -> bool:
    waits = decision.reason == "wave"
    assert waits is bool(changes(decision, JoinWave))
    assert not waits or (letters_of(decision) == [] and Tag(add=("wave",)) in changes(decision, Tag))
    return waits


# what is decided, the mail, what is remembered of its like, what else is known, and whether it waits
ROWS: list[tuple[str, InboundMail, Alike | None, dict[str, Any], bool]] = [
    ("the twentieth", WIN, alike(WAVE - 1), {}, True),
    ("the nineteenth", WIN, alike(WAVE - 2), {}, False),
    ("one more of those that wait", WIN, alike(0, "asked"), {}, True),
    ("whatever comes after a word that they are real", WIN, alike(99, "real"), {}, False),
    ("a mail of few words", WIN, None, {}, False),
    ("of somebody who wrote before", WIN, alike(99), {"known_sender": True}, False),
    ("of somebody an agent answered", WIN, alike(99), {"answered_sender": True}, False),
    ("of somebody with a ticket of this hour", WIN, alike(99), {"tickets_sender_hour": 1}, False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("inbound", "known", "about", "waits"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_which_mails_wait_with_their_like(
    inbound: InboundMail, known: Alike | None, about: dict[str, Any], waits: bool
) -> None:
    decision = decided(inbound, alike=known, **about)
    assert decision.fate is Fate.FILED and held(decision) is waits
    counted = known is not None and not about
    assert (decision.alike is not None) is counted


def test_the_acknowledgement_that_is_owed_is_remembered() -> None:
    (joined,) = changes(decided(WIN, alike=alike(99)), JoinWave)
    assert joined == JoinWave("support:7", (1, 2), "ack")


def test_a_mail_with_a_reference_of_ours_or_of_an_agent_never_waits() -> None:
    ours = letter()
    answer = mail("You have won.", by=MAIJA, in_reply_to=(ours.message_id,))
    assert not held(decided(answer, ticket(), letters=[ours], alike=alike(99)))
    assert not held(decided(mail("You have won.", by=ANNA), alike=alike(99)))
    old = mail(
        "You have won.", by=STRANGER, envelope=Envelope("", ("support@acme.example",), history=True, arrived_at=NOW - H)
    )
    assert not held(decided(old, alike=alike(99)))


def test_after_a_word_that_it_is_spam_the_next_are_filed_as_that() -> None:
    decision = decided(WIN, alike=alike(3, "spam"))
    assert (decision.fate, decision.reason, letters_of(decision)) == (Fate.FILED, "spam", [])
    assert Tag(add=("spam",)) in changes(decision, Tag)
    assert callable(weighed) and callable(filed_apart)
