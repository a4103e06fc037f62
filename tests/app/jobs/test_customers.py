"""The customers' file is taken in when it changes, whole or not at all, and never by accident to nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from app.jobs.ticking import NOW, Desk, Faulty

from mailgate.app.gateway import CustomersSeen
from mailgate.app.jobs import customers
from mailgate.app.jobs.customers import CustomersSynced, sync
from mailgate.core.customers.customer import Customer
from mailgate.errors import ConfigError, MailgateError, Temporary


class Told:
    """Alarms, as they would be told."""

    def __init__(self) -> None:
        self.all: list[str] = []

    def tell(self, what: str, *words: object) -> None:
        self.all.append(what)


class Known:
    """A desk whose customers stand in a file."""

    def __init__(self, desk: Desk, path: Path) -> None:
        self.desk, self.path, self.told = desk, path, Told()
        gateway = desk.gateway
        gateway.config, gateway.customers = SimpleNamespace(customers_file=path), CustomersSeen()
        gateway.stopping, gateway.health, gateway.alarms = threading.Event(), {}, self.told

    def write(self, *rows: str) -> None:
        text = "\n".join(("address,name,tier", *rows, ""))
        self.path.write_text(text)

    def sync(self, **how: bool) -> CustomersSynced:
        return sync(self.desk.gateway, NOW, **how)

    def job(self) -> int:
        return customers.customers(self.desk.gateway, NOW)

    def who(self, address: str) -> Customer | None:
        return self.desk.store.read(lambda read: read.customers.by_address(address))


@pytest.fixture
def known(make: Callable[..., Desk], tmp_path: Path) -> Known:
    return Known(make(), tmp_path / "customers.csv")


def people(count: int) -> list[str]:
    return [f"c{number}@shop.example,C {number},gold" for number in range(count)]


def test_a_file_is_taken_in_and_again_only_where_it_changed(known: Known) -> None:
    known.write(*people(3))
    assert known.job() == 3
    assert (known.who("c1@shop.example") or Customer()).tier == "gold"
    assert known.job() == 0
    known.write(*people(2), "c2@shop.example,C 2,silver", "new@shop.example,New,")
    assert known.job() == 3, "one row went, two came; the others cost nothing"
    assert (known.who("c2@shop.example") or Customer()).tier == "silver"


def test_a_file_written_anew_with_the_same_words_changes_nothing(known: Known, monkeypatch: pytest.MonkeyPatch) -> None:
    known.write(*people(3))
    known.job()
    known.path.unlink()
    known.write(*people(3))
    monkeypatch.setattr(customers, "parsed", lambda *told: pytest.fail("it was read again"))
    assert known.job() == 0


def test_bad_rows_are_named_and_the_good_ones_stand(known: Known) -> None:
    known.write(*people(1), "nonsense,Nobody,")
    done = known.sync()
    assert (done.count, [one.line for one in done.problems]) == (1, [3, 3])
    assert known.told.all == []


@pytest.mark.parametrize("text", ["", "PK\x03\x04", 'address,name\n"a@b.example,A\n', "name\nA\n", None])
def test_a_file_that_cannot_be_read_leaves_those_in_force_and_is_told_once(known: Known, text: str | None) -> None:
    known.write(*people(2))
    known.job()
    known.path.unlink()
    if text is not None:
        known.path.write_text(text)
    assert (known.job(), known.job()) == (0, 0)
    assert len(known.told.all) == 1 and "customers" in known.desk.gateway.health
    assert known.who("c1@shop.example") is not None
    known.write(*people(3))
    assert known.job() == 1 and known.desk.gateway.health == {}


def test_a_file_that_lost_more_than_half_is_taken_by_hand_alone(known: Known) -> None:
    known.write(*people(40))
    known.job()
    known.write(*people(19))
    with pytest.raises(ConfigError, match=r"19 customers where 40 are in force.*contacts import .*--yes"):
        known.sync()
    assert known.who("c30@shop.example") is not None
    with pytest.raises(ConfigError):
        known.sync(again=True)
    assert known.sync(again=True, anyway=True) == CustomersSynced(19, 21)
    assert known.who("c30@shop.example") is None


def test_of_few_rows_half_may_go(known: Known) -> None:
    known.write(*people(4))
    known.job()
    known.write(*people(1))
    assert known.job() == 3


def test_a_configuration_without_the_file_knows_nobody_any_more(known: Known) -> None:
    known.write(*people(40))
    known.job()
    known.desk.gateway.config = SimpleNamespace(customers_file=None)
    assert known.job() == 40
    assert known.who("c1@shop.example") is None


def test_an_agent_who_is_new_is_known_to_the_rows_without_a_change_of_the_file(known: Known) -> None:
    known.path.write_text("address,agent\na@b.example,zoe\n")
    assert [one.key for one in known.sync().problems] == ["agent"]
    policy = known.desk.policy
    agents = (*policy.agents, SimpleNamespace(name="zoe"))
    known.desk.gateway.in_force = SimpleNamespace(policy=SimpleNamespace(agents=agents))
    known.sync()
    assert (known.who("a@b.example") or Customer()).agent == "zoe"


@pytest.mark.parametrize("at", [1, 3, 6, 9, 12, 15, 18, 21, 24, 27])
def test_whatever_write_fails_the_file_is_in_force_whole_or_not_at_all(
    known: Known, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    monkeypatch.setattr(customers, "SLICE", 2)
    known.write(*people(5))
    known.job()
    known.write(*people(2), "new@shop.example,New,", "two@shop.example,Two,")
    Faulty.left = at
    try:
        known.sync()
    except MailgateError:
        assert (known.who("c4@shop.example") is None) == (known.who("new@shop.example") is not None)
    Faulty.left = None
    known.sync(again=True)
    held = [known.who(one) is not None for one in ("c1@shop.example", "c4@shop.example", "new@shop.example")]
    assert held == [True, False, True]
    assert known.desk.store.read(lambda read: read.session.scalar("SELECT count(*) FROM customer_key", {})) == 4


def test_a_file_is_not_taken_while_we_stop_and_is_after_the_next_start(known: Known) -> None:
    known.write(*people(3))
    known.desk.gateway.stopping.set()
    with pytest.raises(Temporary):
        known.sync()
    known.desk.gateway.stopping.clear()
    assert known.job() == 3


def test_toml_is_read_by_its_name_and_problems_have_lines(known: Known) -> None:
    known.path = known.path.with_suffix(".toml")
    known.desk.gateway.config = SimpleNamespace(customers_file=known.path)
    known.path.write_text('[[customer]]\naddress = "@shop.example"\ncompany = "Shop"\n\n[[customer]]\nname = "X"\n')
    done = known.sync()
    assert (done.count, [one.line for one in done.problems]) == (1, [5])
    assert (known.who("a@shop.example") or Customer()).company == "Shop"
