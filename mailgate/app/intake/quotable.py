"""The letters a mail may quote: looked up before it is read, and once more when its body alone names some."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from mailgate.core.model.mail import Envelope, InboundMail
from mailgate.core.model.policy import Policy
from mailgate.core.proof import token
from mailgate.core.proof.token import Carrier
from mailgate.core.quoting.answered import Answered
from mailgate.core.quoting.known import KnownLetters
from mailgate.core.quoting.parts import Held
from mailgate.store.base import Read
from mailgate.wire.mime.lane_keys import HEAD, keys
from mailgate.wire.mime.parse import parse

Look = Callable[[Callable[[Read], KnownLetters | None]], KnownLetters | None]


def letters(read: Read, answered: Answered, policy: Policy, marks: Iterable[str] = ()) -> KnownLetters | None:
    """What a mail with these ids in its header, and these tokens in its body, may quote; None when that is nothing."""
    answered = _with_marks(answered, marks, policy)
    known = read.outbox.known_letters(answered) if answered else None
    if known is None:
        return None
    return replace(
        known, senders=tuple(f"{one.from_.name or policy.name} {one.from_.addr}" for one in policy.departments)
    )


def unexplained(mail: InboundMail) -> tuple[str, ...]:
    """The tokens in the body of a mail that quotes a letter its header did not name: it has to be read anew."""
    return token.in_text(mail.text) if mail.held is Held.UNKNOWN_LETTER else ()


def read_by_hand(raw: bytes, envelope: Envelope, policy: Policy, look: Look) -> InboundMail:
    """A mail as the daemon reads it, here and now; `look` asks the store (`store.read`, or within a transaction)."""
    answered = keys(raw[:HEAD], envelope, policy).answered
    mail = parse(raw, envelope, policy.limits, look(lambda read: letters(read, answered, policy)))
    marks = unexplained(mail)
    if not marks:
        return mail
    return parse(raw, envelope, policy.limits, look(lambda read: letters(read, answered, policy, marks)))


def _with_marks(answered: Answered, marks: Iterable[str], policy: Policy) -> Answered:
    """With the letters and tickets of tokens in the body, before those of the header."""
    read = [found for mark in marks if (found := token.read(mark, policy.keys, Carrier.MARK))]
    letters = dict.fromkeys((*(one.letter for one in read), *answered.letters))
    tickets = dict.fromkeys((*(one.ticket for one in read if one.ticket), *answered.tickets))
    return replace(answered, letters=tuple(letters), tickets=tuple(tickets))
