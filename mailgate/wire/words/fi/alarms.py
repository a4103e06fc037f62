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
    "alarm.letters": "Kirjeet kaipaavat huomiotasi",
    "alarm.refused": "Muutosta ei hyväksytty",
    "alarm.refused_text": "Voimassa olevat säännöt, pohjat ja asetukset pysyvät ennallaan.\n{problems}",
    "alarm.needs_you": "mailgate tarvitsee sinua: {what}",
    "alarm.guessing": "Joku arvailee salasanoja lähetysportissa",
    "alarm.no_agent": "joku, joka ei ole asiakaspalvelija",
    "alarm.guessing_address": "Vääriä salasanoja kokeiltiin paljon, viimeksi osoitteesta {address}, tilinä {whose}. Osoitteen yhteydet torjutaan neljännestunniksi kerrallaan.",
    "alarm.guessing_account": "Vääriä salasanoja kokeiltiin paljon, viimeksi osoitteesta {address}, tilinä {whose}. Jos ei ole ennen päässyt tilille, joutuu odottamaan joka yrityksellä.",
    "alarm.guessing_remedy": "estä osoite palomuurissa; anna asiakaspalvelijalle uusi salasana, jos vanha on voinut paljastua",
    "alarm.clock": "Kello on hypännyt",
    "alarm.clock_text": "Koneen kello on hypännyt: {jump}.",
    "alarm.clock_remedy": "tarkista aikapalvelu: timedatectl",
}
