"""`mailgate outbox`: letters on their way, held, uncertain or refused."""

from __future__ import annotations

import email
import email.policy
import sys
from dataclasses import replace
from typing import Any

import click

from mailgate.cli import at, show
from mailgate.core.hooks.rows import HookRow, HookRowState
from mailgate.core.model.letter_rows import StoredLetter
from mailgate.core.model.outbound import DeliveryState
from mailgate.errors import Permanent

OF_HOOKS = tuple(state.value for state in HookRowState)
STATES = tuple(dict.fromkeys((*(state.value for state in DeliveryState), *OF_HOOKS)))


class Id(click.ParamType[tuple[int, bool]]):
    """A delivery of a letter (12), or what a webhook is to be told (h12): the number, and whether it is such."""

    name = "id"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, bool]:
        """Fails with a sentence for anything else."""
        text = str(value)
        digits = text.removeprefix("h")
        if not (digits.isascii() and digits.isdigit()):
            self.fail(f"{text!r} is no ID: a delivery is like 12, what a webhook is told like h12", param, ctx)
        return int(digits), digits != text


@click.group(invoke_without_command=True)
@click.pass_context
def outbox(ctx: click.Context) -> None:
    """Letters to be sent, and what webhooks are to be told."""
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
        rows, told = store.read(
            lambda read: (
                read.outbox.deliveries(wanted),
                read.hooks.rows([HookRowState(one) for one in wanted if one in OF_HOOKS]),
            )
        )
    if any(one.error for one in rows):
        from mailgate.wire.words.reasons import shown

        rows = [replace(one, error=shown(one.error)) if one.error else one for one in rows]
    if as_json:
        show.print_json([*rows, *(as_delivery(one) for one in told)])
        return
    now = at.now()
    cells = [
        (r.id, r.state, f"#{r.ticket}" if r.ticket else "", r.template, r.to, r.attempts or "",
         show.moment(r.due_at, now), r.error)
        for r in rows
    ] + [
        (f"h{r.id}", r.state, f"#{r.told.ticket}", r.told.type, r.hook, r.attempts or "",
         show.moment(r.due_at, now), r.error)
        for r in told
    ]  # fmt: skip
    headings = ("id", "state", "ticket", "template", "to", "tries", "due", "error")
    show.table(headings, cells, stretch=7, empty="Nothing is waiting to be sent.")


def as_delivery(row: HookRow) -> dict[str, Any]:
    """A hook's row with the keys of a letter's delivery, as far as it has them; its id is like "h12"."""
    return {
        "id": f"h{row.id}", "state": row.state, "ticket": row.told.ticket, "template": row.told.type, "to": row.hook,
        "attempts": row.attempts, "due_at": row.due_at, "error": row.error, "webhook_id": row.uid,
        "created_at": row.created_at, "sent_at": row.sent_at,
    }  # fmt: skip


def _show_hook(ctx: click.Context, number: int, raw: bool, as_json: bool) -> None:
    """What a hook is told, with the words it would have now."""
    from mailgate.app.hooks.sending import worded

    with at.reading(ctx) as (config, store):
        row = store.read(lambda read: read.hooks.row(number))
        octets = b"" if row is None else store.read(lambda read: worded(config, read, row, at.now()))
    if row is None:
        raise Permanent(f"there is no h{number}")
    if raw:
        sys.stdout.buffer.write(octets)
        return
    if as_json:
        show.print_json({**as_delivery(row), "body": octets.decode()})
        return
    for key, value in as_delivery(row).items():
        click.echo(f"{key + ':':14} {show.clean(value)}")
    click.echo(f"\n{show.clean(octets.decode())}")


@outbox.command("show")
@click.argument("number", type=Id(), metavar="ID")
@click.option("--raw", is_flag=True, help="Print the letter as it is sent.")
@show.json_option
@click.pass_context
def show_(ctx: click.Context, number: tuple[int, bool], raw: bool, as_json: bool) -> None:
    """The letter of delivery ID; one that waits (in watch mode, say) as it would read now. Nothing is sent."""
    if number[1]:
        _show_hook(ctx, number[0], raw, as_json)
        return
    _show_letter(ctx, number[0], raw, as_json)


def _show_letter(ctx: click.Context, number: int, raw: bool, as_json: bool) -> None:
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
@click.argument("number", type=Id(), metavar="ID")
@click.pass_context
def retry(ctx: click.Context, number: tuple[int, bool]) -> None:
    """Send a delivery again now."""
    found, told = number
    if told:
        at.ask(ctx, "outbox_retry_hook", number=found)
        click.echo(f"h{found} will be told again")
        return
    at.ask(ctx, "outbox_retry", delivery=found)
    click.echo(f"delivery {found} will be tried again")


@outbox.command("drop")
@click.argument("number", type=Id(), metavar="ID")
@click.pass_context
def drop(ctx: click.Context, number: tuple[int, bool]) -> None:
    """Never send a delivery."""
    found, told = number
    if told:
        at.ask(ctx, "outbox_drop_hook", number=found)
        click.echo(f"h{found} dropped")
        return
    at.ask(ctx, "outbox_drop", delivery=found)
    click.echo(f"delivery {found} dropped")


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
