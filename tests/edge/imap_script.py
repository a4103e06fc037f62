"""A scripted IMAP server, and a reader on it with all that came of it."""

from __future__ import annotations

import concurrent.futures
import contextlib
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from mailgate.core.model.mail import Envelope
from mailgate.edge.imap.box import Mailbox, Password, ReaderReport, ReaderState
from mailgate.edge.imap.reader import MailboxReader, RetryPace
from mailgate.store.base import Cursor, Kept

CAPABILITIES = "IMAP4rev1 IDLE MOVE UIDPLUS AUTH=PLAIN AUTH=XOAUTH2"


QUICK = RetryPace(first=0.01, longest=0.05)


class Hangup(Exception):
    """The scripted server drops the connection."""


class FakeServer:
    """An IMAP server of a few mails; `on` replaces the answer to a command, `log` is what it was asked."""

    def __init__(self) -> None:
        self.mails: dict[int, bytes] = {}
        self.validity = 7
        self.uidnext: int | None = None
        self.greeting = "* OK ready"
        self.capabilities = CAPABILITIES
        self.on: dict[str, Callable[[Any, str, str], None]] = {}
        self.log: list[str] = []
        self.connections = 0
        self.moved: list[int] = []
        self.tls: ssl.SSLContext | None = None
        self.ended = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.threads = [threading.Thread(target=self.accept)]
        self.threads[0].start()

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    def accept(self) -> None:
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            self.connections += 1
            self.threads.append(threading.Thread(target=self.serve, args=(client,)))
            self.threads[-1].start()

    def serve(self, client: socket.socket) -> None:
        client.settimeout(100)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        talk = Talk(self, client)
        with contextlib.suppress(OSError, Hangup, ValueError):
            talk.say(self.greeting)
            while line := talk.lines.readline():
                tag, _, rest = line.decode().rstrip("\r\n").partition(" ")
                self.log.append(rest)
                verb = re.match(r"(?:UID )?\w+", rest.upper())
                if not verb:  # DONE, when IDLE had ended by itself
                    talk.say("* BAD what?")
                    continue
                script = self.on.get(verb[0])
                (script or talk.answer)(*((talk, tag, rest) if script else (tag, rest)))
        talk.close()

    def close(self) -> None:
        self.ended.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for thread in self.threads:
            thread.join(100)


class Talk:
    """One connection of the scripted server."""

    def __init__(self, server: FakeServer, client: socket.socket) -> None:
        self.server = server
        self.client = client
        self.lines = client.makefile("rb")

    def say(self, text: str | bytes) -> None:
        self.client.sendall((text.encode() if isinstance(text, str) else text) + b"\r\n")

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.client.shutdown(socket.SHUT_RDWR)
        self.lines.close()
        self.client.close()

    def answer(self, tag: str, rest: str) -> None:
        """What an honest server says."""
        server = self.server
        upper = rest.upper()
        if upper == "CAPABILITY":
            self.say(f"* CAPABILITY {server.capabilities}")
        elif upper.startswith("AUTHENTICATE"):
            self.say("+ ")
            self.lines.readline()
        elif upper == "STARTTLS" and server.tls:
            self.say(f"{tag} OK begin")
            self.client = server.tls.wrap_socket(self.client, server_side=True)
            self.lines = self.client.makefile("rb")
            return
        elif upper.startswith(("SELECT", "EXAMINE")):
            self.say(f"* {len(server.mails)} EXISTS\r\n* OK [UIDVALIDITY {server.validity}] fine")
            if server.uidnext is not None:
                self.say(f"* OK [UIDNEXT {server.uidnext}] foreseen")
        elif upper.startswith("UID SEARCH"):
            low, _, high = rest.rpartition(" ")[2].partition(":")
            found = [uid for uid in server.mails if uid >= int(low) and (high == "*" or uid <= int(high or low))]
            self.say("* SEARCH " + " ".join(map(str, sorted(found))))
        elif upper.startswith("UID FETCH"):
            for uid in (int(uid) for uid in re.findall(r"\d+", rest.split(" ")[2])):
                if uid in server.mails:
                    self.fetched(uid, "BODY" in upper)
        elif upper.startswith("UID MOVE"):
            server.moved += [int(uid) for uid in re.findall(r"\d+", rest.split(" ")[2])]
        elif upper.startswith("LIST"):
            self.say('* LIST () "/" INBOX')
        elif upper == "IDLE":
            self.say("+ idling")
            self.lines.readline()
        self.say(f"{tag} OK done")

    def fetched(self, uid: int, body: bool) -> None:
        raw = self.server.mails[uid]
        if body:
            self.say(b"* %d FETCH (UID %d BODY[] {%d}\r\n%b)" % (uid, uid, len(raw), raw))
        else:
            date = '"01-Nov-2026 10:00:00 +0200"'
            self.say(f"* {uid} FETCH (UID {uid} RFC822.SIZE {len(raw)} INTERNALDATE {date})")


class Story:
    """A reader on a scripted server and what came of it."""

    def __init__(self, server: FakeServer) -> None:
        self.server = server
        self.mails: list[tuple[int, bytes]] = []
        self.envelopes: list[Envelope] = []
        self.reports: list[ReaderReport] = []
        self.aside: list[tuple[int, str]] = []
        self.cursors: dict[str, Cursor] = {}
        self.changed = threading.Condition()
        self.readers: list[MailboxReader] = []

    @property
    def cursor(self) -> Cursor | None:
        return self.cursors.get("INBOX")

    def note(self) -> Any:
        self.changed.notify_all()

    def receive(self, raw: bytes, envelope: Envelope) -> concurrent.futures.Future[Kept]:
        answer: concurrent.futures.Future[Kept] = concurrent.futures.Future()
        with self.changed:
            self.mails.append((envelope.uid, raw))
            self.envelopes.append(envelope)
            self.note()
        answer.set_result(Kept(len(self.mails)))
        return answer

    def get(self, mailbox: str, folder: str) -> Cursor | None:
        return self.cursors.get(folder)

    def set(self, mailbox: str, folder: str, cursor: Cursor) -> None:
        with self.changed:
            self.cursors[folder] = cursor
            self.note()

    def first_seen(self, mailbox: str) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)

    def report(self, name: str, report: ReaderReport) -> None:
        with self.changed:
            self.reports.append(report)
            self.note()

    def unfetchable(self, mailbox: str, folder: str, validity: int, uid: int, reason: str, size: int) -> None:
        with self.changed:
            self.aside.append((uid, reason))
            self.note()

    def read(self, pace: RetryPace = QUICK, **keywords: Any) -> MailboxReader:
        given: dict[str, Any] = {
            "name": "support",
            "address": "support@ours.example",
            "host": "localhost",
            "port": self.server.port,
            "tls": "none",
            "user": "u",
            "credentials": lambda: Password("secret"),
            "timeout": 100.0,
            "poll": 0.3,
        }
        reader = MailboxReader(
            Mailbox(**(given | keywords)),
            receive=self.receive,
            cursors=self,
            report=self.report,
            unfetchable=self.unfetchable,
            pace=pace,
        )
        self.readers.append(reader)
        reader.start()
        return reader

    def until(self, true: Callable[[], bool]) -> None:
        end = time.monotonic() + 100
        with self.changed:
            while not true():
                self.changed.wait(0.05)  # what the server saw wakes nobody
                assert time.monotonic() < end, (self.reports[-3:], self.mails, self.aside, self.server.log[-10:])

    def troubles(self) -> list[ReaderReport]:
        return [report for report in self.reports if report.state in (ReaderState.FAILING, ReaderState.PAUSED)]

    def until_trouble(self, count: int = 1) -> ReaderReport:
        self.until(lambda: len(self.troubles()) >= count)
        return self.troubles()[-1]

    def asked(self, verb: str) -> int:
        """How often the server was asked for that."""
        return sum(line.upper().startswith(verb) for line in list(self.server.log))

    def uids(self) -> list[int]:
        return [uid for uid, _ in self.mails]


def times(count: int, script: Callable[[Talk, str, str], None]) -> Callable[[Talk, str, str], None]:
    """Play the script the first so many times, then be honest."""
    left = [count]

    def play(talk: Talk, tag: str, rest: str) -> None:
        if left[0] > 0:
            left[0] -= 1
            script(talk, tag, rest)
        else:
            talk.answer(tag, rest)

    return play


def for_body(uid: int, script: Callable[[Talk, str, str], None], count: int = 99) -> Callable[[Talk, str, str], None]:
    """Play the script when the body of this mail is asked for."""
    left = [count]

    def play(talk: Talk, tag: str, rest: str) -> None:
        if rest.startswith(f"UID FETCH {uid} ") and "BODY" in rest and left[0] > 0:
            left[0] -= 1
            script(talk, tag, rest)
        else:
            talk.answer(tag, rest)

    return play


def hang_up(talk: Talk, tag: str, rest: str) -> None:
    raise Hangup


def refuse(text: str) -> Callable[[Talk, str, str], None]:
    return lambda talk, tag, rest: talk.say(f"{tag} NO {text}")
