"""`mailgate hook`: programs that are told of what happens."""

from __future__ import annotations

import click

from mailgate.cli import at, show


@click.group(invoke_without_command=True)
@click.pass_context
def hook(ctx: click.Context) -> None:
    """Programs that are told of what happens to tickets ([[webhook]])."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_, as_json=False)


@hook.command("list")
@show.json_option
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> None:
    """One row a webhook: how it is, what waits for it, and what went wrong last."""
    with at.looking(ctx) as store:
        rows = store.read(lambda read: read.hooks.all())
    if as_json:
        show.print_json(rows)
        return
    now = at.now()
    cells = [
        (r.name, "off" if r.off else "resting" if r.rests else "on", r.waiting or "", r.failed or "",
         show.moment(r.told_at, now), r.off or r.error)
        for r in rows
    ]  # fmt: skip
    show.table(("name", "state", "waiting", "failed", "told", "why"), cells, stretch=5, empty="No webhook is known.")


@hook.command("test")
@click.argument("name")
@show.json_option
@click.pass_context
def test(ctx: click.Context, name: str, as_json: bool) -> None:
    """Send a signed `test` event to NAME at once; says what came back, and how long it took."""
    found = at.ask(ctx, "hook_test", name=name)
    if as_json:
        show.print_json(found)
    elif not found["error"]:
        click.echo(f"{name}: {found['status']} in {found['seconds']:.2f} s")
    else:
        click.echo(f"{name}: {found['error']} (after {found['seconds']:.2f} s)")
    if found["error"]:
        ctx.exit(1)


@hook.command("on")
@click.argument("name")
@click.pass_context
def on(ctx: click.Context, name: str) -> None:
    """Switch NAME on: what waited is told now, what happened while it was off is not."""
    done = at.ask(ctx, "hook_switch", name=name, on=True)
    click.echo(f"{name} is on" if done else f"{name} is on already")


@hook.command("off")
@click.argument("name")
@click.pass_context
def off(ctx: click.Context, name: str) -> None:
    """Switch NAME off: nothing more is told to it until it is switched on."""
    done = at.ask(ctx, "hook_switch", name=name, on=False)
    click.echo(f"{name} is off" if done else f"{name} is off already")
