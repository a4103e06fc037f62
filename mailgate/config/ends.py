"""The ends of the wire: a way out must exist, listeners must not meet, and no password may go in the clear."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime
from pathlib import Path

from mailgate.config import certificate
from mailgate.config.model import FileModel
from mailgate.config.tree import Config, Listen
from mailgate.config.work import Loading
from mailgate.core.model.policy import Mode
from mailgate.errors import Permanent

LOCAL = frozenset(["localhost", "localhost.localdomain", "ip6-localhost", "0.0.0.0", "::", ""])  # noqa: S104


def check(model: FileModel, config: Config, work: Loading) -> None:
    """Note every end that is missing, meets another, or gives a password away."""
    _modes(model, config, work)
    _clients(config, work)
    _listeners(config, work)
    _tls(config, work)


def _modes(model: FileModel, config: Config, work: Loading) -> None:
    if not model.outgoing and config.gateway.mode is not Mode.WATCH:
        text = (
            f'mode "{config.gateway.mode}" sends letters, and there is no way out: add [[outgoing]], or mode = "watch"'
        )
        work.note(("gateway", "mode") if "gateway" in work.document.data else (), text)
    if config.gateway.mode is Mode.PILOT and not config.gateway.pilot_to:
        work.note(("gateway", "mode"), 'mode "pilot" needs pilot_to, the addresses that may get letters')


def _clients(config: Config, work: Loading) -> None:
    ours = [*config.smtp.listen, *config.lmtp.listen, *config.submission.listen]
    for at, relay in enumerate(config.outgoing):
        for listener in ours:
            if relay.transport == "smtp" and not listener.path and meets(relay.host, relay.port, listener):
                work.note(
                    ("outgoing", at, "host"), f"{relay.host}:{relay.port} is our own listener: letters would come back"
                )
        if relay.login and relay.login.password and relay.tls == "none" and not _loopback(relay.host):
            work.note(("outgoing", at, "tls"), "the password would cross the network in the clear: use starttls or tls")
        if relay.envelope == "verp" and not config.policy.identity.subaddress:
            work.note(("outgoing", at, "envelope"), "verp needs plus-addresses, and [identity] subaddress is empty")
    for at, box in enumerate(config.imap):
        if box.tls == "none" and not _loopback(box.host):
            work.note(("imap", at, "tls"), "the password crosses the network in the clear", warning=True)


def meets(host: str, port: int, listener: Listen) -> bool:
    """True when a client that connects to host and port would reach this listener on this machine."""
    if port != listener.port:
        return False
    host, bound = host.lower().rstrip("."), listener.host.lower()
    if host == bound:
        return True
    anywhere = bound in ("0.0.0.0", "::", "*")  # noqa: S104
    return _loopback(host) and (anywhere or _loopback(bound))


def _loopback(host: str) -> bool:
    host = host.lower().strip("[]")
    if host in LOCAL:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _listeners(config: Config, work: Loading) -> None:
    if any(listener.port == 25 for listener in config.lmtp.listen):
        work.note(
            ("lmtp", "listen"), "LMTP may not be spoken on port 25 (RFC 2033 section 5): take another port or a socket"
        )
    taken: dict[tuple[str, int], str] = {}
    for section in ("smtp", "lmtp", "submission", "metrics", "web"):
        for listener in getattr(config, section).listen:
            place = (str(listener.path or listener.host), listener.port)
            if listener.port or listener.path:
                first = taken.setdefault(place, section)
                if first != section:
                    work.note((section, "listen"), f"{listener} is taken by [{first}] listen")


def _tls(config: Config, work: Loading) -> None:
    if bool(config.smtp.tls_cert) is not bool(config.smtp.tls_key):
        work.note(("smtp", "tls_cert" if config.smtp.tls_cert else "tls_key"), "tls_cert and tls_key belong together")
    missing = False
    for key in ("tls_cert", "tls_key"):
        path = getattr(config.smtp, key)
        if path and not path.is_file():
            work.note(("smtp", key), f"{path}: there is no such file")
            missing = True
    if config.smtp.tls_cert and config.smtp.tls_key and not missing:
        _certificate(config.smtp.tls_cert, config.smtp.tls_key, work)
    if config.submission.listen and not config.smtp.tls_cert:
        work.note(("submission", "listen"), "passwords are taken over TLS alone: give [smtp] tls_cert and tls_key")
    if config.submission.listen and not config.submission.passwords:
        work.note(("submission", "listen"), "no [[agent]] has a password, so nobody can log in", warning=True)


def _certificate(cert: Path, key: Path, work: Loading) -> None:
    """Refuse one that no handshake could use; doubt one that nobody will trust. Other users cannot read the key."""
    loc = ("smtp", "tls_cert")
    try:
        found = certificate.load(cert, key)
    except Permanent as error:
        at_fault = ("smtp", "tls_key") if str(error).startswith(f"{key}:") and key != cert else loc
        work.note(at_fault, str(error), warning=not work.strict)
    else:
        doubt = certificate.doubt(found, cert, datetime.now(UTC))
        if doubt:
            work.note(loc, doubt, warning=True)
