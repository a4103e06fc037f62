"""What stands in a ticket in words of ours, in English: kept as it was said when the ticket was opened."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "ticket.call": "Phone call {day}",
    "ticket.privacy_copy": "A copy of the person's data was sent.",
    "ticket.request": "Your request",
    "ticket.untitled": "(no subject)",
    "ticket.empty": "(empty message)",
    "ticket.helped": 'Solved by the article "{title}"',
    "ticket.forwarded": "Forwarded to {address}.",
    "ticket.unreadable": "Unreadable mail from {sender}",
    "ticket.unreadable_text": "Mail {number} could not be read ({reason}). Its raw bytes are kept: mailgate quarantine show {number}",
    "ticket.rule_failed": "Rule '{rule}' failed ({error}); this mail was filed without rules.",
}
