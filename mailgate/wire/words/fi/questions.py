"""What answers to #desk, #list, #why and their like say in Finnish."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "asked.desk_today": "viestejä {mails}, avattu {opened}, hoidettu {solved}, myöhässä {overdue}",
    "asked.overdue": "myöhässä",
    "asked.parked": "pysäköity: {why}",
    "asked.next_none": "Mikään ei odota sinua.",
    "asked.next": "Seuraava: {subject}",
    "asked.next_yours": "Se on nyt sinun.",
    "asked.list": "Lista",
    "asked.no_filter": "{word}: ei tila, @nimi, +tunniste eikä osasto",
    "asked.find": "Haku: {text}",
    "asked.show": "Tiketti",
    "asked.no_ticket": "Sellaista tikettiä ei ole.",
    "asked.files_none": "Niitä ei ole.",
    "asked.file": "{type}, {size} tavua",
    "asked.customer": "Asiakas {address}",
    "asked.no_period": "{text}: ei jakso; kirjoita 12h, 7d tai 4w",
    "asked.before": "{value} (ennen {before})",
    "asked.report": "Raportti: {period}",
    "asked.templates": "Valmiit vastaukset",
    "asked.templates_none": "Niitä ei vielä ole: #save NIMI tallentaa yhden.",
    "asked.kb": "Artikkelit",
    "asked.kb_none": "Missään artikkelissa ei puhuta siitä.",
    "asked.why": "Miksi",
    "asked.why_what": "Vastaa ilmoitukseen tai kirjoita tiketin numero otsikkoon.",
    "asked.why_title": "#{number}: miten tähän tultiin",
    "due.first_response": "Ensivastaus",
    "due.next_response": "Seuraava vastaus",
    "due.resolve": "Ratkaisu",
    "due.calendar": "kalenterin {calendar} työaikaa",
    "due.clock": "kellon ympäri",
    "due.known": "{what} viimeistään {at}",
    "due.counted": "{what} viimeistään {at}: {span} {hours} (lupaus {sla}), alkaen {start}",
    "due.paused": "{line}, levossa {span} ei laskettu",
    "due.missed": "{line}; myöhästyi jo aiemmin ja jäi ennalleen",
    "due.by_hand": "Käsin: {at}",
    "due.rest": "Lupauksen {sla} kellot seisovat, kun tiketin tila on {status}",
}
