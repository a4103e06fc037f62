"""What stands in a ticket in words of ours, in Swedish: kept as it was said when the ticket was opened."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "ticket.call": "Telefonsamtal {day}",
    "ticket.call_missed": "Missat samtal: {number}",
    "ticket.call_taken": "Samtal: {number}",
    "ticket.call_hidden": "dolt nummer",
    "ticket.call_missed_text": "Missat samtal {day} kl. {time}.\nUppringare: {number}\nUppringt nummer: {called}",
    "ticket.call_taken_text": "Samtal {day} kl. {time} ({length} min).\nUppringare: {number}\nUppringt nummer: {called}\nSvarade: {agent}",
    "ticket.call_known": "Det här numret har: {names}",
    "ticket.call_several": "Flera personer har det här numret, och ingen har valts: {names}. #requester ADRESS säger vem det var.",
    "ticket.call_recording": "Inspelningen av samtalet.",
    "ticket.call_no_recording": "Inspelningen av samtalet gick inte att hämta. Den finns på {url}",
    "ticket.privacy_copy": "En kopia av personens uppgifter har skickats.",
    "ticket.request": "Ditt ärende",
    "ticket.untitled": "(inget ämne)",
    "ticket.empty": "(tomt meddelande)",
    "ticket.helped": "Artikeln ”{title}” löste ärendet",
    "ticket.forwarded": "Vidarebefordrat till {address}.",
    "ticket.unreadable": "Oläsligt mejl från {sender}",
    "ticket.unreadable_text": "Mejl {number} kunde inte läsas ({reason}). Originalet är sparat: mailgate quarantine show {number}",
    "ticket.rule_failed": "Regeln ”{rule}” fungerade inte ({error}); mejlet togs in utan regler.",
}
