"""What the figures of a report are called in Polish."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "figure.report": "Raport",
    "figure.week": "Tydzień {week}",
    "figure.name": "Nazwa",
    "figure.arrived": "Nadeszło",
    "figure.solved": "Załatwiono",
    "figure.filed": "Odłożono do archiwum bez wiadomości",
    "figure.reopened": "Otwarto ponownie",
    "figure.backlog": "Niezałatwione",
    "figure.first_median": "Pierwsza odpowiedź, mediana",
    "figure.first_p90": "Pierwsza odpowiedź, dziewięć z dziesięciu",
    "figure.solve_median": "Rozwiązanie, mediana",
    "figure.solve_p90": "Rozwiązanie, dziewięć z dziesięciu",
    "figure.first_kept": "Pierwsze odpowiedzi w terminie",
    "figure.solve_kept": "Rozwiązania w terminie",
    "figure.votes": "Oceny",
    "figure.nps": "Wskaźnik poleceń (NPS)",
    "figure.csat": "Zadowoleni",
    "figure.backlog_median": "Wiek niezałatwionych, mediana",
    "figure.oldest": "Najstarsze niezałatwione",
    "figure.days": "dni",
    "figure.departments": "Według działów",
    "figure.agents": "Według osób",
    "figure.tags": "Według etykiet",
    "figure.by_weekday": "Nadeszło według dni tygodnia",
    "figure.by_hour": "Nadeszło według godzin",
    "figure.by_age": "Niezałatwione według wieku",
    "figure.words": "Najczęstsze słowa",
    "figure.weekdays": "pon. wt. śr. czw. pt. sob. niedz.",
    "figure.age_day": "do 1 dnia",
    "figure.age_3days": "1–3 dni",
    "figure.age_week": "3–7 dni",
    "figure.age_month": "7–30 dni",
    "figure.age_older": "ponad 30 dni",
}
