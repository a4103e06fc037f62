"""`mailgate audit`: every mail accepted and its one fate."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import click

from mailgate.app import accounting
from mailgate.cli import at, show
from mailgate.store.base import Read

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@click.command()
@show.json_option
@click.pass_context
def audit(ctx: click.Context, as_json: bool) -> int:
    """Count every mail accepted by its fate, and name those without one; exit status 1 when there are any."""
    with at.looking(ctx) as store:
        found, missing = store.read(
            lambda read: (counts := read.audit(), _missing(read) if counts["unaccounted"] else [])
        )
    if as_json:
        show.print_json(found)
        return 1 if missing else 0
    for key, value in found.items():
        click.echo(f"{key:13} {value:>8,}")
    for row in missing:
        click.echo(
            f"mail {row['number']}: from {show.clean(row['sender']) or '<>'}, {show.rfc3339(row['accepted_at'])}"
        )
    return 1 if missing else 0


def _missing(read: Read) -> list[Mapping[str, Any]]:
    return [row for row in accounting.accepted(read, BEGINNING) if row["fate"] is None]
