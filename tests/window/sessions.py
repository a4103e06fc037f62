"""An agent who is logged in, made in the store as the log-in itself makes them."""

from __future__ import annotations

from datetime import timedelta

from conftest import Desk

from mailgate.core.proof.login import digest


def logged_in(desk: Desk, agent: str, secret: str = "", hours: float = 12) -> str:
    """The secret of a new session of theirs."""
    secret, now = secret or f"session of {agent}", desk.clock()
    begin = (digest(secret), agent, now, now + timedelta(hours=hours))
    desk.gateway.store.write(lambda tx: tx.sessions.begin(*begin)).result()
    return secret


def wall_put_up(desk: Desk, name: str, *, agents: bool) -> str:
    """The secret of a new wall."""
    secret, now = f"wall {name}", desk.clock()
    desk.gateway.store.write(lambda tx: tx.sessions.put_up(name, digest(secret), now, agents=agents)).result()
    return secret
