"""`mailgate rules`: load the rule files, run their tests, and see what an edit would change for real mail."""

from __future__ import annotations

import re
from datetime import timedelta

import click

from mailgate.cli import at, show
from mailgate.core.model.trace import Outcome
from mailgate.errors import ConfigError

PERIOD = re.compile(r"([0-9]{1,4})([hdw])")
UNITS = {"h": "hours", "d": "days", "w": "weeks"}


@click.group()
def rules() -> None:
    """The admin's rule files."""


@rules.command("check")
@click.pass_context
def check(ctx: click.Context) -> None:
    """Load the rule files and say what is wrong with them."""
    from mailgate.written import load_rules

    book = load_rules(at.load(ctx))
    for warning in book.warnings:
        click.echo(f"warning: {warning}", err=True)
    click.echo(f"{len(book.rules)} rules, {len(book.tests)} tests: all is well")


@rules.command("test")
@click.pass_context
def test(ctx: click.Context) -> None:
    """Run the tests inside the rule files."""
    from mailgate.rulebook import load as rulebook
    from mailgate.written import load_rules

    config = at.load(ctx)
    book = load_rules(config)
    failed = rulebook.run_tests(book, config.policy)
    if failed:
        raise ConfigError(tuple(failed))
    click.echo(f"{len(book.tests)} tests passed")


def period(ctx: click.Context, param: click.Parameter, value: str) -> timedelta:
    """`30d` -> timedelta. Raises click.BadParameter."""
    found = PERIOD.fullmatch(value)
    if not found:
        raise click.BadParameter("a period such as 12h, 30d or 4w")
    return timedelta(**{UNITS[found[2]]: int(found[1])})


@rules.command("diff")
@click.option(
    "--since", default="30d", show_default=True, callback=period, help="How far back to replay: 12h, 30d, 4w."
)
@show.json_option
@click.pass_context
def diff(ctx: click.Context, since: timedelta, as_json: bool) -> int:
    """Replay stored mail against the rules on disk; list each mail whose outcome would change."""
    from mailgate import written
    from mailgate.app.admin.replay import replay

    now = at.now()
    with at.reading(ctx) as (config, store):
        found = replay(store, written.snapshot(config, written.read(config), store), now - since, now)
    if as_json:
        show.print_json(found.rows)
        return 0
    cells = [(row.mail, row.subject, _said(row.was), _said(row.would)) for row in found.rows]
    show.table(("mail", "subject", "was", "would be"), cells, stretch=1, empty="Nothing would change.")
    gone = f"; {found.gone} more have no raw mail any more" if found.gone else ""
    click.echo(f"{found.looked_at} mails replayed, {len(found.rows)} would change{gone}")
    return 0


def _said(outcome: Outcome) -> str:
    return " ".join(str(value) for value in show.fields(outcome).values() if value)
