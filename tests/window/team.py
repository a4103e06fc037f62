"""An agent before the team's pages, and buttons pressed as a browser does."""

from __future__ import annotations

import html
import re
import time
from typing import Any

from conftest import PATIENCE, Desk
from starlette.testclient import TestClient
from window.sessions import logged_in

from mailgate.window.http import cookies
from mailgate.wire.words import say


def log_in(desk: Desk, web: TestClient, agent: str = "anna") -> str:
    """The secret of a new session of that agent's, which the browser has from now on."""
    secret = logged_in(desk, agent)
    web.cookies.set("mailgate-session", secret)
    return secret


def pressed(web: TestClient, number: int, command: str, session: str, **fields: str) -> Any:
    """What a button of a ticket's page answers."""
    form = {"command": command, "token": cookies.token(session), **fields}
    return web.post(f"/board/tickets/{number}", data=form, headers={"sec-fetch-site": "same-origin"})


def press(web: TestClient, number: int, command: str, session: str, **fields: str) -> Any:
    """The same, once it is decided: a busy machine may take longer than people wait for."""
    answer = pressed(web, number, command, session, **fields)
    until = time.monotonic() + PATIENCE
    while answer.status_code == 303 and "?act=" in answer.headers["location"]:
        if say("en", "page.thread.hand") not in seen(web.get(answer.headers["location"])) or time.monotonic() > until:
            break
        time.sleep(0.05)
    return answer


def after(web: TestClient, answer: Any) -> str:
    """The words of the page that a button led to."""
    assert answer.status_code == 303, answer.text
    return seen(web.get(answer.headers["location"]))


def seen(page: Any) -> str:
    """The words of a page, without its marks."""
    text = re.sub(r"<(script|style)\b.*?</\1>", " ", page.text, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())
