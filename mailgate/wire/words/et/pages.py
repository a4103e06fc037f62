"""What pages say in Estonian: a block for each area of the window."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    # Every page
    "page.common.skip": "Liigu sisu juurde",
    "page.common.error": "Viga:",
    "page.common.look_again": {
        "one": "Palun vaadake üks väli uuesti üle",
        "other": "Palun vaadake {n} välja uuesti üle",
    },
    "page.common.optional": "ei ole kohustuslik",
    "page.common.send": "Saada",
    "page.common.again": "Saada uuesti",
    "page.common.try_again": "Proovi uuesti",
    "page.common.kept": "Teie kiri on alles",
    "page.common.kept_how": "Midagi kirjutatust ei ole kaduma läinud. Failid tuleb uuesti valida.",
    "page.common.your_words": "Teie kiri",
    "page.common.files": "Failid",
    "page.common.files_how": "kuni {n}, kokku {size}",
    "page.common.language": "Keel",
    "page.common.nobody": "veel mitte keegi",
    "page.problem.bad": "Me ei saanud sellest aru",
    "page.problem.bad_how": "Minge tagasi, laadige leht uuesti ja proovige veel kord.",
    "page.problem.foreign": "See ei tulnud meie lehelt",
    "page.problem.foreign_how": "Avage leht uuesti ja saatke sealt.",
    "page.problem.missing": "Sellist lehte ei ole",
    "page.problem.missing_how": "Võib-olla jäi aadress poolikuks. Kopeerige see meie kirjast tervikuna või vastake lihtsalt kirjale.",
    "page.problem.old": "See link on aegunud",
    "page.problem.old_how": "Vastake mõnele meie kirjale: Teie sõnum jõuab meieni samamoodi.",
    "page.problem.method": "See ei ole siin võimalik",
    "page.problem.method_how": "Avage leht uuesti ja kasutage sellel olevaid nuppe.",
    "page.problem.large": "See on liiga suur",
    "page.problem.large_how": "Jätke mõni fail välja või valige väiksem. Suuri faile saab saata ka e-kirjaga.",
    "page.problem.many": "Seda oli korraga liiga palju",
    "page.problem.many_how": "Palun oodake mõni minut ja proovige uuesti või saatke meile e-kiri.",
    "page.problem.broken": "See ei õnnestunud",
    "page.problem.broken_how": "Viga on meie pool ja on kirja pandud. Palun proovige hiljem uuesti või saatke meile e-kiri.",
    "page.problem.away": "Me just taaskäivitume",
    "page.problem.away_how": "See võtab kõige rohkem minuti. Seejärel proovige uuesti.",
    "page.refused.gone": "Sellel aadressil ei ole midagi. Võib-olla jäi aadress poolikuks: kopeerige see meie kirjast tervikuna.",
    "page.refused.old": "Link on aegunud. Vastake mõnele meie kirjale: Teie sõnum jõuab meieni samamoodi.",
    "page.refused.slow": "Palun oodake hetk ja proovige uuesti või saatke meile e-kiri.",
    "page.refused.size": "Failid tohivad kokku olla kuni {size}. Jätke üks välja või saatke see e-kirjaga.",
    "page.refused.files": {
        "one": "Palun saatke kõige rohkem üks fail.",
        "other": "Palun saatke kõige rohkem {n} faili.",
    },
    "page.refused.closed": "Vorm on praegu suletud. Palun saatke meile e-kiri.",
    "page.refused.login": "Palun logige kõigepealt sisse.",
    "page.refused.forbidden": "Sellist lehte ei ole või see ei ole mõeldud Teile.",
    "page.refused.trouble": "Viga on meie pool ja on kirja pandud. Palun proovige hiljem uuesti või saatke meile e-kiri.",
}
