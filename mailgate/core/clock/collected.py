"""Several things in one letter: what came while an agent was away, and mail that waits for a person's word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mailgate.core.clock import escalation
from mailgate.core.letters import readers
from mailgate.core.model.change import Outbound
from mailgate.core.model.content import Digest, Notice, Question
from mailgate.core.model.letter_rows import StoredLetter
from mailgate.core.model.mail_rows import OpenQuestion, ParkedMail
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.policy import Agent, Policy
from mailgate.core.model.said import Said, Words, said
from mailgate.core.model.shown import Fact, Section
from mailgate.core.model.ticket import Entry, EntryKind, Priority, Ticket

GATHERED = "gathered"  # why the single notices did not leave
TAKEN = "taken"  # why one that waited in turn did not: a colleague has its ticket
SHOWN = 15  # tickets of a gathered list; the rest are counted
NEWEST = 5  # contributions of each
EXCERPT = 600  # characters of each contribution
# Why mail is parked: the codes of `WhyParked`, each with a phrase.
PARKED_FOR = frozenset((
    "address", "address_only", "automatic", "bare_cr_header", "beyond", "bounce_of_another", "bounce_of_notice",
    "bounce_ticket_gone", "bounce_without_ticket", "commands", "delivered", "desk_only", "dmarc_fail", "edited",
    "empty", "for_lead", "internal", "junk", "list_unproven", "mark_alone", "marks", "msgid_collision",
    "no_parked_mail",
    "no_pass", "no_proof", "no_ticket", "no_token", "nobody", "note_words", "old_letter", "others", "page_only",
    "rate_limited",
    "refused", "self_loop", "settled", "stale", "tap_only", "token_agent_mismatch", "token_revoked", "too_much",
    "trainee", "trap", "unclean_from", "unknown_address", "unknown_letter", "unsolicited_dsn", "untagged",
    "window",
))  # fmt: skip


def is_moot(letter: StoredLetter | None, ticket: Ticket | None) -> bool:
    """True of a notice that waited in turn where nobody needs to look at its ticket any more."""
    waited = letter is not None and isinstance(letter.content, Notice) and letter.content.why == readers.IN_TURN
    return waited and ticket is not None and (ticket.owner is not None or ticket.status.done)


def collected_notices(policy: Policy, agent: Agent, found: Sequence[tuple[Ticket, int]]) -> Outbound:
    """One list for notices of the same agent: each ticket once, with as many of its newest words as it had notices.

    The most pressing are shown, so that a weekend stays a letter one can read; of urgent ones alone more are named.
    Lines like `1 take` answer it, and whoever takes a ticket that way gets its whole thread.
    """
    urgent = all(ticket.priority is Priority.URGENT for ticket, _ in found)
    named = sorted(found, key=lambda pair: pair[0].pressing)[: escalation.MOST_ROWS if urgent else SHOWN]
    return readers.to_agent(
        policy,
        agent,
        Question(
            title=said("list.urgent" if urgent else "list.collected", n=len(found)),
            why="collected",
            rows=escalation.rows(policy, [ticket for ticket, _ in named]),
            sections=tuple(
                Section(f"{policy.tag(ticket.number)} {ticket.subject}", text=_newest(ticket, notices))
                for ticket, notices in named[:SHOWN]
            ),
            more=(len(found) - len(named)) or None,
        ),
        purpose=Purpose.TABLES,
    )


def _newest(ticket: Ticket, count: int) -> Words:
    shown = [entry for entry in ticket.entries if entry.kind is not EntryKind.EVENT][-min(count, NEWEST) :]
    left_out = [f"… (+{count - len(shown)})", ""] if count > NEWEST else []
    if not any(entry.title for entry in shown):
        words = [part for entry in shown for part in (f"{entry.author_name or entry.author}: {_cut(entry.text)}", "")]
        return "\n".join([*left_out, *words][:-1])
    parts = [part for entry in shown for part in (_said_by(entry), "")]
    return said("list.lines", lines=tuple([*left_out, *parts][:-1]))


def _said_by(entry: Entry) -> Words:
    """Who wrote, and the words of an entry below the new subject it gave the ticket."""
    author = entry.author_name or entry.author
    if not entry.title:
        return f"{author}: {_cut(entry.text)}"
    title = said("new_subject", subject=entry.title)
    if not entry.text:
        return said("list.retitled", author=author, title=title)
    return said("list.retitled_words", author=author, title=title, text=_cut(entry.text))


def _cut(text: str) -> str:
    return text if len(text) <= EXCERPT else f"{text[:EXCERPT].rsplit(None, 1)[0]} …"


def parked(rows: Sequence[OpenQuestion], policy: Policy, pressing: Sequence[OpenQuestion] = ()) -> Digest:
    """A list of parked mail: who was asked, what it is about, and why it waits; what is `pressing` stands first."""
    found = ((said("list.parked_due"), pressing), (said("list.parked_all"), rows))
    sections = tuple(waiting(several, policy, title) for title, several in found if several)
    return Digest(title=sections[0].title, why="parked", sections=sections)


def waiting(rows: Iterable[ParkedMail | OpenQuestion], policy: Policy, title: Words) -> Section:
    """A section of parked mail."""
    facts = []
    for row in rows:
        agent = policy.agent(row.agent or "")
        author = row.from_ if isinstance(row, ParkedMail) else row.author
        facts.append(Fact(agent.shown_name if agent else author, waits(row)))
    return Section(title, facts=tuple(facts))


def waits(row: ParkedMail | OpenQuestion) -> Said:
    """What a parked mail is about, and why it waits; a rule's own reason stands as the admin wrote it."""
    why = said(f"parked.{row.why}") if row.why in PARKED_FOR else row.why
    return said("parked.line", subject=row.subject or said("ticket.untitled"), why=why, mail=row.mail)
