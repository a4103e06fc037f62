"""`mailgate login`: OAuth for a mailbox or relay, once by hand; the token is kept and refreshed from then on."""

from __future__ import annotations

import click

from mailgate.cli import at
from mailgate.errors import Permanent


@click.command()
@click.argument("name")
@click.pass_context
def login(ctx: click.Context, name: str) -> None:
    """Log in to the mailbox or relay NAME: prints a link and a code, keeps and refreshes the token."""
    from mailgate import ends

    config = at.load(ctx)
    known = ends.with_oauth(config)
    if name not in known:
        raise Permanent(f"no [[imap]] or [[outgoing]] {name!r} has oauth; there are: {', '.join(known) or 'none'}")
    ends.log_in(known[name], _show, _ask, ends.token_file(config.gateway.data, name))
    click.echo(f"logged in; try it: mailgate check --connect ({name})")


def _show(link: str, code: str) -> None:
    click.echo(f"Open {link}")
    if code:
        click.echo(f"and enter the code {code}")


def _ask() -> str:
    answer: str = click.prompt("Log in there; the browser ends at an address that does not answer. Paste it here")
    return answer
