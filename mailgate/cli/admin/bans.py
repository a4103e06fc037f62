"""`mailgate ban`, `unban`, `bans`: senders nobody wants."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from mailgate.cli import at, show
from mailgate.core.model.mail import canonical
from mailgate.core.text.address import meant_domain


@click.command()
@click.argument("pattern", metavar="ADDRESS-OR-@DOMAIN")
@click.option("--until", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]), help="The ban ends then (UTC).")
@click.option("--why", default="", help="For whoever reads the list.")
@click.pass_context
def ban(ctx: click.Context, pattern: str, until: datetime | None, why: str) -> None:
    """Drop mail from an address or a whole @domain; the raw bytes stay."""
    if not pattern.rpartition("@")[2] or "@" not in pattern or "*" in pattern:
        meant = meant_domain(pattern)
        known = f"a whole domain is written {meant}" if meant else "an address (a@b.example) or a domain (@b.example)"
        raise click.BadParameter(known, param_hint="ADDRESS-OR-@DOMAIN")
    end = until.replace(tzinfo=UTC).isoformat() if until else None
    at.ask(ctx, "ban", pattern=canonical(pattern), until=end, why=why)
    click.echo(f"{canonical(pattern)} is banned" + (f" until {end}" if end else ""))


@click.command()
@click.argument("pattern", metavar="ADDRESS-OR-@DOMAIN")
@click.pass_context
def unban(ctx: click.Context, pattern: str) -> None:
    """Lift a ban."""
    at.ask(ctx, "unban", pattern=canonical(pattern))
    click.echo(f"{canonical(pattern)} may write again")


@click.command()
@show.json_option
@click.pass_context
def bans(ctx: click.Context, as_json: bool) -> None:
    """Who is banned."""
    with at.looking(ctx) as store:
        rows = store.read(lambda read: read.people.bans(at.now()))
    if as_json:
        show.print_json(rows)
        return
    cells = [(r.pattern, show.rfc3339(r.until) or "for good", r.agent or "admin", r.why) for r in rows]
    show.table(("pattern", "until", "by", "why"), cells, stretch=3, empty="Nobody is banned.")
