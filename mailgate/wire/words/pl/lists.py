"""What lists, digests and warnings of too much work say in Polish."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "list.lines": "{lines}",
    "list.retitled": "{author}: {title}",
    "list.retitled_words": "{author}: {title}\n{text}",
    "list.overdue": "Po terminie",
    "list.today": "Termin dzisiaj",
    "list.answer": "Czekają na Twoją odpowiedź",
    "list.mine": "Twoje, bez terminu na dziś",
    "list.parked": "Wstrzymane: Twoje wiadomości, które wymagają decyzji",
    "list.parked_all": "Wstrzymane: wiadomości oczekujące na decyzję",
    "list.from": "Od",
    "list.department": "Dział",
    "list.team": "Zespół: {department}",
    "list.load": "w toku: {open}, po terminie: {overdue}",
    "list.quarantine": "Kwarantanna",
    "list.in_quarantine": "Nie udało się odczytać wiadomości: {n} (mailgate quarantine list)",
    "list.accounted": "Wczoraj: przyszło {total}, zarejestrowano {known}",
    "list.late_tickets": "Po terminie lub tuż przed nim: {n}",
    "list.more": "i jeszcze {n}",
    "list.collected": "Pod Twoją nieobecność: {n}",
    "list.unowned": "Jeszcze bez opiekuna",
    "list.unowned_n": "Jeszcze bez opiekuna: {n}",
    "list.unowned_load": "bez opiekuna: {n}, po terminie: {overdue}",
    "list.overdue_in": "Po terminie w dziale {department}",
    "list.day": "Twój dzień: {n}",
    "list.week": "Tydzień {week}: {department}",
    "list.overload": "{department}: więcej pracy, niż pozwalają terminy",
    "list.overload_what": "W tempie ostatnich czterech tygodni spóźni się {missed} z {backlog} zgłoszeń.",
    "list.overload_pace": "W przeciętnym tygodniu przychodzi {arrived}, a załatwianych jest {solved}.",
    "list.overload_hours": "Terminy dałoby się utrzymać, gdyby zespół przepracował o {hours} godz. więcej.",
    "list.overload_free": "Zgłoszenia bez opiekuna: {n}; najmniej pracy ma {name}.",
    "list.overload_even": "{most}: {many} zgłoszeń, {least}: {few}. Część mogłaby zmienić opiekuna.",
    "list.overload_low": "Niski priorytet ma {n} z nich; mogą poczekać (#hold lub późniejsze #due).",
    "list.overload_who": "Kto ma ile",
    "list.overload_which": "Najpierw spóźnią się",
}
