"""What the mails say that trainees practise with, in Estonian."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "practice.question": "Mu lamp ei sütti",
    "practice.question.text": "Tere!\n\nOstsin teilt kaks nädalat tagasi laualambi ja nüüd see enam ei sütti. Proovisin juba teist pirni. Mida ma teha saan?\n\nLugupidamisega\nMaija Virtanen",
    "practice.angry": "Kirjutan juba KOLMANDAT korda!!!",
    "practice.angry.text": "Lubasite vastata esmaspäeval. Nüüd on neljapäev ja keegi pole sõnagi kirjutanud. Mu tellimus on ikka kadunud. Mis teenindus see on?\n\nKari Laine",
    "practice.invoice": "Arve 20417",
    "practice.invoice.text": "Lugupeetud kliendid!\n\nSaadame arve 20417 novembrikuu koristuse eest: 240,00 eurot, maksetähtaeg 14 päeva.\n\nPuhas Kontor",
    "practice.thanks": "Aitäh!",
    "practice.thanks.text": "Aitäh uue lambi eest. See tuli kahe päevaga ja annab ilusat valgust.\n\nMaija Virtanen",
    "practice.spam": "Teie veebileht esikohale",
    "practice.spam.text": "Lugupeetud kaupmees!\n\nToome iga poe seitsme päevaga otsingumootorite esilehele, garanteeritult. Vastake kohe ja saate parima hinna.\n\nKasvumeeskond",
    "practice.file": "Kahjustuse kirjeldus",
    "practice.file.text": "Tere!\n\nPakk oli saabudes lahti. Panin kirja, mis on katki; palun vaadake manust.\n\nAnna Berg",
    "practice.urgent": "KIIRE: toiteplokk suitseb",
    "practice.urgent.text": "Teie lambi toiteplokk on kuum ja lõhnab suitsu järele. Tõmbasin pistiku välja. Kas see on ohtlik? Palun helistage kohe: +358 40 123 4567\n\nPiotr Nowak",
    "practice.again": "Mu lamp ei sütti",
    "practice.again.text": "Tere!\n\nMa pole kindel, kas mu esimene kiri jõudis kohale, seega veel kord: kaks nädalat tagasi ostetud laualamp ei sütti.\n\nMaija Virtanen",
    "practice.refund": "Soovin raha tagasi",
    "practice.refund.text": "Tere!\n\nLambivari on roheline, mitte sinine nagu pildil. Tahaksin selle tagastada. Kuidas seda teha ja millal ma raha tagasi saan?\n\nLiis Tamm",
    "practice.listed": "katki: vari, lüliti, kaks pirni",
}
