"""`mailgate explain`: what would happen, or did happen, to a mail and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from mailgate.cli import at, show
from mailgate.core.model.mail import Envelope, Source
from mailgate.errors import Permanent


@click.command()
@click.argument("what", metavar="FILE.eml | MESSAGE-ID | MAIL-NUMBER")
@click.option(
    "--to", "recipients", multiple=True, metavar="ADDRESS", help="Envelope recipient of FILE.eml; repeatable."
)
@click.option("--from", "sender", metavar="ADDRESS", help="Envelope sender of FILE.eml; its From when left out.")
@show.json_option
@click.pass_context
def explain(ctx: click.Context, what: str, recipients: tuple[str, ...], sender: str | None, as_json: bool) -> None:
    """Guard, match, authority, each rule tried, changes and letters; nothing is written."""
    from mailgate.app.questions import travelled
    from mailgate.wire.mime.parse_hops import hops
    from mailgate.wire.words import said

    gone = False
    with at.reading(ctx) as (config, store):
        if Path(what).is_file():
            found = _of_file(Path(what), recipients, sender, config, store)
            way = hops(Path(what).read_bytes())
        else:
            found = _of_stored(what, store)
            way = store.read(lambda read: travelled.of_mail(read, found["mail"]))
            gone = not store.read(lambda read: read.mail.has_raw(found["mail"]))
    if as_json:
        came = [{"from": one.sender, "by": one.by, "at": one.at, "delay": one.seconds} for one in way]
        show.print_json({**found, "hops": came})
        return
    _print(found)
    for line in travelled.lines(way, lambda at: at.strftime("%Y-%m-%d %H:%M:%S UTC")):
        click.echo(f"came by    {show.clean(said('en', line))}")
    if gone:
        click.echo("Its raw bytes are gone, by [retention] or forget.")


def _of_file(path: Path, recipients: tuple[str, ...], sender: str | None, config: Any, store: Any) -> dict[str, Any]:
    from mailgate import written
    from mailgate.app.admin.explaining import would
    from mailgate.wire.mime.parse import parse

    raw = path.read_bytes()
    if sender is None:
        author = parse(raw, Envelope("", ()), config.policy.limits).author
        sender = author.addr if author else ""
    # Only SMTP says for certain that a mail has the null sender; by a pipe an empty one is not known.
    null = sender == "<>"
    envelope = Envelope("" if null else sender, recipients, Source.SMTP if null else Source.PIPE)
    known = written.snapshot(config, written.read(config), store)
    answer: dict[str, Any] = store.read(lambda read: would(raw, envelope, known, read, at.now()))
    return answer


def _of_stored(what: str, store: Any) -> dict[str, Any]:
    from mailgate.app.admin.explaining import stored

    number = what.removeprefix("#")
    if number.isascii() and number.isdigit():
        row = store.read(lambda read: read.mail.row(int(number)))
    else:
        identifier = what if what.startswith("<") else f"<{what}>"
        row = store.read(lambda read: read.mail.by_message_id(identifier))
    if row is None:
        raise Permanent(f"there is no file and no stored mail {what}")
    events = [
        event
        for ticket in row.tickets
        for event in store.read(lambda read, one=ticket: read.tickets.events(one))
        if event.mail == row.number
    ]
    letters = store.read(lambda read: read.outbox.letters_of_mail(row.number))
    return stored(row, events, letters)


def _print(found: dict[str, Any]) -> None:
    click.secho(f"fate       {found['fate'] or 'still waiting'} ({show.clean(found['reason'])})", bold=True)
    if found["tickets"]:
        click.echo(f"tickets    {', '.join(f'#{number}' for number in found['tickets'])}")
    click.echo(f"guard      {show.clean(found['guard'])}")
    click.echo(f"match      {show.clean(_pairs(found['match']))}")
    click.echo(f"authority  {show.clean(_pairs(found['authority']))}")
    for tried in found["rules"]:
        mark = click.style("hit ", fg="green") if tried["hit"] else "    "
        click.echo(f"rule       {mark} {show.clean(tried['name'])}: {show.clean(tried['why'])}")
    for command in found["commands"]:
        click.echo(f"command    {show.clean(command)}")
    for change in found["changes"]:
        detail = {key: value for key, value in change.items() if key != "change" and value not in (None, "", [], {})}
        click.echo(f"change     {change['change']} {show.clean(_pairs(detail))[:160]}")
    for letter in found["letters"]:
        click.echo(f"letter     {letter['template']} to {show.clean(', '.join(letter['to']))}")


def _pairs(values: dict[str, Any]) -> str:
    return " ".join(f"{key}={value}" for key, value in values.items() if value not in (None, "", [], False)) or "-"
