"""Waits for news in a folder: IDLE in slices where the server can, sleep where it cannot."""

from __future__ import annotations

import threading
import time
from typing import Final

from imapclient import IMAPClient

from mailgate.edge.imap.box import MailboxTrouble

RENEW: Final = 540.0  # seconds; NAT tables and servers forget silent connections after ten minutes or more
_SLICE: Final = 0.25  # how long a stop may go unheard


def wait_for_news(client: IMAPClient, seconds: float, stop: threading.Event) -> None:
    """Return when the selected folder changed, `seconds` (at most RENEW) are over, or `stop` is set.

    Raises what imapclient raises, and Trouble for a connection that died: `idle_check` returns at once on one, without
    an error. The server's last word may share a packet with its `+ idling`, where `idle_check` does not look.
    """
    end = time.monotonic() + min(seconds, RENEW)
    client.idle()
    news = _already_here(client)
    while not news and not stop.is_set() and (left := end - time.monotonic()) > 0:
        began = time.monotonic()
        piece = min(_SLICE, left)
        answers = client.idle_check(timeout=piece)
        if not answers and time.monotonic() - began < piece / 2:
            raise MailboxTrouble("network", "the connection died while idle")
        if any(answer[0] == b"BYE" for answer in answers):
            raise MailboxTrouble("busy", "the server said BYE while idle")
        news = any(len(answer) > 1 and answer[1] == b"EXISTS" for answer in answers)
    client.idle_done()


def told_since_select(client: IMAPClient) -> bool:
    """Did the server tell of more mail after the folder was selected? It tells each piece of news once, so not in IDLE.

    An EXISTS may stand between the result of a search, which does not hold the new mail, and its OK (RFC 9051 section
    7.4.1).
    """
    told = client._imap.untagged_responses.get("EXISTS", ())
    return len(told) > 1 and int(told[-1]) > int(told[0])


def _already_here(client: IMAPClient) -> bool:
    """Is there an answer in the library's or the TLS layer's buffer, which no poll of the socket will show?"""
    sock = client.socket()
    timeout = sock.gettimeout()
    sock.settimeout(0)
    try:
        return bool(client._imap.file.peek(1))
    except OSError:
        return False
    finally:
        sock.settimeout(timeout)
