"""What answers to #desk, #list, #why and their like say in Latvian."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "asked.desk_today": "vēstules: {mails}, atvērti: {opened}, atrisināti: {solved}, nokavēti: {overdue}",
    "asked.overdue": "nokavēts",
    "asked.parked": "apturēts: {why}",
    "asked.next_none": "Nekas jūs negaida.",
    "asked.next": "Nākamais: {subject}",
    "asked.next_yours": "Tas tagad ir jūsu.",
    "asked.list": "Saraksts",
    "asked.no_filter": "{word}: nav statuss, @darbinieks, +birka vai nodaļa",
    "asked.find": "Meklēt: {text}",
    "asked.show": "Pieteikums",
    "asked.no_ticket": "Tāda pieteikuma nav.",
    "asked.files_none": "Tādu nav.",
    "asked.file": "{type}, {size} baiti",
    "asked.customer": "Klients {address}",
    "asked.no_period": "{text}: nav periods; rakstiet 12h, 7d vai 4w",
    "asked.before": "{value} (iepriekš {before})",
    "asked.report": "Pārskats: {period}",
    "asked.templates": "Gatavās atbildes",
    "asked.templates_none": "Tādu vēl nav: #save NOSAUKUMS saglabā vienu.",
    "asked.kb": "Raksti",
    "asked.kb_none": "Neviens raksts par to nerunā.",
    "asked.why": "Kāpēc",
    "asked.why_what": "Atbildiet uz paziņojumu vai nosauciet pieteikumu tematā.",
    "asked.why_title": "#{number}: kā līdz tam nonāca",
    "due.first_response": "Pirmā atbilde",
    "due.next_response": "Nākamā atbilde",
    "due.resolve": "Risinājums",
    "due.calendar": "kalendāra {calendar} darba laika",
    "due.clock": "visu diennakti",
    "due.known": "{what} līdz {at}",
    "due.counted": "{what} līdz {at}: {span} {hours} (solījums {sla}) kopš {start}",
    "due.paused": "{line}, bez {span} miera stāvoklī",
    "due.missed": "{line}; nokavēts jau iepriekš un atstāts, kāds bija",
    "due.by_hand": "Ar roku: {at}",
    "due.rest": "Solījuma {sla} pulksteņi stāv, kamēr pieteikuma statuss ir {status}",
}
