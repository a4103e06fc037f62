"""`mailgate news`: what acknowledgements tell everybody who writes."""

from __future__ import annotations

import click

from mailgate.cli import at, show
from mailgate.core.model.outage import news_to_plain


@click.group(invoke_without_command=True)
@click.pass_context
def news(ctx: click.Context) -> None:
    """What leads tell everybody who writes (`#news`): list, end."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_news)


@news.command("list")
@show.json_option
@click.pass_context
def list_news(ctx: click.Context, as_json: bool = False) -> None:
    """What stands in acknowledgements, until when, and who said so."""
    with at.looking(ctx) as store:
        told = store.read(lambda read: read.outage.news(at.now()))
    if as_json:
        show.print_json(news_to_plain(told))
        return
    cells = [
        (one.department, show.rfc3339(one.until) or "", one.by, language, " ".join(text.split()))
        for one in told
        for language, text in one.texts
    ]
    show.table(("department", "until", "by", "language", "text"), cells, stretch=4, empty="Nothing is told.")


@news.command("end")
@click.argument("department")
@click.pass_context
def end(ctx: click.Context, department: str) -> None:
    """End what a department tells before its time."""
    at.ask(ctx, "end_news", department=department)
    click.echo(f"the news of {department} has ended")
