"""Who gets an answer to a mail, and who wrote it: decided here and nowhere else (RFC 5322 section 3.6.2)."""

from __future__ import annotations

import re

from mailgate.core.channels import channel
from mailgate.core.channels.whereabouts import is_chat, shown
from mailgate.core.model.mail import Address, InboundMail, canonical
from mailgate.core.model.policy import Policy
from mailgate.core.model.ticket import AnyTicket
from mailgate.core.text import address as addresses

NOBODY = Address("nobody@invalid.invalid", "")  # stands for the requester nobody knows; RFC 6761: no mail reaches it

# Searched for, with both ends anchored inside: `.*` on both sides of a word would be tried at every place.
_ROBOTS = re.compile(
    r"\A(?:mailer-?daemon|postmaster|nobody|listserv|majordomo|root|cron|daemon|www-data"
    r"|auto-?(?:reply|responder|mailer)"
    r"|ei[-_.]?vasta(?:usta|a)?|(?:älä|ala)[-_.]?vastaa|nie[-_.]?odpowiadaj|keine[-_.]?antwort"
    r"|nicht[-_.]?antworten|svara[-_.]?(?:inte|ej)|ne[-_.]?pas[-_.]?repondre|no[-_.]?responder"
    r"|mitte[-_.]?vastata)\Z"
    r"|(?:\A|[-_.+])(?:no|do[-_.]?not|dont)[-_.]?reply(?:\Z|[-_.+\d])"
    r"|(?:\A|[-_.])bounces?(?:\Z|[-+_=.])"
    r"|\A(?:owner-|ne-?atbild)|-(?:owner|request)\Z",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[^\s<>\"@,;]{1,64}@[^\s<>\"@,;]{1,255}")
_LISTS = ("list-post", "list-id", "mailing-list", "x-beenthere")


def robot(addr: str) -> bool:
    """True for local parts nobody reads: mailer-daemon, noreply, owner-x, x-request, bounce+x (RFC 3834)."""
    return _ROBOTS.search(addr.rpartition("@")[0][:80]) is not None


def writable(person: Address, policy: Policy) -> bool:
    """True for people we may write to as customers: a well-formed address, none of ours, and one that exists.

    What no letter can be addressed to would keep it from all the others it is for.
    """
    on_the_wire = addresses.parts(person.key, longest_local=addresses.LONGEST_WRITTEN)
    if on_the_wire is None or addresses.parts(person.addr, longest_local=addresses.LONGEST_WRITTEN) is None:
        return False
    domain = on_the_wire[1]
    if is_chat(person.addr):
        return channel.at(policy.channels, person.addr) is not None
    return domain.isascii() and not domain.endswith(".invalid") and policy.department_at(person.addr) is None


def receivers(ticket: AnyTicket, policy: Policy) -> tuple[Address, ...]:
    """Whom an agent's words on a ticket reach, the requester first; a notice's first line says these very people."""
    people = {one.key: one for one in (ticket.requester, *ticket.participants)}
    return tuple(one for one in people.values() if writable(one, policy))


def called(person: Address) -> str:
    """How the house reads somebody: by their address, on a channel by the name they have there."""
    return (person.name or shown(person.addr)) if is_chat(person.addr) else person.addr


def known_as(ticket: AnyTicket, addr: str) -> Address:
    """An address a letter went to; of somebody on a channel, with the name they have in the ticket."""
    people = (ticket.requester, *ticket.participants) if is_chat(addr) else ()
    return next((one for one in people if one.key == canonical(addr)), Address(addr))


def reply_to(mail: InboundMail, policy: Policy) -> tuple[Address, ...]:
    """The people the Reply-To field names: not ourselves, an agent, a robot, nor the list the mail came through."""
    lists = " ".join(mail.header(name) for name in _LISTS).lower()
    found = {
        one.key: one
        for one in reversed(mail.reply_to)
        if writable(one, policy) and not robot(one.addr) and policy.colleague_at(one.addr) is None
        and not (lists and (one.addr.lower() in lists or f"<{one.addr.lower().replace('@', '.')}>" in lists))
    }  # fmt: skip
    return tuple(reversed(found.values()))


def writer(mail: InboundMail, policy: Policy) -> Address | None:
    """Who wrote a mail: From; where that is our own address, whoever the form or list names; without one, Sender.

    None when nobody is named who could be written to, nor stands in From.
    """
    author = mail.author
    if author is None or "@" not in author.addr:
        return _in_place_of_from(mail, policy)
    if policy.department_at(author.addr) is None:
        return author
    for header in ("x-original-from", "x-original-sender"):
        value = mail.header(header)
        found = _ADDRESS.search(value[:1000])
        if found and policy.department_at(found[0]) is None and not is_chat(found[0]):
            named = value.partition("<")[0].strip(" '\"") if "<" in value else ""
            return Address(found[0], named or _unvia(author.name))
    for address in reply_to(mail, policy):
        return Address(address.addr, address.name or _unvia(author.name))
    return author


def _in_place_of_from(mail: InboundMail, policy: Policy) -> Address | None:
    """Sender, else the envelope's; neither where no person reads it."""
    envelope = Address(mail.envelope.sender.strip("<>"))
    named = (*reply_to(mail, policy)[:1], *((mail.sender,) if mail.sender else ()), envelope)
    found = (one for one in named if writable(one, policy) and not robot(one.addr) and not is_chat(one.addr))
    return next(found, None)


def of(mail: InboundMail, policy: Policy, *, denied: bool = False) -> tuple[Address, ...]:
    """Whom agents' answers go to, the first of them the requester; `()` when nobody is left.

    Reply-To, else From, else Sender, else the envelope. Where From is among those of Reply-To it comes first. `denied`:
    a border says that the sender did not write it, so a Reply-To that leads elsewhere is a forger's.
    """
    author = writer(mail, policy)
    named = reply_to(mail, policy)
    hidden = author is not None and mail.author is not None and author.key != mail.author.key  # our own address in From
    if named and not hidden and not denied:
        return (*(one for one in named if author and one.key == author.key),
                *(one for one in named if author is None or one.key != author.key))  # fmt: skip
    return (author,) if author and writable(author, policy) else ()


def known(person: Address) -> bool:
    """False for the requester nobody knows."""
    return person.key != canonical(NOBODY.addr)


def _unvia(name: str) -> str:
    """`'Ann Example' via Support` -> `Ann Example`; a name of our own is nobody's."""
    before, *behind = re.split(r" (?:via|kautta|przez|über|caur) ", name, maxsplit=1)
    return before.strip(" '\"") if behind else ""
