"""`mailgate run`, `reload`, `job`: the daemon, and what is asked of it by hand."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from mailgate.cli import at
from mailgate.errors import MailgateError, Temporary


@click.command()
@click.option(
    "--ready-file", type=click.Path(path_type=Path, dir_okay=False), help="Written once every listener is bound."
)
@click.pass_context
def run(ctx: click.Context, ready_file: Path | None) -> int:
    """Serve until SIGTERM; SIGHUP reloads."""
    from mailgate import log
    from mailgate.daemon import serve

    config = at.load(ctx)
    log.set_up(config.log.level, config.log.format)
    return serve(config.path, ready_file)


@click.command()
@click.pass_context
def reload(ctx: click.Context) -> None:
    """Have the daemon check configuration, rules and templates, run the rules' tests, apply all or keep the old."""
    try:
        config = at.load(ctx)
        said = at.of_daemon(config.store.folder, "reload")
    except MailgateError:
        click.echo("mailgate: nothing is reloaded; what is in force stays in force", err=True)
        raise
    if said is None:
        raise Temporary(
            f"nothing is reloaded: no daemon answers in {config.store.folder}; `mailgate check` tries what is on "
            "disk, and the next start takes it. A daemon that was started with another [gateway] data needs a restart"
        )
    click.echo(f"reloaded: {said}")


@click.command()
@click.argument("name")
@click.option("--now", metavar="TIME", help="Rehearse another time (RFC 3339).")
@click.pass_context
def job(ctx: click.Context, name: str, now: str | None) -> None:
    """Run a scheduled job by hand: escalate, wake, digest, drain, index, promises, purge, recordings, sweep, watch."""
    if now is not None:
        try:
            aware = datetime.fromisoformat(now)
        except ValueError:
            raise click.BadParameter("a time such as 2026-12-01T14:00:00Z", param_hint="--now") from None
        if aware.tzinfo is None:
            raise click.BadParameter("a time with its zone, such as 2026-12-01T14:00:00Z", param_hint="--now")
    click.echo(f"{name}: {at.ask(ctx, 'job', name=name, now=now)}")
