"""Why a mail or a letter went its way, in English alone: for admins, for programs, and for header fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

# X-Mailgate-Reason of letters that leave the house.
OUTSIDE: Mapping[str, str] = {
    "reason.ack": "you wrote to us",
    "reason.answer": "you take part in this ticket",
    "reason.status": "you asked for the status",
    "reason.vote_thanks": "you answered our survey",
    "reason.article": "you asked for this article",
    "reason.privacy": "a request about your data",
    "reason.expert": "you were asked for advice",
    "reason.forward": "mail like this is passed on to you",
    "reason.ticket": "something happened to your ticket",
}
# What a mail's row, its trace and the journal keep, and what is shown of it; `{what}` is what stands after a colon.
WHY: Mapping[str, str] = {
    # what wrote a mail
    "our_loop_mark": "x-mailgate-loop: our own signature",
    "our_message_id": "message-id: our own signature",
    "nobody_to_answer": "nobody to answer",
    "unread_sender": "sender: an address nobody reads",
    "unread_from": "from: an address nobody reads",
    "unread_from_reply_to": "from: an address nobody reads, Reply-To a person's",
    "unread_envelope": "envelope sender: a list or a mail system",
    "nothing_automatic": "nothing automatic about it",
    "header": "{what} header",
    "null_path": "null reverse-path",
    "no_from": "no From: whoever sent it may be somebody else",
    "our_own_address": "sender is one of our own addresses",
    "another_desk": "another ticket system: {what}",
    "not_named": "not addressed to us by name",
    "contact_form": "contact form",
    "absence_subject": "subject of an automatic answer",
    "absence_text": "text of an automatic answer",
    "somebody_absent": "text of somebody absent",
    # what the rules found
    "missed": "{what} does not hold",
    "unconditional": "no conditions",
    "broken_rule": "broken rule {what}",
    # what became of a mail, a ticket or a letter
    "bounce_of_another": "bounce of another recipient",
    "bounce_without_ticket": "bounce of a letter without a ticket",
    "bounce_ticket_gone": "bounce without a ticket",
    "bounce_of_notice": "bounce of a notice",
    "by_hand": "by hand",
    "read_at_last": "read at last",
    "unanswered": "no answer",
    "to_outsiders": "sent to outsiders",
    "away": "written to who reads it instead: its reader is away",
    "gathered": "gathered into one list",
    "wave": "one of many nearly the same",
    "taken_back": "taken back",
}


_EVENTS = frozenset(("why", "flag", "revoked"))  # lines of the journal that end in a reason
# Lines of the journal with times in them.
_TIMES = frozenset((
    "until", "due-first-response", "due-resolve", "due-manual", "first-response", "remind", "escalation",
))  # fmt: skip
_MICROS = re.compile(r"1[0-9]{15}")


def of_event(kind: str, value: str) -> str:
    """What is shown of a value of the journal: a reason in words, a time as RFC 3339, anything else as it stands."""
    return shown(value) if kind in _EVENTS else timed(kind, value)


def timed(kind: str, value: str) -> str:
    """A value of the journal with its times as RFC 3339, and every code as it is kept."""
    return _MICROS.sub(lambda found: _rfc3339(int(found[0])), value) if kind in _TIMES else value


def _rfc3339(micros: int) -> str:
    return f"{datetime.fromtimestamp(micros // 1_000_000, UTC):%Y-%m-%dT%H:%M:%SZ}"


def shown(kept: str) -> str:
    """What is shown of a reason as it is kept; one that is no code of ours stands as it is.

    Earlier versions kept sentences. `auto: header:list-id` is a kind with its reason.
    """
    kind, sign, reason = kept.partition(": ")
    if sign and kind not in WHY:
        return f"{kind}{sign}{shown(reason)}"
    code, sign, what = kept.partition(":")
    phrase = WHY.get(code, "")
    if not phrase or bool(sign) != ("{what}" in phrase):
        return kept
    return phrase.format(what=what)
