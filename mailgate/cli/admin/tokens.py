"""`mailgate window token`: what other programs ask the desk with."""

from __future__ import annotations

from datetime import timedelta

import click

from mailgate.cli import at, show


@click.group("token")
def token() -> None:
    """Tokens by which other programs ask the desk (docs/api.md)."""


@token.command("add")
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, required=True, metavar="SCOPE", help="What it may do; repeatable.")
@click.option("--department", "departments", multiple=True, metavar="NAME", help="Whose tickets; else all.")
@click.option("--from", "networks", multiple=True, metavar="NETWORK", help="From where it asks; else from anywhere.")
@click.option("--until", default="", metavar="DATE", help="Its last day (UTC); else until it is revoked.")
@click.option("--vouch", is_flag=True, help="It has proven whose messages it brings: they are acknowledged in full.")
@click.pass_context
def add_token(
    ctx: click.Context,
    name: str,
    scopes: tuple[str, ...],
    departments: tuple[str, ...],
    networks: tuple[str, ...],
    until: str,
    vouch: bool,
) -> None:
    """Make a token for a program and print it; it is shown this once."""
    asked = {"scopes": list(scopes), "departments": list(departments), "networks": list(networks)}
    click.echo(at.ask(ctx, "token_add", name=name, until=until, vouches=vouch, **asked))


@token.command("revoke")
@click.argument("name")
@click.pass_context
def revoke_token(ctx: click.Context, name: str) -> None:
    """End a program's token: from now on it opens nothing."""
    click.echo(f"the token of {at.ask(ctx, 'token_revoke', name=name)} opens nothing any more")


@token.command("list")
@show.json_option
@click.pass_context
def list_tokens(ctx: click.Context, as_json: bool) -> None:
    """List the programs that have a token, and when each was used last."""
    with at.looking(ctx) as store:
        found = store.read(lambda read: read.programs.all())
    if as_json:
        show.print_json(found)
        return
    now = at.now()
    rows = [
        (
            one.name,
            " ".join(one.scopes) + (" vouches" if one.vouches else ""),
            ", ".join(one.departments) or "all",
            ", ".join(one.networks) or "anywhere",
            f"{one.until - timedelta(days=1):%Y-%m-%d}" if one.until else "",
            show.moment(one.used_at, now) or "never",
        )
        for one in found
    ]
    show.table(("program", "may", "departments", "from", "until", "used"), rows, empty="There is no token.")
