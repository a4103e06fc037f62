"""The composition root: Config -> Gateway; the only file that names concrete classes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from mailgate import ends, systemd, written
from mailgate.app.admin import connect, control, people
from mailgate.app.admin.control_socket import Callbox
from mailgate.app.admin.reloading import Reloader, as_it_runs, needs_restart
from mailgate.app.children.pool import Children
from mailgate.app.gateway import Gateway, Loaded
from mailgate.app.health import pages
from mailgate.app.health.alarm import Alarms
from mailgate.app.health.pulse import Pulse, problem
from mailgate.app.health.shortage import Shortage
from mailgate.app.hooks.hooks import Hooks
from mailgate.app.hooks.sending import Sender
from mailgate.app.in_force import Clock, InForce, Snapshot, utc_now
from mailgate.app.intake.intake import Intake
from mailgate.app.intake.keeping import MailKeeper
from mailgate.app.jobs.schedule import Schedule
from mailgate.app.lookup import question
from mailgate.app.lookup.asking import Lookups
from mailgate.app.lookup.holding import Holding
from mailgate.app.lookup.telling import teller
from mailgate.app.mailboxes import reading, reconciling
from mailgate.app.mailboxes.board import MailboxBoard
from mailgate.app.mailboxes.originals import OriginalsMemory
from mailgate.app.outbox import failures
from mailgate.app.outbox.chats import ChatProgress
from mailgate.app.outbox.dispatch import Dispatcher, Route
from mailgate.app.outbox.ids import SignedIds
from mailgate.app.window.counter import Counter
from mailgate.app.window.desk import WindowDesk
from mailgate.config.load import load
from mailgate.config.tree import Bridge, Config, Relay
from mailgate.config.web import missing_packages
from mailgate.core.channels import whereabouts
from mailgate.core.customers.question import Person, Said
from mailgate.core.model.mail import Source
from mailgate.core.model.policy import Mode
from mailgate.core.model.said import said
from mailgate.door import Door, make_door
from mailgate.edge.http.fetch import HttpClient
from mailgate.edge.http.post import SignedDoor
from mailgate.edge.imap.junk import JunkMoves
from mailgate.edge.imap.reader import Mailboxes, MailboxReader
from mailgate.edge.metrics import TEXT, MetricsListener, Page
from mailgate.edge.out import program
from mailgate.edge.out.heartbeat import beat
from mailgate.edge.out.maildir import FolderTransport
from mailgate.edge.out.smtp import SmtpTransport
from mailgate.edge.smtp.limits import Listener
from mailgate.edge.window.keeper import NoWindow, WindowAtSocket, WindowDoor, WindowKeeper
from mailgate.edge.window.sock import socket_of
from mailgate.errors import ConfigError, Problem
from mailgate.store import blobs
from mailgate.store.base import Store
from mailgate.store.sqlite.store import SqliteStore

CHILDREN = 2

Worker = tuple[str, Callable[[threading.Event], None]]


@dataclass(frozen=True, slots=True)
class Edges:
    """What connects a gateway with the world while it runs."""

    door: Door
    metrics: MetricsListener
    window: WindowDoor
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
    chats = ChatProgress(store, clock)
    dispatcher = Dispatcher(
        store,
        pool,
        in_force,
        clock,
        _routes(config, chats),
        on_failed=failures.undelivered(in_force, ids, clock),
        on_problem=alarms.problem,
    )
    intake = Intake(
        store,
        pool,
        in_force,
        ids,
        clock,
        MailKeeper(
            store,
            clock,
            partial(blobs.write, store.data),
            partial(blobs.reserve, store.data),
            partial(blobs.adopt, store.data, config.smtp.max_size),
        ),
        pulse,
        on_letters=dispatcher.wake,
        on_people=people.refresher(in_force, store),
    )
    http = HttpClient()
    lookups = _lookups(config, store, alarms, clock, http)
    holding = Holding(lookups, in_force)
    intake.hand.wait_for, intake.asked_for = holding, holding.anew
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
        load=partial(_load_again, store, pool, chats),
        data=store.data,
        alarms=alarms,
        lookups=lookups,
        mailboxes=MailboxBoard(clock, {box.name: box.alarm_after for box in config.imap}),
        http=http,
        hooks=Hooks(store, Sender(store, in_force, alarms, clock), SignedDoor),
    )


def _lookups(config: Config, store: SqliteStore, alarms: Alarms, clock: Clock, http: HttpClient) -> Lookups:
    ended = threading.Event()

    def hang_up() -> None:
        ended.set()
        http.hang_up()

    ways = question.Ways(http, partial(program.run, ended=ended.is_set))
    return Lookups(store, config.lookup, partial(question.ask, ways=ways), clock, teller(alarms), hang_up)


def look_up(config: Config, person: Person) -> Said | None:
    """Ask about somebody once, here and now. Raises MailgateError."""
    return question.ask(config.lookup, person, question.Ways(HttpClient(), program.run))


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


def _load_again(store: SqliteStore, children: Children, chats: ChatProgress, running: Config) -> Loaded:
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
    return Loaded(
        config, written.snapshot(config, texts, store), _routes(config, chats), tuple(needs_restart(running, found))
    )


# --- ways out --------------------------------------------------------------------------------------------------------


def _routes(config: Config, chats: ChatProgress) -> dict[str, Route]:
    relays = {relay.name: _route(relay, config) for relay in config.outgoing}
    return relays | {route.name: route for route in (_to_channel(one, chats) for one in config.bridges)}


def _to_channel(bridge: Bridge, chats: ChatProgress) -> Route:
    name = whereabouts.ROUTE + bridge.key
    return Route(
        name=name,
        open=partial(ends.channel, bridge, chats),
        connections=1,  # in the order they were written
        retry_for=bridge.retry_for,
        only=(name,),
        made_from=bridge,
    )


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
            bridge=ends.try_bridge,
            mailbox=lambda box: ends.try_mailbox(box, config),
            records=ends.records,
            person=partial(look_up, config),
        ),
    )


def compare_mailboxes(config: Config, store: Store) -> Iterator[reconciling.Compared]:
    """Every folder of every mailbox against what was accepted."""
    return reconciling.compare(config, store, lambda box: ends.looking(box, config))


# --- ways in ---------------------------------------------------------------------------------------------------------


def edges(gateway: Gateway, *, apart: bool = False) -> Edges:
    """The listeners and mailboxes of a gateway, not yet started; `apart`: SMTP in a process of its own."""
    config = gateway.config
    return Edges(
        make_door(gateway, _connected_by_us(config), apart=apart),
        _metrics(gateway),
        _window(gateway),
        Schedule(gateway, time.monotonic),
        Reloader(gateway),
        Callbox(gateway.data, partial(control.answer, gateway)),
        _mailboxes(gateway),
    )


def _connected_by_us(config: Config) -> int:
    """How many connections we may open ourselves."""
    return 2 * len(config.imap) + sum(relay.connections for relay in config.outgoing) + len(config.bridges)


def _mailboxes(gateway: Gateway) -> tuple[Worker, ...]:
    """All IMAP mailboxes as one worker; watching only, mail stays where it is."""
    config = gateway.config
    memory = reading.ReaderMemory(gateway.store, gateway.clock)
    aside = reading.set_aside_by(gateway.store, gateway.clock, gateway.alarms)
    originals = OriginalsMemory(gateway.store, gateway.clock)
    readers = []
    for box in config.imap:
        mailbox = ends.mailbox(box, config, lambda: gateway.in_force.policy.mode is not Mode.WATCH)
        readers.append(
            MailboxReader(
                mailbox,
                receive=gateway.intake.receive,
                cursors=memory,
                report=gateway.mailboxes.report,
                unfetchable=aside,
                junk=JunkMoves(mailbox, originals),
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


def _window(gateway: Gateway) -> WindowDoor:
    """The window of a gateway, not yet begun; what keeps it from opening is said by its state, and stops no mail."""
    web = gateway.config.web
    if not web.listen:
        return NoWindow()
    missing = missing_packages()
    if missing:
        return NoWindow(f"{missing[0]} is not installed: pip install 'mailgate[web]'", web.run)
    answering = Counter(WindowDesk(gateway))
    at, log = web.listen[0], gateway.config.log
    place = Listener(Source.WINDOW, at.host, at.port, str(at.path or ""))
    if web.run == "unit":
        known = at.handed is None and (at.port or at.path)  # else the unit alone knows it
        return WindowAtSocket(answering, socket_of(gateway.data), place if known else None)
    return WindowKeeper(
        answering,
        [place],
        (log.level, log.format),
        partial(_without_window, gateway),
    )


def _without_window(gateway: Gateway, why: str) -> None:
    """The admin hears of it, in a thread: an alarm may have to wait for the store."""
    text = said("alarm.window_text", why=why)
    tell = partial(gateway.alarms.tell, "window", said("alarm.window"), text, said("trouble.log_remedy"))
    threading.Thread(target=tell, name="alarm", daemon=True).start()


__all__ = [
    "Door",
    "Edges",
    "Gateway",
    "Shortage",
    "build",
    "check",
    "compare_mailboxes",
    "edges",
    "look_up",
    "try_ends",
]
