"""The window's process: it answers on sockets that are open already, asks the daemon alone, and is shut in before."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NoReturn

import uvicorn

from mailgate import log as logs
from mailgate import systemd
from mailgate.core.pages.window import SettingsAsked
from mailgate.edge.window import sandbox
from mailgate.edge.window.sock import NAME as SOCKET
from mailgate.window.app import create_app
from mailgate.window.desk import Away, Desk, Refused
from mailgate.window.serve import server

log = logging.getLogger(__name__)

BEAT: Final = 5.0  # seconds between two signs of life to the daemon, and to systemd
QUEUE: Final = 128  # connections that the kernel holds until we come to them


__all__ = ["SOCKET", "alone", "child", "listening"]


def child(line: int, doors: Sequence[int], level: str, form: str) -> NoReturn:
    """The daemon's child: it has its end of a line to it, and listens on `doors`; ends when the daemon is gone."""
    logs.set_up(level, form)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    sandbox.limit()
    sockets = [socket.socket(fileno=each) for each in doors]
    asyncio.run(_serve(sockets, Desk(line=socket.socket(fileno=line)), shut_in=True))
    logging.shutdown()
    os._exit(0)  # a thread that hangs keeps nobody


def alone(doors: Sequence[socket.socket], path: Path) -> None:
    """A process that somebody else has started: it asks the daemon at its socket, whenever that is there."""
    sandbox.limit()
    asyncio.run(_serve(doors, Desk(str(path)), shut_in=False))


async def _serve(doors: Sequence[socket.socket], desk: Desk, *, shut_in: bool) -> None:
    """Until we are told to stop. `shut_in`: the line to the daemon is there, so nobody needs to be connected to."""
    pages = server(create_app(desk))
    pages.config.load()
    files, calls = sandbox.shut_files(), shut_in and sandbox.shut_calls()
    if not files or (shut_in and not calls):
        log.warning("this kernel does not shut the window in", extra={"files": files, "calls": calls})
    beating = asyncio.create_task(_beat(desk, pages, ends=shut_in))
    systemd.tell("READY=1")
    log.info("the window is open", extra={"at": [_place(each) for each in doors]})
    try:
        await pages.serve(sockets=list(doors))
    finally:
        systemd.tell("STOPPING=1")
        beating.cancel()
        await desk.close()


async def _beat(desk: Desk, pages: uvicorn.Server, *, ends: bool) -> None:
    """Tell those who watch us that we are at work; with `ends` there is no work without the daemon."""
    away = False
    while True:
        systemd.tell("WATCHDOG=1")
        try:
            with contextlib.suppress(Refused):
                await desk.ask("settings", SettingsAsked())
            if away:
                log.info("the daemon answers again")
            away = False
        except Away as error:
            if not away:  # its socket may be elsewhere, or not for us: visitors are told of a minute, for ever
                log.warning("the daemon does not answer", extra={"error": str(error)})
            away = True
            if ends and desk.lost:  # one that is slow to answer is still there
                pages.should_exit = True
                return
        await asyncio.sleep(BEAT)


def listening(host: str, port: int, path: Path | None, handed: int | None) -> list[socket.socket]:
    """The sockets of a place to listen. Raises OSError."""
    if handed is not None:
        return [socket.socket(fileno=handed)]
    if path is not None:
        return [_unix(path)]
    found = []
    for family, _, _, _, address in dict.fromkeys(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)):
        found.append(socket.create_server(address, family=family, backlog=QUEUE))
    return found


def _unix(path: Path) -> socket.socket:
    if path.is_socket():
        path.unlink()
    door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        door.bind(str(path))
        path.chmod(0o660)
        door.listen(QUEUE)
    except OSError:
        door.close()
        raise
    return door


def _place(door: socket.socket) -> str:
    with contextlib.suppress(OSError):
        name = door.getsockname()
        return name if isinstance(name, str) else f"{name[0]}:{name[1]}"
    return "?"
