"""The mails that a trainee practises with: ten of a day at a desk, in their language, from nobody's addresses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from mailgate.languages import LANGUAGES
from mailgate.wire import words

DOMAIN = "practice.example"  # RFC 2606: no mail reaches it
_MAIJA = "Maija Virtanen"
# Whose they are and what `practice.KEY` of `wire.words` they say; the first is once more in another language.
_SENT = (
    (_MAIJA, "question"), ("Kari Laine", "angry"), ("Bright Office", "invoice"), (_MAIJA, "thanks"),
    ("Growth Team", "spam"), ("Anna Berg", "file"), ("Piotr Nowak", "urgent"), (_MAIJA, "again"),
    ("Liis Tamm", "refund"), ("Sofia Lind", "question"),
)  # fmt: skip


def mails(language: str, to: str, at: datetime, mark: str) -> Iterator[bytes]:
    """Each as it would come in, sent at that moment; `mark` makes them others' than those of the last time."""
    for n, (name, key) in enumerate(_SENT, start=1):
        spoken = language if n < len(_SENT) else _another(language)
        message = EmailMessage(policy=SMTP)
        message["From"] = f"{name} <{name.lower().replace(' ', '.')}@{DOMAIN}>"
        message["To"] = to
        message["Subject"] = words.say(spoken, f"practice.{key}")
        message["Date"] = format_datetime(at)
        message["Message-ID"] = f"<{n}.{mark}@{DOMAIN}>"
        message["Content-Language"] = spoken
        message.set_content(words.say(spoken, f"practice.{key}.text") + "\n")
        if key == "file":
            listed = words.say(spoken, "practice.listed")
            message.add_attachment(listed + "\n", filename="list.txt")
        yield message.as_bytes()


def _another(language: str) -> str:
    """A language other than that."""
    return next(one for one in ("sv", *LANGUAGES) if one != language)
