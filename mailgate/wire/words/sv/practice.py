"""What the mails say that trainees practise with, in Swedish."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "practice.question": "Min lampa lyser inte",
    "practice.question.text": "Hej,\n\njag köpte en skrivbordslampa hos er för två veckor sedan, och nu lyser den inte längre. Jag har provat en annan glödlampa. Vad kan jag göra?\n\nVänliga hälsningar\nMaija Virtanen",
    "practice.angry": "TREDJE gången jag skriver!!!",
    "practice.angry.text": "Du lovade mig ett svar i måndags. Nu är det torsdag och ingen har skrivit ett ord. Min beställning saknas fortfarande. Vad är det här för service?\n\nKari Laine",
    "practice.invoice": "Faktura 20417",
    "practice.invoice.text": "Hej,\n\nhär kommer vår faktura 20417 för städning i november: 240,00 euro, att betala inom 14 dagar.\n\nBlank Kontorsstäd",
    "practice.thanks": "Tack!",
    "practice.thanks.text": "Tack för den nya lampan. Den kom på två dagar och ger ett fint ljus.\n\nMaija Virtanen",
    "practice.spam": "Din webbplats kan bli etta",
    "practice.spam.text": "Bästa företagare,\n\nvi får vilken butik som helst till första sidan i alla sökmotorer på sju dagar, garanterat. Svara nu för bästa pris.\n\nTillväxtteamet",
    "practice.file": "Beskrivning av skadan",
    "practice.file.text": "Hej,\n\npaketet var öppet när det kom. Jag har skrivit upp vad som är trasigt; se den bifogade filen.\n\nAnna Berg",
    "practice.urgent": "BRÅDSKANDE: nätdelen ryker",
    "practice.urgent.text": "Nätdelen till er lampa är het och luktar rök. Jag har dragit ur kontakten. Är det farligt? Ring mig genast: +358 40 123 4567\n\nPiotr Nowak",
    "practice.again": "Min lampa lyser inte",
    "practice.again.text": "Hej,\n\njag är inte säker på att mitt första meddelande kom fram, så en gång till: skrivbordslampan som jag köpte för två veckor sedan lyser inte.\n\nMaija Virtanen",
    "practice.refund": "Jag vill ha pengarna tillbaka",
    "practice.refund.text": "Hej,\n\nskärmen är grön, inte blå som på bilden. Jag vill gärna lämna tillbaka den. Hur gör jag, och när får jag pengarna?\n\nLiis Tamm",
    "practice.listed": "trasigt: skärmen, strömbrytaren, två glödlampor",
}
