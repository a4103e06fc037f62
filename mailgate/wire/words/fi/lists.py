"""What lists, digests and warnings of too much work say in Finnish."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "list.lines": "{lines}",
    "list.retitled": "{author}: {title}",
    "list.retitled_words": "{author}: {title}\n{text}",
    "list.overdue": "Myöhässä",
    "list.today": "Määräaika tänään",
    "list.answer": "Odottaa vastaustasi",
    "list.mine": "Omat, ei määräaikaa tänään",
    "list.parked": "Päätöstäsi odottavat viestit",
    "list.parked_all": "Käsittelijää odottavat viestit",
    "list.from": "Lähettäjä",
    "list.department": "Osasto",
    "list.team": "Tiimi: {department}",
    "list.load": "{open} avoinna, {overdue} myöhässä",
    "list.quarantine": "Karanteeni",
    "list.in_quarantine": "{n} viestiä ei voitu lukea: mailgate quarantine list",
    "list.accounted": "Eilen: {total} saapui, {known} kirjattu",
    "list.late_tickets": "Myöhässä tai pian myöhässä: {n}",
    "list.more": "ja {n} muuta",
    "list.collected": "Poissa ollessasi: {n}",
    "list.unowned": "Vailla käsittelijää",
    "list.unowned_n": "Vailla käsittelijää: {n}",
    "list.unowned_load": "{n} vailla käsittelijää, {overdue} myöhässä",
    "list.overdue_in": "Myöhässä: {department}",
    "list.day": "Päiväsi: {n}",
    "list.week": "Viikko {week}: {department}",
    "list.overload": "{department}: työtä on enemmän kuin määräajat sallivat",
    "list.overload_what": "Neljän viime viikon tahdilla {missed} tikettiä {backlog} tiketistä myöhästyy.",
    "list.overload_pace": "Keskimäärin viikossa {arrived} saapuu ja {solved} hoidetaan.",
    "list.overload_hours": "Määräajat pitäisivät, jos tiimi tekisi {hours} tuntia enemmän työtä ennen niitä.",
    "list.overload_free": "{n} tiketillä ei ole vielä käsittelijää; vähiten tikettejä on: {name}.",
    "list.overload_even": "{most}: {many} tikettiä, {least}: {few}. Osa voisi vaihtaa käsittelijää.",
    "list.overload_low": "{n} niistä on matalan prioriteetin ja voisi odottaa (#hold tai myöhempi #due).",
    "list.overload_who": "Kuka käsittelee montako",
    "list.overload_which": "Ensimmäisinä myöhästyvät",
}
