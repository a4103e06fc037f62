"""What admins and leads are warned of in Latvian."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "alarm.quarantine": "Vēstule ir karantīnā",
    "alarm.unreachable": "{agent} pa e-pastu nav sasniedzams",
    "alarm.away": "{agent}, šķiet, ir prombūtnē",
    "alarm.away_remedy": "#away {agent} {day}..LĪDZ cover VĀRDS",
    "alarm.flood": "Daudz vēstuļu pieteikumam {tag}",
    "alarm.flood_text": "Stundas laikā pieteikumam {tag} saņemtas {heard} vēstules, pēdējā no {author}. Visas ir pieņemtas; par nākamajām nevienam netiks ziņots, kamēr to nebūs mazāk.",
    "alarm.forged": "Daudz nepierādītu vēstuļu ar vārdu {agent}",
    "alarm.forged_text": "Stundas laikā saņemtas vismaz {waiting} vēstules. Nekas no tām nav izdarīts; tās gaida atbrīvošanu vai atmešanu.",
    "alarm.letters": "Vēstulēm vajag jūsu uzmanību",
    "alarm.refused": "Izmaiņa ir noraidīta",
    "alarm.refused_text": "Spēkā esošās kārtulas, veidnes un iestatījumi paliek, kādi bija.\n{problems}",
    "alarm.needs_you": "mailgate vajag jūs: {what}",
    "alarm.guessing": "Kāds min paroles iesniegšanas portā",
    "alarm.no_agent": "kāds, kurš nav darbinieks",
    "alarm.guessing_address": "Mēģinātas daudzas nepareizas paroles, pēdējoreiz no {address}, konts: {whose}. Šo adresi noraida uz ceturtdaļstundu.",
    "alarm.guessing_account": "Mēģinātas daudzas nepareizas paroles, pēdējoreiz no {address}, konts: {whose}. Kas šajā kontā nekad nav ticis, katrā mēģinājumā gaida.",
    "alarm.guessing_remedy": "bloķējiet adresi ugunsmūrī; dodiet darbiniekam jaunu paroli, ja vecā varētu būt zināma",
    "alarm.clock": "Pulkstenis ir palēcies",
    "alarm.clock_text": "Šīs mašīnas pulkstenis ir palēcies par {jump}.",
    "alarm.clock_remedy": "pārbaudiet laika dienestu: timedatectl",
}
