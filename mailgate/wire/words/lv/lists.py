"""What lists, digests and warnings of too much work say in Latvian."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "list.lines": "{lines}",
    "list.retitled": "{author}: {title}",
    "list.retitled_words": "{author}: {title}\n{text}",
    "list.overdue": "Nokavētie",
    "list.today": "Termiņš šodien",
    "list.answer": "Gaida Jūsu atbildi",
    "list.mine": "Jūsu pieteikumi bez termiņa šodien",
    "list.parked": "Aizturētās: Jūsu vēstules, kas gaida Jūsu lēmumu",
    "list.parked_all": "Aizturētās: vēstules, kas gaida lēmumu",
    "list.from": "No",
    "list.department": "Nodaļa",
    "list.team": "Komanda: {department}",
    "list.load": "darbā: {open}, nokavēti: {overdue}",
    "list.quarantine": "Karantīna",
    "list.in_quarantine": "Neizdevās izlasīt vēstules: {n} (mailgate quarantine list)",
    "list.accounted": "Vakar: saņemtas {total}, uzskaitītas {known}",
    "list.late_tickets": "Nokavēti vai tūlīt nokavēti: {n}",
    "list.more": "un vēl {n}",
    "list.collected": "Kamēr Jūsu nebija: {n}",
    "list.unowned": "Vēl bez atbildīgā",
    "list.unowned_n": "Vēl bez atbildīgā: {n}",
    "list.unowned_load": "bez atbildīgā: {n}, nokavēti: {overdue}",
    "list.overdue_in": "Nokavētie nodaļā {department}",
    "list.day": "Jūsu diena: {n}",
    "list.week": "{week}. nedēļa: {department}",
    "list.overload": "{department}: darba ir vairāk, nekā pieļauj termiņi",
    "list.overload_what": "Pēdējo četru nedēļu tempā nokavēsies {missed} no {backlog} pieteikumiem.",
    "list.overload_pace": "Vidējā nedēļā saņem {arrived} un atrisina {solved}.",
    "list.overload_hours": "Termiņus varētu ievērot, ja komanda nostrādātu par {hours} stundām vairāk.",
    "list.overload_free": "Bez atbildīgā: {n}; vismazāk darba: {name}.",
    "list.overload_even": "{most}: {many} pieteikumi, {least}: {few}. Daļai varētu mainīt atbildīgo.",
    "list.overload_low": "Zema prioritāte: {n}; tie var pagaidīt (#hold vai vēlāks #due).",
    "list.overload_who": "Cik pieteikumu katram",
    "list.overload_which": "Vispirms nokavēsies",
}
