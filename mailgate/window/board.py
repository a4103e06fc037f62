"""The team's board and the wall: pages that keep themselves fresh, drawn once for all who watch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from mailgate.core.pages.board import BoardAsked, BoardPage, Tiles
from mailgate.core.pages.wall import WallAsked, WallPage
from mailgate.core.pages.window import WindowSettings
from mailgate.window import charts, inside, pages
from mailgate.window.desk import Refused
from mailgate.window.http import cookies
from mailgate.window.watched import Shared, Streams
from mailgate.wire.words import Phrases

KNOWN: Final = 60.0  # seconds a session is believed, unless any of them ends meanwhile
MOST: Final = 5_000  # sessions that are remembered
KINDS: Final = ("parked", "trapped", "quarantined", "uncertain", "bounced")


@dataclass(slots=True)
class Boards:
    """The boards of all sessions: those who see the same share one answer of the desk."""

    shared: Shared = field(default_factory=Shared)
    streams: Streams = field(default_factory=Streams)
    _sessions: dict[str, tuple[float, str, str]] = field(default_factory=dict)  # until when, scope, language
    _ended: int = -1

    async def of(self, request: Request, session: str) -> tuple[BoardPage, str]:
        """The board a session sees, and its agent's language. Raises Refused and Away."""
        until, scope, language = self._sessions.get(session, (0.0, "", ""))
        if self.shared.tick() < until:
            found: BoardPage | None = self.shared.newest(scope)
            if found is None:
                found = await self.shared.ask(scope, lambda: self._ask(request, session))
            if session in self._sessions:
                return found, language
        found = await self._ask(request, session)
        self.shared.keep(found.scope, found)
        return found, found.language

    async def _ask(self, request: Request, session: str) -> BoardPage:
        try:
            found: BoardPage = await pages.ask(request, "board", BoardAsked(session))
        except Refused:
            self._sessions.pop(session, None)
            raise
        if found.ended != self._ended or len(self._sessions) >= MOST:  # a session has ended: which ones stand is open
            self._sessions.clear()
            self._ended = found.ended
        self._sessions[session] = (self.shared.tick() + KNOWN, found.scope, found.language)
        return found


def boards(request: Request) -> Boards:
    """Those of this application."""
    if not hasattr(request.app.state, "boards"):
        request.app.state.boards = Boards()
    kept: Boards = request.app.state.boards
    return kept


async def session(request: Request) -> tuple[str, WindowSettings]:
    """The session of whoever asks, "" where there is none. Raises HTTPException 404 where there is no board."""
    known = await inside.settings(request)
    return cookies.read(request, known, inside.SESSION), known


async def board(request: Request) -> Response:
    """The board, or with `?part` what of it is renewed."""
    secret, known = await session(request)
    if not secret:
        return RedirectResponse("/login", 303)
    here = boards(request)
    page, language = await here.of(request, secret)
    key = ("board", page.scope, page.mark, page.at, language)
    part = here.shared.draw(key, lambda: _draw(request, "board_part.html", language, known, page))
    if "part" in request.query_params:
        return HTMLResponse(part)
    return await pages.show(
        request, "board.html", language=language, part=part, b=page, here="board", token=cookies.token(secret)
    )


async def events(request: Request) -> Response:
    """Every few seconds: is the board another one?"""
    secret, known = await session(request)
    here = boards(request)

    async def look() -> tuple[str, str]:
        page, language = await here.of(request, secret)
        return page.mark, Phrases(language, known.timezone, page.at).clock(page.at)

    return await here.streams.events(request, look)


async def wall(request: Request) -> Response:
    """One wall, or with `?part` what of it is renewed."""
    known, page = await _wall(request)
    key = ("wall", bool(page.agents), page.mark, page.at)
    part = boards(request).shared.draw(key, lambda: _draw(request, "wall_part.html", page.language, known, page))
    if "part" in request.query_params:
        return HTMLResponse(part)
    return await pages.show(request, "wall.html", language=page.language, part=part, b=page)


async def wall_events(request: Request) -> Response:
    """Every few seconds: is the wall another one?"""

    async def look() -> tuple[str, str]:
        known, page = await _wall(request)
        return page.mark, Phrases(page.language, known.timezone, page.at).clock(page.at)

    return await boards(request).streams.events(request, look)


async def _wall(request: Request) -> tuple[WindowSettings, WallPage]:
    known = await pages.settings(request)
    asked = WallAsked(request.path_params["token"][:200])
    page: WallPage = await boards(request).shared.ask(asked, lambda: pages.ask(request, "wall", asked))
    return known, page


def _draw(request: Request, template: str, language: str, known: WindowSettings, page: BoardPage | WallPage) -> str:
    """What of a board or a wall is renewed, in a language."""
    speech = Phrases(language, known.timezone, page.at)
    says: Callable[..., str] = speech.say
    tall = isinstance(page, WallPage)
    late = sum(page.promises.hours[: page.promises.past]) + page.promises.older
    columns = [
        charts.Column(speech.weekday(one.at), str(one.at.astimezone(speech.zone).day), one.came, one.solved,
                      one is page.days[-1], speech.day(one.at))
        for one in page.days
    ]  # fmt: skip
    values: Mapping[str, object] = {
        "b": page,
        "kinds": kinds(page.tiles),
        "strip": charts.strip(
            page.promises, page.at, known.timezone, says("page.board.earlier"), speech.clock, tall=tall
        ),
        "strip_says": says("page.board.strip", late=late, soon=page.promises.soon),
        "hours": charts.hours(page.promises, page.at, speech.when),
        "columns": columns,
        "days": charts.columns(columns),
        "now": page.at,
    }
    return pages.of(request).look.html(template, language, known.timezone, values, page.at)


def kinds(tiles: Tiles) -> list[tuple[str, int]]:
    """What we hold, by kind, without those there are none of."""
    return [(name, n) for name, n in zip(KINDS, tiles.kinds, strict=True) if n]


routes: Final = (
    Route("/board", board),
    Route("/board/events", events),
    Route("/wall/{token}", wall),
    Route("/wall/{token}/events", wall_events),
)
