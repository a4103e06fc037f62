"""Answers to what stands while something is out of order: what everybody is told, and what gathers tickets."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from mailgate.core.model.content import Question
from mailgate.core.model.outage import Incident
from mailgate.core.model.said import Words, said
from mailgate.core.model.shown import Fact
from mailgate.store.base import Read, TicketFilter
from mailgate.wire.words import Phrases

AT_WORK = ("new", "open", "waiting", "hold")


def news(read: Read, speech: Phrases, now: datetime) -> Question:
    """What departments tell everybody who writes, in each language, and until when."""
    facts = tuple(
        Fact(
            f"{one.department} · {language}",
            said("asked.news_until", text=text, until=speech.when(one.until)),
        )
        for one in read.outage.news(now)
        for language, text in one.texts
    )
    return Question(title=said("asked.news"), intro="" if facts else said("asked.news_none"), facts=facts)


def incidents(read: Read, speech: Phrases, now: datetime) -> Question:
    """What goes on: its words, how much of it is open and late, and until when."""
    facts = tuple(load(read, one, now, speech.when(one.until)) for one in read.outage.incidents(now))
    return Question(title=said("asked.incidents"), intro="" if facts else said("asked.incidents_none"), facts=facts)


def load(read: Read, incident: Incident, now: datetime, until: Words) -> Fact:
    """How many tickets of an incident are worked on, and how many of them are late."""
    wanted = TicketFilter(status=AT_WORK, department=incident.department, tag=incident.name)
    late = replace(wanted, overdue=True)
    words = said(
        "list.incident_load",
        n=read.tickets.count(wanted, now),
        overdue=read.tickets.count(late, now),
        words=incident.words,
        until=until,
    )
    return Fact(f"+{incident.name} · {incident.department}", words)
