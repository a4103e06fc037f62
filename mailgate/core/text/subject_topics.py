"""What customers ask about most, by the words of their subjects."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from mailgate.core.text.folding import fold

_WORD = re.compile(r"[^\W\d_]+")
# Folded words of four letters and more that say nothing of what a mail is about, in the languages we write.
_EMPTY = """
    about after again also been before being could dear does doing from have having hello help here into just more
    need only other please question regarding some thank thanks that their them then there these they this urgent very
    want were what when where which while will with without would your yours message mail email
    aiheesta asia asiasta apua ennen etta hyva joka jonka kanssa kiitos koskien kuin kysymys liittyen mika mita miten
    mutta myos minun meidan olen olla onko ovat paiva siis taman tama teidan tervehdys terve vain viesti voiko voisitte
    bardzo bylo czesc czyli dobry dotyczy dzien dziekuje jest jestem jeszcze kiedy ktora ktore ktory mnie moge moja
    moje mozna nadal naszej oraz panstwa panstwo pilne pomoc pozdrawiam prosba prosze przed przez pytanie sprawie
    sprawa tego tylko wiadomosc witam
    cienijamie jautajums jums kapec kuru labdien ludzu mums nevar paldies palidziba palidzibu sakara sveiki tika
    tikai vairs varat varetu vestule zina
    angaende arende eller fraga fragor fran gallande hjalp inte kunna mejl mycket skulle snalla tack vara varfor
    aber anfrage auch bitte danke dass eine einen einer frage fragen habe haben hallo hilfe ihre ihrer kann keine
    meine meinem meinen meiner nachricht nicht noch oder sehr sind unsere wegen wenn wird
    aitah kiri kuidas kusimus miks milline minu mulle palun pole poordumine seoses soovin teie tere vaja
"""
_SKIPPED = frozenset(_EMPTY.split())


def telling_words(text: str) -> set[str]:
    """The folded words that may say what a text is about."""
    return {word for word in _WORD.findall(fold(text)) if 4 <= len(word) <= 30 and word not in _SKIPPED}


def commonest_words(subjects: Iterable[str], most: int = 15) -> list[tuple[str, int]]:
    """The words that most subjects have, with how many have them; a word of one subject alone is none."""
    found: Counter[str] = Counter()
    for subject in subjects:
        found.update(telling_words(subject))
    ranked = sorted(found.items(), key=lambda one: (-one[1], one[0]))
    return [(word, count) for word, count in ranked[:most] if count > 1]
