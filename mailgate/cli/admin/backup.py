"""`mailgate backup` and `restore`: one file with everything but the keys."""

from __future__ import annotations

from pathlib import Path

import click

from mailgate.cli import at


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_context
def backup(ctx: click.Context, file: Path) -> None:
    """Write a consistent copy to FILE (.tar, or .tar.gz) while the daemon runs; large mail is in it, keys are not."""
    from mailgate.opening import backup as copy

    config = at.load(ctx)
    done = copy(config.store.path, file.absolute())
    click.echo(f"{file}: {done.mails} mails, {done.tickets} tickets, {done.blobs} large mails")
    for odd in done.odd:
        click.echo(f"warning: {odd}: `mailgate restore` will refuse this file", err=True)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.pass_context
def restore(ctx: click.Context, file: Path) -> None:
    """Restore FILE into an empty data folder; its outbox is held until `mailgate outbox release`."""
    from mailgate.opening import restore as unpack

    config = at.load(ctx)
    done = unpack(file.absolute(), config.store.path, first_number=config.policy.tickets.first_number)
    click.echo(f"{done.mails} mails, {done.tickets} tickets, {done.blobs} large mails restored; "
               f"{done.held} letters held: look at `mailgate outbox list`, then `mailgate outbox release`")  # fmt: skip
    click.echo("signing keys are in no backup: put keys.json back too, or answers to old letters lose their proof")
