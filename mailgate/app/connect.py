"""Trying the far ends of a configuration by hand: names, TLS, logins, and whether a relay lets us speak as we do."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mailgate.app.logins import credentials, token_of
from mailgate.app.reading import settings
from mailgate.app.remedies import remedy
from mailgate.config.tree import Config, ImapBox, Relay
from mailgate.core.mail import canonical
from mailgate.edge import dns_look, smtp_out
from mailgate.edge.dns_look import Records
from mailgate.edge.imap_box import Trouble
from mailgate.edge.imap_look import try_mailbox
from mailgate.errors import MailgateError, Permanent, Temporary


@dataclass(frozen=True, slots=True)
class End:
    """One far end and what it said."""

    key: str  # "outgoing.relay"
    said: str = ""
    problem: str = ""
    warning: bool = False  # it works, and receivers may still doubt our letters


def try_ends(config: Config) -> Iterator[End]:
    """Each relay and mailbox in turn; nothing is sent and nothing marked."""
    for relay in config.outgoing:
        if relay.transport == "smtp":
            yield _tried(f"outgoing.{relay.name}", lambda relay=relay: _try_relay(relay, config))  # type: ignore[misc]
            yield from _alignment(relay, config)
    for box in config.imap:
        yield _tried(f"imap.{box.name}", lambda box=box: _try_mailbox(box, config))  # type: ignore[misc]


def _tried(key: str, attempt: Callable[[], str]) -> End:
    try:
        return End(key, said=attempt())
    except MailgateError as error:
        wrong = str(error)
    except Trouble as trouble:
        wrong = f"{trouble.kind}: {trouble}"
    except OSError as error:
        wrong = f"{type(error).__name__}: {error}"
    mend = remedy(wrong)
    return End(key, problem=f"{wrong} ({mend})" if mend else wrong)


def _resolve(host: str, port: int) -> None:
    """Raises Permanent when the name leads nowhere."""
    try:
        socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "no name at all"
        raise Permanent(f"{host} does not resolve: {why}") from None


def _try_relay(relay: Relay, config: Config) -> str:
    _resolve(relay.host, relay.port)
    transport = smtp_out.SmtpTransport(relay_settings(relay, config))
    departments = [d for d in config.policy.departments if d.outgoing in (None, relay.name)]
    try:
        for department in departments:
            transport.try_sender(department.from_.addr, config.policy.admin)
        if relay.envelope == "null":
            transport.try_sender("")
    finally:
        transport.close()
    return f"{relay.host}:{relay.port} lets us send as {', '.join(d.from_.addr for d in departments) or 'nobody'}"


def _alignment(relay: Relay, config: Config) -> Iterator[End]:
    """What the DNS says of every domain this relay writes from; names that no public DNS knows are left out."""
    departments = [d for d in config.policy.departments if d.outgoing in (None, relay.name)]
    sender = canonical(relay.envelope).rpartition("@")[2] if "@" in relay.envelope else ""
    for domain in dict.fromkeys(department.from_.domain for department in departments):
        key = f"dns.{domain}"
        if dns_look.reserved(domain):
            continue
        try:
            found = dns_look.records(domain)
        except Temporary as error:
            yield End(key, problem=str(error), warning=True)
            continue
        wrong = doubts(domain, found, sender)
        for text in wrong:
            yield End(key, problem=text, warning=True)
        if not wrong:
            yield End(key, said="MX, SPF and DMARC are there, and our envelope sender is aligned")


def doubts(domain: str, found: Records, sender: str) -> list[str]:
    """Why receivers may doubt letters from a domain; `sender` is the domain of a fixed envelope sender, else ""."""
    texts = []
    if not found.mx:
        texts.append("has no MX record: answers to our letters find no way back")
    if not found.spf:
        texts.append("has no SPF record: receivers cannot tell our relay from a forger's")
    elif found.spf.rstrip().endswith("+all"):
        texts.append("its SPF record ends in +all and so allows everybody")
    if not found.dmarc:
        texts.append("has no DMARC record: large providers ask for one; p=none is enough to begin with")
    if sender and sender != domain and not sender.endswith("." + domain) and not domain.endswith("." + sender):
        texts.append(f"the envelope sender is at {sender}: SPF cannot align with From, so DKIM alone has to")
    return texts


def _try_mailbox(box: ImapBox, config: Config) -> str:
    """Log in and look for every folder; nothing is read or marked."""
    _resolve(box.host, box.port)
    said = try_mailbox(settings(box, credentials(box.login, box.name, config.gateway.data), config.smtp.max_size))
    return f"{said}: {', '.join(filter(None, (*box.folders, box.junk, box.sent_folder)))}"


def relay_settings(relay: Relay, config: Config) -> smtp_out.Relay:
    """What the transport needs to know of a configured relay."""
    login = relay.login
    token = token_of(login, relay.name, config.gateway.data)
    return smtp_out.Relay(
        host=relay.host,
        port=relay.port,
        tls=relay.tls,
        user=login.user if login else "",
        password=login.password.reveal if login and login.password else None,
        token=(lambda: token().text) if token else None,
        helo=config.gateway.domain,
    )
