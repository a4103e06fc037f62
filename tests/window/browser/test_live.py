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
    return int(reader.sees(f"[data-k={name}]").text)


def test_a_new_ticket_is_on_the_board_without_loading_it_anew(reader: Reader, shown: Shown) -> None:
    reader.has_cookie(shown.base, "mailgate-session", logged_in(shown.desk, "anna", "live"))
    reader.opens(f"{shown.base}/board")
    before = figure(reader, "unowned")
    reader.driver.execute_script("window.untouched = true")
    shown.desk.send(mail("Comes while one looks"))
    reader.until(lambda: figure(reader, "unowned") == before + 1)
    assert "Comes while one looks" in reader.sees("ol.press").text
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
            reader.opens(f"{base}/board")
            assert not reader.sees("#stale").is_displayed()
        reader.until(lambda: reader.sees("#stale").is_displayed())  # twenty seconds without news
        assert reader.sees("#stale").text
        with window_of(desk):
            reader.until(lambda: not reader.sees("#stale").is_displayed())
