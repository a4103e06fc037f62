"""What the figures of a report are called in English."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "figure.report": "Report",
    "figure.week": "Week {week}",
    "figure.name": "Name",
    "figure.arrived": "Arrived",
    "figure.solved": "Solved",
    "figure.filed": "Filed without a letter",
    "figure.reopened": "Reopened",
    "figure.backlog": "Unsolved",
    "figure.first_median": "First answer, median",
    "figure.first_p90": "First answer, nine of ten within",
    "figure.solve_median": "Solution, median",
    "figure.solve_p90": "Solution, nine of ten within",
    "figure.first_kept": "First answers in time",
    "figure.solve_kept": "Solutions in time",
    "figure.votes": "Votes",
    "figure.nps": "NPS",
    "figure.csat": "Satisfied",
    "figure.backlog_median": "Age of the unsolved, median",
    "figure.oldest": "Oldest unsolved",
    "figure.days": "days",
    "figure.departments": "By department",
    "figure.agents": "By agent",
    "figure.tags": "By tag",
    "figure.by_weekday": "Arrivals by weekday",
    "figure.by_hour": "Arrivals by hour",
    "figure.by_age": "Unsolved by age",
    "figure.words": "Commonest words",
    "figure.weekdays": "Mon Tue Wed Thu Fri Sat Sun",
    "figure.age_day": "under 1 day",
    "figure.age_3days": "1–3 days",
    "figure.age_week": "3–7 days",
    "figure.age_month": "7–30 days",
    "figure.age_older": "over 30 days",
}
