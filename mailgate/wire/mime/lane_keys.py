"""What an unread mail may belong to, told from its raw header alone: hashed keys that related mails share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import blake2b

from mailgate.core.mails import foreign_threads
from mailgate.core.model.mail import Envelope
from mailgate.core.model.policy import Policy
from mailgate.core.proof import token
from mailgate.core.proof.token import Token
from mailgate.core.quoting.answered import NOTHING, Answered
from mailgate.core.text.subject import numbers
from mailgate.wire.mime import header
from mailgate.wire.mime.header import HeaderBlock

HEAD = 64 * 1024  # octets of a mail in which its header is looked for
ANSWERED, OLDEST, NEWEST, MARKS = 20, 2, 20, 3  # ids of In-Reply-To, of References, marks in a subject
LETTERS, OTHERS = 8, 4  # ids of ours and of others by which what a mail quotes is looked for
_CUT = 1024  # octets of a From or a Subject that are looked at
_ID = re.compile(rb"<[^<>\s]{1,255}>")
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"@\\]{1,64}@[^\s<>()\[\],;:\"@\\]{1,255}")
_DAEMONS = frozenset(("mailer-daemon", "mailerdaemon", "postmaster", "double-bounce"))


@dataclass(frozen=True, slots=True)
class Keys:
    """Eight octets each. `ids` name a thread; `others` only hint at one: the sender, and marks in the subject.

    `answered` is what it may quote, of live mail alone.
    """

    ids: frozenset[bytes] = frozenset()
    others: frozenset[bytes] = frozenset()
    answered: Answered = NOTHING


def keys(raw: bytes, envelope: Envelope, policy: Policy) -> Keys:
    """The keys of a mail from the top of its raw octets; history and live mail share none.

    Nothing in a header raises, and each look is cut and linear: this runs in the daemon's own process.
    """
    head = header.split(raw[:HEAD])
    own, nearest = _named(head, "message-id")[:1], _nearest(head)
    answers = [found for each in nearest if (found := _signed(each, policy))]
    reached = _reached(envelope, policy)
    signed = [*(found for each in own if (found := _signed(each, policy))), *answers, *reached]
    tickets = dict.fromkeys(each.ticket for each in signed if each.ticket)
    ids = {b"id " + each for each in (*own, *nearest)} | {b"ticket %d" % number for number in tickets}
    ours, theirs = _marks(head, envelope, policy)
    others = {*(b"ticket %d" % number for number in ours), *(b"id " + each for each in theirs)}
    sender = _sender(head, envelope, policy)
    if sender:
        others.add(b"from " + sender.encode("utf-8", "replace"))
    answered = NOTHING
    if not envelope.history:
        agent = policy.agent_at(sender)
        answered = Answered(
            tuple(dict.fromkeys(each.letter for each in answers))[:LETTERS],
            tuple(each.decode("latin-1") for each in nearest if not _is_like_ours(each))[:OTHERS],
            tuple(dict.fromkeys((*tickets, *ours)))[:LETTERS],
            agent.name if agent else "",
        )
    return Keys(_hashed(ids, envelope), _hashed(others, envelope), answered)


def _hashed(names: set[bytes], envelope: Envelope) -> frozenset[bytes]:
    origin = b"history " if envelope.history else b"live "
    return frozenset(blake2b(origin + name, digest_size=8).digest() for name in names)


def _nearest(head: HeaderBlock) -> list[bytes]:
    """The ids a mail answers: In-Reply-To, then References from the right."""
    answered = _named(head, "in-reply-to")[:ANSWERED]
    references = _named(head, "references")
    return list(dict.fromkeys([*answered, *references[: -NEWEST - 1 : -1], *references[OLDEST - 1 :: -1][:OLDEST]]))


def _named(head: HeaderBlock, name: str) -> list[bytes]:
    values = head.all(name)
    return _ID.findall(b" ".join(values)) if values else []


def _signed(identifier: bytes, policy: Policy) -> Token | None:
    """The token of an id of ours: only what we have signed counts."""
    return token.in_message_id(identifier.decode("ascii"), policy.keys) if _is_like_ours(identifier) else None


def _reached(envelope: Envelope, policy: Policy) -> list[Token]:
    """The tokens of reply addresses of ours."""
    plus, found = policy.identity.subaddress, []
    for addr in envelope.recipients[:ANSWERED]:
        if plus and plus in addr:
            found.append(token.in_address(addr, plus, policy.keys))
            reported = token.in_bounce_address(addr, plus, policy.keys)
            found.append(reported[0] if reported else None)
    return [each for each in found if each is not None]


def _is_like_ours(identifier: bytes) -> bool:
    return identifier[:4].lower() == b"<mg." and identifier.isascii()


def _marks(head: HeaderBlock, envelope: Envelope, policy: Policy) -> tuple[list[int], list[bytes]]:
    """Ticket numbers of ours and other systems' marks in the subject; in a history all are another system's."""
    value = head.first("subject")[:_CUT]
    if b"[" not in value and b"=?" not in value and policy.tickets.tag.startswith("["):
        return [], []
    subject = header.encoded_words_decoded(_text(value))
    tags = () if envelope.history else (policy.tickets.tag, *policy.tickets.old_tags)
    ours = numbers(subject, tags)[:MARKS]
    theirs = [each.encode() for each in foreign_threads.marks(subject, history=envelope.history)]
    return list(ours), theirs[: MARKS - len(ours)]


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
