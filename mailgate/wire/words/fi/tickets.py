"""What stands in a ticket in words of ours, in Finnish: kept as it was said when the ticket was opened."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "ticket.call": "Puhelu {day}",
    "ticket.privacy_copy": "Kopio henkilön tiedoista on lähetetty.",
    "ticket.request": "Palvelupyyntösi",
    "ticket.untitled": "(ei aihetta)",
    "ticket.empty": "(tyhjä viesti)",
    "ticket.helped": "Asia ratkesi ohjeella ”{title}”",
    "ticket.forwarded": "Välitetty: {address}.",
    "ticket.unreadable": "Lukukelvoton viesti: {sender}",
    "ticket.unreadable_text": "Viestiä {number} ei voitu lukea ({reason}). Se on tallessa sellaisenaan: mailgate quarantine show {number}",
    "ticket.rule_failed": "Sääntö ”{rule}” epäonnistui ({error}); viesti kirjattiin ilman sääntöjä.",
}
