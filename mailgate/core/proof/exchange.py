"""A telephone call as the daemon wrote it down: what it is about stands in marks, which no other door believes."""

from __future__ import annotations

from dataclasses import dataclass

from mailgate.core.model.mail import Address, InboundMail, Source

NUMBER = "X-Mailgate-Call"  # `+37126123456`; there and empty for a hidden one
CALLER = "X-Mailgate-Call-From"  # the one person with that number, where there is one alone
AGENT = "X-Mailgate-Call-Agent"  # who spoke with them
TICKET = "X-Mailgate-Call-Ticket"  # the one ticket it is about
PART = "X-Mailgate-Call-Part"  # of what comes after: `recording`
HOST = "call.invalid"  # RFC 6761: a caller has no address, and nothing can be sent to this one
HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class ReportedCall:
    """What an exchange said, and whom the desk knows by that number."""

    number: str  # as it can be dialled; "" when it was hidden
    caller: Address | None = None
    agent: str = ""
    ticket: int | None = None
    part: bool = False  # it adds to what was told of this call already, and is no further call


def call(mail: InboundMail) -> ReportedCall | None:
    """The call that a mail tells of; None for mail of any other door."""
    if mail.envelope.source is not Source.CALL:
        return None
    caller, about = mail.header(CALLER), mail.header(TICKET)
    return ReportedCall(
        number=mail.header(NUMBER),
        caller=Address(caller) if caller else None,
        agent=mail.header(AGENT),
        ticket=int(about) if about.isascii() and about.isdigit() else None,
        part=bool(mail.header(PART)),
    )


def author(number: str) -> Address:
    """Who a mail about a call is from: a number, by its own name."""
    return Address(f"{number.lstrip('+') or HIDDEN}@{HOST}", number)
