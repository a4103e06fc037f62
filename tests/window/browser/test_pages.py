"""Every page as people meet it: on a phone and a desk's screen, by day and by night, in two languages, on paper."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from browsing import Reader
from window.browser.conftest import Shown

pytestmark = pytest.mark.xdist_group("browser")

PAGES: dict[str, Callable[[Shown], str]] = {
    "nothing here": lambda shown: "/nowhere",
}
WIDTHS = (390, 1280)
SCHEMES = ("light", "dark")
LANGUAGES = ("en", "fi")


@pytest.fixture(params=PAGES)
def path(request: pytest.FixtureRequest, shown: Shown) -> str:
    return shown.base + PAGES[request.param](shown)


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_wrong(reader: Reader, path: str, language: str) -> None:
    reader.sits(language=language)
    reader.opens(path)
    wrong = []
    for width in WIDTHS:
        for scheme in SCHEMES:
            reader.sits(width, scheme, language)
            wrong += [f"{width} {scheme}: {one}" for one in reader.complaints()]
    assert wrong == []
    assert reader.driver.execute_script("return document.documentElement.lang") == language


def test_nothing_is_cut_off_or_too_small_to_hit_at_320_pixels(reader: Reader, path: str) -> None:
    reader.sits(320)
    reader.opens(path)
    assert (reader.sideways(), reader.small_targets()) == (0, [])


def test_no_script_falls_and_no_policy_is_broken(reader: Reader, path: str) -> None:
    reader.opens(path)
    assert [one for one in reader.console() if "404" not in one] == []
