"""The pages for machines: /metrics with the gateway's figures, /healthz with what is wrong."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from mailgate import __version__
from mailgate.app.gateway import Gateway
from mailgate.app.health import status
from mailgate.wire.prometheus import Family, by, exposition, one

FATES = ("filed", "duplicate", "dropped", "parked", "quarantined", "unaccounted")


def metrics(gateway: Gateway) -> str:
    """Everything in the text format of Prometheus."""
    return exposition(_families(gateway, gateway.clock()))


def healthz(gateway: Gateway) -> tuple[bool, str]:
    """Whether mail flows, and as JSON the reasons why not."""
    found = status.status_of(gateway, gateway.clock())
    graves = [trouble for trouble in found["troubles"] if trouble["grave"]]
    stale = bool(found["config_stale"])
    answer = {"healthy": not graves, "config_stale": stale, "reasons": [f"{t['key']}: {t['text']}" for t in graves]}
    return not graves, json.dumps(answer) + "\n"


def _families(gateway: Gateway, now: datetime) -> Iterator[Family]:
    found = status.status_of(gateway, now)
    build = (("version", __version__), ("python", platform.python_version()))
    yield Family("mailgate_build_info", "gauge", "The version that runs.", ((build, 1),))
    if found["quarantine"] is not None:  # the store can be read
        yield from _counts(gateway)
        yield from _queues(found, now)
    yield one("mailgate_disk_free_bytes", "gauge", "Octets free for the data folder.", found["disk_free"])
    yield one("mailgate_config_stale", "gauge", "1 when files on disk were refused.", bool(found["config_stale"]))
    yield one("mailgate_children", "gauge", "Child processes alive.", found["children"]["count"])
    memory = found["children"]["memory"]
    yield one("mailgate_children_memory_bytes", "gauge", "Octets resident in all children.", memory)
    yield one("mailgate_children_waiting", "gauge", "Jobs that wait for a child.", gateway.children.waiting())
    text = "Mails in a row, the newest last, that went into quarantine; it counts to ten."
    yield one("mailgate_failed_in_a_row", "gauge", text, gateway.pulse.failed)
    if found["window"]:
        yield one("mailgate_window_up", "gauge", "1 while the web pages' process asks us.", found["window"]["answers"])
        yield one("mailgate_window_questions", "gauge", "Questions of it since we started.", found["window"]["asked"])
        yield one("mailgate_window_starts", "gauge", "How often we started it.", found["window"]["starts"])
    if found["lookup"]:
        yield one("mailgate_lookup_up", "gauge", "0 while customers are not looked up.", not found["lookup"]["off"])
        yield one("mailgate_lookup_questions", "gauge", "Questions since we started.", found["lookup"]["asked"])
        yield one("mailgate_lookup_failures", "gauge", "Those without an answer.", found["lookup"]["failed"])
        yield one("mailgate_lookup_waiting", "gauge", "People to be asked about.", found["lookup"]["waiting"])
    yield from _hooks(found["hooks"])
    relays = {relay["name"]: float(not relay["down"]) for relay in found["relays"]}
    yield by("relay", "mailgate_relay_up", "gauge", "0 while a relay rests.", relays)
    yield from _mailboxes(found["mailboxes"])
    graves = sum(trouble["grave"] for trouble in found["troubles"])
    yield one("mailgate_healthy", "gauge", "What /healthz says.", not graves)
    yield one("mailgate_troubles", "gauge", "Things that need a person.", len(found["troubles"]))


def _hooks(hooks: list[dict[str, Any]]) -> Iterator[Family]:
    if hooks:
        up = {hook["name"]: float(not hook["off"] and not hook["rests"]) for hook in hooks}
        yield by("hook", "mailgate_hook_up", "gauge", "0 while a webhook rests or is off.", up)
        waiting = {hook["name"]: hook["waiting"] for hook in hooks}
        yield by("hook", "mailgate_hook_waiting", "gauge", "Events a webhook is still to be told.", waiting)
        failed = {hook["name"]: hook["failed"] for hook in hooks}
        yield by("hook", "mailgate_hook_failed", "gauge", "Events that were given up, for a week.", failed)


def _counts(gateway: Gateway) -> Iterator[Family]:
    audit, counts = gateway.store.read(lambda read: (read.report.audit(), read.report.figures()))
    fates = {fate: audit[fate] for fate in FATES}
    yield by("fate", "mailgate_mails", "gauge", "Mails kept, by fate; unaccounted ones are in hand.", fates)
    yield by("status", "mailgate_tickets", "gauge", "Tickets by status.", counts.tickets)
    yield by("state", "mailgate_deliveries", "gauge", "Deliveries by state.", counts.deliveries)
    runs = {name: at.timestamp() for name, at in counts.jobs.items()}
    yield by("job", "mailgate_job_last_run_seconds", "gauge", "When a job last did something (Unix time).", runs)


def _queues(found: dict[str, Any], now: datetime) -> Iterator[Family]:
    mail, outbox = found["queues"]["mail"], found["queues"]["outbox"]
    sizes = {"mail": mail["waiting"], **{state: row["count"] for state, row in outbox.items()}}
    ages = {"mail": mail["oldest"], **{state: row["oldest"] for state, row in outbox.items()}}
    seconds = {name: max(0.0, (now - at).total_seconds()) for name, at in ages.items() if at}
    yield by("queue", "mailgate_queue", "gauge", "What waits: mail to be processed, deliveries by state.", sizes)
    yield by("queue", "mailgate_queue_oldest_seconds", "gauge", "Age of the oldest in it.", seconds)
    yield one("mailgate_quarantine", "gauge", "Mails in quarantine.", found["quarantine"])
    yield one("mailgate_parked", "gauge", "Mails that wait for a person.", found["parked"])


def _mailboxes(boxes: list[dict[str, Any]]) -> Iterator[Family]:
    up = {box["name"]: float(box["state"] in ("reading", "idle")) for box in boxes}
    yield by("mailbox", "mailgate_mailbox_up", "gauge", "1 while a mailbox can be read.", up)
    last = {box["name"]: datetime.fromisoformat(box["success_at"]).timestamp() for box in boxes if box["success_at"]}
    yield by("mailbox", "mailgate_mailbox_success_seconds", "gauge", "Last success (Unix time).", last)
    backlog = {box["name"]: box["backlog"] for box in boxes if box["backlog"] is not None}
    yield by("mailbox", "mailgate_mailbox_backlog", "gauge", "Mails not taken yet.", backlog)
