"""Children that outlive the gateway of one test and serve that of the next: starting two takes longer than most tests."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import defaultdict
from typing import Any

import pytest

from mailgate.app.children.child import ByteStream
from mailgate.app.children.pool import KEPT_ENVIRONMENT, ChildKeeper

MOST = 4  # of one kind at once


class KeptChildren:
    """Puts a child aside that has nothing in hand when its pool closes, and gives it to the next pool of the same kind."""

    def __init__(self) -> None:
        self.start, self.bury = ChildKeeper.start_child, ChildKeeper.bury
        self.there: dict[Any, list[tuple[subprocess.Popen[bytes], ByteStream]]] = defaultdict(list)

    def kind(self, keeper: ChildKeeper) -> Any:
        """All that a child is told at its start."""
        return keeper.pool.limits, keeper.pool.warm, tuple(map(os.environ.get, KEPT_ENVIRONMENT)), tuple(sys.path)

    def give(self, keeper: ChildKeeper) -> None:
        """In the place of `ChildKeeper.start_child`."""
        there = self.there[self.kind(keeper)]
        while there:
            process, stream = there.pop()
            if process.poll() is None:
                keeper.process, keeper.stream = process, stream
                return
            stream.sock.close()
        self.start(keeper)

    def take(self, keeper: ChildKeeper) -> None:
        """In the place of `ChildKeeper.bury`."""
        there = self.there[self.kind(keeper)]
        idle = keeper.pool.closing and not keeper.flight and keeper.process and keeper.process.poll() is None
        if idle and keeper.pool.warm and len(there) < MOST and keeper.stream is not None and keeper.process is not None:
            there.append((keeper.process, keeper.stream))
            keeper.process = keeper.stream = None
        else:
            self.bury(keeper)

    def close(self) -> None:
        """End them all."""
        for there in self.there.values():
            for process, stream in there:
                stream.sock.close()
                process.kill()
                process.wait()
        self.there.clear()


@pytest.fixture(scope="session", autouse=True)
def kept_children() -> Any:
    kept = KeptChildren()

    def start_child(keeper: ChildKeeper) -> None:
        kept.give(keeper)

    def bury(keeper: ChildKeeper) -> None:
        kept.take(keeper)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ChildKeeper, "start_child", start_child)
        patch.setattr(ChildKeeper, "bury", bury)
        yield kept
    kept.close()
