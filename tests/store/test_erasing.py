"""What goes is gone, from the search too; what stays can still be found and counted."""

import itertools
from datetime import timedelta

import pytest

from mailgate.core.model import change as ch
from mailgate.core.model.mail import Address, Attachment
from mailgate.core.model.ticket import EntryKind, Status
from mailgate.store import backfill
from mailgate.store.tickets.indexing import body, folded
from mailgate.store.tickets.statements import TO_INDEX

BO = Address("bo@other.example", "Bo")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SOLVED = ch.SetStatus(Status.SOLVED)


def index(bench):
    while bench.write(lambda tx: tx.tickets.index(100)):
        pass


def found(bench, words):
    return [ticket.number for ticket in bench.read(lambda read: read.tickets.find(words))]


def vocabulary(bench):
    """(term, entries, times) as the index has it, and as an index made anew would."""

    def both(tx):
        tx.session.run(
            "CREATE VIRTUAL TABLE fresh USING fts5(subject, body, content='', tokenize='unicode61 remove_diacritics 2')",
            {},
        )
        tx.session.run("INSERT INTO fresh (rowid, subject, body) SELECT rowid, subject, body FROM again", {})
        for name in ("words", "fresh"):
            tx.session.run(f"CREATE VIRTUAL TABLE {name}_seen USING fts5vocab({name}, 'row')", {})
        seen = [[tuple(row) for row in tx.session.all(f"SELECT * FROM {name}_seen", {})] for name in ("words", "fresh")]
        raise Rollback(seen)

    def prepare(tx):
        tx.session.run("CREATE TEMP TABLE IF NOT EXISTS again (rowid INTEGER PRIMARY KEY, subject TEXT, body TEXT)", {})
        tx.session.run("DELETE FROM again", {})
        for row in tx.session.all(TO_INDEX, {"after": 0, "limit": 1000}):
            tx.session.run("INSERT INTO again VALUES (:i, :s, :b)", {
                "i": row["id"], "s": folded(row["subject"]), "b": body(row["author"], row["author_name"], row["text"], row["title"])})  # fmt: skip

    bench.write(prepare)
    with pytest.raises(Rollback) as told:
        bench.write(both)
    return told.value.args[0]


class Rollback(Exception):
    """Nothing of the look stays."""


def true_index(bench):
    ours, fresh = vocabulary(bench)
    return ours == fresh


def test_w08_a_customers_new_subject_is_found_and_goes_with_their_words(bench):
    quirina, number = Address("quirina@zatopek.example", "Quirina"), bench.open("Lamp")
    bench.apply(None, ch.Join(quirina), ticket=number)
    for who in (quirina, BO):
        bench.apply(None, ch.AddEntry(EntryKind.CUSTOMER, who.key, who.name, "see", title="Xylophone"), ticket=number)
    index(bench)
    assert found(bench, "xylophone") == [number]
    bench.write(lambda tx: tx.people.forget(quirina.addr, bench.now, "admin"))
    assert [entry.title for entry in bench.ticket(number).entries][1:] == ["", ""], "others may speak of them"
    assert found(bench, "xylophone") == [] and true_index(bench)


def test_a_new_title_is_found_and_the_old_one_no_more(bench):
    number = bench.open("Broken lamp")
    other = bench.open("Lodz lamp")
    index(bench)
    bench.apply(None, ch.SetSubject("Łódź invoice"), ticket=number)
    assert found(bench, "invoice") == [number]
    assert sorted(found(bench, "lodz")) == [number, other]
    assert found(bench, "broken") == [number]  # the words themselves speak of it
    assert true_index(bench)


def test_merged_unmerged_and_split_entries_are_found_by_the_title_they_stand_under(bench):
    target, source = bench.open("Alpha"), bench.open("Beta")
    index(bench)
    bench.apply(None, ch.MergeInto(target), ticket=source)
    assert true_index(bench)
    bench.apply(None, ch.SetSubject("Gamma"), ticket=target)
    assert true_index(bench)
    bench.apply(None, ch.Unmerge(), ticket=source)
    assert true_index(bench)
    entry = bench.ticket(target).entries[0].id
    steps = (ch.Step(target, (ch.SplitOff(entry),)), ch.Step(None, (ch.OpenTicket("Delta", "support", BO),)))
    bench.write(lambda tx: tx.apply(None, ch.Decision(ch.Fate.FILED, "split", steps), bench.now, bench.ids))
    assert true_index(bench)
    assert len(found(bench, "delta")) == 1


def test_entries_the_index_does_not_know_yet_are_left_to_it(bench):
    number = bench.open("Alpha")
    bench.apply(None, ch.SetSubject("Beta"), ticket=number)
    bench.write(lambda tx: tx.tickets.drop_words([number]))
    index(bench)
    assert true_index(bench)
    assert found(bench, "beta") == [number]


def test_words_go_and_the_ticket_is_still_found_by_title_and_person(bench, letters):
    number = bench.open("Lamp", outbound=(letters(),))
    index(bench)
    assert found(bench, "words") == [number]
    bench.write(lambda tx: tx.tickets.drop_words([number]))
    (entry,) = bench.ticket(number).entries
    assert (entry.text, entry.quoted, entry.html, entry.author) == ("", "", "", "anna@customer.example")
    assert (found(bench, "words"), found(bench, "lamp"), found(bench, "anna")) == ([], [number], [number])
    assert true_index(bench)
    assert bench.scalar("SELECT context FROM letter") == "{}"


def test_raw_mail_goes_with_its_attachments_and_its_row_stays(bench):
    mail = bench.keep(b"raw bytes").number
    file = Attachment("a.png", "image/png", 12, "0" * 64, "2.1", False, "", "a.png")
    words = ch.AddEntry(EntryKind.CUSTOMER, "a@b.example", "", "see", attachments=(file,))
    number = bench.apply(mail, ch.OpenTicket("x", "support", BO), words, stamp=bench.stamp(mail)).tickets[0]
    assert bench.write(lambda tx: tx.mail.drop_raw([mail])) == []
    (entry,) = bench.ticket(number).entries
    assert (entry.text, entry.attachments) == ("see", ())
    with pytest.raises(KeyError):
        bench.read(lambda read: read.mail.raw(mail))
    assert bench.read(lambda read: read.mail.row(mail)).fate == "filed"


def old(bench, after=0, days=1):
    return [row.number for row in bench.read(lambda read: read.mail.older_than(bench.now + days * DAY, after, 50))]


def test_only_settled_mail_of_finished_tickets_is_old(bench, letters):
    bench.open("at work")
    solved = bench.open("solved", SOLVED)
    bench.open("letter still here", SOLVED, outbound=(letters(),))
    parked = bench.keep().number
    bench.apply(parked, fate=ch.Fate.PARKED, parking=ch.WhyParked("x"), stamp=bench.stamp(parked))
    dropped = bench.keep().number
    bench.apply(dropped, fate=ch.Fate.DROPPED, stamp=bench.stamp(dropped))
    bench.keep()
    assert old(bench) == [2, dropped]
    assert bench.ticket(solved).entries[0].mail == 2
    assert old(bench, after=2) == [dropped]
    assert old(bench, days=-1) == []
    bench.write(lambda tx: tx.mail.drop_raw([2, dropped]))
    assert old(bench) == []


def test_only_finished_tickets_with_words_left_are_old(bench):
    bench.open("at work")
    solved = bench.open("solved", SOLVED)
    again = bench.open("solved later", SOLVED)
    bench.apply(None, ch.SetStatus(Status.ARCHIVED), ticket=again, now=bench.now + 3 * DAY)

    def threads(days, after=0):
        return bench.read(lambda read: read.tickets.with_old_words(bench.now + days * DAY, after, 50))

    assert threads(1) == [solved]
    assert threads(4) == [solved, again]
    assert threads(4, after=solved) == [again]
    bench.write(lambda tx: tx.tickets.drop_words([solved, again]))
    assert threads(4) == []


def test_not_a_byte_of_a_forgotten_person_is_left_in_the_file(bench):
    quirina = Address("quirina@zatopek.example", "Quirina")
    bench.open("Xylophone", SOLVED, requester=quirina)
    bench.open("Lamp")
    index(bench)
    path = bench.store.path
    assert b"quirina" in path.read_bytes() + path.with_name(path.name + "-wal").read_bytes()
    counts, blobs = bench.write(lambda tx: tx.people.forget(quirina.addr, bench.now, "admin"))
    assert (counts["tickets"], counts["mails"], counts["entries"], blobs) == (1, 1, 1, [])
    assert not bench.read(lambda read: backfill.done(read.session, backfill.LET_GO))  # a start goes on with it
    while bench.write(lambda tx: tx.backfill(1)) is not None:
        pass
    assert true_index(bench)
    bench.close()
    assert not path.with_name(path.name + "-wal").exists()
    left = path.read_bytes().lower()
    assert not [word for word in (b"quirina", b"zatopek", b"xylophone") if word in left]
    assert b"anna@customer.example" in left


def test_s11_forgetting_leaves_the_index_to_be_merged_in_slices(bench):
    """S-11: the whole index of words was written anew in that transaction, 30 s of it at a million entries."""

    def segments():
        return bench.read(lambda read: read.session.scalar("SELECT count(DISTINCT segid) FROM words_idx", {}))

    serial = itertools.count()
    bench.open("Xylophone", SOLVED, requester=Address("quirina@zatopek.example", "Quirina"))
    for _ in range(10):  # each fed by itself, so that the index has a segment for each
        bench.open(" ".join(f"word{next(serial)}" for _ in range(400)))
        index(bench)
    before = segments()
    assert before > 5
    bench.write(lambda tx: tx.people.forget("quirina@zatopek.example", bench.now, "admin"))
    assert segments() >= before
    slices = 0
    while bench.write(lambda tx: tx.backfill(1)) is not None:
        slices += 1
    assert slices > 5
    assert segments() == 1
    assert true_index(bench)


def test_s11_the_first_purge_looks_at_few_mails_for_each_batch(bench):
    """S-11: each batch of twenty looked at all raw mail there was: hours at a million."""

    def steps(after, limit):
        count = 0

        def tick():
            nonlocal count
            count += 1

        def ask(read):
            read.session.connection.set_progress_handler(tick, 100)
            try:
                return [row.number for row in read.mail.older_than(bench.now + DAY, after, limit)]
            finally:
                read.session.connection.set_progress_handler(None, 100)

        return bench.read(ask), count * 100

    bench.open("solved", SOLVED)
    rows = bench.read(lambda read: read.session.all("SELECT name FROM pragma_table_info('mail')", {}))
    columns = ", ".join(row["name"] for row in rows if row["name"] not in ("number", "raw_digest"))
    insert = (
        "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 6000) "
        f"INSERT INTO mail ({columns}, number, raw_digest) "
        f"SELECT {columns}, i, 'd' || i FROM n, mail WHERE mail.number = 1"
    )
    bench.write(lambda tx: tx.session.run(insert, {}))
    bench.write(lambda tx: tx.session.run("INSERT INTO raw SELECT number, x'00' FROM mail WHERE number > 1", {}))
    first, cost = steps(0, 20)
    assert first == list(range(1, 21))
    assert cost < 6000, "it looks at more than the batch"
    bench.write(lambda tx: tx.session.run("DELETE FROM raw WHERE mail < 5990", {}))  # most were purged before
    assert steps(0, 20)[0] == list(range(5990, 6001))
