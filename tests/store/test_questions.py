"""Lists, counts and searches: right answers, in the working order, with the keys others rely on."""

from datetime import timedelta

import pytest

from mailgate.core.model import change as ch
from mailgate.core.model.desk_rows import MailQueue, QueueRow, Today
from mailgate.core.model.mail import Address, Source
from mailgate.core.model.mail_rows import QuarantinedMail
from mailgate.core.model.ticket import EntryKind, Priority, Status
from mailgate.core.model.trace import MatchTrace, RuleTrace, Trace
from mailgate.errors import ConfigError
from mailgate.store.base import Cursor, TicketFilter
from mailgate.store.tickets.finding import query, titles_with_two_of, wider_query
from mailgate.store.tickets.indexing import folded

BO = Address("bo@other.example", "Bo")
HOUR = timedelta(hours=1)


def numbers(bench, **wanted):
    return [
        ticket.number
        for ticket in bench.read(lambda read: read.tickets.matching(TicketFilter(**wanted), bench.now + HOUR))
    ]


def found(bench, words):
    while bench.write(lambda tx: tx.tickets.index(3)):
        pass
    return [ticket.number for ticket in bench.read(lambda read: read.tickets.find(words))]


def test_the_queue_stands_in_working_order(bench):
    plain = bench.open("plain")
    urgent = bench.open("urgent", priority=Priority.URGENT)
    late = bench.open("late", ch.SetDue("resolve", bench.now))
    later = bench.open("later", ch.SetDue("resolve", bench.now + 9 * HOUR))
    assert numbers(bench) == [late, later, urgent, plain]
    assert numbers(bench, limit=2, offset=1) == [later, urgent]
    assert bench.read(lambda read: read.tickets.count(TicketFilter(limit=1), bench.now)) == 4
    assert numbers(bench, by_arrival=True) == [urgent, plain, late, later]


def test_the_queue_may_stand_in_the_order_in_which_tickets_came(bench):
    plain, owned = bench.open("plain"), bench.open("theirs", ch.Assign("bo"), ch.SetStatus(Status.OPEN))
    late = bench.open("late", ch.SetDue("resolve", bench.now), priority=Priority.HIGH)
    urgent = bench.open("urgent", priority=Priority.URGENT)
    mine = bench.open("mine", ch.Assign("ann"), ch.SetStatus(Status.OPEN))

    def queue(by_arrival: bool) -> list[int]:
        asked = ch.Needs("", "", (), (), "", (), bench.now, queue_of="ann", queue_by_arrival=by_arrival)
        return [ticket.number for ticket in bench.read(lambda read: read.facts(asked, bench.now)).queue]

    def unowned(by_arrival: bool) -> list[int]:
        found = bench.read(lambda read: read.tickets.unowned(["support"], 9, bench.now, by_arrival=by_arrival))
        return [ticket.number for ticket in found.first]

    assert owned not in queue(True)
    assert (queue(True), queue(False)) == ([urgent, plain, late, mine], [late, urgent, plain, mine])
    assert (unowned(True), unowned(False)) == ([urgent, plain, late], [late, urgent, plain])


def test_every_filter_keeps_what_it_says(bench):
    one = bench.open("1", ch.Assign("ann"), ch.SetStatus(Status.OPEN), ch.Tag(("vip",)), department="sales")
    two = bench.open("2", ch.SetDue("manual", bench.now), requester=BO)
    assert numbers(bench, status=("open", "hold")) == [one]
    assert numbers(bench, department="support") == [two]
    assert numbers(bench, owner="ann") == [one]
    assert numbers(bench, unowned=True) == [two]
    assert numbers(bench, tag="vip") == [one]
    assert numbers(bench, overdue=True) == [two]
    assert numbers(bench, customer="BO@Other.example") == [two]
    assert numbers(bench, numbers=(one, two, 4711)) == [two, one]
    assert numbers(bench, status=("new",), owner="ann") == []
    assert bench.read(lambda read: read.tickets.count(TicketFilter(tag="vip"), bench.now)) == 1


def test_a_customers_tickets_are_found_by_each_of_their_linked_addresses(bench):
    one = bench.open("1")
    two = bench.open("2", requester=BO)
    bench.apply(None, effects=(ch.LinkContacts("anna@customer.example", BO.addr),))
    assert numbers(bench, customer=BO.addr) == numbers(bench, customer="anna@customer.example") == [one, two]


@pytest.mark.parametrize(
    "wanted",
    [
        {"status": ("new",)},
        {"department": "support", "status": ("new", "open")},
        {"owner": "ann"},
        {"tag": "vip"},
        {"customer": "anna@customer.example"},
        {"overdue": True},
        {"numbers": (1001, 1002)},
    ],
    ids=str,
)
def test_no_filter_scans_all_tickets(bench, wanted):
    def plans(read):
        where, params = read.tickets._where(TicketFilter(**wanted), bench.now)
        return [row["detail"] for row in read.session.all(f"EXPLAIN QUERY PLAN SELECT * FROM ticket {where}", params)]

    assert not any(plan.startswith("SCAN ticket") for plan in bench.read(plans))


def test_the_clock_reads_only_those_due(bench):
    late = bench.open("late", ch.SetEscalation(0, bench.now, bench.now))
    bench.open("not yet", ch.SetEscalation(0, bench.now + HOUR))
    bench.open("at rest", ch.SetEscalation(0, bench.now), ch.SetStatus(Status.SOLVED))
    held = bench.open("held", ch.SetStatus(Status.HOLD, bench.now))
    assert [t.number for t in bench.read(lambda read: read.tickets.late(bench.now, 10))] == [late]
    assert [t.number for t in bench.read(lambda read: read.tickets.waking(bench.now, 10))] == [held]
    seen = []
    bench.write(lambda tx: tx.session.connection.set_trace_callback(seen.append))
    bench.write(lambda tx: (tx.tickets.late(bench.now, 10), tx.tickets.waking(bench.now, 10)))
    due = [each for each in seen if "escalate_at" in each or "status_until" in each]
    for statement in due:
        plan = bench.read(lambda read, s=statement: read.session.all("EXPLAIN QUERY PLAN " + s, {}))
        assert any("ticket_escalate" in row["detail"] or "ticket_wake" in row["detail"] for row in plan), statement


def test_each_mail_has_its_one_fate_in_the_audit(bench):
    for fate in ch.Fate:
        mail = bench.keep().number
        bench.apply(mail, fate=fate, parking=ch.WhyParked("x") if fate is ch.Fate.PARKED else None)
    bench.keep()
    assert bench.read(lambda read: read.report.audit()) == {
        "accepted": 6, "filed": 1, "duplicate": 1, "dropped": 1, "parked": 1, "quarantined": 1, "unaccounted": 1,
    }  # fmt: skip


def test_quarantine_lists_retries_and_drops(bench):
    one, two = bench.keep(b"one").number, bench.keep(b"two").number
    bench.write(lambda tx: tx.mail.attempt(one))
    for mail in (one, two):
        bench.write(lambda tx, mail=mail: tx.mail.quarantine(mail, "poison", "ChildDied: cpu", bench.now))
    listed = bench.read(lambda read: read.mail.quarantined())
    assert listed[0] == QuarantinedMail(
        id=one, mail=one, at=bench.now, error="ChildDied: cpu", from_="anna@customer.example", subject="", size=3
    )  # fmt: skip
    assert bench.write(lambda tx: tx.mail.retry(one))
    assert not bench.write(lambda tx: tx.mail.retry(one))
    (waiting,) = bench.write(lambda tx: tx.mail.waiting(tx.mail.undecided(9)))
    assert (waiting.number, waiting.attempts, waiting.retried, waiting.raw) == (one, 0, True, b"one")
    assert bench.write(lambda tx: tx.mail.drop(two, "by hand", bench.now))
    assert not bench.write(lambda tx: tx.mail.drop(two, "by hand", bench.now))
    assert bench.read(lambda read: (read.mail.quarantined(), read.mail.raw(two))) == ([], b"two")


def test_waiting_mail_comes_in_order_of_arrival(bench):
    kept = [bench.keep(source=Source.LMTP).number for _ in range(5)]
    bench.apply(kept[1])
    waiting = bench.write(lambda tx: tx.mail.waiting(tx.mail.undecided(3)))
    assert [mail.number for mail in waiting] == [kept[0], kept[2], kept[3]]
    assert waiting[0].envelope.source is Source.LMTP
    assert bench.read(lambda read: read.mail.waiting([kept[1], 99])) == []
    assert [bench.read(lambda read, n=n: read.mail.is_undecided(n)) for n in (kept[0], kept[1], 99)] == [
        True,
        False,
        False,
    ]
    assert bench.write(lambda tx: (tx.mail.attempt(kept[4]), tx.mail.attempt(kept[4]))) == (1, 2)
    with pytest.raises(KeyError):
        bench.write(lambda tx: tx.mail.attempt(99))


def test_a_mail_is_shown_whole_but_for_its_bytes(bench):
    number = bench.open()
    mail = bench.read(lambda read: read.mail.row(1))
    assert (mail.fate, mail.reason, mail.tickets, mail.subject) == (
        "filed",
        "test",
        (number,),
        "Broken lamp",
    )
    assert (mail.accepted_at, mail.departments, mail.recipients) == (
        bench.now, ("support",), ("support@desk.example",))  # fmt: skip
    assert bench.read(lambda read: read.mail.by_message_id("1@customer.example")).number == 1
    assert bench.read(lambda read: (read.mail.row(99), read.mail.by_message_id("<no@id>"))) == (None, None)
    assert bench.read(lambda read: read.mail.envelope(1)).recipients == ("support@desk.example",)
    assert [m.number for m in bench.read(lambda read: read.mail.since(bench.now))] == [1]
    assert bench.read(lambda read: read.mail.since(bench.now + HOUR)) == []
    with pytest.raises(KeyError):
        bench.read(lambda read: read.mail.raw(99))


def test_the_decision_can_be_explained_later(bench):
    mail = bench.keep().number
    seen = Trace("human", MatchTrace("token", 1001), rules=(RuleTrace("default", True, "always"),), looked=True)
    bench.apply(mail, trace=seen)
    assert bench.read(lambda read: read.mail.row(mail)).trace == seen


# --- IMAP -------------------------------------------------------------------------------------------------------------


def imap(bench, uid, raw=None, uidvalidity=7, **more):
    return bench.keep(
        raw, mailbox="support", folder="INBOX", uid=uid, uidvalidity=uidvalidity, source=Source.IMAP, **more
    )


def test_i05_the_same_imap_message_again_gives_the_first_number_and_no_row(bench):
    first = imap(bench, 5, b"same", digest="d")
    assert imap(bench, 5, b"same", digest="d").number == first.number
    assert bench.scalar("SELECT count(*) FROM mail") == 1


def test_i07_after_a_new_uidvalidity_the_same_bytes_are_duplicates(bench):
    first = imap(bench, 5, b"same", digest="d")
    again = imap(bench, 1, b"same", uidvalidity=8, digest="d")
    assert (again.duplicate_of, again.number) == (first.number, first.number + 1)


def test_s06_another_mail_under_a_uid_we_know_is_a_mail_of_its_own(bench):
    """S-06: UIDVALIDITY 1, 2, 1 with UID 1 a new mail: it was fetched, and no row made."""
    first = imap(bench, 1, b"first", uidvalidity=1, digest="a")
    second = imap(bench, 1, b"second", uidvalidity=2, digest="b")
    third = imap(bench, 1, b"third", uidvalidity=1, digest="c")
    assert third.duplicate_of is None
    assert len({first.number, second.number, third.number}) == 3
    assert imap(bench, 1, b"third", uidvalidity=1, digest="c").number == third.number
    back = imap(bench, 1, b"first", uidvalidity=1, digest="a")  # and laid back once more
    assert back.duplicate_of == first.number
    assert bench.scalar("SELECT count(*) FROM mail") == 4
    assert bench.read(lambda read: read.mail.taken("support", "INBOX", 1)).keys() == {1}


def test_s06_a_folder_that_gives_its_uids_anew_is_read_from_its_start(bench):
    def step(uid):
        bench.write(lambda tx: tx.settings.set_cursor("support", "INBOX", Cursor(1, uid), bench.now))
        return bench.read(lambda read: read.settings.cursor("support", "INBOX"))

    assert [step(5), step(0), step(2)] == [Cursor(1, 5), Cursor(1, 0), Cursor(1, 2)]


def test_a_cursor_goes_forward_and_starts_anew_with_uidvalidity(bench):
    def step(uidvalidity, uid):
        bench.write(lambda tx: tx.settings.set_cursor("support", "INBOX", Cursor(uidvalidity, uid), bench.now))
        return bench.read(lambda read: read.settings.cursor("support", "INBOX"))

    assert bench.read(lambda read: read.settings.cursor("support", "INBOX")) is None
    assert [step(7, 10), step(7, 5), step(8, 1)] == [Cursor(7, 10), Cursor(7, 10), Cursor(8, 1)]


def test_what_cannot_be_fetched_is_set_aside_counted_and_gone_once_it_came(bench):
    tries = [
        bench.write(lambda tx: tx.settings.put_aside("support", "INBOX", 7, 5, "empty answer", bench.now))
        for _ in range(2)
    ]
    assert tries == [1, 2]
    (row,) = bench.read(lambda read: read.settings.set_aside("support"))
    assert (row.uid, row.why, row.tries) == (5, "empty answer", 2)
    assert bench.read(lambda read: read.settings.set_aside("sales")) == []
    imap(bench, 5)
    assert bench.read(lambda read: read.settings.set_aside()) == []


# --- full text --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "hits"),
    [
        ("lamppu", [1001]),
        ("lampp", [1001]),
        ("KÄYTÄVÄLLÄ", [1001]),
        ("kaytavalla", [1001]),
        ("lodz", [1002]),
        ("Łódź strasse", [1002]),
        ("straße", [1002]),
        ("anna@customer.example", [1001, 1002]),
        ("1002", [1002]),
        ("[#1002]", [1002]),
        ('"lamppu käytävällä"', [1001]),
        ('"käytävällä lamppu"', []),
        ("lamppu strasse", []),
        ('foo-12 AND ( OR NEAR(" * ^ :', []),
        ("lampun", [1001]),
        ("lamput käytävä", [1001]),
        ("lampun strasse", []),
        ("lampun katu", []),
        ("", []),
        ("!!!", []),
    ],
)
def test_find_takes_whatever_people_type(bench, words, hits):
    bench.open("Lamppu käytävällä")
    bench.open("Łódź, Straße 5")
    assert sorted(found(bench, words)) == hits


@pytest.mark.parametrize(
    ("words", "hits"),
    [
        ("A17", [1001, 1002]),
        ("a-17", [1001, 1002]),
        ("A 17", [1001]),
        ("pump A17", [1001]),
        ("A1", [1001, 1002]),
        ("17A", []),
        ("B2C9", [1003]),
        ("b2-c9", [1003]),
        ("b-2-c-9", []),
        ("1a2b3c4d5e", []),
        ('"A-17"', [1001]),
    ],
)
def test_d31_a_number_is_found_with_a_hyphen_or_without(bench, words, hits):
    bench.open("Pump A-17 drips")
    bench.open("Fan A17 hums")
    bench.open("Order B2-C9")
    assert sorted(found(bench, words)) == hits
    assert found(bench, " ".join(["a1b2c3-d4e5f6-g7h8-i9-j10k"] * 50)) == [], "however much is typed"


def test_what_was_typed_is_found_before_other_forms_of_it(bench):
    genitive, nominative = bench.open("Lampun johto"), bench.open("Lamppu ja johto")
    assert found(bench, "lamppu") == [nominative, genitive]
    assert found(bench, "lampun johto") == [genitive, nominative]
    assert bench.read(lambda read: [one.number for one in read.tickets.find("lamppu", 1)]) == [nominative]
    assert bench.read(lambda read: [one.number for one in read.tickets.find("lampun", 50, ["en"])]) == [genitive]


def test_solved_tickets_like_another_are_found_by_two_words_of_their_titles(bench):
    def solved(title, *changes, **parts):
        return bench.open(title, ch.SetStatus(Status.SOLVED), *changes, **parts)

    like = solved("Lamput rikki käytävällä")
    bench.open("Rikkinäinen lamppu: käytävä")  # at work
    solved("Lamppu")
    solved("Käytävän lamppu rikki", department="sales")
    new = bench.open("Lamppu rikki", language="fi")
    assert found(bench, "lamppu")[0]
    ticket = bench.read(lambda read: read.tickets.get(new))
    words = ["lamp", "rik", "kaytav"]
    assert [one.number for one in bench.read(lambda read: read.tickets.solved_like(ticket, words, 6))] == [like]
    assert bench.read(lambda read: read.tickets.solved_like(ticket, ["lamp"], 6)) == []
    assert titles_with_two_of(["photo", "box"], "en").startswith('subject : ((("photo"*) AND ("box" OR "boxa"* OR')


def test_find_goes_where_a_merge_went(bench):
    one, two = bench.open("Lamp"), bench.open("Chair")
    bench.apply(None, ch.MergeInto(one), ticket=two)
    assert found(bench, "chair") == [one]


def test_the_index_is_fed_in_portions_and_only_once(bench):
    for i in range(5):
        bench.open(f"ticket {i}")
    assert [bench.write(lambda tx: tx.tickets.index(3)) for _ in range(3)] == [3, 2, 0]
    number = bench.open("one more")
    assert found(bench, "more") == [number]


def test_folding_and_quoting():
    assert folded("Žluťoučký ŁÓDŹ Straße Ærø") == "zlutoucky lodz strasse aero"
    assert query('a b-c "d e"') == '"a"* AND "b"* AND "c"* AND "d e"'
    assert query("a1-b") == '((("a1"* OR "a 1"*) AND "b"*) OR "a1b"*)'
    assert wider_query('photos "d e"', ["en"]) == '("photo"* OR "photos"*) AND "d e"'
    assert wider_query('"d e" 17', ["en"]) == ""


# --- figures, people --------------------------------------------------------------------------------------------------


def test_the_desk_shows_the_workload(bench):
    bench.open("1", ch.Assign("ann"), ch.SetStatus(Status.OPEN), ch.SetDue("resolve", bench.now - HOUR))
    bench.open("2")
    bench.open("3", ch.SetStatus(Status.SOLVED))
    bench.open("4", ch.SetStatus(Status.SOLVED, why="filed"))
    desk = bench.read(lambda read: read.report.desk(bench.now, bench.now - HOUR))
    assert [(row.status, row.owner, row.tickets, row.overdue) for row in desk.load] == [
        ("new", None, 1, 0), ("open", "ann", 1, 1)]  # fmt: skip
    assert (desk.overdue, desk.oldest) == (1, bench.now)
    assert desk.today == Today(opened=4, solved=1, filed=1, mails=4, agents=0)
    later = bench.now + HOUR
    assert bench.read(lambda read: read.report.desk(later, later)).today == Today(0, 0, 0, 0, 0), "a day begins anew"


def test_queues_tell_how_much_waits_and_since_when(bench, letters):
    bench.open(outbound=(letters(),))
    bench.keep(now=bench.now + HOUR)
    queues = bench.read(lambda read: read.report.queues())
    assert queues.mail == MailQueue(1, bench.now + HOUR)
    assert queues.outbox == {"waiting": QueueRow(1, bench.now)}
    assert (queues.quarantined, queues.parked, queues.last_mail_at) == (0, 0, bench.now + HOUR)


def test_settings_are_remembered(bench):
    bench.write(lambda tx: tx.settings.set("k", "v"))
    assert bench.read(lambda read: read.settings.get("k")) == "v"
    bench.write(lambda tx: tx.settings.set("k", None))
    assert bench.read(lambda read: read.settings.get("k")) is None


def test_agents_keep_their_id_and_one_with_work_left_cannot_vanish(bench, people):
    agent, department = people
    desks = [department("support"), department("sales")]
    first = bench.store.sync_people([agent("ann"), agent("bo")], desks)
    number = bench.open("x", ch.Assign("bo"))
    with pytest.raises(ConfigError, match="'bo' is gone"):
        bench.store.sync_people([agent("ann")], desks)
    with pytest.raises(ConfigError, match="'support' is gone"):
        bench.store.sync_people([agent("ann"), agent("bo")], desks[1:])
    bench.apply(None, ch.Assign(None), ticket=number)
    assert bench.store.sync_people([agent("ann")], desks) == {"ann": first["ann"]}
    assert bench.store.sync_people([agent("ann"), agent("bo"), agent("cy")], desks)["bo"] == first["bo"]


def test_imported_history_keeps_its_own_times(bench):
    early = bench.now - 1000 * HOUR
    mail = bench.keep(history=True, arrived_at=early).number
    words = ch.AddEntry(EntryKind.CUSTOMER, BO.addr, "Bo", "long ago")
    number = bench.apply(mail, ch.OpenTicket("x", "support", BO), words, stamp=bench.stamp(mail)).tickets[0]
    ticket = bench.ticket(number)
    assert ticket.created_at == ticket.updated_at == ticket.last_customer_at == early


@pytest.mark.parametrize("number", [2**63, -(2**70), 10**30])
def test_a_number_no_column_can_hold_is_a_number_nothing_has(bench, number):
    bench.open("lamp")
    assert bench.read(lambda read: read.tickets.get(number)) is None
    assert bench.read(lambda read: read.mail.row(number)) is None
    assert bench.write(lambda tx: tx.mail.drop(number, "x", bench.now)) is False
    assert bench.write(lambda tx: tx.outbox.retry(number, bench.now)) is False


def test_s04_only_a_mail_alone_in_hand_at_an_unclean_end_is_counted_and_a_fate_forgets_the_mark(bench):
    among, alone, rested, settled, waiting = (bench.keep().number for _ in range(5))
    bench.write(lambda tx: tx.mail.deciding([among, rested, settled]))
    bench.write(lambda tx: tx.mail.deciding([alone], alone=True))
    bench.write(lambda tx: tx.mail.at_rest([rested]))
    bench.apply(settled)
    bench.write(lambda tx: tx.mail.deciding([settled]))  # too late: it has its fate

    def counts():
        return {mail.number: mail.alone for mail in bench.read(lambda read: read.mail.waiting(read.mail.undecided(9)))}

    assert bench.write(lambda tx: tx.mail.unfinished()) == [among, alone]
    assert counts() == {among: 0, alone: 1, rested: 0, waiting: 0}
    assert bench.write(lambda tx: tx.mail.unfinished()) == [among, alone], (
        "a suspect stays one, and is counted once an end"
    )
    assert counts()[alone] == 1
    bench.write(lambda tx: tx.mail.quarantine(alone, "daemon_died", "", bench.now))
    assert bench.write(lambda tx: tx.mail.unfinished()) == [among]
    bench.write(lambda tx: tx.mail.retry(alone))
    assert counts()[alone] == 0
