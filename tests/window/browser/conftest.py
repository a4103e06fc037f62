"""One Chromium and one desk with its window for every test of a browser; whoever is without one is told how to get it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from browsing import Reader, reading
from conftest import PATIENCE, Desk, from_agent, mail, notice_to, running
from window.conftest import Window, listening, window_of
from window.sessions import logged_in, page_path, wall_put_up

WEB = """
[[agent]]
name = "aino"
address = "aino@staff.example"
departments = ["support"]
role = "lead"
language = "fi"

[web]
listen = "127.0.0.1:8080"
url = "http://127.0.0.1:{port}"
act = "all"

[web.form]
embed_on = ["http://localhost:{neighbour}"]
rate = "100/10m"
topics = [
  {{ name = "support", text = {{ en = "Something is broken", fi = "Jokin on rikki" }}, department = "support" }},
  {{ name = "quote", text = {{ en = "A quote", fi = "Tarjouspyyntö" }}, department = "sales" }},
]
"""


@dataclass
class Shown:
    """A desk whose pages are served: `base` is where; `neighbour` is the port of a site of somebody else."""

    window: Window
    base: str
    neighbour: int
    sessions: dict[str, str] = field(default_factory=dict)
    wall: str = ""

    def session(self, agent: str) -> str:
        """The secret of a session of theirs, one for all tests."""
        if agent not in self.sessions:
            self.sessions[agent] = logged_in(self.desk, agent)
        return self.sessions[agent]

    def link(self, customer: str) -> str:
        """The address of their page of their newest ticket."""
        ticket = max((one for one in self.desk.tickets() if one.requester.addr == customer), key=lambda one: one.number)
        return f"{self.base}{page_path(self.desk, ticket, ticket.requester)}"

    @property
    def desk(self) -> Desk:
        """The running desk."""
        return self.window.desk


@contextmanager
def neighbourly(framed: str) -> Iterator[int]:
    """A site of somebody else that shows a page in a frame; its port. `localhost` and `127.0.0.1` are two origins."""
    html = (
        f'<!doctype html><html lang="en"><title>Shop</title><h1>Shop</h1><iframe title="Form" src="{framed}"></iframe>'
    )

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *said: object) -> None:
            pass

    site = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=site.serve_forever, name="neighbour", daemon=True)
    thread.start()
    try:
        yield site.server_address[1]
    finally:
        site.shutdown()
        site.server_close()
        thread.join(PATIENCE)


def filled(desk: Desk) -> None:
    """A little of everything: answered and not, late, in two languages."""
    first = desk.of_mail(desk.send(mail("Broken lamp", "The lamp does not work.\n")))
    from_agent(desk, "We send a new one.\n", notice_to(desk, "anna", first.number))
    desk.send(mail("Where is my order?", "It was to come on Monday.\n", sender="Tom Hale <tom@customer.example>"))
    desk.send(
        mail(
            "Lamppu on rikki",
            "Hei, keittiön lamppu ei pala enää eikä kytkin auta. Voisitteko lähettää uuden? Kiitos!\n",
            sender="Ville Koski <ville@customer.example>",
        )
    )


def shelved(folder: Path) -> None:
    """An article in two languages."""
    shelf = folder / "templates" / "articles"
    shelf.mkdir(parents=True)
    (shelf / "lamps.en.md").write_text(
        "title: Changing a lamp\n---\nTurn it *left*.\n\n1. Off\n2. Out\n\n## Then\n\nGo on.\n"
    )
    (shelf / "lamps.fi.md").write_text("title: Lampun vaihto\n---\nKierrä *vasemmalle*.\n")


@contextmanager
def showing(folder: Path) -> Iterator[Shown]:
    """A desk, its window and its neighbour."""
    shelved(folder)
    with socket.create_server(("127.0.0.1", 0)) as bound:  # visitors of now wait in its queue
        port = bound.getsockname()[1]
        base = f"http://127.0.0.1:{port}"
        with (
            neighbourly(f"{base}/contact/embed") as neighbour,
            running(folder, more=WEB.format(port=port, neighbour=neighbour)) as desk,
            window_of(desk) as window,
            listening(window, bound),
        ):
            found = Shown(window, base, neighbour, wall=wall_put_up(desk, "hall", agents=True))
            filled(desk)
            yield found


@pytest.fixture(scope="session")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    """The desk of the session: nobody changes what another test looks at."""
    with showing(tmp_path_factory.mktemp("shown")) as found:
        yield found


@pytest.fixture(scope="session")
def chromium() -> Iterator[Reader]:
    """The browser of the session."""
    with reading() as found:
        yield found


@pytest.fixture
def reader(chromium: Reader) -> Iterator[Reader]:
    """Somebody who has opened nothing yet, with a wide screen, by day, in English."""
    chromium.sits()
    yield chromium
    chromium.forgets()
