"""What an attempt means, as a table: nothing here knows a clock, a socket or a store."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cases import ticket

from mailgate.app.outbox import outcome
from mailgate.app.outbox.route import Route
from mailgate.core.letters.due import DueDelivery, DueLetter
from mailgate.core.model.change import Urgency
from mailgate.core.model.content import Ack, Answer, Taken
from mailgate.core.model.mail import Address
from mailgate.core.model.policy import Department, Mode, Policy
from mailgate.errors import Permanent, RouteDown, Temporary, Uncertain

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
FIVE_DAYS = timedelta(days=5)
ACK = DueLetter(
    id=1, ticket=None, content=Ack(), audience="customer", agent="", purpose="ack", department="support", language="en",
    subject="", message_id="<x@y>", in_reply_to="", references=(), to=(Address("ann@customer.example"),), cc=(),
    attachments=(), urgency=Urgency.ACK, created_at=NOW - timedelta(hours=1), rendered=None,
)  # fmt: skip
WORDS = replace(ACK, content=Answer(), urgency=Urgency.WORDS)
FRESH = DueDelivery(7, "ann@customer.example", 0)
POLICY = Policy("Acme", "acme.example", (Department("support", ("support@acme.example",), Address("s@acme.example")),))


@pytest.mark.parametrize(
    ("error", "due", "delivery", "state", "failed"),
    [
        (Permanent("550"), WORDS, FRESH, "dead", True),
        (Permanent("550"), ACK, FRESH, "dead", True),
        (Temporary("451"), WORDS, FRESH, "waiting", False),
        (Temporary("451"), ACK, FRESH, "waiting", False),
        (OSError("odd"), WORDS, FRESH, "waiting", False),
        (RouteDown("no"), WORDS, FRESH, "waiting", False),
        (Uncertain("?"), ACK, FRESH, "uncertain", False),
        (Uncertain("?"), WORDS, FRESH, "waiting", False),
        (Uncertain("?"), WORDS, replace(FRESH, attempts=3), "uncertain", False),
        (Temporary("451"), WORDS, replace(FRESH, attempts=30, first_tried_at=NOW - timedelta(days=6)), "dead", True),
        (
            Temporary("451"),
            WORDS,
            replace(FRESH, attempts=30, first_tried_at=NOW - timedelta(days=4)),
            "waiting",
            False,
        ),
        # K-02: a clock that jumped ten years ahead gives up on nothing it has hardly tried
        (
            Temporary("451"),
            WORDS,
            replace(FRESH, attempts=1, first_tried_at=NOW - timedelta(days=3650)),
            "waiting",
            False,
        ),
    ],
)
def test_what_an_error_means(error: Exception, due: DueLetter, delivery: DueDelivery, state: str, failed: bool) -> None:
    mark = outcome.failed(error, due, delivery, NOW, FIVE_DAYS, 0.5)
    assert (mark.state, mark.failed) == (state, failed)
    assert (mark.due_at is not None) == (state == "waiting")
    assert mark.attempts == (None if isinstance(error, RouteDown) else delivery.attempts + 1)


def test_a_letter_given_back_keeps_its_place_in_the_queue() -> None:
    mark = outcome.untouched(WORDS, FRESH, "why")
    assert (mark.state, mark.due_at, mark.attempts, mark.error) == ("waiting", WORDS.created_at, None, "why")


@pytest.mark.parametrize(
    ("attempts", "minutes"), [(1, 1), (2, 5), (3, 15), (4, 30), (5, 60), (6, 120), (7, 240), (99, 240)]
)
def test_waits_grow_to_four_hours_and_are_spread_by_a_fifth(attempts: int, minutes: int) -> None:
    waits = [outcome.retry_after(attempts, chance).total_seconds() / 60 for chance in (0.0, 0.5, 1.0)]
    assert waits == pytest.approx([minutes * 0.8, minutes, minutes * 1.2])


@pytest.mark.parametrize(
    ("due", "recipient", "changes", "state"),
    [
        (ACK, "ann@customer.example", {}, None),
        (ACK, "Support+x@ACME.example", {}, "dead"),
        (replace(ACK, created_at=NOW - timedelta(hours=25)), "ann@customer.example", {}, "dead"),
        (replace(WORDS, created_at=NOW - timedelta(hours=25)), "ann@customer.example", {}, None),
        (replace(WORDS, content=Taken(), ticket=ticket(owner="anna")), "ann@customer.example", {}, None),
        (replace(WORDS, content=Taken(), ticket=ticket(owner=None)), "ann@customer.example", {}, "dead"),
        (ACK, "ann@customer.example", {"mode": Mode.PILOT}, "held"),
        (ACK, "ann@customer.example", {"mode": Mode.PILOT, "pilot_to": ("ANN@customer.example",)}, None),
    ],
)
def test_what_is_not_even_tried(due: DueLetter, recipient: str, changes: dict[str, object], state: str | None) -> None:
    mark = outcome.why_not_tried(due, replace(FRESH, recipient=recipient), replace(POLICY, **changes), NOW)
    assert (mark.state if mark else None) == state


@pytest.mark.parametrize(
    ("envelope", "null", "sender"),
    [("null", True, ""), ("null", False, "b@x"), ("verp", True, "b@x"), ("verp", False, "b@x"), ("a@y", True, "a@y"), ("a@y", False, "a@y")],
)  # fmt: skip
def test_who_stands_in_the_envelope(envelope: str, null: bool, sender: str) -> None:
    assert Route("r", lambda: None, envelope=envelope).sender(null=null, bounce="b@x") == sender
