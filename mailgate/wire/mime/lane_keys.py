"""What an unread mail may belong to, told from its raw header alone: hashed keys that related mails share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import blake2b

from mailgate.core.mails import foreign_threads
from mailgate.core.model.mail import Envelope
from mailgate.core.model.policy import Policy
from mailgate.core.proof import token
from mailgate.core.text.subject import numbers
from mailgate.wire.mime import header
from mailgate.wire.mime.header import HeaderBlock

HEAD = 64 * 1024  # octets of a mail in which its header is looked for
ANSWERED, OLDEST, NEWEST, MARKS = 20, 2, 20, 3  # ids of In-Reply-To, of References, marks in a subject
_CUT = 1024  # octets of a From or a Subject that are looked at
_ID = re.compile(rb"<[^<>\s]{1,255}>")
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"@\\]{1,64}@[^\s<>()\[\],;:\"@\\]{1,255}")
_DAEMONS = frozenset(("mailer-daemon", "mailerdaemon", "postmaster", "double-bounce"))


@dataclass(frozen=True, slots=True)
class Keys:
    """Eight octets each. `ids` name a thread; `others` only hint at one: the sender, and marks in the subject."""

    ids: frozenset[bytes] = frozenset()
    others: frozenset[bytes] = frozenset()


def keys(raw: bytes, envelope: Envelope, policy: Policy) -> Keys:
    """The keys of a mail from the top of its raw octets; history and live mail share none.

    Nothing in a header raises, and each look is cut and linear: this runs in the daemon's own process.
    """
    head = header.split(raw[:HEAD])
    found = _ids(head)
    ids = {b"id " + each for each in found} | {b"ticket %d" % number for number in _tickets(found, envelope, policy)}
    others = set(_marks(head, envelope, policy))
    sender = _sender(head, envelope, policy)
    if sender:
        others.add(b"from " + sender.encode("utf-8", "replace"))
    return Keys(_hashed(ids, envelope), _hashed(others, envelope))


def _hashed(names: set[bytes], envelope: Envelope) -> frozenset[bytes]:
    origin = b"history " if envelope.history else b"live "
    return frozenset(blake2b(origin + name, digest_size=8).digest() for name in names)


def _ids(head: HeaderBlock) -> list[bytes]:
    answered = _named(head, "in-reply-to")[:ANSWERED]
    references = _named(head, "references")
    return [*_named(head, "message-id")[:1], *answered, *references[:OLDEST], *references[-NEWEST:]]


def _named(head: HeaderBlock, name: str) -> list[bytes]:
    values = head.all(name)
    return _ID.findall(b" ".join(values)) if values else []


def _tickets(ids: list[bytes], envelope: Envelope, policy: Policy) -> set[int]:
    """The tickets of ids of ours, and of reply addresses of ours: only what we have signed counts."""
    signed = [token.in_message_id(each.decode("ascii"), policy.keys) for each in ids if _is_like_ours(each)]
    plus = policy.identity.subaddress
    for addr in envelope.recipients[:ANSWERED]:
        if plus and plus in addr:
            signed.append(token.in_address(addr, plus, policy.keys))
            reported = token.in_bounce_address(addr, plus, policy.keys)
            signed.append(reported[0] if reported else None)
    return {each.ticket for each in signed if each is not None and each.ticket}


def _is_like_ours(identifier: bytes) -> bool:
    return identifier[:4].lower() == b"<mg." and identifier.isascii()


def _marks(head: HeaderBlock, envelope: Envelope, policy: Policy) -> list[bytes]:
    """Ticket numbers of ours and other systems' marks in the subject; in a history all are another system's."""
    value = head.first("subject")[:_CUT]
    if b"[" not in value and b"=?" not in value and policy.tickets.tag.startswith("["):
        return []
    subject = header.encoded_words_decoded(_text(value))
    tags = () if envelope.history else (policy.tickets.tag, *policy.tickets.old_tags)
    ours = [b"ticket %d" % number for number in numbers(subject, tags)]
    theirs = [b"id " + each.encode() for each in foreign_threads.marks(subject, history=envelope.history)]
    return [*ours, *theirs][:MARKS]


def _sender(head: HeaderBlock, envelope: Envelope, policy: Policy) -> str:
    """Who wrote it: the first address of From, the envelope's sender without one; "" for ours and for daemons."""
    value = _text(head.first("from")[:_CUT])
    found = _ADDRESS.findall(value.rpartition("<")[2]) or _ADDRESS.findall(value)
    addr = (found[0] if found else "" if value.strip() else envelope.sender).lower()
    if not addr or addr.partition("@")[0] in _DAEMONS or policy.department_at(addr):
        return ""
    return addr


def _text(value: bytes) -> str:
    return value.decode("ascii" if value.isascii() else "latin-1")
