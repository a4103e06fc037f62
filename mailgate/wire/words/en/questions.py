"""What answers to #desk, #list, #why and their like say in English."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "asked.desk_today": "{mails} mails in, {opened} opened, {solved} solved, {overdue} overdue",
    "asked.overdue": "overdue",
    "asked.parked": "parked: {why}",
    "asked.next_none": "Nothing is waiting for you.",
    "asked.next": "Next: {subject}",
    "asked.next_yours": "It is yours now.",
    "asked.list": "List",
    "asked.no_filter": "{word}: not a status, @agent, +tag or department",
    "asked.find": "Find: {text}",
    "asked.show": "Show",
    "asked.no_ticket": "There is no such ticket.",
    "asked.files_none": "There are none.",
    "asked.file": "{type}, {size} octets",
    "asked.customer": "Customer {address}",
    "asked.no_period": "{text}: no period; write 12h, 7d or 4w",
    "asked.before": "{value} ({before} before)",
    "asked.report": "Report: {period}",
    "asked.templates": "Canned answers",
    "asked.templates_none": "There are none yet: #save NAME keeps one.",
    "asked.kb": "Articles",
    "asked.kb_none": "No article speaks of that.",
    "asked.why": "Why",
    "asked.why_what": "Answer a notice, or name a ticket in the subject.",
    "asked.why_title": "#{number}: how it came to this",
    "due.first_response": "First response",
    "due.next_response": "Next response",
    "due.resolve": "Solution",
    "due.calendar": "working time of calendar {calendar}",
    "due.clock": "around the clock",
    "due.known": "{what} by {at}",
    "due.counted": "{what} by {at}: {span} {hours} (promise {sla}) since {start}",
    "due.paused": "{line}, {span} at rest not counted",
    "due.missed": "{line}; missed before, and kept as it was",
    "due.by_hand": "By hand: {at}",
    "due.rest": "The clocks of promise {sla} stand still while the ticket is {status}",
}
