"""What admins and leads are warned of in English."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "alarm.quarantine": "A mail is in quarantine",
    "alarm.unreachable": "{agent} cannot be reached by mail",
    "alarm.away": "{agent} seems to be away",
    "alarm.away_remedy": "#away {agent} {day}..UNTIL cover NAME",
    "alarm.flood": "Many mails to ticket {tag}",
    "alarm.flood_text": "{heard} mails came to ticket {tag} within an hour, the last from {author}. They are all filed; nobody is written to about further ones until fewer come.",
    "alarm.forged": "Many mails in the name of {agent} without proof",
    "alarm.forged_text": "{waiting} mails or more came within an hour. Nothing of them was done; they wait to be released or dropped.",
}
