"""Senders whom agents shut out, and what is known of whoever a ticket is from."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from mailgate.core.model import change as ch
from mailgate.core.model.mail import Address
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.ticket import EntryKind

HOUR = timedelta(hours=1)
ANNA = "anna@customer.example"


@pytest.mark.parametrize("pattern", [ANNA, "@customer.example"])
def test_an_agent_shuts_a_sender_out_until_a_time_and_lets_them_in_again(bench, pattern):
    number = bench.open()
    bench.apply(None, ch.Ban(pattern, bench.now + HOUR), ticket=number)
    facts = bench.facts(numbers=(number,))
    assert facts.shut_out and not facts.banned
    assert not bench.facts(sender="bo@other.example").shut_out
    assert not bench.facts(now=bench.now + 2 * HOUR).shut_out
    [ban] = bench.read(lambda read: read.people.bans(bench.now))
    assert (ban.pattern, ban.agent) == (pattern, "mailgate")
    bench.apply(None, ch.Ban(pattern, None), ticket=number)
    assert not bench.facts().shut_out


@pytest.mark.parametrize("until", [None, HOUR])
def test_what_the_admin_banned_no_agent_changes(bench, until):
    number = bench.open()
    end = until and bench.now + until
    bench.write(lambda tx: tx.people.ban(ANNA, end, "abuse", bench.now))
    for change in (ch.Ban(ANNA, bench.now + 90 * HOUR), ch.Ban(ANNA, None)):
        bench.apply(None, change, ticket=number)
        assert bench.facts().banned and not bench.facts().shut_out
    assert not [line for line in bench.read(lambda read: read.tickets.events(number)) if line.kind == "ban"]


def test_the_admins_ban_takes_the_place_of_an_agents_and_goes_first(bench):
    number = bench.open()
    bench.apply(None, ch.Ban(ANNA, bench.now + HOUR), ticket=number)
    bench.write(lambda tx: tx.people.ban("@customer.example", None, "", bench.now))
    assert bench.facts().banned
    bench.write(lambda tx: tx.people.unban("@customer.example"))
    bench.write(lambda tx: tx.people.ban(ANNA, None, "", bench.now))
    assert bench.facts().banned and not bench.facts().shut_out


def test_the_store_says_of_a_tickets_sender_what_orders_about_spam_need(bench, letters):
    number = bench.open(outbound=(replace(letters(), purpose=Purpose.ACK),))
    other = bench.open("b", requester=Address("zoe@customer.example"))
    known = bench.facts(numbers=(number, other), senders=True, domain=True).senders
    assert known[number].acknowledged and not known[other].acknowledged
    assert not known[number].answered and not known[number].domain_answered
    bench.apply(None, ch.AddEntry(EntryKind.AGENT, "anna", "Anna", "Hello."), ticket=other)
    bench.apply(None, ch.Ban("@customer.example", bench.now + HOUR), ticket=other)
    known = bench.facts(numbers=(number, other), senders=True, domain=True).senders
    assert known[other].answered and not known[number].answered and known[number].domain_answered
    assert known[number].domain_until == bench.now + HOUR and known[number].address_until is None
    assert bench.facts(numbers=(number,)).senders == {}, "read where it is asked for alone"
