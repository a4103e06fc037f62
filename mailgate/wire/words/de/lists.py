"""What lists, digests and warnings of too much work say in German."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "list.lines": "{lines}",
    "list.retitled": "{author}: {title}",
    "list.retitled_words": "{author}: {title}\n{text}",
    "list.overdue": "Überfällig",
    "list.today": "Heute fällig",
    "list.answer": "Wartet auf deine Antwort",
    "list.mine": "Deine, ohne Frist heute",
    "list.parked": "Deine E-Mails, die auf deine Entscheidung warten",
    "list.parked_all": "E-Mails, die auf eine Entscheidung warten",
    "list.from": "Von",
    "list.department": "Abteilung",
    "list.team": "Das Team in {department}",
    "list.load": "{open} offen, {overdue} überfällig",
    "list.quarantine": "Quarantäne",
    "list.in_quarantine": "Nicht lesbare E-Mails: {n}. Anzeigen: mailgate quarantine list",
    "list.accounted": "Gestern: {total} eingegangen, {known} nachgewiesen",
    "list.late_tickets": "Überfällig oder bald fällig: {n}",
    "list.more": "und {n} weitere",
    "list.collected": "Während deiner Abwesenheit: {n}",
    "list.unowned": "Ohne Bearbeiter",
    "list.unowned_n": "Ohne Bearbeiter: {n}",
    "list.unowned_load": "{n} ohne Bearbeiter, {overdue} überfällig",
    "list.overdue_in": "Überfällig in {department}",
    "list.day": "Dein Tag: {n}",
    "list.week": "Woche {week} in {department}",
    "list.overload": "{department}: mehr Arbeit, als die Fristen erlauben",
    "list.overload_what": "Im Tempo der letzten vier Wochen werden {missed} von {backlog} Tickets überfällig.",
    "list.overload_pace": "In einer durchschnittlichen Woche kommen {arrived} Tickets, und {solved} werden gelöst.",
    "list.overload_hours": "So viele Arbeitsstunden des Teams fehlen vor den Fristen: {hours}.",
    "list.overload_free": "Tickets ohne Bearbeiter: {n}. Am wenigsten zu tun hat {name}.",
    "list.overload_even": "{most} hat am meisten Tickets ({many}), {least} am wenigsten ({few}): Einige könnten den Bearbeiter wechseln.",
    "list.overload_low": "Davon haben {n} niedrige Priorität und könnten warten (#hold oder ein späteres #due).",
    "list.overload_who": "Wer wie viel hat",
    "list.overload_which": "Zuerst überfällig",
}
