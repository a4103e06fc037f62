"""What stands in a ticket in words of ours, in Estonian: kept as it was said when the ticket was opened."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "ticket.call": "Telefonikõne {day}",
    "ticket.call_missed": "Vastamata kõne: {number}",
    "ticket.call_taken": "Kõne: {number}",
    "ticket.call_hidden": "varjatud number",
    "ticket.call_missed_text": "Vastamata kõne {day} kell {time}.\nHelistaja: {number}\nHelistati numbrile: {called}",
    "ticket.call_taken_text": "Kõne {day} kell {time} ({length} min).\nHelistaja: {number}\nHelistati numbrile: {called}\nVastas: {agent}",
    "ticket.call_known": "Selle numbriga: {names}",
    "ticket.call_several": "See number on mitmel inimesel ja kedagi ei valitud: {names}. Kes helistas, ütleb #requester AADRESS.",
    "ticket.call_recording": "Kõne salvestis.",
    "ticket.call_no_recording": "Kõne salvestist ei õnnestunud alla laadida. See on aadressil {url}",
    "ticket.privacy_copy": "Inimese andmete koopia on saadetud.",
    "ticket.request": "Teie pöördumine",
    "ticket.untitled": "(teema puudub)",
    "ticket.empty": "(tühi kiri)",
    "ticket.helped": "Küsimuse lahendas juhend „{title}“",
    "ticket.forwarded": "Edastatud: {address}.",
    "ticket.unreadable": "Loetamatu kiri, saatja {sender}",
    "ticket.unreadable_text": "Kirja {number} ei saanud lugeda ({reason}). Selle algne kuju on alles: mailgate quarantine show {number}",
    "ticket.rule_failed": "Reegel „{rule}“ ei toiminud ({error}); see kiri võeti arvele ilma reegliteta.",
}
