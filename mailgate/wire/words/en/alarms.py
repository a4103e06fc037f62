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
    "alarm.letters": "Letters need your attention",
    "alarm.refused": "A change was refused",
    "alarm.refused_text": "The rules, templates and settings in force stay as they were.\n{problems}",
    "alarm.needs_you": "mailgate needs you: {what}",
    "alarm.guessing": "Somebody guesses passwords at the submission port",
    "alarm.no_agent": "somebody who is no agent",
    "alarm.guessing_address": "Many wrong passwords were tried, the last from {address} for {whose}. That address is refused for a quarter of an hour at a time.",
    "alarm.guessing_account": "Many wrong passwords were tried, the last from {address} for {whose}. Who never got into that account before has to wait at each try.",
    "alarm.guessing_remedy": "block the address in your firewall; give the agent a new password if it may be known",
    "alarm.clock": "The clock has jumped",
    "alarm.clock_text": "The clock of this machine has jumped by {jump}.",
    "alarm.clock_remedy": "check the time service: timedatectl",
}
