"""A notice of ours and what mail programs make of it in an answer: who wrote each line stays known."""

from __future__ import annotations

import random
import textwrap
from collections.abc import Callable, Sequence

from mailgate.core.quoting import fingerprint, parts, subtract
from mailgate.core.quoting.fingerprint import Frame, LetterWords
from mailgate.core.quoting.parts import MailParts
from mailgate.core.quoting.tokens import Hasher

HASHER = Hasher(b"a key for tests")
TOKEN = "mg:6ffff7.1042.a1c.m3fmub64.qzl3jcoeb3ebaqln"
SENDER = "Maija via Support <support@acme.example>"
CUSTOMER = (
    "Hello,\n\nthe lamp I bought from you last week flickers in the evening.\nIs the bulb to blame?\n\n"
    "Or the socket?\n\nRegards\nMaija"
)
NOTE = "She is a known complainer and wants a refund every time; do not offer one.\nAsk Bo first."
EARLIER = "We sent you the lamp on Monday, please tell us when it has arrived."
NOTICE = f"""[#1042] support

A plain reply goes to the customer: maija@home.example

## Please write your reply above this line ## {TOKEN}

Lamp flickers

Status: open | Owner: Anna | Priority: normal

Maija <maija@home.example>

{CUSTOMER}

Commands for the first line of a reply: #take #solve #wait #note

Earlier in this ticket

Bo · internal note · Thu 26 Nov 2026 22:00

{textwrap.indent(NOTE, "> ")}

Anna · answer · Thu 26 Nov 2026 21:00

{textwrap.indent(EARLIER, "> ")}

You get this because: new words in a ticket you follow
"""
FRAME_LINES = (
    "## Please write your reply above this line ##",
    "A plain reply goes to the customer:",
    "Commands for the first line of a reply:",
    "You get this because:",
    "new words in a ticket you follow",
)


def notice(text: str = NOTICE) -> LetterWords:
    """The fingerprint of the notice."""
    return fingerprint.fingerprint(
        text, text.split("\n"), HASHER, sender=SENDER, public=(CUSTOMER, EARLIER), notes=(NOTE,)
    )


def frame() -> Frame:
    """What stands in every notice."""
    return fingerprint.frame(FRAME_LINES, HASHER, ("Support support@acme.example",))


def read(body: str, *letters: LetterWords, known: bool = True) -> MailParts:
    """An answer taken apart."""
    lines = body.split("\n")
    sent = letters or ((notice(),) if known else ())
    return parts.assemble(lines, subtract.subtract(lines, sent, HASHER, frame(), lambda line: TOKEN[:9] in line))


def marked(text: str, mark: str = "> ") -> str:
    """Every line behind a mark."""
    return "\n".join((mark + line).rstrip() for line in text.split("\n"))


def wrapped(text: str, width: int = 60) -> str:
    """Long lines broken, as a client does before it marks them."""
    return "\n".join("\n".join(textwrap.wrap(line, width) or [""]) for line in text.split("\n"))


GMAIL = "On Fri, Nov 27, 2026 at 12:10 AM Maija via Support <support@acme.example>\nwrote:"
FINNISH = "pe 27. marrask. 2026 klo 0.10 Maija via Support <support@acme.example> kirjoitti:"
GERMAN = "Am Fr., 27.\nNov. 2026 um 11:53 Uhr schrieb Maija via Support <\nsupport@acme.example>:"
OUTLOOK = (
    "________________________________\nFrom: Maija via Support <support@acme.example>\nSent: Friday, November 27, 2026 12:10 AM\n"
    "To: Anna Virtanen <anna@staff.example>\nSubject: [#1042] Lamp flickers\n"
)
BANNER = "[EXTERNAL] This message came from outside of the company. Do not click links."

CLIENTS: dict[str, Callable[[str, str], str]] = {
    "gmail": lambda words, sent: f"{words}\n\n{GMAIL}\n\n{marked(sent)}",
    "gmail, wrapped": lambda words, sent: f"{words}\n\n{GMAIL}\n\n{marked(wrapped(sent))}",
    "finnish": lambda words, sent: f"{words}\n\n{FINNISH}\n\n{marked(sent)}",
    "german, broken attribution": lambda words, sent: f"{words}\n\n{GERMAN}\n\n{marked(sent)}",
    "outlook": lambda words, sent: f"{words}\n\n{OUTLOOK}\n{sent}",
    "outlook, with a banner": lambda words, sent: f"{words}\n\n{OUTLOOK}\n{BANNER}\n\n{sent}",
    "a phone, without marks": lambda words, sent: f"{words}\n\n{FINNISH}\n\n{sent}",
    "thunderbird, below": lambda words, sent: f"{GMAIL}\n{marked(sent)}\n\n{words}",
    "apple": lambda words, sent: f"{words}\n\n> {GMAIL.replace(chr(10), ' ')}\n>\n{marked(sent)}",
    "bars": lambda words, sent: f"{words}\n\n{GMAIL}\n\n{marked(sent, '| ')}",
    "indented": lambda words, sent: f"{words}\n\n{GMAIL}\n\n{marked(sent, chr(9))}",
    "nothing around it": lambda words, sent: f"{words}\n\n{sent}",
    "nothing quoted": lambda words, sent: words,
    "curly quotes and folded case": lambda words, sent: f"{words}\n\n{GMAIL}\n\n{marked(sent.replace('Maija', 'MAIJA'))}",
}  # fmt: skip

TYPED = (
    "Yes",
    "Hello,\n\nyes, it takes LED up to 9 W.\n\nRegards\nAnna",
    "Run this:\n\n> ipconfig /all\n> ping 10.0.0.1\n\nand send me what it says.",
    "| error E17 | overheated |\n| error E18 | wet |",
    "Your parcel:\n\nFrom: Helsinki\nTo: Tampere\nDate: 27.11.2026\nSent: 10:00\n\nIt arrives tomorrow.",
    "You wrote on 23.11.2026 at 10:00:\n\nlook at the fuse please, not at the bulb",
    "-----Original Message-----\nof the factory, as a joke",
    "Section one\n--\nSection two\n--\nSection three",
    "👍",
)


def some_words(chance: random.Random) -> str:
    """A few lines nobody else wrote."""
    stock = (
        "lamp",
        "cable",
        "blue",
        "switch",
        "replace",
        "Monday",
        "costs",
        "euros",
        "please",
        "send",
        "receipt",
        "kind",
    )
    lines = []
    for _ in range(chance.randint(1, 6)):
        line = " ".join(chance.choice(stock) for _ in range(chance.randint(1, 9)))
        lines.append(
            chance.choice(("", "", "> ", "- ", "| ", "    ", "# ")) + line + chance.choice(("", ".", ":", "?"))
        )
        lines += [""] * chance.randint(0, 1)
    return "\n".join(lines).strip()


def worded(text: str) -> list[str]:
    """Its lines that say something."""
    return [line.strip() for line in text.split("\n") if line.strip()]


def missing(typed: str, *texts: str) -> Sequence[str]:
    """Typed lines that stand in none of the texts."""
    there = {line for text in texts for line in worded(text)}
    return [line for line in worded(typed) if line not in there]
