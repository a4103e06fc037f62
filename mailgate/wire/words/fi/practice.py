"""What the mails say that trainees practise with, in Finnish."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "practice.question": "Lamppuni ei syty",
    "practice.question.text": "Hei,\n\nostin teiltä kaksi viikkoa sitten lukulampun, eikä se enää syty. Olen kokeillut toista polttimoa. Mitä voin tehdä?\n\nYstävällisin terveisin\nMaija Virtanen",
    "practice.angry": "Kirjoitan jo KOLMATTA kertaa!!!",
    "practice.angry.text": "Lupasitte vastata maanantaina. Nyt on torstai, eikä kukaan ole kirjoittanut sanaakaan. Tilaukseni puuttuu yhä. Millaista palvelua tämä on?\n\nKari Laine",
    "practice.invoice": "Lasku 20417",
    "practice.invoice.text": "Hyvä vastaanottaja,\n\nohessa laskumme 20417 marraskuun siivouksesta: 240,00 euroa, maksuaika 14 päivää.\n\nKirkas Toimistosiivous",
    "practice.thanks": "Kiitos!",
    "practice.thanks.text": "Kiitos uudesta lampusta. Se tuli kahdessa päivässä ja antaa kauniin valon.\n\nMaija Virtanen",
    "practice.spam": "Sivustonne hakukoneiden kärkeen",
    "practice.spam.text": "Hyvä yrittäjä,\n\nnostamme minkä tahansa kaupan hakukoneiden ensimmäiselle sivulle seitsemässä päivässä, takuulla. Vastatkaa heti, niin saatte parhaan hinnan.\n\nKasvutiimi",
    "practice.file": "Kuvaus vauriosta",
    "practice.file.text": "Hei,\n\npaketti oli auki, kun se saapui. Kirjoitin muistiin, mikä on rikki; katsokaa liitettä.\n\nAnna Berg",
    "practice.urgent": "KIIREELLINEN: virtalähde savuaa",
    "practice.urgent.text": "Lamppunne virtalähde on kuuma ja haisee savulle. Vedin pistokkeen irti. Onko se vaarallinen? Soittakaa heti: +358 40 123 4567\n\nPiotr Nowak",
    "practice.again": "Lamppuni ei syty",
    "practice.again.text": "Hei,\n\nen ole varma, tuliko ensimmäinen viestini perille, joten vielä kerran: kaksi viikkoa sitten ostamani lukulamppu ei syty.\n\nMaija Virtanen",
    "practice.refund": "Haluan rahani takaisin",
    "practice.refund.text": "Hei,\n\nvarjostin on vihreä eikä sininen niin kuin kuvassa. Haluaisin palauttaa sen. Miten se tehdään, ja milloin saan rahani?\n\nLiis Tamm",
    "practice.listed": "rikki: varjostin, katkaisin, kaksi polttimoa",
}
