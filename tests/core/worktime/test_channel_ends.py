"""A promise to somebody on a channel falls before that lets nobody answer any more."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mailgate.core.channels.channel import Channel
from mailgate.core.model.mail import Address
from mailgate.core.model.policy import Department, Policy, Sla
from mailgate.core.model.ticket import Due, Status, Ticket
from mailgate.core.worktime import sla

H = timedelta(hours=1)
ASKED = datetime(2026, 11, 23, 8, tzinfo=UTC)
DESK = Department("support", ("support@acme.example",), Address("support@acme.example"))
SHORT = Sla("short", first_response=4 * H, next_response=2 * H)
LONG = Sla("long", first_response=100 * H, next_response=100 * H, resolve=200 * H)
POLICY = Policy(
    "Acme", "acme.example", (DESK, replace(DESK, name="school", training=True)), slas=(SHORT, LONG),
    channels=(Channel("lines", "support", window=24 * H), Channel("open", "support"), Channel("brief", "support", window=H)),
)  # fmt: skip
CHAT = Ticket(
    number=1, subject="Lamp", status=Status.NEW, department="support", requester=Address("lines.7@chat.invalid"), created_at=ASKED,
    updated_at=ASKED, last_customer_at=ASKED,
)  # fmt: skip


@pytest.mark.parametrize(
    ("parts", "due"),
    [
        ({}, 23 * H),
        ({"sla": "short"}, 4 * H),
        ({"sla": "long"}, 23 * H),
        ({"requester": Address("brief.7@chat.invalid")}, 0.9 * H),
        ({"requester": Address("open.7@chat.invalid")}, None),
        ({"requester": Address("gone.7@chat.invalid")}, None),
        ({"requester": Address("maija@customer.example")}, None),
        ({"last_agent_at": ASKED + H, "first_response_at": ASKED + H}, None),
        ({"last_agent_at": ASKED, "first_response_at": ASKED, "last_customer_at": ASKED + H}, 24 * H),
        ({"status": Status.WAITING}, None),
        ({"status": Status.SOLVED}, None),
        ({"department": "school"}, None),
    ],
)
def test_the_earlier_of_both_is_owed(parts: dict[str, object], due: timedelta | None) -> None:
    found = sla.deadlines(POLICY, replace(CHAT, **parts))  # type: ignore[arg-type]
    assert found.first_response == (None if due is None else ASKED + due)


def test_the_solution_is_owed_as_ever() -> None:
    found = sla.deadlines(POLICY, replace(CHAT, sla="long"))
    assert found == Due(ASKED + 23 * H, ASKED + 200 * H)
