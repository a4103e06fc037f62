"""A customer's page in a real browser: without scripts, from the keyboard, on paper; looking at it changes nothing."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from browsing import Reader
from conftest import mail
from window.browser.conftest import Shown

from mailgate.core.model.ticket import Status

pytestmark = pytest.mark.xdist_group("browser")


def press(reader: Reader, act: str) -> None:
    """Press what does this, and wait for the page that says so."""
    reader.presses(reader.sees(f"form:has([value={act}]) button"))
    assert reader.sees(".done-note").text


@pytest.mark.parametrize("scripts", [True, False])
def test_a_customer_writes_closes_and_opens_again_by_forms(reader: Reader, shown: Shown, scripts: bool) -> None:
    desk, name = shown.desk, f"kaisa{scripts:d}"
    number = desk.of_mail(desk.send(mail("A chair is broken", sender=f"Kaisa <{name}@customer.example>"))).number
    with ExitStack() as still:
        if not scripts:
            still.enter_context(reader.without_scripts())
        reader.opens(shown.link(f"{name}@customer.example"))
        reader.sees("#text").send_keys("And a leg is missing.")
        reader.presses(reader.sees("form:has(#text) button"))
        assert reader.sees(".done-note").text
        desk.settle()
        reader.opens(shown.link(f"{name}@customer.example"))
        assert "And a leg is missing." in reader.sees(".talk").text
        press(reader, "close")
        desk.settle()
        assert desk.ticket(number).status is Status.SOLVED
        reader.opens(shown.link(f"{name}@customer.example"))
        press(reader, "reopen")
        desk.settle()
    assert desk.ticket(number).status in (Status.NEW, Status.OPEN)


def test_w01_w02_a_browser_that_runs_everything_changes_nothing_by_looking(reader: Reader, shown: Shown) -> None:
    desk = shown.desk
    number = desk.of_mail(desk.send(mail("A table is scratched", sender="Outi <outi@customer.example>"))).number
    desk.settle()
    before, mails = desk.ticket(number), desk.gateway.store.read(lambda read: read.report.audit())
    for _ in range(3):
        reader.opens(shown.link("outi@customer.example"))
        reader.sees(".talk")
    desk.settle()
    assert desk.ticket(number) == before
    assert desk.gateway.store.read(lambda read: read.report.audit()) == mails, "no mail came of it"
    assert reader.cdp("Network.getCookies")["cookies"] == []


def test_a_short_thread_is_one_sheet_of_paper_without_forms(reader: Reader, shown: Shown) -> None:
    reader.opens(shown.link("tom@customer.example"))
    assert reader.printed() == 1
    reader.cdp("Emulation.setEmulatedMedia", media="print")
    assert [one for one in reader.all("form") if one.is_displayed()] == []
    reader.cdp("Emulation.setEmulatedMedia", media="")
    reader.sits()
