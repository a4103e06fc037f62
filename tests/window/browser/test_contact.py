"""The form in a real browser: without scripts, from the keyboard, with a file, in a frame of somebody else's site."""

from __future__ import annotations

from pathlib import Path

import pytest
from browsing import Reader
from window.browser.conftest import Shown

pytestmark = pytest.mark.xdist_group("browser")


def fill_in(reader: Reader, words: str) -> None:
    """As a person does it, who takes a while."""
    reader.sees("#name").send_keys("Maija Virtanen")
    reader.sees("#address").send_keys("maija@customer.example")
    reader.chooses("#topic", "support")
    reader.sees("#subject").send_keys("Broken lamp")
    reader.sees("#text").send_keys(words)
    reader.driver.execute_script("document.getElementsByName('begun')[0].value -= 60_000")


def sent(shown: Shown, words: str) -> list[str]:
    """The files of the one ticket that says so."""
    tickets = [shown.desk.ticket(one.number) for one in shown.desk.tickets()]
    found = [one for one in tickets if words in one.entries[0].text]
    assert len(found) == 1 and found[0].requester.addr == "maija@customer.example"
    return [file.name for file in found[0].entries[0].attachments]


@pytest.mark.parametrize("scripts", [True, False])
def test_a_message_with_a_file_becomes_a_ticket(reader: Reader, shown: Shown, tmp_path: Path, scripts: bool) -> None:
    words = f"It is dark {'with' if scripts else 'without'} scripts."
    (tmp_path / "lamp.txt").write_text("a picture of it")

    def write() -> None:
        reader.opens(f"{shown.base}/contact")
        fill_in(reader, words)
        reader.sees("#files").send_keys(str(tmp_path / "lamp.txt"))
        reader.presses(reader.sees("form button"))
        assert reader.driver.current_url.startswith(f"{shown.base}/contact/thanks")

    if scripts:
        write()
    else:
        with reader.without_scripts():
            write()
    shown.desk.settle()
    assert sent(shown, words) == ["lamp.txt"]


def test_words_stay_and_the_fault_is_named_and_led_to(reader: Reader, shown: Shown) -> None:
    reader.opens(f"{shown.base}/contact")
    fill_in(reader, "It is dark.")
    reader.sees("#address").clear()
    reader.presses(reader.sees("form button"))
    assert reader.sees("#text").get_attribute("value") == "It is dark."
    assert reader.driver.title.startswith("Error")
    reader.sees("#errors a").click()
    assert reader.driver.switch_to.active_element.get_attribute("id") == "address"


def test_from_the_keyboard_fields_come_in_the_order_they_are_read(reader: Reader, shown: Shown) -> None:
    reader.opens(f"{shown.base}/contact")
    order = reader.tabs(12)
    assert [one for one in order if one in ("name", "address", "topic", "subject", "text", "files", "Send")] == [
        "name", "address", "topic", "subject", "text", "files", "Send",
    ]  # fmt: skip
    assert "content" in order[0].lower(), "the first is the way past what stands on every page"
    assert "url" not in order, "what is there for robots is met by nobody"


def test_w14_the_form_works_in_the_frame_of_a_site_that_is_named(reader: Reader, shown: Shown) -> None:
    reader.opens(f"http://localhost:{shown.neighbour}/")
    reader.driver.switch_to.frame(reader.sees("iframe"))
    fill_in(reader, "It is dark in the shop.")
    reader.sees("form button").click()
    reader.sees(".done-note")
    reader.driver.switch_to.default_content()
    shown.desk.settle()
    assert sent(shown, "It is dark in the shop.") == []
    assert reader.console() == []


def test_w14_another_site_shows_no_form(reader: Reader, shown: Shown) -> None:
    reader.opens(f"http://127.0.0.1:{shown.neighbour}/")
    reader.driver.switch_to.frame(reader.sees("iframe"))
    assert reader.all("form") == []
    reader.driver.switch_to.default_content()
    assert "frame-ancestors" in "\n".join(reader.console())
