"""Every change of a decision, what it leaves on the ticket and in the journal."""

from dataclasses import replace
from datetime import timedelta

import pytest

from mailgate.core.model import change as ch
from mailgate.core.model.mail import Address, Attachment
from mailgate.core.model.mail_rows import ParkedMail
from mailgate.core.model.policy import Department
from mailgate.core.model.ticket import EntryKind, Priority, Status
from mailgate.store.base import TicketFilter

BO = Address("bo@other.example", "Bo")
ANNA_TOO = Address("anna@home.example", "Anna at home")
HOUR = timedelta(hours=1)


def agent_words(text="we look into it"):
    return ch.AddEntry(EntryKind.AGENT, "ann", "Ann", text, of_mail=False)


def test_a_new_ticket_has_all_it_was_opened_with(bench):
    number = bench.open("Broken lamp", participants=(BO,), language="fi", priority=Priority.HIGH, sla="gold",
                        departments=("sales",))  # fmt: skip
    ticket = bench.ticket(number)
    assert number == 1001
    assert (ticket.subject, ticket.status, ticket.department, ticket.priority) == (
        "Broken lamp", Status.NEW, "support", Priority.HIGH)  # fmt: skip
    assert (ticket.language, ticket.sla, ticket.departments) == ("fi", "gold", ("support", "sales"))
    assert [who.addr for who in ticket.participants] == ["anna@customer.example", "bo@other.example"]
    assert ticket.requester.name == "Anna"
    assert ticket.created_at == ticket.last_customer_at == bench.now
    assert [entry.text for entry in ticket.entries] == ["words about Broken lamp"]
    assert bench.open("Another") == 1002


def test_numbers_start_where_the_configuration_says(make):
    assert make(first_number=50_000).open() == 50_000


SIMPLE = [
    (ch.SetStatus(Status.OPEN), "status", Status.OPEN, ["status"]),
    (ch.Assign("ann"), "owner", "ann", ["owner"]),
    (ch.Move("sales", "theirs"), "department", "sales", ["department", "why"]),
    (ch.Tell("sales"), "departments", ("support", "sales"), ["told"]),
    (ch.SetPriority(Priority.URGENT), "priority", Priority.URGENT, ["priority"]),
    (ch.Tag(add=("vip", "lamp")), "tags", ("lamp", "vip"), ["tag", "tag"]),
    (ch.SetField("order", "4711"), "fields", {"order": "4711"}, ["field"]),
    (ch.SetSubject("Lamp, broken"), "subject", "Lamp, broken", ["subject"]),
    (ch.SetSla("gold"), "sla", "gold", ["sla"]),
    (ch.Watch("bo"), "watchers", ("bo",), ["watch"]),
    (ch.SetEscalation(2), "escalation", 2, ["escalation"]),
    (ch.Journal("noted", "x"), "number", 1001, ["noted"]),
]


@pytest.mark.parametrize(("change", "name", "value", "kinds"), SIMPLE, ids=lambda each: type(each).__name__)
def test_a_change_is_written_with_its_event_and_a_second_time_changes_nothing(bench, change, name, value, kinds):
    number = bench.open()
    before = bench.kinds(number)
    bench.apply(None, change, ticket=number)
    assert getattr(bench.ticket(number), name) == value
    assert bench.kinds(number) == before + kinds
    bench.apply(None, change, ticket=number)
    assert getattr(bench.ticket(number), name) == value
    if not isinstance(change, ch.Journal):
        assert bench.kinds(number) == before + kinds


@pytest.mark.parametrize("change", [each[0] for each in SIMPLE], ids=lambda each: type(each).__name__)
def test_every_change_is_the_ticket_s_newest_and_a_vain_one_is_not(bench, change):
    number = bench.open()
    bench.apply(None, change, ticket=number, now=bench.now + HOUR)
    assert bench.ticket(number).updated_at == bench.now + HOUR
    if not isinstance(change, ch.Journal):
        bench.apply(None, change, ticket=number, now=bench.now + 2 * HOUR)
        assert bench.ticket(number).updated_at == bench.now + HOUR


def test_what_was_put_on_can_be_taken_off(bench):
    number = bench.open(
        "Lamp", ch.Tag(("a", "b")), ch.SetField("k", "v"), ch.Watch("bo"), ch.Join(BO), ch.Assign("ann")
    )
    bench.apply(None, ch.Tag(remove=("a",)), ch.SetField("k", ""), ch.Watch("bo", on=False), ch.Leave(BO.addr),
                ch.Assign(None), ticket=number)  # fmt: skip
    ticket = bench.ticket(number)
    assert (ticket.tags, ticket.fields, ticket.watchers, ticket.owner) == (("b",), {}, (), None)
    assert ticket.participants == (ticket.requester,)


def test_the_requester_never_leaves(bench):
    number = bench.open()
    bench.apply(None, ch.Leave("anna@customer.example"), ticket=number)
    assert bench.ticket(number).participants == (bench.ticket(number).requester,)
    assert "leave" not in bench.kinds(number)


def test_another_requester_keeps_the_first_as_participant(bench):
    number = bench.open()
    bench.apply(None, ch.SetRequester(BO), ticket=number)
    ticket = bench.ticket(number)
    assert ticket.requester == BO
    assert {who.addr for who in ticket.participants} == {BO.addr, "anna@customer.example"}
    assert ticket.participants[0] == BO


def test_agents_words_are_the_first_response_and_later_ones_are_not(bench):
    number = bench.open()
    bench.apply(None, agent_words(), ticket=number, now=bench.now + HOUR)
    bench.apply(None, agent_words("done"), ticket=number, now=bench.now + 2 * HOUR)
    ticket = bench.ticket(number)
    assert ticket.first_response_at == bench.now + HOUR
    assert ticket.last_agent_at == ticket.last_public_at == bench.now + 2 * HOUR
    assert bench.kinds(number).count("first-response") == 1


def test_unverified_words_are_filed_and_move_no_clock(bench):
    number = bench.open()
    mail = bench.keep(now=bench.now + HOUR).number
    words = ch.AddEntry(EntryKind.CUSTOMER, "eve@evil.example", "Eve", "let me in", unverified=True)
    bench.apply(mail, words, ticket=number, now=bench.now + HOUR, stamp=bench.stamp(mail))
    ticket = bench.ticket(number)
    assert ticket.last_customer_at == bench.now
    assert ticket.entries[-1].unverified
    assert ticket.participants == (ticket.requester,)


def test_attachments_are_an_index_into_the_raw_mail(bench):
    mail = bench.keep().number
    file = Attachment("a.png", "image/png", 12, "0" * 64, "2.1", True, "cid1", "ä.png")
    words = ch.AddEntry(EntryKind.CUSTOMER, "a@b.example", "", "see", attachments=(file,))
    applied = bench.apply(mail, ch.OpenTicket("x", "support", BO), words, stamp=bench.stamp(mail))
    entry = bench.ticket(applied.tickets[0]).entries[0]
    assert entry.attachments == (file,)
    assert entry.mail == mail


def test_a_solved_ticket_that_goes_on_is_reopened_and_its_rest_is_a_pause(bench):
    number = bench.open("x", ch.Assign("ann"))
    solved, again = bench.now + HOUR, bench.now + 3 * HOUR
    bench.apply(None, ch.SetStatus(Status.SOLVED), ticket=number, now=solved)
    assert bench.ticket(number).solved_at == solved
    bench.apply(None, ch.SetStatus(Status.OPEN), ticket=number, now=again)
    ticket = bench.ticket(number)
    assert (ticket.status, ticket.solved_at, ticket.status_since) == (Status.OPEN, None, again)
    assert ticket.pauses == ((solved, again),)
    assert "reopened" in bench.kinds(number)


def test_the_count_of_open_tickets_follows_owner_and_status(bench):
    one, two = bench.open("1", ch.Assign("ann")), bench.open("2", ch.Assign("ann"), ch.SetStatus(Status.OPEN))
    assert bench.facts().load == {"ann": 2}
    bench.apply(None, ch.SetStatus(Status.SOLVED), ticket=one)
    bench.apply(None, ch.Assign("bo"), ticket=two)
    assert bench.facts().load == {"bo": 1}
    bench.apply(None, ch.SetStatus(Status.OPEN), ch.Assign(None), ticket=one)
    assert bench.facts().load == {"bo": 1}
    assert set(bench.facts().last_assigned) == {"ann", "bo"}


def test_deadlines_stand_and_fall(bench):
    number = bench.open("x", ch.SetDue("first_response", bench.now + HOUR), ch.SetDue("resolve", bench.now + 9 * HOUR))
    ticket = bench.ticket(number)
    assert (ticket.due.first_response, ticket.due.next) == (bench.now + HOUR, bench.now + HOUR)
    bench.apply(None, ch.SetDue("first_response", None), ch.SetDue("manual", bench.now + 2 * HOUR), ticket=number)
    assert bench.ticket(number).due.next == bench.now + 2 * HOUR
    overdue = TicketFilter(overdue=True)
    assert bench.read(lambda read: read.tickets.matching(overdue, bench.now + HOUR)) == []
    assert [t.number for t in bench.read(lambda read: read.tickets.matching(overdue, bench.now + 3 * HOUR))] == [number]


def test_a_merge_moves_words_and_people_and_the_number_leads_on(bench):
    target = bench.open("One")
    source = bench.open("Two", ch.Join(BO), ch.Tag(("vip",)), ch.Watch("bo"), ch.SetDue("resolve", bench.now))
    bench.apply(None, ch.MergeInto(target), ticket=source)
    into, gone = bench.ticket(target), bench.ticket(source)
    assert [entry.text for entry in into.entries] == ["words about One", "words about Two"]
    assert (gone.merged_into, gone.status, gone.entries, gone.due.next) == (target, Status.SOLVED, (), None)
    assert (into.tags, into.watchers) == (("vip",), ("bo",))
    assert BO.addr in {who.addr for who in into.participants}
    assert "merged" in bench.kinds(source)
    assert "merged-in" in bench.kinds(target)
    facts = bench.facts(numbers=(source,), ids=("<2@customer.example>",))
    assert facts.merged == {source: target}
    assert facts.by_id == {"<2@customer.example>": target}
    assert list(facts.tickets) == [target]


def test_t12_a_merge_that_would_close_a_loop_is_refused_and_noted(bench):
    one, two, three = bench.open("1"), bench.open("2"), bench.open("3")
    bench.apply(None, ch.MergeInto(two), ticket=one)
    bench.apply(None, ch.MergeInto(three), ticket=two)
    bench.apply(None, ch.MergeInto(one), ticket=three)
    assert bench.ticket(three).merged_into is None
    assert "merge-refused" in bench.kinds(three)
    assert bench.facts(numbers=(one,)).merged == {one: three}


def test_t12_a_loop_that_stands_in_the_file_ends_where_it_closes(bench):
    one, two = bench.open("1"), bench.open("2")
    bench.write(
        lambda tx: [
            tx.session.run(
                "UPDATE ticket SET merged_into = (SELECT id FROM ticket AS t WHERE t.number = :b) WHERE number = :a",
                {"a": a, "b": b},
            )
            for a, b in ((one, two), (two, one))
        ]
    )
    assert set(bench.facts(numbers=(one,)).tickets) <= {one, two}


def test_a_split_moves_the_entry_and_its_answers_follow(bench):
    number = bench.open()
    mail = bench.keep().number
    more = ch.AddEntry(EntryKind.CUSTOMER, "anna@customer.example", "Anna", "by the way, another thing")
    bench.apply(mail, more, ticket=number, stamp=bench.stamp(mail))
    entry = bench.ticket(number).entries[-1]
    whole = ch.Decision(
        ch.Fate.FILED,
        "split",
        (
            ch.Step(number, (ch.SplitOff(entry.id),)),
            ch.Step(None, (ch.OpenTicket("Another thing", "support", BO), ch.LinkTo(number, ch.LinkKind.SPLIT))),
        ),
    )
    new = bench.write(lambda tx: tx.apply(None, whole, bench.now, bench.ids)).tickets[1]
    assert [e.text for e in bench.ticket(new).entries] == ["by the way, another thing"]
    assert len(bench.ticket(number).entries) == 1
    assert bench.ticket(number).links == (new,)
    assert bench.facts(ids=(f"<{mail}@customer.example>",)).by_id == {f"<{mail}@customer.example>": new}


def test_links_are_seen_from_both_ends_once(bench):
    one, two = bench.open("1"), bench.open("2")
    bench.apply(None, ch.LinkTo(two), ch.LinkTo(two, ch.LinkKind.MENTION), ch.LinkTo(9999), ch.LinkTo(one), ticket=one)
    assert bench.ticket(one).links == (two,)
    assert bench.ticket(two).links == (one,)


def test_reminders_come_once_and_can_be_cleared(bench):
    number = bench.open()
    at = bench.now + HOUR
    bench.apply(None, ch.Remind("ann", at, "call"), ch.Remind("bo", at), ticket=number)
    bench.apply(None, ch.Remind("bo", None), ticket=number)
    assert bench.read(lambda read: read.tickets.reminders(bench.now, 10)) == []
    (due,) = bench.read(lambda read: read.tickets.reminders(at, 10))
    assert (due.ticket, due.agent, due.at, due.text) == (number, "ann", at, "call")
    bench.write(lambda tx: tx.tickets.reminded(due.id, at))
    assert bench.read(lambda read: read.tickets.reminders(at, 10)) == []


def test_text_with_nul_and_lone_surrogates_is_kept_without_them(bench):
    """threats P-11"""
    number = bench.open(
        "Broken\0 lamp \ud800!", ch.SetField("a\0", "b\udfff"), requester=Address("x\0@y.example", "\0Z")
    )
    ticket = bench.ticket(number)
    assert ticket.subject == "Broken lamp ?!"
    assert ticket.fields == {"a": "b?"}
    assert ticket.requester == Address("x@y.example", "Z")


def test_a_decision_about_an_unknown_ticket_or_mail_writes_nothing(bench, letters):
    number = bench.open()
    with pytest.raises(KeyError):
        bench.apply(None, ch.SetStatus(Status.OPEN), ticket=4711, outbound=(letters(),))
    with pytest.raises(KeyError):
        bench.apply(99, ch.SetStatus(Status.OPEN), ticket=number)
    assert bench.ticket(number).status is Status.NEW
    assert bench.scalar("SELECT count(*) FROM letter") == 0


def test_events_are_never_deleted(bench):
    bench.open()
    with pytest.raises(Exception, match="events are never deleted"):
        bench.write(lambda tx: tx.session.run("DELETE FROM event", {}))


def test_the_ticket_counts_from_the_arrival_of_its_mail(bench):
    early = bench.now - 5 * HOUR
    mail = bench.keep(arrived_at=early).number
    words = ch.AddEntry(EntryKind.CUSTOMER, "a@b.example", "", "x")
    number = bench.apply(mail, ch.OpenTicket("x", "support", BO), words, stamp=bench.stamp(mail)).tickets[0]
    assert bench.ticket(number).created_at == bench.ticket(number).entries[0].at == early
    assert bench.ticket(number).updated_at == bench.now


# --- effects ----------------------------------------------------------------------------------------------------------


def effects(bench, *which):
    return bench.apply(None, effects=which)


def test_a_parked_mail_is_listed_then_released_and_waits_again(bench):
    mail = bench.keep().number
    parking = ch.WhyParked("unknown word", "ann", ("#close",))
    bench.apply(mail, fate=ch.Fate.PARKED, parking=parking, stamp=bench.stamp(mail))
    (row,) = bench.read(lambda read: read.mail.parked())
    assert row == ParkedMail(
        id=mail, mail=mail, at=bench.now, from_="anna@customer.example", subject="Broken lamp",
        agent="ann", why="unknown word", understood=("#close",),
    )  # fmt: skip
    assert bench.read(lambda read: read.report.audit())["parked"] == 1
    effects(bench, ch.Unpark(mail, True, "ann", "words"))
    assert bench.read(lambda read: read.mail.parked()) == []
    (waiting,) = bench.write(lambda tx: tx.mail.waiting(tx.mail.undecided(5)))
    assert (waiting.released_as, waiting.release_mode) == ("ann", "words")


def test_a_parked_mail_can_be_thrown_away(bench):
    mail = bench.keep(b"raw bytes").number
    bench.apply(mail, fate=ch.Fate.PARKED, parking=ch.WhyParked("x"), stamp=bench.stamp(mail))
    effects(bench, ch.Unpark(mail, False))
    audit = bench.read(lambda read: read.report.audit())
    assert (audit["parked"], audit["dropped"]) == (0, 1)
    assert bench.read(lambda read: read.mail.raw(mail)) == b"raw bytes"


def test_an_absence_holds_from_until_and_ends_early(bench):
    effects(bench, ch.SetAway("ann", bench.now, bench.now + 8 * HOUR, "bo"))
    (away,) = bench.facts().away
    assert (away.agent, away.cover, away.until) == ("ann", "bo", bench.now + 8 * HOUR)
    assert bench.facts(now=bench.now + 9 * HOUR).away == ()
    effects(bench, ch.SetAway("ann", None))
    assert bench.facts().away == ()


def absences(bench):
    """(from, until, cover) of those known, in hours from now; not of those that are over."""
    known = bench.facts()
    return [((one.start - bench.now) // HOUR, (one.until - bench.now) // HOUR, one.cover)
            for one in (*known.away, *known.away_later)]  # fmt: skip


def test_what_is_said_last_of_some_days_counts_and_no_other_days_are_touched(bench):
    def away(start, until, cover=""):
        effects(bench, ch.SetAway("ann", bench.now + start * HOUR, bench.now + until * HOUR, cover))

    away(240, 480, "bo")
    away(0, 8)
    assert absences(bench) == [(0, 8, ""), (240, 480, "bo")], "today's illness is no word about the holiday"
    effects(bench, ch.SetAway("ann", None, bench.now))
    assert absences(bench) == [(240, 480, "bo")], "nor is the end of it"
    away(300, 320, "cid")
    assert absences(bench) == [(240, 300, "bo"), (300, 320, "cid")]
    away(200, 400)
    assert absences(bench) == [(200, 400, "")]
    effects(bench, ch.SetAway("ann", None))
    assert absences(bench) == []


def test_aliases_and_saved_replies_are_kept(bench):
    effects(bench, ch.AddAlias("ann", "Ann@Home.example"), ch.SaveReply("refund", "en", "old", "ann"))
    effects(bench, ch.SaveReply("refund", "en", "We refund you.", "bo"))
    assert bench.read(lambda read: read.people.aliases()) == {"ann": ("ann@home.example",)}
    (reply,) = bench.read(lambda read: read.people.saved_replies())
    assert (reply.name, reply.text, reply.agent) == ("refund", "We refund you.", "bo")


def test_an_agent_watches_tags_until_they_end_it_or_leave(bench):
    watched, tagged = bench.open("Mine", ch.Watch("ann")), bench.open("Two", ch.Tag(("vip", "lamp")))
    bench.open("Three", ch.Tag(("lamp",)))

    def listed() -> list[int]:
        found = bench.read(lambda read: read.tickets.matching(TicketFilter(watcher="ann"), bench.now))
        return [ticket.number for ticket in found]

    effects(bench, ch.WatchTags("ann", ("vip", "refund")), ch.WatchTags("bo", ("vip",)), ch.WatchTags("ann", ("vip",)))
    assert bench.facts().tag_watchers == {"vip": ("ann", "bo"), "refund": ("ann",)}
    assert listed() == [watched, tagged]
    effects(bench, ch.WatchTags("ann", remove=("vip",)))
    assert (bench.read(lambda read: read.people.watched_tags("ann")), listed()) == (("refund",), [watched])
    effects(bench, ch.WatchTags("ann", every=True))
    assert bench.facts().tag_watchers == {"vip": ("bo",)}
    bench.store.sync_people([], [Department("support", (), Address("support@acme.example"))])
    assert bench.facts().tag_watchers == {}


def test_a_vote_is_kept_with_who_had_the_ticket(bench):
    number = bench.open("x", ch.Assign("ann"))
    effects(bench, ch.Vote(number, 9, "fast"))
    assert bench.scalar("SELECT agent || score || comment FROM vote") == "ann9fast"
    assert "vote" in bench.kinds(number)
    with pytest.raises(KeyError):
        effects(bench, ch.Vote(4711, 1))


def test_linked_contacts_take_part_by_either_address_and_letters_go_to_the_last_used(bench):
    number = bench.open()
    effects(bench, ch.LinkContacts("anna@customer.example", ANNA_TOO.addr))
    seen = bench.facts(numbers=(number,), sender=ANNA_TOO.addr).tickets[number]
    assert [who.addr for who in seen.participants] == [ANNA_TOO.addr]
    assert seen.requester.addr == ANNA_TOO.addr
    assert bench.ticket(number).requester.addr == "anna@customer.example"
    mail = bench.keep().number
    words = ch.AddEntry(EntryKind.CUSTOMER, ANNA_TOO.addr, ANNA_TOO.name, "from home")
    bench.apply(mail, words, ticket=number, stamp=bench.stamp(mail))
    assert bench.ticket(number).requester.addr == ANNA_TOO.addr
    assert [who.addr for who in bench.ticket(number).participants] == [ANNA_TOO.addr]


def test_letters_not_yet_sent_are_taken_back(bench, letters):
    number = bench.keep().number
    waits = replace(letters(), not_before=bench.now + HOUR)
    opened = bench.apply(number, ch.OpenTicket("x", "support", BO), outbound=(waits,), stamp=bench.stamp(number))
    effects(bench, ch.CancelLetters(opened.letters))
    assert bench.claim(now=bench.now + 2 * HOUR) == []
    assert [row.state for row in bench.read(lambda read: read.outbox.deliveries())] == ["dead"]


def test_a_bounce_ends_the_delivery_it_is_about_and_a_delay_does_not(bench, letters):
    number = bench.open(outbound=(letters(),))
    (row,) = bench.read(lambda read: read.outbox.deliveries())
    delay = ch.Bounced(row.message_id, "ANNA@customer.example", "4.4.1", "busy", lasting=False)
    bench.apply(None, delay, ticket=number)
    assert bench.read(lambda read: read.outbox.deliveries())[0].state == "waiting"
    bench.apply(None, replace(delay, status="5.1.1", diagnostic="unknown user", lasting=True), ticket=number)
    (row,) = bench.read(lambda read: read.outbox.deliveries())
    assert (row.state, row.error) == ("dead", "5.1.1 unknown user")
    assert bench.kinds(number)[-2:] == ["delayed", "bounced"]
