"""What lists, digests and warnings of too much work say in Swedish."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "list.lines": "{lines}",
    "list.retitled": "{author}: {title}",
    "list.retitled_words": "{author}: {title}\n{text}",
    "list.overdue": "Försenade",
    "list.today": "Ska vara klara i dag",
    "list.answer": "Väntar på ditt svar",
    "list.mine": "Dina, utan tidsfrist i dag",
    "list.parked": "Väntar på ditt beslut: dina mejl",
    "list.parked_all": "Mejl som väntar på beslut",
    "list.from": "Från",
    "list.department": "Avdelning",
    "list.team": "Teamet på {department}",
    "list.load": "{open} öppna, {overdue} försenade",
    "list.quarantine": "Karantän",
    "list.in_quarantine": "Mejl som inte kunde läsas: {n}. Visa dem: mailgate quarantine list",
    "list.accounted": "I går: {total} in, {known} redovisade",
    "list.late_tickets": "Försenade eller snart försenade: {n}",
    "list.more": "och {n} till",
    "list.collected": "Medan du var borta: {n}",
    "list.unowned": "Utan handläggare",
    "list.unowned_n": "Utan handläggare: {n}",
    "list.unowned_load": "{n} utan handläggare, {overdue} försenade",
    "list.overdue_in": "Försenade på {department}",
    "list.day": "Din dag: {n}",
    "list.week": "Vecka {week} på {department}",
    "list.overload": "{department}: mer arbete än tidsfristerna tillåter",
    "list.overload_what": "I de senaste fyra veckornas takt blir {missed} av {backlog} ärenden försenade.",
    "list.overload_pace": "En genomsnittlig vecka kommer {arrived} ärenden in, och {solved} blir lösta.",
    "list.overload_hours": "Teamet skulle behöva lägga så här många timmar till före tidsfristerna: {hours}.",
    "list.overload_free": "Ärenden utan handläggare: {n}. Minst att göra har {name}.",
    "list.overload_even": "{most} har flest ärenden ({many}) och {least} har minst ({few}): några kan byta händer.",
    "list.overload_low": "Av dem har {n} låg prioritet och kan vänta (#hold, eller en senare tidsfrist med #due).",
    "list.overload_who": "Vem har hur mycket",
    "list.overload_which": "Först försenade",
}
