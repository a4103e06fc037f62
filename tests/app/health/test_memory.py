"""Memory that runs out in the daemon itself: no mail is blamed or lost, senders hear 4xx, and it goes on."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Desk, mail, running

from mailgate import daemon
from mailgate.app import kernel
from mailgate.app.children import child, pool
from mailgate.app.children.pool import Children
from mailgate.app.health import memory, shortage
from mailgate.app.intake import deciding
from mailgate.errors import ConfigError, ShortOfMemory
from mailgate.store.sqlite.store import SqliteStore


def failing(what: Callable[..., Any], times: int) -> Callable[..., Any]:
    """Raises MemoryError so many times, then does its work."""
    left = [times]

    def play(*args: Any, **keywords: Any) -> Any:
        if left[0]:
            left[0] -= 1
            raise MemoryError
        return what(*args, **keywords)

    return play


@pytest.fixture
def one() -> Iterator[Children]:
    children = Children(1, warm=())
    yield children
    children.close()


def test_a_child_is_not_blamed_for_memory_that_the_daemon_lacks(one: Children, monkeypatch: pytest.MonkeyPatch) -> None:
    assert one.run("math:hypot", 3, 4) == 5.0
    monkeypatch.setattr(pool.ByteStream, "receive", failing(pool.ByteStream.receive, 1))
    assert one.submit("math:hypot", 6, 8).result(100) == 10.0


def test_an_answer_for_which_there_is_no_memory_is_temporary(one: Children, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was `parse_error`, and the mail lay in quarantine."""
    monkeypatch.setattr(pool.parcel, "unpack", failing(pool.parcel.unpack, 1))
    with pytest.raises(ShortOfMemory):
        one.submit("math:hypot", 3, 4).result(100)
    assert one.submit("math:hypot", 6, 8).result(100) == 10.0


def test_slow_jobs_without_a_thread_for_company_are_done_all_the_same(
    one: Children, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_thread(keeper: object) -> None:
        raise RuntimeError("can't start new thread")

    one.run("math:hypot", 3, 4)
    monkeypatch.setattr(pool, "SLOW", 0.05)
    monkeypatch.setattr(pool.ChildKeeper, "start", no_thread)
    assert one.submit("time:sleep", 0.2).result(100) is None
    assert one.run("math:hypot", 3, 4) == 5.0


@pytest.mark.parametrize(("hard", "expected"), [(resource.RLIM_INFINITY, 500), (900, 500), (300, 300)])
def test_a_child_keeps_to_the_lower_of_two_limits(monkeypatch: pytest.MonkeyPatch, hard: int, expected: int) -> None:
    """The hard limit was raised again, which only root may: no child could be started under `ulimit -v`."""
    asked: list[tuple[int, tuple[int, int]]] = []
    monkeypatch.setattr(child.resource, "getrlimit", lambda kind: (hard, hard))
    monkeypatch.setattr(child.resource, "setrlimit", lambda kind, pair: asked.append((kind, pair)))
    child._lower(resource.RLIMIT_AS, 500)
    assert asked == [(resource.RLIMIT_AS, (expected, hard))]


MB = 2**20


@pytest.mark.parametrize(
    ("addresses", "groups", "wanted", "found"),
    [
        (None, {}, 160, 160),
        (None, {"": "max", "system.slice": "max"}, 160, 160),
        (None, {"": "max", "system.slice": f"{400 * MB}", "system.slice/mailgate.service": "max"}, 160, 100),
        (1000, {}, 160, 160),
        (600, {}, 160, 80),  # 600 - 300 in use - 160 kept - 40 for one to be put together, by 1.25
        (600, {"": f"{200 * MB}"}, 160, 50),
        (450, {}, 160, 1),
        (None, {"": "0"}, 160, 1),
        (None, {"": "nonsense"}, 160, 160),
    ],
)
def test_mail_on_its_way_in_takes_no_more_than_the_limits_leave(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    addresses: int | None,
    groups: dict[str, str],
    wanted: int,
    found: int,
) -> None:
    """Under `ulimit -v` most of many clients with large mail were cut off without a word."""
    soft = resource.RLIM_INFINITY if addresses is None else addresses * MB
    monkeypatch.setattr(memory.resource, "getrlimit", lambda kind: (soft, resource.RLIM_INFINITY))
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/self/statm").write_text(f"{300 * MB // resource.getpagesize()} 5 5 5 0 5 0\n")
    (tmp_path / "proc/self/cgroup").write_text("1:cpu:/x\n0::/system.slice/mailgate.service\n")
    for group, limit in groups.items():
        (tmp_path / "sys/fs/cgroup" / group).mkdir(parents=True, exist_ok=True)
        (tmp_path / "sys/fs/cgroup" / group / "memory.max").write_text(f"{limit}\n")
    assert memory.affordable(wanted * MB, 40 * MB, tmp_path) == found * MB
    assert bool(memory.too_little(found * MB, 40 * MB)) == (found < 40)


def test_the_older_kind_of_control_group_limits_too(tmp_path: Path) -> None:
    place = tmp_path / "sys/fs/cgroup/memory/mailgate"
    place.mkdir(parents=True)
    (place / "memory.limit_in_bytes").write_text(f"{400 * MB}\n")
    (place.parent / "memory.limit_in_bytes").write_text("9223372036854771712\n")
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/self/cgroup").write_text("9:memory:/mailgate\n1:name=systemd:/mailgate\n")
    assert memory.affordable(160 * MB, 40 * MB, tmp_path) == 100 * MB


def test_no_room_for_the_largest_mail_is_said_by_status(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "affordable", lambda wanted, largest: 2 * MB)
    with running(tmp_path) as desk:
        assert desk.gateway.health["memory"].startswith("mail over 2 MB is refused")
        assert desk.daemon.door.limits.max_size == 2 * MB


def test_the_writer_tells_of_no_memory_and_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its thread ended, and whoever waited for it waited for ever."""

    def short(tx: object) -> None:
        raise MemoryError

    store = SqliteStore(tmp_path / "mailgate.db")
    try:
        with pytest.raises(ShortOfMemory):
            store.write(short).result(100)
        for name in ("_after", "_savepoint", "_again"):
            with monkeypatch.context() as patch:
                patch.setattr(SqliteStore, "_savepoint", failing(SqliteStore._savepoint, 1))
                if name != "_savepoint":
                    patch.setattr(SqliteStore, name, failing(getattr(SqliteStore, name), 1))
                if name == "_after":
                    patch.setattr(SqliteStore, "_again", SqliteStore._again)
                with pytest.raises(ShortOfMemory):
                    store.write(lambda tx: 1).result(100)
            assert store.write(lambda tx: 2).result(100) == 2
    finally:
        store.close()


@pytest.mark.parametrize("where", ["decide", "questions.fill_questions", "look"])
def test_a_decision_without_memory_is_taken_again_and_blames_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """It was `bug`, and the mail lay in quarantine with a ticket about an unreadable mail."""
    monkeypatch.setattr("mailgate.app.intake.intake.PAUSE", 0.05)
    with running(tmp_path) as desk:
        owner, _, name = f"deciding.{where}".rpartition(".")
        target = deciding if owner == "deciding" else deciding.questions
        monkeypatch.setattr(target, name, failing(getattr(target, name), 2))
        desk.send(mail())
        counts = counted(desk)
        assert (counts["filed"], counts["quarantined"]) == (1, 0)
        assert desk.gateway.dead() == []


def counted(desk: Desk) -> dict[str, int]:
    return dict(desk.gateway.store.read(lambda read: read.report.audit()))


def test_a_worker_that_ran_out_of_memory_begins_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daemon, "LOOK", 0.01)
    monkeypatch.setattr("mailgate.app.intake.intake.PAUSE", 0.05)
    with running(tmp_path) as desk:
        intake = desk.gateway.intake
        monkeypatch.setattr(intake, "drain", failing(intake.drain, 3))
        monkeypatch.setattr("mailgate.app.intake.intake.log.error", failing(lambda *args, **keywords: None, 2))
        desk.send(mail())
        assert counted(desk)["filed"] == 1
        assert desk.gateway.dead() == []


def test_a_daemon_without_memory_rests_and_ends_when_it_lasts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop was called again at once: it turned at full speed for good, and let nobody in."""
    naps: list[float] = []
    with running(tmp_path) as desk:
        found = desk.daemon
        loop = found.loop
        assert loop is not None
        now = [1000.0]
        monkeypatch.setattr(shortage.time, "sleep", naps.append)
        shed: list[int] = []
        monkeypatch.setattr(found.door, "shed", lambda: shed.append(1))
        monkeypatch.setattr(shortage.time, "monotonic", lambda: now[0])
        monkeypatch.setattr(found, "stop_event", asyncio.Event())
        for _ in range(70):
            found._trouble(loop, {"exception": MemoryError()})
            now[0] += 0.5
        assert naps.count(shortage.BREATH) == shed.count(1) == 70
        assert (found.stop_event.is_set(), found.status) == (False, 0)
        now[0] += shortage.CALM + 1  # it passed, and comes again
        for _ in range(130):
            found._trouble(loop, {"exception": MemoryError()})
            now[0] += 0.5
        assert (found.stop_event.is_set(), found.status) == (True, 1)
        monkeypatch.undo()


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("can't start new thread")])
def test_a_start_without_memory_ends_with_a_sentence(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    class Built:
        children = None

        def close(self) -> None: ...

    def fail(*args: object) -> None:
        raise error

    monkeypatch.setattr(daemon, "build", lambda path: Built())
    monkeypatch.setattr(daemon.pulse, "prove", fail)
    with pytest.raises(ConfigError, match="not enough memory"):
        daemon.serve(Path("mailgate.toml"))


def test_one_place_reads_what_the_kernel_says_of_a_process() -> None:
    """S-11: two modules read /proc/self/statm, each in its own way."""
    root = Path(kernel.__file__).parents[1]
    assert [str(path.relative_to(root)) for path in root.rglob("*.py") if '"statm"' in path.read_text()] == [
        "app/kernel.py"
    ]
    assert not [path for path in root.rglob("*.py") if "/statm" in path.read_text()]
    assert kernel.addresses() > kernel.resident() > 2**20
