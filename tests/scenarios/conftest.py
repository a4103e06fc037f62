"""What scenarios with a gateway in a process of its own need of the machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Desk, running


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Desk]:
    """A gateway of its own, for a test of a file whose others share one (`turns.py`)."""
    with running(tmp_path) as found:
        yield found


@pytest.fixture
def strace() -> str:
    """The path of strace."""
    found = shutil.which("strace")
    if found is None:
        if os.environ.get("MAILGATE_TEST_SERVERS") == "require":
            pytest.fail("strace is missing: apt-get install strace")
        pytest.skip("needs strace: apt-get install strace")
    return found
