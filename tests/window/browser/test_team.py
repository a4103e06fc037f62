"""An agent in a real browser: logs in by mail, takes a ticket by a button, leaves; all from the keyboard or without scripts."""

from __future__ import annotations

import re

import pytest
from browsing import Reader
from conftest import mail, whole
from window.browser.conftest import Shown

pytestmark = pytest.mark.xdist_group("browser")


def test_an_agent_logs_in_by_the_letter_and_out(reader: Reader, shown: Shown) -> None:
    with reader.without_scripts():
        reader.opens(f"{shown.base}/board")
        assert reader.driver.current_url == f"{shown.base}/login"
        reader.sees("#address").send_keys("bo@staff.example")
        reader.presses(reader.sees("form button"))
        shown.desk.settle()
        letter = whole(shown.desk.letters("bo@staff.example", "login")[-1])
        link = re.findall(rf"{shown.base}/login/[a-z0-9.]+", letter)[0]
        for _ in range(2):
            reader.opens(link)  # looking spends nothing
        reader.presses(reader.sees("main form button"))
        assert reader.driver.current_url == f"{shown.base}/board"
        assert reader.sees(".tiles").text
        reader.presses(reader.sees("form.bye button"))
        reader.opens(f"{shown.base}/board")
        assert reader.driver.current_url == f"{shown.base}/login"


def test_an_agent_takes_a_ticket_by_a_button(reader: Reader, shown: Shown) -> None:
    desk = shown.desk
    number = desk.of_mail(desk.send(mail("Nobody has this one"))).number
    reader.has_cookie(shown.base, "mailgate-session", shown.session("anna"))
    reader.opens(f"{shown.base}/board/tickets/{number}")
    reader.presses(reader.sees("button[value=take]"))
    desk.settle()
    assert desk.ticket(number).owner == "anna"
    assert reader.console() == []
