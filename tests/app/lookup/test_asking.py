"""Customers are asked about in the background: each once at a time, not while what is known is fresh, not while it fails."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from config.test_config_problems import GOOD, loaded

from mailgate.app.lookup.asking import Lookups, LookupState, Question
from mailgate.app.lookup.pauses import FAILURES, FIRST, Trouble
from mailgate.config.tree import Lookup
from mailgate.core.customers.answer import Outcome
from mailgate.core.customers.customer import Customer
from mailgate.core.customers.question import Person, Said
from mailgate.errors import Temporary
from mailgate.store.customers_asked import CustomersTaken
from mailgate.store.lookups_asked import LookedUp
from mailgate.store.sqlite.store import SqliteStore

PATIENCE = 60.0  # seconds after which a test that waits fails
MAIJA, OTTO = Person("maija@virtanen.example"), Person("otto@ohm.example")
NOBODY = Said(b"{}")


class Crm:
    """Says what it is told to; while it is `held` no question is answered."""

    def __init__(self) -> None:
        self.says: Callable[[Person], Said | None] = lambda person: Said(b'{"name": "Maija", "tier": "gold"}')
        self.asked: list[Person] = []
        self.came, self.free = threading.Semaphore(0), threading.Event()
        self.free.set()

    def __call__(self, settings: Lookup, person: Person) -> Said | None:
        self.asked.append(person)
        self.came.release()
        assert self.free.wait(PATIENCE)
        return self.says(person)

    def fail(self) -> None:
        def says(person: Person) -> Said | None:
            raise Temporary("answers 500")

        self.says = says


class Bench:
    def __init__(self, folder: Path) -> None:
        self.now, self.seconds = datetime(2026, 11, 28, 12, tzinfo=UTC), 1000.0
        self.store = SqliteStore(folder / "mailgate.db")
        self.crm, self.told = Crm(), list[Trouble | None]()
        text = '[lookup]\nurl = "https://crm.example/{address}"\nrate = ""\n'
        settings = loaded(folder, GOOD + text).lookup
        self.lookups = Lookups(
            self.store, settings, self.crm, lambda: self.now, self.told.append, monotonic=lambda: self.seconds
        )

    def ask(self, person: Person = MAIJA, *, anew: bool = False) -> bool:
        """Ask and wait for the end of it; False when nothing was asked."""
        question = self.lookups.about(person, anew=anew)
        return question is not None and done(question)

    def known(self, key: str = MAIJA.key) -> LookedUp | None:
        return self.store.read(lambda read: read.lookups.about(key))


def done(question: Question | None) -> bool:
    assert question is not None and question.done.wait(PATIENCE)
    return True


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.crm.free.set()
    made.lookups.close()
    made.store.close()


def test_an_answer_is_kept_with_its_time(bench: Bench) -> None:
    assert bench.ask()
    found = bench.known()
    assert found is not None and found.answer.customer is not None
    assert (found.answer.customer.tier, found.as_of) == ("gold", bench.now)


VIRTANEN, DOMAIN = Person("bob@virtanen.example"), Customer(("@virtanen.example",), number="K-17")
OWN = Customer(("bob@virtanen.example",), number="K-18", phones=("+371 26 123 456",))
RANG = replace(VIRTANEN, phone="26123456")


@pytest.mark.parametrize(
    ("url", "who", "rows", "name"),
    [
        ("https://crm.example/{address}", MAIJA, (), "Maija"),
        ("https://crm.example/{number}", VIRTANEN, (OWN, DOMAIN), "Maija"),
        ("https://crm.example/{number}", VIRTANEN, (DOMAIN,), ""),  # whoever in the company they know by its number
        ("https://crm.example/?d={domain}&n={number}", VIRTANEN, (DOMAIN,), ""),
        ("https://crm.example/{phone}", RANG, (OWN,), "Maija"),
        ("https://crm.example/{phone}", RANG, (DOMAIN,), ""),  # whoever shares the telephone on their ticket
        ("https://crm.example/{phone}", RANG, (), ""),
        ("https://crm.example/{phone}", Person(phone="26123456"), (), "Maija"),
        ("https://crm.example/{domain}", VIRTANEN, (), ""),
        ("https://crm.example/{domain}", Person("bob@gmail.com"), (), None),  # not asked: that is everybody
        ("https://crm.example/?d={domain}&a={address}", Person("bob@gmail.com"), (), "Maija"),
    ],
)
def test_an_answer_about_a_company_names_nobody_in_it(
    bench: Bench, url: str, who: Person, rows: tuple[Customer, ...], name: str | None
) -> None:
    bench.store.write(lambda tx: tx.customers.add(1, list(enumerate(rows)))).result()
    taken = CustomersTaken(1, "", len(rows), bench.now)
    bench.store.write(lambda tx: tx.customers.take(taken)).result()
    bench.lookups.settings = replace(bench.lookups.settings, url=url)
    assert bench.ask(who)
    found = bench.known(who.key)
    assert (found and found.answer.customer and found.answer.customer.name) == name
    assert found is None or (found.answer.customer and found.answer.customer.tier) == "gold"
    assert len(bench.crm.asked) == (name is not None)


def test_what_is_fresh_is_not_asked_for_unless_somebody_wants_it_anew(bench: Bench) -> None:
    assert bench.ask() and not bench.ask() and bench.ask(anew=True)
    bench.now += timedelta(hours=23)
    assert not bench.ask()
    bench.now += timedelta(hours=2)
    assert bench.ask() and len(bench.crm.asked) == 3


@pytest.mark.parametrize("said", [None, NOBODY, Said(b'[{"name": "a"}, {"name": "b"}]')])
def test_that_nobody_in_particular_was_found_is_kept_for_a_shorter_time(bench: Bench, said: Said | None) -> None:
    bench.crm.says = lambda person: said
    assert bench.ask() and not bench.ask()
    found = bench.known()
    assert found is not None and found.answer.outcome is not Outcome.PERSON
    bench.now += timedelta(minutes=61)
    assert bench.ask()


def test_one_question_about_a_person_at_a_time(bench: Bench) -> None:
    bench.crm.free.clear()
    first = bench.lookups.about(MAIJA)
    assert bench.crm.came.acquire(timeout=PATIENCE)
    again = [bench.lookups.about(MAIJA) for _ in range(5)]
    assert all(each is first for each in again)
    bench.crm.free.set()
    assert done(first) and bench.crm.asked == [MAIJA]


def test_whoever_waits_is_told_when_it_is_done(bench: Bench) -> None:
    bench.crm.free.clear()
    told = threading.Semaphore(0)
    for _ in range(2):
        assert bench.lookups.about(MAIJA, then=told.release) is not None
    assert not told.acquire(blocking=False)
    bench.crm.free.set()
    assert all(told.acquire(timeout=PATIENCE) for _ in range(2))


def test_a_few_at_a_time_and_no_endless_queue(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailgate.app.lookup.asking.WAITING", 10)
    bench.crm.free.clear()
    people = [Person(f"p{number}@virtanen.example") for number in range(20)]
    asked = [bench.lookups.about(person) for person in people]
    assert [each is not None for each in asked] == [*[True] * 10, *[False] * 10]
    assert all(bench.crm.came.acquire(timeout=PATIENCE) for _ in range(2))
    assert len(bench.crm.asked) == 2
    bench.crm.free.set()
    assert all(done(each) for each in asked[:10])


def test_what_fails_leaves_what_was_known(bench: Bench) -> None:
    assert bench.ask()
    before = bench.known()
    bench.crm.fail()
    assert bench.ask(anew=True) and bench.known() == before
    bench.crm.says = lambda person: Said(b"<html>")
    assert bench.ask(anew=True) and bench.known() == before
    assert bench.lookups.counts.failed == 2


def test_w44_it_is_given_up_after_failures_and_each_change_is_told_once(bench: Bench) -> None:
    bench.crm.fail()
    assert all(bench.ask() for _ in range(FAILURES))
    assert not bench.ask() and not bench.ask(OTTO) and bench.told == [Trouble("answers 500", FIRST)]
    assert bench.lookups.state() == LookupState(5, 5, 0, True, 60, "answers 500")
    bench.seconds += FIRST
    assert bench.ask() and not bench.ask() and len(bench.told) == 1
    bench.seconds += 2 * FIRST
    bench.crm.says = lambda person: NOBODY
    assert bench.ask() and bench.ask(OTTO) and bench.told[1:] == [None]


def test_questions_that_wait_are_let_go_when_it_is_given_up(bench: Bench) -> None:
    bench.crm.free.clear()
    bench.crm.fail()
    people = [Person(f"p{number}@virtanen.example") for number in range(50)]
    asked = [bench.lookups.about(person) for person in people]
    bench.crm.free.set()
    assert all(done(each) for each in asked)
    assert len(bench.crm.asked) <= FAILURES + 1  # one was on its way
    assert len(bench.told) == 1


def test_a_mistake_of_ours_is_a_failure_like_any(bench: Bench) -> None:
    bench.crm.says = lambda person: 1 // 0  # type: ignore[return-value]
    assert all(bench.ask() for _ in range(FAILURES))
    assert not bench.ask()


def test_nothing_is_asked_where_nobody_is_to_be_asked(bench: Bench) -> None:
    bench.lookups.settings = replace(bench.lookups.settings, url="")
    assert not bench.ask() and bench.lookups.state() is None
    assert not bench.lookups._threads


def test_who_cannot_be_asked_about_is_not(bench: Bench) -> None:
    assert not bench.ask(Person("--help@virtanen.example")) and not bench.ask(Person(phone="112"))


def test_a_caller_is_asked_about_where_the_question_has_a_place_for_a_number(bench: Bench) -> None:
    caller = Person(phone="+358 40 123 4567")
    assert bench.ask(caller) and not bench.crm.asked  # it would be asked about everybody
    bench.lookups.settings = replace(bench.lookups.settings, url="https://crm.example/?tel={phone}")
    assert bench.ask(caller) and bench.known("tel:401234567") is not None


def test_our_own_table_lends_a_number_to_ask_by(bench: Bench) -> None:
    row = Customer((MAIJA.address,), number="K-17", phones=("+358 40 123 4567", "2"))
    bench.store.write(lambda tx: tx.customers.add(1, [(1, row)])).result()
    bench.store.write(lambda tx: tx.customers.take(CustomersTaken(1, "d", 1, bench.now, "c.csv"))).result()
    assert bench.ask()
    assert bench.crm.asked == [Person(MAIJA.address, "+358 40 123 4567", "K-17")]


def test_w41_who_is_erased_while_they_are_asked_about_is_not_kept(bench: Bench) -> None:
    bench.crm.free.clear()
    question = bench.lookups.about(MAIJA)
    assert bench.crm.came.acquire(timeout=PATIENCE)
    bench.lookups.forget({MAIJA.key})
    bench.crm.free.set()
    assert done(question) and bench.known() is None
    assert bench.ask() and bench.known() is not None  # they write again


def test_no_more_questions_than_the_rate_allows(bench: Bench) -> None:
    bench.lookups.settings = replace(bench.lookups.settings, rate=0.001)
    assert bench.ask()
    question = bench.lookups.about(OTTO)  # its turn is in 1,000 minutes
    assert question is not None and not question.done.is_set()
    bench.lookups.close()
    assert done(question) and bench.crm.asked == [MAIJA]


class Waits(threading.Event):
    """Waits for nobody, and notes for how long it would have."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.seconds.append(timeout)
        return self.is_set()


def test_a_few_may_be_asked_at_once_after_a_rest(bench: Bench) -> None:
    bench.lookups.settings = replace(bench.lookups.settings, rate=60.0)
    bench.lookups._stopping = waits = Waits()
    people = [Person(f"p{number}@virtanen.example") for number in range(13)]
    asked = [bench.lookups.about(person) for person in people]  # the clock stands still
    assert all(done(each) for each in asked)
    assert sorted(one or 0.0 for one in waits.seconds) == [*[0.0] * 11, 1.0, 2.0]


def test_after_the_end_nothing_is_asked(bench: Bench) -> None:
    bench.lookups.close()
    assert not bench.ask()
