"""What the mails say that trainees practise with, in German."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "practice.question": "Meine Lampe leuchtet nicht",
    "practice.question.text": "Guten Tag,\n\nvor zwei Wochen habe ich bei Ihnen eine Schreibtischlampe gekauft, und nun leuchtet sie nicht mehr. Eine andere Birne habe ich schon probiert. Was kann ich tun?\n\nFreundliche Grüße\nMaija Virtanen",
    "practice.angry": "Ich schreibe zum DRITTEN Mal!!!",
    "practice.angry.text": "Sie haben mir für Montag eine Antwort versprochen. Jetzt ist Donnerstag, und niemand hat auch nur ein Wort geschrieben. Meine Bestellung fehlt immer noch. Was ist das für ein Service?\n\nKari Laine",
    "practice.invoice": "Rechnung 20417",
    "practice.invoice.text": "Sehr geehrte Damen und Herren,\n\nanbei unsere Rechnung 20417 für die Reinigung im November: 240,00 EUR, zahlbar innerhalb von 14 Tagen.\n\nSauberes Büro",
    "practice.thanks": "Danke!",
    "practice.thanks.text": "Danke für die neue Lampe. Sie war nach zwei Tagen da und macht ein schönes Licht.\n\nMaija Virtanen",
    "practice.spam": "Ihre Website auf Platz 1",
    "practice.spam.text": "Sehr geehrte Geschäftsleitung,\n\nwir bringen jeden Shop in sieben Tagen auf die erste Seite aller Suchmaschinen, garantiert. Antworten Sie gleich, und Sie bekommen unseren besten Preis.\n\nIhr Wachstumsteam",
    "practice.file": "Beschreibung des Schadens",
    "practice.file.text": "Guten Tag,\n\ndas Paket war offen, als es ankam. Ich habe aufgeschrieben, was kaputt ist; siehe Anhang.\n\nAnna Berg",
    "practice.urgent": "DRINGEND: Netzteil raucht",
    "practice.urgent.text": "Das Netzteil Ihrer Lampe ist heiß und riecht nach Rauch. Ich habe den Stecker gezogen. Ist das gefährlich? Bitte rufen Sie mich sofort an: +358 40 123 4567\n\nPiotr Nowak",
    "practice.again": "Meine Lampe leuchtet nicht",
    "practice.again.text": "Guten Tag,\n\nich bin nicht sicher, ob meine erste Nachricht angekommen ist, deshalb noch einmal: Die Schreibtischlampe, die ich vor zwei Wochen gekauft habe, leuchtet nicht.\n\nMaija Virtanen",
    "practice.refund": "Ich möchte mein Geld zurück",
    "practice.refund.text": "Guten Tag,\n\nder Schirm ist grün und nicht blau wie auf dem Bild. Ich möchte ihn zurückgeben. Wie geht das, und wann bekomme ich mein Geld?\n\nLiis Tamm",
    "practice.listed": "kaputt: der Schirm, der Schalter, zwei Birnen",
}
