"""`mailgate audit`: every mail accepted and its one fate."""

from __future__ import annotations

import click

from mailgate.cli import at, show


@click.command()
@show.json_option
@click.pass_context
def audit(ctx: click.Context, as_json: bool) -> int:
    """Count every mail accepted by its fate; exit status 1 when any is unaccounted for."""
    with at.reading(ctx) as (_, store):
        found = store.read(lambda read: read.audit())
    if as_json:
        show.print_json(found)
    else:
        for key, value in found.items():
            click.echo(f"{key:13} {value:>8,}")
    return 1 if found["unaccounted"] else 0
