"""Where a signature ends a mail, and where words only look like one: what is taken for one reaches no customer."""

from __future__ import annotations

import pytest

from mailgate.core.text.signature import signed_block

ANNA = ("Anna Virtanen", "anna@staff.example")
SIGNED = [
    ("a delimiter and a name", "Yes.\n\n-- \nAnna Virtanen\nAcme", "-- \nAnna Virtanen\nAcme"),
    ("a delimiter that lost its space", "Yes.\n--\nAnna", "--\nAnna"),
    ("a telephone number", "Yes.\n-- \nSupport\n+358 40 123 4567", "-- \nSupport\n+358 40 123 4567"),
    ("a phone", "Yes.\n\nSent from my iPhone", "\nSent from my iPhone"),
    ("a phone with a delimiter", "Yes.\n\n> no.\n-- \nSent from my iPhone", "-- \nSent from my iPhone"),
    ("both", "Yes.\n-- \nAnna\n\nSent from my iPhone", "-- \nAnna\n\nSent from my iPhone"),
    ("her own address without a delimiter (W-10)", "Yes.\n\nAnna Virtanen\nanna@staff.example\n+358 40 123 4567",
     "Anna Virtanen\nanna@staff.example\n+358 40 123 4567"),
    ("a card in one line", "Yes.\n\nAnna Virtanen | anna@staff.example | the house of light, at home", "Anna Virtanen | anna@staff.example | the house of light, at home"),
    ("a card with a place and a company", "Yes.\n\nAnna Virtanen\nanna@staff.example\nAcme Staff Ltd, Helsinki\nMain Street 12",
     "Anna Virtanen\nanna@staff.example\nAcme Staff Ltd, Helsinki\nMain Street 12"),
    ("a disclaimer of two lines below her address", "Yes.\n\nanna@staff.example\n\nThis message is confidential and meant for you alone.\nDelete it if not.",
     "anna@staff.example\n\nThis message is confidential and meant for you alone.\nDelete it if not."),
    ("her own address alone", "Yes.\nanna@staff.example", "anna@staff.example"),
    ("a disclaimer below", "Yes.\n-- \nAnna\n\nThis message is confidential and meant for the intended recipient alone.",
     "-- \nAnna\n\nThis message is confidential and meant for the intended recipient alone."),
]  # fmt: skip
WORDS = [
    ("nothing at all", "Yes."),
    ("the last item of a list", "You can have:\n\nRed\n\n- Blue"),
    ("sections between rows of dashes", "Section one\n--\nSection two\n--\nSection three"),
    ("a row of dashes and a price", "Option A: 20 euros\n\n--\nOption B: 30 euros, blue"),
    ("her address inside a sentence", "You can write to anna@staff.example as well, any time you want to."),
    ("her address named in words without a full stop", "Yes.\n\nYou may write to anna@staff.example too\nSee you then"),
    (
        "her address in the header block of what she quoted",
        "See below.\n\nFrom: Maija <maija@home.example>\nSent: Friday, November 27, 2026\nTo: Anna Virtanen <anna@staff.example>\nSubject: Lamp\n\npress the switch",
    ),
    ("somebody else's address at the end", "Ask them:\n\nrepairs@partner.example"),
    (
        "a section that names a page",
        "First the lamp.\n--\nThen order a bulb at https://shop.example/x please.\nIt comes before noon, on any day.",
    ),
    ("a section that names her", "First the lamp.\n--\nThen Anna calls you in the morning."),
    ("a long dash", "It is here\n—\nand there"),
]
BELOW = [
    ("a postscript", "It is on its way.\n\n-- \nAnna Virtanen\nAcme\n\nP.S. Please keep the old bulb.", "P.S. Please keep the old bulb."),
    ("a Finnish postscript", "Tulossa.\n-- \nAnna\nJK: Säästä vanha lamppu.", "JK: Säästä vanha lamppu."),
    ("an unfinished sentence", "Yes.\n--\nAnna\n\nThe lamp does not work at all here", "The lamp does not work at all here"),
    *((f"a line below her address: {said}", f"Yes.\n\nAnna Virtanen\nanna@staff.example\n{blank}{said}", said)
      for blank in ("", "\n")
      for said in ("See you on Monday", "Call me tomorrow", "Thanks!", "Kiitos", "Soitan huomenna", "Do zobaczenia jutro", "Zvanīšu rīt",
                   "Press the switch for ten seconds, then take the bulb out.", "Kind regards to all", "- take the bulb out\n- wait")),
    ("a question", "It is on its way.\n-- \nAnna\n\nCould you tell me the number on the box?", "Could you tell me the number on the box?"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "signature"), [one[1:] for one in SIGNED], ids=[one[0] for one in SIGNED])
def test_a_signature_is_known(text: str, signature: str) -> None:
    lines = text.split("\n")
    begin, end = signed_block(lines, ANNA)
    assert "\n".join(lines[begin:end]) == signature


@pytest.mark.parametrize("text", [one[1] for one in WORDS], ids=[one[0] for one in WORDS])
def test_words_are_no_signature_w_03(text: str) -> None:
    begin, end = signed_block(text.split("\n"), ANNA)
    assert begin == end


@pytest.mark.parametrize(("text", "below"), [one[1:] for one in BELOW], ids=[one[0] for one in BELOW])
def test_words_below_a_signature_are_words_w_03(text: str, below: str) -> None:
    lines = text.split("\n")
    begin, end = signed_block(lines, ANNA)
    assert begin < end and "\n".join(lines[end:]).strip() == below
    assert "Anna" in "\n".join(lines[begin:end])
