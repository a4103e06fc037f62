"""What stands in a ticket in words of ours, in Swedish: kept as it was said when the ticket was opened."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "ticket.call": "Telefonsamtal {day}",
    "ticket.privacy_copy": "En kopia av personens uppgifter har skickats.",
    "ticket.request": "Ditt ärende",
    "ticket.untitled": "(inget ämne)",
    "ticket.empty": "(tomt meddelande)",
    "ticket.helped": "Artikeln ”{title}” löste ärendet",
    "ticket.forwarded": "Vidarebefordrat till {address}.",
    "ticket.unreadable": "Oläsligt mejl från {sender}",
    "ticket.unreadable_text": "Mejl {number} kunde inte läsas ({reason}). Originalet är sparat: mailgate quarantine show {number}",
    "ticket.rule_failed": "Regeln ”{rule}” fungerade inte ({error}); mejlet togs in utan regler.",
}
