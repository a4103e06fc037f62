"""What stands in a ticket in words of ours, in English: kept as it was said when the ticket was opened."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "ticket.call": "Phone call {day}",
    "ticket.call_missed": "Missed call: {number}",
    "ticket.call_taken": "Call: {number}",
    "ticket.call_hidden": "hidden number",
    "ticket.call_missed_text": "Missed call on {day} at {time}.\nCaller: {number}\nCalled: {called}",
    "ticket.call_taken_text": "Call on {day} at {time} ({length} min).\nCaller: {number}\nCalled: {called}\nAnswered by: {agent}",
    "ticket.call_known": "This number belongs to: {names}",
    "ticket.call_several": "More than one person has this number, and none was chosen: {names}. #requester ADDRESS says who it was.",
    "ticket.call_recording": "The recording of the call.",
    "ticket.call_no_recording": "The recording of the call could not be fetched. It is at {url}",
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
