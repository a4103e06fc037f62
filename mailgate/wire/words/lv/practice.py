"""What the mails say that trainees practise with, in Latvian."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "practice.question": "Mana lampa nedeg",
    "practice.question.text": "Labdien!\n\nPirms divām nedēļām nopirku pie Jums galda lampu, un tagad tā vairs nedeg. Esmu izmēģinājusi citu spuldzi. Ko varu darīt?\n\nAr cieņu\nMaija Virtanen",
    "practice.angry": "Rakstu jau TREŠO reizi!!!",
    "practice.angry.text": "Jūs solījāt atbildēt pirmdien. Ir ceturtdiena, un neviens nav uzrakstījis ne vārda. Mana pasūtījuma joprojām nav. Kas tā par apkalpošanu?\n\nKari Laine",
    "practice.invoice": "Rēķins 20417",
    "practice.invoice.text": "Cienījamie kolēģi!\n\nNosūtām rēķinu 20417 par uzkopšanu novembrī: 240,00 EUR, apmaksas termiņš 14 dienas.\n\nTīrs Birojs",
    "practice.thanks": "Paldies!",
    "practice.thanks.text": "Paldies par jauno lampu. Tā pienāca divās dienās un dod jauku gaismu.\n\nMaija Virtanen",
    "practice.spam": "Jūsu vietne var būt pirmā",
    "practice.spam.text": "Godātais vadītāj!\n\nMēs jebkuru veikalu septiņās dienās izvirzām meklētāju pirmajā lapā, garantēti. Atbildiet tūlīt, un saņemsiet labāko cenu.\n\nIzaugsmes komanda",
    "practice.file": "Bojājuma apraksts",
    "practice.file.text": "Labdien!\n\nPaka bija atvērta, kad to saņēmu. Pierakstīju, kas ir saplīsis; lūdzu, skatiet pielikumu.\n\nAnna Berg",
    "practice.urgent": "STEIDZAMI: barošanas bloks kūp",
    "practice.urgent.text": "Jūsu lampas barošanas bloks ir karsts un ož pēc dūmiem. Izrāvu kontaktdakšu. Vai tas ir bīstami? Lūdzu, tūlīt piezvaniet: +358 40 123 4567\n\nPiotr Nowak",
    "practice.again": "Mana lampa nedeg",
    "practice.again.text": "Labdien!\n\nNeesmu pārliecināta, ka mana pirmā ziņa pienāca, tāpēc vēlreiz: pirms divām nedēļām pirktā galda lampa nedeg.\n\nMaija Virtanen",
    "practice.refund": "Gribu atpakaļ naudu",
    "practice.refund.text": "Labdien!\n\nAbažūrs ir zaļš, nevis zils kā attēlā. Gribētu to atdot. Kā to izdarīt, un kad saņemšu naudu?\n\nLiis Tamm",
    "practice.listed": "saplīsis: abažūrs, slēdzis, divas spuldzes",
}
