"""A first line that is the word of `#note` without its mark: perhaps the words are for the house (W-09)."""

from __future__ import annotations

import pytest
from cases import ANNA, decided, letter, letters_of, mail, ticket

from mailgate.core.commands import answers, reader
from mailgate.core.model import change as ch
from mailgate.wire import words

WAIT = {
    "before a colon": "note: call the courier first",
    "a capital": "Note: call the courier first",
    "capitals": "NOTE: call the courier first",
    "alone": "Note\n\nCall the courier first.",
    "alone with its colon": "Note:\nCall the courier first.",
    "alone with a full stop": "note.\nCall the courier first.",
    "a space before the colon": "Note : call the courier first",
    "a wide colon": "note：call the courier first",
    "no space behind it": "note:call the courier first",
    "below empty lines": "\n \nnote: call the courier first",
    "in bold": "*Note:* call the courier first",
    "bold to the end": "**Note: call the courier first**",
    "a list's point": "- note: call the courier first",
    "in brackets": "[note] call the courier first",
    "Finnish": "Muistio: soita kuriirille",
    "Finnish alone": "muistio\nsoita kuriirille",
    "Polish": "Notatka: zadzwonić do kuriera",
    "Latvian": "Piezīme: piezvanīt kurjeram",
    "Latvian without its accents": "piezime: piezvanit kurjeram",
    "the admin's alias": "internal: call the courier first",
    "below a command": "#take\nnote: call the courier first",
    "above a command": "note: call the courier first\n\n#wait",
}
GO = {
    "a sentence": "Note that the courier comes at noon.",
    "a sentence with a colon": "Note that the courier comes: at noon.",
    "please": "Please note: we are closed on Friday.",
    "a later line": "Dear Maija,\nnote: we are closed on Friday.",
    "several": "Notes: none.",
    "a word with it in": "Notebook: 400 EUR",
    "a word of no command": "Huom: olemme kiinni",
    "another command's word": "Close: the shop at noon.",
    "one word": "Done",
    "a clock": "note 12:30 is the time",
    "for the customer": "#reply\nNote: we are closed on Friday.",
    "escaped by a dash": "Note - we are closed on Friday.",
}
ALIASES = {"internal": "note"}


@pytest.mark.parametrize("text", WAIT.values(), ids=WAIT)
def test_w09_a_bare_word_of_note_is_asked_about(text: str) -> None:
    reading = reader.read_agent_mail("lamp", text, aliases=ALIASES)
    [doubt] = reading.problems
    assert (doubt.kind, doubt.nearest) == ("bare", ("note",))
    inside = reading.as_meant()
    assert inside.has_command("note") and not inside.problems
    assert "ouri" in inside.rest or "kur" in inside.rest
    outside = reading.without_commands()
    assert outside.rest.split() == [word for word in text.split() if not word.startswith("#")], "sent as it stands"


@pytest.mark.parametrize("text", GO.values(), ids=GO)
def test_w09_other_first_lines_are_words(text: str) -> None:
    assert not reader.read_agent_mail("lamp", text, aliases=ALIASES).problems


def test_w09_beside_the_command_the_word_is_only_a_word() -> None:
    reading = reader.read_agent_mail("lamp", "#note\nnote: call the courier first")
    assert (reading.problems, reading.rest) == ((), "note: call the courier first")


@pytest.mark.parametrize("language", ["en", "fi", "pl", "lv"])
def test_w09_the_receipt_says_why_in_every_language(language: str) -> None:
    [doubt] = reader.read_agent_mail("lamp", "Note").problems
    told = words.said(language, answers.of_doubt(doubt))
    assert "#note" in told and "#reply" in told


@pytest.mark.parametrize(("purpose", "fate", "sent"), [("customer", ch.Fate.PARKED, []), ("note", ch.Fate.FILED, [])])
def test_w09_it_waits_only_where_the_words_would_leave(purpose: str, fate: ch.Fate, sent: list[str]) -> None:
    asked = letter(1003, ANNA, purpose)
    inbound = mail("note: call the courier first", by=ANNA, subject="[#1003] lamp", in_reply_to=(asked.message_id,))
    decision = decided(inbound, ticket(1003), letters=[asked])
    assert decision.fate is fate
    assert [one.template for one in letters_of(decision) if one.audience is ch.Audience.CUSTOMER] == sent
