"""The outbox: claimed in order, leased, marked, recovered; the same intention is never written twice."""

import re
import sqlite3
from datetime import timedelta

import pytest

from mailgate.core.letters.row_values import from_plain
from mailgate.core.model import change as ch
from mailgate.core.model.content import Ack, Answer, Digest
from mailgate.core.model.mail import Address

BO = Address("bo@other.example", "Bo")
ANSWER = Answer(text="words", agent="ann")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def letter(content=ANSWER, urgency=ch.Urgency.WORDS, to=(BO,), **more):
    return ch.Outbound(content, ch.Audience.CUSTOMER, to, urgency=urgency, **more)


def states(bench):
    every = ("waiting", "leased", "sending", "sent", "uncertain", "held", "dead")
    return [row.state for row in bench.read(lambda read: read.outbox.deliveries(every))]


def test_a_claimed_letter_carries_all_that_is_needed_to_word_and_send_it(bench):
    cc = Address("Carl@Other.example", "Carl")
    out = letter(
        cc=(cc,), department="sales", language="fi", purpose="customer", in_reply_to="<a@b>", references=("<r@b>", "<a@b>"),
        attachments=((0, "2.1"),), agent="ann",
    )  # fmt: skip
    number = bench.open(outbound=(out,))
    (due,) = bench.claim()
    assert due.ticket.number == number
    assert [entry.text for entry in due.ticket.entries] == ["words about Broken lamp"]
    assert (due.template, due.audience, due.agent, due.purpose) == ("answer", "customer", "ann", "customer")
    assert (due.department, due.language, due.subject) == ("sales", "fi", "Broken lamp")
    assert (due.to, due.cc, due.in_reply_to, due.references) == ((BO,), (cc,), "<a@b>", ("<r@b>", "<a@b>"))
    assert due.content == ANSWER
    assert due.attachments == ((1, "2.1"),)
    assert [each.recipient for each in due.deliveries] == [BO.addr, "Carl@Other.example"]
    assert due.rendered is None


def test_a_letter_of_no_ticket_goes_out_too(bench):
    bench.apply(None, letters=(letter(Digest(), subject="Good morning"),))
    (due,) = bench.claim()
    assert (due.ticket, due.subject, due.department) == (None, "Good morning", "")


def test_urgent_ones_first_then_the_oldest(bench):
    for template, urgency in (("digest", 3), ("notice", 2), ("ack", 1), ("answer", 0), ("second", 0)):
        bench.open(template, outbound=(letter(from_plain(template, {}), ch.Urgency(urgency)),))
    assert [due.template for due in bench.claim(limit=3)] == ["answer", "second", "ack"]
    assert [due.template for due in bench.claim()] == ["notice", "digest"]
    assert bench.claim() == []


def test_a_lease_keeps_others_away_until_it_is_over(bench):
    bench.open(outbound=(letter(),))
    assert len(bench.claim()) == 1
    assert bench.claim(now=bench.now + 14 * MINUTE) == []
    assert len(bench.claim(now=bench.now + 15 * MINUTE)) == 1


def test_departments_whose_route_is_paused_are_left(bench):
    bench.open("1", outbound=(letter(department="sales"),))
    bench.open("2", outbound=(letter(),))
    assert [due.department for due in bench.claim(skip=("sales",))] == ["support"]
    assert [due.department for due in bench.claim()] == ["sales"]


def test_a_letter_about_a_ticket_merged_meanwhile_shows_the_thread_it_went_to(bench):
    target = bench.open("One")
    source = bench.open("Two", outbound=(letter(),))
    bench.apply(None, ch.MergeInto(target), ticket=source)
    (due,) = bench.claim()
    assert (due.ticket.number, len(due.ticket.entries)) == (target, 2)


def test_two_letters_with_one_message_id_are_our_bug_and_never_a_lost_letter(bench, monkeypatch):
    number = bench.open()
    monkeypatch.setattr(bench.ids, "message_id", lambda *args: "<same@desk.example>")
    with pytest.raises(sqlite3.IntegrityError):
        bench.apply(None, ch.SetSubject("x"), ticket=number, outbound=(letter(), letter()))
    assert (bench.ticket(number).subject, states(bench)) == ("Broken lamp", [])


def test_the_same_intention_is_written_once(bench):
    number = bench.open(outbound=(letter(dedupe="esc:1"),))
    bench.apply(None, ch.Journal("again"), ticket=number, outbound=(letter(dedupe="esc:1"), letter(dedupe="esc:2")))
    assert len(bench.claim()) == 2


def test_one_recipient_named_twice_is_one_delivery(bench):
    bench.open(outbound=(letter(to=(BO,), cc=(Address("BO@other.example"),)),))
    assert len(states(bench)) == 1


def test_a_rendered_letter_keeps_its_first_bytes(bench):
    bench.open(outbound=(letter(),))
    (due,) = bench.claim()
    for words in (b"first", b"second"):
        bench.write(lambda tx, words=words: tx.outbox.keep_rendered(due.id, words, "Re: [#1001] Broken lamp"))
    bench.mark(due.deliveries[0].id, "waiting", due_at=bench.now + MINUTE, error="421 later", attempts=1)
    assert bench.claim() == []
    (again,) = bench.claim(now=bench.now + MINUTE)
    assert (again.rendered, again.message_id) == (b"first", due.message_id)
    (delivery,) = again.deliveries
    assert (delivery.attempts, delivery.first_tried_at) == (1, bench.now)
    shown = bench.read(lambda read: read.outbox.letter(due.id))
    assert (shown.raw, shown.subject, shown.ticket) == (b"first", "Re: [#1001] Broken lamp", 1001)


def test_a_letter_remembers_whom_its_first_line_named_as_they_are_written_to_now(bench):
    number = bench.open(outbound=(letter(),))
    (due,) = bench.claim()
    owner = bench.ticket(number).requester
    named = (owner, Address("kari@elsewhere.example"))
    bench.apply(None, ch.Join(named[1]), ticket=number)
    for words, people in ((b"first", named), (b"second", (owner,))):
        bench.write(lambda tx, w=words, p=people: tx.outbox.keep_rendered(due.id, w, "Broken lamp", promised=p))
    assert [one.key for one in _promised(bench, due)] == [one.key for one in named], "those of the bytes that left"
    bench.apply(None, ch.Leave(named[1].addr), ticket=number)
    assert [one.key for one in _promised(bench, due)] == [one.key for one in named]


def test_a_letter_that_names_nobody_or_is_of_before_promises_nothing(bench):
    bench.open(outbound=(letter(),))
    (due,) = bench.claim()
    assert _promised(bench, due) is None
    bench.write(lambda tx: tx.outbox.keep_rendered(due.id, b"first", "Broken lamp", promised=()))
    assert _promised(bench, due) == ()


def _promised(bench, due):
    wanted = ch.Needs("", "", (), (), "", (), bench.now, letters=(due.message_id,))
    return bench.write(lambda tx: tx.facts(wanted, bench.now)).letters[due.message_id].promised


def test_a_sent_delivery_keeps_the_relays_own_id(bench):
    bench.open(outbound=(letter(),))
    (due,) = bench.claim()
    bench.mark(due.deliveries[0].id, "sending")
    bench.mark(due.deliveries[0].id, "sent", remote_id="<ses@amazon>", attempts=1)
    (row,) = bench.read(lambda read: read.outbox.letter(due.id)).deliveries
    assert (row.state, row.remote_id, row.sent_at, row.due_at) == ("sent", "<ses@amazon>", bench.now, None)
    assert bench.read(lambda read: read.outbox.deliveries()) == []


def test_after_a_crash_leased_ones_wait_again_and_sending_ones_are_told_apart(bench, letters):
    bench.open("leased", outbound=(letter(Ack(named="leased")),))
    bench.open("words", outbound=(letter(Ack(named="words")),))
    bench.open("ack", outbound=(letters(),))
    for due in bench.claim():
        if due.template != "leased":
            bench.mark(due.deliveries[0].id, "sending")
    assert bench.write(lambda tx: tx.outbox.recover(bench.now)) == {"leased": 1, "retried": 1, "uncertain": 1}
    again = bench.claim()
    assert sorted(due.template for due in again) == ["leased", "words"]
    for due in again:
        bench.mark(due.deliveries[0].id, "sending")
    assert bench.write(lambda tx: tx.outbox.recover(bench.now)) == {"leased": 0, "retried": 1, "uncertain": 1}


def test_a_letter_in_its_undo_window_is_held_and_leaves_by_itself(bench):
    bench.open(outbound=(letter(not_before=bench.now + 2 * MINUTE),))
    assert states(bench) == ["held"]
    assert bench.write(lambda tx: tx.outbox.release(bench.now)) == 0
    assert bench.claim() == []
    assert len(bench.claim(now=bench.now + 2 * MINUTE)) == 1


def test_held_letters_wait_for_release(bench):
    mail = bench.keep().number
    step = ch.Step(None, (ch.OpenTicket("x", "support", BO),), (letter(),))
    whole = ch.Decision(ch.Fate.FILED, "new", (step,))
    bench.write(lambda tx: tx.apply(mail, whole, bench.now, bench.ids, None, hold=True))
    assert bench.claim(now=bench.now + 24 * HOUR) == []
    assert states(bench) == ["held"]
    assert bench.write(lambda tx: tx.outbox.release(bench.now)) == 1
    assert len(bench.claim()) == 1


def test_d24_held_letters_leave_one_by_one(bench):
    steps = tuple(ch.Step(None, (ch.OpenTicket(f"{n}", "support", BO),), (letter(),)) for n in range(3))
    mail = bench.keep().number
    bench.write(
        lambda tx: tx.apply(mail, ch.Decision(ch.Fate.FILED, "new", steps), bench.now, bench.ids, None, hold=True)
    )
    first, second, third = (row.id for row in bench.read(lambda read: read.outbox.deliveries(["held"])))
    assert bench.write(lambda tx: tx.outbox.release(bench.now, [first, third, third, 999])) == 2
    assert [due.deliveries[0].id for due in bench.claim()] == [first, third]
    assert [row.id for row in bench.read(lambda read: read.outbox.deliveries(["held"]))] == [second]


def test_people_may_retry_what_stopped_and_drop_what_waits(bench):
    bench.open("1", outbound=(letter(),))
    bench.open("2", outbound=(letter(),))
    one, two = (due.deliveries[0].id for due in bench.claim())
    bench.mark(one, "dead", error="550 no such user")
    bench.mark(two, "sent")
    assert bench.write(lambda tx: tx.outbox.retry(one, bench.now))
    assert states(bench) == ["waiting", "sent"]
    assert bench.write(lambda tx: tx.outbox.drop(one, bench.now))
    assert states(bench) == ["dead", "sent"]
    assert not bench.write(lambda tx: tx.outbox.drop(two, bench.now))
    assert not bench.write(lambda tx: tx.outbox.retry(two, bench.now))
    assert not bench.write(lambda tx: tx.outbox.retry(4711, bench.now))


def test_the_list_says_to_whom_and_about_which_ticket(bench, letters):
    bench.open(outbound=(letters(),))
    (row,) = bench.read(lambda read: read.outbox.deliveries())
    assert (row.ticket, row.to, row.error) == (1001, "anna@customer.example", None)


def test_a_state_or_a_delivery_nobody_knows_is_refused(bench):
    with pytest.raises(ValueError, match="lost"):
        bench.mark(1, "lost")
    with pytest.raises(KeyError):
        bench.mark(1, "sent")


def test_claiming_reads_only_what_is_due(bench):
    seen = []
    bench.write(lambda tx: tx.session.connection.set_trace_callback(seen.append))
    bench.claim(skip=("sales",))
    [asked] = [each for each in seen if "delivery" in each]
    plan = [row["detail"] for row in bench.read(lambda read: read.session.all("EXPLAIN QUERY PLAN " + asked, {}))]
    ranges = [step for step in plan if re.match(r"(SEARCH|SCAN) delivery\b", step)]
    assert len(ranges) == 4 and all("delivery_due (urgency=? AND due_at>? AND due_at<?)" in step for step in ranges)
    counts = [step for step in plan if re.match(r"(SEARCH|SCAN) also\b", step)]
    assert len(counts) == 4 and all("(letter=?)" in step for step in counts)


def test_many_letters_are_claimed_by_three_statements_and_each_ticket_is_read_once(bench, letters):
    seen = []
    for number in (1, 2, 3):
        bench.open(f"lamp {number}", outbound=(letters(), letters()))
    bench.write(lambda tx: tx.session.connection.set_trace_callback(seen.append))
    claimed = bench.claim()
    assert len(claimed) == 6 and all(due.ticket is not None and due.deliveries for due in claimed)
    asked = [each for each in seen if re.match(r"\s*(SELECT|UPDATE)\b", each)]
    a_ticket = 4  # its row, its parts, its thread and the files there
    assert len(asked) == 3 + 3 * a_ticket


def test_a_claim_ends_with_the_letter_that_fills_it_however_its_deliveries_are_due(bench, letters):
    """A letter counts for all of its deliveries that are due, not for those among the first of the range."""
    bench.open("lamp", outbound=(letters(), letters()))
    both = Address("bo@customer.example", "Bo"), Address("cy@customer.example", "Cy")
    bench.apply(
        None, outbound=(ch.Outbound(Ack(writer=""), ch.Audience.CUSTOMER, both, urgency=ch.Urgency.ACK),), ticket=1001
    )
    assert [len(due.deliveries) for due in bench.claim(limit=1)] == [1]
    assert [len(due.deliveries) for due in bench.claim(limit=2)] == [1, 2]
