"""What the browser tests look with sees what is wrong: a page with each fault is complained of."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from browsing import Reader

pytestmark = pytest.mark.xdist_group("browser")

WRONG = """<!doctype html><html lang="en"><title>Wrong</title>
<main style="width: 1500px"><h1>Wrong</h1><p style="color: #ccc; background: #ddd">pale</p><img src="data:,">
<form><button style="width: 9px; padding: 0; overflow: hidden">go</button> <input id="a"></form></main>
<script>throw new Error("fell")</script>"""
RIGHT = """<!doctype html><html lang="en"><title>Right</title>
<style>a { color: #00c } body { background: #fff } input, button { height: 30px; color: #000; background: #eee }</style>
<main><h1>Right</h1><p>dark on light, and <a href="/">a link</a> within it.</p>
<form><label for="a">Name</label> <input id="a"><button>Send it</button></form></main>"""


def page(html: str) -> str:
    return "data:text/html," + quote(html)


def test_a_page_with_every_fault_is_complained_of(reader: Reader) -> None:
    reader.opens(page(WRONG))
    found = "\n".join(reader.complaints())
    assert [one for one in ("color-contrast", "image-alt", "label") if one not in found] == []
    assert len(reader.small_targets()) == 2
    assert reader.sideways() > 200
    assert "fell" in "\n".join(reader.console())


def test_a_good_page_is_not(reader: Reader) -> None:
    for width, scheme in ((320, "light"), (1280, "dark")):
        reader.sits(width, scheme)
        reader.opens(page(RIGHT))
        assert reader.complaints() == []
        assert (reader.small_targets(), reader.sideways(), reader.console(), reader.printed()) == ([], 0, [], 1)
        assert reader.tabs(3)[1:] == ["a", "Send it"]


def test_a_reader_has_what_is_asked_for(reader: Reader) -> None:
    asks = "return [navigator.language, innerWidth, matchMedia('(prefers-color-scheme: dark)').matches]"
    reader.sits(390, "dark", "fi")
    assert reader.driver.execute_script(asks) == ["fi", 390, True]
    with reader.without_scripts():
        reader.opens(page(WRONG))
    assert reader.console() == []
