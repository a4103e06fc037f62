"""A customer's page says where their ticket stands, in their words, and shows what is theirs to see and nothing else."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mailgate.core.model.facts import Facts
from mailgate.core.model.mail import Address, Attachment
from mailgate.core.model.moment import Moment
from mailgate.core.model.outage import News
from mailgate.core.model.policy import Agent, Calendar, Department, Key, Policy, Sla
from mailgate.core.model.ticket import QUIET, Due, Entry, EntryKind, Priority, Status, Ticket
from mailgate.core.pages import status
from mailgate.core.pages.policy import Confirm, WebPolicy
from mailgate.core.pages.status import Seen, StatusPage
from mailgate.core.proof import page

H, D = timedelta(hours=1), timedelta(days=1)
NOW = datetime(2026, 11, 25, 8, 30, tzinfo=UTC)  # a Wednesday
MAIJA, PEKKA, EVE = (Address(f"{one.lower()}@home.example", f"{one} Virtanen") for one in ("Maija", "Pekka", "Eve"))
KEY = Key("k1", b"x" * 32)
OFFICE = Calendar("office", "Europe/Helsinki", (((540, 1020),),) * 5 + ((), ()))
POLICY = Policy(
    "desk",
    "desk.example",
    (
        Department("support", ("support@desk.example",), Address("support@desk.example", "Acme Support"), calendar="office",
                   sla="standard"),
    ),
    keys=(KEY,),
    agents=(
        Agent(1, "anna", "anna.private@desk.example", full_name="Anna Kask", aliases=("ak@private.example",)),
        Agent(2, "bo", "bo@desk.example"),
    ),
    slas=(Sla("standard", first_response=8 * H),),
    calendars=(OFFICE,),
    timezone="UTC",
    web=WebPolicy(on=True, url="https://help.desk.example"),
)  # fmt: skip
LAMP = Attachment("lamp.jpg", "image/jpeg", 2_000, "0" * 64, "2")


def entry(number: int, kind: str, author: str, text: str, **parts: Any) -> Entry:
    at = parts.pop("at", NOW - D + number * H)
    return Entry(number, EntryKind(kind), author, parts.pop("author_name", author), at, text, **parts)


ENTRIES = (
    entry(1, "customer", MAIJA.addr, "The lamp is broken.", author_name=MAIJA.name, attachments=(LAMP,), mail=11),
    entry(2, "note", "anna", "CANARY-NOTE", attachments=(replace(LAMP, name="CANARY-NOTE.pdf"),), mail=12),
    entry(3, "call", "anna", "CANARY-MEMO"),
    entry(4, "auto", MAIJA.addr, "CANARY-AUTO"),
    entry(5, "bounce", "mailgate", "CANARY-BOUNCE"),
    entry(6, "customer", EVE.addr, "CANARY-UNVERIFIED", unverified=True),
    entry(7, "event", "mailgate", "CANARY-EVENT"),
    entry(8, "agent", "anna", "Is it the fuse?", author_name="anna.private@desk.example"),
    entry(9, "customer", PEKKA.addr, "It is not.", author_name=""),
    entry(10, "agent", "anna", "Only for Pekka", only=PEKKA.key),
)
TICKET = Ticket(
    1042, "Broken lamp", Status.OPEN, "support", MAIJA, NOW - D, NOW - H, owner="anna", priority=Priority.URGENT,
    tags=("CANARY-TAG",), fields={"CANARY-FIELD": "CANARY-VALUE"}, language="fi", participants=(MAIJA, PEKKA),
    watchers=("CANARY-WATCHER",), links=(1017,), entries=ENTRIES,
)  # fmt: skip


def shown(person: Address | None = MAIJA, ticket: Ticket = TICKET, policy: Policy = POLICY, **parts: Any) -> StatusPage:
    return status.status_page(Moment(policy, Facts(), NOW), Seen(ticket, person, parts.pop("joined", {}), **parts))


def texts(found: StatusPage) -> list[str]:
    return [one.text for one in found.entries]


# --- where it stands --------------------------------------------------------------------------------------------------

STATES = [
    (Status.NEW, "new"), (Status.OPEN, "open"), (Status.WAITING, "waiting"), (Status.HOLD, "hold"),
    (Status.SOLVED, "solved"), (Status.ARCHIVED, "solved"),
]  # fmt: skip


@pytest.mark.parametrize(("state", "said"), STATES)
def test_each_state_has_its_word(state: Status, said: str) -> None:
    assert shown(ticket=replace(TICKET, status=state)).state == said


@pytest.mark.parametrize(("owner", "name"), [("anna", "Anna"), ("bo", "bo"), (None, ""), ("gone", "")])
def test_who_has_it_is_named_by_their_first_name(owner: str | None, name: str) -> None:
    assert shown(ticket=replace(TICKET, owner=owner)).owner == name


DUE = NOW + 2 * D + 3 * H
PROMISES = [
    ("told as in letters", Status.NEW, Due(first_response=DUE), datetime(2026, 11, 27, 11, 30, tzinfo=UTC), False),
    ("late", Status.OPEN, Due(first_response=NOW - D), datetime(2026, 11, 24, 8, 30, tzinfo=UTC), True),
    ("the nearer one", Status.OPEN, Due(first_response=DUE, resolve=NOW - D), datetime(2026, 11, 24, 8, 30, tzinfo=UTC), True),
    ("an agent's own deadline is not theirs", Status.OPEN, Due(manual=NOW - D), None, False),
    ("none while it is theirs", Status.WAITING, Due(first_response=NOW - D), None, False),
    ("none on hold", Status.HOLD, Due(resolve=NOW - D), None, False),
    ("none when it is solved", Status.SOLVED, Due(resolve=NOW - D), None, False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("state", "due", "by", "late"), [row[1:] for row in PROMISES], ids=[row[0] for row in PROMISES]
)
def test_by_when_they_hear_from_us(state: Status, due: Due, by: datetime | None, late: bool) -> None:
    found = shown(ticket=replace(TICKET, status=state, due=due))
    assert (found.by, found.late) == (by, late)


def test_the_page_is_in_the_tickets_language_and_the_departments_hours() -> None:
    found = shown()
    assert (found.language, found.timezone, found.department) == ("fi", "Europe/Helsinki", "Acme Support")
    assert shown(ticket=replace(TICKET, language="xx")).language == POLICY.language


def test_what_a_department_tells_everybody_stands_on_it() -> None:
    news = (News("support", NOW + D, (("en", "Telephones are down"), ("fi", "Puhelimet ovat poikki"))),)
    assert shown(news=news).news == "Puhelimet ovat poikki"
    assert shown(news=(replace(news[0], department="billing"),)).news == ""


# --- what was said ----------------------------------------------------------------------------------------------------


def test_w09_nothing_internal_is_on_it() -> None:
    for person in (MAIJA, PEKKA, None):
        told = repr(dataclasses.asdict(shown(person)))
        assert "CANARY" not in told
        assert "private" not in told
        assert "@" not in told
        assert "1017" not in told and "urgent" not in told


def test_each_sees_what_is_theirs() -> None:
    assert texts(shown(MAIJA)) == texts(shown(None)) == ["The lamp is broken.", "Is it the fuse?", "It is not."]
    assert texts(shown(PEKKA)) == ["The lamp is broken.", "Is it the fuse?", "It is not.", "Only for Pekka"]
    assert [(one.whose, one.name) for one in shown(MAIJA).entries] == [("you", ""), ("us", "Anna"), ("other", "")]
    assert [one.whose for one in shown(PEKKA).entries] == ["other", "us", "you", "us"]
    assert next((one.whose, one.name) for one in shown(None).entries) == ("other", MAIJA.name)


def test_whoever_came_later_sees_what_was_said_since() -> None:
    joined = {PEKKA.key: NOW - D + 8 * H}
    assert texts(shown(PEKKA, joined=joined)) == ["Is it the fuse?", "It is not.", "Only for Pekka"]
    assert texts(shown(None, joined=joined)) == ["Is it the fuse?", "It is not."]
    assert texts(shown(MAIJA, joined={MAIJA.key: NOW})) == texts(shown(MAIJA))
    own = (replace(ENTRIES[0], author=PEKKA.addr), ENTRIES[7])
    late = {PEKKA.key: NOW}
    assert texts(shown(PEKKA, replace(TICKET, entries=own), joined=late)) == ["The lamp is broken."]


ORDERS = [
    ("#close", ("close",), ""), ("#Sulje.", ("close",), ""), ("#reopen\n\nIt broke again.", ("reopen",), "It broke again."),
    ("Thanks!\n#close", ("close",), "Thanks!"), ("see #close", (), "see #close"), ("#\u2060close", (), "#\u2060close"),
    ("#hashtag", (), "#hashtag"), ("a\n#close\nb", (), "a\n#close\nb"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "orders", "rest"), ORDERS)
def test_their_own_orders_are_told_and_not_shown(text: str, orders: tuple[str, ...], rest: str) -> None:
    assert status.parted(text) == (orders, rest)
    (one,) = shown(ticket=replace(TICKET, entries=(entry(1, "customer", MAIJA.addr, text),))).entries
    assert (one.orders, one.text) == (orders, rest)
    (ours,) = shown(ticket=replace(TICKET, entries=(entry(1, "agent", "anna", text),))).entries
    assert (ours.orders, ours.text) == ((), text)


def test_whoever_opened_it_again_is_told_until_something_is_said() -> None:
    again = (*ENTRIES, entry(11, "customer", MAIJA.addr, "#reopen"))
    assert shown(ticket=replace(TICKET, entries=again)).reopened == "you"
    assert shown(PEKKA, replace(TICKET, entries=again)).reopened == "other"
    assert shown(ticket=replace(TICKET, entries=(*again, entry(12, "agent", "anna", "We look.")))).reopened == ""
    assert shown(ticket=replace(TICKET, entries=again, status=Status.SOLVED)).reopened == ""
    assert shown().reopened == ""


def test_a_long_thread_shows_its_end_and_says_so() -> None:
    many = tuple(entry(n, "customer", MAIJA.addr, f"words {n}", at=NOW) for n in range(1, 61))
    found = shown(ticket=replace(TICKET, entries=many))
    assert (len(found.entries), found.earlier, found.entries[-1].text) == (status.MOST, 20, "words 60")
    long = tuple(entry(n, "customer", MAIJA.addr, "w" * 20_000, at=NOW) for n in range(1, 5))
    found = shown(ticket=replace(TICKET, entries=long))
    assert [len(one.text) for one in found.entries] == [10_002, 20_000]
    assert found.earlier == 2


def test_w06_no_link_to_a_page_is_shown_on_one() -> None:
    link = page.link("https://help.desk.example", page.mint(KEY, page.PageToken(1042)))
    said = (entry(1, "agent", "anna", f"Look: {link}"),)
    found = shown(ticket=replace(TICKET, subject=link, entries=said))
    assert texts(found) == [f"Look: https://help.desk.example/t/{page.CUT}"]
    assert found.title == f"https://help.desk.example/t/{page.CUT}"


# --- what may be done -------------------------------------------------------------------------------------------------

LONG_AGO = {"status": Status.SOLVED, "solved_at": NOW - 40 * D}
MAY = [
    ("the requester closes", MAIJA, {}, (True, True, False, False)),
    ("and opens again", MAIJA, {"status": Status.SOLVED, "solved_at": NOW - D}, (True, False, True, False)),
    ("in time", MAIJA, LONG_AGO, (True, False, False, True)),
    ("not where all is quiet", MAIJA, {"tags": (QUIET,)}, (True, False, False, False)),
    ("others write", PEKKA, {}, (True, False, False, False)),
    ("the ticket's page shows", None, {}, (False, False, False, False)),
]


@pytest.mark.parametrize(("person", "parts", "may"), [row[1:] for row in MAY], ids=[row[0] for row in MAY])
def test_w07_who_may_do_what(person: Address | None, parts: dict[str, Any], may: tuple[bool, ...]) -> None:
    found = shown(person, replace(TICKET, **parts))
    assert (found.own, found.may_close, found.may_reopen, found.over) == may


def test_always_means_that_all_goes_by_letter() -> None:
    asked = replace(POLICY, web=replace(POLICY.web, confirm=Confirm.ALWAYS))
    assert shown(policy=asked).by_letter
    assert not shown(policy=asked).files
    assert not shown().by_letter


@pytest.mark.parametrize(("circle", "requesters", "person", "reads"), [
    ((MAIJA,), (), MAIJA, True), ((MAIJA,), (), PEKKA, False), ((MAIJA,), (), None, False), ((PEKKA,), (), MAIJA, True),
    ((PEKKA, MAIJA), (), None, True), ((PEKKA,), (), PEKKA, True), ((EVE,), (PEKKA,), PEKKA, True), ((EVE,), (PEKKA,), None, True),
])  # fmt: skip
def test_what_a_merge_brought_is_for_those_it_was_said_to(
    circle: tuple[Address, ...], requesters: tuple[Address, ...], person: Address | None, reads: bool
) -> None:
    (first, *_) = ENTRIES
    brought = {first.id: frozenset(one.key for one in circle)}
    found = shown(person, circles=brought, requesters=frozenset(one.key for one in requesters))
    assert (first.text in texts(found)) is reads


def test_what_an_agent_may_still_take_back_is_not_shown() -> None:
    said = next(one for one in ENTRIES if one.kind is EntryKind.AGENT and not one.only)
    for left, reads in ((said.at - timedelta(seconds=1), False), (said.at, True), (None, True)):
        for person in (MAIJA, PEKKA, None):
            assert (said.text in texts(shown(person, left=left))) is reads
    assert "Only for Pekka" not in texts(shown(PEKKA, left=said.at - D))
    assert ENTRIES[0].text in texts(shown(left=said.at - 9 * D)), "their own words are theirs"


def test_what_somebody_answers_to_words_for_them_alone_is_for_nobody_else() -> None:
    more = (entry(20, "customer", PEKKA.addr, "Between us: no."), entry(21, "customer", MAIJA.addr, "And to me?"))
    ticket = replace(TICKET, entries=(*ENTRIES, *more))
    read = [("It is not." in texts(found), "Between us: no." in texts(found), "And to me?" in texts(found))
            for found in (shown(PEKKA, ticket), shown(MAIJA, ticket), shown(None, ticket))]  # fmt: skip
    assert read == [(True, True, True), (True, False, True), (True, False, True)]


def test_a_file_is_asked_for_by_its_number_and_only_what_is_seen_is_found() -> None:
    (first,) = shown().entries[0].files
    assert (first.name, first.size) == ("lamp.jpg", 2_000)
    seen = Seen(TICKET, MAIJA, {})
    assert status.file_of(seen, first.number) == (11, "2")
    assert [status.file_of(seen, number) for number in range(5) if number != first.number] == [None] * 4
    assert status.file_of(Seen(TICKET, PEKKA, {PEKKA.key: NOW}), first.number) is None


@pytest.mark.parametrize(("confirm", "tags", "may"), [
    (Confirm.FILES, (), True), (Confirm.FILES, (QUIET,), False), (Confirm.NEVER, (QUIET,), True), (Confirm.ALWAYS, (), False),
])  # fmt: skip
def test_a_file_is_offered_where_it_can_be_had(confirm: Confirm, tags: tuple[str, ...], may: bool) -> None:
    policy = replace(POLICY, web=replace(POLICY.web, confirm=confirm))
    assert shown(ticket=replace(TICKET, tags=tags), policy=policy).files is may
    assert not shown(None, replace(TICKET, tags=tags), policy).files
