"""What of an agent's words has not arrived, as the store finds it."""

from datetime import timedelta

import pytest

from mailgate.core.model import change as ch
from mailgate.core.model.content import Ack, Answer, ExpertAsked
from mailgate.core.model.mail import Address
from mailgate.core.model.ticket import EntryKind, Status

MAIJA = Address("maija@customer.example", "Maija")
LATER = timedelta(hours=1)


def letter(content, urgency=ch.Urgency.WORDS):
    return ch.Outbound(content, ch.Audience.CUSTOMER, (MAIJA,), urgency=urgency)


def stuck(bench, before=LATER):
    found = bench.read(lambda read: read.outbox.stuck(bench.now + before, 10))
    return [(one.agent, one.ticket.number, one.to, one.uncertain) for one in found]


@pytest.mark.parametrize(("state", "tries", "found"), [
    ("uncertain", 1, [True]), ("waiting", 1, [False]), ("waiting", 0, []), ("sent", 1, []), ("dead", 1, []), ("held", 1, []),
])  # fmt: skip
def test_an_answer_is_stuck_where_it_may_have_left_or_no_relay_took_it(bench, state, tries, found):
    number = bench.open(outbound=(letter(Answer(agent="ann", text="Yes.")),))
    (due,) = bench.claim()
    bench.mark(due.deliveries[0].id, state, attempts=tries)
    assert stuck(bench) == [("ann", number, MAIJA.addr, uncertain) for uncertain in found]


def test_what_was_written_just_now_is_not_late(bench):
    bench.open(outbound=(letter(Answer(agent="ann", text="Yes.")),))
    (due,) = bench.claim()
    bench.mark(due.deliveries[0].id, "waiting", attempts=1)
    assert stuck(bench, -LATER) == []


def test_letters_of_nobodys_are_no_answers_and_what_was_asked_of_outsiders_is_the_owners(bench):
    bench.open(outbound=(letter(Ack(), ch.Urgency.ACK),))
    asked = bench.open("Chair", ch.Assign("bo"), outbound=(letter(ExpertAsked(question="Is it the fuse?")),))
    for due in bench.claim():
        bench.mark(due.deliveries[0].id, "uncertain")
    assert stuck(bench) == [("bo", asked, MAIJA.addr, True)]


WORDS = {kind: ch.AddEntry(kind, "somebody", "Somebody", "words") for kind in EntryKind}


@pytest.mark.parametrize(("changes", "back"), [
    ((WORDS[EntryKind.AGENT], WORDS[EntryKind.BOUNCE]), True),
    ((WORDS[EntryKind.BOUNCE], WORDS[EntryKind.NOTE]), True),
    ((WORDS[EntryKind.BOUNCE], WORDS[EntryKind.AGENT]), False),
    ((WORDS[EntryKind.BOUNCE], WORDS[EntryKind.CUSTOMER]), False),
    ((WORDS[EntryKind.BOUNCE], ch.Assign(None)), False),
    ((WORDS[EntryKind.BOUNCE], ch.SetStatus(Status.SOLVED)), False),
    ((WORDS[EntryKind.AGENT],), False),
])  # fmt: skip
def test_words_have_come_back_until_somebody_says_more(bench, changes, back):
    number = bench.open("Lamp", ch.Assign("ann"), ch.SetStatus(Status.OPEN), *changes)
    found = bench.read(lambda read: read.tickets.come_back("ann"))
    assert [ticket.number for ticket in found] == ([number] if back else [])
