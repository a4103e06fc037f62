"""What of a letter goes to people on a channel: each has one of their own, in plain words, and never a mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from mailgate.core.channels import channel
from mailgate.core.channels.channel import Channel
from mailgate.core.channels.whereabouts import is_chat
from mailgate.core.letters.due import DueLetter
from mailgate.core.model.change import Audience, Outbound
from mailgate.core.model.content import Ack, Answer, Content, Solved
from mailgate.core.model.letter_kinds import PrivacyLetter
from mailgate.core.model.mail import Address, canonical
from mailgate.core.model.moment import Moment
from mailgate.core.model.policy import Policy
from mailgate.core.model.ticket import EntryKind, Ticket

THERE: tuple[type[Content], ...] = (Answer, Ack, Solved, PrivacyLetter)  # no other letter is sent to a chat


@dataclass(frozen=True, slots=True)
class ChatForm:
    """What a letter to somebody on a channel may have beside an agent's words."""

    files: int
    files_max: int  # octets of each
    signature: bool


def apart(outbound: Outbound) -> tuple[Outbound, ...]:
    """The letter for those who get mail, and one for each person on a channel; nobody there reads who else does."""
    people = (*outbound.to, *outbound.cc)
    if not any(is_chat(one.addr) for one in people):
        return (outbound,)
    by_mail = [one for one in people if not is_chat(one.addr)]
    found = [replace(outbound, to=tuple(by_mail[:1]), cc=tuple(by_mail[1:]))] if by_mail else []
    if outbound.audience != Audience.CUSTOMER or not isinstance(outbound.content, THERE):
        return tuple(found)
    return (*found, *(_to_chat(outbound, one) for one in people if is_chat(one.addr)))


def _to_chat(outbound: Outbound, person: Address) -> Outbound:
    content = outbound.content
    if isinstance(content, Answer | Solved):
        content = replace(content, survey="")
    once = f"{outbound.dedupe}:{person.key}" if outbound.dedupe else ""
    return replace(outbound, content=content, to=(person,), cc=(), dedupe=once)


def form_of(due: DueLetter, policy: Policy) -> ChatForm | None:
    """How a letter is to be worded that goes to a channel; None for a mail."""
    found = channel.at(policy.channels, due.to[0].addr) if len(due.to) == 1 else None
    return ChatForm(found.files, found.files_max, found.signature) if found else None


def heard_at(ticket: Ticket, address: str) -> datetime | None:
    """When somebody wrote last in a ticket from an address of theirs; `entries` are there."""
    key = canonical(address)
    said = (one.at for one in ticket.entries if one.kind is EntryKind.CUSTOMER and canonical(one.author) == key)
    return max(said, default=None)


class WhyNot(StrEnum):
    """Why nothing may leave for somebody on a channel any more."""

    GONE = "gone"  # its channel is not in the configuration
    FOREIGN = "foreign"  # it is for several, or for somebody else
    LATE = "late"  # the channel's window is over


def why_not(due: DueLetter, recipient: str, moment: Moment) -> WhyNot | None:
    """Why a letter may not leave for somebody on a channel now; None: it may."""
    found = channel.at(moment.policy.channels, recipient)
    if found is None:
        return WhyNot.GONE
    if due.audience != Audience.CUSTOMER or [one.key for one in (*due.to, *due.cc)] != [canonical(recipient)]:
        return WhyNot.FOREIGN
    last = heard_at(due.ticket, recipient) if due.ticket else None
    return WhyNot.LATE if channel.is_over(found, last, moment.now) else None


def left_out(sizes: Sequence[int], there: Channel | ChatForm) -> list[int]:
    """Which of the files of these sizes, by their places, do not go to a channel: too large, or too many."""
    small = [at for at, size in enumerate(sizes) if size <= there.files_max]
    return [at for at in range(len(sizes)) if at not in small[: there.files]]
