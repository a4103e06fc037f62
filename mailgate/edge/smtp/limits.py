"""What the SMTP and LMTP door listens on, how much it takes, and who has taken how much of it."""

from __future__ import annotations

import ipaddress
import ssl
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from mailgate.core.model.mail import Source
from mailgate.edge.smtp.memory import MailMemory

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Listener:
    """One place to listen: host and port, or `path` of a unix socket (mode 0660).

    `tls` is asked for a context at every handshake, so that a renewed certificate is used without a restart.
    """

    kind: Source  # SMTP, LMTP or SUBMISSION
    host: str = "127.0.0.1"
    port: int = 0  # 0: any free port
    path: str = ""
    tls: Callable[[], ssl.SSLContext] | None = None
    implicit_tls: bool = False  # TLS from the first byte (port 465) instead of STARTTLS
    proxy_protocol: bool = False  # expect a PROXY header (v1 or v2) from peers in the trusted networks

    def __post_init__(self) -> None:
        if self.kind is Source.LMTP and self.port == 25 and not self.path:
            raise ValueError("LMTP must not listen on TCP port 25 (RFC 2033 section 5)")
        if self.implicit_tls and self.tls is None:
            raise ValueError("implicit TLS needs a certificate")
        if self.kind is Source.SUBMISSION and self.tls is None:
            raise ValueError("submission needs a certificate: passwords are only taken under TLS")


@dataclass(frozen=True, slots=True)
class SmtpLimits:
    """How much one peer, and all of them, may ask for; times in seconds, sizes in octets."""

    max_size: int = 26_214_400
    max_recipients: int = 100
    max_connections: int = 100
    per_address: int = 20
    timeout: float = 300.0  # for a command, and between two pieces of DATA
    data_timeout: float = 600.0  # for the whole of DATA
    session: float = 1800.0
    soft_errors: int = 10  # from here on every error costs the peer `error_delay`
    hard_errors: int = 20
    error_delay: float = 1.0
    bogus_commands: int = 5
    idle_commands: int = 100  # NOOP, RSET and the like between two mails
    per_minute: int = 60  # mails from one untrusted address
    max_hops: int = 100
    in_flight: int = 0  # raw octets in memory at once; 0: four times max_size

    @property
    def memory(self) -> int:
        """How many octets of unfinished mail may be in memory at once."""
        return self.in_flight or 4 * self.max_size


@dataclass(slots=True)
class Ledger:
    """Who is connected, who sent how much this minute, and whose mail is in memory."""

    limits: SmtpLimits
    trusted: tuple[Network, ...] = ()
    connections: int = 0
    by_address: Counter[str] = field(default_factory=Counter)
    memory: MailMemory = field(init=False)
    _minute: int = 0
    _mails: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.memory = MailMemory(self.limits.memory)

    def is_trusted(self, address: str) -> bool:
        """True for a peer in the trusted networks and on the unix socket: no caps of its own."""
        if not self.trusted:
            return address == "unix"
        try:
            peer = ipaddress.ip_address(address)
        except ValueError:
            return address == "unix"
        mapped = getattr(peer, "ipv4_mapped", None) or peer
        return any(mapped in network for network in self.trusted)

    def enter(self, address: str) -> bool:
        """Count a new connection; False when there are too many already."""
        if self.connections >= self.limits.max_connections:
            return False
        if self.by_address[address] >= self.limits.per_address and not self.is_trusted(address):
            return False
        self.connections += 1
        self.by_address[address] += 1
        return True

    def leave(self, address: str) -> None:
        """Forget a connection that `enter` counted."""
        self.connections -= 1
        self.by_address[address] -= 1
        if not self.by_address[address]:
            del self.by_address[address]

    def may_send(self, address: str, now: float) -> bool:
        """Count one more mail of this minute; `now` in seconds of any steady clock."""
        minute = int(now // 60)
        if minute != self._minute:
            self._minute = minute
            self._mails.clear()
        if self.limits.per_minute <= 0 or self.is_trusted(address):
            return True
        self._mails[address] += 1
        return self._mails[address] <= self.limits.per_minute
