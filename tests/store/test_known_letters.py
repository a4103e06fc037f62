"""What is handed over with a mail: the letters it answers, the newest of its ticket, what was said in public; no more."""

from __future__ import annotations

import pytest

from mailgate.core.model import change as ch
from mailgate.core.model.content import Answer, Notice
from mailgate.core.model.mail import Address
from mailgate.core.model.ticket import EntryKind
from mailgate.core.quoting.answered import Answered
from mailgate.core.quoting.known import KnownEntry
from mailgate.store.outbox import known
from mailgate.store.outbox import statements as sql
from mailgate.store.tickets import statements as tickets_sql

BO, MAIJA = Address("bo@desk.example", "Bo"), Address("maija@customer.example", "Maija")


def to_agent(name):
    return ch.Outbound(Notice(), ch.Audience.AGENT, (BO,), urgency=ch.Urgency.NOTICE, agent=name)


def to_customer():
    return ch.Outbound(Answer(text="words"), ch.Audience.CUSTOMER, (MAIJA,), urgency=ch.Urgency.WORDS)


def printed(bench, words=None):
    """Every letter due gets its bytes and its fingerprint, by default its own number; returns them in order."""
    ids = sorted(due.id for due in bench.claim())
    for one in ids:
        octets = words or b"letter %d" % one
        bench.write(lambda tx, one=one, octets=octets: tx.outbox.keep_rendered(one, b"raw", "", octets))
    return ids


def token(bench, letter):
    """Its token; those of the bench's plain Message-IDs are written here."""
    name = f"1.c.{letter}"
    bench.write(lambda tx: tx.session.run(sql.SIGNED, {"token": name, "letter": letter, "scheme": 2}))
    return name


def handed(bench, *letters, ids=(), tickets=(), agent=""):
    found = bench.read(lambda read: read.outbox.known_letters(Answered(letters, ids, tickets, agent)))
    return None if found is None else [int(one.split()[1]) for one in found.letters]


def said(bench, ticket, *texts, kind=EntryKind.CUSTOMER, **more):
    for text in texts:
        bench.apply(None, ch.AddEntry(kind, MAIJA.addr, MAIJA.name, text, **more), ticket=ticket)


def test_a_stranger_and_a_number_that_is_nobodys_are_handed_nothing(bench):
    bench.open(outbound=(to_customer(),))
    printed(bench)
    assert handed(bench, tickets=(77,)) is None
    assert handed(bench, "1.c.nobody", ids=("<what@ever.example>",)) is None


def test_the_letter_that_is_answered_comes_first_and_then_the_newest_of_its_ticket(bench):
    number = bench.open(outbound=(to_customer(),))
    for _ in range(9):
        bench.apply(None, ticket=number, outbound=(to_customer(),))
    ids = printed(bench)
    assert handed(bench, token(bench, ids[0])) == [ids[0], *reversed(ids[3:])]
    assert handed(bench, token(bench, ids[4]), token(bench, ids[1])) == [5, 2, 10, 9, 8, 7, 6, 4]
    assert handed(bench, tickets=(number,)) == list(reversed(ids))[:8]


def test_an_agent_gets_their_own_notices_and_a_customer_none(bench):
    number = bench.open(outbound=(to_customer(), to_agent("ann"), to_agent("bo")))
    customers, anns, bos = printed(bench)
    assert handed(bench, tickets=(number,)) == [customers]
    assert handed(bench, tickets=(number,), agent="ann") == [anns, customers]
    assert handed(bench, token(bench, bos), agent="ann") == [bos, anns, customers], "the one that is answered, whosever"


def test_an_id_of_a_mail_in_a_ticket_tells_it_where_a_relay_took_ours(bench):
    bench.open(outbound=(to_customer(),))
    (letter,) = printed(bench)
    assert handed(bench, ids=("<0@x>", "<1@customer.example>")) == [letter]


def test_letters_of_tickets_that_were_merged_are_found_from_either_side(bench):
    home, gone = bench.open(outbound=(to_customer(),)), bench.open("Two", outbound=(to_customer(),))
    ids = printed(bench)
    bench.apply(None, ch.MergeInto(home), ticket=gone)
    assert handed(bench, tickets=(home,)) == handed(bench, tickets=(gone,)) == list(reversed(ids))


def test_the_newest_public_words_go_along_and_nobody_elses(bench):
    number = bench.open()
    said(bench, number, "one", "two")
    said(bench, number, "a note", kind=EntryKind.NOTE)
    said(bench, number, "a stranger", unverified=True)
    said(bench, number, "an answer", kind=EntryKind.AGENT)
    found = bench.read(lambda read: read.outbox.known_letters(Answered(tickets=(number,))))
    whom = "Maija maija@customer.example"
    assert found.entries[:3] == (KnownEntry("an answer", whom), KnownEntry("two", whom), KnownEntry("one", whom))
    assert len(found.entries) == 4 and found.letters == ()
    said(bench, number, *(f"{n}" for n in range(10)))
    assert [one.text for one in bench.read(
        lambda read: read.outbox.known_letters(Answered(tickets=(number,)))).entries] == [*"98765432"]  # fmt: skip


def test_words_are_cut_and_all_together_bounded(bench):
    number = bench.open(outbound=[to_customer() for _ in range(8)])
    printed(bench, bytes(known.OCTETS // 8))
    said(bench, number, "ä" * (known.LONGEST + 5))
    found = bench.read(lambda read: read.outbox.known_letters(Answered(tickets=(number,))))
    assert (len(found.letters), found.entries) == (8, ())
    bench.write(
        lambda tx: tx.session.run("DELETE FROM letter_words WHERE letter = (SELECT max(letter) FROM letter_words)", {})
    )
    found = bench.read(lambda read: read.outbox.known_letters(Answered(tickets=(number,))))
    assert (len(found.letters), len(found.entries[0].text)) == (7, known.LONGEST)


def noted(bench, agent, ticket, notes=b"notes"):
    """A letter to an agent with notes in it; returns them."""
    bench.apply(None, ticket=ticket, outbound=(to_agent(agent),))
    (due,) = bench.claim()
    octets = notes + b" %d" % due.id
    bench.write(lambda tx: tx.outbox.keep_rendered(due.id, b"raw", "", b"letter %d" % due.id, octets))
    return octets


def handed_notes(bench, *tickets, agent="ann"):
    found = bench.read(lambda read: read.outbox.known_letters(Answered(tickets=tickets, agent=agent)))
    return list(found.notes) if found else None


def test_the_notes_of_other_tickets_that_an_agent_was_told_of_go_along_with_their_mail_alone(bench):
    here, there = bench.open(), bench.open("Two")
    own, other, bos = noted(bench, "ann", here), noted(bench, "ann", there), noted(bench, "bo", there)
    assert handed_notes(bench, here) == [other] and handed_notes(bench, there) == [own]
    assert handed_notes(bench) == [other, own], "an answer to nothing of ours too"
    assert handed_notes(bench, here, agent="bo") == [bos]
    assert handed_notes(bench, here, agent="") == [], "a customer's brings none"


def test_they_are_the_newest_of_each_ticket_and_eight_tickets_at_most(bench):
    tickets = [bench.open(f"Ticket {n}") for n in range(known.ELSEWHERE + 2)]
    found = [noted(bench, "ann", one) for one in tickets]
    newer = noted(bench, "ann", tickets[3])
    rest = [one for one in reversed(found) if one != found[3]]
    assert handed_notes(bench) == [newer, *rest][: known.ELSEWHERE]
    for _ in range(known.SEEN):
        newer = noted(bench, "ann", tickets[3])
    assert handed_notes(bench) == [newer], "no more letters than that are looked at"


def test_notes_go_with_the_words_of_their_ticket_and_count_into_the_limit(bench):
    here, there = bench.open(outbound=[to_customer() for _ in range(8)]), bench.open("Two")
    printed(bench, bytes(known.OCTETS // 8))
    noted(bench, "ann", there)
    assert handed_notes(bench, here) == [], "letters of the ticket come first"
    assert len(handed_notes(bench)) == 1
    bench.write(lambda tx: tx.tickets.drop_words([there]))
    assert handed_notes(bench) is None and bench.scalar("SELECT count(*) FROM letter_notes") == 0


@pytest.mark.parametrize(
    "statement",
    [
        sql.WORDS_BY_SIGN,
        sql.NEWEST_WORDS,
        sql.NEWEST_NOTES,
        sql.TICKET_OF_ID,
        sql.TICKET_ID,
        sql.MERGED_HERE,
        tickets_sql.NEWEST_SAID,
    ],
    ids=range(7),
)
def test_every_question_is_answered_by_an_index(bench, statement):
    names = ("token", "ticket", "agent", "limit", "id", "number", "home", "longest")
    plan = bench.read(lambda read: read.session.all("EXPLAIN QUERY PLAN " + statement, dict.fromkeys(names, 1)))
    assert [row["detail"] for row in plan if not row["detail"].startswith("SEARCH")] == []
