"""Answers to what stands while something is out of order: what everybody is told."""

from __future__ import annotations

from datetime import datetime

from mailgate.core.model.content import Question
from mailgate.core.model.said import said
from mailgate.core.model.shown import Fact
from mailgate.store.base import Read
from mailgate.wire.words import Phrases


def news(read: Read, speech: Phrases, now: datetime) -> Question:
    """What departments tell everybody who writes, in each language, and until when."""
    facts = tuple(
        Fact(
            f"{one.department} · {language}",
            said("asked.news_until", text=text, until=speech.when(one.until)),
        )
        for one in read.settings.news(now)
        for language, text in one.texts
    )
    return Question(title=said("asked.news"), intro="" if facts else said("asked.news_none"), facts=facts)
