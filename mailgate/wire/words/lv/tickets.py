"""What stands in a ticket in words of ours, in Latvian: kept as it was said when the ticket was opened."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "ticket.call": "Telefona zvans {day}",
    "ticket.call_missed": "Neatbildēts zvans: {number}",
    "ticket.call_taken": "Zvans: {number}",
    "ticket.call_hidden": "slēpts numurs",
    "ticket.call_missed_text": "Neatbildēts zvans {day} plkst. {time}.\nZvanītājs: {number}\nZvanīts uz: {called}",
    "ticket.call_taken_text": "Zvans {day} plkst. {time} ({length} min).\nZvanītājs: {number}\nZvanīts uz: {called}\nAtbildēja: {agent}",
    "ticket.call_known": "Šis numurs pieder: {names}",
    "ticket.call_several": "Šis numurs ir vairākiem cilvēkiem, un neviens nav izvēlēts: {names}. Kas zvanīja, norāda #requester ADRESE.",
    "ticket.call_recording": "Zvana ieraksts.",
    "ticket.call_no_recording": "Zvana ierakstu neizdevās ielādēt. Tas ir šeit: {url}",
    "ticket.privacy_copy": "Nosūtīta personas datu kopija.",
    "ticket.request": "Jūsu pieteikums",
    "ticket.untitled": "(bez temata)",
    "ticket.empty": "(tukša vēstule)",
    "ticket.helped": "Jautājumu atrisināja raksts “{title}”",
    "ticket.forwarded": "Pārsūtīts: {address}.",
    "ticket.unreadable": "Nelasāma vēstule no {sender}",
    "ticket.unreadable_text": "Vēstuli {number} neizdevās izlasīt ({reason}). Tā ir saglabāta, kāda bija: mailgate quarantine show {number}",
    "ticket.rule_failed": "Kārtula „{rule}” nedarbojās ({error}); vēstule pieņemta bez kārtulām.",
}
