"""Agents and departments made known to the store; a name with work left cannot vanish unsaid."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence

from mailgate.core.model.policy import Agent, Department
from mailgate.errors import ConfigError, Problem
from mailgate.store.people import statements as sql
from mailgate.store.session import Session
from mailgate.store.window.sessions import end_all

UNSOLVED = "status NOT IN ('solved', 'archived')"


def gone(session: Session, agents: Sequence[Agent], departments: Sequence[Department]) -> list[Problem]:
    """What is wrong with the names that are configured no longer: each with work left."""
    return [problem for _, _, problem in _vanished(session, agents, departments) if problem is not None]


def sync(session: Session, agents: Sequence[Agent], departments: Sequence[Department]) -> Mapping[str, int]:
    """Make every name known, retire the others; agent name -> id. Raises ConfigError when one gone still has work."""
    now = time.time_ns() // 1000
    found = list(_vanished(session, agents, departments))
    problems = [problem for _, _, problem in found if problem is not None]
    if problems:
        raise ConfigError(problems)
    for table, name, _ in found:
        session.run(f"UPDATE {table} SET retired_at = :now WHERE name = :name", {"name": name, "now": now})  # noqa: S608
        if table == "agent":
            session.run(sql.UNWATCH_TAGS, {"agent": name})
            end_all(session, name, now)
    for agent in agents:
        session.run(sql.AGENT_KNOWN, {"name": agent.name, "address": agent.address, "now": now})
    for department in departments:
        known = {"name": department.name, "now": now, "training": int(department.training)}
        session.run(sql.DEPARTMENT_KNOWN, known)
    return {row["name"]: row["id"] for row in session.all(sql.AGENTS_NOW, {})}


def _vanished(
    session: Session, agents: Sequence[Agent], departments: Sequence[Department]
) -> Iterator[tuple[str, str, Problem | None]]:
    """(table, name, what keeps it from going) of everybody who was known and is not among these."""
    for table, column, names, keep in (
        ("agent", "owner", {agent.name for agent in agents}, "keep it with active = false"),
        ("department", "department", {department.name for department in departments}, "keep it"),
    ):
        for row in session.all(f"SELECT name FROM {table} WHERE retired_at IS NULL", {}):  # noqa: S608
            name = row["name"]
            if name in names:
                continue
            left = session.scalar(
                f"SELECT count(*) FROM ticket WHERE {column} = :name AND {UNSOLVED}",  # noqa: S608
                {"name": name},
            )
            text = f"{table} {name!r} is gone but has {left} unsolved tickets: {keep} until they are moved"
            yield table, name, Problem("mailgate.toml", table, text) if left else None
