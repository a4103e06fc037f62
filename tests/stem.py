"""A process that has read the modules of children and listeners once, from which those of the tests are forked.

They read their modules for longer than most tests last. `ChildKeeper` and `ListenerKeeper` stay as they are; only what
they run, our Python with a line of code, comes to run in a fork of such a Python: a clean one, that has read the modules
and our usual templates, and does nothing else. How they begin from nothing is shown by `app/children/test_children.py`, by `edge/test_apart.py`
and by every gateway that is begun by a wrapper.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import gc
import importlib
import json
import os
import platform
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Collection, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

from mailgate.app.children import pool
from mailgate.edge.apart import keeper

WARM = ("mailgate.wire.mime.parse", "mailgate.wire.letters.compose", "mailgate.listener")
CLONE = {"x86_64": 56, "aarch64": 220}.get(platform.machine())  # the number of clone(2)
PR_SET_PTRACER = 0x59616D61  # unknown to a kernel without Yama, which needs no leave
CLONE_PARENT = 0x8000  # the forked process is a child of the caller's parent, who can wait for it then
USUAL = ("ack", "notice", "receipt", "answer")  # letters of most tests: their templates are compiled when first used
LONGEST = 65536
MOST = 16  # descriptors that are handed on
ARGUMENTS = 45  # where /proc/self/stat says between which addresses our command line stands, behind our name


class Forked(subprocess.Popen[bytes]):
    """A process of ours that we did not start ourselves."""

    def __init__(self, pid: int) -> None:
        self.args, self.pid, self.returncode = "forked", pid, None
        self.stdin = self.stdout = self.stderr = None
        self._child_created, self._waitpid_lock, self._sigint_wait_secs = True, threading.Lock(), 0.25


class Stem:
    """The wire on which the process is asked. To be made in the main thread: its children end with its maker."""

    def __init__(self, wire: socket.socket, process: object = None) -> None:
        self._guard = threading.Lock()
        self._wire, self._process = wire, process

    def run(self, code: str, fds: Collection[int], own: dict[str, str]) -> Forked:
        """A process that runs `code`, has our `fds` under the same numbers, and `own` in its environment."""
        with self._guard:
            socket.send_fds(self._wire, [json.dumps([code, own, *fds]).encode()], list(fds))
            return Forked(int(self._wire.recv(LONGEST)))


def begun(python: list[str], environment: dict[str, str]) -> Stem:
    """A stem that begins from nothing and reads its modules."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(
            [*python, f"from stem import serve; serve({theirs.fileno()})"],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env=environment,
        )
    return Stem(ours, process)


def children_from_here() -> None:
    """All children and listeners of this process are from now on forks of it as it is: one thread, all modules read."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if os.fork() == 0:
        ours.close()
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        os.dup2(nothing, 1)
        os.close(nothing)
        kept = environment()
        os.environ.clear()
        os.environ.update(kept)
        _serve(theirs)
    theirs.close()
    _stems[:] = [Stem(ours)]
    _usual[:] = [environment()]
    _crash[:] = [os.environ.get(CRASH, "")]
    pool.subprocess = keeper.subprocess = _forking


def serve(wire_fd: int) -> NoReturn:
    """Read the modules, then fork a process for each request, until nobody is left to ask."""
    gc.disable()  # what is read stays
    warm()
    _serve(socket.socket(fileno=wire_fd))


def warm() -> None:
    """Read and compile what a child and a listener do when they first need it."""
    for module in WARM:
        importlib.import_module(module)
    from mailgate.core.letters.letter import head
    from mailgate.wire.letters import compose, samples
    from mailgate.wire.report import known, sentences

    for kind in known.SENTENCES:
        sentences.only_sentences("Hello", kind)

    for template in USUAL:
        compose.write(head(samples.due(template), samples.POLICY, loop_mark=""), samples.NOW)
    gc.collect()
    gc.freeze()  # else each fork looks through all of it, and has a copy of its own then
    gc.enable()


def _serve(wire: socket.socket) -> NoReturn:
    while True:
        request, fds, _, _ = socket.recv_fds(wire, LONGEST, MOST)
        if not request:
            os._exit(0)
        pid = fork()
        if pid == 0:
            code, own, *wanted = json.loads(request)
            wire.close()
            _place(fds, wanted)
            os.environ.update(own)
            _name(code)
            exec(code, {})
            os._exit(0)
        for one in fds:
            os.close(one)
        wire.send(str(pid).encode())


def _place(fds: list[int], wanted: list[int]) -> None:
    """Our `fds` get the `wanted` numbers, by way of such as nobody wants."""
    beyond = [fcntl.fcntl(one, fcntl.F_DUPFD, max(wanted) + 1) for one in fds]
    for one in fds:
        os.close(one)
    for one, number in zip(beyond, wanted, strict=True):
        os.dup2(one, number)
        os.close(one)


def _name(code: str) -> None:
    """Let /proc tell what runs here, as far as there is room: a desk kills only what has a listener's command line."""
    first, end = map(int, Path("/proc/self/stat").read_text().rpartition(")")[2].split()[ARGUMENTS:][:2])
    text = f"stem: {code}".encode()[: end - first - 1]
    ctypes.memmove(first, text.ljust(end - first, b"\0"), end - first)


def fork() -> int:
    """os.fork, but for our parent; whoever may debug us at all may debug the child, which is no child of theirs."""
    ctypes.pythonapi.PyOS_BeforeFork()
    pid = int(ctypes.pythonapi.syscall(CLONE, CLONE_PARENT | signal.SIGCHLD, 0, 0, 0, 0))
    if pid == 0:
        ctypes.pythonapi.PyOS_AfterFork_Child()
        ctypes.CDLL(None).prctl(PR_SET_PTRACER, ctypes.c_ulong(-1))
    else:
        ctypes.pythonapi.PyOS_AfterFork_Parent()
    return pid


def environment() -> dict[str, str]:
    """As a pool makes it."""
    kept = {key: os.environ[key] for key in pool.KEPT_ENVIRONMENT if key in os.environ}
    return kept | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONUTF8": "1"}


CRASH = "MAILGATE_CRASH_AT"  # read with the modules, so a fork knows it
OWN = "HOME"  # what no module reads: a fork may have another one
_PYTHON = [sys.executable, "-P", "-c"]
_usual = [environment()]  # of the stem there is
_crash = [os.environ.get(CRASH, "")]  # and it
_stems: list[Stem] = []  # one at most; it ends with this process
_users: list[object] = []  # the blocks that want it now


@contextlib.contextmanager
def forked_children() -> Iterator[None]:
    """While the block lasts, children and listeners come from the stem; those that want another environment do not."""
    if CLONE is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    if not _stems:
        _usual[:] = [environment()]  # a folder of tests may have brought a path of its own when it was collected
        _stems.append(begun(_PYTHON, _usual[0]))
    user = object()
    _users.append(user)
    before = pool.subprocess
    pool.subprocess = keeper.subprocess = _forking
    try:
        yield
    finally:
        _users.remove(user)
        pool.subprocess = keeper.subprocess = before if _users else subprocess


@contextlib.contextmanager
def children_from_nothing() -> Iterator[None]:
    """While the block lasts they begin from nothing, whatever lives longer than it: a gateway that many tests share."""
    before = pool.subprocess
    pool.subprocess = keeper.subprocess = subprocess
    try:
        yield
    finally:
        pool.subprocess = keeper.subprocess = before


def _popen(command: list[str], *, pass_fds: list[int], env: dict[str, str], **options: Any) -> subprocess.Popen[bytes]:
    """Instead of subprocess.Popen."""
    own = {OWN: env.get(OWN, "")}
    plain = {key: value for key, value in env.items() if key != CRASH} | own
    if (command[:-1], plain, env.get(CRASH, _crash[0])) == (_PYTHON, _usual[0] | own, _crash[0]):
        return _stems[0].run(command[-1], pass_fds, own)
    return subprocess.Popen(command, pass_fds=pass_fds, env=env, **options)


_forking = SimpleNamespace(Popen=_popen, DEVNULL=subprocess.DEVNULL, TimeoutExpired=subprocess.TimeoutExpired)
