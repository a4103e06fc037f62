"""The door for mail: what it listens on, how much it takes and from whom, in this process or in one of its own."""

from __future__ import annotations

import errno
import os
import ssl
import time
from collections.abc import Callable
from functools import partial
from typing import Protocol, cast

from mailgate.app.gateway import Gateway
from mailgate.app.health import descriptors, memory
from mailgate.app.intake.keeping import FREE_SPACE
from mailgate.config.certificate import Certificate
from mailgate.config.tree import Config, Listen
from mailgate.core.model.mail import Source
from mailgate.core.model.policy import Policy
from mailgate.core.model.said import said
from mailgate.edge.apart.keeper import DeskCalls, ListenerKeeper
from mailgate.edge.apart.messages import Kind, Place, Settings
from mailgate.edge.smtp.admission import Admission, Verifier, verifier
from mailgate.edge.smtp.limits import Listener, SmtpLimits
from mailgate.edge.smtp.listener import PASSING, SmtpListeners
from mailgate.errors import ConfigError, Permanent


class Door(Protocol):
    """The listeners for mail, wherever they run."""

    @property
    def bound(self) -> dict[str, list[str]]:
        """Where each kind of listener really is: `{"smtp": ["127.0.0.1:8025"], "lmtp": ["/run/lmtp"]}`."""
        ...

    @property
    def answers(self) -> bool:
        """True while peers are served."""
        ...

    async def start(self) -> None:
        """Bind and let peers in. Raises OSError."""
        ...

    async def stop(self, grace: float = 25.0) -> None:
        """Take no more, and let what is in hand end for at most `grace` seconds."""
        ...

    def shed(self) -> None:
        """Memory ran out: what can be let go is let go."""
        ...


def make_door(gateway: Gateway, connected: int, *, apart: bool) -> Door:
    """The door of a gateway, not yet open; we ourselves may open `connected` connections. Raises ConfigError."""
    config = gateway.config
    listeners = _listeners(gateway)
    smtp = config.smtp
    let_in = descriptors.affordable(smtp.max_connections, connected + PASSING * len(listeners))
    at_once = memory.affordable(4 * smtp.max_size, smtp.max_size)
    cramped = memory.too_little(at_once, smtp.max_size)
    if cramped:
        gateway.health[memory.HEALTH] = cramped
    limits = SmtpLimits(
        max_size=min(smtp.max_size, at_once),
        in_flight=at_once,
        max_recipients=smtp.max_recipients,
        max_connections=let_in,
        per_address=smtp.max_connections_per_peer,
        timeout=smtp.timeout.total_seconds(),
    )
    admission = Admitted(gateway)
    full = partial(_full, gateway) if let_in < smtp.max_connections else _nothing
    if apart:
        return _apart(gateway, listeners, limits, admission, full)
    return SmtpListeners(
        listeners,
        limits,
        receive=gateway.intake.receive,
        recipient=lambda address: admission().owner(address),
        hostname=config.gateway.domain,
        login=lambda user, password: admission().login(user, password),
        guessed=partial(_guessed, gateway),
        room=lambda octets: gateway.store.free_space() > max(FREE_SPACE, octets * 3 // 2),
        full=lambda: full(0),
        trusted_networks=smtp.trusted_networks,
    )


def _apart(
    gateway: Gateway,
    listeners: list[Listener],
    limits: SmtpLimits,
    admission: Admitted,
    full: Callable[[int], None],
) -> ListenerKeeper:
    config = gateway.config
    smtp = config.smtp

    def settings(bound: list[tuple[int, ...]], admitted: Admission) -> Settings:
        places = [
            Place(cast(Kind, each.kind.value), at, each.tls is not None, each.implicit_tls, each.proxy_protocol)
            for each, at in zip(listeners, bound, strict=True)
        ]
        return Settings(
            places=tuple(places),
            limits=limits,
            hostname=config.gateway.domain,
            trusted=tuple(map(str, smtp.trusted_networks)),
            certificate=str(smtp.tls_cert) if gateway.certificate else "",
            key=str(smtp.tls_key) if gateway.certificate else "",
            data=str(gateway.data),
            spare=FREE_SPACE,
            log_level=config.log.level,
            log_form=config.log.format,
            admission=admitted,
        )

    keeper = ListenerKeeper(
        listeners,
        gateway.data,
        settings,
        admission,
        DeskCalls(
            receive=gateway.intake.receive,
            take_in=gateway.intake.take_in,
            unwritten=gateway.intake.keeping.unwritten,
            guessed=partial(_guessed, gateway),
            full=lambda error: _full(gateway, error) if error else full(0),
        ),
    )
    gateway.in_force.changed = lambda: keeper.admit(admission())
    return keeper


def _listeners(gateway: Gateway) -> list[Listener]:
    config = gateway.config
    tls = _certificate(gateway)
    return [
        *(_listener(Source.SMTP, at, config, tls) for at in config.smtp.listen),
        *(_listener(Source.LMTP, at, config, None) for at in config.lmtp.listen),
        *(_listener(Source.SUBMISSION, at, config, tls) for at in config.submission.listen),
    ]


def _listener(kind: Source, at: Listen, config: Config, tls: Callable[[], ssl.SSLContext] | None) -> Listener:
    proxy = config.smtp.proxy_protocol and kind is Source.SMTP
    return Listener(kind, at.host, at.port, str(at.path or ""), tls, implicit_tls=at.port == 465, proxy_protocol=proxy)


def _certificate(gateway: Gateway) -> Callable[[], ssl.SSLContext] | None:
    """A context that follows the files; what is wrong with them is told by the gateway's health. Raises ConfigError."""
    smtp = gateway.config.smtp
    if smtp.tls_cert is None or smtp.tls_key is None:
        return None
    try:
        gateway.certificate = Certificate(smtp.tls_cert, smtp.tls_key)
    except Permanent as error:
        raise ConfigError(str(error)) from error
    return gateway.certificate.context


class Admitted:
    """The admission of the policy in force, made once for each; a password is hashed once."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._of: tuple[object, object] = (None, None)
        self._made = Admission()
        self._hashed: dict[str, tuple[str, Verifier]] = {}

    def __call__(self) -> Admission:
        """As of now."""
        policy, submission = self._gateway.in_force.policy, self._gateway.config.submission
        if self._of[0] is not policy or self._of[1] is not submission:
            passwords = {name: secret.reveal() for name, secret in submission.passwords.items()}
            self._made, self._of = admission_of(policy, passwords, self._verifier), (policy, submission)
        return self._made

    def _verifier(self, name: str, password: str) -> Verifier:
        known, found = self._hashed.get(name, ("", None))
        if found is None or known != password:
            found = verifier(password)
            self._hashed[name] = (password, found)
        return found


def admission_of(policy: Policy, passwords: dict[str, str], hashed: Callable[[str, str], Verifier]) -> Admission:
    """What a listener needs to know of a policy; `hashed(name, password)` makes what verifies a password."""
    active = [agent for agent in policy.agents if agent.active and agent.name in passwords]
    return Admission(
        inbound=frozenset(policy.inbound),
        domains=frozenset((policy.domain, *(inbound.rpartition("@")[2] for inbound in policy.inbound))),
        subaddress=policy.identity.subaddress,
        submitters={agent.name: hashed(agent.name, passwords[agent.name]) for agent in active},
        named={address: agent.name for agent in active for address in (agent.address, *agent.aliases)},
    )


def _nothing(error: int) -> None:
    """As many were let in as the admin wants."""


def _full(gateway: Gateway, error: int) -> None:
    """Somebody was not let in: the system had no descriptor (`error`), or we keep the last ones for the rest of us."""
    number = error or errno.EMFILE
    gateway.descriptors.refused(OSError(number, os.strerror(number)), time.monotonic())


def _guessed(gateway: Gateway, what: str, address: str, user: str) -> None:
    """Tell the admin of somebody who tries passwords; a name that is no agent's is not repeated."""
    agent = gateway.in_force.policy.agent(user) or gateway.in_force.policy.agent_at(user)
    whose = agent.name if agent else said("alarm.no_agent")
    code = "alarm.guessing_address" if what == "address" else "alarm.guessing_account"
    text = said(code, address=address, whose=whose)
    gateway.alarms.tell("guessing", said("alarm.guessing"), text, said("alarm.guessing_remedy"))
