"""W-35: what code that took over the window's process can reach, tried there."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Desk, running

from mailgate.app.admin import control_socket
from mailgate.edge.apart import confined, landlock
from mailgate.edge.window import sandbox

# The child begins as it does for the daemon, and instead of its pages it tries what a stranger would.
TAKEN_OVER = """
import ctypes, json, os, resource, socket, sys
from pathlib import Path
from mailgate.window import process
data, smtp, desk = Path(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])
unused = socket.socket()
def readable(path):
    return lambda: Path(path).read_bytes()
def dial(family, address):
    return lambda: socket.socket(family).connect(address)
def eat():
    return bytearray(2 ** 30)
TRIES = {
    **{f"read {name}": readable(data / name) for name in sys.argv[6:]},
    "list the data folder": lambda: os.listdir(data),
    "read the configuration": readable(data.parent / "mailgate.toml"),
    "read the daemon's memory": readable(f"/proc/{desk}/mem"),
    "read the daemon's environment": readable(f"/proc/{desk}/environ"),
    "read the users": readable("/etc/passwd"),
    "write a file": lambda: Path("/tmp/window-was-here").write_text("x"),
    "write into its own program": lambda: Path(process.__file__).with_name("more.py").write_text("x"),
    "reach the control socket": dial(socket.AF_UNIX, str(data / "control.sock")),
    "dial SMTP": dial(socket.AF_INET, ("127.0.0.1", smtp)),
    "dial with a socket it had": lambda: unused.connect(("127.0.0.1", smtp)),
    "start a program": lambda: os.execv("/bin/true", ["true"]),
    "fork": lambda: os.fork() or os._exit(0),
    "stop the daemon": lambda: os.kill(desk, 15),
    "eat memory": eat,
}
class Strange:
    class config:
        load = staticmethod(lambda: None)
    async def serve(self, sockets):
        found = {}
        for name, tried in TRIES.items():
            try:
                tried()
                found[name] = "done"
            except (OSError, MemoryError) as error:
                found[name] = type(error).__name__
        from zoneinfo import ZoneInfo
        found["still works"] = str(ZoneInfo("Europe/Riga"))
        print(json.dumps(found), flush=True)
process.server = lambda app: Strange()
process.child(int(sys.argv[1]), [int(sys.argv[2])], "info", "console")
"""
SECRETS = ("mailgate.db", "keys.json", control_socket.KEY, "mailgate.lock")


def test_w35_a_window_that_was_taken_over_reaches_nothing_of_the_desk(tmp_path: Path) -> None:
    with running(tmp_path) as desk:
        data = desk.gateway.data
        assert all((data / name).exists() for name in SECRETS), sorted(os.listdir(data))
        found = tried(desk, data)
    allowed = {name for name, outcome in found.items() if outcome == "done"}
    assert (allowed, found["still works"]) == (set(), "Europe/Riga"), found
    assert found["eat memory"] == "MemoryError"


def tried(desk: Desk, data: Path) -> dict[str, str]:
    if os.uname().machine not in confined.MACHINES or landlock.version() < 1:
        pytest.skip("needs a kernel with Landlock and a filter of system calls")
    ours, theirs = socket.socketpair()
    door = socket.create_server(("127.0.0.1", 0))
    with ours, theirs, door:
        words = [theirs.fileno(), door.fileno(), data, desk.port, os.getpid(), *SECRETS]
        done = subprocess.run(
            [sys.executable, "-c", TAKEN_OVER, *map(str, words)],
            pass_fds=[theirs.fileno(), door.fileno()],
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    result: dict[str, str] = json.loads(done.stdout)
    return result


def test_what_the_window_may_read_is_program_alone(tmp_path: Path) -> None:
    places = sandbox.own_program()
    assert not [
        place for place in places if place in (Path("/"), Path("/etc"), Path("/var"), Path("/home"), Path.cwd())
    ]
    assert Path(sandbox.__file__).parents[2] in places


def test_a_kernel_that_shuts_nothing_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landlock, "version", lambda: -1)
    assert not sandbox.shut_files()
