"""What of a customer's mail is folded: what quotes a letter of ours, however it is marked, and no word of their own (issue 12)."""

from __future__ import annotations

import pytest
from answers import CUSTOMER, HASHER, marked, worded

from mailgate.core.quoting import fingerprint, parts, subtract
from mailgate.core.quoting.fingerprint import LetterWords
from mailgate.core.quoting.parts import MailParts

ANSWER = (
    "Hello Maija,\n\nplease press the switch for ten seconds, then take the bulb out.\nIt takes LED up to 9 W, and nothing else at all.\n\n"
    "Best wishes\nAnna\n\nAcme Support"
)
PROMISE = "We will answer within four working hours, by Monday 10:00."
ACK = f"We have received your message.\n\n{PROMISE}\nYour number is #1042.\n\nAcme Support"


def letter(text: str, *public: str) -> LetterWords:
    lines = [line for line in text.split("\n") if line]
    return fingerprint.fingerprint(text, lines, HASHER, sender="Acme Support support@acme.example", public=public)


def read(body: str) -> MailParts:
    lines = body.split("\n")
    known = (letter(ANSWER, ANSWER), letter(ACK), fingerprint.entry(CUSTOMER, HASHER, "Maija maija@home.example"))
    return parts.assemble(lines, subtract.subtract(lines, known, HASHER, house=False))


@pytest.mark.parametrize("sent", [ANSWER, ACK], ids=["an answer", "an acknowledgement"])
@pytest.mark.parametrize("mark", ["> ", ">", "| ", ": ", "\u00bb ", "\u203a ", "> > ", ": : ", ""])
@pytest.mark.parametrize(
    "head",
    [
        "",
        "On Monday Acme wrote:",
        "Acme Support kirjoitti:",
        "W poniedziałek Acme Support napisał:",
        "Pirmdien Acme Support rakstīja:",
    ],
)
def test_a_quote_is_folded_whatever_marks_it_and_whoever_is_named_above(sent: str, mark: str, head: str) -> None:
    """Old mailers' `: ` and `» `, no mark at all, and an attribution without a date were shown as the customer's words."""
    found = read(f"Thanks, it works.\n\n{head}\n{marked(sent, mark)}\n\nMaija")
    assert worded(found.shown) == ["Thanks, it works.", "Maija"]
    assert worded(found.folded) == [*([head] if head else []), *worded(marked(sent, mark))]


@pytest.mark.parametrize("mark", ["> ", ": ", "\u00bb "])
def test_answers_between_keep_what_they_answer(mark: str) -> None:
    first, second = worded(ANSWER)[1:3]
    found = read(f"{mark}{first}\n\ndid it\n\n{mark}{second}\n\nno")
    assert worded(found.shown) == [f"> {first}", "did it", f"> {second}", "no"] or worded(found.shown) == [
        "did it",
        f"> {second}",
        "no",
    ]


OWN = [
    f"You said:\n{PROMISE}\n\nIt is Wednesday now!",
    "We have received your message.\nNo, you have not.",
    f"{PROMISE}\n\nWhen is that?",
    "please press the switch for ten seconds, then take the bulb out.\n\nI did that, nothing.",
    f"{CUSTOMER}\n\nStill no answer to this!",
    "A plain reply goes to the customer: that is what my colleague has read in your mail.",
    ": a list\n: of mine\n\n» and a » mark",
    "My friend at Acme wrote:\nI like lamps.",
]


@pytest.mark.parametrize("words", OWN)
def test_what_a_customer_types_is_shown_though_it_stands_in_a_letter_of_ours(words: str) -> None:
    """A sentence of our frame, or an earlier mail sent again, was folded."""
    found = read(words)
    assert worded(found.shown) == worded(words) and not found.folded
    below = read(f"{words}\n\nOn 27.11.2026 Acme Support <support@acme.example> wrote:\n{marked(ACK)}")
    assert worded(below.shown) == worded(words)
