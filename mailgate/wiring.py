"""The composition root: Config -> Gateway; the only file that names concrete classes."""

from __future__ import annotations

import secrets
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from mailgate import ends, written
from mailgate.app.admin import connect, control, people
from mailgate.app.admin.control_socket import Callbox
from mailgate.app.admin.reloading import Reloader, as_it_runs, needs_restart
from mailgate.app.children.pool import Children
from mailgate.app.gateway import Gateway, Loaded
from mailgate.app.health import descriptors, memory, pages, systemd
from mailgate.app.health.alarm import Alarms
from mailgate.app.health.pulse import Pulse, problem
from mailgate.app.in_force import Clock, InForce, Snapshot, utc_now
from mailgate.app.intake.intake import Intake
from mailgate.app.intake.keeping import FREE_SPACE, MailKeeper
from mailgate.app.jobs.schedule import Schedule
from mailgate.app.mailboxes import reading, reconciling
from mailgate.app.mailboxes.board import MailboxBoard
from mailgate.app.outbox import failures
from mailgate.app.outbox.dispatch import Dispatcher, Route
from mailgate.app.outbox.ids import SignedIds
from mailgate.config.certificate import Certificate
from mailgate.config.load import load
from mailgate.config.tree import Config, Listen, Relay
from mailgate.core.model.mail import Source, canonical
from mailgate.core.model.policy import Mode, Policy
from mailgate.core.model.said import said
from mailgate.edge.imap.reader import Mailboxes, MailboxReader
from mailgate.edge.metrics import TEXT, MetricsListener, Page
from mailgate.edge.out.heartbeat import beat
from mailgate.edge.out.maildir import FolderTransport
from mailgate.edge.out.smtp import SmtpTransport
from mailgate.edge.smtp.house import AddressOwner
from mailgate.edge.smtp.limits import Listener, SmtpLimits
from mailgate.edge.smtp.listener import PASSING, SmtpListeners
from mailgate.errors import ConfigError, Permanent, Problem
from mailgate.store import blobs
from mailgate.store.base import Store
from mailgate.store.sqlite.store import SqliteStore

CHILDREN = 2

Worker = tuple[str, Callable[[threading.Event], None]]


@dataclass(frozen=True, slots=True)
class Edges:
    """What connects a gateway with the world while it runs."""

    door: SmtpListeners
    metrics: MetricsListener
    schedule: Schedule
    reloader: Reloader
    callbox: Callbox
    workers: tuple[Worker, ...] = ()


def build(path: Path, *, children: int = CHILDREN, clock: Clock = utc_now) -> Gateway:
    """A gateway that may write and goes by `clock`.

    Raises ConfigError, or InUse when another process holds the data folder.
    """
    config = load(path)
    texts = written.read(config)
    store = SqliteStore(config.store.path, first_number=config.policy.tickets.first_number, progress=systemd.patience())
    try:
        store.sync_people(config.policy.agents, config.policy.departments)
        return _assemble(config, written.snapshot(config, texts, store), store, children, clock)
    except BaseException:
        store.close()
        raise


def _assemble(config: Config, first: Snapshot, store: SqliteStore, size: int, clock: Clock) -> Gateway:
    in_force = InForce(first)
    ids = SignedIds(in_force)
    pool = Children(size)
    pulse = Pulse(pool)
    url = config.gateway.health_url
    alarms = Alarms(store, in_force, ids, clock, config.gateway.alarm_command, partial(beat, url) if url else None)
    dispatcher = Dispatcher(
        store,
        pool,
        in_force,
        clock,
        _routes(config),
        on_failed=failures.undelivered(in_force, ids, clock),
        on_problem=alarms.problem,
    )
    intake = Intake(
        store,
        pool,
        in_force,
        ids,
        clock,
        MailKeeper(store, clock, partial(blobs.write, store.data), partial(blobs.reserve, store.data)),
        pulse,
        on_letters=dispatcher.wake,
        on_people=people.refresher(in_force, store),
    )
    return Gateway(
        config=config,
        in_force=in_force,
        store=store,
        children=pool,
        pulse=pulse,
        ids=ids,
        intake=intake,
        dispatcher=dispatcher,
        clock=clock,
        load=partial(_load_again, store, pool),
        data=store.data,
        alarms=alarms,
        mailboxes=MailboxBoard(clock, {box.name: box.alarm_after for box in config.imap}),
    )


def check(config: Config, store: Store | None, *, children: bool) -> list[Problem]:
    """What a reload would say of all that is on disk, and what keeps a child of this Python from reading mail.

    `store` is None before the first start; without `children` none is started, and no template tried.
    """
    if not children:
        return written.judge(config, store, None)[1]
    pool = Children(1)
    try:
        unread = problem(pool)
        return [*([unread] if unread else ()), *written.judge(config, store, None if unread else pool)[1]]
    finally:
        pool.close()


def _load_again(store: SqliteStore, children: Children, running: Config) -> Loaded:
    """What is on disk now, judged, beside what runs. Raises ConfigError."""
    moved = written.another_store(running)
    if moved:
        raise ConfigError(moved)
    found = load(running.path)
    config = as_it_runs(running, found)
    texts, problems = written.judge(config, store, children)
    faults = [one for one in problems if not one.warning]
    if texts is None or faults:
        raise ConfigError(faults)
    store.sync_people(config.policy.agents, config.policy.departments)
    return Loaded(config, written.snapshot(config, texts, store), _routes(config), tuple(needs_restart(running, found)))


# --- ways out --------------------------------------------------------------------------------------------------------


def _routes(config: Config) -> dict[str, Route]:
    return {relay.name: _route(relay, config) for relay in config.outgoing}


def _route(relay: Relay, config: Config) -> Route:
    def make() -> FolderTransport | SmtpTransport:
        if relay.transport == "folder":
            assert relay.folder is not None
            return FolderTransport(relay.folder)
        return ends.transport(relay, config)

    return Route(
        name=relay.name,
        open=make,
        connections=relay.connections,
        rate=relay.rate,
        envelope=relay.envelope,
        retry_for=relay.retry_for,
        made_from=(relay, config.gateway.domain),
    )


def try_ends(config: Config) -> Iterator[connect.End]:
    """Each relay and mailbox in turn; nothing is sent and nothing marked."""
    return connect.try_ends(
        config,
        connect.Reach(
            relay=lambda relay: ends.transport(relay, config),
            mailbox=lambda box: ends.try_mailbox(box, config),
            records=ends.records,
        ),
    )


def compare_mailboxes(config: Config, store: Store) -> Iterator[reconciling.Compared]:
    """Every folder of every mailbox against what was accepted."""
    return reconciling.compare(config, store, lambda box: ends.looking(box, config))


# --- ways in ---------------------------------------------------------------------------------------------------------


def edges(gateway: Gateway) -> Edges:
    """The listeners and mailboxes of a gateway, not yet started."""
    config = gateway.config
    tls = _certificate(gateway)
    listeners = [
        *(_listener(Source.SMTP, at, config, tls) for at in config.smtp.listen),
        *(_listener(Source.LMTP, at, config, None) for at in config.lmtp.listen),
        *(_listener(Source.SUBMISSION, at, config, tls) for at in config.submission.listen),
    ]
    smtp = config.smtp
    others = _connected_by_us(config) + PASSING * len(listeners)
    let_in = descriptors.affordable(smtp.max_connections, others)
    at_once = memory.affordable(4 * smtp.max_size, smtp.max_size)
    cramped = memory.too_little(at_once, smtp.max_size)
    if cramped:
        gateway.health[memory.HEALTH] = cramped
    short = partial(_full, gateway) if let_in < smtp.max_connections else None
    door = SmtpListeners(
        listeners,
        SmtpLimits(
            max_size=min(smtp.max_size, at_once),
            in_flight=at_once,
            max_recipients=smtp.max_recipients,
            max_connections=let_in,
            per_address=smtp.max_connections_per_peer,
            timeout=smtp.timeout.total_seconds(),
        ),
        receive=gateway.intake.receive,
        recipient=lambda addr: owner_of_address(addr, gateway.in_force.policy),
        hostname=config.gateway.domain,
        login=partial(_login, gateway),
        guessed=partial(_guessed, gateway),
        room=lambda octets: gateway.store.free_space() > max(FREE_SPACE, octets * 3 // 2),
        full=short or (lambda: None),
        trusted_networks=smtp.trusted_networks,
    )
    return Edges(
        door,
        _metrics(gateway),
        Schedule(gateway, time.monotonic),
        Reloader(gateway),
        Callbox(gateway.data, partial(control.answer, gateway)),
        _mailboxes(gateway),
    )


def _full(gateway: Gateway) -> None:
    gateway.descriptors.full(time.monotonic())


def _connected_by_us(config: Config) -> int:
    """How many connections we may open ourselves."""
    return 2 * len(config.imap) + sum(relay.connections for relay in config.outgoing)


def _mailboxes(gateway: Gateway) -> tuple[Worker, ...]:
    """All IMAP mailboxes as one worker; watching only, mail stays where it is."""
    config = gateway.config
    memory = reading.ReaderMemory(gateway.store, gateway.clock)
    aside = reading.set_aside_by(gateway.store, gateway.clock, gateway.alarms)
    readers = []
    for box in config.imap:
        readers.append(
            MailboxReader(
                ends.mailbox(box, config, lambda: gateway.in_force.policy.mode is not Mode.WATCH),
                receive=gateway.intake.receive,
                cursors=memory,
                report=gateway.mailboxes.report,
                unfetchable=aside,
            )
        )

    def work(stop: threading.Event) -> None:
        mailboxes = Mailboxes(readers)
        mailboxes.start()
        stop.wait()
        mailboxes.stop()

    return (("mailboxes", work),) if readers else ()


def _metrics(gateway: Gateway) -> MetricsListener:
    at = [(place.host, place.port) for place in gateway.config.metrics.listen]

    def healthz() -> Page:
        healthy, text = pages.healthz(gateway)
        return Page(200 if healthy else 503, "application/json", text)

    return MetricsListener(at, {"/metrics": lambda: Page(200, TEXT, pages.metrics(gateway)), "/healthz": healthz})


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


def _login(gateway: Gateway, user: str, password: str) -> str | None:
    """The agent who may submit with this password."""
    policy = gateway.in_force.policy
    agent = policy.agent(user) or policy.agent_at(user)
    known = gateway.config.submission.passwords.get(agent.name) if agent and agent.active else None
    if known is None or agent is None:
        return None
    return agent.name if secrets.compare_digest(known.reveal().encode(), password.encode()) else None


def _guessed(gateway: Gateway, what: str, address: str, user: str) -> None:
    """Tell the admin of somebody who tries passwords; a name that is no agent's is not repeated."""
    agent = gateway.in_force.policy.agent(user) or gateway.in_force.policy.agent_at(user)
    whose = agent.name if agent else said("alarm.no_agent")
    code = "alarm.guessing_address" if what == "address" else "alarm.guessing_account"
    text = said(code, address=address, whose=whose)
    gateway.alarms.tell("guessing", said("alarm.guessing"), text, said("alarm.guessing_remedy"))


def owner_of_address(addr: str, policy: Policy) -> AddressOwner:
    """Whether an address is ours: a department's, plus parts and ticket addresses included, or postmaster."""
    key = canonical(addr)
    if policy.department_at(key) or key.partition("@")[0] == "postmaster":
        return "ours"
    domain = key.rpartition("@")[2]
    known = {policy.domain, *(inbound.rpartition("@")[2] for inbound in policy.inbound)}
    return "unknown" if domain in known else "foreign"


__all__ = [
    "Edges",
    "Gateway",
    "SmtpListeners",
    "build",
    "check",
    "compare_mailboxes",
    "edges",
    "owner_of_address",
    "try_ends",
]
