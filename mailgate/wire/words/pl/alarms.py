"""What admins and leads are warned of in Polish."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "alarm.quarantine": "Wiadomość jest w kwarantannie",
    "alarm.unreachable": "{agent}: brak możliwości kontaktu pocztą",
    "alarm.away": "{agent}: prawdopodobnie nieobecność",
    "alarm.away_remedy": "#away {agent} {day}..DO cover IMIĘ",
    "alarm.flood": "Wiele wiadomości do zgłoszenia {tag}",
    "alarm.flood_text": "W ciągu godziny do zgłoszenia {tag} przyszło wiadomości: {heard}, ostatnia od {author}. Wszystkie są przyjęte; o kolejnych nikt nie dostanie powiadomienia, dopóki nie będzie ich mniej.",
    "alarm.forged": "Wiele wiadomości bez dowodu w imieniu: {agent}",
    "alarm.forged_text": "W ciągu godziny przyszło co najmniej {waiting} wiadomości. Nic z nich nie wykonano; czekają na zwolnienie albo odrzucenie.",
    "alarm.letters": "Listy wymagają twojej uwagi",
    "alarm.refused": "Zmiana została odrzucona",
    "alarm.refused_text": "Obowiązujące reguły, szablony i ustawienia pozostają bez zmian.\n{problems}",
    "alarm.needs_you": "mailgate potrzebuje cię: {what}",
    "alarm.guessing": "Ktoś zgaduje hasła na porcie wysyłki",
    "alarm.no_agent": "ktoś, kto nie jest pracownikiem",
    "alarm.guessing_address": "Próbowano wielu błędnych haseł, ostatnio z adresu {address}, konto: {whose}. Adres jest odrzucany po kwadrans naraz.",
    "alarm.guessing_account": "Próbowano wielu błędnych haseł, ostatnio z adresu {address}, konto: {whose}. Kto nigdy wcześniej nie wszedł na to konto, musi czekać przy każdej próbie.",
    "alarm.guessing_remedy": "zablokuj adres w zaporze; daj pracownikowi nowe hasło, jeśli mogło zostać poznane",
    "alarm.clock": "Zegar przeskoczył",
    "alarm.clock_text": "Zegar tej maszyny przeskoczył o {jump}.",
    "alarm.clock_remedy": "sprawdź usługę czasu: timedatectl",
}
