"""The pool of children: limits hold, a death harms one job alone, nothing is lost or left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from slow_jobs import ENOUGH
from stem import children_from_nothing, forked_children

from mailgate.app import kernel
from mailgate.app.children import pool as pool_module
from mailgate.app.children.pool import Children, FileBytes
from mailgate.core.model.mail import Address, Envelope
from mailgate.errors import ChildDied, ChildFailed, Temporary

pytestmark = pytest.mark.fresh

MEGABYTE = 2**20


@pytest.fixture
def pool() -> Iterator[Children]:
    children = Children(2, cpu=0.5, wall=20.0, memory=200 * MEGABYTE, warm=())
    yield children
    children.close()


@pytest.fixture
def one() -> Iterator[Children]:
    children = Children(1, cpu=0.5, wall=20.0, memory=200 * MEGABYTE, warm=())
    yield children
    children.close()


@pytest.fixture
def fifo(tmp_path: Path) -> Path:
    path = tmp_path / "fifo"
    os.mkfifo(path)
    return path


def alive(pid: int) -> bool:
    """False for a process that is gone or only waits to be reaped."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_function_runs_in_another_process(pool: Children) -> None:
    assert pool.run("os:getpid") in pool.pids()
    assert pool.run("math:hypot", 3, 4) == 5.0


def test_values_of_ours_travel_both_ways(pool: Children) -> None:
    envelope = Envelope(sender="a@b.example", recipients=("support@acme.example",))
    assert pool.run("copy:copy", envelope) == envelope
    assert pool.run("mailgate.core.model.mail:Address", "a@b.example", "Änne") == Address("a@b.example", "Änne")


def test_an_exception_comes_back_as_a_name_and_a_short_text(pool: Children) -> None:
    with pytest.raises(ChildFailed, match="invalid literal") as caught:
        pool.run("builtins:int", "x" * 5000)
    assert caught.value.kind == "ValueError"
    assert len(caught.value.text) <= 300


def test_an_unknown_function_is_a_failure_of_the_job_alone(one: Children) -> None:
    before = one.run("os:getpid")
    for name in ("os:nope", "no.such.module:f", "nonsense"):
        with pytest.raises(ChildFailed):
            one.run(name)
    assert one.run("os:getpid") == before


def test_system_exit_in_a_function_is_an_exception_like_others(pool: Children) -> None:
    with pytest.raises(ChildFailed, match="SystemExit"):
        pool.run("sys:exit", 3)


@pytest.mark.parametrize(
    ("reason", "function", "args"),
    [
        ("signal", "signal:raise_signal", (signal.SIGKILL,)),
        ("signal", "signal:raise_signal", (signal.SIGSEGV,)),
        ("signal", "os:_exit", (0,)),
        ("memory", "builtins:bytearray", (10**9,)),
        ("cpu", "builtins:sum", (range(10**12),)),
    ],
)
def test_p23_a_dying_child_harms_its_own_job_alone(one: Children, reason: str, function: str, args: tuple) -> None:
    # One child and a backlog: the jobs around the deadly one sit in the same pipe.
    before = one.submit_many("builtins:abs", [(-n,) for n in range(20)])
    deadly = one.submit(function, *args)
    after = one.submit_many("builtins:abs", [(-n,) for n in range(20, 40)])
    assert [future.result(100) for future in before + after] == list(range(40))
    with pytest.raises(ChildDied) as caught:
        deadly.result(100)
    assert caught.value.reason == reason


@pytest.mark.parametrize("wall", [0.3, 0.8])
def test_a_job_that_only_waits_for_a_processor_dies_of_no_clock(
    wall: float, gates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S-13: on a busy machine a mail of ten CPU seconds was ended after thirty by the wall, three times, and set aside."""
    begun = time.monotonic()

    def queued(pid: int) -> float:
        waited = time.monotonic() - begun  # all the time, as far as anybody can tell
        if waited > 3 * wall:
            (gates / "late").touch()
        return waited

    monkeypatch.setattr(kernel, "queued", queued)
    children = Children(1, wall=wall, warm=("slow_jobs",))
    try:
        assert children.submit("slow_jobs:hold", str(gates / "late"), 7).result(100) == 7
    finally:
        children.close()


def test_a_job_that_works_on_dies_of_its_processor_time_alone() -> None:
    children = Children(1, wall=0.3, cpu=0.5, warm=())
    try:
        with pytest.raises(ChildDied, match="cpu"):
            children.submit("builtins:sum", range(10**12)).result(100)
    finally:
        children.close()


def test_p23_a_job_that_sleeps_too_long_dies_of_the_wall_clock() -> None:
    children = Children(1, wall=0.3, warm=())
    try:
        asleep = children.submit("time:sleep", 60)
        awake = children.submit("builtins:abs", -1)
        with pytest.raises(ChildDied, match="wall"):
            asleep.result(100)
        assert awake.result(100) == 1
    finally:
        children.close()


def test_a_child_killed_while_idle_harms_no_job(one: Children) -> None:
    first = one.run("os:getpid")
    os.kill(first, signal.SIGKILL)
    while alive(first):
        pass
    assert one.run("os:getpid") != first


def test_a_slow_job_does_not_hold_up_those_behind_it(pool: Children, fifo: Path) -> None:
    stuck = pool.submit("builtins:len", FileBytes(fifo))
    others = pool.submit_many("builtins:abs", [(-n,) for n in range(200)])
    assert [future.result(100) for future in others] == list(range(200))  # before the stuck one may go on
    fifo.write_bytes(b"12345")
    assert stuck.result(100) == 5
    again = pool.submit_many("builtins:abs", [(-n,) for n in range(200)])
    assert [future.result(100) for future in again] == list(range(200))  # unwanted answers were not mixed up


def test_a_thousand_jobs_of_every_size_get_their_own_answers(pool: Children) -> None:
    bodies = [bytes([n % 256]) * (n * 37 % 90_000) for n in range(1000)]
    futures = pool.submit_many("builtins:bytes", [(body,) for body in bodies])
    assert [future.result(100) for future in futures] == bodies


def test_a_big_mail_is_read_by_path_in_the_child(pool: Children, tmp_path: Path) -> None:
    path = tmp_path / "raw"
    path.write_bytes(b"x" * MEGABYTE)
    assert pool.run("builtins:len", FileBytes(path)) == MEGABYTE
    with pytest.raises(ChildFailed, match="FileNotFoundError"):
        pool.run("builtins:len", FileBytes(tmp_path / "gone"))


def test_a_big_answer_and_a_big_question_do_not_block_each_other(one: Children) -> None:
    big = b"x" * (8 * MEGABYTE)
    assert [len(future.result(100)) for future in one.submit_many("builtins:bytes", [(big,)] * 4)] == [len(big)] * 4


def test_what_cannot_be_pickled_is_refused_at_once_or_named(pool: Children) -> None:
    with pytest.raises((TypeError, AttributeError)):
        pool.submit("builtins:len", threading.Lock())
    with pytest.raises(ChildFailed):
        pool.run("threading:Lock")


@pytest.mark.parametrize("function", ["operator:attrgetter", "fractions:Fraction", "pathlib:Path"])
def test_an_answer_that_would_call_code_in_the_daemon_is_refused(pool: Children, function: str) -> None:
    with pytest.raises(ChildFailed, match="cannot be read"):
        pool.run(function, "1")


@pytest.mark.parametrize("name", ["mails.guard.null_sender", "mails.guard.re.compile", "model.mail.canonical"])
def test_an_answer_names_no_function_of_ours_either(pool: Children, name: str) -> None:
    """S-14: what a module of values holds beside its classes could be called with words of the child's choice."""
    with pytest.raises(ChildFailed, match="cannot be read"):
        pool.run("pydoc:locate", f"mailgate.core.{name}")


def test_a_child_is_replaced_after_its_share_of_jobs() -> None:
    children = Children(1, jobs=10, warm=())
    try:
        pids = [future.result(100) for future in children.submit_many("os:getpid", [()] * 35)]
    finally:
        children.close()
    assert len(set(pids)) == 4


def test_a_child_grown_fat_is_replaced_and_those_behind_lose_nothing(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "hoarder.py").write_text("KEPT = []\ndef keep(n):\n    KEPT.append(b'x' * n)\n    return len(KEPT)\n")
    monkeypatch.syspath_prepend(tmp_path)
    children = Children(1, resident=0, warm=())  # 32 MB above where it started
    try:
        counts = [future.result(100) for future in children.submit_many("hoarder:keep", [(20 * MEGABYTE,)] * 6)]
    finally:
        children.close()
    assert counts == [1, 2, 1, 2, 1, 2]


def test_figures_show_the_children_alive(one: Children) -> None:
    assert [one.run("os:getpid")] == one.pids()
    assert one.memory() > 5 * MEGABYTE
    assert one.waiting() == 0
    one.close()
    assert one.pids() == []
    assert one.memory() == 0


def test_closing_finishes_the_job_in_hand_and_fails_what_waits(fifo: Path) -> None:
    children = Children(1, warm=())
    in_hand = children.submit("builtins:len", FileBytes(fifo))
    with fifo.open("wb") as pipe:  # opens once the child reads
        waiting = children.submit("os:getpid")
        closing = threading.Thread(target=children.close)
        closing.start()
        while not waiting.done():
            closing.join(0.01)
        with pytest.raises(Temporary, match="closed"):
            waiting.result(0)
        pipe.write(b"123")
    closing.join(100)
    assert in_hand.result(0) == 3
    with pytest.raises(Temporary, match="closed"):
        children.run("os:getpid")


def test_closing_does_not_wait_for_ever(fifo: Path) -> None:
    children = Children(1, warm=())
    in_hand = children.submit("builtins:len", FileBytes(fifo))
    with fifo.open("wb"):
        children.close(grace=0.05)
    with pytest.raises(Temporary, match="closed"):
        in_hand.result(0)
    assert children.pids() == []


def test_a_child_knows_no_secrets_and_no_files_of_ours(pool: Children, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SMTP_PASSWORD", "hunter2")
    with (tmp_path / "open").open("w") as ours:
        children = Children(1, warm=())
        try:
            pid = children.run("os:getpid")
            assert b"hunter2" not in Path(f"/proc/{pid}/environ").read_bytes()
            open_there = {os.readlink(entry) for entry in Path(f"/proc/{pid}/fd").iterdir()}
            assert ours.name not in open_there
        finally:
            children.close()


def test_a_child_imports_nothing_from_where_the_daemon_was_started(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "logging.py").write_text("raise SystemExit")
    monkeypatch.chdir(tmp_path)
    children = Children(1, warm=())
    try:
        assert children.run("builtins:abs", -1) == 1
    finally:
        children.close()


def test_a_child_goes_first_when_memory_is_short_and_ignores_the_terminal(pool: Children) -> None:
    pid = pool.run("os:getpid")
    assert int(Path(f"/proc/{pid}/oom_score_adj").read_text()) >= 500
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(pid, number)
    assert pool.submit_many("os:getpid", [()] * 50)[-1].result(100) in pool.pids()
    assert alive(pid)


def test_children_die_with_a_parent_that_is_killed() -> None:
    script = """
        from mailgate.app.children.pool import Children
        import sys, time
        pool = Children(2, warm=())
        pool.run("os:getpid")
        pool.submit("builtins:sum", range(10**12))  # one busy, one idle
        while len(pool.pids()) < 2:
            time.sleep(0.01)
        print(*pool.pids(), flush=True)
        sys.stdin.read()
    """
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment,
    ) as parent:  # fmt: skip
        assert parent.stdout
        pids = [int(word) for word in parent.stdout.readline().split()]
        parent.kill()
    assert len(pids) == 2
    for pid in pids:
        for _ in range(10_000):
            if not alive(pid):
                break
            threading.Event().wait(0.01)
        assert not alive(pid)


def test_no_child_at_all_is_told_and_not_waited_for(monkeypatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    children = Children(1, warm=())
    try:
        with pytest.raises(Temporary):
            children.run("os:getpid")
        monkeypatch.undo()
        for _ in range(20):  # the next tries find the interpreter back
            try:
                assert children.run("os:getpid") > 0
                break
            except Temporary:
                continue
        else:
            pytest.fail("the pool never recovered")
    finally:
        children.close()


# --- slow jobs (S-05) -------------------------------------------------------------------------------------------------


@pytest.fixture
def gates(tmp_path: Path) -> Iterator[Path]:
    """Where slow jobs are held; their children read all modules of a mail, and are forked."""
    with forked_children():
        yield tmp_path


def begun(gates: Path, name: str) -> bool:
    return any(gates.glob(f"{name}.*"))


def test_s05_the_others_go_on_while_slow_jobs_share_one_child(gates: Path) -> None:
    children = Children(1, wall=ENOUGH, warm=("slow_jobs",))
    try:
        slow = [children.submit("slow_jobs:hold", str(gates / f"slow{n}"), n) for n in range(4)]
        others = children.submit_many("builtins:abs", [(-n,) for n in range(50)])
        assert [future.result(100) for future in others] == list(range(50))
        assert not any(future.done() for future in slow)
        for n in (3, 2, 1, 0):
            (gates / f"slow{n}").touch()
        assert [future.result(100) for future in slow] == list(range(4))
        assert len(children.pids()) <= 3
    finally:
        children.close()


def test_s05_of_a_slow_peer_two_are_in_hand_at_a_time_and_nobody_elses_waits(tmp_path: Path) -> None:
    children = Children(2, wall=ENOUGH, warm=("slow_jobs",))
    try:
        first = children.submit_many("slow_jobs:hold", [(str(tmp_path / "first"), 1)], ["evil"])
        while children.submit_many("builtins:abs", [(-1,)], ["mx"])[0].result(100) and len(children.pids()) < 3:
            pass  # the first is known as slow once there is company
        flood = children.submit_many(
            "slow_jobs:hold", [(str(tmp_path / f"flood{n}"), n) for n in range(20)], ["evil"] * 20
        )
        mine = children.submit_many("builtins:abs", [(-n,) for n in range(30)], ["mx"] * 30)
        for n, future in enumerate(mine):
            assert future.result(100) == n
            assert sum(alive(int(path.suffix[1:])) for path in tmp_path.glob("*.*")) <= 3  # one may just be ending
        assert not any(future.done() for future in (*first, *flood))
        for name in ("first", *(f"flood{n}" for n in range(20))):
            (tmp_path / name).touch()
        assert [future.result(100) for future in flood] == list(range(20))
    finally:
        children.close()


def test_s05_the_company_goes_when_there_is_nothing_to_do(gates: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailgate.app.children.pool.LEAVES", 0.05)
    children = Children(1, wall=ENOUGH, warm=("slow_jobs",))
    try:
        slow = children.submit("slow_jobs:hold", str(gates / "gate"))
        while len(children.pids()) < 2:
            assert not slow.done()
        (gates / "gate").touch()
        slow.result(100)
        while len(children.pids()) > 1:
            threading.Event().wait(0.01)
        assert children.run("builtins:abs", -1) == 1
    finally:
        children.close()


def test_s05_a_job_that_waits_for_a_processor_is_not_slow(
    one: Children, fifo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S-13: on a busy machine children were stopped over ordinary mail and started anew, which made it busier still."""
    asked: list[bool] = []
    monkeypatch.setattr(pool_module, "SLOW", 0.02)
    monkeypatch.setattr(pool_module.kernel, "queued", lambda pid: time.monotonic())
    monkeypatch.setattr(one, "slow", lambda keeper, job: asked.append(True) or True)
    before = one.run("os:getpid")
    one.run("time:sleep", 0.1)
    assert (asked, one.pids()) == ([], [before])
    monkeypatch.setattr(pool_module, "SURELY_SLOW", 0.05)
    job = one.submit("builtins:len", FileBytes(fifo))
    while not asked:
        assert not job.done()
        threading.Event().wait(0.01)
    fifo.write_bytes(b"123")
    assert (job.result(100), asked) == (3, [True])


def test_what_the_kernel_says_of_a_child(one: Children) -> None:
    pid = one.run("os:getpid")
    assert kernel.resident(pid) > 2**20
    assert 0 <= kernel.queued(pid) < time.monotonic()
    assert (kernel.resident(2**22 + 1), kernel.queued(2**22 + 1)) == (0, 0.0)
    assert not kernel.runnable(2**22 + 1)


def test_s05_a_slow_job_that_was_stopped_is_not_blamed_and_its_limits_begin_anew(gates: Path) -> None:
    children = Children(1, wall=ENOUGH, warm=("slow_jobs",))
    try:
        first = children.submit("slow_jobs:hold", str(gates / "first"), 1)
        second = children.submit("slow_jobs:hold", str(gates / "second"), 2)
        while not (second.running() and children.waiting() == 1):
            assert not first.done() and not second.done()
            threading.Event().wait(0.01)
        (gates / "first").touch()
        (gates / "second").touch()
        assert (first.result(100), second.result(100)) == (1, 2)
    finally:
        children.close()


# --- the children of gateways inside tests -----------------------------------------------------------------------------


def seen(children: Children) -> dict[str, object]:
    """What the system tells of the one child of a pool."""
    assert children.run("builtins:abs", -1) == 1
    [pid] = children.pids()
    place = Path(f"/proc/{pid}")
    status = dict(line.split(":\t", 1) for line in (place / "status").read_text().splitlines() if ":\t" in line)
    limits = [line for line in (place / "limits").read_text().splitlines() if not line.startswith("Max address space")]
    return {
        "environment": sorted((place / "environ").read_bytes().split(b"\0")),
        "limits": [line for line in limits if not line.startswith("Max cpu time")],
        "descriptors": len(os.listdir(place / "fd")),
        "killed first": (place / "oom_score_adj").read_text(),
        **{name: status[name] for name in ("PPid", "Threads", "SigIgn", "SigBlk", "Uid", "NoNewPrivs")},
    }


def test_a_child_that_was_forked_for_a_test_is_like_one_that_began_from_nothing() -> None:
    with forked_children():
        forked = Children(1)
        told = seen(forked)
    with forked_children(), children_from_nothing():  # though others want forks meanwhile
        from_nothing = Children(1)
        seen(from_nothing)
    try:
        assert told == seen(from_nothing)
        [first], [second] = forked.pids(), from_nothing.pids()
        assert [b"stem" in Path(f"/proc/{pid}/cmdline").read_bytes() for pid in (first, second)] == [True, False]
        sleep = forked.submit("time:sleep", 60)
        while not sleep.running():
            threading.Event().wait(0.01)
        os.kill(first, signal.SIGKILL)
        with pytest.raises(ChildDied, match="signal"):
            sleep.result(100)
        assert forked.run("builtins:abs", -1) == 1
        assert not alive(first)
    finally:
        forked.close()
        from_nothing.close()
