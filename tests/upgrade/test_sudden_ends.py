"""Killed at any step of an upgrade from 0.1.0, a normal start brings what an undisturbed one brings, and nothing twice."""

from __future__ import annotations

import shutil
import signal
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from upgrade.old_desk import Desk, counts, lay_out, rows

from mailgate import crash
from mailgate.app.jobs import ticks
from mailgate.store import backfill
from mailgate.store.sqlite import schema
from mailgate.store.sqlite.store import SqliteStore
from mailgate.wiring import build

pytestmark = [
    pytest.mark.xdist_group("upgrade"),  # they share the undisturbed upgrade
]

OWED = len(schema.MIGRATIONS) - 1  # steps that a database of 0.1.0 lacks
STEPS = [f"migration-step:{nth}" for nth in range(1, OWED + 1)]
OPENING = [point for point in crash.UPGRADE_POINTS if point not in ("migration-step", "in-a-slice")]
WORKED_OFF = (*OPENING, STEPS[0], STEPS[-1])  # of the others it is enough that the same is there to be worked off
NOT_COMPARED = ("_sqlite_migrations",)  # says when each step ran


@dataclass(frozen=True)
class Undisturbed:
    """An upgrade that nobody killed."""

    original: Path  # the folder as 0.1.0 left it
    rows: dict[str, list[tuple[Any, ...]]]  # after the migrations and nothing else
    files: dict[str, bytes]  # the large mail then
    brought: Counter[str]  # what is there when all work is done
    letters: Counter[str]  # how many of them came to whom


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    base = tmp_path_factory.mktemp("undisturbed")
    original = lay_out(base / "original", timedelta(minutes=10))
    for name in ("migrated", "worked"):
        shutil.copytree(original, base / name)
    data = base / "migrated" / "data"
    SqliteStore(data / "mailgate.db").close()
    return Undisturbed(original, rows(data, *NOT_COMPARED), files(data), *worked_off(Desk(base / "worked")))


@pytest.fixture
def desk(tmp_path: Path, undisturbed: Undisturbed) -> Iterator[Desk]:
    shutil.copytree(undisturbed.original, tmp_path / "desk")
    found = Desk(tmp_path / "desk")
    yield found
    found.kill()


def files(data: Path) -> dict[str, bytes]:
    """The large mail of a data folder."""
    found = [*data.glob("blobs/??/*"), *data.glob("incoming/*")]
    return {str(path.relative_to(data)): path.read_bytes() for path in found}


def worked_off(desk: Desk) -> tuple[Counter[str], Counter[str]]:
    """All that a normal start has to do: what is there then, and how many letters came to whom."""
    gateway = build(desk.config, children=1)
    try:
        gateway.store.write(lambda tx: tx.outbox.recover(gateway.clock())).result(100)
        gateway.intake.work_off()
        gateway.dispatcher.drain()
        ticks.backfill(gateway, gateway.clock())
        done = gateway.store.read(lambda read: [backfill.done(read.session, fill.name) for fill in backfill.FILLS])
        assert all(done)
    finally:
        gateway.close()
    return brought(desk)


def brought(desk: Desk) -> tuple[Counter[str], Counter[str]]:
    """What a desk without a daemon holds; no letter may lie twice in its outbox."""
    assert desk.integrity() == "ok"
    found = desk.left()
    assert set(found.values()) == {1}, "a letter left twice"
    return counts(desk.folder), Counter(to for to, _ in found)


def test_every_point_of_an_upgrade_is_played_here_and_compiled_in_once() -> None:
    assert OWED >= 2
    assert {*OPENING, "migration-step", "in-a-slice"} == set(crash.UPGRADE_POINTS)
    source = "".join(path.read_text() for path in Path(crash.__file__).parent.rglob("*.py"))
    found = {name: source.count(f'crash.point("{name}")') for name in crash.UPGRADE_POINTS}
    assert found == dict.fromkeys(crash.UPGRADE_POINTS, 1)


def test_an_undisturbed_upgrade_decides_all_mail_and_loses_none(undisturbed: Undisturbed) -> None:
    before, after = counts(undisturbed.original), undisturbed.brought
    assert (before["mail None"], after["mail None"]) == (8, 0)
    assert after["mail"] == before["mail"]
    assert after["ticket"] == before["ticket"] + 8
    assert after["blobs"] == before["blobs"]
    assert sum(undisturbed.letters.values()) == after["sent"] - before["sent"]


@pytest.mark.parametrize("point", [*OPENING, *STEPS])
def test_killed_at_a_step_of_the_migrations(desk: Desk, undisturbed: Undisturbed, tmp_path: Path, point: str) -> None:
    assert desk.spawn(MAILGATE_CRASH_AT=point).wait(100) == -signal.SIGKILL, desk.log.read_text()
    assert not desk.ready.exists()
    shutil.copytree(desk.data, tmp_path / "copy")
    SqliteStore(tmp_path / "copy" / "mailgate.db").close()
    assert rows(tmp_path / "copy", *NOT_COMPARED) == undisturbed.rows
    assert files(tmp_path / "copy") == undisturbed.files
    if point in WORKED_OFF:
        assert worked_off(desk) == (undisturbed.brought, undisturbed.letters)


def test_the_daemon_itself_after_a_kill_in_the_migrations_and_in_each_slice(
    desk: Desk, undisturbed: Undisturbed
) -> None:
    assert desk.spawn(MAILGATE_CRASH_AT="before-migrated").wait(100) == -signal.SIGKILL, desk.log.read_text()
    for point in ("in-a-slice", "in-a-slice:2"):  # a life that does no slice, and one that does one
        desk.start(MAILGATE_CRASH_AT=point)
        desk.drained()
        assert desk.command("job", "backfill").returncode == 1  # nobody is left to answer
        assert desk.child is not None
        assert desk.child.wait(100) == -signal.SIGKILL
    desk.start()
    desk.drained()
    assert desk.command("job", "backfill").returncode == 0
    assert desk.stop() == 0
    assert brought(desk) == (undisturbed.brought, undisturbed.letters)
