"""What lists, digests and warnings of too much work say in Latvian."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "list.lines": "{lines}",
    "list.retitled": "{author}: {title}",
    "list.retitled_words": "{author}: {title}\n{text}",
    "list.overdue": "Nokavēts",
    "list.today": "Termiņš šodien",
    "list.answer": "Gaida jūsu atbildi",
    "list.mine": "Jūsu, bez termiņa šodien",
    "list.parked": "Apturēts: jūsu vēstules, kurām vajag vārdu",
    "list.parked_all": "Apturēts: vēstules, kas gaida cilvēku",
    "list.from": "No",
    "list.department": "Nodaļa",
    "list.team": "Komanda: {department}",
    "list.load": "darbā: {open}, nokavēti: {overdue}",
    "list.quarantine": "Karantīna",
    "list.in_quarantine": "Neizdevās izlasīt vēstules: {n} (mailgate quarantine list)",
    "list.accounted": "Vakar: saņemtas {total}, uzskaitītas {known}",
    "list.late_tickets": "Nokavēti vai tūlīt nokavēti: {n}",
    "list.more": "un vēl {n}",
    "list.collected": "Kamēr jūsu nebija: {n}",
    "list.day": "Jūsu diena: {n}",
    "list.week": "Nedēļa: {department}",
    "list.overload": "{department}: darba ir vairāk, nekā pieļauj termiņi",
    "list.overload_what": "Pēdējo četru nedēļu tempā nokavēsies {missed} no {backlog} pieteikumiem.",
    "list.overload_pace": "Vidējā nedēļā saņem {arrived} un atrisina {solved}.",
    "list.overload_hours": "Pietiktu ar {hours} komandas darba stundām vairāk pirms termiņiem.",
    "list.overload_free": "Bez īpašnieka: {n}; vismazāk darba: {name}.",
    "list.overload_even": "{most}: {many} pieteikumi, {least}: {few}. Daļa varētu mainīt īpašnieku.",
    "list.overload_low": "Zema prioritāte: {n}; tie var pagaidīt (#hold vai vēlāks #due).",
    "list.overload_who": "Kam cik ir",
    "list.overload_which": "Nokavēsies pirmie",
}
