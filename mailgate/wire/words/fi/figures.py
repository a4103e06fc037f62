"""What the figures of a report are called in Finnish."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "figure.report": "Raportti",
    "figure.week": "Viikko {week}",
    "figure.name": "Nimi",
    "figure.arrived": "Saapunut",
    "figure.solved": "Hoidettu",
    "figure.filed": "Arkistoitu ilman viestiä",
    "figure.reopened": "Avattu uudelleen",
    "figure.backlog": "Hoitamatta",
    "figure.first_median": "Ensivastaus, mediaani",
    "figure.first_p90": "Ensivastaus, yhdeksän kymmenestä",
    "figure.solve_median": "Ratkaisu, mediaani",
    "figure.solve_p90": "Ratkaisu, yhdeksän kymmenestä",
    "figure.first_kept": "Ensivastaukset ajoissa",
    "figure.solve_kept": "Ratkaisut ajoissa",
    "figure.votes": "Arviot",
    "figure.nps": "Suositteluluku (NPS)",
    "figure.csat": "Tyytyväisiä",
    "figure.backlog_median": "Hoitamattomien ikä, mediaani",
    "figure.oldest": "Vanhin hoitamaton",
    "figure.days": "pv",
    "figure.departments": "Osastoittain",
    "figure.agents": "Käsittelijöittäin",
    "figure.tags": "Tunnisteittain",
    "figure.by_weekday": "Saapuneet viikonpäivittäin",
    "figure.by_hour": "Saapuneet tunneittain",
    "figure.by_age": "Hoitamattomat iän mukaan",
    "figure.words": "Yleisimmät sanat",
    "figure.weekdays": "ma ti ke to pe la su",
    "figure.age_day": "alle 1 pv",
    "figure.age_3days": "1–3 pv",
    "figure.age_week": "3–7 pv",
    "figure.age_month": "7–30 pv",
    "figure.age_older": "yli 30 pv",
}
