"""What stands in a ticket in words of ours, in Latvian: kept as it was said when the ticket was opened."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "ticket.call": "Telefona zvans {day}",
    "ticket.privacy_copy": "Nosūtīta personas datu kopija.",
    "ticket.request": "Jūsu pieteikums",
    "ticket.untitled": "(bez temata)",
    "ticket.empty": "(tukša vēstule)",
    "ticket.helped": "Jautājumu atrisināja raksts “{title}”",
    "ticket.forwarded": "Pārsūtīts: {address}.",
    "ticket.unreadable": "Nelasāma vēstule no {sender}",
    "ticket.unreadable_text": "Vēstuli {number} neizdevās izlasīt ({reason}). Tā ir saglabāta, kāda bija: mailgate quarantine show {number}",
    "ticket.rule_failed": "Kārtula „{rule}” nedarbojās ({error}); vēstule pieņemta bez kārtulām.",
}
