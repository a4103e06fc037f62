"""What the mails say that trainees practise with, in Polish."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "practice.question": "Moja lampa nie świeci",
    "practice.question.text": "Dzień dobry,\n\ndwa tygodnie temu kupiłam u Państwa lampkę biurkową a teraz nie świeci. Próbowałam już z inną żarówką. Co mogę zrobić?\n\nZ poważaniem\nMaija Virtanen",
    "practice.angry": "Piszę już TRZECI raz!!!",
    "practice.angry.text": "Obiecali mi Państwo odpowiedź w poniedziałek. Jest czwartek i nikt nie napisał ani słowa. Zamówienia nadal nie ma. Co to za obsługa?\n\nKari Laine",
    "practice.invoice": "Faktura 20417",
    "practice.invoice.text": "Szanowni Państwo,\n\nprzesyłamy fakturę 20417 za sprzątanie w listopadzie: 240,00 EUR, termin płatności 14 dni.\n\nCzyste Biuro",
    "practice.thanks": "Dziękuję!",
    "practice.thanks.text": "Dziękuję za nową lampę. Przyszła po dwóch dniach i pięknie świeci.\n\nMaija Virtanen",
    "practice.spam": "Państwa strona na pierwszym miejscu",
    "practice.spam.text": "Szanowny Właścicielu,\n\nwprowadzimy każdy sklep na pierwszą stronę wyszukiwarek w siedem dni, gwarantujemy. Proszę odpisać od razu, a podamy najlepszą cenę.\n\nZespół Wzrostu",
    "practice.file": "Opis uszkodzenia",
    "practice.file.text": "Dzień dobry,\n\npaczka była otwarta, kiedy przyszła. Spisałam, co jest zepsute; proszę zobaczyć załącznik.\n\nAnna Berg",
    "practice.urgent": "PILNE: zasilacz dymi",
    "practice.urgent.text": "Zasilacz Państwa lampy jest gorący i czuć od niego dym. Wyciągnąłem wtyczkę. Czy to niebezpieczne? Proszę natychmiast zadzwonić: +358 40 123 4567\n\nPiotr Nowak",
    "practice.again": "Moja lampa nie świeci",
    "practice.again.text": "Dzień dobry,\n\nnie wiem, czy moja pierwsza wiadomość dotarła, więc jeszcze raz: lampka biurkowa kupiona dwa tygodnie temu nie świeci.\n\nMaija Virtanen",
    "practice.refund": "Proszę o zwrot pieniędzy",
    "practice.refund.text": "Dzień dobry,\n\nabażur jest zielony, a nie niebieski jak na zdjęciu. Chciałabym go zwrócić. Jak to zrobić i kiedy dostanę pieniądze?\n\nLiis Tamm",
    "practice.listed": "uszkodzone: abażur, włącznik, dwie żarówki",
}
