"""`mailgate desk`: the workload at a glance."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

import click

from mailgate import places
from mailgate.cli import at, show
from mailgate.core.model.desk_rows import Load
from mailgate.core.model.ticket import Status
from mailgate.core.worktime import working_time

SHOWN = (Status.NEW, Status.OPEN, Status.WAITING, Status.HOLD)


@click.command()
@show.json_option
@click.pass_context
def desk(ctx: click.Context, as_json: bool) -> None:
    """Status by department and agent, what is overdue, the oldest, what came in today."""
    now = at.now()
    with at.looking(ctx) as store:
        midnight = working_time.midnight_before(places.zone(at.config_path(ctx)), now)
        found = store.read(lambda read: read.report.desk(now, midnight))
    if as_json:
        show.print_json(found)
        return
    for key in ("department", "owner"):
        show.table((key, *SHOWN, "overdue", "oldest"), _rows(found.load, key, now), empty=f"No {key} has work.")
        click.echo()
    today = found.today
    filed = f", {today.filed} filed" if today.filed else ""
    click.echo(f"today: {today.mails} mails in, {today.agents} of agents, {today.opened} tickets opened, "
               f"{today.solved} solved{filed}; overdue {found.overdue}, "
               f"oldest {show.moment(found.oldest, now) or '-'}")  # fmt: skip


def _rows(load: Iterable[Load], key: str, now: Any) -> list[tuple[Any, ...]]:
    """One row for each department or owner; nobody's tickets stand first."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    oldest: dict[str, Any] = {}
    for row in load:
        name = getattr(row, key) or ""
        counts[name][row.status] += row.tickets
        counts[name]["overdue"] += row.overdue
        oldest[name] = min(oldest.get(name, row.oldest), row.oldest)
    return [
        (name or "(nobody)", *(counts[name][status] or "" for status in SHOWN), counts[name]["overdue"] or "",
         show.moment(oldest[name], now))
        for name in sorted(counts)
    ]  # fmt: skip
