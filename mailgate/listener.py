"""The listener: a process that speaks SMTP and LMTP with strangers, and has neither a database nor a key that signs."""

from __future__ import annotations

import asyncio
import gc
import ipaddress
import logging
import os
import resource
import signal
import socket
import ssl
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final, NoReturn

from mailgate import log as logs
from mailgate.app.health import descriptors, memory
from mailgate.app.health.shortage import Shortage
from mailgate.config.certificate import Certificate
from mailgate.core.model.mail import Source
from mailgate.edge.apart.confined import confine
from mailgate.edge.apart.inside import DeskLine
from mailgate.edge.apart.messages import Full, Place, Settings, Started
from mailgate.edge.smtp.limits import Listener
from mailgate.edge.smtp.listener import SmtpListeners
from mailgate.store import blobs

log = logging.getLogger(__name__)

TOO_SHORT: Final = 3  # exit status: memory was short for long


def main(fd: int) -> NoReturn:
    """Serve for the desk at the other end of the socket `fd` until it says so or is gone."""
    # A stop signal to the whole group must not tear off the mail in hand: the desk ends us, or its end does.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    memory.few_arenas()
    asyncio.run(_serve(socket.socket(fileno=fd)))
    logging.shutdown()
    os._exit(0)  # a thread that hangs over a disk keeps nobody


async def _serve(sock: socket.socket) -> None:
    desk = DeskLine()
    try:
        settings = await desk.connect(sock)
    except EOFError:
        return
    logs.set_up(settings.log_level, settings.log_form)
    desk.write_large = partial(blobs.write, Path(settings.data))
    door = desk.door = _door(settings, desk)
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(partial(_trouble, desk, Shortage(door.shed, _starved)))
    await door.start()
    if not confine():
        log.info("no filter of system calls on this machine")
    desk.say(Started())
    gc.collect()
    gc.freeze()
    watching = asyncio.create_task(desk.watch())
    grace = await desk.over
    watching.cancel()
    await door.stop(grace)


def _door(settings: Settings, desk: DeskLine) -> SmtpListeners:
    tls = _context(settings) if settings.certificate else None
    data = settings.data

    def room(octets: int) -> bool:
        found = os.statvfs(data)
        return found.f_bavail * found.f_frsize > max(settings.spare, octets * 3 // 2)

    return SmtpListeners(
        [_listener(place, tls) for place in settings.places],
        settings.limits,
        receive=desk.receive,
        recipient=desk.owner,
        hostname=settings.hostname,
        login=desk.login,
        guessed=desk.guessed,
        room=room,
        full=lambda: desk.say(Full()),
        trusted_networks=[ipaddress.ip_network(each) for each in settings.trusted],
        bound=[[socket.socket(fileno=each) for each in place.sockets] for place in settings.places],
    )


def _listener(place: Place, tls: Callable[[], ssl.SSLContext] | None) -> Listener:
    return Listener(
        Source(place.kind),
        tls=tls if place.tls else None,
        implicit_tls=place.implicit_tls,
        proxy_protocol=place.proxy_protocol,
    )


def _context(settings: Settings) -> Callable[[], ssl.SSLContext]:
    """The certificate as it is followed; when it cannot be read at first, each handshake tries again."""
    found: list[Certificate] = []

    def context() -> ssl.SSLContext:
        if not found:
            found.append(Certificate(Path(settings.certificate), Path(settings.key)))
        return found[0].context()

    try:
        context()
    except Exception as error:  # the desk has read it, so this passes; plain mail is taken meanwhile
        log.error("no TLS until the certificate can be read", extra={"error": str(error)})
    return context


def _trouble(desk: DeskLine, shortage: Shortage, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    error = context.get("exception")
    if isinstance(error, MemoryError):
        shortage.met()
    elif isinstance(error, OSError) and error.errno in descriptors.SHORT:
        desk.say(Full(error.errno))
    else:
        loop.default_exception_handler(context)


def _starved() -> None:
    log.critical("short of memory for long, ending")
    logging.shutdown()
    os._exit(TOO_SHORT)
