"""One ticket on a page: its words and what happened in one row, customers' own orders as orders, and never too much."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cases import ANNA, BO, MAIJA, NOW, POLICY, D, H, ticket

from mailgate.core.customers.customer import Customer
from mailgate.core.model.desk_rows import JournalLine
from mailgate.core.model.facts import Facts
from mailgate.core.model.mail import Address, Attachment
from mailgate.core.model.moment import Moment
from mailgate.core.model.ticket import Due, Entry, EntryKind
from mailgate.core.pages import thread

AT = Moment(POLICY, Facts(), NOW)
FILE = Attachment("invoice.pdf", "application/pdf", 2048, "d", "2")
SAID = (
    Entry(1, EntryKind.CUSTOMER, MAIJA.addr, "Maija", NOW - 5 * H, "The lamp is broken.", attachments=(FILE,)),
    Entry(2, EntryKind.NOTE, "bo", "Bo", NOW - 3 * H, "She has called twice."),
    Entry(3, EntryKind.AGENT, "anna", "Anna", NOW - H, "It leaves today.", only="maija@customer.example"),
)
HAPPENED = (
    JournalLine(1, 1042, NOW - 4 * H, "bo", 7, "owner", "", "bo"),
    JournalLine(2, 1042, NOW - 3 * H, "bo", 8, "entry", "2", "note"),
)


def page(entries: tuple[Entry, ...] = SAID, **parts: object) -> thread.ThreadPage:
    about = ticket(
        1042, entries=entries, owner="bo", due=Due(first_response=NOW - H, resolve=NOW + D), fields={"order": "17"}
    )
    return thread.page(AT, ANNA, about, HAPPENED, lambda line: f"{line.kind} became {line.new}", **parts)  # type: ignore[arg-type]


def test_words_and_events_stand_in_the_order_they_came() -> None:
    parts = page().parts
    assert [(one.kind, one.who) for one in parts] == [
        ("customer", "Maija"), ("event", "Bo Ek"), ("note", "Bo Ek"), ("agent", "Anna Virtanen"),
    ]  # fmt: skip
    assert parts[1].text == "owner became bo", "and an entry is not told twice"
    assert parts[0].files == (thread.File("invoice.pdf", 2048),) and parts[3].only == "maija@customer.example"


def test_what_one_mail_changed_is_told_in_one_breath() -> None:
    lines = (
        HAPPENED[0],
        replace(HAPPENED[0], id=3, kind="status", new="open"),
        replace(HAPPENED[0], id=4, actor="anna"),
    )
    found = thread.page(AT, ANNA, ticket(1042), lines, lambda line: line.kind)
    assert [(one.who, one.text) for one in found.parts] == [("Bo Ek", "owner · status"), ("Anna Virtanen", "owner")]


def test_what_the_desk_was_told_of_the_customer_stands_beside() -> None:
    told = Customer(
        name="Maija M", agent="bo", fields=dict.fromkeys("abc", "x"), links={"CRM": "https://crm.example/1"}
    )
    found = page(known=told).customer
    assert found and (found.name, found.agent, len(found.columns), found.unverified) == ("Maija M", "Bo Ek", 3, False)
    assert page().customer is None


def test_what_is_owed_and_who_hears_stands_beside() -> None:
    found = page()
    assert [(one.which, one.late) for one in found.deadlines] == [("first_response", True), ("resolve", False)]
    assert found.receivers == ("maija@customer.example",) and found.fields == (("order", "17", ""),)
    assert (found.tag, found.row.owner_shown, found.at, found.act) == ("[#1042]", "Bo Ek", NOW, "steer")


def test_the_newest_are_shown_and_older_ones_when_asked_for() -> None:
    many = tuple(replace(SAID[0], id=n, at=NOW - (500 - n) * timedelta_minute) for n in range(300))
    first, whole = page(many), page(many, older=True)
    assert (len(first.parts), first.older) == (thread.NEWEST, 302 - thread.NEWEST - 1)
    assert whole.older == 0 and len(whole.parts) == 301
    assert first.parts == whole.parts[-thread.NEWEST :]


def test_a_page_never_grows_beyond_what_crosses() -> None:
    huge = tuple(replace(SAID[0], id=n, text="a" * 300_000) for n in range(9))
    found = page(huge, older=True)
    assert sum(len(one.text) for one in found.parts) <= thread.ROOM + 2 * len(found.parts)
    assert found.older == 9 + 1 - len(found.parts) and found.parts[-1].text


timedelta_minute = H / 60


@pytest.mark.parametrize(
    ("text", "shown", "orders"),
    [
        ("#reopen\n\nIt broke again.", "It broke again.", ("reopen",)),
        ("It works.\n\n#sulje", "It works.", ("close",)),
        ("#close", "", ("close",)),
        ("#status\nWell?\n#reopen", "Well?", ("status", "reopen")),
        ("I like #close friends", "I like #close friends", ()),
        ("#1 thing\nThe lamp.", "#1 thing\nThe lamp.", ()),
        ("First\n#close\nLast", "First\n#close\nLast", ()),
    ],
)
def test_a_customers_own_order_is_told_apart_from_their_words(text: str, shown: str, orders: tuple[str, ...]) -> None:
    assert thread.own_words(replace(SAID[0], text=text)) == (shown, orders)
    assert thread.own_words(replace(SAID[1], text=text)) == (text, ()), "in a note it is words"


def test_a_colleague_who_has_left_is_called_what_they_were() -> None:
    line = replace(HAPPENED[0], actor="gone")
    found = thread.page(AT, BO, ticket(1042, watchers=("gone", "anna")), (line,), lambda line: "x")
    assert found.parts[0].who == "gone" and found.watchers == ("gone", "Anna Virtanen")
    assert found.people == (("Maija", "maija@customer.example"),)
    assert Address("bo@staff.example").addr not in str(found.people)
