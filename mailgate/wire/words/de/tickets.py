"""What stands in a ticket in words of ours, in German: kept as it was said when the ticket was opened."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "ticket.call": "Telefonat vom {day}",
    "ticket.privacy_copy": "Eine Kopie der Daten der Person wurde gesendet.",
    "ticket.request": "Ihre Anfrage",
    "ticket.untitled": "(kein Betreff)",
    "ticket.empty": "(leere Nachricht)",
    "ticket.helped": "Der Artikel „{title}“ hat die Anfrage erledigt",
    "ticket.forwarded": "Weitergeleitet an {address}.",
    "ticket.unreadable": "Nicht lesbare E-Mail von {sender}",
    "ticket.unreadable_text": "E-Mail {number} konnte nicht gelesen werden ({reason}). Das Original ist aufbewahrt: mailgate quarantine show {number}",
    "ticket.rule_failed": "Die Regel „{rule}“ ist fehlgeschlagen ({error}); diese E-Mail wurde ohne Regeln abgelegt.",
}
