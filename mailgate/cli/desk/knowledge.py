"""`mailgate kb`: every article, where it comes from, and when it was used."""

from __future__ import annotations

import click

from mailgate.cli import at, show


@click.command()
@show.json_option
@click.pass_context
def kb(ctx: click.Context, as_json: bool) -> None:
    """List the articles, yours and those agents wrote, with when each was last sent to a customer."""
    from mailgate import written

    now = at.now()
    with at.reading(ctx) as (config, store):
        articles = written.snapshot(config, written.read(config), store).policy.articles
        used = store.read(lambda read: read.people.articles_used())
    ordered = sorted(articles, key=lambda one: (one.name, one.language))
    if as_json:
        show.print_json(
            [
                {"name": one.name, "language": one.language, "title": one.title, "saved": one.saved,
                 "since": one.since, "used": used.get(one.name)}
                for one in ordered
            ]
        )  # fmt: skip
        return
    rows = [
        (one.name, one.language, one.title, "agent" if one.saved else "file", show.moment(one.since, now),
         show.moment(used.get(one.name), now) or "never")
        for one in ordered
    ]  # fmt: skip
    show.table(
        ("name", "language", "title", "from", "changed", "used"), rows, stretch=2, empty="There are no articles."
    )
