"""Fifty letters full of `#` that are no commands: each goes out as it was written."""

from __future__ import annotations

import pytest

from mailgate.core.commands import reader

C_CODE = """#include <stdio.h>
#define LAMP 4
#ifdef DEBUG
#pragma once
#endif

int main(void) { return LAMP; }"""

LETTERS = {
    "a numbered priority": "#1 priority is the lamp.\n#2 is the cable.",
    "a numbered priority at the end": "We look at these:\n\n#1 priority\n#2 priority",
    "a Markdown heading": "# Heading\n\nThe lamp is fine.\n\n## Next steps\n\n1. switch it on",
    "a heading at the end": "Text.\n\n# Appendix",
    "a heading of a command's word": "# Notes on the lamp\n\nIt glows.\n\n# Reply within a day",
    "deep headings": "### Close the lid\n\n#### Take care",
    "an order number": "#4711 has left the house.",
    "an order number at the end": "Your order:\n#4711",
    "order numbers in prose": "We sent #4711 and #4712 today; #4713 waits.",
    "a number and letters": "#4711a is the spare part.\n#12-B fits too.",
    "C code": C_CODE,
    "C code at the end": "Try this:\n\n" + C_CODE,
    "C code that ends with a directive": "Try:\n\n#ifndef X\n#define X 1\n#else\n#undef X\n#endif",
    "C code in the middle": "Hello,\n\n#if defined(X)\n#error No lamp\n#elif Y\n#line 12\n#endif /* X */\n\nBye",
    "Objective-C": "#import <Foundation/Foundation.h>\n\nBye",
    "C sharp regions": "#region Lamp\nint x;\n#endregion",
    "a shell script": "#!/bin/sh\nset -e\n#!/usr/bin/env python3",
    "CSS": "Put this in:\n\n#list { color: red }\n#main-menu{\n  top: 0\n}\n\nBye",
    "CSS at the end": "Use this:\n\n#show { display: block }",
    "jQuery": 'Call $("#list").show() and $("#note").hide().',
    "a URL fragment": "See https://acme.example/help#close and /docs#note.",
    "a URL fragment alone": "https://acme.example/#list\n\nBye",
    "hex colours": "#fff and #c0ffee go well.",
    "a hex colour of letters": "#fade00 is warm, #decade is none, #add is short.",
    "hex colours in lines": "Colours:\n\n#ff0000\n#00ff00\n#abcdef12\n\nPick one.",
    "hashtags in prose": "We love it #lamp #light #help and #list everything.",
    "hashtags in prose at the end": "Follow us and join the talk: #lamps #close #open",
    "a hashtag of several words": "Thanks!\n\n#MadeInFinland",
    "hashtags of several words": "#LoveYourLamp\n\nText\n\n#BestLampsEver #BrightNights",
    "a channel name": "Ask in our chat, channel #help or #desk.",
    "a channel in brackets": "(#help is the channel)",
    "a quoted channel": '"#help" is the channel.',
    "a command's word without a mark": "close\n\nWe close at five. Please take the lamp.\n\ndone",
    "a one-word answer": "Done",
    "a one-word answer in Finnish": "Valmis.",
    "a mention": "@anna will call you.\n\n@anna",
    "an invoice": "Invoice #2026-114\nTotal: 40,00 €\nReference #RF18-5390",
    "invoices in lines": "#2026-114  40,00\n#2026-115  50,00\n\nSum 90,00",
    "an invoice with a letter": "#A1 screws\n#B2 bolts\n#C3 nuts\n\nAll in stock.",
    "a table": "| # | part |\n|---|---|\n| #1 | lamp |",
    "a list of points": "- #1 lamp\n- #2 cable\n* #3 plug",
    "a lone mark": "#\n\nPress # to speak to a person.\n\n#",
    "phone keys": "Dial *100# then #21# and #1.",
    "C sharp and F sharp": "We write C# and F#.\nPlay in C# minor.",
    "an apartment": "Send it to Main Street 5, apt #4, or suite #B.",
    "a rank": "You are #1!\nWe're #1.",
    "a Finnish letter": "Hei,\n\ntilauksenne #4711 lähtee tänään.\nTilaus #4712 odottaa.\n\nTerveisin\nAnna",
    "a Polish letter": "Dzień dobry,\n\nzamówienie #4711 jest w drodze.\n\n# Uwagi\nbrak",
    "a Latvian letter": "Labdien!\n\nPasūtījums #4711 ir ceļā.\n\n# Piezīmes\nnav",
    "escaped marks of other kinds": r"The regex \#[0-9]+ finds it, \d too.",
    "a git log": "commit 1a2b3c\n\n    Fix lamp (#42)\n    Closes #43\n    See #44 and org/repo#45",
    "an issue list": "Fixed: #12, #13\nOpen: #14\n#15 too",
    "Windows line ends": "Hello,\r\n\r\n#1 priority\r\n# Heading\r\n",
    "trailing space": "  Hello  \n\n  #1 priority  \n\n",
    "nothing": "",
    "only space": "\n \n",
    "a possessive": "#help's members wrote this.",
    "snake case": "#list_of_parts is the anchor.\n#note_1 too",
    "YAML": "name: lamp # the name\nsize: 4 # close enough",
}  # fmt: skip


def test_there_are_at_least_fifty_letters() -> None:
    assert len(LETTERS) >= 50


@pytest.mark.parametrize("letter", LETTERS.values(), ids=LETTERS)
def test_an_honest_letter_goes_out_untouched(letter: str) -> None:
    reading = reader.read_agent_mail("Re: [#1042] Broken lamp", letter, earlier_subjects=("Broken lamp",))
    assert reading.problems == ()
    assert reading.commands == ()
    assert reading.rest == letter
    assert not reading.only_commands


@pytest.mark.parametrize("letter", [text for text in LETTERS.values() if text.strip()])
def test_an_honest_letter_below_a_command_keeps_its_words(letter: str) -> None:
    if letter.startswith("#LoveYourLamp"):
        return
    reading = reader.read_agent_mail("Re: [#1042] Broken lamp", f"#take\n\n{letter}")
    assert [one.name for one in reading.commands] == ["take"]
    assert reading.problems == ()
    assert reading.rest.split() == letter.split()


@pytest.mark.parametrize(
    "title",
    ["Order #4711", "We are #1", "Question about C# code", "Colour #ffcc00", "See acme.example/#list", "[#1042] Lamp"],
)
def test_an_honest_subject_holds_no_command(title: str) -> None:
    assert reader.read_agent_mail(f"Re: {title}", "Hello").problems == ()
    assert reader.read_agent_mail(f"Re: {title}", "Hello").commands == ()
