"""What a receipt says of each command: granted, or refused and why; as codes, which `wire.words` has sentences for."""

from __future__ import annotations

from mailgate.core.commands.judging import Granted, Refusal
from mailgate.core.commands.reader import Command, Doubt
from mailgate.core.model.said import Said, Words, said


def of_outcome(command: Command, outcome: Granted, about: str = "") -> Words:
    """`#hold fri: on hold until 2026-11-27 09:00; deadlines are paused`, with the mark of the ticket it is `about`."""
    order = f"{about} {command}".lstrip()
    if not outcome.answer:
        return order
    return said("done.line", command=order, what=Said(f"done.{outcome.answer}", outcome.params))


def of_refusal(refusal: Refusal) -> Said:
    """Why a command was not carried out."""
    return Said(f"refused.{refusal.code}", refusal.params)


def of_doubt(doubt: Doubt) -> Said:
    """Why a line was not understood."""
    return Said(f"doubt.{doubt.kind}")


def of_reason(why: str, **params: str) -> Said:
    """Why a mail waits, or why a ticket changes hands."""
    return Said(f"waits.{why}", params)
