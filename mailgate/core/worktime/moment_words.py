"""The words for days, spans and clocks in the languages mailgate reads, folded (see `folding.fold`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def _numbered(lists: Iterable[str]) -> dict[str, int]:
    return {word: number for number, words in enumerate(lists) for word in words.split()}


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# From Monday: English, Finnish, Polish, Latvian, German, Swedish, Estonian; short, long and inflected forms.
WEEKDAYS = _numbered(
    (
        """
        mon monday mondays ma maanantai maanantaina maanantaihin maanantaiksi pn pon poniedzialek poniedzialku
        pr pirmd pirmdiena pirmdien pirmdienu pirmdienai
        mo montag man mandag mandagen esmaspaev esmaspaeval esmaspaevaks
        esmaspaevani mandags montags
        """,
        """
        tue tues tuesday tuesdays ti tiistai tiistaina tiistaihin tiistaiksi wt wto wtorek wtorku ot otrd
        otrdiena otrdien otrdienu otrdienai di dienstag tis tisdag tisdagen teisipaev teisipaeval teisipaevaks
        teisipaevani tisdags dienstags
        """,
        """
        wed weds wednesday wednesdays ke keskiviikko keskiviikkona keskiviikkoon keskiviikoksi sr sro sroda
        srode srody tr tresd tresdiena tresdien tresdienu tresdienai
        mi mittwoch ons onsdag onsdagen kolmapaev kolmapaeval
        kolmapaevaks kolmapaevani onsdags mittwochs
        """,
        """
        thu thur thurs thursday thursdays to torstai torstaina torstaihin torstaiksi cz czw czwartek czwartku ce
        ceturtd ceturtdiena ceturtdien ceturtdienu ceturtdienai do donnerstag tor tors torsdag torsdagen neljapaev
        neljapaeval neljapaevaks neljapaevani torsdags donnerstags
        """,
        """
        fri friday fridays pe perjantai perjantaina perjantaihin perjantaiksi pt pia piatek piatku pk piektd
        piektdiena piektdien piektdienu piektdienai fr freitag fre fredag fredagen reede reedel reedeks reedeni
        fredags freitags
        """,
        """
        sat saturday saturdays la lauantai lauantaina lauantaihin lauantaiksi sob sobota sobote soboty se sestd
        sestdiena sestdien sestdienu sestdienai sa samstag sonnabend lor lordag lordagen laupaev laupaeval laupaevaks
        laupaevani lordags samstags
        """,
        """
        sun sunday sundays su sunnuntai sunnuntaina sunnuntaihin sunnuntaiksi nd ndz niedz niedziela niedziele
        niedzieli sv svetd svetdiena svetdien svetdienu svetdienai so sonntag son sondag sondagen puhapaev puhapaeval
        puhapaevaks puhapaevani sondags sonntags
        """,
    )
)
DAYS_AHEAD = _numbered(
    (
        "today tanaan dzis dzisiaj sodien heute idag dag tana",
        """
        tomorrow tmr tmrw huomenna huominen huomiseen jutro rit ritdien ritdiena morgen imorgon morgon homme homseks
        homseni
        """,
        "overmorrow ylihuomenna pojutrze parit ubermorgen overmorgon ulehomme ulehomseks",
    )
)
_UNITS: Mapping[str, str] = {
    "minute": """
        m min mins minute minutes minuutti minuuttia minuutin minuta minuty minut minuten minuter minutit
    """,
    "hour": """
        h hr hrs hour hours t tunti tuntia tunnin godz godzina godzine godziny godzin st stunda stundas stundam
        stunde stunden std timme timmar tim tund tundi tunni
    """,
    "day": """
        d day days pv paiva paivaa paivan dzien dni dnia diena dienas dienam tag tage tagen dag dagar dygn paev paeva
    """,
    "week": """
        w wk wks week weeks vk viikko viikkoa viikon tydz tydzien tygodnie tygodni nedela nedelas nedelam woche
        wochen vecka veckor nadal nadalat nadala
    """,
}
UNIT_OF_WORD: Mapping[str, str] = {word: unit for unit, words in _UNITS.items() for word in words.split()}
WEEK = _set("week viikko viikolla tydzien tygodniu nedela nedelu woche vecka veckan nadal nadalal nadalaks")
NEXT_WEEK = _set("nakamnedel nakamnedela")  # one word in Latvian
NEXT = _set(
    """
    next ensi nasta nachste nachsten nachster nastepny nastepna nastepnym nastepnej przyszly przyszla przyszlym
    przyszlej nakamais nakama nakamo nakamaja jargmine jargmisel jargmiseks kommande kommenden kommende
    """
)
IN = _set("in on za pec om i w we am pa this until till by asti bis zum kuni tills")
# In front of a day or behind it ("pe asti"): how long an absence lasts that has begun.
UNTIL = _set("until till til by asti saakka do lidz bis tills kuni")
AFTER = _set("parast paasta kuluttua")  # behind a span: 3 päeva pärast
AT = _set("at klo kl klockan um o godz godzinie plkst kell @")
