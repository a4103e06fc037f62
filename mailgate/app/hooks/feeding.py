"""Reads what the journal has new and writes down what each hook is to be told of it, in one transaction."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime

from mailgate.core.hooks.hook import Hook
from mailgate.core.hooks.told import Type, told_of
from mailgate.core.model.policy import Mode, Policy
from mailgate.store.base import Tx

SLICE = 500  # lines of the journal in one transaction


def feed(tx: Tx, hooks: Mapping[str, Hook], policy: Policy, now: datetime) -> int:
    """One slice; returns how many rows it made. Only looking (`watch`), and in a pilot, it is read and nothing told."""
    lines, upto = tx.hooks.happened(SLICE)
    made = 0
    for line, unread in lines:
        told = told_of(line)
        if told is None or policy.mode is not Mode.LIVE or policy.training(told.department):
            continue
        due = now + policy.undo_window if told.type is Type.OUT else now  # so long its words may be taken back
        for name in unread:
            if name in hooks and hooks[name].wants(told):
                tx.hooks.add(name, f"msg_{secrets.token_hex(12)}", told, due, now)
                made += 1
    tx.hooks.read_up_to(upto)
    return made
