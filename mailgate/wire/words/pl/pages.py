"""What pages say in Polish: a block for each area of the window."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    # Every page
    "page.common.skip": "Przejdź do treści",
    "page.common.error": "Błąd:",
    "page.common.look_again": {
        "one": "Prosimy poprawić jedno pole",
        "few": "Prosimy poprawić {n} pola",
        "many": "Prosimy poprawić {n} pól",
        "other": "Prosimy poprawić {n} pola",
    },
    "page.common.optional": "nieobowiązkowe",
    "page.common.send": "Wyślij",
    "page.common.again": "Wyślij ponownie",
    "page.common.try_again": "Spróbuj ponownie",
    "page.common.kept": "Wiadomość nie zginęła",
    "page.common.kept_how": "Wpisana treść jest zachowana. Pliki trzeba wybrać jeszcze raz.",
    "page.common.your_words": "Wiadomość",
    "page.common.files": "Pliki",
    "page.common.files_how": "najwyżej {n}, razem do {size}",
    "page.common.language": "Język",
    "page.common.nobody": "jeszcze nikt",
    "page.problem.bad": "Nie zrozumieliśmy tego żądania",
    "page.problem.bad_how": "Prosimy wrócić, odświeżyć stronę i spróbować jeszcze raz.",
    "page.problem.foreign": "To nie zostało wysłane z naszej strony",
    "page.problem.foreign_how": "Prosimy otworzyć stronę ponownie i wysłać stamtąd.",
    "page.problem.missing": "Nie ma takiej strony",
    "page.problem.missing_how": "Być może adres został ucięty. Prosimy skopiować go w całości z naszej wiadomości albo po prostu na nią odpowiedzieć.",
    "page.problem.old": "Ten link już wygasł",
    "page.problem.old_how": "Prosimy odpowiedzieć na dowolną naszą wiadomość: odpowiedź dotrze do nas tak samo.",
    "page.problem.method": "Tutaj nie jest to możliwe",
    "page.problem.method_how": "Prosimy otworzyć stronę ponownie i użyć znajdujących się na niej przycisków.",
    "page.problem.large": "To za duże",
    "page.problem.large_how": "Prosimy pominąć któryś plik albo wybrać mniejszy. Duże pliki można też wysłać e-mailem.",
    "page.problem.many": "Zbyt wiele żądań naraz",
    "page.problem.many_how": "Prosimy odczekać kilka minut i spróbować ponownie albo napisać do nas e-mail.",
    "page.problem.broken": "To się nie udało",
    "page.problem.broken_how": "Błąd jest po naszej stronie i został odnotowany. Prosimy spróbować później albo napisać do nas e-mail.",
    "page.problem.away": "Właśnie uruchamiamy się ponownie",
    "page.problem.away_how": "Potrwa to najwyżej minutę. Potem prosimy spróbować ponownie.",
    "page.refused.gone": "Pod tym adresem nic nie ma. Być może został ucięty: prosimy skopiować go w całości z naszej wiadomości.",
    "page.refused.old": "Ten link wygasł. Prosimy odpowiedzieć na dowolną naszą wiadomość: odpowiedź dotrze do nas tak samo.",
    "page.refused.slow": "Prosimy chwilę odczekać i spróbować ponownie albo napisać do nas e-mail.",
    "page.refused.size": "Pliki są razem za duże. Prosimy pominąć jeden z nich albo wysłać go e-mailem.",
    "page.refused.closed": "Formularz jest chwilowo zamknięty. Prosimy napisać do nas e-mail.",
    "page.refused.login": "Najpierw trzeba się zalogować.",
    "page.refused.forbidden": "Nie ma takiej strony albo brak do niej dostępu.",
    "page.refused.trouble": "Błąd jest po naszej stronie i został odnotowany. Prosimy spróbować później albo napisać do nas e-mail.",
}
