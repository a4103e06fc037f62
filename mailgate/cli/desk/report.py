"""`mailgate report`: the figures of a period."""

from __future__ import annotations

import csv
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from mailgate.cli import at, show
from mailgate.cli.admin.rules import period

if TYPE_CHECKING:
    from mailgate.core.figures.tally import PeriodReport
from mailgate.core.model.content import PeriodLetter
from mailgate.core.text import spreadsheet

BAR = 30  # columns of the longest bar


@click.command()
@click.option("--since", default="7d", show_default=True, callback=period, help="How far back: 12h, 30d, 4w.")
@click.option("--department", help="Of one department only.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV: a row for the whole and for each part.")
@show.json_option
@click.pass_context
def report(ctx: click.Context, since: timedelta, department: str | None, as_csv: bool, as_json: bool) -> None:
    """Volumes, backlog, response and solution times, promises kept, votes; compared with the period before."""
    from mailgate.app.questions import report as reporting

    if as_csv and as_json:
        raise click.UsageError("--csv or --json, not both")
    if not since:
        raise click.BadParameter("a period longer than nothing", param_hint="--since")
    now = at.now()
    with at.reading(ctx) as (config, store):
        known = [one.name for one in config.policy.departments]
        if department is not None and department not in known:
            raise click.BadParameter(f"there are: {', '.join(known)}", param_hint="--department")
        found = store.read(lambda read: reporting.of_period(read, config.policy, now, since, department))
        told = reporting.letter(found, "en", config.policy)
    if as_json:
        show.print_json(reporting.plain(found))
    elif as_csv:
        write_csv(reporting.table(found))
    else:
        _print(found, told)


def write_csv(lines: list[list[Any]]) -> None:
    """CSV on standard output; a text that a spreadsheet would calculate gets a ' before it (threats C-11)."""
    writer = csv.writer(sys.stdout)
    for line in lines:
        writer.writerow([safe(cell) for cell in line])


def safe(cell: Any) -> Any:
    """A cell no spreadsheet takes for a formula; numbers stay numbers."""
    if not isinstance(cell, str):
        return cell
    return show.clean(spreadsheet.cell(cell))


def _print(found: PeriodReport, told: PeriodLetter) -> None:
    where = f", {found.department}" if found.department else ""
    click.secho(f"{told.period}{where}", bold=True)
    click.echo(f"compared with {told.before}\n")
    show.table(("", "now", "before"), [(one.label, one.value, one.before) for one in told.figures])
    for table in told.tables:
        click.secho(f"\n{table.title}", bold=True)
        show.table(table.head, table.rows, stretch=0)
    for chart in told.charts:
        click.secho(f"\n{chart.title}", bold=True)
        widest = max(show.width(one.label) for one in chart.bars)
        for one in chart.bars:
            long = max(round(one.share * BAR), 1 if one.share else 0)
            click.echo(f"{show.fit(show.clean(one.label), widest)}  {'█' * long:{BAR}} {one.value:>6}")
