"""What a program gets of an event: JSON of ours, or one line and a link in the form that Slack or Teams takes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from mailgate.core.hooks.hook import Format, Hook
from mailgate.core.hooks.rows import HookWords
from mailgate.core.hooks.told import Told, Type
from mailgate.core.model.said import moment, said
from mailgate.wire.words import said as spoken
from mailgate.wire.words import say

TITLE = 120  # characters of a subject in a line
_MARKDOWN = re.compile(r"([\\`*_\[\]~])")
_CARD = "http://adaptivecards.io/schemas/adaptive-card.json"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an event is told: the ticket's page on the board ("" without one), its readers' language and clock."""

    link: str
    language: str
    timezone: str
    now: datetime


def body(hook: Hook, told: Told, words: HookWords | None, place: Place) -> bytes:
    """The octets to be posted; `words` are None unless the hook is to have them."""
    if hook.format is Format.JSON:
        return _octets(_json(told, words, place))
    line = _line(hook, told, words, place)
    return _octets(_slack(line, told, place) if hook.format is Format.SLACK else _teams(line, told, place))


def _octets(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


# --- ours ------------------------------------------------------------------------------------------------------------


def _json(told: Told, words: HookWords | None, place: Place) -> dict[str, Any]:
    data: dict[str, Any] = {}
    if told.ticket is not None:
        data = {
            "ticket": told.ticket,
            "department": told.department,
            "status": told.status,
            "owner": told.owner,
            "priority": told.priority,
            "language": told.language,
            "created_at": _stamp(told.created_at),
            "due_at": _stamp(told.due_at),
            "url": place.link or None,
        }
    if told.type in (Type.OWNED, Type.STATUS, Type.PRIORITY):
        data["was"] = told.was
    if told.promise:
        data["promise"] = told.promise
    if told.score is not None:
        data["score"] = told.score
    if told.entry is not None:
        data["entry"] = told.entry
    if words is not None:
        data["subject"] = words.subject
        data["requester"] = {"name": words.requester_name, "address": words.requester or None}
        if told.entry is not None:
            data["text"] = words.text
    return {"type": told.type.value, "timestamp": _stamp(told.at), "data": data}


def _stamp(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z") if at else None


# --- one line --------------------------------------------------------------------------------------------------------


def _line(hook: Hook, told: Told, words: HookWords | None, place: Place) -> str:
    """What happened, after the ticket's number: where, and what; its subject if words are to be told."""
    what = _what(hook, told, place)
    if told.ticket is None:
        return what
    subject = " ".join(words.subject.split()) if words else ""
    title = f" {subject[:TITLE]}{'…' if len(subject) > TITLE else ''}" if subject else ""
    return f"{title} · {told.department}: {what}"


def _what(hook: Hook, told: Told, place: Place) -> str:
    language = place.language
    match told.type:
        case Type.OPENED:
            return say(language, "hook.opened", priority=say(language, f"priority.{told.priority}"))
        case Type.OWNED if told.owner:
            return say(language, "event.owner_begun", new=told.owner)
        case Type.OWNED:
            return say(language, "event.owner_ended", old=told.was or "?")
        case Type.STATUS | Type.PRIORITY:
            kind, new = ("status", told.status) if told.type is Type.STATUS else ("priority", told.priority)
            old = say(language, f"{kind}.{told.was}") if told.was else "?"
            return say(language, f"event.{kind}", old=old, new=say(language, f"{kind}.{new}"))
        case Type.IN | Type.OUT:
            return say(language, f"hook.{told.type.value.partition('.')[2]}")
        case Type.DUE | Type.BROKEN:
            zone = ZoneInfo(place.timezone)
            at = moment((told.due_at or told.at).astimezone(zone), place.now.astimezone(zone))
            return spoken(language, said(f"hook.{told.type.value.partition('.')[2]}", at=at))
        case Type.VOTE:
            return say(language, "hook.vote", score=told.score)
        case _:
            return say(language, "hook.test", name=hook.name)


def _slack(line: str, told: Told, place: Place) -> dict[str, Any]:
    """https://docs.slack.dev/messaging/formatting-message-text: three characters are markup, and nobody is called."""
    text = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    number = "" if told.ticket is None else f"#{told.ticket}"
    if number and place.link:
        number = f"<{place.link}|{number}>"
    return {"text": f"{number}{text}".strip()}


def _teams(line: str, told: Told, place: Place) -> dict[str, Any]:
    """What the Workflow "when a webhook request is received" posts: a message with one Adaptive Card."""
    number = "" if told.ticket is None else f"#{told.ticket}"
    text = _MARKDOWN.sub(r"\\\1", f"{number}{line}".strip().replace("<", "‹").replace(">", "›"))
    card: dict[str, Any] = {
        "$schema": _CARD,
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [{"type": "TextBlock", "text": text, "wrap": True}],
    }
    if number and place.link:
        card["actions"] = [{"type": "Action.OpenUrl", "title": number, "url": place.link}]
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}
