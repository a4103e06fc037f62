"""The frozen configuration: what `mailgate.toml` says, parsed, with every default filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

from mailgate.config.secrets import Secret
from mailgate.core.hooks.hook import Hook
from mailgate.core.model.policy import Mode, Policy
from mailgate.errors import Problem

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Listen:
    """Where a listener binds: a host and port (0 takes a free one), or the path of a unix socket."""

    host: str = ""
    port: int = 0
    path: Path | None = None
    handed: int | None = None  # the descriptor of a socket that somebody else has bound

    def __str__(self) -> str:
        if self.handed is not None:
            return f"fd:{self.handed}"
        if self.path:
            return str(self.path)
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Gateway:
    """Who this gateway is."""

    name: str
    domain: str  # right-hand side of our Message-IDs, and our HELO name
    data: Path
    timezone: str
    language: str
    admin: str  # canonical address, "" when there is none
    mode: Mode
    pilot_to: tuple[str, ...]
    alarm_command: tuple[str, ...]  # run with the alarm's text on standard input when mail itself is broken
    health_url: str  # asked for once a minute while all is well; "" is off


@dataclass(frozen=True, slots=True)
class StoreAt:
    """Where tickets live."""

    url: str  # "sqlite" is data/mailgate.db
    path: Path

    @property
    def folder(self) -> Path:
        """Where the daemon's lock lies, and its socket beside it."""
        return self.path.parent


@dataclass(frozen=True, slots=True)
class Smtp:
    """The SMTP listener, and the limits every listener shares."""

    listen: tuple[Listen, ...]
    max_size: int  # octets
    max_recipients: int
    max_connections: int
    max_connections_per_peer: int
    timeout: timedelta
    tls_cert: Path | None
    tls_key: Path | None
    trusted_networks: tuple[Network, ...]  # front MTAs: exempt from the caps per peer
    proxy_protocol: bool  # trusted networks speak PROXY before SMTP


@dataclass(frozen=True, slots=True)
class Lmtp:
    """The LMTP listener for a mail server before us; empty is off."""

    listen: tuple[Listen, ...]


@dataclass(frozen=True, slots=True)
class Submission:
    """The listener where agents log in (SMTP AUTH over TLS); empty is off."""

    listen: tuple[Listen, ...]
    passwords: dict[str, Secret]  # agent's name -> password


@dataclass(frozen=True, slots=True)
class OAuth:
    """How to get an access token: `provider` is `microsoft` or `google`."""

    provider: str
    tenant: str
    client_id: str
    client_secret: Secret | None


@dataclass(frozen=True, slots=True)
class Login:
    """A user with one way to prove themselves: a password, a command that prints a token, or OAuth."""

    user: str
    password: Secret | None = None
    token_command: tuple[str, ...] = ()
    oauth: OAuth | None = None


@dataclass(frozen=True, slots=True)
class ImapBox:
    """A mailbox we read."""

    name: str
    address: str  # canonical; stands for the envelope recipient
    host: str
    port: int
    tls: str  # tls, starttls, none
    login: Login
    folders: tuple[str, ...]
    junk: str
    sent_folder: str
    done_folder: str  # "" leaves mail where it is
    since: date | None  # older mail is history
    idle: bool
    poll: timedelta
    alarm_after: timedelta


@dataclass(frozen=True, slots=True)
class Relay:
    """One way out: a relay spoken to by SMTP, or a Maildir folder."""

    name: str
    transport: str  # smtp, folder
    host: str
    port: int
    tls: str  # tls, starttls, none
    login: Login | None
    folder: Path | None
    envelope: str  # null, verp, or an address
    rate: float  # letters a minute, 0 is without limit
    connections: int
    retry_for: timedelta


@dataclass(frozen=True, slots=True)
class Retention:
    """How long things are kept; None is for ever."""

    raw: timedelta | None
    text: timedelta | None
    archive_folder: Path | None


@dataclass(frozen=True, slots=True)
class Log:
    """What is logged, and how."""

    level: str  # debug, info, warning, error
    format: str  # console, json


@dataclass(frozen=True, slots=True)
class Metrics:
    """The listener for figures and /healthz; empty is off."""

    listen: tuple[Listen, ...]


@dataclass(frozen=True, slots=True)
class Web:
    """The window's process; all else about pages is a part of the policy."""

    listen: tuple[Listen, ...]  # one at most; empty is off
    run: str  # unit: systemd starts it; child: we do


@dataclass(frozen=True, slots=True)
class Recordings:
    """Whence recordings of calls may be fetched."""

    url: str  # what an address there begins with
    secret: Secret | None


@dataclass(frozen=True, slots=True)
class Calls:
    """What exchanges that tell of calls, and their recordings, are believed and fetched by."""

    recordings: tuple[Recordings, ...]
    recording_max: int  # octets
    placetel_secret: Secret | None  # with which Placetel signs what it tells


@dataclass(frozen=True, slots=True)
class Webhook:
    """A program that is told."""

    hook: Hook
    url: Secret | None  # one of Slack or Teams is as good as a password
    secrets: tuple[Secret, ...]  # each signs; the second while one is changed
    ca_file: Path | None


@dataclass(frozen=True, slots=True)
class Lookup:
    """Where customers are looked up: by one of `url` and `command`, or nowhere."""

    url: str  # with {names} of what is known of a customer
    secret: Secret | None
    header: str  # that carries the secret
    command: tuple[str, ...]
    people: tuple[str, ...]  # the steps to where people stand in an answer
    fields: Mapping[str, tuple[tuple[str, ...], ...]]  # a field of the customer -> the steps from there, to each part
    wait: timedelta  # a mail is held up no longer
    timeout: timedelta  # of one question
    cache: timedelta  # an answer that old is asked for anew
    stale: timedelta  # and one that old counts for nothing
    rate: float  # questions a minute, 0 is without limit

    @property
    def on(self) -> bool:
        """True when there is somebody to ask."""
        return bool(self.url or self.command)


@dataclass(frozen=True, slots=True)
class Bridge:
    """Where the program listens that takes what goes to a channel."""

    name: str  # the channel's
    url: str
    secret: Secret
    max_text: int  # characters of one message
    retry_for: timedelta

    @property
    def key(self) -> str:
        """The channel's name as addresses and the wire have it."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Config:
    """Everything one `mailgate.toml` says."""

    path: Path
    gateway: Gateway
    store: StoreAt
    smtp: Smtp
    lmtp: Lmtp
    submission: Submission
    imap: tuple[ImapBox, ...]
    outgoing: tuple[Relay, ...]
    retention: Retention
    log: Log
    metrics: Metrics
    web: Web
    lookup: Lookup
    calls: Calls
    webhooks: tuple[Webhook, ...]
    rules_folder: Path
    rules_reload: bool  # load again when a file changes
    templates_folder: Path
    logo: Path | None  # the file of the picture in letters
    customers_file: Path | None  # whom we were told of
    policy: Policy  # agents carry id 0 until the store has named them
    warnings: tuple[Problem, ...] = ()
    bridges: tuple[Bridge, ...] = ()
