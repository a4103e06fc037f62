"""What a listener may ask of the kernel once it listens; tried in processes of their own, since it holds for good."""

from __future__ import annotations

import platform
import signal
import struct
import subprocess
import sys

import pytest

from mailgate.edge.apart import confined

BEGIN = """
import ctypes, os, resource, signal, socket, subprocess, threading
from mailgate.edge.apart.confined import MACHINES, confine
door = socket.create_server(("127.0.0.1", 0))
peer = socket.create_connection(door.getsockname())
unused = socket.socket()
desk, me = os.getppid(), os.getpid()
of_desk = os.open(f"/proc/{desk}", os.O_DIRECTORY)
libc = ctypes.CDLL(None, use_errno=True)
def call(name, *arguments):
    _, calls = MACHINES[os.uname().machine]
    if libc.syscall(calls[name], *arguments, 0, 0):
        raise OSError(ctypes.get_errno(), name)
assert confine(), "this kernel has no filter"
"""
needs_filter = pytest.mark.skipif(platform.machine() not in confined.MACHINES, reason="no filter for this machine")


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", BEGIN + code], capture_output=True, text=True, timeout=100, check=False
    )


@needs_filter
@pytest.mark.parametrize(
    "wanted",
    [
        "socket.socket(socket.AF_UNIX)",
        "unused.connect(door.getsockname())",
        "os.execv('/bin/true', ['true'])",
        "os.kill(os.getppid(), 0)",
        "os.kill(0, 0)",
        "os.pidfd_open(os.getppid())",
        "call('tkill', desk, 0)",
        "call('tgkill', desk, desk, 0)",
        "call('rt_sigqueueinfo', desk, 0, ctypes.create_string_buffer(128))",
        "call('rt_tgsigqueueinfo', desk, desk, 0, ctypes.create_string_buffer(128))",
        "call('pidfd_send_signal', of_desk, 0)",
        "resource.prlimit(desk, resource.RLIMIT_NOFILE)",
        "os.fork() or os._exit(0)",
    ],
)
def test_s18c_it_reaches_nobody_and_starts_nothing(wanted: str) -> None:
    done = run(f"try:\n    {wanted}\nexcept PermissionError:\n    print('refused')")
    assert (done.stdout, done.returncode) == ("refused\n", 0), done.stderr


@needs_filter
def test_what_a_listener_does_all_day_goes_on() -> None:
    done = run(
        "taken, _ = door.accept()\n"
        "peer.sendall(b'250')\n"
        "thread = threading.Thread(target=lambda: print(taken.recv(3)))\n"
        "thread.start(); thread.join()\n"
        "open(os.devnull, 'wb').close()\n"
        "resource.getrlimit(resource.RLIMIT_NOFILE)\n"
        "signal.pthread_kill(threading.get_ident(), 0)\n"
        "os.kill(os.getpid(), signal.SIGTERM)\n"
    )
    assert (done.stdout, done.returncode) == ("", -signal.SIGTERM) or done.stdout == "b'250'\n", done.stderr


@needs_filter
def test_it_holds_in_threads_begun_later() -> None:
    done = run(
        "def work():\n"
        "    try:\n        socket.socket()\n"
        "    except PermissionError:\n        print('refused')\n"
        "thread = threading.Thread(target=work); thread.start(); thread.join()\n"
    )
    assert done.stdout == "refused\n", done.stderr


def test_a_machine_that_is_not_known_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confined.platform, "machine", lambda: "riscv64")
    assert not confined.confine()


@pytest.mark.parametrize("machine", list(confined.MACHINES))
def test_every_jump_of_the_filter_stays_in_it_and_its_end_allows(machine: str) -> None:
    code = confined.program(*confined.MACHINES[machine], 4711)
    steps = list(struct.iter_unpack("HBBI", code))
    for at, (what, true, false, _) in enumerate(steps):
        if what in (confined.EQUAL, confined.AT_LEAST, confined.HAS):
            assert at + 1 + max(true, false) < len(steps)
    assert steps[-1] == (confined.RETURN, 0, 0, confined.ALLOW)
