"""About whom a mail is a reason to ask: customers who may be answered, never a program, one of us, or the past."""

from __future__ import annotations

from typing import Any

import pytest
from cases import ANNA, MAIJA, POLICY, STRANGER, mail

from mailgate.app.lookup.worth_asking import person
from mailgate.core.model.mail import Address, Envelope, MailKind

TO = ("support@acme.example",)
ROWS: dict[str, tuple[dict[str, Any], str]] = {
    "a customer": ({}, MAIJA.addr),
    "whoever is to be answered": ({"reply_to": (STRANGER,)}, STRANGER.addr),
    "an address in capitals": ({"author": Address("Maija@Customer.EXAMPLE")}, MAIJA.addr),
    "an agent": ({"by": ANNA}, ""),
    "an agent who names a customer": ({"by": ANNA, "reply_to": (STRANGER,)}, ""),
    "a department": ({"author": Address("support@acme.example")}, ""),
    "a robot": ({"author": Address("noreply@shop.example")}, ""),
    "nobody": ({"author": None, "envelope": Envelope("", TO)}, ""),
    "the null sender": ({"envelope": Envelope("", TO)}, ""),
    "what says that it is automatic": ({"headers": (("auto-submitted", "auto-replied"),)}, ""),
    "a bounce": ({"kind": MailKind.DSN}, ""),
    "a receipt": ({"kind": MailKind.MDN}, ""),
    "the past": ({"envelope": Envelope(MAIJA.addr, TO, history=True)}, ""),
    "spam": ({"spam": True}, ""),
    "an option of a program": ({"author": Address("--help@evil.example")}, ""),
    "somebody on a channel": ({"author": Address("telegram.77@chat.invalid")}, ""),
}  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
def test_who_is_asked_about(name: str) -> None:
    parts, address = ROWS[name]
    found = person(mail(**parts), POLICY)
    assert (found.key if found else "") == address
