"""How the database finds its rows: no statement of the catalogue walks through a table that grows, but those named here."""

from __future__ import annotations

import importlib
import pkgutil
import re
import sqlite3
from collections.abc import Iterator

import pytest

from mailgate import store
from mailgate.store.outages import OPENED
from mailgate.store.report import LOAD
from mailgate.store.sqlite.store import SqliteStore
from mailgate.store.tickets.statements import (
    NEWLY_UNOWNED,
    QUEUE,
    QUEUE_BY_ARRIVAL,
    UNOWNED,
    UNOWNED_BY_ARRIVAL,
    UNOWNED_LOAD,
)

BEGINS = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b")
# As long as the configuration, or as what people made by hand; `aside`: mails of a folder that nobody could read.
SMALL = {
    "agent",
    "department",
    "absence",
    "alias",
    "saved_reply",
    "article",
    "article_used",
    "ban",
    "setting",
    "job_run",
    "aside",
    "reminder",
    "watched_tag",
    "mailing",
    "web_login",  # of a day
    "web_session",
    "wall",
    "program",
    "hook",
}
# Indexes that hold only what waits: a walk through one costs what is to be done, not what was done.
WAITING = (
    "ticket_live",
    "parking_open",
    "reminder_due",
    "mail_open",
    "delivery_due",
    "wave_ticket_waits",
    "hook_row_due",
    "hook_row_order",
)
# Named walks, each with its reason. Whoever mends one takes it out; a new one needs a reason as good.
ALLOWED = {
    "people.statements.CONTACTS": "`people` lists everybody, at the shell",
    "report.COUNTED_FATES": "`audit` counts every mail, by an index alone, outside the writer",
    "report.TICKETS_BY_STATUS": "`status` counts, by an index alone, outside the writer",
    "report.DELIVERIES_BY_STATE": "`status` counts, by an index alone, outside the writer",
    "report.FIRST_RESPONSES": "a nightly job, outside the writer",
    # Owed: they walk in the writer. An index over a table that grows is a table of its own (see `backfill`).
    "outbox.statements.REVOKE_LISTS": "owed: `#away` and leaving end the tokens of lists",
    "outbox.statements.REVOKE_AGENT": "owed: `agents revoke`, rarely and by hand",
    "people.statements.DELIVERIES_TO": "owed: `forget`, rarely and by hand",
    "customers.looked_up.ANY": "one row of it",
    "customers.looked_up.NAMING": "owed: `forget`, rarely and by hand",
    "people.statements.FORGET_HOOK": "owed: `forget`, rarely and by hand; rows of a week",
    "people.statements.FORGET_HOOK_ROWS": "owed: `forget`, rarely and by hand; rows of a week",
    "people.statements.LETTERS_NAMING": "owed: `forget`, rarely and by hand",
    "people.statements.ANSWERED_IN_DOMAIN": "owed: `#spam always domain`, rarely and by a lead",
    "people.statements.ANSWERED_INSTEAD": "owed: `forget`, rarely and by hand",
}


def catalogue() -> dict[str, str]:
    """Every statement that has a name, by that name; its holes filled with one value."""
    found = {}
    for module in pkgutil.walk_packages(store.__path__, "mailgate.store."):
        for name, value in vars(importlib.import_module(module.name)).items():
            if name.isupper() and isinstance(value, str) and BEGINS.match(value):
                hole = {"DUE": "", "QUEUE": "IS NULL"}.get(name, ":hole")
                filled = value.replace("{0}", hole).replace("{1}", ":hole")
                found[f"{module.name.removeprefix('mailgate.store.')}.{name}"] = filled
    found.pop("tickets.statements.TICKET_COLUMNS")  # the beginning of others
    return found


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    path = tmp_path_factory.mktemp("plans") / "mailgate.db"
    SqliteStore(path).close()
    connection = sqlite3.connect(path)
    yield connection
    connection.close()


def walks(database: sqlite3.Connection, statement: str) -> list[str]:
    """The steps of its plan that read a whole table or index, or make an index for this once."""
    made = set(re.findall(r"\)\s+AS (\w+)", statement)) | set(re.findall(r"WITH (?:RECURSIVE )?(\w+)", statement))
    values = dict.fromkeys(re.findall(r":([a-z_0-9]+)", statement), 0)
    found = []
    for *_, step in database.execute(f"EXPLAIN QUERY PLAN {statement}", values):
        read = re.match(r"SCAN (\w+)|SEARCH (\w+) USING AUTOMATIC", step)
        if read is None or "VIRTUAL TABLE" in step or "CONSTANT ROW" in step:
            continue
        name = read[1] or read[2]
        if name not in made | SMALL and not any(index in step for index in WAITING):
            found.append(step)
    return found


def test_s26_no_statement_walks_through_what_grows_but_those_named(database: sqlite3.Connection) -> None:
    statements = catalogue()
    assert len(statements) > 200
    found = {name: steps for name, statement in statements.items() if (steps := walks(database, statement))}
    assert {name: steps for name, steps in found.items() if name not in ALLOWED} == {}


def test_every_allowance_is_still_needed(database: sqlite3.Connection) -> None:
    statements = catalogue()
    assert [name for name in ALLOWED if not walks(database, statements[name])] == []


@pytest.mark.parametrize(
    ("statement", "many"),
    [
        ("SELECT * FROM mail", 1),
        ("SELECT number FROM mail WHERE author = :a", 1),
        ("SELECT number FROM mail WHERE number = :n", 0),
        ("SELECT number FROM mail WHERE fate IS NULL ORDER BY number", 0),
        ("SELECT n FROM (SELECT number AS n FROM mail WHERE subject = :s LIMIT 5) AS some", 1),
        ("DELETE FROM letter WHERE agent = :a", 1),
        ("SELECT 1 FROM agent", 0),
    ],
)
def test_a_walk_is_known_as_one(database: sqlite3.Connection, statement: str, many: int) -> None:
    assert len(walks(database, statement)) == many


@pytest.mark.parametrize("due", ["IS NULL", "IS NOT NULL"])
def test_s26_the_queue_of_an_agent_is_read_in_its_order_and_not_sorted(database: sqlite3.Connection, due: str) -> None:
    asked = "EXPLAIN QUERY PLAN " + QUEUE.format(due, ":one, :two")
    plan = [row[3] for row in database.execute(asked, dict.fromkeys(("one", "two", "me", "limit"), 1))]
    assert "ticket USING INDEX ticket_queue (due_at" in plan[0] and not any("TEMP B-TREE" in step for step in plan)


@pytest.mark.parametrize("statement", [UNOWNED, UNOWNED_BY_ARRIVAL, UNOWNED_LOAD, NEWLY_UNOWNED, QUEUE_BY_ARRIVAL])
def test_s26_what_nobody_has_is_found_among_what_is_new(database: sqlite3.Connection, statement: str) -> None:
    asked = "EXPLAIN QUERY PLAN " + statement.format(":one, :two")
    plan = [row[3] for row in database.execute(asked, dict.fromkeys(("one", "two", "now", "after", "limit", "me"), 1))]
    assert any("ticket USING INDEX ticket_department (department=? AND status=?)" in step for step in plan), plan


def test_s26_what_came_lately_is_found_by_its_time_and_not_sorted(database: sqlite3.Connection) -> None:
    values = dict.fromkeys(("most", "since", "until", "department", "limit"), 1)
    plan = [row[3] for row in database.execute("EXPLAIN QUERY PLAN " + OPENED, values)]
    assert "ticket USING INDEX ticket_created (created_at" in plan[0], plan
    assert sum("TEMP B-TREE" in step for step in plan) == 1, "the words that opened one ticket are sorted, no tickets"


def test_what_is_at_work_is_counted_from_its_index_alone_also_after_analyze(database: sqlite3.Connection) -> None:
    for asked in ("EXPLAIN QUERY PLAN " + LOAD, "ANALYZE", "EXPLAIN QUERY PLAN " + LOAD):
        plan = [row[3] for row in database.execute(asked, {"now": 1} if ":now" in asked else {})]
        assert not plan or plan[0] == "SCAN ticket USING COVERING INDEX ticket_live", plan
        assert not any("TEMP B-TREE" in step for step in plan), "grouped as they lie"
