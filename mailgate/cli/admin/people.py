"""`mailgate forget`, `export`, `contacts`: a person's data."""

from __future__ import annotations

import os
from pathlib import Path

import click

from mailgate import newfile
from mailgate.cli import at, show
from mailgate.errors import Permanent


@click.command()
@click.argument("address")
@click.option("--dry-run", is_flag=True, help="Only say what would be erased.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@show.json_option
@click.pass_context
def forget(ctx: click.Context, address: str, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Erase a person: words, names, addresses, raw mail. Tickets and counts stay for the figures."""
    found = at.ask(ctx, "forget", address=address, dry_run=True)
    if not dry_run:
        if not yes:
            click.confirm(f"{_said(found)}\nThis cannot be undone. Erase?", abort=True)
        found = at.ask(ctx, "forget", address=address, actor=f"admin {os.environ.get('USER', '')}".strip())
    if as_json:
        show.print_json(found)
    else:
        click.echo(f"{_said(found)}\n{'erased' if found['erased'] else 'nothing was erased'}")


def _said(found: dict[str, list[str]]) -> str:
    addresses = ", ".join(show.clean(one) for one in found["addresses"])
    copies = f"; {', '.join(found['copies'])}: made before an upgrade, goes whole" if found["copies"] else ""
    own = f"; take {_listed(found['listed'])} out by hand, else it comes back with the file" if found["listed"] else ""
    own += f"; {len(found['looked_up'])} answers of [lookup]" if found["looked_up"] else ""
    return (f"{addresses}: {len(found['tickets'])} tickets ({len(found['unsolved'])} unsolved), "
            f"took part in {len(found['took_part'])} others, {len(found['mails'])} mails{copies}{own}")  # fmt: skip


def _listed(places: list[str]) -> str:
    return ", ".join(show.clean(one) for one in places)


@click.command()
@click.argument("address")
@click.option(
    "--to", "folder", type=click.Path(path_type=Path, file_okay=False), help="The folder to make; else export-ADDRESS."
)
@click.pass_context
def export(ctx: click.Context, address: str, folder: Path | None) -> None:
    """Hand over what is kept of a person: person.json, their mails, our letters to them."""
    from mailgate.app.admin import rights

    target = folder or Path(f"export-{address.replace('/', '_')}")
    if os.path.lexists(target):
        raise Permanent(f"{target} exists already")
    with at.reading(ctx) as (config, store):
        listed = rights.in_own_table(config, address, store.read(lambda read: read.people.data_of(address)))
        files = store.read(lambda read: list(rights.export(read, config.policy, address, at.now(), listed)))
    newfile.folder(target.parent)
    target.mkdir(mode=0o700)
    for name, content in files:
        path = target / name
        newfile.folder(path.parent)
        newfile.write(path, content if isinstance(content, bytes) else _page(content))
    click.echo(f"{len(files)} files in {target}")
    if listed:
        click.echo(f"your own table has them too: {_listed(listed)}")


def _page(content: object) -> bytes:
    return f"{show.as_json(content)}\n".encode()


@click.group(invoke_without_command=True)
@click.pass_context
def contacts(ctx: click.Context) -> None:
    """The people who write to us; without a command, the list."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_)


@contacts.command("list")
@show.json_option
@click.pass_context
def list_(ctx: click.Context, as_json: bool = False) -> None:
    """Each person with every address of theirs."""
    now = at.now()
    with at.reading(ctx) as (_, store):
        rows = store.read(lambda read: read.people.contacts())
    if as_json:
        show.print_json(rows)
        return
    cells = [(r.name, ", ".join(r.addresses), r.tickets, show.moment(r.last_mail_at, now)) for r in rows]
    show.table(("name", "addresses", "tickets", "last mail"), cells, stretch=1, empty="Nobody has written yet.")


@contacts.command("link")
@click.argument("one", metavar="ADDRESS")
@click.argument("other", metavar="SAME-PERSONS-ADDRESS")
@click.pass_context
def link(ctx: click.Context, one: str, other: str) -> None:
    """Two addresses are the same person's: they take part by either."""
    at.ask(ctx, "link_contacts", one=one, other=other)
    click.echo(f"{other} is the same person as {one}")
