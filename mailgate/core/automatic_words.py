"""The words of automatic answers and of bare thanks, in the languages our customers write."""

from __future__ import annotations

import re

from mailgate.core import subject as subjects

# Prefixes and whole phrases an out-of-office puts into the subject; lower case.
_SUBJECTS = (
    "automatic reply", "auto reply", "auto-reply", "autoreply", "auto response", "auto-response", "autoresponse", "automated reply", "automated response",
    "out of office", "out of the office", "out-of-office", "ooo", "vacation reply", "vacation notice", "away from office", "away from the office", "on vacation",
    "automaattinen vastaus", "automaattivastaus", "poissaoloviesti", "poissa toimistosta", "poissaoloilmoitus", "lomavastaus", "lomaviesti",
    "automatyczna odpowiedź", "odpowiedź automatyczna", "autoodpowiedź", "autoresponder", "nieobecność", "poza biurem", "nieobecny", "nieobecna", "urlop:",
    "automātiskā atbilde", "automātiska atbilde", "automātiskā atbilde:", "ārpus biroja", "prombūtne", "atvaļinājumā",
    "automatische antwort", "automatische rückantwort", "abwesenheitsnotiz", "abwesenheitsnachricht", "abwesenheit", "abwesend", "autoreply:", "automatisch antwort", "außer haus", "nicht im büro", "urlaubsabwesenheit",
    "automatiskt svar", "autosvar", "frånvaromeddelande", "frånvaro", "ej på kontoret", "inte på kontoret", "semestermeddelande",
    "automaatvastus", "automaatne vastus", "kontorist väljas", "puhkusel", "eemaloleku teade",
    "réponse automatique", "absence du bureau", "message d'absence", "absent du bureau", "respuesta automática", "fuera de la oficina", "fuera de oficina",
    "automatisch antwoord", "automatische antwoord", "afwezigheidsbericht", "afwezig", "niet op kantoor", "automatisk svar", "fraværsmelding", "fraværsbesked", "fravær", "ikke til stede",
    "risposta automatica", "fuori ufficio", "assente dall'ufficio", "resposta automática", "fora do escritório", "automatinis atsakymas", "ne biure", "автоматический ответ", "автоответ", "вне офиса",
    "automatická odpověď", "automatická odpoveď", "automatikus válasz", "otomatik yanıt", "răspuns automat",
)  # fmt: skip
_SUBJECT = re.compile(
    r"[\s\[(<*]*(?:" + "|".join(re.escape(p) for p in sorted(_SUBJECTS, key=len, reverse=True)) + r")(?!\w)",
    re.IGNORECASE,
)

# Sentences of the body that only an absent person's robot writes.
_BODIES = re.compile(
    "|".join(
        (
            r"\bi(?:'m| am| will be) (?:currently |now )?(?:out of (?:the )?office|away from (?:the|my) office|on (?:annual |parental |maternity )?(?:leave|vacation|holiday))\b.{0,200}\b(?:return|back|until|urgent|limited|access)",
            r"\bthis is an? auto(?:matic|mated|-?generated)? ?(?:reply|response|message|e?-?mail)",
            r"\b(?:olen|olemme) (?:tällä hetkellä )?(?:poissa|lomalla|vuosilomalla|vanhempainvapaalla).{0,120}(?:saakka|asti|alkaen|palaan|palaamme|kiireellis|tavoitettavissa|sijais)",
            r"\btämä on automaattinen (?:vastaus|viesti|poissaolo)",
            r"\b(?:jestem|będę|przebywam) (?:obecnie )?(?:nieobecn[ya]|na urlopie|poza biurem).{0,160}(?:do dnia|wracam|wrócę|pilnych|kontakt|zastęp)",
            r"\bto jest (?:wiadomość automatyczna|automatyczna odpowiedź)|\bwiadomość (?:została )?wygenerowana automatycznie",
            r"\b(?:esmu|būšu|atrodos) (?:šobrīd )?(?:prombūtnē|atvaļinājumā|ārpus biroja).{0,160}(?:līdz|atgriez|steidzam|aizvieto|sazin)",
            r"\bšī ir automātisk(?:a|ā) (?:atbilde|ziņa|vēstule)|\bautomātiski (?:ģenerēta|izveidota|sūtīta)",
            r"\b(?:ich bin|bin ich|ich befinde mich) (?:derzeit|momentan|zurzeit|aktuell|zur zeit|bis|ab|vom|im|in|nicht)\b.{0,160}(?:büro|urlaub|abwesend|außer haus|erreichbar|haus).{0,200}(?:zurück|dringend|vertret|wieder|weitergeleitet|bis|kollege|wenden)",
            r"\bdies ist eine automatisch(?:e| generierte| erstellte| erzeugte) (?:antwort|nachricht|e-?mail)",
            r"\bjag (?:är|är just nu|kommer att vara) (?:på semester|ledig|föräldraledig|borta|inte på kontoret|tjänstledig|ute).{0,160}(?:åter|tillbaka|till och med|brådskande|kontakta|t\.o\.m)",
            r"\bdetta är ett (?:automatiskt|autogenererat) (?:svar|meddelande)",
            r"\b(?:olen|viibin) (?:hetkel )?(?:puhkusel|kontorist (?:ära|eemal|väljas)|eemal|lapsehoolduspuhkusel).{0,160}(?:kuni|tagasi|kiire|pöördu|asenda)",
            r"\bsee on automaat(?:ne )?(?:vastus|teade|kiri)",
            r"\bje suis (?:actuellement )?(?:absente?|en congés?|hors du bureau).{0,160}(?:jusqu|retour|urgen)",
            r"\bestoy (?:fuera de la oficina|de vacaciones|ausente).{0,160}(?:hasta|regres|urgen|vuelv)",
            r"\bik ben (?:momenteel |op dit moment )?(?:afwezig|niet aanwezig|met vakantie|niet op kantoor).{0,160}(?:terug|tot en met|t/m|dringend|spoed|weer)",
            r"\bjeg (?:er|har) (?:for tiden |på )?(?:ferie|fraværende|ikke på kontoret|ikke til stede|permisjon|orlov).{0,160}(?:tilbage|tilbake|haster|kontakt|til og med)",
        )
    ),
    re.IGNORECASE | re.DOTALL,
)


def out_of_office(subject: str, text: str) -> str:
    """Why subject or words say that a robot answers for somebody absent; `""` when they do not."""
    if _SUBJECT.match(subjects.base(subject)[:200]):
        return "subject of an automatic answer"
    if subjects.is_reply(subject) or not subject.strip():
        opening = " ".join(text[:1500].split())[:600]
        if len(text) < 2000 and _BODIES.search(opening):
            return "text of an automatic answer"
    return ""


_THANKS = frozenset(
    """
    thanks thank you ty thx cheers great perfect super ok okay kiitos kiitoksia kiitti paljon kovasti suuret tosi todella dziękuję dziekuje dzięki dzieki
    bardzo serdecznie wielkie paldies liels pateicos danke vielen dank schön sehr herzlichen dankeschön besten tack tackar mycket så aitäh tänan suur
    väga merci beaucoup gracias muchas takk tak mange tusen bedankt dank je wel grazie mille obrigado obrigada muito ačiū labai dėkui спасибо большое
    благодарю much so very a lot many again all for your help the quick reply response fast answer nopeasta vastauksesta avusta vastauksesta
    za pomoc odpowiedź szybką par atbildi palīdzību für die ihre hilfe antwort schnelle för hjälpen svaret hi hello hei moi hej cześć labdien sveiki
    hallo tere dear team regards best kind terveisin terv ystävällisin pozdrawiam ar cieņu mvh mfg lg br it works now that worked awesome wonderful excellent
    hienoa mahtavaa loistavaa toimii nyt działa super lieliski izcili toll klasse prima bra abi eest kiire vastuse appreciated appreciate
    """.split()
)
_CORE = frozenset(
    """
    thanks thank ty thx cheers kiitos kiitoksia kiitti dziękuję dziekuje dzięki dzieki paldies pateicos danke dank dankeschön tack tackar aitäh tänan
    merci gracias takk tak bedankt grazie obrigado obrigada ačiū dėkui спасибо благодарю appreciated
    """.split()
)
_SIGNS = re.compile(r"[\U0001F44D\U0001F64F\U0001F44C\u2764\U0001F60A\U0001F642\U0001F389]")


def thanks_only(text: str) -> bool:
    """True when at most a dozen words say nothing but thanks."""
    if len(text) > 400 or "?" in text:
        return False
    found = re.findall(r"[^\W\d_]+", text.lower())
    if not found:
        return bool(_SIGNS.search(text)) and not re.search(r"\d", text)
    if len(found) > 14 or re.search(r"\d", text):
        return False
    if not any(word in _CORE for word in found):
        return False
    return sum(word not in _THANKS for word in found[:-2]) == 0
