"""Agents' tokens that somebody else has seen are revoked where they were issued (S-14, threats A-08)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cases import ANNA, carried, case, mail, ticket

from mailgate.core.mails import scope
from mailgate.core.model import change as ch
from mailgate.core.proof.authority import CarriedToken

FILED = ch.Decision(ch.Fate.FILED, "reply", (ch.Step(1042, (ch.Journal("here"),)),))
REVOKED = ch.Step(1042, (ch.RevokeTokens("anna", "seen"),))
LISTS = ch.RevokeLists("anna")

CASES = [
    ("a ticket's", carried(to=ANNA), (REVOKED,), ()),
    ("of a ticket merged away: there, where it was issued", carried(7, ANNA), (ch.Step(7, REVOKED.changes),), ()),
    ("of a ticket nobody knows", carried(9, ANNA), (), ()),
    ("a list's", carried(None, ANNA), (), (LISTS,)),
    ("a customers' id", carried(), (), ()),
]


@pytest.mark.parametrize(("token", "steps", "effects"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_a_token_is_revoked_where_it_was_issued(
    token: CarriedToken, steps: tuple[ch.Step, ...], effects: tuple[ch.Effect, ...]
) -> None:
    noted = scope.spent_token_note(case(mail(), ticket(), merged={7: 1042}), FILED, (token, token), "seen")
    assert (noted.steps, noted.effects) == ((*steps, *FILED.steps), effects)


def test_a_customers_id_names_no_agent_even_where_one_has_the_number_nought() -> None:
    given = case(mail(), ticket())
    nought = replace(given.policy, agents=(replace(ANNA, id=0),))
    given = replace(given, moment=replace(given.moment, policy=nought))
    assert scope.spent_token_note(given, FILED, [carried()], "seen") == FILED


def test_a_mail_that_is_not_filed_revokes_nothing() -> None:
    parked = ch.Decision(ch.Fate.PARKED, "why")
    assert scope.spent_token_note(case(mail(), ticket()), parked, [carried(to=ANNA)], "seen") == parked
