"""The mail of the measurements: 2 and 5 KB of plain text, 22 KB with HTML, follow-ups, one with a large attachment."""

from __future__ import annotations

import base64
import random
import textwrap
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP

DESK = "support@acme.example"
_SAID = (
    "the server printer invoice order account login password error update please help thanks device network report "
    "meeting contract delivery address customer number question problem solution install version screen button "
    "website message document payment refund shipping license upgrade support urgent today tomorrow yesterday since "
    "after before when what which cannot does not work anymore still again Grüße café naïve überprüfen déjà"
)
WORDS = _SAID.split()
SIZES = {"2 KB plain": (1_500, 0), "5 KB plain": (4_400, 0), "22 KB HTML": (900, 18_000)}


@dataclass(frozen=True)
class Mail:
    """What a client hands over: the envelope sender and the message, dots doubled and the final dot in place."""

    sender: str
    data: bytes


@dataclass(frozen=True)
class Reply:
    """What a follow-up refers to."""

    sender: str
    number: int = 0  # by number in the subject ...
    message_id: str = ""  # ... or by header


def new(kind: str, serial: str) -> Mail:
    """A mail of somebody who never wrote before."""
    return _mail(kind, serial, f"{serial}@customer.example", {})


def follow_up(kind: str, serial: str, reply: Reply) -> Mail:
    """An answer of somebody who has a ticket, with the letter they answer quoted below."""
    headers = {"In-Reply-To": reply.message_id, "References": reply.message_id} if reply.message_id else {}
    return _mail(kind, serial, reply.sender, headers, tag=f"Re: [#{reply.number}] " if reply.number else "Re: ")


def large(serial: str, octets: int) -> Mail:
    """A mail with one attachment of so many octets."""
    head = (
        f"From: {serial}@customer.example\r\nTo: {DESK}\r\nSubject: a large file {serial}\r\n"
        f"Message-ID: <{serial}@customer.example>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSee the file.\r\n"
        "--b\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n"
        'Content-Disposition: attachment; filename="large.bin"\r\n\r\n'
    )
    file = base64.encodebytes(random.Random(serial).randbytes(octets)).replace(b"\n", b"\r\n")
    return Mail(f"{serial}@customer.example", head.encode() + file + b"--b--\r\n.\r\n")


def _mail(kind: str, serial: str, sender: str, headers: dict[str, str], tag: str = "") -> Mail:
    chance = random.Random(serial)
    size, markup = SIZES[kind]
    text = _text(chance, 600 if tag else size)
    if tag:
        text += "\n\nOn Mon, 2 Nov 2026 at 10:00, Acme Support wrote:\n"
        text += "\n".join(f"> {line}" for line in _wrapped(chance, max(500, size - 700)).split("\n"))
    message = EmailMessage(policy=SMTP.clone(cte_type="8bit"))
    message["From"] = f"Customer {serial} <{sender}>"
    message["To"] = f"Acme Support <{DESK}>"
    message["Subject"] = tag + _sentence(chance, 5)[:-1]
    message["Date"] = "Mon, 02 Nov 2026 10:00:00 +0200"
    message["Message-ID"] = f"<{serial}@customer.example>"
    for name, value in headers.items():
        message[name] = value
    message.set_content(text)
    if markup:
        message.add_alternative(_html(chance, text, markup), subtype="html")
        message.set_boundary(f"=={serial}==")
    raw = message.as_bytes().replace(b"\r\n.", b"\r\n..")
    return Mail(sender, raw + (b".\r\n" if raw.endswith(b"\r\n") else b"\r\n.\r\n"))


def _sentence(chance: random.Random, words: int = 12) -> str:
    count = chance.randint(words // 2, words + words // 2)
    return " ".join(chance.choice(WORDS) for _ in range(count)).capitalize() + "."


def _wrapped(chance: random.Random, size: int) -> str:
    said = ""
    while len(said) < size:
        said += _sentence(chance) + " "
    return "\n".join(textwrap.wrap(said, 72))


def _text(chance: random.Random, size: int) -> str:
    paragraphs = [_wrapped(chance, size // 3) for _ in range(3)]
    return "\n\n".join(["Hello support,", *paragraphs, "Kind regards,\nA. Customer\n-- \nExample Org Ltd"])


def _html(chance: random.Random, text: str, size: int) -> str:
    page = "<html><head><style>td{padding:4px}.sig{color:#888}</style></head><body><div class=main>"
    page += "".join(f'<p style="margin:0 0 8px 0">{part}</p>' for part in text.split("\n\n")) + "<table>"
    while len(page) < size:
        cells = "".join(f'<td style="color:#333"><span class=c{i}>{_sentence(chance, 6)}</span></td>' for i in range(3))
        page += f'<tr>{cells}<td><a href="https://example.org/x?i={chance.randint(1, 99999)}">link</a></td></tr>\n'
    return page + "</table><p class=sig>A. Customer</p></div></body></html>"
