"""The window's HTTP server: uvicorn over sockets that are open already, within limits, stopped in three seconds."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Final

import uvicorn
from starlette.applications import Starlette

from mailgate.errors import Permanent
from mailgate.window.http.line import IN_ALL, Doors, lines

STOP: Final = 3  # seconds until what is being answered is cut
IDLE: Final = 15  # seconds that a connection is kept for another question
BACKLOG: Final = 256
# Older ones do not hold the limits of a form, or read a request in two ways (W-29).
OLDEST: Final[Mapping[str, tuple[int, ...]]] = {"starlette": (1, 3, 1), "python-multipart": (0, 0, 27), "h11": (0, 16)}


def check_packages(installed: Callable[[str], str] = version) -> None:
    """Raises Permanent for a package that is too old to be put before strangers."""
    for name, oldest in OLDEST.items():
        found = installed(name)
        if tuple(map(int, re.findall(r"\d+", found)[:3])) < oldest:
            wanted = ".".join(map(str, oldest))
            raise Permanent(
                f"{name} {found} is too old for the web pages, {wanted} is needed: pip install 'mailgate[web]'"
            )


def server(app: Starlette, doors: Doors | None = None) -> uvicorn.Server:
    """The server of an application; `server(app).run(sockets=[...])` serves until SIGTERM or SIGINT."""
    check_packages()
    app.state.window.look.warm()
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)  # rubbish of strangers is no line of our log
    return uvicorn.Server(
        uvicorn.Config(
            app,
            http=lines(doors or Doors(app.state.window.proxies)),
            ws="none",
            loop="asyncio",
            interface="asgi3",
            lifespan="on",
            proxy_headers=False,  # we know whom we believe
            server_header=False,
            access_log=False,
            log_config=None,  # what it says goes our way
            backlog=BACKLOG,
            timeout_keep_alive=IDLE,
            timeout_graceful_shutdown=STOP,
            limit_concurrency=IN_ALL + 1,
        )
    )
