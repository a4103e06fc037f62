"""Which language a text is written in, judged by its commonest words and its letters."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from itertools import pairwise

from mailgate.core.text.folding import fold

_CAP = 4096  # characters looked at
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_UNREADABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd]")
_LINK = re.compile(
    r"://|@|^www\.|\w\.\w", re.IGNORECASE
)  # in what stands between two spaces: a link, an address, a file
_CODE = re.compile(r"[0-9=&%/\\_+|~^$#`{}\[\]]")  # in what nobody speaks: identifiers, paths, octets written out
# What lawyers have set below the words of whole companies, mostly in a language their people do not write in.
_SECRET = re.compile(
    r"confidential|privileged|luottamuksel|vertraulich|poufn|konfidenci|konfident|konfidents|förtrolig|конфиденц|конфіденц",
    re.IGNORECASE,
)
_MEANT_FOR = re.compile(
    r"recipient|addressee|vastaanottaj|empfänger|adressat|odbiorc|adresāt|saņēmēj|mottagar|adressaa|saaja"
    r"|получател|адресат|одержувач",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\n[ \t]{0,8}\n")

# The commonest words of each language, greetings and help-desk words among them.
_WORDS: Mapping[str, str] = {
    "en": """
        the and to of is in it you that for on with are this have be not was we can my your our from please
        thank thanks hello hi dear regards but will would could what when how has had been do does did if or an
        at as there which any all they them me us so no yes need help want am i'm don't can't issue order
        account password working problem i still die war
    """,
    "fi": """
        ja on ei se että en ole olen minun meidän teidän mutta kun niin myös tai jos sen voi voiko voisitte
        voitteko kiitos kiitoksia hei moi terve päivää ystävällisin terveisin terveisiä mitä miten miksi milloin
        olisi onko ovat tämä tämän jo vielä nyt kuin oli olin sekä koska ettei tilaus tilauksen lasku laskun
        ongelma apua hyvää huomenta toimi saan saa emme olemme minulla meillä teillä siitä sitten vain pitäisi
        haluan haluaisin ennen asti vastaus viesti
    """,
    "pl": """
        i w na nie się z do to jest że o jak po co ale za od przez tak czy mam proszę dziękuję dzień dobry witam
        pozdrawiam cześć dzięki jestem nam mi mnie państwa państwo są był było może można dla ten ta te tego już
        jeszcze tylko bardzo gdy kiedy gdzie dlaczego oraz lub moje mój moja nasze zamówienie faktura problem
        pomoc uprzejmie poważaniem chciałbym chciałabym mogę nadal działa pan pani
    """,
    "lv": """
        un ir ka ar uz no par nav es mēs jūs jūsu man mums vai bet kā arī lai pie tas tā šis šī kas kad kur
        kāpēc paldies labdien sveiki lūdzu cieņu jau vēl tikai ļoti būtu var varat varētu esmu bija būs pēc līdz
        mans mana mūsu rēķins pasūtījums problēma palīdzība labrīt labvakar nevaru gribētu vēlos saņēmu joprojām
        nedarbojas strādā
    """,
    "de": """
        der die das und ist nicht ich sie wir zu den mit ein eine es auf für von im dem auch als bei nach wie
        oder aber haben hat bitte danke guten tag hallo sehr geehrte grüße grüßen mfg können kann mein meine
        unser noch nur wenn war werden wird bin sind mir uns ihre ihr rechnung bestellung funktioniert defekt kaputt
        geht kein keine keinen wo warum wann meinem meinen ihnen ihren leider hilfe konto kennwort passwort gerne
        liebe moin servus vielen
    """,
    "sv": """
        och att det är jag i en på som för med har inte av vi till den om men ett kan ni var mig min er så från
        hej tack hälsningar vänliga mvh hälsning eller när vad hur skulle är också bara mycket nu mitt mina
        kunna faktura beställning god fungerar trasig trasigt varför hjälp hjälpa lösenord vill fått får inget ingen
        skickat skrivaren fakturan beställningen tacksam snälla
    """,
    "et": """
        ja on ei see et ma me te meie teie kas aga kui mis siis ning või oma minu ole oli olen tere aitäh tänan
        palun lugupidamisega tervitades veel juba väga saab ka kus miks millal mulle meile teile arve tellimus
        probleem abi saan enam nii tööta töötab katki arvet tellimust tellimuse parool sisse pole saabunud kuidas
        kuhu mida sooviksin soovin aidake aidata minul teil meil võiksite tervist lugupeetud
    """,
    "no": """
        og det er jeg ikke på som for med har av vi til den om men et kan du var meg min deg så fra hei takk
        hilsen vennlig eller når hva hvordan ville også bare mye nå mitt mine
    """,
    "da": """
        og det er jeg ikke på som for med har af vi til den om men et kan du var mig min dig så fra hej tak
        hilsen venlig eller når hvad hvordan ville også bare meget nu mit mine
    """,
    "fr": """
        le la les et de des un une est je vous nous pas que qui pour dans sur avec ce cette mon ma mes votre
        bonjour merci cordialement au aux en ne il elle par plus mais ou si été sont suis très commande facture
    """,
    "es": """
        el la los las y de que en un una es no por con para se lo su me mi hola gracias saludos como pero más
        esta este usted ustedes muy buenos días cuando tengo pedido factura favor del al
    """,
    "it": """
        il lo la i gli le e di che in un una è non per con si mi mio ciao grazie saluti cordiali come ma più
        questo questa buongiorno sono ho del della quando ordine fattura
    """,
    "nl": """
        de het een en van is ik niet dat u je we wij met op voor te zijn aan ook als bij naar maar om dit mijn
        hallo bedankt groet groeten vriendelijke geachte kunt kan graag heb heeft nog bestelling factuur
    """,
    "pt": """
        o a os as e de que em um uma é não por com para se do da meu minha olá obrigado obrigada cumprimentos
        como mas mais este esta bom dia quando tenho pedido fatura você
    """,
    "lt": """
        ir yra ne kad su į iš per aš mes jūs jūsų man mums ar bet kaip taip pat labas diena laba sveiki ačiū
        prašau pagarbiai dar jau tik labai būtų gali galite sąskaita užsakymas mano
    """,
    "cs": """
        a je se na v že to s z do o jsem není jak ale pro by dobrý den děkuji prosím pozdravem máte mám můžete
    """,
    "ru": """
        и в не на я что с по это как у мне мы вы вас вам меня мой моя мое моего мои наш нас нам за из к от до для
        но или если то так же уже ещё еще только очень был была было были будет есть нет да можно нужно могу может
        можете почему когда где какой который этот эта эти чтобы все всё здравствуйте привет добрый день утро
        вечер спасибо благодарю пожалуйста прошу подскажите помогите уважением работает заказ заказа счёт счет
        оплата проблема вопрос письмо ответ срочно получил получила хочу
        включается пришел пришёл пришла пришло приходит верните деньги пароль доставка товар перезвоните перезвонить
        отменить пускает войти
    """,
    "uk": """
        і й в не на я що з по це як у мені ми ви вас вам мене мій моя моє мого мої наш нас нам за із зі до від для
        але або якщо то так же вже ще тільки лише дуже був була було були буде є немає ні можна треба потрібно
        можу може можете чому коли де який яка ця ці цей щоб усе все вітаю привіт добрий день ранок вечір доброго
        дня дякую прошу підкажіть допоможіть будь ласка повагою працює замовлення рахунок оплата проблема питання
        відповідь терміново отримав отримала хочу та
        вмикається прийшов прийшла прийшло поверніть гроші пароль доставка товар передзвоніть передзвонити скасувати
        пускає увійти
    """,
    "be": """
        і й у не на я што з па гэта як мне мы вы вас вам мяне мой мая маё наш нас нам за ад да для але або калі так
        ужо яшчэ толькі вельмі быў была было былі будзе ёсць няма можна магу можа чаму дзе які каб добры дзень
        прывітанне дзякуй калі ласка павагай працуе заказ рахунак праблема пытанне адказ
    """,
    "bg": """
        и в не на аз че с по това как ми ни ви ме мен моя моят моята ние вие вас за от до да се си но или ако така
        вече още само много беше бях има няма може мога можете моля защо кога къде кой който тази този тези ще
        съм сме сте са е здравейте здравей добър ден благодаря поздрави уважение работи поръчка поръчката
        фактура проблем въпрос отговор искам получих нали при във със
    """,
    "sr": """
        и у не на ја да се је са за од до то како ми ме мој моја ми ви вас вам нам али или ако тако већ још само
        веома био била било има нема може могу можете молим зашто када где који која овај ова ово шта што сам смо
        сте су би бих ће здраво добар дан хвала поздрав поштовањем ради наруџбина рачун проблем питање одговор
        желим хоћу није нисам
    """,
    "mk": """
        и во не на јас да се е со за од до што тоа како ми ме мој моја ние вие вас ви но или ако така веќе уште само
        многу беше има нема може можам можете молам зошто кога каде кој која овој оваа ќе сум сме сте се здраво
        добар ден благодарам поздрав почит работи нарачка сметка проблем прашање одговор сакам го ја ги
    """,
}
# Letters that give a language away, those it shares with few others of the list.
_LETTERS: Mapping[str, str] = {
    "pl": "ąćęłńśźż", "lv": "āēģīķļņū", "fi": "äö", "sv": "åäö", "et": "õäüö", "de": "ßüäö", "no": "øæå", "da": "øæå",
    "fr": "çèêàùœ", "es": "ñ¿¡", "pt": "ãõç", "lt": "ėęįųąū", "cs": "řěůčýíá", "it": "ìòàù",
    "ru": "ыэё", "uk": "їєґі", "be": "ўыэёі", "bg": "ъщ", "sr": "ђћџјљњ", "mk": "ѓќѕјљњџ",
}  # fmt: skip


def _owners(table: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Turn language -> entries into entry -> languages."""
    owners: dict[str, tuple[str, ...]] = {}
    for language, entries in table.items():
        for entry in dict.fromkeys(entries):
            owners[entry] = (*owners.get(entry, ()), language)
    return owners


# Of the commonest words of a help desk those that say what somebody writes about.
_TOPICS = """
    order account password tilaus tilauksen lasku laskun zamówienie faktura rēķins pasūtījums rechnung bestellung konto
    kennwort passwort defekt kaputt faktura beställning lösenord fakturan beställningen skrivaren trasig trasigt arve
    tellimus parool arvet tellimust tellimuse katki
"""
_ABOUT = frozenset(_TOPICS.split())
_SMALL: Mapping[str, frozenset[str]] = {
    language: frozenset(fold(word) for word in text.split() if word not in _ABOUT) for language, text in _WORDS.items()
}

_BY_WORD = _owners({language: tuple(text.split()) for language, text in _WORDS.items()})
_BY_LETTER = _owners({language: tuple(text) for language, text in _LETTERS.items()})
_TELLING = re.compile(f"[{''.join(_BY_LETTER)}]")
_FOREIGN = re.compile(r"[\u0370-\u03ff\u0530-\u1dff\u2e80-\U0010ffff]")  # scripts none of these is written in
_CYRILLIC = re.compile(r"[\u0400-\u052f]")
_IN_CYRILLIC = frozenset({"ru", "uk", "be", "bg", "sr", "mk"})
KNOWN: tuple[str, ...] = tuple(_WORDS)  # the languages that are told apart, whether we write in them or not (ISO 639-1)


def is_common(word: str) -> bool:
    """True for one of the commonest words of any language that is told apart, in lower case."""
    return word in _BY_WORD


def guess(text: str, among: tuple[str, ...] = KNOWN) -> str:
    """The language of `text` when it is one of `among` (ISO 639-1), else `""`; only the first 4 KB count.

    The neighbours of a language are told apart too, so that Bulgarian is not taken for Russian. Links, addresses and
    octets that could not be decoded are no language, and a notice of confidentiality below the words is nobody's.
    """
    spoken = _spoken(_above_the_small_print(text[:_CAP]))
    sample = " ".join(spoken).lower()
    found = _WORD.findall(sample)
    if not found or len(_FOREIGN.findall(sample)) * 3 > sum(map(len, found)):
        return ""
    cyrillic = len(_CYRILLIC.findall(sample)) * 2 > sum(map(len, found))
    scores = {
        language: 0.0 for language in _WORDS if (language in _IN_CYRILLIC) == cyrillic
    }  # as most of it is written
    for word, times in Counter(found).items():
        owners = [language for language in _BY_WORD.get(word, ()) if language in scores]
        weight = 1.0 if len(word) > 1 else 0.1  # octets that mean nothing have single letters, too
        for language in owners:
            scores[language] += times * weight * len(owners) ** -0.5
    telling = _TELLING.findall(sample)
    if len(telling) * 2 > sum(map(len, found)):  # another script, read by the wrong table
        return ""
    for letter, times in Counter(telling).items():
        owners = [language for language in _BY_LETTER[letter] if language in scores]
        for language in owners:
            scores[language] += times * 0.5 / len(owners)
    ranked = sorted(scores, key=scores.__getitem__, reverse=True)
    best, second = scores[ranked[0]], scores[ranked[1]]
    if best < max(0.7, len(found) * 0.04) or best < second * 1.15:
        return ""
    return ranked[0] if ranked[0] in among else ""


def says_little(word: str, language: str) -> bool:
    """True for a folded word that stands in any text of its language, whatever it is about."""
    return word in _SMALL.get(language, frozenset())


def _above_the_small_print(text: str) -> str:
    """What stands above the first paragraph that speaks of secrets and of whom they are meant for; all when nothing."""
    above: list[str] = []
    for paragraph in _BETWEEN.split(text):
        if above and _SECRET.search(paragraph) and _MEANT_FOR.search(paragraph):
            break
        above.append(paragraph)
    return "\n\n".join(above)


def _spoken(text: str) -> list[str]:
    """The pieces between spaces that somebody may have spoken; none when most of it is garbage."""
    spoken = [piece for piece in text.split() if piece.isalpha() or _is_spoken(piece)]
    words = [word for word in _WORD.findall(" ".join(spoken)) if len(word) > 1]
    letters = sum(map(len, words))
    odd = sum(len(word) for word in words if _mixed(word))
    others = (
        sum(len(piece) for piece in spoken if piece.isalpha() or _WORD.search(piece)) - letters
    )  # rules between lines are none
    unreadable = len(_UNREADABLE.findall(text))
    return [] if max(odd * 3, others, unreadable * 10) > letters else spoken


def _is_spoken(piece: str) -> bool:
    return _LINK.search(piece) is None and _CODE.search(piece) is None


def _mixed(word: str) -> bool:
    """True for a capital behind a small letter, which words have in names alone."""
    if word[1:].islower() or word.isupper():  # what nearly every word is
        return False
    return any(one.islower() and other.isupper() for one, other in pairwise(word))
