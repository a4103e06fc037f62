"""What pages say in Swedish: a block for each area of the window."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    # Every page
    "page.common.skip": "Hoppa till innehållet",
    "page.common.error": "Fel:",
    "page.common.look_again": {
        "one": "Titta på ett fält en gång till",
        "other": "Titta på {n} fält en gång till",
    },
    "page.common.optional": "frivilligt",
    "page.common.send": "Skicka",
    "page.common.again": "Skicka igen",
    "page.common.try_again": "Försök igen",
    "page.common.kept": "Ditt meddelande finns kvar",
    "page.common.kept_how": "Inget av det du skrev har gått förlorat. Filer måste väljas på nytt.",
    "page.common.your_words": "Ditt meddelande",
    "page.common.files": "Filer",
    "page.common.files_how": "högst {n}, tillsammans {size}",
    "page.common.language": "Språk",
    "page.common.nobody": "ingen än",
    "page.problem.bad": "Det där förstod vi inte",
    "page.problem.bad_how": "Gå tillbaka, ladda om sidan och försök en gång till.",
    "page.problem.foreign": "Det där kom inte från vår sida",
    "page.problem.foreign_how": "Öppna sidan igen och skicka därifrån.",
    "page.problem.missing": "Sidan finns inte",
    "page.problem.missing_how": "Adressen kan ha blivit avklippt. Kopiera hela adressen från vårt mejl, eller svara på mejlet i stället.",
    "page.problem.old": "Länken är för gammal",
    "page.problem.old_how": "Svara på något av våra mejl i stället: ditt meddelande når oss ändå.",
    "page.problem.method": "Det går inte här",
    "page.problem.method_how": "Öppna sidan igen och använd knapparna på den.",
    "page.problem.large": "Det är för stort",
    "page.problem.large_how": "Ta bort en fil eller välj en mindre. Stora filer kan också skickas med mejl.",
    "page.problem.many": "Det blev för mycket på en gång",
    "page.problem.many_how": "Vänta några minuter och försök igen, eller mejla oss.",
    "page.problem.broken": "Det gick inte",
    "page.problem.broken_how": "Felet är vårt och har antecknats. Försök igen senare, eller mejla oss.",
    "page.problem.away": "Vi håller på att starta om",
    "page.problem.away_how": "Det tar högst en minut. Försök sedan igen.",
    "page.refused.gone": "Det finns inget på den här adressen. Den kan ha blivit avklippt: kopiera hela adressen från vårt mejl.",
    "page.refused.old": "Länken har gått ut. Svara på något av våra mejl i stället: ditt meddelande når oss ändå.",
    "page.refused.slow": "Vänta en stund och försök igen, eller mejla oss.",
    "page.refused.size": "Filerna får vara högst {size} tillsammans. Ta bort en, eller skicka den med mejl.",
    "page.refused.files": {
        "one": "Skicka högst en fil.",
        "other": "Skicka högst {n} filer.",
    },
    "page.refused.closed": "Formuläret är stängt för tillfället. Mejla oss i stället.",
    "page.refused.login": "Logga in först.",
    "page.refused.forbidden": "Sidan finns inte, eller så är den inte till för dig.",
    "page.refused.trouble": "Felet är vårt och har antecknats. Försök igen senare, eller mejla oss.",
}
