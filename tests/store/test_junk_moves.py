"""Originals that belong in a junk folder: which, until when, and how often it is tried."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mailgate.core.model import change as ch
from mailgate.core.model.mail import Address, Envelope, Source
from mailgate.core.model.ticket import EntryKind

BOX = {"source": Source.IMAP, "mailbox": "support", "folder": "INBOX", "uidvalidity": 7}
SPAM = ch.Tag(add=("spam",))


@pytest.fixture
def ticket(bench):
    """A ticket of a mail that came by IMAP, and the mail."""
    envelope = Envelope("win@pest.example", ("support@desk.example",), uid=3, arrived_at=bench.now, **BOX)
    mail = bench.write(lambda tx: tx.mail.keep(b"Win", envelope, "digest", bench.now)).number
    win = ch.AddEntry(EntryKind.CUSTOMER, "win@pest.example", "", "Win")
    opened = ch.OpenTicket("Win", "support", Address("win@pest.example"))
    return bench.apply(mail, opened, win).tickets[0], mail


def due(bench, later=timedelta()):
    return bench.read(lambda read: read.mail.misplaced("support", bench.now + later))


def test_the_original_of_spam_is_to_be_moved_and_of_no_spam_back(bench, ticket):
    number, mail = ticket
    assert due(bench) == []
    bench.apply(None, ch.Tag(remove=("spam",)), ticket=number)
    assert due(bench) == [], "what never went there does not come back"
    bench.apply(None, SPAM, ticket=number)
    [one] = due(bench)
    assert (one.mail, one.to_junk, one.folder, one.uidvalidity, one.uid, one.size) == (mail, True, "INBOX", 7, 3, 3)
    assert bench.read(lambda read: read.mail.misplaced("sales", bench.now)) == []
    bench.write(lambda tx: tx.mail.placed(mail))
    assert due(bench) == []
    bench.apply(None, ch.Tag(remove=("spam",)), ticket=number)
    assert [one.to_junk for one in due(bench)] == [False]


def test_what_cannot_be_moved_is_tried_later_and_given_up_in_the_end(bench, ticket):
    number, mail = ticket
    bench.apply(None, SPAM, ticket=number)
    waits = [1, 4, 16, 64]
    for minutes in waits:
        assert bench.write(lambda tx: tx.mail.misplaced_still(mail, bench.now))
        assert due(bench, timedelta(minutes=minutes, seconds=-1)) == [] != due(bench, timedelta(minutes=minutes))
    assert not bench.write(lambda tx: tx.mail.misplaced_still(mail, bench.now))
    assert due(bench, timedelta(days=9)) == []


def test_a_mail_that_came_another_way_lies_in_no_mailbox(bench):
    number = bench.open("Win")
    bench.apply(None, SPAM, ticket=number)
    assert due(bench) == []
