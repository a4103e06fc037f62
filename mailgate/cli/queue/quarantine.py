"""`mailgate quarantine`: mail we failed on, its raw bytes safe, to look at, run again or give up."""

from __future__ import annotations

import sys

import click

from mailgate.cli import at, show
from mailgate.core.model import trace
from mailgate.errors import Permanent


@click.group(invoke_without_command=True)
@click.pass_context
def quarantine(ctx: click.Context) -> None:
    """Mail that could not be processed."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_, as_json=False)


@quarantine.command("list")
@show.json_option
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> None:
    """What is in quarantine and why."""
    with at.looking(ctx) as store:
        rows = store.read(lambda read: read.mail.quarantined())
    if as_json:
        show.print_json(rows)
        return
    cells = [(r.id, show.moment(r.at, at.now()), r.error, r.from_, r.size, r.subject) for r in rows]
    show.table(("id", "when", "error", "from", "size", "subject"), cells, stretch=5, empty="Quarantine is empty.")


@quarantine.command("show")
@click.argument("number", type=int)
@click.option("--raw", is_flag=True, help="Print the raw mail, byte for byte.")
@click.pass_context
def show_(ctx: click.Context, number: int, raw: bool) -> None:
    """One mail in quarantine."""
    with at.looking(ctx) as store:
        row = store.read(lambda read: read.mail.row(number))
        if row is None:
            raise Permanent(f"there is no mail {number}")
        octets = store.read(lambda read: read.mail.raw(number))
    if raw:
        sys.stdout.buffer.write(octets)
        return
    for key, value in {**show.fields(row), "trace": trace.to_plain(row.trace)}.items():
        if value not in (None, "", (), {}):
            click.echo(f"{key + ':':16} {show.clean(show.rfc3339(value) if hasattr(value, 'astimezone') else value)}")


@quarantine.command("retry")
@click.argument("number", type=int, required=False)
@click.pass_context
def retry(ctx: click.Context, number: int | None) -> None:
    """Process one mail again, or all of them."""
    done = at.ask(ctx, "retry_quarantine", number=number)
    click.echo(f"{done} mail{'s' if done != 1 else ''} processed again")


@quarantine.command("drop")
@click.argument("number", type=int)
@click.pass_context
def drop(ctx: click.Context, number: int) -> None:
    """Give a mail up; its raw bytes stay."""
    at.ask(ctx, "drop_mail", number=number)
    click.echo(f"mail {number} dropped")
