"""`mailgate audit`: every mail accepted and its one fate; with `--mailboxes` also what the IMAP folders hold."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from mailgate.app.admin import accounting
from mailgate.cli import at, show
from mailgate.core.model.mail_rows import AsideMail, StoredMail
from mailgate.store.base import Read, Store

if TYPE_CHECKING:
    from mailgate.app.mailboxes.reconciling import Compared

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@click.command()
@click.option("--mailboxes", is_flag=True, help="Log in to every IMAP mailbox and compare what its folders hold.")
@show.json_option
@click.pass_context
def audit(ctx: click.Context, mailboxes: bool, as_json: bool) -> int:
    """Count every mail accepted by its fate, and name those without one; exit status 1 when there are any.

    With --mailboxes, every mail in an IMAP folder that was read past and never accepted is named too.
    """
    compared: list[Compared] = []
    if mailboxes:
        from mailgate.wiring import compare_mailboxes

        with at.reading(ctx) as (config, store):
            compared = list(compare_mailboxes(config, store))
            counts, missing, aside = _counted(store)
    else:
        with at.looking(ctx) as store:
            counts, missing, aside = _counted(store)
    if as_json:
        more = {"mailboxes": [dataclasses.asdict(one) for one in compared]} if mailboxes else {}
        show.print_json({**counts, **more})
    else:
        _print(counts, missing, aside)
        for one in compared:
            _print_folder(one)
    return 1 if missing or any(one.missing or one.problem for one in compared) else 0


def _counted(store: Store) -> tuple[Mapping[str, int], list[StoredMail], list[AsideMail]]:
    def ask(read: Read) -> tuple[Mapping[str, int], list[StoredMail], list[AsideMail]]:
        counts = read.report.audit()
        rows = accounting.accepted_mails(read, BEGINNING) if counts["unaccounted"] else ()
        return counts, [row for row in rows if row.fate is None], read.settings.set_aside()

    return store.read(ask)


def _print(counts: Mapping[str, int], missing: list[StoredMail], aside: list[AsideMail]) -> None:
    for key, value in counts.items():
        click.echo(f"{key:13} {value:>8,}")
    for row in missing:
        click.echo(f"mail {row.number}: from {show.clean(row.sender) or '<>'}, {show.rfc3339(row.accepted_at)}")
    for one in aside:
        place = f"{one.mailbox}: {one.folder}, UID {one.uid}"
        click.echo(show.clean(f"set aside, still on the server: {place}, {show.rfc3339(one.at)}: {one.why}"))


def _print_folder(one: Compared) -> None:
    if one.problem:
        click.echo(show.clean(f"{one.mailbox}: cannot be looked at: {one.problem}"))
        return
    parts = [f"{one.held} held", f"{one.accepted} accepted"]
    parts += [f"{len(one.set_aside)} set aside"] if one.set_aside else []
    parts += [f"{one.waiting} not read yet"] if one.waiting else []
    click.echo(show.clean(f"{one.mailbox}: {one.folder}: {', '.join([*parts, f'{len(one.missing)} missing'])}"))
    for head in one.missing:
        when = show.rfc3339(head.arrived) or "at an unknown time"
        click.echo(show.clean(f"  never accepted: UID {head.uid}, from {head.sender or '<>'}, {when}: {head.subject}"))
    if one.missing:
        click.echo("  move them to another folder and back: they get new UIDs and are read")
