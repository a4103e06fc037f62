"""A program of the admin's: what it prints, and its end with all that it started, whatever it does."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

import pytest

from mailgate.edge.out import program
from mailgate.errors import Permanent, Temporary

ENV = {"PATH": os.environ["PATH"]}
LONG = 100.0  # seconds nothing here takes


def run(code: str, *words: str, seconds: float = LONG, most: int = 65536) -> bytes:
    return program.run([sys.executable, "-c", code, *words], ENV, seconds, most)


def test_what_it_prints_is_had_and_its_words_reach_it_as_they_are() -> None:
    assert run("import sys; print(sys.argv[1:])", "a b;$(id)", "'\"") == b"['a b;$(id)', '\\'\"']\n"


def test_it_has_no_input_and_a_small_environment() -> None:
    os.environ["SECRET_OF_OURS"] = "x"
    try:
        assert run("import os, sys; print(sys.stdin.read(), 'SECRET_OF_OURS' in os.environ)") == b" False\n"
    finally:
        del os.environ["SECRET_OF_OURS"]


def test_what_it_prints_last_is_not_lost() -> None:
    assert len(run("import sys; sys.stdout.write('x' * 60000)")) == 60000


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("raise SystemExit(3)", "ends with status 3"),
        ("import sys; sys.exit('no licence\\x1b[31m')", "ends with status 1: no licence[31m"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", "ends with status -15"),
    ],
)
def test_how_it_fails_is_said(code: str, why: str) -> None:
    with pytest.raises(Temporary) as caught:
        run(code)
    assert str(caught.value).endswith(why)


def test_one_that_hangs_is_ended_at_the_limit() -> None:
    with pytest.raises(Temporary, match=r"takes longer than 0.2 s"):
        run("import time; time.sleep(1000)", seconds=0.2)


def test_a_flood_is_cut_and_its_source_ended() -> None:
    found = run("while True: print('x' * 1000)", most=1000)
    assert len(found) == 1001


def test_a_flood_of_complaints_ends_at_the_limit() -> None:
    with pytest.raises(Temporary, match="takes longer"):
        run("import sys\nwhile True: sys.stderr.write('x' * 1000)", seconds=0.5)


def test_one_that_ignores_us_is_ended_too() -> None:
    with pytest.raises(Temporary, match="takes longer"):
        run("import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(1000)", seconds=0.5)


def test_w44_what_it_left_behind_ends_with_it_and_is_not_waited_for(tmp_path: Path) -> None:
    told = tmp_path / "pid"
    code = f"""
import os, time
if os.fork() == 0:
    open({str(tmp_path / "draft")!r}, "w").write(str(os.getpid()))
    os.rename({str(tmp_path / "draft")!r}, {str(told)!r})
    time.sleep(1000)
while not os.path.exists({str(told)!r}):
    time.sleep(0.01)
print("done", flush=True)
"""
    assert run(code) == b"done\n"  # although the pipe is still open
    _gone(int(told.read_text()))


def _gone(pid: int) -> None:
    ends = time.monotonic() + LONG
    while time.monotonic() < ends:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][:1]
        except OSError:
            return
        if state == "Z":  # nobody buries it in this container
            return
        time.sleep(0.01)
    raise AssertionError("it lives on")


def test_it_ends_with_us() -> None:
    ended = threading.Event()
    ended.set()
    with pytest.raises(Temporary, match="was ended with us"):
        program.run([sys.executable, "-c", "import time; time.sleep(1000)"], ENV, LONG, 10, ended.is_set)


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (["/nowhere/crm"], "/nowhere/crm cannot be run: No such file or directory"),
        (["/etc/passwd"], "/etc/passwd cannot be run: Permission denied"),
        (["/bin/cat", "a\0b"], "/bin/cat cannot be run with such words"),
    ],
)
def test_what_cannot_be_run_is_said(command: list[str], why: str) -> None:
    with pytest.raises(Permanent, match=why):
        program.run(command, ENV, LONG, 10)


def test_no_descriptor_is_left_open() -> None:
    before = os.listdir("/proc/self/fd")
    for _ in range(3):
        run("pass")
        with pytest.raises(Permanent):
            program.run(["/nowhere/crm"], ENV, LONG, 10)
    assert len(os.listdir("/proc/self/fd")) == len(before)
