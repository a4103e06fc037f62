"""Several things in one letter: what came while an agent was away, and mail that waits for a person's word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mailgate.core.clock import escalation
from mailgate.core.letters import list_words, readers
from mailgate.core.model.change import Outbound
from mailgate.core.model.content import Digest, Question
from mailgate.core.model.mail_rows import OpenQuestion, ParkedMail
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.policy import Agent, Policy
from mailgate.core.model.shown import Fact, Section
from mailgate.core.model.ticket import Entry, EntryKind, Ticket

GATHERED = "gathered into one list"  # why the single notices did not leave
EXCERPT = 600  # characters of each contribution


def collected_notices(policy: Policy, agent: Agent, found: Sequence[tuple[Ticket, int]]) -> Outbound:
    """One list for notices of the same agent: each ticket once, with as many of its newest words as it had notices.

    Lines like `1 take` answer it, and whoever takes a ticket that way gets its whole thread.
    """
    title = list_words.phrase("collected", agent.language, n=len(found))
    return readers.to_agent(
        policy,
        agent,
        Question(
            title=title,
            why="collected",
            rows=tuple(escalation.row(policy, ticket, number) for number, (ticket, _) in enumerate(found, start=1)),
            sections=tuple(
                Section(f"{policy.tag(ticket.number)} {ticket.subject}", text=_newest(ticket, notices, agent.language))
                for ticket, notices in found
            ),
        ),
        purpose=Purpose.TABLES,
        subject=title,
    )


def _newest(ticket: Ticket, count: int, language: str) -> str:
    said = [entry for entry in ticket.entries if entry.kind is not EntryKind.EVENT][-count:]
    return "\n\n".join(f"{entry.author_name or entry.author}: {_cut(words(entry, language))}" for entry in said)


def words(entry: Entry, language: str) -> str:
    """What an entry says, below the new subject it gave the ticket."""
    title = list_words.phrase("new_subject", language, subject=entry.title) if entry.title else ""
    return "\n".join(part for part in (title, entry.text) if part)


def _cut(text: str) -> str:
    return text if len(text) <= EXCERPT else f"{text[:EXCERPT].rsplit(None, 1)[0]} …"


def parked(rows: Iterable[OpenQuestion], policy: Policy, language: str) -> Digest:
    """A list of parked mail: who was asked, what it is about, and why it waits."""
    title = list_words.phrase("parked_all", language)
    return Digest(title=title, why="parked", sections=(waiting(rows, policy, title),))


def waiting(rows: Iterable[ParkedMail | OpenQuestion], policy: Policy, title: str) -> Section:
    """A section of parked mail."""
    facts = []
    for row in rows:
        agent = policy.agent(row.agent or "")
        author = row.from_ if isinstance(row, ParkedMail) else row.author
        facts.append(Fact(agent.shown_name if agent else author, f"{row.subject} ({row.why}, {row.mail})"))
    return Section(title, facts=tuple(facts))
