"""What a mail may quote: fingerprints of the letters it answers and of its ticket's newest, and public words there."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import replace

from mailgate.core.quoting.answered import Answered
from mailgate.core.quoting.known import KnownEntry, KnownLetters
from mailgate.store import rows
from mailgate.store.outbox import statements as sql
from mailgate.store.session import Session
from mailgate.store.tickets import statements as tickets_sql
from mailgate.store.tickets.merging import followed

LETTERS = ENTRIES = 8  # at most
ELSEWHERE = 8  # other tickets of whose notes an agent has read lately
SEEN = 32  # letters with notes that these are looked for in
TICKETS = 8  # whose newest are looked at, merged ones among them
LONGEST = 16 * 1024  # characters of an entry
OCTETS = 512 * 1024  # of all together
LARGEST_WORDS = 64 * 1024  # octets of a letter's fingerprint: beyond it the letter is one that is not known


def known_letters(session: Session, answered: Answered, key: bytes) -> KnownLetters | None:
    """See `verbs.OutboxRead.known_letters`."""
    found: dict[int, bytes] = {}
    tickets: dict[int, None] = {}
    for token in answered.letters[:LETTERS]:
        row = session.one(sql.WORDS_BY_SIGN, {"token": token})
        if row is not None and row["words"] is not None:
            found.setdefault(row["id"], row["words"])
        if row is not None and row["ticket_number"] is not None:
            _add(session, tickets, row["ticket_number"])
    for number in answered.tickets:
        _add(session, tickets, number)
    for one in answered.ids:
        number = session.scalar(sql.TICKET_OF_ID, {"id": rows.clean(one)})
        if number is not None:
            _add(session, tickets, number)
    among = list(tickets)[:TICKETS]
    for id, words in _newest(session, among, answered.agent):
        if len(found) >= LETTERS:
            break
        found.setdefault(id, words)
    notes = _notes(session, tickets, answered.agent) if answered.agent else []
    handed = _within(key, list(found.values()), notes, _said(session, among))
    return replace(handed, house=bool(answered.agent)) if handed else None


def _add(session: Session, tickets: dict[int, None], number: int) -> None:
    """A ticket, where merges took it, and what else was merged there: their letters stayed with each."""
    home = followed(session, number)
    if home is None:
        return
    tickets[home["id"]] = None
    for row in session.all(sql.MERGED_HERE, {"home": home["id"], "limit": TICKETS}):
        tickets[row["id"]] = None
    own = session.scalar(sql.TICKET_ID, {"number": number})
    tickets[own] = None


def _newest(session: Session, tickets: Iterable[int], agent: str) -> list[tuple[int, bytes]]:
    """The newest letters to customers, and to this agent, the newest first."""
    found = []
    for ticket in tickets:
        params = {"ticket": ticket, "agent": agent, "limit": LETTERS}
        found += [(row["id"], row["words"]) for row in session.all(sql.NEWEST_WORDS, params)]
    return sorted(found, reverse=True)


def _notes(session: Session, tickets: Container[int], agent: str) -> list[bytes]:
    """The notes of other tickets in the newest letter about each to this agent, and in threads they asked for."""
    found: dict[int, bytes] = {}
    for row in session.all(sql.NEWEST_NOTES, {"agent": agent, "limit": SEEN}):
        about = row["ticket"] or -row["id"]  # a thread that was asked for is a letter about no ticket
        if about not in tickets and len(found) < ELSEWHERE:
            found.setdefault(about, row["words"])
    return list(found.values())


def _said(session: Session, tickets: Iterable[int]) -> list[KnownEntry]:
    """The newest public words, without those of people who do not take part."""
    found = []
    for ticket in tickets:
        params = {"ticket": ticket, "longest": LONGEST, "limit": ENTRIES}
        found += [(row["id"], row) for row in session.all(tickets_sql.NEWEST_SAID, params)]
    found.sort(key=lambda pair: pair[0], reverse=True)
    return [KnownEntry(row["text"], f"{row['author_name']} {row['author']}".strip()) for _, row in found[:ENTRIES]]


def _within(key: bytes, letters: list[bytes], notes: list[bytes], entries: list[KnownEntry]) -> KnownLetters | None:
    """As many as the limit allows, letters before notes of other tickets and entries; None when there is nothing."""
    left, kept, inside, said = OCTETS, list[bytes](), list[bytes](), []
    for into, words in (*((kept, one) for one in letters), *((inside, one) for one in notes)):
        left -= len(words)
        if left >= 0:
            into.append(words)
    for one in entries:
        left -= len(one.text.encode("utf-8", "replace"))
        if left < 0:
            break
        said.append(one)
    found = KnownLetters(key, tuple(kept), tuple(inside), tuple(said))
    return found if key and (kept or inside or said) else None


def fits(words: bytes) -> bool:
    """Whether this is a fingerprint that is kept."""
    return 0 < len(words) <= LARGEST_WORDS
