"""Trying the far ends of a configuration by hand: names, TLS, logins, and whether a relay lets us speak as we do."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol

from mailgate.app.admin.remedies import remedy
from mailgate.app.lookup import reading
from mailgate.app.lookup.mapping import Unfit
from mailgate.config.tree import Bridge, Config, ImapBox, Lookup, Relay
from mailgate.core.customers.answer import Outcome
from mailgate.core.customers.question import Person, Said
from mailgate.core.model.mail import canonical
from mailgate.errors import MailgateError, Permanent, Temporary

NOBODY: Final = Person("mailgate-check@nobody.invalid")  # RFC 6761: nobody has it


class Sender(Protocol):
    """A connection to a relay."""

    def try_sender(self, sender: str, recipient: str = "") -> None:
        """Ask whether it lets us write as `sender`, and send nothing. Raises MailgateError when it does not."""
        ...

    def close(self) -> None:
        """Part from it."""
        ...


class Records(Protocol):
    """The records that decide whether our letters are believed; empty when there is none."""

    @property
    def mx(self) -> tuple[str, ...]:
        """The names of the hosts that take its mail."""
        ...

    @property
    def spf(self) -> str:
        """RFC 7208."""
        ...

    @property
    def dmarc(self) -> str:
        """RFC 9989."""
        ...


@dataclass(frozen=True, slots=True)
class Reach:
    """The functions that reach the far ends; each may raise MailgateError."""

    relay: Callable[[Relay], Sender]
    mailbox: Callable[[ImapBox], str]  # logs in and looks for every folder; what the server said
    bridge: Callable[[Bridge], str]  # sends it one signed ping; what came of it
    records: Callable[[str], Records | None]  # of a domain; None for names that no public DNS knows
    person: Callable[[Person], Said | None]  # what another program says of a customer


@dataclass(frozen=True, slots=True)
class End:
    """One far end and what it said."""

    key: str  # "outgoing.relay"
    said: str = ""
    problem: str = ""
    warning: bool = False  # it works, and receivers may still doubt our letters


def try_ends(config: Config, reach: Reach) -> Iterator[End]:
    """Each relay and mailbox in turn; nothing is sent and nothing marked."""
    for relay in config.outgoing:
        if relay.transport == "smtp":
            yield _tried(f"outgoing.{relay.name}", lambda relay=relay: _try_relay(relay, config, reach))  # type: ignore[misc]
            yield from _alignment(relay, config, reach)
    for bridge in config.bridges:
        yield _tried(f"channel.{bridge.name}", lambda bridge=bridge: reach.bridge(bridge))  # type: ignore[misc]
    for box in config.imap:
        yield _tried(f"imap.{box.name}", lambda box=box: _try_mailbox(box, reach))  # type: ignore[misc]
    if config.lookup.on:
        yield _tried("lookup", lambda: _try_lookup(config.lookup, reach))


def _tried(key: str, attempt: Callable[[], str]) -> End:
    try:
        return End(key, said=attempt())
    except MailgateError as error:
        wrong = str(error)
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


def _try_relay(relay: Relay, config: Config, reach: Reach) -> str:
    _resolve(relay.host, relay.port)
    transport = reach.relay(relay)
    departments = [d for d in config.policy.departments if d.outgoing in (None, relay.name)]
    try:
        for department in departments:
            transport.try_sender(department.from_.addr, config.policy.admin)
        if relay.envelope == "null":
            transport.try_sender("")
    finally:
        transport.close()
    return f"{relay.host}:{relay.port} lets us send as {', '.join(d.from_.addr for d in departments) or 'nobody'}"


def _alignment(relay: Relay, config: Config, reach: Reach) -> Iterator[End]:
    """What the DNS says of every domain this relay writes from; names that no public DNS knows are left out."""
    departments = [d for d in config.policy.departments if d.outgoing in (None, relay.name)]
    sender = canonical(relay.envelope).rpartition("@")[2] if "@" in relay.envelope else ""
    for domain in dict.fromkeys(department.from_.domain for department in departments):
        key = f"dns.{domain}"
        try:
            found = reach.records(domain)
        except Temporary as error:
            yield End(key, problem=str(error), warning=True)
            continue
        if found is None:
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


def _try_mailbox(box: ImapBox, reach: Reach) -> str:
    """Log in and look for every folder; nothing is read or marked."""
    _resolve(box.host, box.port)
    return f"{reach.mailbox(box)}: {', '.join(filter(None, (*box.folders, box.junk, box.sent_folder)))}"


def _try_lookup(settings: Lookup, reach: Reach) -> str:
    """Ask about somebody who does not exist; whatever comes must be an answer."""
    said = reach.person(NOBODY)
    try:
        answer = reading.read(said, settings, datetime.now(UTC))
    except Unfit as error:
        raise Permanent(str(error)) from None
    found = {
        Outcome.NOBODY: "knows nobody by that address, as it should be",
        Outcome.PERSON: "knows a person by that address: does it look at the address at all?",
        Outcome.SEVERAL: f"knows {answer.count} people by that address: does it look at the address at all?",
    }
    return f"asked about {NOBODY.address}: it {found[answer.outcome]}"
