"""`mailgate desk`: the workload at a glance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from mailgate.cli import at, show
from mailgate.core.ticket import Status

SHOWN = (Status.NEW, Status.OPEN, Status.WAITING, Status.HOLD)


@click.command()
@show.json_option
@click.pass_context
def desk(ctx: click.Context, as_json: bool) -> None:
    """Status by department and agent, what is overdue, the oldest, what came in today."""
    now = at.now()
    with at.reading(ctx) as (_, store):
        found = store.read(lambda read: read.desk(now))
    if as_json:
        show.print_json(found)
        return
    for title, key in (("department", "departments"), ("agent", "agents")):
        rows = [(name, *_counts(one)) for name, one in found[key].items()]
        show.table((title, *SHOWN, "overdue"), rows, empty=f"No {title} has work.")
        click.echo()
    click.echo(f"overdue {found['overdue']}   arrived today {found['today']['arrived']}   "
               f"solved today {found['today']['solved']}")  # fmt: skip
    oldest = found.get("oldest")
    if oldest:
        click.echo(
            f"oldest #{oldest['number']} {show.clean(oldest['subject'])} ({show.moment(oldest['created_at'], now)})"
        )


def _counts(one: Mapping[str, Any]) -> tuple[Any, ...]:
    return (*(one.get(status, 0) or "" for status in SHOWN), one.get("overdue", 0) or "")
