"""What was done can be taken back: merges come apart, links go, words that never left become notes."""

import typing
from datetime import UTC, datetime, timedelta

import pytest

from mailgate.core.model import change as ch
from mailgate.core.model.mail import Address
from mailgate.core.model.outage import AnswerAll, Incident, Mailing, News, SetIncident, SetNews, StopAnswers
from mailgate.core.model.ticket import EntryKind, Status
from mailgate.store.tickets.changes import WRITERS

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
VPN = Incident("support", "vpn", "vpn connection", NOON)
BO = Address("bo@other.example", "Bo")
CY = Address("cy@other.example", "Cy")
HOUR = timedelta(hours=1)


def agent_words(text="we look into it"):
    return ch.AddEntry(EntryKind.AGENT, "ann", "Ann", text, of_mail=False)


def whole(ticket):
    """All of a ticket but the moment of its last change."""
    return {name: getattr(ticket, name) for name in ticket.__dataclass_fields__} | {
        "updated_at": None, "status_since": None, "pauses": ()}  # fmt: skip


@pytest.mark.parametrize("member", typing.get_args(ch.Change), ids=lambda each: each.__name__)
def test_every_change_has_a_writer(member):
    assert member in WRITERS


EFFECTS = (
    ch.Unpark(1, released=False), ch.SetAway("ann", None), ch.AddAlias("ann", "a@b.example"),
    ch.SaveReply("hi", "en", "Hello", "ann"), ch.Vote(1001, 9), ch.LinkContacts("a@b.example", "c@d.example"),
    ch.CancelLetters((1,)), ch.EndSessions("ann"), ch.RevokeLists("ann"), ch.WatchTags("ann", ("vip",), ("lamp",), every=True),
    ch.KeepArticle("bulb", "en", "Bulbs", "Turn.", "ann", stands=True), ch.JudgeWave("support:1", "spam"), SetIncident("support", "eta", None), SetNews("sales", None),
    SetNews("support", News("support", NOON, (("en", "Down"),))), SetIncident("support", "vpn", VPN),
    AnswerAll(Mailing(1, "vpn", "support", "ann", "ann", "Up", False, 1, NOON), (1001,)), StopAnswers(1),
)  # fmt: skip


def test_every_effect_has_a_writer(bench):
    bench.open()
    assert {type(one) for one in EFFECTS} == set(typing.get_args(ch.Effect))
    for effect in EFFECTS:
        bench.apply(None, effects=(effect,))
    with pytest.raises(AssertionError):
        bench.apply(None, effects=("no effect",))


def test_a_merge_comes_apart_and_both_tickets_are_as_they_were(bench):
    target = bench.open("One", ch.Tag(("lamp",)), requester=BO)
    source = bench.open(
        "Two", ch.Join(CY), ch.Tag(("vip", "lamp")), ch.Watch("bo"), ch.Assign("ann"), ch.SetStatus(Status.OPEN),
        ch.SetDue("resolve", bench.now + HOUR), ch.Remind("ann", bench.now + HOUR, "call"), departments=("sales",),
    )  # fmt: skip
    before = whole(bench.ticket(target)), whole(bench.ticket(source))
    bench.apply(None, ch.MergeInto(target), ticket=source, now=bench.now + HOUR)
    assert len(bench.ticket(target).entries) == 2
    bench.apply(None, ch.Unmerge(), ticket=source, now=bench.now + 2 * HOUR)
    assert (whole(bench.ticket(target)), whole(bench.ticket(source))) == before
    assert bench.facts().load == {"ann": 1}
    assert bench.read(lambda read: read.tickets.reminders(bench.now + HOUR, 9))[0].ticket == source
    assert bench.ticket(source).pauses == ((bench.now + HOUR, bench.now + 2 * HOUR),)
    assert "reopened" not in bench.kinds(source)
    assert bench.kinds(target)[-2:] == ["merged-in", "unmerged-from"]
    assert bench.facts(ids=("<2@customer.example>",)).by_id == {"<2@customer.example>": source}


def test_words_that_came_after_the_merge_stay_where_they_came(bench):
    target, source = bench.open("One"), bench.open("Two")
    bench.apply(None, ch.MergeInto(target), ticket=source)
    bench.apply(None, agent_words("to both"), ticket=target)
    bench.apply(None, ch.Unmerge(), ticket=source)
    assert [entry.text for entry in bench.ticket(source).entries] == ["words about Two"]
    assert [entry.text for entry in bench.ticket(target).entries] == ["words about One", "to both"]


def test_the_merged_person_hears_nothing_more_of_the_other_ticket_even_after_a_further_merge(bench):
    last, middle = bench.open("Last"), bench.open("Middle")
    source = bench.open("Source", requester=BO)
    bench.apply(None, ch.MergeInto(middle), ticket=source)
    bench.apply(None, ch.MergeInto(last), ticket=middle)
    assert BO in bench.ticket(last).participants
    bench.apply(None, ch.Unmerge(), ticket=source)
    for number in (last, middle):
        assert BO not in bench.ticket(number).participants
    assert [entry.text for entry in bench.ticket(source).entries] == ["words about Source"]
    assert [entry.text for entry in bench.ticket(last).entries] == ["words about Last", "words about Middle"]
    assert bench.ticket(middle).merged_into == last


def test_who_came_with_a_merge_and_is_the_requester_now_stays_when_it_comes_apart(bench):
    """S-14."""
    target, source = bench.open("One"), bench.open("Two", requester=BO)
    bench.apply(None, ch.MergeInto(target), ticket=source)
    bench.apply(None, ch.SetRequester(BO), ticket=target)
    bench.apply(None, ch.Unmerge(), ticket=source)
    bench.apply(None, ch.SetRequester(CY), ticket=target)
    assert bench.ticket(target).participants[:2] == (CY, BO)


def test_a_ticket_that_was_solved_before_the_merge_is_solved_after_it(bench):
    target, source = bench.open("One"), bench.open("Two", ch.SetStatus(Status.SOLVED))
    solved = bench.ticket(source).solved_at
    bench.apply(None, ch.MergeInto(target), ticket=source, now=bench.now + HOUR)
    bench.apply(None, ch.Unmerge(), ticket=source, now=bench.now + HOUR)
    assert (bench.ticket(source).status, bench.ticket(source).solved_at) == (Status.SOLVED, solved)


def test_a_ticket_that_stands_alone_cannot_leave(bench):
    number = bench.open()
    before = whole(bench.ticket(number))
    bench.apply(None, ch.Unmerge(), ticket=number)
    assert whole(bench.ticket(number)) == before
    assert bench.kinds(number)[-1] == "unmerge-refused"


def test_it_can_be_merged_and_taken_apart_again_and_again(bench):
    one, two, source = bench.open("1"), bench.open("2"), bench.open("3")
    for target in (one, two, one):
        bench.apply(None, ch.MergeInto(target), ticket=source)
        bench.apply(None, ch.Unmerge(), ticket=source)
    assert [len(bench.ticket(number).entries) for number in (one, two, source)] == [1, 1, 1]


def test_a_link_is_taken_back_from_either_end_and_other_connections_stay(bench):
    one, two, three = bench.open("1"), bench.open("2"), bench.open("3")
    bench.apply(None, ch.LinkTo(two), ch.LinkTo(three), ticket=one)
    bench.apply(None, ch.LinkTo(one, ch.LinkKind.CONTINUES), ticket=three)
    bench.apply(None, ch.Unlink(two), ch.Unlink(three), ch.Unlink(4711), ticket=one)
    assert bench.ticket(one).links == (three,)
    bench.apply(None, ch.LinkTo(two), ticket=one)
    bench.apply(None, ch.Unlink(one), ticket=two)
    assert (bench.ticket(one).links, bench.ticket(two).links) == ((three,), ())
    assert bench.kinds(one).count("unlink") == 2


def test_words_that_never_left_become_a_note_and_the_answer_is_owed_again(bench):
    number = bench.open()
    asked = bench.ticket(number)
    bench.apply(None, agent_words(), ticket=number, now=bench.now + HOUR)
    entry = bench.ticket(number).entries[-1]
    bench.apply(None, ch.Withdraw(entry.id), ticket=number, now=bench.now + 2 * HOUR)
    ticket = bench.ticket(number)
    assert ticket.entries[-1].kind is EntryKind.NOTE
    assert (ticket.first_response_at, ticket.last_agent_at) == (None, None)
    assert ticket.last_public_at == asked.last_public_at
    bench.apply(None, agent_words("again"), ticket=number, now=bench.now + 3 * HOUR)
    assert bench.ticket(number).first_response_at == bench.now + 3 * HOUR


def test_withdrawing_later_words_keeps_the_first_answer(bench):
    number = bench.open()
    bench.apply(None, agent_words("first"), ticket=number, now=bench.now + HOUR)
    bench.apply(None, agent_words("second"), ticket=number, now=bench.now + 2 * HOUR)
    bench.apply(None, ch.Withdraw(bench.ticket(number).entries[-1].id), ticket=number)
    ticket = bench.ticket(number)
    assert ticket.first_response_at == ticket.last_agent_at == ticket.last_public_at == bench.now + HOUR


def test_only_an_agents_words_of_this_ticket_can_be_withdrawn(bench):
    number, other = bench.open(), bench.open("Other")
    bench.apply(None, agent_words(), ticket=other)
    for ticket in (number, other):
        for entry in bench.ticket(ticket).entries:
            bench.apply(None, ch.Withdraw(entry.id), ticket=number)
    assert "withdrawn" not in bench.kinds(number) + bench.kinds(other)
    assert bench.ticket(other).last_agent_at == bench.now
