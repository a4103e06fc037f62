"""`mailgate contacts import` and `contacts export`: the table of customers, brought in and taken out."""

from __future__ import annotations

import stat
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mailgate import newfile
from mailgate.cli import at, show
from mailgate.cli.admin.people import contacts
from mailgate.errors import ConfigError, Permanent, Problem

if TYPE_CHECKING:
    from mailgate.config.tree import Config
    from mailgate.core.customers.customer import Customer
    from mailgate.store.base import Read

USUAL = "customers.csv"  # in the data folder, while the configuration names none
SLICE = 1000


@contacts.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--yes", is_flag=True, help="Also when more than half of the customers known so far would go.")
@click.pass_context
def import_(ctx: click.Context, file: Path, yes: bool) -> None:
    """Take customers from FILE into the table: a row takes the place of one with the same address, else it is added."""
    from mailgate.app.jobs import customers as taking

    config = at.load(ctx)
    target = config.customers_file or config.gateway.data / USUAL
    if not (target.exists() and file.exists() and target.samefile(file)):
        brought = taking.read(file, [one.name for one in config.policy.agents])
        _tell(brought.problems)
        _merge(target, brought.rows, config)
    if config.customers_file is None:
        click.echo(f'Nobody reads it yet. Add to {config.path}:\n\n[customers]\nfile = "{target.absolute()}"')
        return
    found = at.ask(ctx, "customers", anyway=yes)
    for line in found["problems"]:
        click.echo(f"warning: {line}", err=True)
    click.echo(f"{found['count']} customers in force, {found['changed']} rows came or went")


def _merge(target: Path, rows: Any, config: Config) -> None:
    """The table anew, from one moment to the next, with what was there beside it."""
    from mailgate.app.jobs import customers as taking
    from mailgate.wire.customers.writing import merged, to_csv

    if target.suffix.lower() == ".toml":
        raise Permanent(f"{target} is TOML, which is written by hand: let [customers] file name a CSV file")
    if target.is_symlink():  # a file in its place would cut the table off from whoever writes to where it leads
        raise Permanent(f"{target} is a link: let [customers] file name {target.resolve()} itself")
    before: list[Customer] = []
    mode = 0o600
    former = target.with_name(f"{target.name}.before")
    try:
        if target.exists():
            held = taking.read(target, [one.name for one in config.policy.agents])
            if held.problems:
                raise ConfigError([*held.problems, Problem(str(target), "", "mend these first: they would be lost")])
            before = [row.customer for row in held.rows]
            newfile.replace(former, target.read_bytes())
            mode = stat.S_IMODE(target.stat().st_mode)
        whole, replaced = merged(before, [row.customer for row in rows])
        newfile.replace(target, to_csv(whole), lasting=True)
        target.chmod(mode)  # whoever could read it before still can
    except OSError as error:
        raise Permanent(f"{error.filename or target} cannot be written: {error.strerror}") from None
    beside = f"; the former is {former}" if before else ""
    click.echo(
        f"{target}: {len(rows) - replaced} added, {replaced} in the place of others, {len(whole)} in all{beside}"
    )


def _tell(problems: list[Problem]) -> None:
    for problem in problems:
        click.echo(f"warning: {problem}", err=True)


@contacts.command("export")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, as `contacts import` reads it (so does the default).")
@show.json_option
@click.pass_context
def export(ctx: click.Context, as_csv: bool, as_json: bool) -> None:
    """Print the customers in force, as the desk knows them."""
    from mailgate.wire.customers.writing import to_csv

    found: list[Customer] = []
    with at.reading(ctx) as (_, store):
        after = -1
        while part := store.read(partial(_part, after)):
            found += [one for _, one in part]
            after = part[-1][0]
    if as_json:
        show.print_json([show.customer_json(one) for one in found])
        return
    sys.stdout.buffer.write(to_csv(found))
    sys.stdout.buffer.flush()


def _part(after: int, read: Read) -> list[tuple[int, Customer]]:
    return read.customers.all(after, SLICE)
