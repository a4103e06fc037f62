"""Commands about whole threads: merge, split, link, and taking back what was done last, row by row."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from cases import BO, MAIJA, NOW, VALDIS, asking, outcome, ticket

from mailgate.core.commands import about_threads as on
from mailgate.core.commands.judging import Event, Granted, Refusal
from mailgate.core.model.change import (
    Assign,
    CancelLetters,
    Journal,
    LinkContacts,
    LinkKind,
    LinkTo,
    MergeInto,
    OpenTicket,
    SetStatus,
    SplitOff,
    Step,
    Tag,
    Unmerge,
    Withdraw,
)
from mailgate.core.model.mail import Address
from mailgate.core.model.ticket import Entry, EntryKind, Priority, Status, Ticket

OURS = ticket()
SAME, THEIRS = ticket(1050), ticket(1051, requester=VALDIS)
SOLVED = ticket(1052, status=Status.SOLVED)
KNOWN = {1042: OURS, 1050: SAME, 1051: THEIRS, 1052: SOLVED, 1053: replace(SOLVED, number=1053, owner="anna"),
         1054: OURS}  # fmt: skip
SAME_PERSON = LinkContacts(MAIJA.key, VALDIS.key)

# what is decided, the argument, the ticket, confirmed, and the outcome; of `#merge`, whatever else it does too
MERGES: list[tuple[str, str, Ticket, bool, tuple[str, tuple[Any, ...]], tuple[Any, ...], tuple[Any, ...]]] = [
    ("one person's two", "1050", OURS, False, ("merged", (MergeInto(1050),)), (), ()),
    ("the tag is a number too", "into [#1050]", OURS, False, ("merged", (MergeInto(1050),)), (), ()),
    ("two people's are asked about", "1051", OURS, False, ("requesters_differ", ()), (), ()),
    ("and merged after a yes, which says nothing of who they are", "1051", OURS, True, ("merged", (MergeInto(1051),)), (), ()),
    ("`both` asks nothing", "1051 both", OURS, False, ("merged", (MergeInto(1051),)), (), ()),
    ("`same-person` remembers that", "1051 same-person", OURS, False, ("merged", (MergeInto(1051),)), (), (SAME_PERSON,)),
    ("of one person there is nothing to remember", "1050 same-person", OURS, False, ("merged", (MergeInto(1050),)), (), ()),
    ("a solved one opens again: nobody's is new", "1052", OURS, False, ("merged", (MergeInto(1052),)),
     (Step(1052, (SetStatus(Status.NEW, why="merge"),)),), ()),
    ("somebody's is open", "1053", OURS, False, ("merged", (MergeInto(1053),)), (Step(1053, (SetStatus(Status.OPEN, why="merge"),)),), ()),
    ("two that are over stay so", "1052", ticket(status=Status.SOLVED), False, ("merged", (MergeInto(1052),)), (), ()),
    ("not into itself", "1042", OURS, True, ("itself", ()), (), ()),
    ("nor into what went into it", "1054", OURS, True, ("itself", ()), (), ()),
    ("a number nobody knows", "7", OURS, True, ("no_such_ticket", ()), (), ()),
    ("a number of ten digits is one", "9999999999", OURS, True, ("no_such_ticket", ()), (), ()),
    ("one of eleven is none", "99999999999", OURS, True, ("no_number", ()), (), ()),
    ("nor are another script's digits", "١٠٥٠", OURS, True, ("no_number", ()), (), ()),
    ("a word that says nothing refuses all", "1051 both please", OURS, True, ("no_way_to_merge", ("both", "same-person")), (), ()),
]  # fmt: skip


@pytest.mark.parametrize(
    ("argument", "about", "confirmed", "expected", "elsewhere", "effects"),
    [row[1:] for row in MERGES],
    ids=[row[0] for row in MERGES],
)
def test_a_thread_goes_into_another(
    argument: str,
    about: Ticket,
    confirmed: bool,
    expected: tuple[str, tuple[Any, ...]],
    elsewhere: tuple[Any, ...],
    effects: tuple[Any, ...],
) -> None:
    judged = on.merge(asking(argument, about, tickets=KNOWN, confirmed=confirmed))
    assert outcome(judged) == expected
    assert (elsewhere, effects) == ((judged.elsewhere, judged.effects) if isinstance(judged, Granted) else ((), ()))


@pytest.mark.parametrize(("argument", "links", "expected"), [
    ("1051", (), ("linked", (LinkTo(1051),))),
    ("#1051.", (7,), ("linked", (LinkTo(1051),))),
    ("1051", (1051,), ("already_linked", ())),
    ("1042", (), ("itself", ())),
    ("7", (), ("no_such_ticket", ())),
    ("", (), ("no_number", ())),
    ("1051 1050", (), ("no_number", ())),
])  # fmt: skip
def test_two_tickets_belong_together(
    argument: str, links: tuple[int, ...], expected: tuple[str, tuple[Any, ...]]
) -> None:
    assert outcome(on.link(asking(argument, ticket(links=links), tickets=KNOWN))) == expected


def said(number: int, by: Address, kind: EntryKind = EntryKind.CUSTOMER, title: str = "") -> Entry:
    return Entry(number, kind, by.key, by.name, NOW, "x", title=title)


HERS, HIS, NOTE = said(5, MAIJA), said(7, VALDIS, title="Another lamp"), said(9, VALDIS, EntryKind.NOTE)
# what is decided, the thread, the ticket, the entry that goes, its ticket's subject and requester; None: refused
SPLITS: list[tuple[str, tuple[Entry, ...], Ticket, tuple[int, str, Address] | None]] = [
    ("nothing was said", (), OURS, None),
    ("one mail is the ticket", (HERS, NOTE, NOTE), OURS, None),
    ("the newest goes, whatever notes stand below", (HERS, HIS, NOTE), ticket(participants=(MAIJA, VALDIS)), (7, "Another lamp", VALDIS)),
    ("who has been put out is known by the mail", (HERS, HIS), OURS, (7, "Another lamp", VALDIS)),
    ("a mail that had the ticket's subject keeps it", (HIS, HERS), OURS, (5, "Broken lamp", MAIJA)),
    ("a program's words are nobody's", (HERS, said(8, MAIJA, EntryKind.AUTO)), OURS, None),
]  # fmt: skip


@pytest.mark.parametrize(("thread", "about", "gone"), [row[1:] for row in SPLITS], ids=[row[0] for row in SPLITS])
def test_the_customers_newest_words_become_a_ticket(
    thread: tuple[Entry, ...], about: Ticket, gone: tuple[int, str, Address] | None
) -> None:
    about = replace(about, language="fi", priority=Priority.HIGH, owner="anna")
    judged = on.split(asking("", about, entries=thread))
    if gone is None:
        assert judged == Refusal("only_words")
        return
    entry, subject, requester = gone
    opening = OpenTicket(subject, "support", requester, language="fi", priority=Priority.HIGH)
    opens = (opening, LinkTo(1042, LinkKind.SPLIT), Assign("bo"), SetStatus(Status.OPEN, why="split"))
    assert judged == Granted("split", (SplitOff(entry),), opens)


# --- undo -------------------------------------------------------------------------------------------------------------

FRIDAY, MICROS = datetime(2026, 3, 6, tzinfo=UTC), "1772755200000000"


def did(mail: int | None, kind: str, old: str = "", new: str = "", by: str = BO.name) -> Event:
    return Event(mail, by, kind, old, new)


TAG, SPOKE, MERGED_IN = did(7, "tag", new="a"), did(7, "entry", "33", "agent"), did(7, "merged-in", new="1060")
SOLVING = did(7, "status", "waiting", "solved")
# what is decided, the journal, what has not left, the answer, the changes without the journal's line, and the rest
UNDONE: list[tuple[str, tuple[Event, ...], dict[int, tuple[int, ...]], str, tuple[Any, ...], tuple[Any, ...]]] = [
    ("nothing happened", (), {}, "nothing_to_undo", (), ()),
    ("a colleague did it", (did(7, "tag", new="a", by="anna"),), {}, "nothing_to_undo", (), ()),
    ("time did it, in their name", (did(None, "tag", new="a"),), {}, "nothing_to_undo", (), ()),
    ("what time did since is in nobody's way", (TAG, did(None, "tag", new="b")), {}, "undone", (Tag(remove=("a",)),), ()),
    ("a mail that changed nothing here", (did(7, "seen"),), {}, "nothing_to_undo", (), ()),
    ("a note cannot be unread", (did(7, "entry", "33", "note"),), {}, "nothing_to_undo", (), ()),
    ("the last mail, not the one before", (did(5, "tag", new="b"), TAG), {}, "undone", (Tag(remove=("a",)),), ()),
    ("a colleague's later mail is not in the way", (TAG, did(8, "tag", new="b", by="anna")), {}, "undone", (Tag(remove=("a",)),), ()),
    ("the second time the one before", (did(5, "tag", new="b"), TAG, did(9, "tag", "a"), did(9, "undo", new="7")), {}, "undone",
     (Tag(remove=("b",)),), ()),
    ("a third time nothing", (TAG, did(9, "tag", "a"), did(9, "undo", new="7")), {}, "nothing_to_undo", (), ()),
    ("what a colleague undid is undone", (TAG, did(9, "undo", new="7", by="anna")), {}, "nothing_to_undo", (), ()),
    ("words that wait are withdrawn with their letter", (SPOKE,), {7: (4,)}, "undone", (Withdraw(33),), (CancelLetters((4,)),)),
    ("the letters of another mail are not", (SPOKE,), {8: (4,)}, "too_late_to_undo", (), ()),
    ("words that have left stay, what they changed does not", (SPOKE, TAG), {}, "undone_but_sent", (Tag(remove=("a",)),), ()),
    ("of words and a note the words alone are withdrawn", (SPOKE, did(7, "entry", "34", "note")), {7: (4,)}, "undone", (Withdraw(33),),
     (CancelLetters((4,)),)),
    ("the memo of a call is a note", (did(7, "entry", "33", "call"),), {}, "undone", (Withdraw(33),), ()),
    ("work noted is taken off again", (did(7, "spent", new="20"),), {}, "undone", (Journal("spent", "-20"),), ()),
    ("a letter alone is stopped", (did(7, "seen"),), {7: (4,)}, "undone", (), (CancelLetters((4,)),)),
    ("a link to the ticket of that number undid no mail", (did(6, "link", "link", "7"), TAG), {}, "undone", (Tag(remove=("a",)),), ()),
    ("a letter about no words is stopped too", (TAG,), {7: (4, 5)}, "undone", (Tag(remove=("a",)),), (CancelLetters((4, 5)),)),
    ("a hold gets its time back", (did(7, "status", "hold", "solved"), did(7, "until", MICROS)), {}, "undone",
     (SetStatus(Status.HOLD, FRIDAY, "undo"),), ()),
    ("without one it has none", (SOLVING, did(7, "until")), {}, "undone", (SetStatus(Status.WAITING, None, "undo"),), ()),
    ("what was merged comes apart with its status", (did(7, "merged", new="1050"), SOLVING), {}, "undone", (Unmerge(),), ()),
    ("what came in goes out again", (MERGED_IN,), {}, "undone", (), (Step(1060, (Unmerge(),)),)),
    ("what was split off comes back", (did(7, "split", "33", "1061"),), {}, "undone", (), (Step(1061, (MergeInto(1042),)),)),
    ("the last change is the first to go", (TAG, SOLVING), {}, "undone",
     (SetStatus(Status.WAITING, None, "undo"), Tag(remove=("a",))), ()),
]  # fmt: skip


@pytest.mark.parametrize(
    ("events", "unsent", "answer", "changes", "further"), [row[1:] for row in UNDONE], ids=[row[0] for row in UNDONE]
)
def test_what_was_done_last_is_taken_back(
    events: tuple[Event, ...],
    unsent: dict[int, tuple[int, ...]],
    answer: str,
    changes: tuple[Any, ...],
    further: tuple[Any, ...],
) -> None:
    judged = on.undo_change(asking("", events=events, unsent=unsent))
    if not isinstance(judged, Granted):
        assert (judged.code, (), ()) == (answer, changes, further)
        return
    assert judged.answer == answer
    assert judged.changes[:-1] == changes and isinstance(judged.changes[-1], Journal)
    assert (*judged.elsewhere, *judged.effects) == further
