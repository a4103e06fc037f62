"""Desks for the jobs of the clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from app.jobs.ticking import Desk, Faulty


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    made: list[Desk] = []

    def build(name: str = "data", **parts: Any) -> Desk:
        (tmp_path / name).mkdir()
        made.append(Desk(tmp_path / name, **parts))
        return made[-1]

    yield build
    Faulty.left = None
    for desk in made:
        desk.store.close()
