"""`mailgate ...` in processes of their own, forked from a Python that has read mailgate once.

A daemon and its children read their modules for longer than most tests last. What is run is the same: the command's
arguments, environment and files, its exit status, and no memory of any other. How a daemon begins from nothing is shown
by `scenarios/test_daemon.py` and by all that is started with a wrapper; MAILGATE_TEST_FRESH=1 starts all of them so.
"""

from __future__ import annotations

import atexit
import codecs
import contextlib
import ctypes
import gc
import importlib
import json
import os
import pkgutil
import resource
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import stem
from stem import CLONE, LONGEST, Forked

FRESH = bool(os.environ.get("MAILGATE_TEST_FRESH"))
_kept: list[subprocess.Popen[bytes]] = []  # and it
PATIENCE = 300.0  # seconds a command may take
PR_SET_DUMPABLE = 4
LATE = ("sqlite_utils.migrations", "apscheduler.triggers.interval", "click._textwrap")  # what most read when they run
_guard = threading.Lock()
_wires: list[socket.socket] = []  # one at most: to the process that has read all of mailgate; it ends with this one


def can_fork(env: Mapping[str, str] = os.environ) -> bool:
    """Whether programs are forked here and now: by a process that the main thread makes, with the modules of today."""
    usual = env.get("PYTHONPATH") == os.environ.get("PYTHONPATH")
    there = bool(_wires) or threading.current_thread() is threading.main_thread()
    return CLONE is not None and not FRESH and usual and there


def popen(
    words: list[str],
    *,
    stdin: int,
    stdout: int,
    stderr: int,
    env: dict[str, str],
    cwd: Path,
    script: str = "",
    user: int = 0,
    files: int = 0,
) -> Forked:
    """`mailgate WORDS`, or `script WORDS`, begun; the descriptors stay the caller's.

    As another `user` if root asks so; it may open `files`, if that is a number, and what it starts as well.
    """
    with _guard:
        if not _wires:
            _wires.append(_begin())
        request = json.dumps([script, words, env, str(cwd), user, files]).encode()
        if len(request) > LONGEST:
            raise ValueError("too much to say to a program")
        socket.send_fds(_wires[0], [request], [stdin, stdout, stderr])
        return Forked(int(_wires[0].recv(LONGEST)))


def run(
    words: list[str],
    *,
    env: dict[str, str] | None = None,
    cwd: Path | None = None,
    input: str = "",
    user: int = 0,
    script: str = "",
) -> subprocess.CompletedProcess[str]:
    """`mailgate WORDS`, or `script WORDS`, to its end, as `subprocess.run` does it, with all it printed."""
    done = run_bytes(words, env=env, cwd=cwd, input=input.encode(), user=user, script=script)
    said, complained = (each.decode().replace("\r\n", "\n") for each in (done.stdout, done.stderr))
    return subprocess.CompletedProcess(done.args, done.returncode, said, complained)


def run_bytes(
    words: list[str],
    *,
    env: dict[str, str] | None = None,
    cwd: Path | None = None,
    input: bytes = b"",
    user: int = 0,
    script: str = "",
) -> subprocess.CompletedProcess[bytes]:
    """As `run`, with octets in and out."""
    environment = dict(os.environ) if env is None else env
    if not can_fork(environment):
        return subprocess.run(
            [*(drop(user) if user else ()), sys.executable, *([script] if script else ["-m", "mailgate"]), *words],
            env=environment, cwd=cwd, input=input, capture_output=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
    with contextlib.ExitStack() as stack:
        given, out, err = (stack.enter_context(tempfile.TemporaryFile()) for _ in range(3))
        given.write(input)
        given.seek(0)
        child = popen(
            words,
            stdin=given.fileno(),
            stdout=out.fileno(),
            stderr=err.fileno(),
            env=environment,
            cwd=cwd or Path.cwd(),
            user=user,
            script=script,
        )
        try:
            status = child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
            raise
        for file in (out, err):
            file.seek(0)
        return subprocess.CompletedProcess(["mailgate", *words], status, out.read(), err.read())


def drop(user: int) -> list[str]:
    """What makes the command after it that of a user who owns nothing."""
    return ["setpriv", "--reuid", str(user), "--regid", str(user), "--clear-groups", "--"]


def _begin() -> socket.socket:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        _kept.append(
            subprocess.Popen(
                [sys.executable, "-c", f"from programs import serve; serve({theirs.fileno()})"],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
        )
    atexit.register(ours.close)
    return ours


# --- in the process that has read mailgate ----------------------------------------------------------------------------


def serve(wire_fd: int) -> NoReturn:
    """Fork a program for each request, until nobody is left to ask."""
    gc.disable()  # what is read stays; `stem.warm` enables it
    import mailgate
    from mailgate.config import calendars

    for found in pkgutil.walk_packages(mailgate.__path__, "mailgate."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)
    codecs.lookup("utf-8-sig")  # read when it is first used, and not every user may read our Python
    for name in LATE:
        importlib.import_module(name)
    calendars.closed_days(("FI",), datetime.now(UTC).date())
    stem.warm()
    wire = socket.socket(fileno=wire_fd)
    while True:
        request, fds, _, _ = socket.recv_fds(wire, LONGEST, 3)
        if not request:
            os._exit(0)
        pid = stem.fork()
        if pid == 0:
            wire.close()
            _become(request, fds)
        for one in fds:
            os.close(one)
        wire.send(str(pid).encode())


def _turn_into(user: int) -> None:
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 1)  # as after an exec: what /proc has of it is the user's


def _become(request: bytes, fds: list[int]) -> NoReturn:
    """The program itself; its children come from a fork of its own, made while it has one thread."""
    script, words, env, cwd, user, files = json.loads(request)
    for number, one in enumerate(fds):
        os.dup2(one, number)
        os.close(one)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    signal.set_wakeup_fd(-1)
    if files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    if user:
        _turn_into(user)
    sys.argv = [script or "mailgate", *words]
    if script:
        sys.path.insert(0, str(Path(script).parent))
    from mailgate import cli, crash

    importlib.reload(crash)  # it reads the environment once
    stem.children_from_here()
    status = 0
    try:
        if script:
            runpy.run_path(script, run_name="__main__")
        else:
            cli.main()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        status = 1
    threading._shutdown()  # type: ignore[attr-defined]
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(status)
