"""Who reads a page of the team's: their language and clock, and whether they lead."""

from __future__ import annotations

from dataclasses import dataclass

from mailgate.core.model.policy import Agent


@dataclass(frozen=True, slots=True)
class Reader:
    """An agent who is logged in."""

    name: str  # as commands call them
    shown: str
    language: str
    timezone: str  # an IANA name
    leads: bool = False


def reader_of(agent: Agent) -> Reader:
    """The agent as pages know them."""
    return Reader(agent.name, agent.shown_name, agent.language, agent.timezone, agent.chief)
