"""`mailgate parked`: mail that waits for a person's decision."""

from __future__ import annotations

import click

from mailgate.cli import at, show
from mailgate.errors import Permanent

# What a row shows, by the names of the contract.
SHOWN = {"id": "id", "mail": "mail", "at": "at", "from": "from_", "subject": "subject", "agent": "agent", "why": "why"}


@click.group(invoke_without_command=True)
@click.pass_context
def parked(ctx: click.Context) -> None:
    """Mail a person must choose about."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_, as_json=False)


@parked.command("list")
@show.json_option
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> None:
    """What is parked, for whom and why."""
    with at.looking(ctx) as store:
        rows = store.read(lambda read: read.mail.parked())
    if as_json:
        show.print_json([{key: getattr(row, name) for key, name in SHOWN.items()} for row in rows])
        return
    now = at.now()
    cells = [(r.id, show.moment(r.at, now), r.why, r.agent, r.from_, r.subject) for r in rows]
    show.table(("id", "when", "why", "agent", "from", "subject"), cells, stretch=5, empty="Nothing is parked.")


@parked.command("show")
@click.argument("number", type=int, metavar="ID")
@click.pass_context
def show_(ctx: click.Context, number: int) -> None:
    """One parked mail: what it says, what was understood of it."""
    from mailgate.app.intake.quotable import read_by_hand

    with at.reading(ctx) as (config, store):
        row = next((one for one in store.read(lambda read: read.mail.parked()) if one.id == number), None)
        if row is None:
            raise Permanent(f"mail {number} is not parked")
        raw = store.read(lambda read: read.mail.raw(number))
        envelope = store.read(lambda read: read.mail.envelope(number))
        mail = read_by_hand(raw, envelope, config.policy, store.read)
    for key in ("from", "subject", "agent", "why"):
        click.echo(f"{key + ':':10} {show.clean(getattr(row, SHOWN[key]))}")
    for line in row.understood:
        click.echo(f"command:   {show.clean(line)}")
    click.echo()
    click.echo(show.clean_lines(mail.fresh or mail.text))


@parked.command("send")
@click.argument("number", type=int, metavar="ID")
@click.option(
    "--as", "agent", metavar="AGENT", help="The agent you vouch for; else the mail is filed like a customer's."
)
@click.option("--words", is_flag=True, help="Its words only, without its commands.")
@click.pass_context
def send(ctx: click.Context, number: int, agent: str | None, words: bool) -> None:
    """Release a parked mail: it is processed as if it had been in order."""
    at.ask(ctx, "release_parked", number=number, agent=agent or "", mode="words" if words else "all")
    click.echo(f"mail {number} released")


@parked.command("drop")
@click.argument("number", type=int, metavar="ID")
@click.pass_context
def drop(ctx: click.Context, number: int) -> None:
    """Throw a parked mail away; its raw bytes stay."""
    at.ask(ctx, "drop_mail", number=number)
    click.echo(f"mail {number} dropped")
