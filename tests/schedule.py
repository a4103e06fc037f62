"""Which worker takes which tests, and in what order: long ones first, those that share something together."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import compiling
import pytest

TESTS = Path(__file__).parent
PURE = {
    "core",
    "rulebook",
    "config",
    "store",
    "wire",
}  # thousands of rows, a millisecond each: a message for each would cost as much
PATIENT = {"scenarios", "upgrade", "window"}  # what waits begins early, so that no worker is left with it at the end
LAST = {"core", "rulebook", "config"}  # what is short fills what is left


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    """What is collected stays to the end: looking through it again and again for garbage took a third of the time."""
    gc.disable()
    try:
        compiling.share(session.config)
        return (yield)
    finally:
        gc.enable()
        gc.freeze()
        gc.set_threshold(10_000, 20, 20)  # what is frozen does not count, and each look was thought to be due


@pytest.hookimpl(wrapper=True, tryfirst=True)  # before xdist, who reads the groups first of all
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    for item in items:
        if together(item):
            item.add_marker(pytest.mark.xdist_group(name(item.path)))
    items.sort(key=turn)
    return (yield)


def together(item: pytest.Item) -> bool:
    """Whether one worker is to take it with others of its file: they share what is made once, or are too short alone."""
    if item.get_closest_marker("xdist_group"):
        return False
    return room(item.path) in PURE or any(made.scope == "module" for made in fixtures(item))


def fixtures(item: pytest.Item) -> Iterator[pytest.FixtureDef[object]]:
    """What the test is given: made for a module, it would be made once more by each worker that gets one of its tests."""
    asked = getattr(item, "_fixtureinfo", None)
    for known in asked.name2fixturedefs.values() if asked else ():
        yield from known


def turn(item: pytest.Item) -> int:
    """Its place in the order, 0 for what is done first."""
    if room(item.path) in ("", "window") and item.get_closest_marker("xdist_group"):
        return 0  # those of one browser take a worker a minute and more
    return 1 if room(item.path) in PATIENT else 3 if room(item.path) in LAST else 2


@cache
def name(path: Path) -> str:
    """A file of tests, seen from their folder: asked for each of a thousand tests in it."""
    return str(path.relative_to(TESTS))


@cache
def room(path: Path) -> str:
    """The folder of a test's file; empty for those at the top."""
    place = path.relative_to(TESTS).parts
    return place[0] if len(place) > 1 else ""
