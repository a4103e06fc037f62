"""How the gateway is: what `mailgate status`, /healthz and the alarms go by, and what needs a person."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from mailgate import __version__
from mailgate.app.gateway import Gateway
from mailgate.app.health.alarm import HealthTrouble, calls
from mailgate.app.hooks.by_hand import BY_HAND
from mailgate.app.intake.keeping import FREE_SPACE, SMALL
from mailgate.app.window import forms
from mailgate.config.tree import Config
from mailgate.core.channels.whereabouts import ROUTE
from mailgate.core.hooks.rows import HookState
from mailgate.core.model.desk_rows import MailQueue, Queues
from mailgate.core.model.policy import Mode
from mailgate.core.model.said import Said, moment, said
from mailgate.errors import MailgateError
from mailgate.store.base import Read, Store

LOW = 2 * FREE_SPACE  # octets free below which the admin is told
PATIENCE = timedelta(minutes=10)  # a relay may be down so long before people are called
STUCK = timedelta(minutes=10)  # a mail may be without a fate so long
OFTEN = 4  # rests of a webhook in a row: its program has been away for some minutes
REMEDIES = {"customers": "mend the file: `mailgate check` names what is wrong"}  # of what a part says by itself
FORGOTTEN = timedelta(hours=1)  # in live mode nothing is held so long but by a restore


def of_daemon(gateway: Gateway) -> dict[str, Any]:
    """What only the running process knows; JSON throughout, for the control socket."""
    return {
        "pid": os.getpid(),
        "listeners": gateway.listeners,
        "mailboxes": gateway.mailboxes.states(),
        "relays": {
            name: {"down": why, "since": _text(gateway.down_since.get(name))}
            for name, why in gateway.dispatcher.health().items()
        },
        "health": dict(gateway.health),
        "store": gateway.store.healthy(),
        "soundness": gateway.soundness.state(),
        "certificate": _of_certificate(gateway),
        "pulse": gateway.pulse.trouble(),
        "dead": gateway.dead(),
        "window": _of_window(gateway),
        "lookup": _of_lookups(gateway),
        "config_stale": gateway.in_force.stale or None,
        "templates": gateway.dispatcher.given_way(),
        "in_hand": gateway.intake.count_in_hand(),
        "large_mail": gateway.intake.keeping.trouble() or None,
        "children": {"count": len(gateway.children.pids()), "memory": gateway.children.memory()},
    }


def _of_certificate(gateway: Gateway) -> dict[str, Any] | None:
    now, found = gateway.clock(), gateway.certificate
    text = found.trouble(now) if found else ""
    return {"text": text, "expired": found.expired(now)} if found and text else None


def _of_lookups(gateway: Gateway) -> dict[str, Any] | None:
    found = gateway.lookups.state()
    return asdict(found) if found else None


def _of_window(gateway: Gateway) -> dict[str, Any] | None:
    found = gateway.window()
    return asdict(found) if found else None


def status_of(gateway: Gateway, now: datetime) -> dict[str, Any]:
    """The whole report, from inside the daemon."""
    return status_report(of_daemon(gateway), gateway.store, gateway.config, now)


def status_report(daemon: Mapping[str, Any] | None, store: Store, config: Config, now: datetime) -> dict[str, Any]:
    """Everything one screen shows; `daemon` is the answer of `of_daemon`, None when none runs."""
    found, troubles = looked(daemon, store, config, now)
    return {**found, "troubles": [one.in_english() for one in troubles]}


def looked(
    daemon: Mapping[str, Any] | None, store: Store, config: Config, now: datetime
) -> tuple[dict[str, Any], list[HealthTrouble]]:
    """The report without its troubles, and these as a letter tells them."""
    queues, aside, old_letters, form_closed, hooks, unread = _asked(store)
    free = store.free_space()
    found = {
        "running": daemon is not None,
        "pid": daemon["pid"] if daemon else None,
        "version": __version__,
        "mode": str(config.gateway.mode),
        "listeners": daemon["listeners"] if daemon else None,
        "mailboxes": daemon["mailboxes"] if daemon else [_unknown(box.name) for box in config.imap],
        "relays": [
            *(_relay(relay.name, daemon) for relay in config.outgoing),
            *(_relay(f"{ROUTE}{bridge.key}", daemon) for bridge in config.bridges),
        ],
        "queues": {"mail": asdict(queues.mail), "outbox": {state: asdict(row) for state, row in queues.outbox.items()}},
        "quarantine": queues.quarantined,
        "parked": queues.parked,
        "set_aside": aside,
        "last_mail_at": queues.last_mail_at,
        "longest": _longest(queues),
        "disk_free": free,
        "database": daemon.get("soundness") if daemon else None,
        "config_stale": daemon["config_stale"] if daemon else None,
        "in_hand": daemon["in_hand"] if daemon else None,
        "children": daemon["children"] if daemon else None,
        "window": daemon.get("window") if daemon else None,
        "lookup": daemon.get("lookup") if daemon else None,
        "hooks": [asdict(hook) for hook in hooks],
        "form_closed": form_closed,
        "old_letters": old_letters,
        "faults": [fault for fault in (store.fault(),) if fault],
    }
    return found, [
        *_of_process(daemon, config, now),
        *_of_lookup((daemon or {}).get("lookup")),
        *_of_hooks(hooks),
        *_of_disk(daemon, store, unread, free),
        *_of_queues(found, config, now),
    ]


def _asked(store: Store) -> tuple[Queues, int, int, bool, list[HookState], str]:
    """What the store says of its queues, and why it says nothing when it cannot be read."""
    try:
        return *store.read(_queues), ""
    except MailgateError as error:
        return Queues(MailQueue(0, None), None, None, None, {}), 0, 0, False, [], str(error)


def _queues(read: Read) -> tuple[Queues, int, int, bool, list[HookState]]:
    aside, old_letters = len(read.settings.set_aside()), read.outbox.old_letters_left()
    return read.report.queues(), aside, old_letters, forms.is_closed(read), read.hooks.all()


def _unknown(name: str) -> dict[str, Any]:
    keys = ("error", "backlog", "success_at", "token_expires")
    return {"name": name, "state": "unknown", **dict.fromkeys(keys), "silent": False}


def _relay(name: str, daemon: Mapping[str, Any] | None) -> dict[str, Any]:
    known = (daemon or {}).get("relays", {}).get(name) or {}
    return {"name": name, "down": known.get("down"), "since": known.get("since")}


def _longest(queues: Queues) -> dict[str, Any] | None:
    """The oldest thing that waits for us (not for a person): a mail or a letter."""
    waiting = [("mail", queues.mail.oldest)]
    waiting += [(f"letter {state}", row.oldest) for state, row in queues.outbox.items() if state != "dead"]
    what, at = min(((w, t) for w, t in waiting if t), key=lambda pair: pair[1], default=("", None))
    return {"what": what, "at": at} if at else None


# --- troubles --------------------------------------------------------------------------------------------------------


def _of_process(daemon: Mapping[str, Any] | None, config: Config, now: datetime) -> Iterator[HealthTrouble]:
    if daemon is None:
        yield HealthTrouble("daemon", "the daemon does not run", "systemctl start mailgate", True)
        return
    for name in daemon["dead"]:
        yield calls(f"thread {name}", said("trouble.thread", name=name), "systemctl restart mailgate")
    if daemon.get("pulse"):
        yield calls("reading", said("trouble.reading", why=daemon["pulse"]), said("trouble.reading_remedy"))
    window = daemon.get("window")
    if window and window["trouble"]:
        no_pages = f"the web pages: {window['trouble']}"
        yield HealthTrouble("window", no_pages, window["remedy"] or "see the log: journalctl -u mailgate")
    certificate = daemon.get("certificate")
    if certificate:
        text = said("trouble.certificate", why=certificate["text"])
        yield calls("certificate", text, said("trouble.certificate_remedy"), grave=certificate["expired"], told=True)
    check = daemon.get("soundness")
    if check and check["state"] == "unchecked":
        unchecked = f"the database could not be checked: {check['error']}"
        yield HealthTrouble("check", unchecked, "see the log: journalctl -u mailgate")
    for part, why in daemon["health"].items():
        if part != "store":  # asked of the store itself
            yield HealthTrouble(part, f"{part}: {why}", REMEDIES.get(part, "see the log: journalctl -u mailgate"))
    for box in daemon["mailboxes"]:
        if box["silent"] or box["state"] == "paused":
            why = box["error"] or said("trouble.no_success")
            at = _here(box["success_at"], config, now) if box["success_at"] else said("trouble.never")
            silent = said("trouble.mailbox", mailbox=box["name"], why=why, at=at)
            yield calls(f"mailbox {box['name']}", silent, "mailgate check --connect")
    if daemon["config_stale"]:
        refused = f"the files on disk were refused, the old ones hold: {daemon['config_stale']}"
        yield HealthTrouble("config", refused, "mailgate check, then mailgate reload")
    for template in daemon.get("templates") or ():
        failed = f"a template of yours failed, ours is used instead: {template}"
        yield HealthTrouble("templates", failed, "mend it, then mailgate check")


def _of_lookup(lookup: Mapping[str, Any] | None) -> Iterator[HealthTrouble]:
    """The admin had a letter about it when it began (app/lookup/telling.py)."""
    if lookup and lookup["off"]:
        failing = f"customers are not looked up: {lookup['why']}"
        yield HealthTrouble("lookup", failing, "mailgate check --connect; it is tried again by itself")


def _of_hooks(hooks: Sequence[HookState]) -> Iterator[HealthTrouble]:
    """The admin had a letter about those that were given up or switched off (app/hooks/sending.py)."""
    for hook in hooks:
        name = f"webhook {hook.name}"
        if hook.off and hook.off != BY_HAND:
            yield HealthTrouble(name, f"{name} is off: {hook.off}", f"mailgate hook on {hook.name}")
        elif hook.rests >= OFTEN:
            resting = f"{name} takes nothing, {hook.waiting} waiting: {hook.error}"
            yield HealthTrouble(name, resting, f"mailgate hook test {hook.name}")
        elif hook.failed:
            text = f"{name}: {hook.failed} given up: {hook.error or 'earlier'}"
            yield HealthTrouble(name, text, "mailgate outbox list; retry or drop each")


def _of_disk(daemon: Mapping[str, Any] | None, store: Store, unread: str, free: int) -> Iterator[HealthTrouble]:
    wrong = (daemon or {}).get("store") or store.healthy() or unread  # only the daemon knows which file it opened
    if wrong:
        yield calls("store", said("trouble.store", why=wrong), said("trouble.store_remedy"))
    large = (daemon or {}).get("large_mail")
    if large:
        text = said("trouble.large_mail", size=SMALL // 1024, why=large)
        yield calls("large mail", text, said("trouble.large_mail_remedy"))
    if free < LOW:
        text = said("trouble.disk", free=free // 2**20, needed=FREE_SPACE // 2**20)
        yield calls("disk", text, said("trouble.disk_remedy"))


def _of_queues(found: Mapping[str, Any], config: Config, now: datetime) -> Iterator[HealthTrouble]:
    oldest = found["queues"]["mail"]["oldest"]
    if found["running"] and oldest and now - oldest > STUCK:
        stuck = said("trouble.processing", n=found["queues"]["mail"]["waiting"], since=_here(oldest, config, now))
        yield calls("processing", stuck, said("trouble.log_remedy"))
    for relay in found["relays"]:
        if relay["down"] and relay["since"] and now - datetime.fromisoformat(relay["since"]) >= PATIENCE:
            down = said(
                "trouble.relay", relay=relay["name"], since=_here(relay["since"], config, now), why=relay["down"]
            )
            yield calls(f"relay {relay['name']}", down, "mailgate check --connect")
    if found["quarantine"]:
        yield HealthTrouble("quarantine", f"{found['quarantine']} mails in quarantine", "mailgate quarantine list")
    if found["parked"]:
        yield HealthTrouble("parked", f"{found['parked']} mails wait for a person's word", "mailgate parked list")
    if found["set_aside"]:
        yield HealthTrouble("set aside", f"{found['set_aside']} mails could not be fetched", "mailgate audit")
    outbox = found["queues"]["outbox"]
    if "uncertain" in outbox:
        text = f"{outbox['uncertain']['count']} letters may or may not have left"
        yield HealthTrouble("uncertain", text, "mailgate outbox list --state uncertain, then retry or drop")
    held = outbox.get("held")
    if held and config.gateway.mode is Mode.LIVE and now - held["oldest"] > FORGOTTEN:
        yield HealthTrouble(
            "held", f"{held['count']} letters are held", "mailgate outbox list, then mailgate outbox release"
        )


def _here(at: datetime | str, config: Config, now: datetime) -> Said:
    """A moment on the admin's clock."""
    zone = ZoneInfo(config.policy.timezone)
    moment_at = datetime.fromisoformat(at) if isinstance(at, str) else at
    return moment(moment_at.astimezone(zone), now.astimezone(zone))


def _text(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None
