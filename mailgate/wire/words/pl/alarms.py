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
}
