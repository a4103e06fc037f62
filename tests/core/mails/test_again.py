"""The same content once more: nothing happens, or a department that has not heard yet is told (S-14, threats T-14)."""

from __future__ import annotations

import pytest
from cases import changes, decided, letters_of, mail, ticket

from mailgate.core.model import change as ch
from mailgate.core.model.mail import Address, Envelope, InboundMail

SALES, SUPPORT = Address("sales@acme.example"), Address("support@acme.example")
HAD = {"duplicate_of": 7, "duplicate_ticket": 1042}


def again(*to: Address, envelope: tuple[str, ...] = (), history: bool = False) -> InboundMail:
    return mail(to=to, envelope=Envelope("maija@customer.example", envelope, history=history))


CASES = [
    ("the same department", again(SUPPORT), ("support",), []),
    ("another one", again(SALES), ("support",), ["sales"]),
    ("another one, in the envelope alone", again(envelope=("sales@acme.example",)), ("support",), ["sales"]),
    ("both", again(SUPPORT, SALES), ("support",), ["sales"]),
    ("a blind copy that names none of ours, first to sales", again(Address("list@elsewhere.example")), ("sales",), []),
    ("old mail", again(SALES, history=True), ("support",), []),
]


@pytest.mark.parametrize(("inbound", "known", "told"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_a_repeat_tells_only_who_was_really_written_to(
    inbound: InboundMail, known: tuple[str, ...], told: list[str]
) -> None:
    decision = decided(inbound, ticket(), duplicate_departments=known, **HAD)
    assert decision.fate is ch.Fate.DUPLICATE
    assert [one.department for one in changes(decision, ch.Tell)] == told
    assert {one.template for one in letters_of(decision)} == ({"notice"} if told else set())
    assert not changes(decision, ch.AddEntry)
