"""The children that the letters of these tests are built in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mailgate.app.children.pool import Children


@pytest.fixture(scope="module")
def children() -> Iterator[Children]:
    pool = Children(1)
    yield pool
    pool.close()
