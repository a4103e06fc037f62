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


def thread(reader: Reader, shown: Shown) -> None:
    team(f"/board/tickets/{shown.desk.tickets()[0].number}")(reader, shown)


def wall(reader: Reader, shown: Shown) -> None:
    reader.opens(f"{shown.base}/wall/{shown.wall}")


def status(reader: Reader, shown: Shown) -> None:
    """A page of a ticket in the reader's own language."""
    finn = reader.driver.execute_script("return navigator.language") == "fi"
    reader.opens(shown.link(f"{'ville' if finn else 'maija'}@customer.example"))


def status_with_faults(reader: Reader, shown: Shown) -> None:
    status(reader, shown)
    reader.presses(reader.sees("form:has(#text) button"))


def status_done(reader: Reader, shown: Shown) -> None:
    status(reader, shown)
    reader.opens(f"{reader.driver.current_url}?done=say")


PAGES: dict[str, Way] = {
    "status": status,
    "status with faults": status_with_faults,
    "status done": status_done,
    "help": at("/help"),
    "help found": at("/help?q=lamp"),
    "article": at("/help/lamps"),
    "nothing here": at("/nowhere"),
    "form": at("/contact?topic=quote"),
    "form in a frame": at("/contact/embed"),
    "form with faults": form_with_faults,
    "form thanks": at("/contact/thanks?topic=quote"),
    "login": at("/login"),
    "login sent": at("/login/sent"),
    "login by a link": at("/login/aaaa.bbbb"),
    "board": team("/board"),
    "lists": team("/board/list"),
    "list of nothing": team("/board/list?status=hold"),
    "thread": thread,
    "reports": team("/board/reports"),
    "wall": wall,
}


@pytest.fixture(params=PAGES)
def way(request: pytest.FixtureRequest) -> Way:
    return PAGES[request.param]


def test_no_script_falls_nothing_is_cut_off_or_too_small_and_axe_finds_nothing_wrong(
    reader: Reader, shown: Shown, way: Way
) -> None:
    """At 320 pixels nothing is beside the screen or too small to hit; no policy is broken on the way."""
    for language in LANGUAGES:  # one after the other: a browser that stays at one site has read axe-core before
        reader.sits(language=language)
        way(reader, shown)
        assert [one for one in reader.console() if "responded with a status of 4" not in one] == []
        assert reader.driver.execute_script("return document.documentElement.lang") == (
            "en" if way is wall else language  # a wall speaks the desk's
        )
        reader.sits(320, language=language)
        assert (language, reader.sideways(), reader.small_targets()) == (language, 0, [])
        wrong = []
        for width in WIDTHS:
            for scheme in SCHEMES:
                reader.sits(width, scheme, language)
                wrong += [f"{language} {width} {scheme}: {one}" for one in reader.complaints()]
        assert wrong == []
