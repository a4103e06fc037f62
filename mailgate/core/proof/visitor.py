"""Who typed words into a page of the window: nobody who is proved, whatever the words look like."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from mailgate.core.channels.whereabouts import is_chat
from mailgate.core.model.facts import Facts
from mailgate.core.model.mail import Address, InboundMail, Source
from mailgate.core.model.outbound import Audience
from mailgate.core.model.policy import Policy
from mailgate.core.proof import authority
from mailgate.core.proof.authority import Authority, CarriedBy

FIELD = "X-Mailgate-Field"  # `order=4711`: what the form asked for beside the words
LANGUAGE = "X-Mailgate-Language"  # of the page: what is said in two words tells of no language
TRAP = "X-Mailgate-Trap"  # what of a form looked like a program's work
ORDER = "X-Mailgate-Order"  # `close`: which button of their page a customer pressed
ORDERS = ("status", "close", "reopen")
FILE = "X-Mailgate-File"  # `3021 2.1`: the mail and the part of a file that they want sent to their address
AFTER = "X-Mailgate-After"  # the contribution that words on a page come after: the same words to others are new ones
VOUCHED = "X-Mailgate-Vouched"  # by a program that has proven whose messages it brings
ACKS_DAY = 1  # acknowledgements to an address that nobody proved
# The Message-IDs of what the daemon writes down itself (core/channels/source.py, core/programs/message.py, the memo of
# a call, a button on a page). Whoever knows how they are made could name a mail as what is still to come.
_WRITTEN_DOWN: Final = re.compile(
    r"<(?:(?:api|call|page|act)\.[0-9a-f]{32}|chat\.[a-z][a-z0-9-]{0,19}\.[A-Za-z0-9=_-]{1,999})@[^<>@]{1,999}>"
)


def is_from_page(mail: InboundMail) -> bool:
    """True for what the daemon wrote down for a visitor or a caller; by no other door do these marks mean anything."""
    envelope = mail.envelope
    return envelope.source.written_down and (envelope.source is not Source.WINDOW or not envelope.login)


def vouched(mail: InboundMail) -> bool:
    """True where a program that may say so says that it knows who wrote."""
    return bool(mail.envelope.program and mail.header(VOUCHED))


def is_chat_message(mail: InboundMail) -> bool:
    """True for what somebody said on a channel."""
    return mail.envelope.source is Source.CHAT


def by_its_door(mail: InboundMail) -> InboundMail:
    """The mail without whoever is on a channel: they write by its bridge alone, and are written to by nobody's copy.

    What comes from them by any other door is a stranger's in their name, and answers would go to their telephone. Nor
    has a mail of another door a Message-ID of what the daemon writes down: what is really known by it would be lost.
    """
    if not mail.envelope.source.written_down and _WRITTEN_DOWN.fullmatch(mail.message_id.replace("\0", "")):
        mail = replace(mail, message_id="")
    people = (*filter(None, (mail.author, mail.sender)), *mail.reply_to, *mail.to, *mail.cc)
    if is_chat_message(mail) or not any(is_chat(one.addr) for one in people):
        return mail

    def others(named: tuple[Address, ...]) -> tuple[Address, ...]:
        return tuple(one for one in named if not is_chat(one.addr))

    return replace(
        mail,
        author=None if mail.author and is_chat(mail.author.addr) else mail.author,
        sender=None if mail.sender and is_chat(mail.sender.addr) else mail.sender,
        reply_to=others(mail.reply_to),
        to=others(mail.to),
        cc=others(mail.cc),
    )


def trap(mail: InboundMail) -> str:
    """What looked like a program's work, `""` for nothing."""
    return mail.header(TRAP) if is_from_page(mail) else ""


def order(mail: InboundMail) -> str:
    """What the button of a customer's page asks for; `""` for mere words, whatever is typed into them."""
    pressed = mail.header(ORDER) if is_from_page(mail) else ""
    return pressed if pressed in ORDERS else ""


def file(mail: InboundMail) -> tuple[int, str] | None:
    """The mail and the part of a file that a customer asked for on their page."""
    number, _, part = (mail.header(FILE) if is_from_page(mail) else "").partition(" ")
    return (int(number), part) if part and number.isascii() and number.isdigit() else None


def fields(mail: InboundMail) -> dict[str, str]:
    """What the form asked for, as the ticket's own."""
    written = (one.partition("=") for one in mail.all(FIELD)) if is_from_page(mail) else ()
    return {name: value for name, equals, value in written if equals and value}


def language(mail: InboundMail) -> str:
    """The language of the page it was typed into, `""` for mail of any other door."""
    return mail.header(LANGUAGE) if is_from_page(mail) else ""


def authority_of(mail: InboundMail, policy: Policy) -> Authority:
    """Nobody's. What a visitor pasted is words: only the daemon itself writes down which letter a page stands for."""
    tokens = authority.carried_tokens(mail, policy)
    ours = (one for one in tokens if one.by is CarriedBy.MESSAGE_ID and one.token.audience == Audience.CUSTOMER)
    return Authority(carried=tuple(ours))


def in_doubt(mail: InboundMail, policy: Policy) -> bool:
    """True where it stands in a colleague's name, who would write by mail."""
    return is_from_page(mail) and mail.author is not None and policy.colleague_at(mail.author.addr) is not None


def acknowledged_enough(mail: InboundMail, facts: Facts) -> bool:
    """True where one more letter would help whoever types a victim's address."""
    unproved = is_from_page(mail) and not (vouched(mail) or is_chat_message(mail))
    return unproved and not facts.answered_sender and facts.acks_sender_day >= ACKS_DAY
