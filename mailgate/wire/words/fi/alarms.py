"""What admins and leads are warned of in Finnish."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "alarm.quarantine": "Viesti on karanteenissa",
    "alarm.unreachable": "{agent} ei ole tavoitettavissa sähköpostitse",
    "alarm.away": "{agent} näyttää olevan poissa",
    "alarm.away_remedy": "#away {agent} {day}..ASTI cover NIMI",
    "alarm.flood": "Paljon viestejä tikettiin {tag}",
    "alarm.flood_text": "Tikettiin {tag} tuli tunnin aikana {heard} viestiä, viimeksi lähettäjältä {author}. Kaikki on kirjattu; uusista ei ilmoiteta kenellekään, ennen kuin niitä tulee vähemmän.",
    "alarm.forged": "Paljon todistamattomia viestejä nimellä {agent}",
    "alarm.forged_text": "Tunnin aikana tuli ainakin {waiting} viestiä. Niistä ei tehty mitään; ne odottavat vapautusta tai hylkäystä.",
}
