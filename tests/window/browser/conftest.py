"""One Chromium for every test of a browser; whoever is without one is told how to get it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browsing import Reader, reading


@pytest.fixture(scope="session")
def chromium() -> Iterator[Reader]:
    """The browser of the session."""
    with reading() as found:
        yield found


@pytest.fixture
def reader(chromium: Reader) -> Iterator[Reader]:
    """Somebody who has opened nothing yet, with a wide screen, by day, in English."""
    chromium.sits()
    yield chromium
    chromium.forgets()
