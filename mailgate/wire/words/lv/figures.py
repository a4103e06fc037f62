"""What the figures of a report are called in Latvian."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "figure.report": "Pārskats",
    "figure.week": "{week}. nedēļa",
    "figure.name": "Nosaukums",
    "figure.arrived": "Saņemti",
    "figure.solved": "Atrisināti",
    "figure.filed": "Arhivēti bez vēstules",
    "figure.reopened": "Atvērti atkārtoti",
    "figure.backlog": "Neatrisināti",
    "figure.first_median": "Pirmā atbilde, mediāna",
    "figure.first_p90": "Pirmā atbilde, deviņas no desmit",
    "figure.solve_median": "Risinājums, mediāna",
    "figure.solve_p90": "Risinājums, deviņi no desmit",
    "figure.first_kept": "Pirmās atbildes laikā",
    "figure.solve_kept": "Risinājumi laikā",
    "figure.votes": "Vērtējumi",
    "figure.nps": "Ieteikšanas indekss (NPS)",
    "figure.csat": "Apmierināti",
    "figure.backlog_median": "Neatrisināto vecums, mediāna",
    "figure.oldest": "Vecākais neatrisinātais",
    "figure.days": "d.",
    "figure.departments": "Pa nodaļām",
    "figure.agents": "Pa darbiniekiem",
    "figure.tags": "Pa birkām",
    "figure.by_weekday": "Saņemti pa nedēļas dienām",
    "figure.by_hour": "Saņemti pa stundām",
    "figure.by_age": "Neatrisinātie pēc vecuma",
    "figure.words": "Biežākie vārdi",
    "figure.weekdays": "P. O. T. C. Pk. S. Sv.",
    "figure.age_day": "līdz 1 d.",
    "figure.age_3days": "1–3 d.",
    "figure.age_week": "3–7 d.",
    "figure.age_month": "7–30 d.",
    "figure.age_older": "virs 30 d.",
}
