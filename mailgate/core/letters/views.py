"""What each letter may say: its variables with their defaults, and what of a ticket each audience may see."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from mailgate.core.letters.addressee import writable
from mailgate.core.model.change import Audience
from mailgate.core.model.mail import Address
from mailgate.core.model.policy import Policy
from mailgate.core.model.ticket import Entry, EntryKind, Ticket

# Template -> the variables it may be given in `Outbound.context`, with what stands in when one is missing. Anything
# else in the context never reaches the template; docs/templates.md lists the same names.
VARIABLES: Mapping[str, Mapping[str, Any]] = {
    # to customers
    "ack": {"promise": "", "show_subject": False, "articles": []},
    "answer": {"text": "", "html": "", "canned": "", "survey": ""},
    "taken": {"promise": ""},
    "waiting": {},
    "transferred": {},
    "reopened": {},
    "delayed": {"promise": ""},
    "nudge": {"until": None},
    "closing": {},
    "solved": {"survey": "", "reopen_days": 14},
    "status": {"refused": ""},
    "vote_thanks": {"score": None},
    # to agents and outside experts
    "notice": {"why": "", "from": {}, "text": "", "html": "", "unverified": False, "failed": False, "automatic": "",
               "mentions": [], "proposed": [], "came_from": "", "asks_for": "", "recent": [], "attachments": [],
               "articles": [],
               "notes": []},
    "receipt": {"understood": [], "refused": [], "done": [], "parked": False, "newer": "", "text": "", "asks": []},
    "question": {"title": "", "intro": "", "rows": [], "facts": [], "text": "", "sections": [], "more": 0,
                 "actions": True},
    "was_it_you": {"subject": "", "address": "", "at": None, "text": "", "mails": [], "more": 0, "vouch": ""},
    "handover": {"by": "", "why": "", "text": "", "attachments": []},
    "escalation": {"which": "first_response", "due_at": None, "notes": []},
    "reminder": {"text": ""},
    "expert": {"question": "", "by": ""},
    "forward": {},
    "digest": {"title": "", "sections": [], "facts": [], "accounted": ""},
    "report": {"title": "", "period": "", "before": "", "figures": [], "charts": [], "tables": []},
    "alarm": {"title": "", "text": "", "remedy": "", "facts": []},
    "welcome": {"desk_address": ""},
}  # fmt: skip

LONGEST_THREAD = 30_000  # characters of earlier words in one letter; the newest come first
# What the entries of those lists are made of, with what stands in where one lacks something.
ITEMS: Mapping[str, Mapping[str, Any]] = {
    "articles": {"title": "", "url": ""},
    "attachments": {"name": "", "size": 0},
    "recent": {"number": 0, "subject": "", "status": "", "at": None},
    "refused": {"text": "", "why": "", "nearest": ""},
    "rows": {"n": 0, "number": 0, "subject": "", "who": "", "department": "", "status": "", "owner": "", "priority": "",
             "due": None},
    "mails": {"n": 0, "subject": "", "address": "", "at": None, "text": ""},
    "facts": {"label": "", "value": ""},
    "sections": {"title": "", "text": "", "facts": [], "rows": []},
    "figures": {"label": "", "value": "", "before": ""},
    "charts": {"title": "", "bars": []},
    "bars": {"label": "", "value": "", "share": 0.0},
    "tables": {"title": "", "head": [], "rows": []},
    "from": {"name": "", "address": ""},
}  # fmt: skip
_TITLES = frozenset(
    ["dr", "mr", "mrs", "ms", "miss", "prof", "ing", "mag", "herra", "rouva", "pan", "pani", "kungs", "kundze"]
)
_UNFIT_NAME = re.compile(r"[^\w\s.,'’\-]|[0-9_]|www|://", re.UNICODE)


def given_name(name: str) -> str:
    """The name to greet somebody by, `""` when the display name is no name.

    A forged sender chooses their display name, and we mail it to the address they forged: anything that could carry an
    advertisement or a link is left out (threats L-13).
    """
    name = " ".join(name.split()).strip("'\"")
    if not name or len(name) > 60 or _UNFIT_NAME.search(name) or re.search(r"\w\.\w", name):
        return ""
    _, comma, given = name.partition(",")
    words = (given if comma else name).split()
    first = next((word for word in words if len(word) > 1 and word[-1] != "." and word.lower() not in _TITLES), "")
    return first if 1 < len(first) <= 25 else ""


def variables(template: str, context: Mapping[str, Any]) -> dict[str, Any]:
    """The template's own variables: those of the context it is allowed, defaults for the rest."""
    allowed = VARIABLES.get(template, VARIABLES["ack"])  # a rule may name an acknowledgement of the admin's own
    return {name: _filled(name, context.get(name, default)) for name, default in allowed.items()}


def _filled(name: str, value: Any) -> Any:
    shape = ITEMS.get(name)
    if shape is None or isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return {key: _filled(key, value.get(key, default)) for key, default in shape.items()}
    return [_filled(name, one) if isinstance(one, Mapping) else one for one in value or ()]


def ticket_view(ticket: Ticket | None, audience: str, policy: Policy) -> dict[str, Any] | None:
    """The ticket as a template sees it; a customer's view has no field that is not their own business."""
    if ticket is None:
        return None
    view: dict[str, Any] = {
        "number": ticket.number,
        "tag": policy.tag(ticket.number),
        "subject": ticket.subject,
        "status": ticket.status.value,
        "created_at": ticket.created_at,
        "requester": person_view(ticket.requester),
        "entries": entry_views(ticket, audience, policy),
    }
    if audience in (Audience.CUSTOMER, Audience.EXPERT):
        return view
    owner = policy.agent(ticket.owner)
    return view | {
        "department": ticket.department,
        "owner": owner.shown_name if owner else (ticket.owner or ""),
        "priority": ticket.priority.value,
        "tags": list(ticket.tags),
        "fields": dict(ticket.fields),
        "links": list(ticket.links),
        "until": ticket.status_until,
        "due": ticket.due.next,
        "first_response_due": ticket.due.first_response,
        "resolve_due": ticket.due.resolve,
        "escalation": ticket.escalation,
        "language": ticket.language,
        "participants": [person_view(one) for one in ticket.participants],
    }


def person_view(person: Address) -> dict[str, str]:
    """A person as a template sees them."""
    return {"name": person.name, "first_name": given_name(person.name), "address": person.addr}


def entry_views(ticket: Ticket, audience: str, policy: Policy) -> list[dict[str, Any]]:
    """The thread, newest first: for customers and outsiders nothing but verified public words."""
    inside = audience not in (Audience.CUSTOMER, Audience.EXPERT)
    shown = [
        entry
        for entry in ticket.entries
        if entry.kind is not EntryKind.EVENT and (inside or (entry.kind.public and not entry.unverified))
    ]
    views, room = [], LONGEST_THREAD
    for entry in reversed(shown):
        views.append(_entry_view(entry, policy, inside, room))
        room -= len(views[-1]["text"])
    return views


def _entry_view(entry: Entry, policy: Policy, inside: bool, room: int) -> dict[str, Any]:
    view: dict[str, Any] = {
        "kind": entry.kind.value,
        "author": public_author(entry, policy),
        "at": entry.at,
        "text": entry.text if len(entry.text) <= room else f"{entry.text[: max(room, 0)]} …",
        "attachments": [{"name": one.name, "size": one.size} for one in entry.attachments],
    }
    if inside:
        view["unverified"] = entry.unverified
    return view


def public_author(entry: Entry, policy: Policy) -> str:
    """A name without an address: the agent's name as configured, the customer's display name."""
    if entry.kind in (EntryKind.CUSTOMER, EntryKind.AUTO):
        return entry.author_name or entry.author
    agent = policy.agent(entry.author)
    if agent:
        return agent.shown_name
    return entry.author_name if "@" not in entry.author_name else ""


def newest_files(ticket: Ticket | None) -> list[dict[str, Any]]:
    """The attachments of the newest entry, by name and size alone (threats C-10)."""
    entries = [entry for entry in ticket.entries if entry.kind is not EntryKind.EVENT] if ticket else []
    return [{"name": one.name, "size": one.size} for one in entries[-1].attachments] if entries else []


def words_of_letter(ticket: Ticket | None, template: str) -> str:
    """The words a letter is about where its context does not say: an agent's newest, or anybody's in a notice."""
    kinds = {EntryKind.AGENT} if template == "answer" else set(EntryKind) - {EntryKind.EVENT}
    entries = ticket.entries if ticket else ()
    return next((entry.text for entry in reversed(entries) if entry.kind in kinds), "")


def receivers_shown(
    ticket: Ticket | None, policy: Policy, since: Sequence[Mapping[str, Any]] = ()
) -> list[dict[str, Any]]:
    """The very people a reply goes to, the requester first; `since` says of some when they joined."""
    people = {one.key: one for one in (ticket.requester, *ticket.participants)} if ticket else {}
    joined = {one["address"]: one["since"] for one in since}
    return [{"address": one.addr, "since": joined.get(key)} for key, one in people.items() if writable(one, policy)]
