"""What an agent may do on a ticket's page: buttons that are commands, and what became of one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailgate.core.commands.catalogue import BY_NAME
from mailgate.core.commands.reader import parse_line
from mailgate.core.model.policy import Agent, Policy
from mailgate.core.model.ticket import EntryKind, Status, Ticket
from mailgate.core.proof import session

LONGEST = 200  # characters behind a command
LONGEST_WORDS = 100_000  # characters of a note or an answer
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]+")
_IN_WORDS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
AGAIN = timedelta(minutes=10)  # in which the same answer is the same
WITH_WORDS = ("note", "reply")
LAYS_ASIDE = ("wait", "hold", "solve", "file")  # whoever gives one of these has read all that the customer wrote


@dataclass(frozen=True, slots=True)
class ActAsked:
    """A button of a ticket's page."""

    session: str
    number: int
    command: str  # as commands are called, without its mark
    argument: str = ""
    words: str = ""
    once: str = ""  # drawn with the page: the same button pressed twice is one act
    seen: str = ""  # when the page was made (RFC 3339)
    named: str = ""  # the addresses whom it named as those who get an answer


@dataclass(frozen=True, slots=True)
class ActPage:
    """What became of it; `mail` is the number under which it was written down, 0 where nothing was."""

    number: int
    state: str  # done, refused (nothing was written down), parked, hand (not decided yet)
    mail: int = 0
    lines: tuple[str, ...] = ()  # as a receipt would say it


def may(policy: Policy, agent: Agent, command: str) -> bool:
    """True for a command that this agent may give on a page."""
    word = BY_NAME.get(command)
    return word is not None and command in session.MAY[policy.web.act] and word.allows(agent.role)


def line(asked: ActAsked) -> str:
    """The command as it is written: on one line, without what no eye sees."""
    argument = one_line(asked.argument)[:LONGEST].rstrip(" ,;")
    return f"#{asked.command} {'' if asked.command in WITH_WORDS else argument}".rstrip()


def one_line(text: str) -> str:
    """A text on one line, without what no eye sees."""
    return " ".join(_CONTROLS.sub(" ", text).split())


def is_one(written: str, policy: Policy) -> bool:
    """True for one command and nothing in doubt: an argument brings no second one with it."""
    found = parse_line(written, policy.command_aliases)
    return len(found.commands) == 1 and not found.problems and written == str(found.commands[0])


def words(asked: ActAsked) -> str:
    """What was written beside it, its lines as they are; nothing of a command that takes no words."""
    typed = asked.words.replace("\r\n", "\n").replace("\r", "\n")
    return _IN_WORDS.sub("", typed).strip() if asked.command in WITH_WORDS else ""


def said_before(ticket: Ticket, agent: Agent, asked: ActAsked, now: datetime) -> int:
    """The mail by which an agent gave this very answer a moment ago, and nobody has spoken since; 0 for none."""
    said = next((one for one in reversed(ticket.entries) if one.kind.public), None)
    if asked.command != "reply" or said is None or (said.kind, said.author) != (EntryKind.AGENT, agent.name):
        return 0
    same = said.text.split() == words(asked).split() and said.at > now - AGAIN
    return said.mail or 0 if same else 0


def offered(policy: Policy, agent: Agent, ticket: Ticket) -> tuple[str, ...]:
    """The commands that make sense on this ticket now, in the order in which a page shows them."""
    done, mine, several = ticket.status.done, ticket.owner == agent.name, len(policy.departments) > 1
    fresh = ticket.status is Status.OPEN
    told = policy.web.act == "all" or ticket.quiet or "solved" not in policy.letters.stages
    wanted = {
        "take": not mine, "unassign": ticket.owner is not None, "assign": True, "wait": not done, "hold": not done,
        "open": not (done or fresh), "solve": not done and told, "file": not done, "reopen": done, "priority": not done,
        "due": not done, "remind": True, "tag": True, "move": not done and several,
        "spent": True, "watch": agent.name not in ticket.watchers, "unwatch": agent.name in ticket.watchers,
        "undo": True, "note": True, "reply": True, session.NOTICE: True,
    }  # fmt: skip
    return tuple(name for name, fits in wanted.items() if fits and may(policy, agent, name))
