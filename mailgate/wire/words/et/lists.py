"""What lists, digests and warnings of too much work say in Estonian."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "list.lines": "{lines}",
    "list.retitled": "{author}: {title}",
    "list.retitled_words": "{author}: {title}\n{text}",
    "list.overdue": "Hilinenud",
    "list.today": "Tähtaeg täna",
    "list.answer": "Ootavad sinu vastust",
    "list.mine": "Sinu pöördumised, täna tähtaega ei ole",
    "list.parked": "Sinu kirjad, mis ootavad sinu otsust",
    "list.parked_all": "Otsust ootavad kirjad",
    "list.from": "Saatja",
    "list.department": "Osakond",
    "list.team": "Osakonna {department} meeskond",
    "list.load": "lahtised {open}, hilinenud {overdue}",
    "list.quarantine": "Karantiin",
    "list.in_quarantine": "Loetamatuid kirju: {n}. Vaata neid: mailgate quarantine list",
    "list.accounted": "Eile: saabunud {total}, neist teada {known}",
    "list.late_tickets": "Hilinenud või peagi hilinemas: {n}",
    "list.more": "ja veel {n}",
    "list.collected": "Ajal, kui olid ära: {n}",
    "list.unowned": "Vastutajata",
    "list.unowned_n": "Vastutajata: {n}",
    "list.unowned_load": "vastutajata {n}, hilinenud {overdue}",
    "list.overdue_in": "Hilinenud osakonnas {department}",
    "list.day": "Sinu päev: {n}",
    "list.week": "Osakonna {department} {week}. nädal",
    "list.overload": "{department}: tööd on rohkem, kui tähtajad lubavad",
    "list.overload_what": "Viimase nelja nädala tempoga hilineb pöördumisi: {missed}. Kokku on neid {backlog}.",
    "list.overload_pace": "Keskmisel nädalal saabub {arrived} ja lahendatakse {solved}.",
    "list.overload_hours": "Enne tähtaegu oleks meeskonnal vaja veel nii palju töötunde: {hours}.",
    "list.overload_free": "Vastutajata pöördumisi: {n}. Kõige vähem on tööd: {name}.",
    "list.overload_even": "Pöördumisi on kõige rohkem: {most} ({many}), kõige vähem: {least} ({few}). Mõned võiksid vastutajat vahetada.",
    "list.overload_low": "Neist madala prioriteediga: {n}. Need võiksid oodata (#hold või hilisem #due).",
    "list.overload_who": "Kellel kui palju on",
    "list.overload_which": "Hilinejad ees",
}
