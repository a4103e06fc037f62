"""Which mails are the same words: waves of spam are, twenty people's questions about one trouble are not."""

from __future__ import annotations

import itertools
import time

import pytest

from mailgate.core.text.alikeness import FEWEST, KEPT, alike, sketch

# Each with a name, an amount and a link of its own, as they are sent by the thousand.
SPAM = {
    "en": "Dear {name},\n\nyour account has been selected for a special payout of {sum} EUR. To receive the money, confirm your details "
    "within 24 hours here: {link}\n\nKind regards, the claims team of {name}",
    "fi": "Hei {name},\n\ntilisi on valittu ja sinulle maksetaan {sum} euroa. Vahvista tietosi vuorokauden kuluessa tästä linkistä: {link} "
    "tai summa palautetaan meille.\n\nTerveisin maksupalvelu",
    "pl": "Szanowny Panie {name},\n\nPana konto zostało wybrane do wypłaty {sum} zł. Prosimy potwierdzić dane w ciągu doby pod adresem {link} "
    "inaczej środki przepadną.\n\nZ poważaniem dział wypłat",
    "lv": "Labdien, {name}!\n\nJūsu konts ir izvēlēts un Jums tiks izmaksāti {sum} eiro. Apstipriniet savus datus vienas dienas laikā šeit: {link} "
    "citādi summa tiks atgriezta.\n\nAr cieņu, izmaksu nodaļa",
}  # fmt: skip
NAMES = ("Maija", "Jan Kowalski", "Valdis Ozols", "Eva", "Bo Ek", "A. Virtanen")

# Honest questions about one trouble, each by somebody else.
HONEST = {
    "en": [
        "Hello, my parcel should have come on Monday and the courier's page says it is still in the depot. Can you tell me where it is?",
        "Hi, where is my parcel? I ordered a lamp last week and the courier has not brought it yet. Order 1234.",
        "The courier was supposed to come today between nine and twelve. Nobody came and nobody called. What now?",
        "My tracking number does not work on the courier's site any more. Has my parcel been lost?",
        "I waited at home all day for the delivery and the courier never rang the bell. Please send it again or refund me.",
        "Good morning, could you please check with the courier when my order will arrive? It is a birthday present.",
    ],
    "fi": [
        "Hei, pakettini piti tulla maanantaina, mutta kuljetusyhtiön sivulla lukee että se on yhä terminaalissa. Missä se on?",
        "Missä pakettini viipyy? Tilasin lampun viime viikolla eikä kuljetusyhtiö ole tuonut sitä vieläkään. Tilaus 1234.",
        "Kuljettajan piti tulla tänään yhdeksän ja kahdentoista välillä. Kukaan ei tullut eikä kukaan soittanut. Mitä nyt?",
        "Seurantakoodini ei enää toimi kuljetusyhtiön sivuilla. Onko pakettini kadonnut jonnekin matkalla?",
        "Odotin koko päivän kotona eikä kuljettaja soittanut ovikelloa. Lähettäkää se uudestaan tai palauttakaa rahat.",
    ],
    "pl": [
        "Dzień dobry, moja paczka miała dotrzeć w poniedziałek, a na stronie kuriera widnieje, że nadal jest w magazynie. Gdzie ona jest?",
        "Gdzie jest moja paczka? Zamówiłam lampę w zeszłym tygodniu i kurier jeszcze jej nie przywiózł. Zamówienie 1234.",
        "Kurier miał przyjechać dziś między dziewiątą a dwunastą. Nikt nie przyjechał i nikt nie zadzwonił. Co teraz?",
        "Mój numer przesyłki nie działa już na stronie kuriera. Czy moja paczka zaginęła gdzieś po drodze?",
        "Czekałem cały dzień w domu, a kurier nawet nie zadzwonił do drzwi. Proszę wysłać ponownie albo oddać pieniądze.",
    ],
    "lv": [
        "Labdien, manai pakai bija jāpienāk pirmdien, bet kurjera lapā rakstīts, ka tā joprojām ir noliktavā. Kur tā ir?",
        "Kur ir mana paka? Pasūtīju lampu pagājušajā nedēļā, un kurjers to vēl nav atvedis. Pasūtījums 1234.",
        "Kurjeram bija jāierodas šodien no deviņiem līdz divpadsmitiem. Neviens neatnāca un neviens nezvanīja. Ko tagad?",
        "Mans sūtījuma numurs kurjera lapā vairs nedarbojas. Vai mana paka ir kaut kur pazudusi?",
        "Visu dienu gaidīju mājās, bet kurjers pat nepiezvanīja pie durvīm. Lūdzu, nosūtiet vēlreiz vai atdodiet naudu.",
    ],
}  # fmt: skip


def copies(language: str) -> list[tuple[int, ...]]:
    return [
        sketch(
            "Payout", SPAM[language].format(name=name, sum=100 + n, link=f"https://{n}.pay.example/{name[:2]}?id={n}")
        )
        for n, name in enumerate(NAMES)
    ]


@pytest.mark.parametrize("language", SPAM)
def test_one_spam_is_alike_whatever_names_amounts_and_links_stand_in_it(language: str) -> None:
    assert all(alike(one, other) for one, other in itertools.combinations(copies(language), 2))


@pytest.mark.parametrize("language", HONEST)
def test_l18_people_who_ask_about_the_same_courier_are_not_alike(language: str) -> None:
    sketches = [sketch("Parcel", text) for text in HONEST[language]]
    assert all(sketches)
    assert not [pair for pair in itertools.combinations(sketches, 2) if alike(*pair)]
    assert not [one for one in sketches for spam in copies(language) if alike(one, spam)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Where is my parcel?",
        "Kur ir mana paka?",
        "1 2 3 " * 20,
        "https://a.example/b " * 20,
        "thanks " * (FEWEST - 2),
    ],
)
def test_a_few_words_are_anybodys(text: str) -> None:
    assert sketch("Parcel", text) == ()
    assert not alike((), ()) and not alike(sketch("Parcel", text), copies("en")[0])


def test_a_sketch_is_the_same_on_every_machine_and_small_whatever_the_mail() -> None:
    assert sketch("Payout", "one two three four five six seven eight nine ten eleven twelve")[:2] == (
        135216103,
        1698244699,
    )
    assert len(sketch("x", "word other " * 1_000_000)) <= KEPT


def test_a_sketch_costs_little_whatever_the_mail() -> None:
    texts = [SPAM["en"], "Straße Łódź ąęś " * 50_000, "a" * 1_000_000, "@/ " * 300_000]
    began = time.process_time()
    for _ in range(100):
        for text in texts:
            sketch("Payout", text)
    assert time.process_time() - began < 2.0  # 400 of them: some 50 µs each on a machine of 2020
