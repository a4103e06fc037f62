"""Logging in by mail, from the address typed to the session, and everything that must not log anybody in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage

import pytest
from conftest import Desk, from_agent, mail, notice_to, opened, running
from mailclients import plain_of
from starlette.testclient import TestClient
from window.conftest import Told, Window, browser, serving, window_of
from window.sessions import logged_in

from mailgate.app.admin import staff
from mailgate.core.pages.login import AN_HOUR, HOUR, TRIES, LoginPage
from mailgate.core.pages.window import Refusal
from mailgate.window.desk import Refused
from mailgate.window.login import ASKED, TRIED

ANNA, BO = "anna@staff.example", "bo@staff.example"
MINUTE = timedelta(minutes=1)
SESSION, BROWSER = "mailgate-session", "mailgate-login"


WEB = '[web]\nlisten = "127.0.0.1:8099"\nurl = "http://127.0.0.1"\n'


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
    """One desk for all: each letter is asked for an hour after the one before."""
    with running(tmp_path_factory.mktemp("desk"), more=WEB) as desk, window_of(desk) as found:
        yield found


def asked(window: Window, web: TestClient, address: str = BO) -> EmailMessage:
    """The letter that comes when somebody asks, an hour after all others."""
    window.desk.clock.ahead += HOUR
    before = len(sent(window.desk, address))
    assert web.post("/login", data={"address": address}).headers["location"] == "/login/sent"
    letters = sent(window.desk, address)
    assert len(letters) == before + 1
    return letters[-1]


def sent(desk: Desk, address: str) -> list[EmailMessage]:
    """The letters that log in, when all that was asked for until now has been written."""
    desk.gateway.store.write(lambda tx: None).result()
    return desk.letters(address, "login")


def inside(letter: EmailMessage) -> tuple[str, str]:
    """The path of its link, and its digits."""
    text = plain_of(letter)
    link, digits = re.search(r"(/login/[a-z0-9.]+)", text), re.search(r"digits: (\d{6})", text)
    assert link and digits, text
    return link[1], digits[1]


def test_a_press_in_the_browser_that_asked_logs_in_once(window: Window, web: TestClient) -> None:
    link, _ = inside(asked(window, web))
    for _ in range(3):  # W-01: looking changes nothing
        assert web.get(link).status_code == 200 and web.head(link).status_code == 200
    answer_ = web.post(link, data={"digits": ""})
    assert (answer_.status_code, answer_.headers["location"]) == (303, "/board")
    assert (
        "httponly" in answer_.headers["set-cookie"].lower() and "samesite=lax" in answer_.headers["set-cookie"].lower()
    )
    assert web.get("/board").status_code == 200
    again = web.post(link, data={"digits": ""})  # W-19
    assert again.status_code == 403 and "logged somebody in already" in again.text


def test_w18_a_scanner_that_presses_buttons_gets_nothing_and_the_digits_still_work(
    window: Window, web: TestClient
) -> None:
    link, digits = inside(asked(window, web))
    with browser(window) as scanner:
        page = scanner.get(link)
        assert 'name="digits"' in page.text and digits not in page.text
        for _ in range(3):
            assert scanner.post(link, data={"digits": ""}).status_code == 422
        assert SESSION not in scanner.cookies
    with browser(window) as phone:
        wrong = phone.post(link, data={"digits": "000000" if digits != "000000" else "111111"})
        assert wrong.status_code == 422 and "Error:" in wrong.text and "not the digits" in wrong.text
        assert phone.post(link, data={"digits": f"{digits[:3]} {digits[3:]}"}).headers["location"] == "/board"
        assert phone.get("/board").status_code == 200


def test_the_digits_alone_log_in_where_they_were_asked_for_and_nowhere_else(window: Window, web: TestClient) -> None:
    _, digits = inside(asked(window, web))
    with browser(window) as other:
        other.post("/login", data={"address": "nobody@elsewhere.example"})
        assert other.post("/login/sent", data={"digits": digits}).status_code == 403
    assert web.post("/login/sent", data={"digits": digits}).headers["location"] == "/board"


def test_digits_cannot_be_guessed(window: Window, web: TestClient) -> None:
    link, digits = inside(asked(window, web))
    for n in range(TRIES):
        assert web.post("/login/sent", data={"digits": f"{(int(digits) + n + 1) % 1000000:06d}"}).status_code == 422
    assert web.post("/login/sent", data={"digits": digits}).status_code == 403
    assert web.post(link, data={"digits": ""}).status_code == 403


def test_w17_the_page_is_the_same_for_everybody_and_letters_leave_to_agents_alone(
    window: Window, web: TestClient
) -> None:
    desk = window.desk
    desk.clock.ahead += HOUR
    before = len(sent(desk, BO))
    pages, cookies = set[str](), set[int]()
    for address in (BO, "nobody@elsewhere.example", "BO@staff.example", "bo@staff.example.evil.example"):
        with browser(window) as client:
            assert client.post("/login", data={"address": address}).status_code == 303
            cookies.add(len(client.cookies[BROWSER]))
            pages.add(client.get("/login/sent").text)
    assert len(pages) == 1 and len(cookies) == 1
    assert len(sent(desk, BO)) == before + 1 and desk.letters("nobody@elsewhere.example") == []


def test_w17_not_more_than_one_a_minute_and_three_an_hour(window: Window, web: TestClient) -> None:
    desk = window.desk
    desk.clock.ahead += HOUR
    for minutes in range(0, 12, 2):
        for _ in range(2):
            web.post("/login", data={"address": BO})
        desk.gateway.store.write(lambda tx: None).result()
        since = desk.clock() - HOUR
        written = desk.gateway.store.read(lambda read, since=since: read.sessions.asked_since("bo", since))
        assert len(written) == min(AN_HOUR, minutes // 2 + 1)
        desk.clock.ahead += 2 * MINUTE


def test_w19_a_letter_is_good_for_a_quarter_of_an_hour(window: Window, web: TestClient) -> None:
    link, digits = inside(asked(window, web))
    window.desk.clock.ahead += 16 * MINUTE
    assert web.post(link, data={"digits": digits}).status_code == 403


def test_w19_who_leaves_is_logged_out_and_their_letter_is_worth_nothing(window: Window, web: TestClient) -> None:
    link, _ = inside(asked(window, web))
    session = logged_in(window.desk, "bo")
    staff.leave(window.desk.gateway, "bo")
    assert web.post(link, data={"digits": ""}).status_code == 403
    web.cookies.set(SESSION, session)
    assert web.get("/board").headers["location"] == "/login"
    staff.welcome(window.desk.gateway, "bo")
    assert web.get("/board").headers["location"] == "/login", "who comes back logs in anew"


@pytest.mark.parametrize(
    "link", ["x", "mg.k1.0.a2q.abcdefgh.abcdefghabcdefgh", "k1.0.a2q.abcdefgh.abcdefghabcdefgh", "é" * 400]
)
def test_w03_a_link_that_is_none_logs_nobody_in(window: Window, web: TestClient, link: str) -> None:
    assert web.get(f"/login/{link}").status_code == 200
    assert web.post(f"/login/{link}", data={"digits": "123456"}).status_code == 403


def test_w13_a_page_of_somebody_else_logs_nobody_in_nor_out(window: Window, web: TestClient) -> None:
    link, digits = inside(asked(window, web))
    foreign = {"sec-fetch-site": "cross-site"}
    for path, data in (("/login", {"address": BO}), (link, {"digits": digits}), ("/login/sent", {"digits": digits})):
        assert web.post(path, data=data, headers=foreign).status_code == 403
    web.cookies.set(SESSION, logged_in(window.desk, "bo"))
    assert web.post("/bye", data={"token": "guessed"}).status_code == 403
    assert web.get("/board").status_code == 200


def test_logging_out_ends_the_session_and_not_only_the_cookie(window: Window, web: TestClient) -> None:
    session = logged_in(window.desk, "anna")
    web.cookies.set(SESSION, session)
    found = re.search(r'name="token" value="(\w+)"', web.get("/board").text)
    assert found and session not in web.get("/board").text
    gone = web.post("/bye", data={"token": found[1]})
    assert gone.headers["location"] == "/login?bye" and "You are logged out" in web.get("/login?bye").text
    with browser(window) as thief:
        thief.cookies.set(SESSION, session)
        assert thief.get("/board").headers["location"] == "/login"


def test_w20_a_cookie_that_somebody_else_chose_is_not_taken_up(window: Window, web: TestClient) -> None:
    web.cookies.set(SESSION, "chosen", domain="127.0.0.1")
    link, _ = inside(asked(window, web))
    answer_ = web.post(link, data={"digits": ""})
    assert "mailgate-session=" in answer_.headers["set-cookie"] and "chosen" not in answer_.headers["set-cookie"]


@pytest.mark.parametrize("address", ["", "x", "no at sign", "a@" + "b" * 300])
def test_what_is_no_address_is_said_beside_the_field(web: TestClient, address: str) -> None:
    page = web.post("/login", data={"address": address})
    assert page.status_code == 422 and "Enter an address" in page.text and 'aria-invalid="true"' in page.text


# --- by mail ----------------------------------------------------------------------------------------------------------


def test_board_by_mail_answers_with_a_link_that_asks_for_its_digits(window: Window) -> None:
    desk = window.desk
    before = len(sent(desk, BO))
    from_agent(desk, "#board\n", notice_to(desk, "bo", opened(desk).number), "bo")
    letters = sent(desk, BO)
    assert len(letters) == before + 1
    link, digits = inside(letters[-1])
    assert f"http://127.0.0.1{link}" in plain_of(letters[-1])
    with browser(window) as client:
        assert client.post(link, data={"digits": ""}).status_code == 422
        assert client.post(link, data={"digits": digits}).headers["location"] == "/board"


def test_board_off_ends_every_session_and_lists_them(window: Window) -> None:
    desk = window.desk
    for n in range(2):
        logged_in(desk, "anna", f"anna {n}")
    ticket = opened(desk)
    from_agent(desk, "#board off\n", notice_to(desk, "anna", ticket.number))
    assert "2 sessions have ended" in plain_of(desk.letters(ANNA, "question")[-1])
    assert desk.gateway.store.read(lambda read: read.sessions.of_agent("anna", desk.clock())) == []


def test_board_without_proof_gets_no_link(window: Window) -> None:
    before = len(window.desk.letters(ANNA, "login"))
    window.desk.send(mail("#board", sender=ANNA))
    window.desk.settle()
    assert len(window.desk.letters(ANNA, "login")) == before


def test_w17_from_one_place_not_without_end(told: Told) -> None:
    told.answers.update(
        settings=replace(told.answers["settings"], board=True),
        login=LoginPage("b", 900),
        enter=Refused(Refusal("login_digits")),
    )
    with serving(told) as client:
        for most, path, data in ((ASKED[0], "/login", {"address": BO}), (TRIED[0], "/login/x", {"digits": ""})):
            codes = [client.post(path, data=data).status_code for _ in range(most + 1)]
            assert codes[-1] == 429 and 429 not in codes[:-1]
