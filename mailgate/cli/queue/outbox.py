"""`mailgate outbox`: letters on their way, held, uncertain or refused."""

from __future__ import annotations

import email
import email.policy
import sys
from dataclasses import replace

import click

from mailgate.cli import at, show
from mailgate.core.model.letter_rows import StoredLetter
from mailgate.core.model.outbound import DeliveryState
from mailgate.errors import Permanent

STATES = tuple(state.value for state in DeliveryState)


@click.group(invoke_without_command=True)
@click.pass_context
def outbox(ctx: click.Context) -> None:
    """Letters to be sent."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_, as_json=False, state=())


@outbox.command("list")
@click.option("--state", multiple=True, type=click.Choice(STATES), help="Repeatable; without it, all but the sent.")
@show.json_option
@click.pass_context
def list_(ctx: click.Context, as_json: bool, state: tuple[str, ...]) -> None:
    """One row a delivery."""
    wanted = state or (STATES if as_json else tuple(one for one in STATES if one != DeliveryState.SENT))
    with at.looking(ctx) as store:
        rows = store.read(lambda read: read.outbox.deliveries(wanted))
    if any(one.error for one in rows):
        from mailgate.wire.words.reasons import shown

        rows = [replace(one, error=shown(one.error)) if one.error else one for one in rows]
    if as_json:
        show.print_json(rows)
        return
    now = at.now()
    cells = [
        (r.id, r.state, f"#{r.ticket}" if r.ticket else "", r.template, r.to, r.attempts or "",
         show.moment(r.due_at, now), r.error)
        for r in rows
    ]  # fmt: skip
    headings = ("id", "state", "ticket", "template", "to", "tries", "due", "error")
    show.table(headings, cells, stretch=7, empty="Nothing is waiting to be sent.")


@outbox.command("show")
@click.argument("number", type=int, metavar="ID")
@click.option("--raw", is_flag=True, help="Print the letter as it is sent.")
@show.json_option
@click.pass_context
def show_(ctx: click.Context, number: int, raw: bool, as_json: bool) -> None:
    """The letter of delivery ID; one that waits (in watch mode, say) as it would read now. Nothing is sent."""
    with at.looking(ctx) as store:
        owner = store.read(lambda read: read.outbox.letter_of_delivery(number))
        letter = store.read(lambda read: read.outbox.letter(owner)) if owner is not None else None
    if letter is None:
        raise Permanent(f"there is no delivery {number}")
    waits = any(one.state in (DeliveryState.WAITING, DeliveryState.HELD) for one in letter.deliveries)
    if raw:
        sys.stdout.buffer.write(letter.raw or (_as_it_would_leave(ctx, letter) if waits else b""))
        return
    from mailgate.wire.letters.spoken import spoken_content

    told = replace(letter, content=spoken_content(letter.content, letter.language))
    kept = {key: value for key, value in show.fields(told).items() if key != "raw"}
    if as_json:
        show.print_json(kept)
        return
    for key, value in kept.items():
        click.echo(f"{key + ':':14} {show.clean(value)}")
    if not (letter.raw or waits):  # its octets have been let go of
        return
    octets = letter.raw or _as_it_would_leave(ctx, letter)
    message = email.message_from_bytes(octets, policy=email.policy.default)
    text = message.get_body(("plain",))
    click.echo("" if letter.raw else "\nIt has not left; as it would read now:\n")
    click.echo(f"{show.clean(str(message['Subject']))}\n")
    for line in str(text.get_content() if text else "").splitlines():
        click.echo(show.clean(line))


def _as_it_would_leave(ctx: click.Context, letter: StoredLetter) -> bytes:
    """A letter that waits, worded now; nothing is sent, and nothing kept."""
    from mailgate import written
    from mailgate.app.admin.previewing import worded

    with at.reading(ctx) as (config, store):
        known = written.snapshot(config, written.read(config), store)
        octets: bytes = store.read(lambda read: worded(letter, known, read, at.now()))
        return octets


@outbox.command("retry")
@click.argument("number", type=int, metavar="ID")
@click.pass_context
def retry(ctx: click.Context, number: int) -> None:
    """Send a delivery again now."""
    at.ask(ctx, "outbox_retry", delivery=number)
    click.echo(f"delivery {number} will be tried again")


@outbox.command("drop")
@click.argument("number", type=int, metavar="ID")
@click.pass_context
def drop(ctx: click.Context, number: int) -> None:
    """Never send a delivery."""
    at.ask(ctx, "outbox_drop", delivery=number)
    click.echo(f"delivery {number} dropped")


@outbox.command("release")
@click.argument("numbers", type=int, nargs=-1, metavar="[ID]...")
@click.pass_context
def release(ctx: click.Context, numbers: tuple[int, ...]) -> None:
    """Let what is held (after a restore, in pilot or watch mode) leave: deliveries ID, or all without one."""
    count = at.ask(ctx, "outbox_release", deliveries=list(numbers))
    asked = len(set(numbers))
    click.echo(
        f"{count} deliveries released" + (f"; {asked - count} of those named are not held" if asked > count else "")
    )
