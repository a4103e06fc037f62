"""`mailgate status`: the health of the gateway on one screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import click

from mailgate.cli import at, show


@click.command()
@show.json_option
@click.pass_context
def status(ctx: click.Context, as_json: bool) -> int:
    """Health on one screen; exit status 1 when something needs a person."""
    from mailgate.app.health.status import status_report

    now = at.now()
    with at.reading(ctx) as (config, store):
        daemon = at.of_daemon(config.store.folder, "status")
        found = status_report(daemon, store, config, now)
    if as_json:
        show.print_json(found)
    else:
        for label, text in _lines(found, now):
            click.echo(f"{label:11} {show.clean(text)}")
        _print_troubles(found["troubles"])
    return 1 if found["troubles"] else 0


def _lines(found: Mapping[str, Any], now: datetime) -> Iterator[tuple[str, str]]:
    running = f"runs (process {found['pid']})" if found["running"] else "does not run"
    yield "mailgate", f"{found['version']} {running}, mode {found['mode']}"
    for kind, places in (found["listeners"] or {}).items():
        if places:
            yield "listener", f"{kind} on {', '.join(places)}"
    for box in found["mailboxes"]:
        yield "mailbox", _mailbox(box, now)
    for relay in found["relays"]:
        down = f"down since {_ago(relay['since'], now)}: {relay['down']}" if relay["down"] else "ready"
        yield "relay", f"{relay['name']}: {down if found['running'] else 'not asked'}"
    yield "last mail", show.moment(found["last_mail_at"], now) or "none yet"
    full = found["in_hand"] and found["in_hand"]["full"]
    window = f", of which {found['in_hand']['window']} are in hand: the others wait behind these" if full else ""
    yield "mail", f"{found['queues']['mail']['waiting']} waiting to be processed{window}"
    outbox = ", ".join(f"{row['count']} {state}" for state, row in found["queues"]["outbox"].items())
    yield "outbox", outbox or "nothing waits"
    longest = found["longest"]
    yield "longest", f"{longest['what']} from {show.moment(longest['at'], now)}" if longest else "nothing waits"
    yield "people", f"{found['quarantine']} in quarantine, {found['parked']} parked, {found['set_aside']} set aside"
    if found["database"]:
        checked = found["database"]["checked_at"]
        yield "database", found["database"]["state"] + (f", looked through {_ago(checked, now)}" if checked else "")
    yield "disk", f"{found['disk_free'] / 2**30:.1f} GB free"
    if found["children"]:
        yield "children", f"{found['children']['count']}, {found['children']['memory'] // 2**20} MB"
    if found["window"]:
        yield "window", _window(found["window"])
    if found["lookup"]:
        yield "lookup", _lookup(found["lookup"])
    for hook in found["hooks"]:
        state = "off" if hook["off"] else "resting" if hook["rests"] else "on"
        yield "webhook", f"{hook['name']}: {state}, {hook['waiting']} waiting, {hook['failed']} given up"
    if found["form_closed"]:
        yield "form", "closed, people see the mail addresses: mailgate window open form"
    if found["old_letters"]:
        yield "upgrade", f"at most {found['old_letters']} letters of before are still to be read for their fingerprints"
    for fault in found["faults"]:
        yield "versions", fault


def _window(window: Mapping[str, Any]) -> str:
    whose = f"a child, started {window['starts']} times" if window["run"] == "child" else "a unit of its own"
    return f"{'open' if window['answers'] else 'not there'} ({whose}), {window['asked']} questions so far"


def _lookup(lookup: Mapping[str, Any]) -> str:
    state = f"off for {lookup['resting']} s at most" if lookup["off"] else "ready"
    waiting = f", {lookup['waiting']} waiting" if lookup["waiting"] else ""
    return f"{state}, {lookup['asked']} customers asked about, {lookup['failed']} in vain{waiting}"


def _mailbox(box: Mapping[str, Any], now: datetime) -> str:
    parts = [f"{box['name']}: {box['state']}"]
    if box["success_at"]:
        parts.append(f"last success {_ago(box['success_at'], now)}")
    if box["backlog"]:
        parts.append(f"{box['backlog']} to take")
    if box["token_expires"]:
        parts.append(f"token expires {_ago(box['token_expires'], now)}")
    if box["error"]:
        parts.append(str(box["error"]))
    return ", ".join(parts)


def _ago(text: str | None, now: datetime) -> str:
    return show.moment(datetime.fromisoformat(text), now) if text else "just now"


def _print_troubles(troubles: list[dict[str, Any]]) -> None:
    click.echo()
    if not troubles:
        click.secho("All is well.", fg="green")
    for one in troubles:
        click.secho(
            f"{'!!' if one['grave'] else '! '} {show.clean(one['text'])}", fg="red" if one["grave"] else "yellow"
        )
        click.echo(f"   {show.clean(one['remedy'])}")
