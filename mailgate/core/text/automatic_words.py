"""The words of automatic answers and of bare thanks, in the languages our customers write."""

from __future__ import annotations

import re

from mailgate.core.text import subject as subjects
from mailgate.core.text.quote_words import table

# Subjects an answering machine writes; what follows must be a colon, a dash, a bracket, a prefix or nothing.
_SUBJECTS = table("""
    automatic reply | automatic response | auto reply | auto-reply | autoreply | auto response | auto-response |
    auto responder | autoresponse | automated reply | automated response | out of office |
    out of the office | out-of-office | ooo | autoresponder | out of office autoreply | out of office reply |
    out of office notification | vacation reply | vacation notice | on vacation | away from office |
    away from the office | away from my mail | vacation message | absence notice | automaattinen vastaus |
    automaattivastaus | automaattinen poissaoloviesti | poissaoloviesti | poissaoloilmoitus | poissa toimistosta
    | poissa työpaikalta | lomavastaus | lomaviesti | lomailmoitus | olen lomalla | olen poissa | poissa |
    automatyczna odpowiedź | odpowiedź automatyczna | autoodpowiedź | auto-odpowiedź | poza biurem |
    jestem poza biurem | informacja o nieobecności | powiadomienie o nieobecności | nieobecność w biurze |
    jestem na urlopie | wiadomość automatyczna | automātiskā atbilde | automātiska atbilde |
    automātisks atbildētājs | ārpus biroja | esmu atvaļinājumā | esmu prombūtnē | paziņojums par prombūtni |
    atbilde automātiska | prombūtnē | automatische antwort | automatische rückantwort | automatische rückmeldung
    | autoantwort | abwesenheitsnotiz | abwesenheitsmeldung | abwesenheitsnachricht | abwesenheitsagent |
    abwesenheitsassistent | außer haus | nicht im büro | ich bin im urlaub | automatiskt svar | autosvar |
    frånvaromeddelande | frånvaroassistent | frånvarohanteraren | ej på kontoret | inte på kontoret |
    semestermeddelande | automaatvastus | automaatne vastus | automaatne teade | kontorist väljas |
    kontorist eemal | olen puhkusel | puhkuseteade | eemaloleku teade | réponse automatique | absence du bureau
    | message d'absence | absent du bureau | notification d'absence | respuesta automática | fuera de la oficina
    | fuera de oficina | ausente de la oficina | automatisch antwoord | automatische beantwoording |
    afwezigheidsbericht | afwezigheidsassistent | niet op kantoor | automatisk svar | autosvar | fraværsmelding
    | fraværsbesked | fraværsassistent | ikke på kontoret | ikke til stede | risposta automatica | fuori ufficio
    | assente dall'ufficio | resposta automática | fora do escritório | ausência temporária |
    automatinis atsakymas | ne biure | автоматический ответ | автоответ | автоматична відповідь |
    автовідповідь | нет на месте |
    нет на рабочем месте | отсутствие на рабочем месте | меня нет в офисе | я в отпуске |
    уведомление об отсутствии | автоматическое уведомление |
    автоматическое сообщение | немає на місці | відсутність на робочому місці | я у відпустці |
    мене немає в офісі |
    автоматичне повідомлення | повідомлення про відсутність |
    automatická odpověď | automatická odpoveď | automatikus válasz | otomatik yanıt | răspuns automat
""")
_SUBJECT = re.compile(
    r"[\s\[(<*#]{0,4}(?:"
    + "|".join(re.escape(phrase) for phrase in sorted(set(_SUBJECTS), key=len, reverse=True))
    + r")"
    r"(?:[\s\])>*]{0,3}(?:[:：–—|(\[]|-\s|$|re:|aw:|vs:|sv:|odp:)|\s+(?:until|till|from|re:|aw:|vs:|sv:|odp:|\d))",
    re.IGNORECASE,
)
_NOTES = re.compile(
    r"\b(?:is out of (?:the )?office|is away from (?:the|his|her) (?:office|mail)|on poissa (?:toimistosta"
    r"|työpaikalta)"
    r"|ist (?:außer haus|nicht im (?:büro|hause)|abwesend)|är inte på kontoret|jest poza biurem|est absente?)\b",
    re.IGNORECASE,
)

# Texts are lowered before they are searched: patterns that ignore case take five times as long.

# The first words of a text that only a machine begins so.
_MACHINE = re.compile(
    r"this is an? (?:auto(?:matic|mated|matically generated|-?generated)?)[ -]?(?:reply|response|answer"
    r"|(?:out of office|vacation) )"
    r"|(?:thank you for your (?:e-?mail|message)[.!,]? )?(?:this is an automat|(?:i am"
    r"|i'm) (?:currently )?out of (?:the )?office\.? this is an auto)"
    r"|automatic reply[:.]|tämä on automaattinen (?:vastaus|poissaolo)|to jest (?:automatyczna odpowiedź"
    r"|odpowiedź automatyczna)"
    r"|ta wiadomość została wygenerowana automatycznie|šī ir automātisk[aā] (?:atbilde|vēstule|ziņa)"
    r"|(?:dies|das) ist eine automatisch(?:e| generierte| erstellte| erzeugte) (?:antwort|nachricht|e-?mail)"
    r"|detta är ett (?:automatiskt|autogenererat) (?:svar|meddelande|mejl)|see on automaat(?:ne |)(?:vastus"
    r"|teade|kiri)"
    r"|ceci est une réponse automatique|(?:esta|este) es una? respuesta automática"
    r"|dit is een automatisch (?:antwoord|bericht)"
    r"|dette er (?:et|en) automatisk (?:svar|melding|besked)"
    r"|это автоматическ(?:ий ответ|ое (?:сообщение|письмо|уведомление))"
    r"|це автоматичн(?:а відповідь|е повідомлення|ий лист)",
)
# What an absent person's text says: that they are away ...
_AWAY = re.compile(
    r"\b(?:(?:i am|i'm|i will be|i'll be|we are) (?:currently |now |presently )?(?:out of (?:the )?office|away"
    r"|on (?:[a-z]+ )?(?:leave|vacation|holidays?)|travelling|traveling)"
    r"|(?:olen|olemme) (?:tällä hetkellä |nyt )?(?:poissa|lomalla|\w*vapaalla|\w*lomalla|matkoilla)"
    r"|toimistomme on (?:suljettu|kiinni)"
    r"|(?:jestem|będę|przebywam|jesteśmy) (?:obecnie |aktualnie )?(?:nieobecn\w+|na \w*urlopie|na zwolnieniu"
    r"|poza biurem)"
    r"|(?:esmu|būšu|atrodos) (?:šobrīd |pašlaik )?(?:prombūtnē|\w*atvaļinājumā|ārpus biroja|komandējumā)"
    r"|(?:ich bin|bin ich|ich befinde mich|wir sind)\b[^!?]{0,80}(?:nicht im (?:büro|haus)|im urlaub"
    r"|in elternzeit|abwesend|außer haus|nicht (?:persönlich )?erreichbar|nicht am arbeitsplatz)"
    r"|jag (?:är|kommer att vara) (?:just nu |för närvarande )?(?:på (?:semester|tjänsteresa)|\w*ledig|borta"
    r"|inte på (?:kontoret|plats)|ute)"
    r"|(?:olen|viibin|oleme) (?:hetkel |praegu )?(?:\w*puhkusel|kontorist (?:ära|eemal|väljas)|eemal|lähetuses)"
    r"|je suis (?:actuellement )?(?:absente?|en congés?|en vacances|hors du bureau)|(?:estoy|estaré"
    r"|me encuentro) (?:fuera de la oficina|de vacaciones|ausente)"
    r"|ik ben (?:momenteel |op dit moment )?(?:afwezig|niet aanwezig|met vakantie|op vakantie|niet op kantoor)"
    r"|jeg (?:er|har) (?:for tiden |for øyeblikket |i øjeblikket )?(?:på (?:\w*ferie|reise)|ferie|fraværende"
    r"|bortreist|ikke på kontoret|ikke til stede|i permisjon|på barsel)"
    r"|(?:я|мы) (?:сейчас |временно |буду |будем )?(?:нахожусь |находимся )?(?:в отпуске|в отъезде|в командировке"
    r"|вне офиса|отсутствую|отсутствуем)|меня (?:сейчас |временно )?(?:нет|не будет) (?:в офисе"
    r"|на (?:рабочем )?месте)"
    r"|(?:я|ми) (?:зараз |тимчасово |буду |будемо )?(?:перебуваю |перебуваємо )?(?:у відпустці"
    r"|у відрядженні|поза офісом"
    r"|відсутній|відсутня)|мене (?:зараз |тимчасово )?(?:немає|не буде) (?:в офісі|на (?:робочому )?місці))\b",
)
# ... and whom to turn to, or when they will read mail again.
_INSTEAD = re.compile(
    r"\b(?:(?:in|for|if) (?:case of |any )?(?:an? )?(?:urgent|emergenc)|if (?:this|it|your \w+) is urgent"
    r"|limited access to (?:my )?e-?mail|(?:reply|respond|answer|get back)[^.!?]{0,60}(?:when|upon|after|once"
    r"|as soon as)[^.!?]{0,30}(?:return|back)"
    r"|(?:e-?mails?|messages?) (?:will|are) not (?:be )?(?:read|forwarded)"
    r"|kiireelli|(?:vastaan|luen|palaan)[^.!?]{0,60}(?:palat|loman|asiaan|töihin)|tavoitettavissa"
    r"|minua sijaistaa"
    r"|w (?:sprawach )?pilnych|(?:odpowiem|odpiszę|skontaktuję)[^.!?]{0,40}po (?:powrocie|urlopie)"
    r"|w razie (?:pilnej|potrzeby|pilnych)|zastępuje mnie"
    r"|steidzam|(?:atbildēšu|sazināšos)[^.!?]{0,40}(?:pēc|atgriež)|mani aizvieto"
    r"|in dringenden|dringende(?:n|r)? (?:fällen|angelegenheiten|fragen)|nach meiner rückkehr|(?:nachricht"
    r"|e-?mail|mail) wird nicht weitergeleitet|meine vertretung|ab dem [^.!?]{1,30} wieder"
    r"|brådskande|(?:svarar|återkommer)[^.!?]{0,40}(?:när|då|efter)|vid akuta"
    r"|kiireloomulis|kiire(?:te)? (?:küsimus|asja|korral|probleem)|vastan[^.!?]{0,40}(?:naastes|tagasi)"
    r"|mind asendab"
    r"|en cas d'urgence|pour toute urgence|(?:à|dès) mon retour|en caso de urgencia|(?:asuntos?"
    r"|temas?) urgentes?|a mi regreso|(?:bij|voor) (?:dringende|spoed|urgente)|bij terugkomst"
    r""
    r"|hvis det haster|ved (?:hastesaker|akutte|hasteanliggender)|(?:svarer|besvarer)[^.!?]{0,40}(?:når|efter"
    r"|etter)|tilbage (?:igen )?d(?:en|\.)|tilbake (?:igjen )?d(?:en|\.)"
    r"|по срочным вопросам|в срочных случаях|если (?:вопрос |дело )?срочн|(?:отвечу"
    r"|свяжусь)[^.!?]{0,40}(?:после|когда|по возвращении)"
    r"|меня (?:замещает|заменяет)"
    r"|(?:у|з|із) термінових (?:випадках|питань)|якщо (?:питання |справа )?термінов|(?:відповім"
    r"|зв['’]яжуся)[^.!?]{0,40}(?:після|коли)"
    r"|мене (?:заміщає|замінює))",
)

# Naming a colleague alone is what people do too; with a date it is what machines do.
_COLLEAGUE = re.compile(
    r"\b(?:please contact|ota(?:tte|thän)? yhteyttä|olkaa (?:hyvä ja )?yhteydessä|proszę o kontakt"
    r"|wenden sie sich|kontakta gärna"
    r"|vänligen kontakta|palun pöördu|обращайтесь|свяжитесь|звертайтеся|lūdzu,? (?:sazinieties|zvanīt"
    r"|rakstīt)|contact opnemen met)",
)
_DATE = re.compile(r"\d{1,2}[./]|\d{1,2}(?:st|nd|rd|th)? [^\W\d_]{3}|[^\W\d_]{3} \d{1,2}\b")


def out_of_office(subject: str, text: str) -> str:
    """Why (a code) subject or words say that a machine answers for somebody absent; `""` when they do not.

    A person who mentions holidays asks something or says one of the two things only; a robot says both and
    asks nothing.
    """
    if not subjects.is_reply(subject) and not subjects.is_forward(subject):
        title = subjects.without_prefixes(subject)[:200]
        if _SUBJECT.match(title) or _NOTES.search(title):
            return "absence_subject"
    elif subjects.is_forward(subject):
        return ""
    opening = " ".join(text[:2000].split()).lower()
    if _MACHINE.search(opening[:240]):
        return "absence_text"
    if len(text) > 2000 or "?" in opening or not _AWAY.search(opening[:400]):
        return ""
    if _INSTEAD.search(opening) or (_COLLEAGUE.search(opening) and _DATE.search(opening)):
        return "somebody_absent"
    return ""


# Words of which a bare thanks may be made; one of the first table must be among them.
_THANKING = frozenset(
    table("""
    thanks | thank | ty | thx | tnx | cheers | kiitos | kiitoksia | kiitti | kiitän | dziękuję | dziekuje |
    dzięki | dzieki | dziękujemy | paldies | pateicos | pateicamies | danke | dank | dankeschön | tack | tackar
    | tänud | tänu
    | aitäh | tänan | täname | merci | gracias | takk | tak | bedankt | grazie | obrigado | obrigada | ačiū |
    dėkui | спасибо | благодарю | благодарим | дякую | дякуємо | вдячний | вдячна | appreciated | děkuji | díky
""")
)
_BESIDE = frozenset(
    table("""
    you | great | perfect | super | ok | okay | paljon | kovasti | suuret | tosi | todella | oikein | bardzo |
    serdecznie | wielkie | pięknie | liels | lielu | jums | tev | vielen | schön | sehr | herzlichen | besten |
    mycket | så | suur | suured | väga | teile | sulle | beaucoup | muchas | mange | tusen | hjertelig | je | wel |
    hartelijk | mille | muito | labai | большое | огромное | вам | всем | за | помощь | ответ | быстрый |
    отлично | хорошо | здравствуйте |
    уважением | с | щиро | дуже | велике | допомогу | відповідь | швидку | чудово | добре | вітаю |
    повагою | з | much | so | very | a | lot | many | again | all | for | your |
    the | help | quick | prompt | reply | response | fast | answer | support | nopeasta | vastauksesta | avusta
    | tiedosta | za | pomoc | odpowiedź | szybką | par | atbildi | palīdzību | ātro | für | die | ihre | deine |
    hilfe | antwort | schnelle | för | hjälpen | svaret | hi | hello | hei | moi | hej | cześć | labdien |
    sveiki | hallo | tere | dear | team | regards | best | kind | terveisin | terv | ystävällisin | pozdrawiam |
    cieņu | ar | mvh | mfg | lg | br | rgds | wonderful | excellent | awesome | hienoa | hyvä | mahtavaa |
    loistavaa | lieliski | izcili | toll | klasse | prima | bra | abi | kiire | vastuse | eest | info |
    hälsningar | hälsning | vänliga | vänlig | jättebra | toppen | snabba |
    grüße | gruß | viele | freundlichen | lieben | prompte | lugupidamisega | tervitades | tore | hästi |
    kena | teille |
    sinulle | teidän | pour | votre | aide | por | su | ayuda | voor | hulp | hjelpen | hjælpen | to | everyone
    | guys | kaikille | for | everything | kaikesta | wszystko | visu | it | is | was | i | we
    | that | this | quickly | se | oli | nopeaa | nopeasti | to | było | szybko | tas | bija | ātri | das | war
    | schnell | det | var | snabbt | see | kiiresti
""")
)
_SIGNS = re.compile(r"[\U0001F44D\U0001F64F\U0001F44C❤\U0001F60A\U0001F642\U0001F389\U0001F603\U0001F600\U0001F970]")


def thanks_only(text: str) -> bool:
    """True for a bare thanks, a thumb or a smile, with a greeting and a name at most."""
    if len(text) > 300 or "?" in text or re.search(r"\d", text):
        return False
    found = re.findall(r"[^\W\d_]+", text.lower())
    if not found:
        return bool(_SIGNS.search(text))
    if len(found) > 14 or not any(word in _THANKING for word in found):
        return False
    lines = [line for line in text.splitlines() if line.strip()]
    names = re.findall(r"[^\W\d_]+", lines[-1]) if len(lines) > 1 else re.findall(r"[^\W\d_]+", text)[-1:]
    signed = len(names) <= 3 and all(name[0].isupper() for name in names)
    body = found[: len(found) - len(names)] if signed and len(names) < len(found) else found
    return any(word in _THANKING for word in body) and all(word in _THANKING or word in _BESIDE for word in body)


# Words that praise, and those that may stand beside them. No verb is among them: "10 is perfect" may name a time.
_PRAISING = frozenset(
    table("""
    great | perfect | super | excellent | awesome | wonderful | fantastic | brilliant | amazing | good | superb
    | hyvä | hyvää | hyvin | hieno | hienoa | mahtava | mahtavaa | loistava | loistavaa | loistavasti | erinomainen
    | erinomaista | erinomaisesti | mainio | mainiota | upea | upeaa | täydellinen | täydellistä
    | świetnie | świetna | świetny | dobrze | doskonale | doskonała | idealnie | rewelacja | rewelacyjnie | wspaniale
    | lieliski | lieliska | izcili | labi | teicami | perfekti
    | toll | klasse | prima | gut | perfekt | ausgezeichnet | hervorragend | spitze | wunderbar | genial | großartig
    | bra | jättebra | toppen | utmärkt | fantastiskt | kanon | kanonbra
    | hea | hästi | tore | suurepärane | suurepäraselt | ideaalne | tubli
""")
)
_BESIDE_PRAISE = frozenset(
    table("""
    very | really | so | all | everything | service | job | work | support | team
    | erittäin | todella | tosi | oikein | kaikki | palvelu | palvelua | bardzo | wszystko | obsługa
    | ļoti | viss | apkalpošana | serviss | sehr | wirklich | alles | arbeit
    | mycket | riktigt | allt | jobb | jobbat | väga | kõik | teenindus | töö
""")
)


def praise_only(text: str) -> bool:
    """True for a few words that only praise, as somebody puts them behind the number of their vote."""
    if len(text) > 60 or "?" in text or re.search(r"\d", text):
        return False
    found = re.findall(r"[^\W\d_]+", text.lower())
    known = _PRAISING | _BESIDE_PRAISE | _THANKING
    return any(word in _PRAISING for word in found) and all(word in known for word in found)


_ABSENT = re.compile(
    r"(?:(?:i am|i'm) (?:currently )?(?:away|out of (?:the )?office|on (?:holiday|vacation|leave|annual leave))"
    r"|olen (?:lomalla|poissa(?: toimistosta)?)|jestem (?:na urlopie|poza biurem|nieobecn[ya])"
    r"|esmu (?:atvaļinājumā|prombūtnē|ārpus biroja)|ich bin (?:im urlaub|nicht im büro|abwesend)"
    r"|jag är (?:på semester|bortrest|inte på kontoret)|olen (?:puhkusel|kontorist eemal)"
    r"|я (?:в отпуске|не в офисе|у відпустці|не в офісі))"
    r"(?: (?:(?:until|till|do|līdz|bis|kuni|до) )?\d[\d./-]{0,12}(?: asti| saakka)?)?[.!]?"
)


def only_absence(text: str) -> bool:
    """True for a text that says somebody is away, at most until when, and not a word more."""
    return len(text) < 200 and _ABSENT.fullmatch(" ".join(text.lower().split())) is not None
