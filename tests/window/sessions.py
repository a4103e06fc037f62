"""Ways in that a test need not be sent by letter: an agent's session, a wall, a customer's page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from conftest import Desk

from mailgate.app.admin import tokens
from mailgate.core.letters import own_page
from mailgate.core.model.mail import Address
from mailgate.core.model.ticket import Ticket
from mailgate.core.proof.login import digest
from mailgate.core.proof.page import PageState


def logged_in(desk: Desk, agent: str, secret: str = "", hours: float = 12) -> str:
    """The secret of a new session of theirs, made in the store as the log-in itself makes it."""
    secret, now = secret or f"session of {agent}", desk.clock()
    begin = (digest(secret), agent, now, now + timedelta(hours=hours))
    desk.gateway.store.write(lambda tx: tx.sessions.begin(*begin)).result()
    return secret


def wall_put_up(desk: Desk, name: str, *, agents: bool) -> str:
    """The secret of a new wall."""
    secret, now = f"wall {name}", desk.clock()
    desk.gateway.store.write(lambda tx: tx.sessions.put_up(name, digest(secret), now, agents=agents)).result()
    return secret


def token_of(desk: Desk, name: str, *scopes: str, **limits: Any) -> str:
    """The token of a new program."""
    return tokens.add(desk.gateway, name, scopes, **limits)


def page_path(desk: Desk, ticket: Ticket, person: Address | None) -> str:
    """Where the link of somebody who was proven leads; nobody's is the one of all, which only shows."""
    moment = desk.gateway.in_force.moment(desk.gateway.clock())
    return f"/t/{own_page.written(moment, ticket, PageState(), person)}"
