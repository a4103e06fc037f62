"""What `core.model.changed` says of changes and what the store writes of them is one and the same (S-14)."""

from dataclasses import fields, replace
from datetime import timedelta
from typing import get_args

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mailgate.core.model import change as ch
from mailgate.core.model import changed
from mailgate.core.model.mail import Address, Envelope
from mailgate.core.model.ticket import EntryKind, Priority, Status, Ticket

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
PEOPLE = [Address(f"{name}@other.example", name.title()) for name in ("zoe", "bo", "cy")]
ANNA = Address("anna@customer.example", "Anna")  # whose ticket it is
KEYS = [ANNA.addr, "Zoe@Other.Example", "bo@other.example", "cy@other.example.", "nobody@other.example"]
DEPARTMENTS = ["support", "sales", "billing"]
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6)
TAGS = st.lists(st.sampled_from(["vip", "b", "ä", "A"]), max_size=3).map(tuple)
PERSON = st.sampled_from([*PEOPLE, ANNA, Address("ZOE@other.example")])
AGENT = st.sampled_from(["ann", "bo"])
PLACE = st.integers(0, 2)  # a ticket of the world, or an entry of the thread: see `placed`
MOMENT = st.sampled_from([None, 3 * HOUR, 30 * HOUR])  # from the start

STRATEGIES = {
    ch.AddEntry: st.builds(
        ch.AddEntry, st.sampled_from(EntryKind), st.sampled_from([ANNA.addr, "ann"]), st.just("A"), WORDS,
        unverified=st.booleans(), of_mail=st.booleans(),
    ),
    ch.SetStatus: st.builds(ch.SetStatus, st.sampled_from(Status), MOMENT, st.sampled_from(["", "why"])),
    ch.Assign: st.builds(ch.Assign, st.none() | AGENT),
    ch.Move: st.builds(ch.Move, st.sampled_from(DEPARTMENTS)),
    ch.Tell: st.builds(ch.Tell, st.sampled_from(DEPARTMENTS)),
    ch.SetPriority: st.builds(ch.SetPriority, st.sampled_from(Priority)),
    ch.Tag: st.builds(ch.Tag, TAGS, TAGS),
    ch.SetField: st.builds(ch.SetField, st.sampled_from(["order", "phone"]), WORDS),
    ch.SetSubject: st.builds(ch.SetSubject, WORDS),
    ch.SetSla: st.builds(ch.SetSla, st.sampled_from([None, "gold"])),
    ch.Watch: st.builds(ch.Watch, AGENT, st.booleans()),
    ch.Join: st.builds(ch.Join, PERSON),
    ch.Leave: st.builds(ch.Leave, st.sampled_from(KEYS)),
    ch.SetRequester: st.builds(ch.SetRequester, PERSON),
    ch.LinkTo: st.builds(ch.LinkTo, PLACE, st.sampled_from(["link", "mention"])),
    ch.Unlink: st.builds(ch.Unlink, PLACE),
    ch.MergeInto: st.builds(ch.MergeInto, PLACE),
    ch.Unmerge: st.builds(ch.Unmerge),
    ch.SplitOff: st.builds(ch.SplitOff, PLACE),
    ch.Withdraw: st.builds(ch.Withdraw, PLACE),
    ch.SetDue: st.builds(ch.SetDue, st.sampled_from(["first_response", "resolve", "manual"]), MOMENT),
    ch.SetEscalation: st.builds(ch.SetEscalation, PLACE, MOMENT, MOMENT),
    ch.Remind: st.builds(ch.Remind, AGENT, MOMENT, WORDS),
    ch.RevokeTokens: st.builds(ch.RevokeTokens, AGENT, st.just("seen")),
    ch.Bounced: st.builds(ch.Bounced, WORDS, st.sampled_from(KEYS), WORDS, WORDS, st.booleans()),
    ch.Ban: st.builds(ch.Ban, st.sampled_from(KEYS), MOMENT),
    ch.JoinWave: st.builds(ch.JoinWave, st.sampled_from(["a", "b"]), st.just((1, 2)), st.sampled_from(["", "ack"]), st.booleans()),
    ch.Journal: st.builds(ch.Journal, st.just("noted"), WORDS, WORDS),
}  # fmt: skip
OPENING = st.builds(
    ch.OpenTicket, WORDS, st.sampled_from(DEPARTMENTS), st.sampled_from([ANNA, PEOPLE[0]]),
    st.lists(PERSON, max_size=3).map(tuple), st.sampled_from(["en", "fi"]), st.sampled_from(Priority),
    st.sampled_from([None, "gold"]), st.lists(st.sampled_from(DEPARTMENTS), max_size=3).map(tuple),
)  # fmt: skip
CHANGES = st.lists(st.one_of(*STRATEGIES.values()), min_size=1, max_size=8)
# What a merge that is taken back restores stands in the journal, where only the store looks.
JOURNALLED = {"status", "status_since", "status_until", "solved_at", "pauses", "due",
              "first_response_at", "last_agent_at", "last_public_at"}  # fmt: skip
OTHERS = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # every example has tickets of its own


def said(text):
    """A customer's words."""
    return ch.AddEntry(EntryKind.CUSTOMER, ANNA.addr, ANNA.name, text)


def placed(change, number, others, ticket, start):
    """The change with real numbers, real entries and real times in the place of small ones."""
    numbers = (number, *others)
    said = [entry.id for entry in ticket.entries] or [-1]
    known = {
        (ch.LinkTo, "number"): lambda one: numbers[one],
        (ch.Unlink, "number"): lambda one: numbers[one],
        (ch.MergeInto, "number"): lambda one: numbers[one],
        (ch.SplitOff, "entry"): lambda one: said[one % len(said)],
        (ch.Withdraw, "entry"): lambda one: said[one % len(said)],
    }
    values = {each.name: getattr(change, each.name) for each in fields(change)}
    for name, value in values.items():
        if (type(change), name) in known:
            values[name] = known[type(change), name](value)
        elif isinstance(value, timedelta):
            values[name] = start + value
    return replace(change, **values)


def plain(ticket: Ticket, without=frozenset()):
    """Every field both know, by name; how an address was spelled when it was first met is the store's alone."""
    names = {each.name for each in fields(ticket)} - {"entries", "updated_at"} - without
    found = {name: getattr(ticket, name) for name in names}
    found["requester"] = (ticket.requester.key, ticket.requester.name)
    found["participants"] = [(who.key, who.name) for who in ticket.participants]
    return found


def taken_apart(before, changes, now):
    """True when a merge is taken back on the way."""
    return any(
        isinstance(one, ch.Unmerge) and changed.ticket_after(before, changes[:at], now).merged_into is not None
        for at, one in enumerate(changes)
    )


def apply(bench, tx, number, changes, now, mail=None):
    """One step, in the transaction at hand; an entry that leaves finds a ticket to go to."""
    steps = [ch.Step(number, tuple(changes))]
    if any(isinstance(one, ch.SplitOff) for one in changes):
        steps.append(ch.Step(None, (ch.OpenTicket("apart", "support", ANNA),)))
    return tx.apply(mail, ch.Decision(ch.Fate.FILED, "test", tuple(steps)), now, bench.ids).tickets[0]


def kept(bench, tx, now, arrived):
    """The number of a mail that arrived earlier than it is decided."""
    serial = next(bench.serial)
    envelope = Envelope(ANNA.addr, ("support@desk.example",), arrived_at=arrived)
    return tx.mail.keep(b"hello", envelope, f"raw-{serial}", now).number


@pytest.fixture
def others(bench):
    """Two more tickets, to link with and to merge into."""
    return bench.open("One"), bench.open("Two")


def test_every_class_of_change_is_drawn():
    assert {*STRATEGIES, ch.OpenTicket} == set(get_args(ch.Change))


@OTHERS
@given(CHANGES, CHANGES, st.booleans())
@example([ch.Leave(ANNA.addr), ch.Leave("Zoe@Other.Example")], [ch.Join(PEOPLE[0])], False)
@example([ch.Tell("support"), ch.Move("sales"), ch.Move("billing")], [ch.Move("support")], False)
@example([ch.Tag(("vip", "b"), ("vip",))], [ch.Tag(("A",), ("b", "A"))], False)
@example([ch.SetStatus(Status.WAITING)], [ch.MergeInto(1), ch.MergeInto(2)], False)
@example([ch.AddEntry(EntryKind.AGENT, "ann", "A", "one"), ch.AddEntry(EntryKind.AGENT, "ann", "A", "two")],
         [ch.Withdraw(1)], False)  # fmt: skip
@example(
    [ch.AddEntry(EntryKind.CALL, "ann", "A", "")], [ch.AddEntry(EntryKind.AGENT, "ann", "A", ""), ch.Withdraw(1)], False
)
@example([ch.AddEntry(EntryKind.CALL, ANNA.addr, "A", "")], [ch.Withdraw(1)], False)
@example([ch.AddEntry(EntryKind.AGENT, "ann", "A", "")], [ch.SplitOff(0), ch.Withdraw(1)], False)
@example([ch.AddEntry(EntryKind.AGENT, "ann", "A", "")], [ch.SplitOff(1), ch.Withdraw(1)], False)
@example([ch.Join(PEOPLE[2]), ch.Join(PEOPLE[1]), ch.SetRequester(PEOPLE[1])], [ch.SetRequester(ANNA)], False)
@example([ch.MergeInto(1), ch.Unmerge()], [ch.MergeInto(1)], False)
@example([ch.LinkTo(2), ch.LinkTo(1), ch.LinkTo(0)], [ch.Unlink(1)], False)
def test_what_is_written_is_what_the_core_foresaw(bench, others, first, second, by_mail):
    def play(tx):
        now, pairs = bench.now, []
        opening = (ch.OpenTicket("Broken lamp", "support", ANNA), ch.Assign("ann"), ch.Join(PEOPLE[0]), said("hello"))
        number = apply(bench, tx, None, opening, now, kept(bench, tx, now, now))
        for drawn in (first, second):
            now += HOUR
            arrived = now - MINUTE if by_mail else None
            mail = kept(bench, tx, now, arrived) if by_mail else None
            ticket = tx.tickets.get(number)
            changes = tuple(placed(one, number, others, ticket, bench.now) for one in drawn)
            apply(bench, tx, number, changes, now, mail)
            without = JOURNALLED if taken_apart(ticket, changes, now) else frozenset()
            foreseen = changed.ticket_after(ticket, changes, now, arrived)
            pairs.append((plain(tx.tickets.get(number), without), plain(foreseen, without)))
        return pairs

    for read, foreseen in bench.write(play):
        assert read == foreseen


@OTHERS
@given(OPENING, CHANGES)
def test_a_ticket_opens_as_the_core_foresaw(bench, others, opening, drawn):
    now, arrived = bench.now + HOUR, bench.now
    blank = changed.ticket_from_opening(opening, now, arrived)
    # A number that is not drawn yet can be named by nobody, nor an entry that is not written yet.
    nameless = (ch.SplitOff, ch.Withdraw, ch.MergeInto)
    named = (one for one in drawn if not isinstance(one, nameless))
    changes = [placed(one, others[0], others, blank, bench.now) for one in named]

    def play(tx):
        number = apply(bench, tx, None, [opening, *changes], now, kept(bench, tx, now, arrived))
        return tx.tickets.get(number)

    read = bench.write(play)
    foreseen = replace(changed.ticket_after(blank, changes, now, arrived), number=read.number)
    assert plain(read) == plain(foreseen)


def test_the_requester_does_not_leave_by_another_address_of_theirs(bench):
    number = bench.open()
    bench.apply(None, effects=(ch.LinkContacts(ANNA.addr, "anna@home.example"),))
    bench.apply(None, ch.Leave("anna@home.example"), ticket=number)
    assert "leave" not in bench.kinds(number)
    assert bench.scalar("SELECT count(*) FROM participant") == 1
