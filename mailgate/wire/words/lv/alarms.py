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
}
