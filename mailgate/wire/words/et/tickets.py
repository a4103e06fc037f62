"""What stands in a ticket in words of ours, in Estonian: kept as it was said when the ticket was opened."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "ticket.call": "Telefonikõne {day}",
    "ticket.privacy_copy": "Inimese andmete koopia on saadetud.",
    "ticket.request": "Teie pöördumine",
    "ticket.untitled": "(teema puudub)",
    "ticket.empty": "(tühi kiri)",
    "ticket.helped": "Küsimuse lahendas juhend „{title}“",
    "ticket.forwarded": "Edastatud: {address}.",
    "ticket.unreadable": "Loetamatu kiri, saatja {sender}",
    "ticket.unreadable_text": "Kirja {number} ei saanud lugeda ({reason}). Selle algne kuju on alles: mailgate quarantine show {number}",
    "ticket.rule_failed": "Reegel „{rule}“ ei toiminud ({error}); see kiri võeti arvele ilma reegliteta.",
}
