"""What the figures of a report are called in Swedish."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "figure.report": "Rapport",
    "figure.week": "Vecka {week}",
    "figure.name": "Namn",
    "figure.arrived": "Inkomna",
    "figure.solved": "Lösta",
    "figure.filed": "Arkiverade utan mejl",
    "figure.reopened": "Öppnade igen",
    "figure.backlog": "Olösta",
    "figure.first_median": "Första svar, median",
    "figure.first_p90": "Första svar, nio av tio inom",
    "figure.solve_median": "Lösning, median",
    "figure.solve_p90": "Lösning, nio av tio inom",
    "figure.first_kept": "Första svar i tid",
    "figure.solve_kept": "Lösningar i tid",
    "figure.votes": "Betyg",
    "figure.nps": "NPS",
    "figure.csat": "Nöjda",
    "figure.backlog_median": "De olöstas ålder, median",
    "figure.oldest": "Äldsta olösta",
    "figure.days": "dagar",
    "figure.departments": "Per avdelning",
    "figure.agents": "Per handläggare",
    "figure.tags": "Per tagg",
    "figure.by_weekday": "Inkomna per veckodag",
    "figure.by_hour": "Inkomna per timme",
    "figure.by_age": "Olösta efter ålder",
    "figure.words": "Vanligaste orden",
    "figure.weekdays": "mån tis ons tors fre lör sön",
    "figure.age_day": "under 1 dag",
    "figure.age_3days": "1–3 dagar",
    "figure.age_week": "3–7 dagar",
    "figure.age_month": "7–30 dagar",
    "figure.age_older": "över 30 dagar",
}
