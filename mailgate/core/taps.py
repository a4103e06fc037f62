"""One-tap answers: `mailto:` links whose mail says what to do and proves who was asked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from mailgate.core import token
from mailgate.core.policy import Policy
from mailgate.core.ticket import Ticket
from mailgate.core.token import Token

# The key of the label in `wire.words`, and the command line the mail carries.
VERBS = (
    ("take", "#take"), ("solve", "#solve"), ("wait", "#wait"), ("hold", "#hold 1d"), ("note", "#note"),
    ("spam", "#spam"), ("files", "#files"),
)  # fmt: skip
PARKED = (("send", "#send"), ("send_words", "#send words"), ("drop", "#drop"))
CONFIRM = (("yes", "#yes"), ("yes_always", "#yes always"), ("drop", "#drop"))
QUESTIONS = (("next", "#next"), ("mine", "#mine"), ("overdue", "#overdue"), ("desk", "#desk"), ("help", "#help"))
SCORES = range(11)


def mailto(address: str, subject: str, body: str) -> str:
    """A `mailto:` URI (RFC 6068); every value percent-encoded."""
    return f"mailto:{quote(address, safe='@+')}?subject={quote(subject, safe='')}&body={quote(body, safe='')}"


def of_letter(message_id: str, ticket: Ticket | None, address: str, policy: Policy) -> dict[str, Any]:
    """The marker token and the links of an agent's letter; empty where its Message-ID is none of ours."""
    known = token.in_message_id(message_id, policy.keys)
    if known is None or known.audience != "agent":
        return {"mark": "", "taps": [], "questions": []}
    verbs = {"release": PARKED, "question": QUESTIONS}.get(known.purpose, VERBS if ticket else ())
    return {
        "mark": "mg:" + message_id.strip("<>").removeprefix(token.PREFIX).rpartition("@")[0],
        "taps": _links(verbs, known, ticket, address, policy),
        "questions": _links(QUESTIONS, known, None, address, policy),
    }


def _links(
    verbs: Iterable[tuple[str, str]], known: Token, ticket: Ticket | None, address: str, policy: Policy
) -> list[dict[str, str]]:
    tag = f"{policy.tag(ticket.number)} " if ticket else ""
    made = []
    for label, command in verbs:
        tap = Token(known.ticket, "agent", known.agent, "tap", known.nonce)
        written = token.mint(policy.keys[0], tap, token.bound_to(command))
        href = mailto(address, f"{tag}{command}", f"mg:{written}")
        made.append({"label": label, "command": command, "href": href})
    return made


def for_customer(
    template: str, message_id: str, ticket: Ticket | None, address: str, policy: Policy
) -> dict[str, list[dict[str, Any]]]:
    """The survey's scale as links, signed for this ticket: a link scanner sends no mail and so cannot vote."""
    known = token.in_message_id(message_id, policy.keys)
    if ticket is None or known is None or template not in ("solved", "answer"):
        return {}
    vote = Token(ticket.number, "customer", 0, "vote", known.nonce)
    written = token.mint(policy.keys[0], vote)
    tag = policy.tag(ticket.number)
    return {
        "scale": [
            {"score": score, "href": mailto(address, f"{tag} {score}", f"{score}\n\nmg:{written}")} for score in SCORES
        ]
    }
