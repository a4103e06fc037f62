"""The phrases of our letters in Finnish."""
# ruff: noqa: E501 - a phrase a line

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "when": "{day} klo {clock}",
    "today": "tänään",
    "yesterday": "eilen",
    "tomorrow": "huomenna",
    "day_unit": "pv",
    "greeting": "Hei {name},",
    "greeting_plain": "Hei,",
    "number": "Tiketti",
    "regards": "Ystävällisin terveisin",
    "automatic": "Tämä on automaattinen viesti tiketistä {tag}.",
    "keep": "Jos haluat lisätä jotain, vastaa tähän viestiin tai säilytä tunnus {tag} otsikossa, kun kirjoitat meille.",
    "ack.subject": "Olemme vastaanottaneet viestisi",
    "ack.title": "Viestisi on perillä",
    "ack.thanks": "Kiitos yhteydenotostasi. Viestisi on tullut perille, ja käsittelemme sen mahdollisimman pian.",
    "ack.thanks_subject": "Kiitos yhteydenotostasi. Viestisi ”{subject}” on tullut perille, ja käsittelemme sen mahdollisimman pian.",
    "ack.expect": "Milloin saat vastauksen",
    "ack.soon": "Vastaamme sinulle niin pian kuin mahdollista.",
    "ack.articles": "Näistä voi olla apua sillä välin",
}
