"""Whom a desk ends that finds the lock of its listeners held."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mailgate.edge.apart import heir


@pytest.mark.parametrize("named", ["{}", "-{}"])  # a process, and the group of it
def test_s18c_whoever_else_a_listener_wrote_into_the_lock_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    monkeypatch.setattr(heir, "PATIENCE", 0.0)
    monkeypatch.setattr(heir, "LONGEST", 0.1)
    held = heir.inherit(tmp_path)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True) as stranger:
        os.pwrite(held, named.format(stranger.pid).encode(), 0)
        with pytest.raises(OSError, match="does not end"):
            heir.inherit(tmp_path)
        stranger.communicate(b"\n")
    os.close(held)
    assert stranger.returncode == 0


def test_the_lock_is_written_in_the_same_octets_and_a_full_disk_stops_no_listener(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handle = heir.inherit(tmp_path)
    sizes = set()
    for pid in (0, 7, 4_194_304, 0):
        heir.note(handle, pid)
        sizes.add((tmp_path / heir.NAME).stat().st_size)
        assert int(os.pread(handle, 20, 0)) == pid
    assert sizes == {20}

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "pwrite", full)
    heir.note(handle, 8)
    os.close(handle)
