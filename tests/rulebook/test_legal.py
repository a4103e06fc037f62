"""The shipped rule for lawyers and chargebacks: what it must hear, and the footers of anybody's mail that it must not."""

from __future__ import annotations

from pathlib import Path

import pytest
from cases import POLICY

from mailgate.core.rules.rule import Circumstances, match_mail, route_mail
from mailgate.core.text.folding import fold
from mailgate.rulebook import load, trial

FOLDER = Path(__file__).parents[2] / "rules"
RULES = load.load(FOLDER, POLICY).rules

HEARD = {
    "en": [
        "You will hear from my lawyer.", "Our attorneys advise us to write to you.", "My solicitor has been informed.",
        "CEASE AND DESIST", "Letter before action: unpaid damages", "I will take you to court.", "We shall sue you for it.",
        "I am about to file a lawsuit.", "We take legal action against you.", "I'll go to the small claims court.",
        "Chargeback received for order 4711", "Notice of chargebacks", "I have disputed the charge with my bank.",
        "Payment dispute opened",
    ],
    "fi": [
        "Asianajajani ottaa yhteyttä.", "Olemme keskustelleet asiasta: lakimiehemme kirjoittaa.", "Muuten ryhdyn oikeustoimiin.",
        "Viemme asian käräjäoikeuteen.", "Haastehakemus on jätetty.", "Takaisinveloitus tilauksesta 4711", "Riitautan maksun.",
    ],
    "pl": [
        "Mój prawnik się odezwie.", "Przekazałem sprawę: mojego adwokata już znacie.", "Przedsądowe wezwanie do zapłaty",
        "Składam pozew.", "Kierujemy sprawę do sądu.", "Wstąpimy na drogę sądową.", "Obciążenie zwrotne (chargeback)",
    ],
    "lv": [
        "Mans advokāts sazināsies ar jums.", "Mūsu advokāti gatavo vēstuli.", "Citādi vērsīšos tiesā.", "Iesniegsim prasību tiesā.",
        "Pirmstiesas brīdinājums", "Apstrīdu maksājumu.", "Maksājuma apstrīdēšana Nr. 12",
    ],
    "sv": ["Min advokat hör av sig.", "Vi lämnar in en stämningsansökan.", "Jag stämmer er.", "Kortreklamation 4711", "Vi bestrider betalningen."],
    "de": [
        "Sie hören von meinem Anwalt.", "Ich schalte meine Anwältin ein.", "Wir werden rechtliche Schritte gegen Sie prüfen.",
        "Ich werde Klage einreichen.", "Abmahnung wegen Markenverletzung", "Unterlassungserklärung anbei", "Ich lasse die Zahlung zurückbuchen.",
    ],
    "et": ["Minu advokaat võtab ühendust.", "Muidu pöördun kohtusse.", "Hagiavaldus on esitatud.", "Vaidlustan tehingu."],
}  # fmt: skip
UNHEARD = {
    "a British footer": "This e-mail and any attachments are confidential and may be legally privileged. If you are not the intended recipient, any use, copying or disclosure is prohibited and may be unlawful. Please notify the sender.",
    "an American footer": "CONFIDENTIALITY NOTICE: This message may contain information protected by the attorney-client privilege or work product doctrine. Legal action may be taken against unauthorized use.",
    "a law firm's signature": "Jane Doe\nSolicitor | Doe & Roe LLP\nRegulated by the Solicitors Regulation Authority. Attorneys at law, lawyers in all member states.",
    "a Finnish footer": "Tämä viesti voi sisältää luottamuksellista, lain nojalla salassa pidettävää tietoa. Viestin oikeudeton käyttö on kielletty ja voi johtaa oikeudellisiin toimiin.",
    "a Finnish firm's signature": "Matti Meikäläinen\nAsianajaja, varatuomari\nAsianajotoimisto Meikäläinen Oy",
    "a Polish footer": "Wiadomość może zawierać informacje poufne, prawnie chronione. Nieuprawnione użycie może skutkować odpowiedzialnością prawną. Sąd Rejonowy dla m.st. Warszawy, KRS 0000123456, kapitał zakładowy 50 000 zł.",
    "a Polish firm's signature": "Jan Kowalski, adwokat\nKancelaria Adwokacka Kowalski",
    "a Polish request": "Pozwolą Państwo, że zapytam o cenę. Proszę o wezwanie serwisu.",
    "a Latvian footer": "Šis e-pasts var saturēt konfidenciālu, ar likumu aizsargātu informāciju. Neatļauta izmantošana var būt prettiesiska.",
    "a Latvian firm's signature": "Jānis Bērziņš, zvērināts advokāts\nZvērinātu advokātu birojs",
    "a Swedish footer": "Detta meddelande kan innehålla konfidentiell och juridiskt skyddad information. Obehörig användning är otillåten.",
    "a German footer": "Diese E-Mail enthält vertrauliche und/oder rechtlich geschützte Informationen. Unbefugtes Kopieren ist nicht gestattet. Amtsgericht München HRB 1234, Geschäftsführer: Max Muster. Wir behalten uns rechtliche Schritte vor.",
    "a German firm's signature": "Dr. Erika Muster\nRechtsanwältin und Fachanwältin für Arbeitsrecht\nMuster Rechtsanwälte PartG mbB",
    "an Estonian footer": "See kiri võib sisaldada konfidentsiaalset, seadusega kaitstud teavet. Loata kasutamine on keelatud.",
    "a Russian footer": "Это сообщение может содержать конфиденциальную информацию, защищённую законом.",
    "a question about terms": "Which court is competent under your terms? Is there a legal guarantee?",
    "a refund": "Could you charge my card back in the shop? I would like a refund.",
    "a customer called Sue": "Sue, you were right about the lamp.",
    "a customer who is a lawyer": "I am a lawyer and need a lamp for my office.",
    "a charger": "Please charge the battery, back at home it was empty.",
}  # fmt: skip


def routed(text: str, *, new: bool = True) -> tuple[str, ...]:
    mail = trial.inbound({"subject": "x", "body": text}, POLICY)
    return route_mail(RULES, match_mail(RULES, mail), Circumstances(new=new)).tags


@pytest.mark.parametrize(
    ("language", "text"), [(language, text) for language, texts in HEARD.items() for text in texts]
)
def test_it_hears_a_lawyers_letter_and_a_disputed_payment(language: str, text: str) -> None:
    assert {"legal", "quiet"} <= set(routed(text))
    assert {"legal", "quiet"} <= set(routed(fold(text).upper())), "without its accents, in capitals"
    assert {"legal", "quiet"} <= set(routed(text, new=False)), "in an answer to a ticket as well"


@pytest.mark.parametrize("text", UNHEARD.values(), ids=UNHEARD)
def test_it_does_not_hear_a_footer(text: str) -> None:
    assert routed(f"Where is my order 4711?\n\n--\n{text}") == ()
