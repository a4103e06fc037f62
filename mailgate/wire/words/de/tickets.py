"""What stands in a ticket in words of ours, in German: kept as it was said when the ticket was opened."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "ticket.call": "Telefonat vom {day}",
    "ticket.call_missed": "Entgangener Anruf: {number}",
    "ticket.call_taken": "Anruf: {number}",
    "ticket.call_hidden": "unterdrückte Nummer",
    "ticket.call_missed_text": "Entgangener Anruf am {day} um {time} Uhr.\nAnrufer: {number}\nGewählt: {called}",
    "ticket.call_taken_text": "Anruf am {day} um {time} Uhr ({length} min).\nAnrufer: {number}\nGewählt: {called}\nAngenommen von: {agent}",
    "ticket.call_known": "Diese Nummer hat: {names}",
    "ticket.call_several": "Diese Nummer haben mehrere, und niemand wurde ausgewählt: {names}. Wer es war, sagt #requester ADRESSE.",
    "ticket.call_recording": "Die Aufzeichnung des Anrufs.",
    "ticket.call_no_recording": "Die Aufzeichnung des Anrufs ließ sich nicht abrufen. Sie liegt unter {url}",
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
