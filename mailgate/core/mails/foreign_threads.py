"""Other ticket systems' marks in subjects: the same mark is the same thread, whoever wrote."""

from __future__ import annotations

import re

from mailgate.core.model.mail import InboundMail
from mailgate.core.text.subject import is_reply

# `[rt.acme.example #45]`, `[Ticket#2024010112000017]`, `[OTRS: 77]`, `[ABC-Desk #12]`; `[#4711]` of osTicket and HESK
_NAMED = re.compile(r"\[([^\W\d_][\w.\- ]{0,40}?) ?[#:] ?([0-9]{1,20})\]")
_BARE = re.compile(r"\[#([0-9]{1,20})\]")


def threads_of_other_desks(mail: InboundMail) -> tuple[str, ...]:
    """Ids that stand for another system's threads, to be treated like a Message-ID the mail refers to.

    An id is the first ticket's that knows it, and a mark is easily guessed. So today's have one for their writer before
    the one for everybody: a stranger who claims a mark ahead takes it from nobody.
    """
    found = marks(mail.subject, history=mail.envelope.history)
    if mail.envelope.history or mail.author is None:
        return found
    author = mail.author.key.replace("@", "=")
    return (*(one.replace("@", f".{author}@") for one in found), *found)


def marks(subject: str, *, history: bool) -> tuple[str, ...]:
    """The ids that the marks of a decoded subject stand for, at most five.

    In a history even the bare `[#4711]` is another system's; in today's mail it may well be ours.
    """
    found = [(name.lower(), int(number)) for name, number in _NAMED.findall(subject[:1000])]
    if history:
        found += [("", int(number)) for number in _BARE.findall(subject[:1000])]
    elif not is_reply(subject):
        return ()
    return tuple(f"<{number}.{_plain(name)}@thread.invalid>" for name, number in dict.fromkeys(found))[:5]


def _plain(name: str) -> str:
    return "-".join("".join(c if c.isascii() and c.isalnum() else " " for c in name).split()) or "ticket"
