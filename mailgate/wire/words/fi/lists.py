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
    "list.mine": "Sinun, ei määräaikaa tänään",
    "list.parked": "Pysäköity: viestejäsi, jotka kaipaavat sanaasi",
    "list.parked_all": "Pysäköity: viestejä, jotka odottavat ihmistä",
    "list.from": "Lähettäjä",
    "list.department": "Osasto",
    "list.team": "Tiimi: {department}",
    "list.load": "{open} työn alla, {overdue} myöhässä",
    "list.quarantine": "Karanteeni",
    "list.in_quarantine": "{n} viestiä ei voitu lukea: mailgate quarantine list",
    "list.accounted": "Eilen: {total} saapui, {known} käsitelty",
    "list.late_tickets": "Myöhässä tai pian myöhässä: {n}",
    "list.more": "ja {n} lisää",
    "list.collected": "Poissa ollessasi: {n}",
    "list.day": "Päiväsi: {n}",
    "list.week": "Viikko: {department}",
    "list.overload": "{department}: työtä on enemmän kuin määräajat sallivat",
    "list.overload_what": "Neljän viime viikon tahdilla {missed} tikettiä {backlog} tiketistä myöhästyy.",
    "list.overload_pace": "Keskimääräisenä viikkona {arrived} saapuu ja {solved} ratkaistaan.",
    "list.overload_hours": "{hours} tuntia lisää tiimin työtä ennen määräaikoja riittäisi.",
    "list.overload_free": "{n} tiketillä ei ole vielä omistajaa; vähiten työtä on: {name}.",
    "list.overload_even": "{most}: {many} tikettiä, {least}: {few}. Osa voisi vaihtaa omistajaa.",
    "list.overload_low": "{n} niistä on matalan prioriteetin ja voisi odottaa (#hold tai myöhempi #due).",
    "list.overload_who": "Kenellä on paljonko",
    "list.overload_which": "Ensimmäisinä myöhässä",
}
