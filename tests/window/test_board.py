"""The board and the wall as pages: whose they are, that they keep themselves fresh, and what stands in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest
from click.testing import CliRunner
from conftest import mail, running
from starlette.testclient import TestClient
from window.conftest import HERE, Told, Window, browser, serving, window_of
from window.sessions import logged_in, wall_put_up

from mailgate.cli import cli
from mailgate.core.pages.board import BoardAsked, BoardPage, Day, Pressing, Promises, Share, Tiles
from mailgate.core.pages.wall import WallPage
from mailgate.core.pages.window import Refusal, WindowSettings
from mailgate.languages import LANGUAGES
from mailgate.window import board
from mailgate.window.desk import Away, Refused
from mailgate.window.look import Look
from mailgate.window.watched import Shared, Streams

NOW = datetime(2026, 11, 28, 13, 22, tzinfo=UTC)
H = timedelta(hours=1)
LATE = Pressing(1042, "Lamp <b>dark</b>", "Maija Virtanen", "fi", "support", "Anna", "open", "urgent", NOW - 50 * H)
PAGE = BoardPage(
    NOW, "m1", "", 0, "en", Tiles(1, 2, 3, 4, 5, 6, 7, 3, True, (2, 0, 0, 1, 0)),
    Promises((0,) * 11 + (2, 3) + (0,) * 23, 12, 9, 3),
    (LATE, replace(LATE, number=7, subject="Later", owner="", due=NOW + 2 * H, priority="normal")),
    (Share("support", 1, 2, 3, 4, 5),), (Share("Anna Virtanen", 0, 2),),
    tuple(Day(NOW - timedelta(days=n), n, 14 - n) for n in range(13, -1, -1)),
)  # fmt: skip
WALL = WallPage(NOW, "w1", "en", PAGE.tiles, PAGE.promises, PAGE.departments, (Share("Anna", 0, 2),), PAGE.days)


def settings(**more: Any) -> WindowSettings:
    return WindowSettings(
        name="Acme", language="en", languages=LANGUAGES, timezone="Europe/Helsinki", board=True, **more
    )


@pytest.fixture
def desk(told: Told) -> Told:
    told.answers.update(settings=settings(), board=PAGE, wall=WALL)
    return told


@pytest.fixture
def client(desk: Told) -> Iterator[TestClient]:
    with serving(desk) as found:
        found.cookies.set("mailgate-session", "secret")
        yield found


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_the_board_has_all_it_promises(client: TestClient) -> None:
    answer = client.get("/board")
    text = plain(answer.text)
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
    assert "<title>5 overdue · Acme</title>" in answer.text
    for words in ("as of 15:22", "in nobody’s hands", "in hand", "on hold", "solved since midnight, 7 came in", "9 were due more than",
                  "waits for a decision 2, may not have left 1", "Lamp &lt;b&gt;dark&lt;/b&gt;", "2 d late", "in 2 h",
                  "Maija Virtanen · fi · support · Anna · urgent", "nobody yet", "Sat 28 Nov 0 14"):  # fmt: skip
        assert words in text, words
    assert 'href="/board/tickets/1042"' in answer.text and 'lang="fi"' in answer.text
    assert '<meta http-equiv="refresh" content="30">' in answer.text


def test_no_page_has_a_style_or_a_script_of_its_own(client: TestClient) -> None:
    for path in ("/board", "/wall/x"):
        html = client.get(path).text
        assert not re.search(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=", html), path


def test_what_is_renewed_is_a_part_of_the_page(client: TestClient) -> None:
    for path in ("/board", "/wall/x"):
        whole, part = client.get(path).text, client.get(f"{path}?part").text
        assert part in whole and part.startswith("<h1") and "<html" not in part


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_board_is_in_its_agents_language(desk: Told, client: TestClient, language: str) -> None:
    desk.answers["board"] = replace(PAGE, language=language)
    answer = client.get("/board", headers={"accept-language": "en" if language != "en" else "fi"})
    assert f'<html lang="{language}"' in answer.text and answer.headers["content-language"] == language
    assert ("Most pressing" in answer.text) is (language == "en") and "page." not in plain(answer.text)


def test_a_quiet_desk_is_praised(desk: Told, client: TestClient) -> None:
    quiet = replace(PAGE, tiles=Tiles(0, 0, 0, 0, 0, 0, 0, 0), promises=Promises((0,) * 36), pressing=(), agents=())
    desk.answers["board"] = quiet
    text = plain(client.get("/board").text)
    assert (
        "overdue: none, well done" in text and "Nothing waits for an answer" in text and "Nobody has a ticket" in text
    )


def test_the_files_are_as_light_as_they_are_said_to_be(desk: Told, client: TestClient) -> None:
    full = replace(PAGE, pressing=tuple(replace(LATE, number=n) for n in range(9)), agents=PAGE.agents * 15,
                   departments=PAGE.departments * 8, promises=Promises((7,) * 36, 12, 400, 99))  # fmt: skip
    desk.answers["board"] = full
    assert len(client.get("/board").content) < 30_000
    assert len(Look().files["board.js"]) < 1_400


@pytest.mark.parametrize("path", ["/board", "/board?part", "/board/events"])
def test_without_a_session_one_is_led_to_the_log_in(desk: Told, path: str) -> None:
    desk.answers["board"] = Refused(Refusal("login"))
    with serving(desk) as client:
        assert client.get(path).headers["location"] == "/login"
        client.cookies.set("mailgate-session", "over")
        assert client.get(path).headers["location"] == "/login"


def test_there_is_no_board_where_the_admin_wants_none(desk: Told, client: TestClient) -> None:
    desk.answers["settings"] = replace(settings(), board=False)
    assert client.get("/board").status_code == 404


def test_w03_a_wall_that_is_none_is_no_page(desk: Told, client: TestClient) -> None:
    desk.answers["wall"] = Refused(Refusal("gone"))
    assert client.get("/wall/guessed").status_code == 404


def test_w42_a_wall_has_no_button_no_link_and_no_words_of_anybody(window: Window, web: TestClient) -> None:
    window.desk.send(mail("Secret subject", "Secret words", sender="Maija Virtanen <maija@customer.example>"))
    for agents in (False, True):
        html = web.get(f"/wall/{wall_put_up(window.desk, 'hall', agents=agents)}").text
        assert not re.search("secret|maija|virtanen|staff.example|customer.example|<button|<form|<input", html, re.I)
        assert set(re.findall(r'<a [^>]*href="([^"]*)', html)) == {"#main"}


def test_w21_the_board_of_one_department_shows_nothing_of_another(tmp_path: Path) -> None:
    cai = '[[agent]]\nname = "cai"\naddress = "cai@staff.example"\ndepartments = ["sales"]\n'
    with running(tmp_path, more=cai) as desk, window_of(desk) as window, browser(window) as client:
        desk.send(mail("Lamp is dark", sender="maija@customer.example"))
        desk.send(mail("A quote", sender="ville@customer.example", to="sales@acme.example"))
        client.cookies.set("mailgate-session", logged_in(desk, "cai"))
        html = client.get("/board").text
        assert "A quote" in html and "Lamp is dark" not in html and ">support<" not in html
        client.cookies.set("mailgate-session", logged_in(desk, "anna"))  # who leads
        html = client.get("/board").text
        assert "A quote" in html and "Lamp is dark" in html and ">support<" in html


# --- many who watch ---------------------------------------------------------------------------------------------------


class Watching:
    """A desk, its boards, and a clock that a test moves."""

    def __init__(self) -> None:
        self.now, self.asked, self.page = 100.0, list[str](), PAGE
        self.over: set[str] = set()
        self.boards = board.Boards(Shared(lambda: self.now))

    async def ask(self, verb: str, asked: BoardAsked) -> BoardPage:
        self.asked.append(asked.session)
        if asked.session in self.over:
            raise Refused(Refusal("login"))
        return self.page

    def look(self, *sessions: str) -> list[str]:
        """What each sees: the page's mark, or the code of a refusal."""
        request: Any = type("Request", (), {})()
        request.app = type("App", (), {"state": type("State", (), {"window": type("W", (), {"desk": self})()})()})()

        async def one(session: str) -> str:
            try:
                return (await self.boards.of(request, session))[0].mark
            except Refused as refused:
                return refused.refusal.code

        async def all_() -> list[str]:
            return [await one(session) for session in sessions]

        return anyio.run(all_)


def test_five_hundred_who_watch_ask_the_desk_once_in_two_seconds() -> None:
    watching, names = Watching(), [str(n) for n in range(500)]
    watching.look(*names)
    assert len(watching.asked) == 500, "each session is asked for once"
    watching.asked.clear()
    for _ in range(20):  # for twenty seconds, twice a second
        for _ in range(2):
            watching.now += 0.5
            assert set(watching.look(*names)) == {"m1"}
    assert len(watching.asked) <= 11


def test_w20_a_session_that_ended_is_no_more_when_the_next_look_is_made() -> None:
    watching = Watching()
    assert watching.look("anna", "bo") == ["m1", "m1"]
    watching.over.add("bo")
    watching.page = replace(PAGE, ended=1)
    watching.now += 2
    assert watching.look("anna", "bo") == ["m1", "login"]


def test_a_session_is_not_believed_for_ever() -> None:
    watching = Watching()
    watching.look("anna")
    watching.over.add("anna")
    watching.now += board.KNOWN + 1
    assert watching.look("anna") == ["login"]


def test_who_sees_other_departments_has_another_board() -> None:
    watching = Watching()
    watching.look("anna")
    watching.page = replace(PAGE, scope="sales", mark="m2")
    assert watching.look("bo", "anna", "bo") == ["m2", "m1", "m2"]


def events(answers: list[Any]) -> str:
    """What a stream says whose looks give these."""
    left = iter(answers)

    async def look() -> tuple[str, str]:
        one = next(left)
        if isinstance(one, Exception):
            raise one
        return one, "15:22"

    async def heard() -> str:
        response: Any = await Streams().events(object(), look, beat=0)  # type: ignore[arg-type]
        return "".join([piece async for piece in response.body_iterator])

    return anyio.run(heard)


def test_events_say_whether_the_page_is_another_one() -> None:
    said = events(["a", "a", "b", Away("line"), "b", Refused(Refusal("login"))])
    assert re.findall(r"event: (\w+)", said) == ["changed", "same", "changed", "same", "changed"]
    assert said.count("data: 15:22") == 4 and said.startswith("retry: 5000")


def test_w30_the_fifty_first_stream_is_told_to_ask_now_and_then() -> None:
    async def look() -> tuple[str, str]:
        return "a", "15:22"

    async def crowd() -> list[int]:
        streams, found, open_ = Streams(2), [], []
        for _ in range(3):
            response: Any = await streams.events(object(), look, beat=3600)  # type: ignore[arg-type]
            found.append(response.status_code)
            if response.status_code == 200:
                stream = response.body_iterator
                await anext(stream)
                open_.append(stream)
        await open_[0].aclose()
        again: Any = await streams.events(object(), look, beat=3600)  # type: ignore[arg-type]
        await open_[1].aclose()
        return [*found, again.status_code]

    assert anyio.run(crowd) == [200, 200, 204, 200]


def test_an_event_stream_is_no_page_that_is_kept(
    desk: Told, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def once(self: Streams, request: Any, look: Any, beat: float = 0) -> Any:
        mark, at = await look()
        return board.Response(f"{mark} {at}")

    monkeypatch.setattr(Streams, "events", once)
    assert client.get("/board/events").text == "m1 15:22"
    assert client.get("/wall/x/events").text == "w1 15:22"
    assert client.get(f"{HERE}/wall/x/events").headers["cache-control"] == "no-store"


# --- at the shell -----------------------------------------------------------------------------------------------------


def test_a_wall_is_made_shown_once_and_ended_at_the_shell(pages_at: Any, tmp_path: Path) -> None:
    with pages_at(tmp_path) as here:

        def shell(*command: str) -> tuple[int, str]:
            call = ["--config", str(here.desk.folder / "mailgate.toml"), "window", "wall", *command]
            done = CliRunner().invoke(cli, call)
            return done.exit_code, done.output + str(done.exception or "")

        address = shell("add", "hall")[1].strip()
        assert re.fullmatch(rf"{HERE}/wall/[\w-]{{24}}", address) and here.client.get(address).status_code == 200
        assert "already" in shell("add", "hall")[1] and "no name" in shell("add", "Hall!")[1]
        listed = shell("list")[1]
        assert "hall" in listed and "counts alone" in listed and address.rpartition("/")[2] not in listed
        assert shell("revoke", "hall") == (0, "wall hall shows nothing any more\n")
        with browser(here.window) as fresh:
            assert fresh.get(address).status_code == 404
        assert "no wall 'hall'" in shell("revoke", "hall")[1] and "There is no wall." in shell("list")[1]
