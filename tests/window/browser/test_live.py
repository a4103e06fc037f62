"""The board as it hangs there: figures that come by themselves, and a red word when none come."""

from __future__ import annotations

import contextlib
import socket
from pathlib import Path

import pytest
from browsing import Reader
from conftest import mail, running
from window.browser.conftest import WEB, Shown, listening
from window.conftest import window_of
from window.sessions import logged_in

pytestmark = pytest.mark.xdist_group("browser")


def figure(reader: Reader, name: str) -> int:
    """Read in one step: the page may put itself anew between two."""
    return int(
        reader.driver.execute_script("return document.querySelector(arguments[0]).textContent", f"[data-k={name}]")
    )


def test_a_new_ticket_is_on_the_board_without_loading_it_anew(reader: Reader, shown: Shown) -> None:
    reader.has_cookie(shown.base, "mailgate-session", logged_in(shown.desk, "anna", "live"))
    reader.opens(f"{shown.base}/board")
    before = figure(reader, "unowned")
    reader.driver.execute_script("window.untouched = true")
    shown.desk.send(mail("Comes while one looks"))
    reader.until(lambda: figure(reader, "unowned") == before + 1)
    pressing = reader.driver.execute_script("return document.querySelector('ol.press').textContent")
    assert "Comes while one looks" in pressing
    assert reader.driver.execute_script("return window.untouched === true")
    assert reader.console() == []


def test_a_board_that_hears_nothing_says_so_and_comes_back(reader: Reader, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as bound, contextlib.ExitStack() as whole:
        port = bound.getsockname()[1]
        desk = whole.enter_context(running(tmp_path, more=WEB.format(port=port, neighbour=1)))
        with window_of(desk) as window:
            whole.enter_context(listening(window, bound))
            base = f"http://127.0.0.1:{port}"
            reader.has_cookie(base, "mailgate-session", logged_in(desk, "anna"))
            with reader.holding(20_000):
                reader.opens(f"{base}/board")
            reader.until(lambda: reader.driver.execute_script("return 'held' in window"))  # it has heard something
            assert not reader.sees("#stale").is_displayed()
        silence = "window.held()"  # twenty seconds without news; what was on its way then may come yet
        reader.until(lambda: reader.driver.execute_script(silence) or reader.sees("#stale").is_displayed())
        assert reader.sees("#stale").text
        with window_of(desk):
            reader.until(lambda: not reader.sees("#stale").is_displayed())


def test_a_board_that_is_paused_stands_still_until_it_goes_on(reader: Reader, shown: Shown) -> None:
    reader.has_cookie(shown.base, "mailgate-session", logged_in(shown.desk, "anna", "paused"))
    reader.opens(f"{shown.base}/board")
    before = figure(reader, "unowned")
    button = reader.sees("#pause")
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    said = reader.sees("#fresh").text
    reader.driver.execute_script(
        "window.asked = 0; const old = fetch; window.fetch = (...x) => { window.asked += 1; return old(...x) }"
    )
    shown.desk.send(mail("Comes in the meantime"))
    reader.until(lambda: reader.driver.execute_script("return window.asked") > 0)  # it was told, and looked
    assert (figure(reader, "unowned"), reader.sees("#fresh").text) == (before, said)
    button.click()
    reader.until(lambda: figure(reader, "unowned") == before + 1)
    assert button.get_attribute("aria-pressed") == "false"
