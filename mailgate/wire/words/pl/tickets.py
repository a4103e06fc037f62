"""What stands in a ticket in words of ours, in Polish: kept as it was said when the ticket was opened."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "ticket.call": "Rozmowa telefoniczna {day}",
    "ticket.call_missed": "Nieodebrane połączenie: {number}",
    "ticket.call_taken": "Rozmowa: {number}",
    "ticket.call_hidden": "numer zastrzeżony",
    "ticket.call_missed_text": "Nieodebrane połączenie {day}, godz. {time}.\nDzwoniący: {number}\nWybrany numer: {called}",
    "ticket.call_taken_text": "Rozmowa {day}, godz. {time} ({length} min).\nDzwoniący: {number}\nWybrany numer: {called}\nOdebrane przez: {agent}",
    "ticket.call_known": "Ten numer ma: {names}",
    "ticket.call_several": "Ten numer ma więcej niż jedna osoba i nikogo nie wybrano: {names}. Kto dzwonił, wskazuje #requester ADRES.",
    "ticket.call_recording": "Nagranie rozmowy.",
    "ticket.call_no_recording": "Nie udało się pobrać nagrania rozmowy. Jest pod adresem {url}",
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
