"""Hands letters to a relay by SMTP, many on one connection, and sorts its replies into what a caller can act on."""

from __future__ import annotations

import binascii
import ipaddress
import logging
import re
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from mailgate.core.channels.whereabouts import is_chat
from mailgate.core.text import address as addresses
from mailgate.edge.out.smtp_client import Client, Disconnected, TlsClient
from mailgate.errors import MailgateError, Permanent, RouteDown, Temporary, Uncertain

log = logging.getLogger(__name__)

CHUNK = 65536
NOT_WELCOME = (530, 534, 535, 538)  # authentication required or refused: about us, never about this letter
TLS_MODES = ("tls", "starttls", "none")

# Postfix and others tell at RCPT what they hold against us, not against the recipient.
_ABOUT_US = re.compile(
    r"relay(?:ing)?(?: access)? (?:is )?(?:denied|not (?:permitted|allowed))|client host rejected|"
    r"sender address rejected|helo command rejected|not authenticated|authentication required|"
    r"sendasdenied|send as this sender|"
    r"(?<![0-9.])5\.(?:7\.(?:0|30|57|60)|2\.252)(?![0-9])",
    re.IGNORECASE,
)
_LINE_END = re.compile(rb"\r\n|\r|\n")
_FIRST_DOT = re.compile(rb"(?m)^\.")
_REMOTE_ID = re.compile(
    r"queued (?:mail )?(?:as|for delivery as) <?([^\s<>]+)|\bid=<?([^\s<>]+)|<([^\s<>]+)>", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Relay:
    """Where letters go and how long we wait for it; times in seconds (RFC 5321 section 4.5.3.2)."""

    host: str
    port: int = 587
    tls: str = "starttls"  # "tls": from the first byte; "starttls": required; "none"
    user: str = ""
    password: Callable[[], str] | None = None  # asked at every login, so that a changed one is used
    token: Callable[[], str] | None = None  # OAuth 2 access token; used instead of the password
    context: ssl.SSLContext | None = None  # None: the system's authorities, names checked
    helo: str = "localhost"
    connect_timeout: float = 30.0
    command_timeout: float = 300.0
    data_timeout: float = 900.0  # for the whole body
    dot_timeout: float = 600.0  # a shorter one makes duplicates (RFC 1047)
    max_messages: int = 100  # on one connection

    def __post_init__(self) -> None:
        if self.tls not in TLS_MODES:
            raise ValueError(f"tls is one of {', '.join(TLS_MODES)}")

    @property
    def longest(self) -> float:
        """Seconds after which one `send` has ended, whatever the relay does."""
        return 2 * (self.connect_timeout + 8 * self.command_timeout) + self.data_timeout + self.dot_timeout


class SmtpTransport:
    """A kept connection to one relay; for one thread at a time."""

    def __init__(self, relay: Relay) -> None:
        self.relay = relay
        self.longest = relay.longest
        self._client: Client | None = None
        self._mails = 0  # transactions begun on it
        self._aborted = False

    def send(
        self, sender: str, recipient: str, raw: bytes, *, utf8: bool = False, before: Callable[[], None] = lambda: None
    ) -> str:
        """Hand over one letter for one recipient; returns the relay's own id for it, as far as it tells one.

        `sender` `""` is the null reverse-path; `utf8` when the header needs SMTPUTF8 (RFC 6531). `before` is called
        once the relay has taken the envelope, right before DATA; what it raises ends the transaction and is passed on.
        Raises Permanent (this letter or recipient is refused), Temporary (try this letter later), RouteDown (the relay
        refuses us or cannot be reached), Uncertain (it was silent after the final dot: taken or not).
        """
        sender, recipient = _address(sender) if sender else "", _address(recipient)
        utf8 = utf8 or not (sender.isascii() and recipient.isascii())
        if self._client is not None and self._mails >= self.relay.max_messages:
            self.close()
        client = self._client or self._connect()
        if not self._mail(client, sender, raw, utf8):
            client = self._connect()  # the kept connection had gone stale
            self._mail(client, sender, raw, utf8)
        self._rcpt(client, recipient)
        try:
            before()
        except BaseException:
            self._drop()
            raise
        self._data(client)
        return self._body(client, raw)

    def try_sender(self, sender: str, recipient: str = "") -> None:
        """Ask the relay, without sending, whether it takes letters from this sender, and from us for a recipient.

        Many relays say what they hold against a sender only when they see a recipient. Raises like `send`.
        """
        client = self._client or self._connect()
        self._mail(client, sender, b"", False)
        if recipient:
            self._rcpt(client, _address(recipient))
        self._reset()

    def abort(self) -> None:
        """Break the connection under a `send` in another thread, which raises then; see `send` for what that means."""
        self._aborted = True
        client = self._client
        if client is not None:
            client.abort()

    def close(self) -> None:
        """Leave politely; a relay that fails here took the letters nevertheless (threats O-08)."""
        client, self._client = self._client, None
        if client is None:
            return
        client.patience = 1.0
        try:
            client.docmd("QUIT")
        except Disconnected:
            pass
        client.close()

    # --- the dialogue, a step a method ---

    def _connect(self) -> Client:
        relay = self.relay
        self._drop()
        try:
            client = self._client = self._open()
            self._mails = 0
            if self._aborted:
                raise Disconnected("broken off")
            self._greeted(client)
            code, text = client.ehlo()
            if code != 250:
                self._down("EHLO refused", code, text)
            if relay.tls == "starttls":
                if not client.has_extn("starttls"):
                    self._down("offers no STARTTLS, and nothing is sent in plain text")
                client.secure(self._context(), relay.host)
            if relay.token or relay.password:
                self._login(client, self._secret())
        except Disconnected as error:
            self._down(str(error))
        except ssl.SSLError as error:  # a bad certificate included
            self._down(f"TLS failed: {getattr(error, 'verify_message', '') or error.reason or error}")
        except OSError as error:
            self._down(f"no connection: {error.strerror or error}")
        log.info("relay connected", extra={"relay": relay.host, "port": relay.port, "tls": relay.tls})
        return client

    def _open(self) -> Client:
        relay = self.relay
        kind = Client
        tls: dict[str, ssl.SSLContext] = {}
        if relay.tls == "tls":
            kind, tls = TlsClient, {"context": self._context()}
        return kind(
            relay.host, relay.port, relay.helo, timeout=relay.connect_timeout, patience=relay.command_timeout, **tls
        )

    def _greeted(self, client: Client) -> None:
        code, text = client.greeting()
        if code != 220:
            self._down("greeting refused", code, text)

    def _context(self) -> ssl.SSLContext:
        return self.relay.context or ssl.create_default_context()

    def _secret(self) -> str:
        """Token or password of the moment; what keeps it from us stops the route, and is named without the secret."""
        ask = self.relay.token or self.relay.password
        assert ask is not None
        try:
            return ask()
        except MailgateError as error:
            self._down(f"no credentials: {error}")
        except Exception as error:
            self._down(f"no credentials: {type(error).__name__}")

    def _login(self, client: Client, secret: str) -> None:
        """AUTH by XOAUTH2, PLAIN or LOGIN (RFC 4954, RFC 4616); any refusal is the route's."""
        if self.relay.tls == "none" and not _on_this_machine(client):
            self._down("no credentials are sent in plain text")
        user = self.relay.user
        offered = client.esmtp_features.get("auth", "").upper().split()
        if self.relay.token is not None:
            code, text = client.docmd("AUTH", "XOAUTH2 " + _base64(f"user={user}\1auth=Bearer {secret}\1\1"))
            if code == 334:  # the error in detail; an empty answer gets the verdict
                code, text = client.docmd("")
        elif "PLAIN" in offered:
            code, text = client.docmd("AUTH", "PLAIN " + _base64(f"\0{user}\0{secret}"))
        elif "LOGIN" in offered:
            code, text = client.docmd("AUTH", "LOGIN " + _base64(user))
            if code == 334:
                code, text = client.docmd(_base64(secret))
        else:
            self._down(f"offers no way to log in that we know ({' '.join(offered) or 'none'})")
        if code != 235:
            self._down("login refused", code, text)

    def _mail(self, client: Client, sender: str, raw: bytes, utf8: bool) -> bool:
        """MAIL FROM. False when a connection used before turns out to be gone, so that a new one is worth a try."""
        options = self._options(client, raw, utf8)
        try:
            code, text = client.docmd("MAIL", f"FROM:<{sender}>{options}")
        except Disconnected as error:
            if self._mails:
                return False
            self._down(str(error))
        if code == 421 and self._mails:
            return False
        if code == 552 or (400 <= code < 500 and code != 421) or (utf8 and code in (553, 555)):
            self._refuse(code, text)
        if code >= 300:
            null = not sender and code != 421
            self._down(f"sender <{sender}> refused", code, text, null_sender_refused=null, on_letter=code != 421)
        self._mails += 1
        return True

    def _options(self, client: Client, raw: bytes, utf8: bool) -> str:
        """The parameters of MAIL FROM; raises Permanent when the relay cannot carry this letter at all."""
        options = []
        limit = client.esmtp_features.get("size", "")
        if client.has_extn("size") and raw:
            if limit.isdigit() and 0 < int(limit) < len(raw):
                raise Permanent(f"too large for the relay: {len(raw)} octets, it takes {limit}")
            options.append(f"SIZE={len(raw)}")
        if utf8:
            if not client.has_extn("smtputf8"):
                raise Permanent("the relay does not take addresses outside ASCII (no SMTPUTF8)")
            options.append("SMTPUTF8")
        client.command_encoding = "utf-8" if utf8 else "ascii"
        if client.has_extn("8bitmime") and (utf8 or not raw.isascii()):
            options.append("BODY=8BITMIME")
        return "".join(f" {option}" for option in options)

    def _rcpt(self, client: Client, recipient: str) -> None:
        try:
            code, text = client.docmd("RCPT", f"TO:<{recipient}>")
        except Disconnected as error:
            self._lost(error)
        if not 200 <= code < 300:
            self._refuse(code, text)

    def _data(self, client: Client) -> None:
        try:
            code, text = client.docmd("DATA")
        except Disconnected as error:
            self._lost(error)
        if code != 354:
            self._refuse(code, text)

    def _body(self, client: Client, raw: bytes) -> str:
        """The message, then the dot in a packet of its own: before it nothing can have been taken."""
        content = _FIRST_DOT.sub(b"..", _LINE_END.sub(b"\r\n", raw))
        if not content.endswith(b"\r\n"):
            content += b"\r\n"
        deadline = time.monotonic() + self.relay.data_timeout
        try:
            for start in range(0, len(content), CHUNK):
                if time.monotonic() > deadline:
                    raise Disconnected("the relay takes the message too slowly")
                client.send(content[start : start + CHUNK])
            client.send(b".\r\n")
        except Disconnected as error:
            self._lost(error)
        client.patience = self.relay.dot_timeout
        try:
            code, text = client.getreply()
        except Disconnected as error:
            self._drop()
            raise Uncertain(f"{error} after the final dot") from None
        client.patience = self.relay.command_timeout
        if not 200 <= code < 300:
            self._refuse(code, text)
        return _remote_id(_clean(text))

    # --- ways it ends badly ---

    def _refuse(self, code: int, text: bytes) -> NoReturn:
        """A reply to this letter: 4xx later, 5xx never; unless it is about us."""
        message = f"{code} {_clean(text)}"
        if code == 421:
            self._drop()
            raise Temporary(message)
        if code in NOT_WELCOME or (code >= 500 and _ABOUT_US.search(message)):
            self._down("refuses us", code, text, on_letter=True)
        self._reset()
        if code >= 500:
            raise Permanent(message)
        raise Temporary(message)

    def _lost(self, error: Disconnected) -> NoReturn:
        self._drop()
        raise Temporary(f"connection lost: {error}") from None

    def _down(
        self, what: str, code: int = 0, text: bytes = b"", *, null_sender_refused: bool = False, on_letter: bool = False
    ) -> NoReturn:
        if on_letter:
            self._reset()  # it may take another letter on the same connection
        else:
            self._drop()
        said = f": {code} {_clean(text)}" if code else ""
        raise RouteDown(
            f"{self.relay.host}:{self.relay.port}: {what}{said}",
            null_sender_refused=null_sender_refused,
            on_letter=on_letter,
        ) from None

    def _reset(self) -> None:
        if self._client is None:
            return
        try:
            code, _ = self._client.docmd("RSET")
            if code == 250:
                return
        except Disconnected:
            pass
        self._drop()

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()


def _address(address: str) -> str:
    """An envelope address fit for a command line, its domain as A-label when that can be; raises Permanent."""
    found = addresses.parts(address)
    if found is None:
        raise Permanent(f"not an address: {address[:100]!a}")
    local, domain = found
    if is_chat(address):  # whatever is decided above us, no relay hears where somebody chats
        raise Permanent("no mail goes to a chat")
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError:
            pass
    return f"{local}@{domain}"


def _clean(text: bytes) -> str:
    """What a relay said, fit for a log and a note: one line, printable, at most 300 characters."""
    words = text.decode("utf-8", "replace").split()
    return "".join(char for char in " ".join(words) if char.isprintable())[:300]


def _remote_id(text: str) -> str:
    found = _REMOTE_ID.search(text)
    return next(filter(None, found.groups()), text) if found else text


def _on_this_machine(client: Client) -> bool:
    assert client.sock is not None
    return ipaddress.ip_address(client.sock.getpeername()[0]).is_loopback


def _base64(text: str) -> str:
    return binascii.b2a_base64(text.encode(), newline=False).decode("ascii")
