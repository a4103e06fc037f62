"""Waits for news in a folder: IDLE in slices where the server can, sleep where it cannot."""

from __future__ import annotations

import select
import ssl
import threading
import time
from typing import Any, Final

from imapclient import IMAPClient

from mailgate.edge.imap.box import MailboxTrouble
from mailgate.edge.imap.talk import IDLE_LINES, IDLE_TALK

RENEW: Final = 540.0  # seconds; NAT tables and servers forget silent connections after ten minutes or more
_SLICE: Final = 0.25  # how long a stop may go unheard


def wait_for_news(client: IMAPClient, seconds: float, stop: threading.Event) -> bool:
    """Wait until the selected folder changed, `seconds` (at most RENEW) are over, or `stop` is set.

    False when the server would not wait with us: it refused, or ended IDLE by itself. Raises what imapclient raises,
    and MailboxTrouble for a connection that died or a server that talks without end. The library's own `idle` takes
    news before its `+` for an error, and its `idle_check` reads for as long as somebody talks.
    """
    imap = client._imap
    end = time.monotonic() + min(seconds, RENEW)
    imap.untagged_responses.clear()
    tag = imap._command("IDLE")
    while imap._get_response() is not None:  # None is the `+`
        if _ended(imap, tag):
            return False
    imap.begin(IDLE_TALK, IDLE_LINES)
    if not imap.untagged_responses.pop("EXISTS", None) and not _listen(client, end, stop, tag):
        return False
    imap.begin(IDLE_TALK, IDLE_LINES)
    imap.send(b"DONE\r\n")
    while not _ended(imap, tag):
        imap._get_response()
    return True


def _listen(client: IMAPClient, end: float, stop: threading.Event, tag: Any) -> bool:
    """Until there is news, time is over or we are to stop; False when the server ended it."""
    imap = client._imap
    while not stop.is_set() and (left := end - time.monotonic()) > 0:
        if not _something_here(client, min(_SLICE, left)):
            continue
        imap.restart_clock()
        imap._get_response()
        if imap.untagged_responses.pop("BYE", None):
            raise MailboxTrouble("busy", "the server said BYE while idle")
        if _ended(imap, tag):
            return False
        news = imap.untagged_responses.pop("EXISTS", None)
        imap.untagged_responses.clear()
        if news:
            return True
    return True


def _ended(imap: Any, tag: Any) -> bool:
    if imap.tagged_commands.get(tag) is None:
        return False
    del imap.tagged_commands[tag]
    return True


def told_since_select(client: IMAPClient) -> bool:
    """Did the server tell of more mail after the folder was selected? It tells each piece of news once, so not in IDLE.

    An EXISTS may stand between the result of a search, which does not hold the new mail, and its OK (RFC 9051 section
    7.4.1).
    """
    told = client._imap.untagged_responses.get("EXISTS", ())
    return len(told) > 1 and int(told[-1]) > int(told[0])


def _something_here(client: IMAPClient, seconds: float) -> bool:
    """Is there an answer, after `seconds` at most? Raises MailboxTrouble when the connection has ended.

    What lies in our buffer or in that of TLS is shown by no poll of the socket.
    """
    sock = client.socket()
    timeout = sock.gettimeout()
    sock.settimeout(0)
    try:
        if _peek(client):
            return True
        poll = select.poll()
        poll.register(sock, select.POLLIN)
        if not poll.poll(seconds * 1000):
            return False
        here = _peek(client)
    finally:
        sock.settimeout(timeout)
    if here == b"":
        raise MailboxTrouble("network", "the connection died while idle")
    return here is not None


def _peek(client: IMAPClient) -> bytes | None:
    """What is in the buffers; None for a piece of TLS that is no text yet."""
    try:
        found: bytes = client._imap.buffer.peek(1)
    except ssl.SSLWantReadError:
        return None
    return found
