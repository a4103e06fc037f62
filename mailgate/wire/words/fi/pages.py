"""What pages say in Finnish: a block for each area of the window."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    # Every page
    "page.common.skip": "Siirry sisältöön",
    "page.common.error": "Virhe:",
    "page.common.look_again": {
        "one": "Tarkista vielä yksi kenttä",
        "other": "Tarkista vielä {n} kenttää",
    },
    "page.common.optional": "ei pakollinen",
    "page.common.send": "Lähetä",
    "page.common.again": "Lähetä uudelleen",
    "page.common.try_again": "Yritä uudelleen",
    "page.common.kept": "Viestisi on tallella",
    "page.common.kept_how": "Kirjoittamasi ei ole kadonnut. Liitteet on valittava uudelleen.",
    "page.common.your_words": "Viestisi",
    "page.common.files": "Liitteet",
    "page.common.files_how": "enintään {n}, yhteensä {size}",
    "page.common.language": "Kieli",
    "page.common.nobody": "ei vielä kukaan",
    "page.problem.bad": "Emme ymmärtäneet pyyntöä",
    "page.problem.bad_how": "Palaa takaisin, lataa sivu uudelleen ja yritä vielä kerran.",
    "page.problem.foreign": "Pyyntö ei tullut omalta sivultamme",
    "page.problem.foreign_how": "Avaa sivu uudelleen ja lähetä viesti sieltä.",
    "page.problem.missing": "Sivua ei löydy",
    "page.problem.missing_how": "Osoite on ehkä katkennut. Kopioi se kokonaan viestistämme tai vastaa viestiin.",
    "page.problem.old": "Linkki on vanhentunut",
    "page.problem.old_how": "Vastaa johonkin viestiimme: viestisi tulee perille yhtä lailla.",
    "page.problem.method": "Tämä ei onnistu täällä",
    "page.problem.method_how": "Avaa sivu uudelleen ja käytä sen painikkeita.",
    "page.problem.large": "Lähetys on liian suuri",
    "page.problem.large_how": "Jätä jokin liite pois tai valitse pienempi. Suuret tiedostot voi lähettää myös sähköpostilla.",
    "page.problem.many": "Liian monta pyyntöä kerralla",
    "page.problem.many_how": "Odota muutama minuutti ja yritä uudelleen tai kirjoita meille sähköpostia.",
    "page.problem.broken": "Tämä ei onnistunut",
    "page.problem.broken_how": "Vika on meidän, ja siitä jäi merkintä. Yritä myöhemmin uudelleen tai kirjoita meille sähköpostia.",
    "page.problem.away": "Palvelu käynnistyy juuri uudelleen",
    "page.problem.away_how": "Siihen menee enintään minuutti. Yritä sitten uudelleen.",
    "page.refused.gone": "Tästä osoitteesta ei löydy mitään. Se on ehkä katkennut: kopioi se kokonaan viestistämme.",
    "page.refused.old": "Linkki on vanhentunut. Vastaa johonkin viestiimme: viestisi tulee perille yhtä lailla.",
    "page.refused.slow": "Odota hetki ja yritä uudelleen tai kirjoita meille sähköpostia.",
    "page.refused.size": "Liitteet saavat olla yhteensä enintään {size}. Jätä yksi pois tai lähetä se sähköpostilla.",
    "page.refused.files": {
        "one": "Lähetä enintään yksi liite.",
        "other": "Lähetä enintään {n} liitettä.",
    },
    "page.refused.closed": "Lomake on tällä hetkellä suljettu. Kirjoita meille sähköpostia.",
    "page.refused.login": "Kirjaudu ensin sisään.",
    "page.refused.forbidden": "Sivua ei löydy, tai se ei ole sinulle tarkoitettu.",
    "page.refused.trouble": "Vika on meidän, ja siitä jäi merkintä. Yritä myöhemmin uudelleen tai kirjoita meille sähköpostia.",
}
