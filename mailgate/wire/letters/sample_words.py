"""What the people of the sample letters write, in their languages; English where we have not asked them yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleWords:
    """One matter from the first mail to the answer: a customer's words, agents' words, and notes between agents."""

    subject: str
    first: str  # the customer
    asked: str  # the agent
    reply: str  # the customer
    sent: str  # the agent
    note: str  # a colleague
    why: str  # hands it over
    memo: str  # reminds themselves
    question: str  # asks an expert
    article: str  # its title
    news: str  # the lead, to everybody


_SPOKEN: Mapping[str, SampleWords] = {
    "en": SampleWords(
        subject="The lamp does not light up",
        first="Hello,\n\nthe lamp I bought last week does not light up any more. I have tried another bulb.\n\n"
        "Can you help?\n\nMaija",
        asked="Hello Maija,\n\nI am sorry about that. Does the switch click when you press it?\n\nAnna",
        reply="Yes, it clicks, but the light stays off.\n\n  model: L-200\n  bought: 14 November\n\nMaija",
        sent="Hello Maija,\n\nthank you. That is the driver; a new lamp leaves our store today, and you may "
        "keep the old one.\n\nAnna",
        note="Same batch as last month, I think.",
        why="You know the L-200 best.",
        memo="Call the courier about the parcel.",
        question="Is the driver of the L-200 known to fail after a week?",
        article="My lamp does not light up",
        news="Our telephones are down until Friday evening. Please write to us.",
    ),
    "fi": SampleWords(
        subject="Lamppu ei syty",
        first="Hei,\n\nviime viikolla ostamani lamppu ei enää syty. Kokeilin jo toista polttimoa.\n\n"
        "Voitteko auttaa?\n\nMaija",
        asked="Hei Maija,\n\nikävä kuulla. Naksahtaako kytkin, kun sitä painaa?\n\nAnna",
        reply="Naksahtaa kyllä, mutta valo ei syty.\n\n  malli: L-200\n  ostettu: 14. marraskuuta\n\nMaija",
        sent="Hei Maija,\n\nkiitos. Vika on virtalähteessä; uusi lamppu lähtee varastostamme tänään, ja vanhan "
        "voit pitää.\n\nAnna",
        note="Taitaa olla samaa erää kuin viime kuussa.",
        why="Tunnet L-200:n parhaiten.",
        memo="Soita lähetille paketista.",
        question="Onko L-200:n virtalähteen tiedetty hajoavan viikossa?",
        article="Lamppuni ei syty",
        news="Puhelimemme ovat poissa käytöstä perjantai-iltaan asti. Kirjoitathan meille.",
    ),
    "pl": SampleWords(
        subject="Lampa nie świeci",
        first="Dzień dobry,\n\nlampa kupiona w zeszłym tygodniu przestała świecić. Próbowałam już z inną żarówką.\n\n"
        "Czy mogą Państwo pomóc?\n\nMaija",
        asked="Dzień dobry,\n\nbardzo mi przykro. Czy włącznik klika przy naciśnięciu?\n\nAnna",
        reply="Tak, klika, ale światło się nie zapala.\n\n  model: L-200\n  zakup: 14 listopada\n\nMaija",
        sent="Dzień dobry,\n\ndziękuję. To zasilacz; nowa lampa wyjdzie dziś z naszego magazynu, a starą może "
        "Pani zatrzymać.\n\nAnna",
        note="Chyba ta sama partia co w zeszłym miesiącu.",
        why="Najlepiej znasz model L-200.",
        memo="Zadzwonić do kuriera w sprawie paczki.",
        question="Czy zasilacze L-200 psują się już po tygodniu?",
        article="Moja lampa nie świeci",
        news="Do piątku wieczorem nasze telefony nie działają. Prosimy o kontakt mailowy.",
    ),
    "lv": SampleWords(
        subject="Lampa nedeg",
        first="Labdien!\n\nPagājušajā nedēļā pirktā lampa vairs nedeg. Citu spuldzi jau izmēģināju.\n\n"
        "Vai varat palīdzēt?\n\nMaija",
        asked="Labdien!\n\nMan ļoti žēl. Vai slēdzis noklikšķ, kad to nospiežat?\n\nAnna",
        reply="Jā, noklikšķ, bet gaisma neiedegas.\n\n  modelis: L-200\n  pirkta: 14. novembrī\n\nMaija",
        sent="Labdien!\n\nPaldies. Vaina ir barošanas blokā; jauna lampa šodien dosies ceļā no mūsu noliktavas, un "
        "veco varat paturēt.\n\nAnna",
        note="Šķiet, tā pati partija, kas pagājušajā mēnesī.",
        why="Tu vislabāk pazīsti L-200.",
        memo="Piezvanīt kurjeram par sūtījumu.",
        question="Vai ir zināms, ka L-200 barošanas bloks sabojājas pēc nedēļas?",
        article="Mana lampa nedeg",
        news="Mūsu tālruņi nedarbosies līdz piektdienas vakaram. Lūdzu, rakstiet mums.",
    ),
    "sv": SampleWords(
        subject="Lampan lyser inte",
        first="Hej,\n\nlampan som jag köpte förra veckan lyser inte längre. Jag har provat en annan glödlampa.\n\n"
        "Kan ni hjälpa mig?\n\nMaija",
        asked="Hej Maija,\n\ndet var tråkigt att höra. Klickar strömbrytaren när du trycker på den?\n\nAnna",
        reply="Ja, den klickar, men ljuset tänds inte.\n\n  modell: L-200\n  köpt: 14 november\n\nMaija",
        sent="Hej Maija,\n\ntack. Det är drivdonet; en ny lampa lämnar vårt lager i dag, och den gamla får du "
        "behålla.\n\nAnna",
        note="Samma parti som förra månaden, tror jag.",
        why="Du känner L-200 bäst.",
        memo="Ring budfirman om paketet.",
        question="Är det känt att drivdonet i L-200 går sönder efter en vecka?",
        article="Min lampa lyser inte",
        news="Våra telefoner ligger nere till fredag kväll. Skriv gärna till oss.",
    ),
    "de": SampleWords(
        subject="Die Lampe leuchtet nicht",
        first="Guten Tag,\n\ndie Lampe, die ich letzte Woche gekauft habe, leuchtet nicht mehr. Eine andere Birne habe "
        "ich schon versucht.\n\nKönnen Sie helfen?\n\nMaija",
        asked="Guten Tag,\n\ndas tut mir leid. Klickt der Schalter, wenn Sie ihn drücken?\n\nAnna",
        reply="Ja, er klickt, aber das Licht bleibt aus.\n\n  Modell: L-200\n  gekauft: 14. November\n\nMaija",
        sent="Guten Tag,\n\ndanke. Es ist das Netzteil; eine neue Lampe verlässt heute unser Lager, und die alte "
        "dürfen Sie behalten.\n\nAnna",
        note="Wohl dieselbe Charge wie im letzten Monat.",
        why="Du kennst die L-200 am besten.",
        memo="Den Kurier wegen des Pakets anrufen.",
        question="Ist bekannt, dass das Netzteil der L-200 nach einer Woche ausfällt?",
        article="Meine Lampe leuchtet nicht",
        news="Unsere Telefone sind bis Freitagabend gestört. Bitte schreiben Sie uns.",
    ),
    "et": SampleWords(
        subject="Lamp ei sütti",
        first="Tere!\n\nEelmisel nädalal ostetud lamp enam ei sütti. Proovisin juba teist pirni.\n\n"
        "Kas saate aidata?\n\nMaija",
        asked="Tere, Maija!\n\nMul on kahju. Kas lüliti klõpsatab, kui seda vajutate?\n\nAnna",
        reply="Jah, klõpsatab, aga tuli ei sütti.\n\n  mudel: L-200\n  ostetud: 14. novembril\n\nMaija",
        sent="Tere, Maija!\n\nAitäh. Viga on toiteplokis; uus lamp läheb meie laost teele täna ja vana võite endale "
        "jätta.\n\nAnna",
        note="Vist sama partii mis eelmisel kuul.",
        why="Sina tunned L-200 kõige paremini.",
        memo="Helistada kullerile paki pärast.",
        question="Kas on teada, et L-200 toiteplokk läheb nädalaga katki?",
        article="Minu lamp ei sütti",
        news="Meie telefonid ei tööta reede õhtuni. Palun kirjutage meile.",
    ),
}  # fmt: skip


def words_of(language: str) -> SampleWords:
    """What they write in a language, English where there is none."""
    return _SPOKEN.get(language, _SPOKEN["en"])
