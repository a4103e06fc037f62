"""What the figures of a report are called in Estonian."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "figure.report": "Aruanne",
    "figure.week": "{week}. nädal",
    "figure.name": "Nimi",
    "figure.arrived": "Saabunud",
    "figure.solved": "Lahendatud",
    "figure.filed": "Arhiveeritud ilma kirjata",
    "figure.reopened": "Uuesti avatud",
    "figure.backlog": "Lahendamata",
    "figure.first_median": "Esimene vastus, mediaan",
    "figure.first_p90": "Esimene vastus, üheksa kümnest ajaga",
    "figure.solve_median": "Lahendus, mediaan",
    "figure.solve_p90": "Lahendus, üheksa kümnest ajaga",
    "figure.first_kept": "Esimesed vastused õigel ajal",
    "figure.solve_kept": "Lahendused õigel ajal",
    "figure.votes": "Hinded",
    "figure.nps": "NPS",
    "figure.csat": "Rahul",
    "figure.backlog_median": "Lahendamata pöördumiste vanus, mediaan",
    "figure.oldest": "Vanim lahendamata",
    "figure.days": "päeva",
    "figure.departments": "Osakondade kaupa",
    "figure.agents": "Töötajate kaupa",
    "figure.tags": "Siltide kaupa",
    "figure.by_weekday": "Saabunud nädalapäevade kaupa",
    "figure.by_hour": "Saabunud tundide kaupa",
    "figure.by_age": "Lahendamata vanuse järgi",
    "figure.words": "Sagedasemad sõnad",
    "figure.weekdays": "E T K N R L P",
    "figure.age_day": "alla 1 päeva",
    "figure.age_3days": "1–3 päeva",
    "figure.age_week": "3–7 päeva",
    "figure.age_month": "7–30 päeva",
    "figure.age_older": "üle 30 päeva",
}
