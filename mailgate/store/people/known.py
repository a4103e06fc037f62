"""Agents and departments made known to the store; a name with work left cannot vanish unsaid."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from mailgate.core.model.policy import Agent, Department
from mailgate.errors import ConfigError, Problem
from mailgate.store.people import statements as sql
from mailgate.store.session import Session

UNSOLVED = "status NOT IN ('solved', 'archived')"


def sync(session: Session, agents: Sequence[Agent], departments: Sequence[Department]) -> Mapping[str, int]:
    """Make every name known, retire the others; agent name -> id. Raises ConfigError when one gone still has work."""
    now = time.time_ns() // 1000
    problems: list[Problem] = []
    for table, column, names in (
        ("agent", "owner", {agent.name: agent.address for agent in agents}),
        ("department", "department", {department.name: "" for department in departments}),
    ):
        for name, address in names.items():
            params = {"name": name, "address": address, "now": now}
            if table == "agent":
                session.run(sql.AGENT_KNOWN, params)
            else:
                session.run(sql.DEPARTMENT_KNOWN, params)
        for row in session.all(f"SELECT name FROM {table} WHERE retired_at IS NULL", {}):  # noqa: S608
            name = row["name"]
            if name in names:
                continue
            left = session.scalar(
                f"SELECT count(*) FROM ticket WHERE {column} = :name AND {UNSOLVED}",  # noqa: S608
                {"name": name},
            )
            if left:
                keep = "keep it with active = false" if table == "agent" else "keep it"
                text = f"{table} {name!r} is gone but has {left} unsolved tickets: {keep} until they are moved"
                problems.append(Problem("mailgate.toml", table, text))
            session.run(f"UPDATE {table} SET retired_at = :now WHERE name = :name", {"name": name, "now": now})  # noqa: S608
    if problems:
        raise ConfigError(problems)
    return {row["name"]: row["id"] for row in session.all(sql.AGENTS_NOW, {})}
