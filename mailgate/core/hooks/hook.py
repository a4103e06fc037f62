"""A program that is told: which events it gets, of which tickets, and in what form."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Final

from mailgate.core.hooks.told import Told, Type
from mailgate.core.model.ticket import Priority

LOW_VOTE: Final = 6  # a vote of so much or less is bad news


class Format(StrEnum):
    """What a body is to be."""

    JSON = "json"  # ours, as Standard Webhooks have it
    SLACK = "slack"
    TEAMS = "teams"


class Preset(StrEnum):
    """What a room of people wants to hear of."""

    URGENT = "urgent"  # a ticket that is opened as urgent, or becomes it
    OVERDUE = "overdue"  # a promise that was broken
    LOW_VOTE = "low_vote"


@dataclass(frozen=True, slots=True)
class Hook:
    """`events` are names, or patterns with `*`; what a preset asks for is told beside them."""

    name: str
    events: tuple[str, ...] = ("*",)
    presets: tuple[Preset, ...] = ()
    departments: tuple[str, ...] = ()  # none: all
    words: bool = False  # public words, subjects and requesters too
    format: Format = Format.JSON

    def wants(self, told: Told) -> bool:
        """Is it to be told of this?"""
        if self.departments and told.department not in self.departments:
            return False
        return any(fnmatchcase(told.type, pattern) for pattern in self.events) or any(
            _meant(preset, told) for preset in self.presets
        )


def _meant(preset: Preset, told: Told) -> bool:
    if preset is Preset.URGENT:
        return told.type in (Type.OPENED, Type.PRIORITY) and told.priority == Priority.URGENT
    if preset is Preset.OVERDUE:
        return told.type == Type.BROKEN
    return told.type == Type.VOTE and told.score is not None and told.score <= LOW_VOTE
