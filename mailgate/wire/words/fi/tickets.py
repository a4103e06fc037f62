"""What stands in a ticket in words of ours, in Finnish: kept as it was said when the ticket was opened."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "ticket.call": "Puhelu {day}",
    "ticket.call_missed": "Vastaamaton puhelu: {number}",
    "ticket.call_taken": "Puhelu: {number}",
    "ticket.call_hidden": "salattu numero",
    "ticket.call_missed_text": "Vastaamaton puhelu {day} klo {time}.\nSoittaja: {number}\nSoitettu numeroon: {called}",
    "ticket.call_taken_text": "Puhelu {day} klo {time} ({length} min).\nSoittaja: {number}\nSoitettu numeroon: {called}\nVastasi: {agent}",
    "ticket.call_known": "Tämä numero on: {names}",
    "ticket.call_several": "Tämä numero on useammalla, eikä ketään valittu: {names}. Soittajan kertoo #requester OSOITE.",
    "ticket.call_recording": "Puhelun tallenne.",
    "ticket.call_no_recording": "Puhelun tallennetta ei saatu haettua. Se on osoitteessa {url}",
    "ticket.privacy_copy": "Kopio henkilön tiedoista on lähetetty.",
    "ticket.request": "Palvelupyyntösi",
    "ticket.untitled": "(ei aihetta)",
    "ticket.empty": "(tyhjä viesti)",
    "ticket.helped": "Asia ratkesi ohjeella ”{title}”",
    "ticket.forwarded": "Välitetty: {address}.",
    "ticket.unreadable": "Lukukelvoton viesti: {sender}",
    "ticket.unreadable_text": "Viestiä {number} ei voitu lukea ({reason}). Se on tallessa sellaisenaan: mailgate quarantine show {number}",
    "ticket.rule_failed": "Sääntö ”{rule}” epäonnistui ({error}); viesti kirjattiin ilman sääntöjä.",
}
