"""The phrases of our letters in Latvian."""
# ruff: noqa: E501 - a phrase a line

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "when": "{day} plkst. {clock}",
    "today": "šodien",
    "yesterday": "vakar",
    "tomorrow": "rīt",
    "day_unit": "d.",
    "greeting": "Labdien, {name}!",
    "greeting_plain": "Labdien!",
    "number": "Pieteikuma numurs",
    "regards": "Ar cieņu",
    "automatic": "Šis ir automātisks ziņojums par pieteikumu {tag}.",
    "keep": "Ja vēlaties ko piebilst, vienkārši atbildiet uz šo e-pastu vai, rakstot mums, saglabājiet tematā {tag}.",
    "ack.subject": "Mēs esam saņēmuši jūsu ziņu",
    "ack.title": "Jūsu ziņa ir saņemta",
    "ack.thanks": "Paldies, ka mums rakstījāt! Jūsu ziņa ir saņemta, un mēs to izskatīsim.",
    "ack.thanks_subject": "Paldies, ka mums rakstījāt! Jūsu ziņa “{subject}” ir saņemta, un mēs to izskatīsim.",
    "ack.expect": "Kad gaidīt atbildi",
    "ack.soon": "Mēs atbildēsim, cik drīz vien iespējams.",
    "ack.articles": "Tas varētu palīdzēt jau tagad",
}
