"""What the figures of a report are called in German."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "figure.report": "Bericht",
    "figure.week": "Woche {week}",
    "figure.name": "Name",
    "figure.arrived": "Eingegangen",
    "figure.solved": "Erledigt",
    "figure.filed": "Ohne E-Mail abgelegt",
    "figure.reopened": "Wieder geöffnet",
    "figure.backlog": "Offen",
    "figure.first_median": "Erste Antwort, Median",
    "figure.first_p90": "Erste Antwort, neun von zehn innerhalb von",
    "figure.solve_median": "Lösung, Median",
    "figure.solve_p90": "Lösung, neun von zehn innerhalb von",
    "figure.first_kept": "Erste Antworten fristgerecht",
    "figure.solve_kept": "Lösungen fristgerecht",
    "figure.votes": "Bewertungen",
    "figure.nps": "NPS",
    "figure.csat": "Zufrieden",
    "figure.backlog_median": "Alter der offenen, Median",
    "figure.oldest": "Ältestes offenes",
    "figure.days": "Tage",
    "figure.departments": "Nach Abteilung",
    "figure.agents": "Nach Bearbeiter",
    "figure.tags": "Nach Schlagwort",
    "figure.by_weekday": "Eingänge nach Wochentag",
    "figure.by_hour": "Eingänge nach Stunde",
    "figure.by_age": "Offene nach Alter",
    "figure.words": "Häufigste Wörter",
    "figure.weekdays": "Mo Di Mi Do Fr Sa So",
    "figure.age_day": "unter 1 Tag",
    "figure.age_3days": "1–3 Tage",
    "figure.age_week": "3–7 Tage",
    "figure.age_month": "7–30 Tage",
    "figure.age_older": "über 30 Tage",
}
