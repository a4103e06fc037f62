"""What the store knows of a mail before it is decided, and that asking stays cheap."""

from datetime import timedelta

import pytest

from mailgate.core.model import change as ch
from mailgate.core.model.content import Escalated, Notice, Reminded, Solved, Taken, Waiting
from mailgate.core.model.mail import Address
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.ticket import EntryKind, Priority, Status

BO = Address("bo@other.example", "Bo")
HOUR = timedelta(hours=1)


def customer(bench, number, text="more", **stamp):
    """A customer's further mail on a ticket; returns the mail's number."""
    mail = bench.keep().number
    words = ch.AddEntry(EntryKind.CUSTOMER, "anna@customer.example", "Anna", text)
    bench.apply(mail, words, ticket=number, stamp=bench.stamp(mail, **stamp))
    return mail


def test_an_empty_store_knows_nothing(bench):
    assert bench.facts(numbers=(1001, 0, -1, 2**70), ids=("<x@y>",), letters=("<z@y>",)) == ch.Facts()


def test_ids_of_mail_of_ancestors_never_seen_and_of_our_letters_lead_to_the_ticket(bench, letters):
    mail = bench.keep().number
    stamp = bench.stamp(mail, message_id="<own@c>", ids=("<parent@c>", "<grandparent@c>"))
    applied = bench.apply(mail, ch.OpenTicket("x", "support", BO), outbound=(letters(),), stamp=stamp)
    (number,) = applied.tickets
    ours = bench.read(lambda read: read.outbox.deliveries())[0].message_id
    asked = ("<own@c>", "<parent@c>", "<grandparent@c>", ours, "<other@c>")
    facts = bench.facts(ids=asked, letters=(ours,))
    assert facts.by_id == dict.fromkeys(asked[:4], number)
    letter = facts.letters[ours]
    assert (letter.ticket, letter.template, letter.audience, letter.revoked) == (number, "ack", "customer", False)


def test_t05_the_first_owner_of_an_id_keeps_it_and_other_content_under_it_is_flagged(bench):
    first = bench.open(stamp=bench.stamp(1, message_id="<same@c>"))
    bench.open(stamp=bench.stamp(2, message_id="<same@c>"))
    facts = bench.facts(ids=("<same@c>",), message_id="<same@c>", content_digest="third")
    assert facts.by_id == {"<same@c>": first}
    assert facts.msgid_collision
    assert not bench.facts(message_id="<same@c>", content_digest="content-1").msgid_collision
    assert not bench.facts(message_id="<fresh@c>", content_digest="third").msgid_collision


def test_the_same_content_is_known_with_its_departments_and_ticket(bench):
    number = bench.open(stamp=bench.stamp(1, content_digest="same"))
    facts = bench.facts(content_digest="same", departments=("sales",))
    assert (facts.duplicate_of, facts.duplicate_departments, facts.duplicate_ticket) == (1, ("support",), number)
    assert number in facts.tickets


def test_what_is_parked_or_in_quarantine_makes_no_duplicate(bench):
    mail = bench.keep().number
    bench.apply(mail, fate=ch.Fate.PARKED, parking=ch.WhyParked("x"), stamp=bench.stamp(mail, content_digest="same"))
    assert bench.facts(content_digest="same").duplicate_of is None
    bench.apply(None, effects=(ch.Unpark(mail, True, "ann"),))
    assert bench.facts(content_digest="same").duplicate_of is None, "a released mail is no duplicate of itself"


def test_an_agents_tokens_are_revoked_for_one_ticket(bench):
    notice = ch.Outbound(Notice(), ch.Audience.AGENT, (Address("ann@desk.example"),), agent="ann")
    one, two = bench.open("1", outbound=(notice,)), bench.open("2", outbound=(notice,))
    bench.apply(None, ch.RevokeTokens("ann", "outsider on Cc"), ticket=one)
    ids = [row.message_id for row in bench.read(lambda read: read.outbox.deliveries())]
    facts = bench.facts(letters=tuple(ids))
    assert {facts.letters[i].ticket: facts.letters[i].revoked for i in ids} == {one: True, two: False}


def test_ids_customers_may_see_are_theirs_and_ours_to_them_in_order(bench, letters):
    number = bench.open(outbound=(letters(),))
    notice = ch.Outbound(Notice(), ch.Audience.AGENT, (Address("ann@desk.example"),), agent="ann")
    bench.apply(None, ch.Journal("x"), ticket=number, outbound=(notice,))
    bench.now += HOUR
    mail = customer(bench, number)
    ids = bench.facts(numbers=(number,)).customer_ids[number]
    assert ids[-1] == f"<{mail}@customer.example>"
    assert len(ids) == 3
    assert not any("agent" in each for each in ids)


def test_the_successor_of_a_finished_ticket_is_a_candidate_too(bench):
    old = bench.open("old", ch.SetStatus(Status.SOLVED))
    new = bench.open("new", ch.LinkTo(old, ch.LinkKind.CONTINUES))
    facts = bench.facts(numbers=(old,))
    assert facts.successors == {old: new}
    assert set(facts.tickets) == {old, new}
    bench.apply(None, ch.SetStatus(Status.OPEN), ticket=old)
    assert bench.facts(numbers=(old,)).successors == {}


def test_earlier_subjects_are_known(bench):
    number = bench.open("First")
    bench.apply(None, ch.SetSubject("Second"), ticket=number)
    bench.apply(None, ch.SetSubject("Third"), ticket=number)
    assert bench.facts(numbers=(number,)).ticket_subjects == {number: ("First", "Second", "Third")}


def test_acks_are_counted_by_sender_and_in_all_and_forgotten_in_time(bench, letters):
    for i in range(3):
        bench.open(f"{i}", outbound=(letters(),))
    bench.open("other", requester=BO, outbound=(letters(BO),))
    facts = bench.facts()
    assert (facts.acks_sender_hour, facts.acks_sender_day, facts.acks_hour) == (3, 3, 4)
    assert facts.tickets_sender_hour == 3
    later = bench.facts(now=bench.now + 2 * HOUR)
    assert (later.acks_sender_hour, later.acks_sender_day, later.acks_hour, later.tickets_sender_hour) == (0, 3, 0, 0)
    assert bench.facts(now=bench.now + 25 * HOUR).acks_sender_day == 0


def test_notices_of_urgent_tickets_that_left_at_once_are_counted_by_agent_and_forgotten_in_time(bench):
    def told(name, content=None, **more):
        to = (Address(f"{name}@desk.example"),)
        return ch.Outbound(content or Notice(), ch.Audience.AGENT, to, agent=name, **more)

    urgent = ch.SetPriority(Priority.URGENT)
    bench.open("plain", outbound=(told("ann"),))
    bench.open("pressing", urgent, outbound=(told("ann"), told("bo"), told("bo", Reminded())))
    bench.open("again", urgent, outbound=(told("ann", Escalated()), told("bo", not_before=bench.now + HOUR)))
    assert bench.facts().urgent_hour == {"ann": 2, "bo": 1}
    assert bench.facts(now=bench.now + 2 * HOUR).urgent_hour == {}


def test_reopenings_of_the_last_day_are_counted(bench):
    number = bench.open("x", ch.SetStatus(Status.SOLVED))
    bench.apply(None, ch.SetStatus(Status.OPEN), ch.SetStatus(Status.SOLVED), ticket=number)
    assert bench.facts(numbers=(number,)).reopens_day == {number: 1}
    assert bench.facts(numbers=(number,), now=bench.now + 25 * HOUR).reopens_day == {number: 0}


@pytest.mark.parametrize("pattern", ["Anna@Customer.example", "@customer.example"])
def test_bans_hold_for_addresses_and_domains_until_their_time(bench, pattern):
    bench.write(lambda tx: tx.people.ban(pattern, bench.now + HOUR, "spam", bench.now))
    assert bench.facts().banned
    assert not bench.facts(sender="anna@elsewhere.example").banned
    assert not bench.facts(now=bench.now + 2 * HOUR).banned
    assert [ban.why for ban in bench.read(lambda read: read.people.bans(bench.now))] == ["spam"]
    assert bench.write(lambda tx: tx.people.unban(pattern))
    assert not bench.write(lambda tx: tx.people.unban(pattern))
    assert not bench.facts().banned


def test_a_sender_is_known_once_they_wrote_and_not_by_standing_on_cc(bench):
    bench.open(participants=(BO,))
    assert bench.facts().known_sender
    assert not bench.facts(sender=BO.addr).known_sender


def test_l13_a_sender_is_answered_once_an_agent_wrote_to_them_and_not_by_writing_twice(bench):
    number = bench.open(participants=(BO,))
    assert not bench.facts().answered_sender
    bench.apply(None, ch.AddEntry(EntryKind.NOTE, "anna", "Anna", "spam?"), ticket=number)
    assert not bench.facts().answered_sender, "a note is no answer"
    bench.apply(None, ch.AddEntry(EntryKind.AGENT, "anna", "Anna", "Hello."), ticket=number)
    assert bench.facts().answered_sender and not bench.facts(sender="other@elsewhere.example").answered_sender


def test_the_promise_comes_from_what_really_happened(bench):
    bench.write(lambda tx: tx.settings.set("promises", '{"support": 7200}'))
    assert bench.facts().promise_seconds == {"support": 7200}


def test_one_mail_asks_fewer_than_twenty_small_questions_and_none_scans_a_table(bench, letters):
    number = bench.open(outbound=(letters(),))
    seen = []
    bench.write(lambda tx: tx.session.connection.set_trace_callback(seen.append))
    bench.facts(ids=("<1@customer.example>",), numbers=(number,), content_digest="c", message_id="<n@c>")
    asked = [each for each in seen if each.lstrip().startswith("SELECT")]
    assert len(asked) < 20
    plans = [
        (row["detail"], statement)
        for statement in asked
        for row in bench.read(lambda read, s=statement: read.session.all("EXPLAIN QUERY PLAN " + s, {}))
    ]
    small = ("agent", "absence", "watched_tag", "lately", "waiting", "seen", "CONSTANT", "(subquery", "CO-ROUTINE")
    scans = [plan for plan in plans if plan[0].startswith("SCAN") and not any(name in plan[0] for name in small)]
    assert scans == []


LEAVING = [
    ("nobody", (), False),
    ("a participant", (ch.Join(BO), ch.Leave(BO.addr)), True),
    ("the requester", (ch.SetRequester(BO),), True),
]


@pytest.mark.parametrize(("changes", "left"), [c[1:] for c in LEAVING], ids=[c[0] for c in LEAVING])
@pytest.mark.parametrize("merged", [False, True])
def test_p03_who_left_is_known_by_the_letters_ticket_and_those_it_went_into(bench, letters, changes, left, merged):
    one, home = bench.open(outbound=(letters(),)), bench.open("Another")
    asked = (bench.read(lambda read: read.outbox.deliveries())[0].message_id,)
    bench.apply(None, *changes, ticket=one)
    if merged:
        bench.apply(None, ch.MergeInto(home), ticket=one)
    facts = bench.facts(letters=asked)
    assert (one in facts.left_at) is left
    if merged:
        assert home not in facts.left_at, "the other's letters are as good as before"
        bench.apply(None, ch.Leave("anna@customer.example"), ch.SetRequester(BO), ticket=home)
        assert one in bench.facts(letters=asked).left_at
        bench.apply(None, ch.Unmerge(), ticket=one)
        assert home in bench.facts(letters=asked, numbers=(home,)).left_at, "whose people had its ids for a while"


def test_who_brought_somebody_in_is_known_of_orders_by_mail_and_of_the_last_way_in_alone(bench, letters):
    number = bench.open(outbound=(letters(),))
    asked = (bench.read(lambda read: read.outbox.deliveries())[0].message_id,)
    for actor, mailed, changes, by in (
        ("anna", False, (ch.Join(BO),), ""),  # at the shell, in her name: she may know nothing of it
        ("anna", True, (ch.Leave(BO.addr),), ""),
        ("anna", True, (ch.Join(BO),), "anna"),
        ("bo", True, (ch.Leave(BO.addr),), ""),
        ("cai", True, (ch.Join(BO),), "cai"),
        ("anna", True, (ch.SetRequester(BO),), "anna"),
    ):
        mail = bench.keep().number if mailed else None
        bench.apply(mail, *changes, ticket=number, actor=actor)
        assert bench.facts(letters=asked).brought_in == {number: {BO.key: by}}


def test_mails_of_the_last_hour_are_counted_by_ticket(bench):
    number = bench.open()
    for _ in range(3):
        customer(bench, number)
    bench.apply(None, ch.AddEntry(EntryKind.NOTE, "anna", "Anna", "x"), ticket=number)
    mail = bench.keep().number
    words = ch.AddEntry(EntryKind.CUSTOMER, BO.key, "Bo", "words")
    bench.apply(mail, words, ticket=number, stamp=bench.stamp(mail), actor=BO.key)
    counted = {
        who: bench.facts(numbers=(number,), sender=who).heard_hour[number] for who in ("eve@else.example", BO.key)
    }
    [total] = {each[0] for each in counted.values()}
    assert total >= 4 and [each[1] for each in counted.values()] == [0, 1]
    assert bench.facts(now=bench.now + HOUR + HOUR, numbers=(number,)).heard_hour == {}


def test_a_mails_own_id_is_awaited_where_somebody_referred_to_it_and_no_mail_has_it(bench, letters):
    number = bench.open(stamp=bench.stamp(1, ids=("<late@customer.example>",)), outbound=(letters(),))
    ours = bench.scalar("SELECT message_id FROM letter")

    def awaited(identifier, digest="none"):
        return bench.facts(message_id=identifier, content_digest=digest)

    assert awaited("<late@customer.example>").awaited == number
    assert number in awaited("<late@customer.example>").tickets
    assert awaited("<never@customer.example>").awaited is None
    assert awaited("").awaited is None
    assert awaited("<1@customer.example>").awaited is None, "a mail has it"
    assert awaited("<1@customer.example>", "content-1").awaited is None, "this very mail, come again"
    assert awaited(ours).awaited is None, "a letter of ours has it"
    elsewhere = bench.open("Chair")
    bench.apply(None, ch.MergeInto(elsewhere), ticket=number)
    assert awaited("<late@customer.example>").awaited == elsewhere


def test_letters_no_agent_wrote_are_known_and_one_that_was_dropped_counts_for_nothing(bench):
    told = [ch.Outbound(one, ch.Audience.CUSTOMER, (BO,), purpose=Purpose.STAGE) for one in (Taken(), Waiting())]
    number = bench.open(outbound=told)
    assert [name for name, _ in bench.facts(numbers=(number,)).stage_letters[number]] == ["waiting", "taken"]
    taken, _ = bench.read(lambda read: read.outbox.deliveries())
    bench.mark(taken.id, "dead")
    assert [name for name, _ in bench.facts(numbers=(number,)).stage_letters[number]] == ["waiting"]


def test_a_person_was_asked_whatever_their_ticket_or_address_unless_the_letter_was_dropped(bench):
    asks = ch.Outbound(Solved(survey="scale"), ch.Audience.CUSTOMER, (BO,), purpose=Purpose.STAGE)
    silent = ch.Outbound(Solved(), ch.Audience.CUSTOMER, (BO,), purpose=Purpose.STAGE)
    home = Address("bo@home.example", "Bo")
    theirs, other, at_home = bench.open(requester=BO), bench.open(), bench.open(requester=home)
    bench.apply(None, ticket=theirs, outbound=(silent,))
    assert bench.facts(numbers=(theirs,)).surveyed == {}
    bench.apply(None, ticket=theirs, outbound=(asks,), now=bench.now + HOUR)
    assert bench.facts(numbers=(theirs, other, at_home)).surveyed == {theirs: bench.now + HOUR}
    bench.apply(None, effects=(ch.LinkContacts(BO.addr, home.addr),))
    assert bench.facts(numbers=(other, at_home)).surveyed == {at_home: bench.now + HOUR}
    bench.mark(bench.read(lambda read: read.outbox.deliveries())[-1].id, "dead")
    assert bench.facts(numbers=(theirs, at_home)).surveyed == {}
