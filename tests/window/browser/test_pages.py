"""Every page as people meet it: on a phone and a desk's screen, by day and by night, in two languages, on paper."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from browsing import Reader
from window.browser.conftest import Shown

pytestmark = pytest.mark.xdist_group("browser")

WIDTHS = (390, 1280)
SCHEMES = ("light", "dark")
LANGUAGES = ("en", "fi")

Way = Callable[[Reader, Shown], None]


def at(path: str) -> Way:
    """The page of that path."""
    return lambda reader, shown: reader.opens(shown.base + path)


def form_with_faults(reader: Reader, shown: Shown) -> None:
    reader.opens(f"{shown.base}/contact")
    reader.presses(reader.sees("form button"))


def team(path: str) -> Way:
    """A page for whoever has logged in: a lead, whose language the browser's is."""

    def way(reader: Reader, shown: Shown) -> None:
        language = reader.driver.execute_script("return navigator.language")
        reader.has_cookie(shown.base, "mailgate-session", shown.session("aino" if language == "fi" else "anna"))
        reader.opens(shown.base + path)

    return way


def wall(reader: Reader, shown: Shown) -> None:
    reader.opens(f"{shown.base}/wall/{shown.wall}")


PAGES: dict[str, Way] = {
    "nothing here": at("/nowhere"),
    "form": at("/contact?topic=quote"),
    "form in a frame": at("/contact/embed"),
    "form with faults": form_with_faults,
    "form thanks": at("/contact/thanks?topic=quote"),
    "board": team("/board"),
    "wall": wall,
}


@pytest.fixture(params=PAGES)
def way(request: pytest.FixtureRequest) -> Way:
    return PAGES[request.param]


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_wrong(reader: Reader, shown: Shown, way: Way, language: str) -> None:
    reader.sits(language=language)
    way(reader, shown)
    wrong = []
    for width in WIDTHS:
        for scheme in SCHEMES:
            reader.sits(width, scheme, language)
            wrong += [f"{width} {scheme}: {one}" for one in reader.complaints()]
    assert wrong == []
    shown_in = reader.driver.execute_script("return document.documentElement.lang")
    assert shown_in == ("en" if way is wall else language)  # a wall speaks the desk's


def test_nothing_is_cut_off_or_too_small_to_hit_at_320_pixels(reader: Reader, shown: Shown, way: Way) -> None:
    reader.sits(320)
    way(reader, shown)
    assert (reader.sideways(), reader.small_targets()) == (0, [])


def test_no_script_falls_and_no_policy_is_broken(reader: Reader, shown: Shown, way: Way) -> None:
    way(reader, shown)
    assert [one for one in reader.console() if "responded with a status of 4" not in one] == []
