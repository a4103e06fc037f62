"""Message-IDs for the letters we owe: chance from the system, signed with the first key."""

from __future__ import annotations

import secrets

from mailgate.app.in_force import InForce
from mailgate.core.model.outbound import Audience, Purpose
from mailgate.core.proof import token
from mailgate.core.proof.token import Token


class SignedIds:
    """The store draws an id for every letter inside the transaction that owes it (store.base.Ids)."""

    def __init__(self, in_force: InForce) -> None:
        self._in_force = in_force

    def message_id(self, ticket: int | None, audience: Audience, agent: str, purpose: Purpose) -> str:
        """`<mg.KID.TICKET.KIND.NONCE.MAC@domain>`; an unknown agent's letter is signed for nobody (id 0)."""
        policy = self._in_force.policy
        known = policy.agent(agent)
        made = Token(
            ticket,
            audience,
            known.id if known and audience == Audience.AGENT else 0,
            purpose or Purpose.WORDS,
            token.base32(secrets.token_bytes(5)),
        )
        return token.message_id(token.mint(policy.keys[0], made, token.Carrier.ID), policy.domain)
