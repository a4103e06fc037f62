"""`mailgate tickets`: the queue in working order, one ticket, full text, the next one, its files."""

from __future__ import annotations

import contextlib
import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from mailgate import newfile
from mailgate.cli import at, show
from mailgate.core.customers.customer import Customer
from mailgate.core.model.ticket import Entry, Status, Ticket
from mailgate.errors import Permanent
from mailgate.store.base import TicketFilter

KINDS = {"customer": "cyan", "agent": "green", "note": "yellow", "call": "yellow", "auto": "magenta", "bounce": "red"}


@click.group()
def tickets() -> None:
    """The queue and its tickets."""


@tickets.command("list")
@click.option(
    "--status", "-s", "status", multiple=True, type=click.Choice([s.value for s in Status]), help="Repeatable."
)
@click.option("--department", "-d", help="Of one department.")
@click.option("--owner", "-o", help="Of one agent; `none` for those nobody has.")
@click.option("--tag", "-t", help="With a tag.")
@click.option("--overdue", is_flag=True, help="Past a deadline.")
@click.option("--customer", help="With this address among the participants.")
@click.option("--by-arrival", is_flag=True, help="In the order they came, what is urgent first.")
@click.option("--limit", default=200, show_default=True, type=click.IntRange(1, 100_000))
@show.json_option
@click.pass_context
def list_(ctx: click.Context, /, as_json: bool, owner: str | None, **wanted: Any) -> None:
    """The queue: due first, then priority, then arrival. Solved and archived ones only when asked for."""
    now = at.now()
    unowned = owner == "none"
    chosen = TicketFilter(owner=None if unowned else owner, unowned=unowned, **wanted)
    with at.looking(ctx) as store:
        found, matching = store.read(lambda read: (read.tickets.matching(chosen, now), read.tickets.count(chosen, now)))
    if not found and (chosen.department or chosen.owner):
        _refuse_unknown(ctx, chosen)
    print_tickets(found, as_json)
    if matching > len(found):
        click.echo(f"{len(found)} of {matching} tickets are shown: --limit {matching} shows all.", err=True)


def _refuse_unknown(ctx: click.Context, chosen: TicketFilter) -> None:
    """Nothing was found: perhaps since a name is none of ours. Raises BadParameter.

    Looked at only then: tickets of a department or an agent that is no more are still found by its name.
    """
    policy = at.load(ctx).policy
    departments, agents = [one.name for one in policy.departments], [one.name for one in policy.agents]
    for option, name, known in (("--department", chosen.department, departments), ("--owner", chosen.owner, agents)):
        if name and name not in known:
            raise click.BadParameter(f"there is no {name!r}; there are: {', '.join(known)}", param_hint=option)


def print_tickets(found: list[Ticket], as_json: bool) -> None:
    """Tickets as JSON or as a table, in the order given."""
    now = at.now()
    if as_json:
        show.print_json([show.ticket_json(ticket, now, entries=False) for ticket in found])
        return
    rows = [
        (
            f"#{ticket.number}",
            ticket.status,
            ticket.priority if ticket.priority != "normal" else "",
            ticket.department,
            ticket.owner or "-",
            show.moment(ticket.due.next, now) + (" !" if ticket.overdue(now) else ""),
            ticket.requester.name or ticket.requester.addr,
            ticket.subject,
        )
        for ticket in found
    ]
    headings = ("number", "status", "priority", "department", "owner", "due", "from", "subject")
    show.table(headings, rows, stretch=7, empty="No tickets.")


@tickets.command("show")
@click.argument("number", type=int)
@click.option("--events", is_flag=True, help="With every change in the history.")
@show.json_option
@click.pass_context
def show_(ctx: click.Context, number: int, events: bool, as_json: bool) -> None:
    """One ticket with its thread."""
    from mailgate.wire.words import reasons

    now = at.now()
    with at.reading(ctx) as (config, store):
        ticket = store.read(lambda read: read.tickets.get(number))
        if ticket is None:
            raise Permanent(f"there is no ticket {number}")
        history = store.read(lambda read: read.tickets.events(number)) if events else []
        spent = store.read(lambda read: read.report.spent_on(ticket.number))
        promises = store.read(lambda read: read.report.promises_of(ticket.number))
        policy = config.policy
        known = store.read(lambda read: read.customers.by_address(ticket.requester.addr))
    if as_json:
        timed = [
            replace(one, old=reasons.timed(one.kind, one.old), new=reasons.timed(one.kind, one.new)) for one in history
        ]
        given = [{"what": what, "at": due, "kept": kept} for what, due, kept in promises]
        about = {"customer": show.customer_json(known) if known else None}
        told = {**about, "spent": 60 * spent, "promises": given, **({"events": timed} if events else {})}
        show.print_json({**show.ticket_json(ticket, now), **told})
        return
    _print_head(ticket)
    if known:
        _print_known(known)
    if spent:
        click.echo(f"  {'spent:':12} {spent} min")
    from zoneinfo import ZoneInfo

    from mailgate.core.worktime import sla
    from mailgate.wire.words import said

    zone = ZoneInfo(policy.timezone)
    for line in sla.explain(policy, ticket, lambda at: f"{at.astimezone(zone):%Y-%m-%d %H:%M}"):
        click.echo(f"  {said('en', line)}")
    for entry in ticket.entries:
        _print_entry(entry)
    for event in history:
        old, new = (show.clean(reasons.of_event(event.kind, value)) for value in (event.old, event.new))
        click.echo(f"  {show.rfc3339(event.at)} {show.clean(event.actor)}: {show.clean(event.kind)} {old} -> {new}")


def _print_head(ticket: Ticket) -> None:
    click.secho(f"#{ticket.number} {show.clean(ticket.subject)}", bold=True)
    facts = [
        ("status", ticket.status),
        ("priority", ticket.priority),
        ("department", ticket.department),
        ("owner", ticket.owner or "nobody"),
        ("requester", f"{ticket.requester.name} <{ticket.requester.addr}>".strip()),
        ("also", ", ".join(person.addr for person in ticket.participants if person.key != ticket.requester.key)),
        ("watchers", ", ".join(ticket.watchers)),
        ("tags", ", ".join(ticket.tags)),
        ("fields", ", ".join(f"{name}={value}" for name, value in ticket.fields.items())),
        ("links", ", ".join(f"#{number}" for number in ticket.links)),
        ("merged into", f"#{ticket.merged_into}" if ticket.merged_into else ""),
    ]
    for name, value in facts:
        if value:
            click.echo(f"  {name + ':':12} {show.clean(value)}")


def _print_known(one: Customer) -> None:
    """What the desk was told of the requester, in a line."""
    said = [one.name, one.company, one.tier, one.number, one.agent]
    said += [f"{name}={value}" for name, value in one.fields.items() if value]
    click.echo(f"  {'customer:':12} {show.clean(', '.join(filter(None, said)))}")


def _print_entry(entry: Entry) -> None:
    name = show.clean(entry.author_name or entry.author)
    mark = " UNVERIFIED SENDER" if entry.unverified else f" to {show.clean(entry.only)} alone" if entry.only else ""
    click.echo()
    click.secho(f"{show.rfc3339(entry.at)}  {entry.kind}  {name}{mark}", fg=KINDS.get(entry.kind, "white"))
    if entry.title:
        click.echo(f"  new subject: {show.clean(entry.title)}")
    click.echo(show.clean_lines(entry.text))
    aside = sum(1 for line in entry.quoted.split("\n") if line.strip(" >|\t"))
    if aside:
        click.echo(f"  {aside} quoted {'lines' if entry.folded else 'or signature lines'} (--json has them)")
    for file in entry.attachments:
        click.echo(f"  + {show.clean(file.name)} ({file.type}, {file.size:,} octets)")


@tickets.command("find")
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000))
@show.json_option
@click.pass_context
def find(ctx: click.Context, words: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Full text: subjects and everything said, by words, their beginnings and other forms, accents ignored."""
    with at.looking(ctx) as store:
        found = store.read(lambda read: read.tickets.find(" ".join(words), limit))
    print_tickets(found, as_json)


@tickets.command("files")
@click.argument("number", type=int)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.pass_context
def files(ctx: click.Context, number: int, folder: Path) -> None:
    """Write a ticket's attachments into FOLDER; nothing there is overwritten."""
    from mailgate.wire.mime.parse import files as files_of

    with at.looking(ctx) as store:
        ticket = store.read(lambda read: read.tickets.get(number))
        if ticket is None:
            raise Permanent(f"there is no ticket {number}")
        wanted: dict[int, dict[str, str]] = {}
        for entry in ticket.entries:
            if entry.mail is not None:
                wanted.setdefault(entry.mail, {}).update((file.part, file.name) for file in entry.attachments)
        newfile.folder(folder)
        count = 0
        for mail, names in wanted.items():
            if not names:
                continue
            raw = store.read(lambda read, mail=mail: read.mail.raw(mail))  # type: ignore[misc]
            for file, data in files_of(raw):
                if file.part not in names:
                    continue
                click.echo(str(_put(folder, names[file.part], data)))
                count += 1
        gone = [mail for mail in wanted if not store.read(lambda read, mail=mail: read.mail.has_raw(mail))]  # type: ignore[misc]
    if gone:
        click.echo(f"The raw mail of {len(gone)} entries is gone, by [retention] or forget.", err=True)
    if not count:
        click.echo("No attachments.")


def _put(folder: Path, name: str, data: bytes) -> Path:
    """A new file in the folder under a free name; `name` is safe already, and made safe once more."""
    bare = Path(Path(name).name.strip(".") or "file")
    for number in itertools.count(1):
        target = folder / (bare if number == 1 else f"{bare.stem}-{number}{bare.suffix}")
        with contextlib.suppress(FileExistsError):
            newfile.write(target, data)
            break
    return target
