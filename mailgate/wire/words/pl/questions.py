"""What answers to #desk, #list, #why and their like say in Polish."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "asked.desk_today": "wiadomości: {mails}, otwarto: {opened}, załatwiono: {solved}, po terminie: {overdue}",
    "asked.overdue": "po terminie",
    "asked.parked": "wstrzymane: {why}",
    "asked.next_none": "Nic na ciebie nie czeka.",
    "asked.next": "Następne: {subject}",
    "asked.next_yours": "Jest teraz twoje.",
    "asked.list": "Spis",
    "asked.no_filter": "{word}: to nie status, @osoba, +etykieta ani dział",
    "asked.find": "Szukaj: {text}",
    "asked.show": "Zgłoszenie",
    "asked.no_ticket": "Nie ma takiego zgłoszenia.",
    "asked.files_none": "Nie ma żadnych.",
    "asked.file": "{type}, {size} bajtów",
    "asked.customer": "Klient {address}",
    "asked.no_period": "{text}: to nie okres; napisz 12h, 7d albo 4w",
    "asked.before": "{value} (przedtem {before})",
    "asked.report": "Raport: {period}",
    "asked.templates": "Gotowe odpowiedzi",
    "asked.templates_none": "Jeszcze ich nie ma: #save NAZWA zachowa pierwszą.",
    "asked.kb": "Artykuły",
    "asked.kb_none": "Żaden artykuł o tym nie mówi.",
    "asked.why": "Dlaczego",
    "asked.why_what": "Odpowiedz na powiadomienie albo podaj zgłoszenie w temacie.",
    "asked.why_title": "#{number}: jak do tego doszło",
    "due.first_response": "Pierwsza odpowiedź",
    "due.next_response": "Następna odpowiedź",
    "due.resolve": "Rozwiązanie",
    "due.calendar": "czasu pracy kalendarza {calendar}",
    "due.clock": "przez całą dobę",
    "due.known": "{what} do {at}",
    "due.counted": "{what} do {at}: {span} {hours} (obietnica {sla}) od {start}",
    "due.paused": "{line}, bez {span} spoczynku",
    "due.missed": "{line}; przekroczony wcześniej i tak pozostawiony",
    "due.by_hand": "Ręcznie: {at}",
    "due.rest": "Zegary obietnicy {sla} stoją, gdy status zgłoszenia to {status}",
}
