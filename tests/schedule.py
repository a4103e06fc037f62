"""Which worker takes which tests, and in what order: long ones first, those that share something together."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PURE = {
    "core",
    "rulebook",
    "config",
    "store",
    "wire",
}  # thousands of rows, a millisecond each: a message for each would cost as much
PATIENT = {"scenarios", "upgrade"}  # what waits begins early, so that no worker is left with it at the end
LAST = {"core", "rulebook", "config"}  # what is short fills what is left


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    """What is collected stays to the end: looking through it again and again for garbage took a third of the time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if together(item):
            item.add_marker(pytest.mark.xdist_group(str(item.path.relative_to(TESTS))))
    items.sort(key=turn)


def together(item: pytest.Item) -> bool:
    """Whether one worker is to take all tests of the file: they share a gateway, or are too short to be handed out."""
    if item.get_closest_marker("xdist_group"):
        return False
    shares = hasattr(getattr(item, "module", None), "serving")  # of scenarios/turns.py
    return shares or room(item) in PURE


def turn(item: pytest.Item) -> int:
    """Its place in the order, 0 for what is done first."""
    if room(item) == "" and item.get_closest_marker("xdist_group"):
        return 0
    return 1 if room(item) in PATIENT else 3 if room(item) in LAST else 2


def room(item: pytest.Item) -> str:
    """The folder of a test's file; empty for those at the top."""
    place = item.path.relative_to(TESTS).parts
    return place[0] if len(place) > 1 else ""
