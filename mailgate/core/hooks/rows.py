"""Hooks and what they are to tell, as the store keeps them and lists show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mailgate.core.hooks.told import Told


class HookRowState(StrEnum):
    """Of one event for one hook."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"  # by hand, or with its hook


@dataclass(frozen=True, slots=True)
class HookState:
    """How a hook is; `off` says why it is switched off."""

    name: str
    off: str
    off_at: datetime | None
    waiting: int
    failed: int
    rests: int  # in a row
    rests_until: datetime | None
    error: str  # of the last try; "" after one that went well
    told_at: datetime | None  # when it last took something
    alarmed: bool = False


@dataclass(frozen=True, slots=True)
class HookRow:
    """One event for one hook; `uid` is its `webhook-id` at every try."""

    id: int
    hook: str
    uid: str
    state: HookRowState
    told: Told
    attempts: int
    due_at: datetime | None
    created_at: datetime
    sent_at: datetime | None
    error: str


@dataclass(frozen=True, slots=True)
class HookWords:
    """Public words beside an event, read when it leaves: what was erased meanwhile is gone."""

    subject: str
    requester_name: str
    requester: str  # "": an agent's own address, or nobody's
    text: str | None = None  # of the message, when the event is about one
