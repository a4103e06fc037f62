"""What stands in a ticket in words of ours, in Polish: kept as it was said when the ticket was opened."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "ticket.call": "Rozmowa telefoniczna {day}",
    "ticket.privacy_copy": "Wysłano kopię danych tej osoby.",
    "ticket.request": "Państwa zgłoszenie",
    "ticket.untitled": "(bez tematu)",
    "ticket.empty": "(pusta wiadomość)",
    "ticket.helped": "Sprawę rozwiązał artykuł „{title}”",
    "ticket.forwarded": "Przesłano dalej do: {address}.",
    "ticket.unreadable": "Nieczytelna wiadomość od {sender}",
    "ticket.unreadable_text": "Nie udało się odczytać wiadomości {number} ({reason}). Jest zachowana bez zmian: mailgate quarantine show {number}",
    "ticket.rule_failed": "Reguła „{rule}” zawiodła ({error}); wiadomość przyjęto bez reguł.",
}
