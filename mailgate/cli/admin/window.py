"""`mailgate window`: the process of the web pages; and what is asked of the daemon about them."""

from __future__ import annotations

from pathlib import Path

import click

from mailgate.cli import at, show
from mailgate.cli.admin.tokens import token
from mailgate.errors import ConfigError, Permanent


@click.group(invoke_without_command=True)
@click.option("--listen", metavar="PLACE", help="host:port, the path of a unix socket, or fd:3; else [web] listen.")
@click.option(
    "--socket", type=click.Path(path_type=Path), help="Where the daemon is asked; else window.sock in its data folder."
)
@click.pass_context
def window(ctx: click.Context, listen: str | None, socket: Path | None) -> None:
    """Serve the web pages until SIGTERM; the daemon may come and go meanwhile.

    With both options no configuration is read: this process needs no file of the desk. Usually systemd's
    mailgate-window.socket starts it, or with `[web] run = "child"` the daemon itself.
    """
    if ctx.invoked_subcommand is None:
        _serve(ctx, listen, socket)


@window.command("close")
@click.argument("what", type=click.Choice(["form"]))
@click.pass_context
def close(ctx: click.Context, what: str) -> None:
    """Close the contact form, as in an attack: it shows the mail addresses until it is opened again."""
    done = at.ask(ctx, "window_form", close=True)
    click.echo("the form is closed: people see the mail addresses" if done else "the form is closed already")


@window.command("open")
@click.argument("what", type=click.Choice(["form"]))
@click.pass_context
def reopen(ctx: click.Context, what: str) -> None:
    """Open the contact form again."""
    done = at.ask(ctx, "window_form", close=False)
    click.echo("the form is open" if done else "the form is open already")


@window.command("snippet")
@click.option("--topic", default="", metavar="NAME", help="The topic that is chosen, for a page about one thing.")
@click.option("--language", default="", metavar="CODE", help="The language of the form; else the reader's own.")
@click.pass_context
def print_snippet(ctx: click.Context, topic: str, language: str) -> None:
    """Print what to paste into a page of your own: the form in a frame, or a plain form."""
    from mailgate.core.pages.form import offered
    from mailgate.window import snippet

    policy = at.load(ctx).policy
    known = [one.name for one in offered(policy)]
    if not policy.web.url:
        raise ConfigError("[web] url is empty: nobody knows where the form is")
    if topic and topic not in known:
        raise click.BadParameter(f"there is no topic {topic!r}; there are: {', '.join(known)}", param_hint="--topic")
    if language and language not in policy.languages:
        listed = ", ".join(policy.languages)
        raise click.BadParameter(f"{language!r} is no language here; there are {listed}", param_hint="--language")
    click.echo(snippet.frame(policy, topic, language))
    click.echo(snippet.plain(policy, topic, language))
    if not policy.web.form.embed_on:
        click.echo("no site may show the frame yet: name yours in [web.form] embed_on", err=True)


@window.group("wall")
def wall() -> None:
    """Screens that show counts to whoever walks by."""


@wall.command("add")
@click.argument("name")
@click.option("--agents", is_flag=True, help="Show agents too, by their first names.")
@click.pass_context
def add_wall(ctx: click.Context, name: str, agents: bool) -> None:
    """Make a wall and print its address; it is shown this once."""
    click.echo(at.ask(ctx, "wall_add", name=name, agents=agents))


@wall.command("revoke")
@click.argument("name")
@click.pass_context
def revoke_wall(ctx: click.Context, name: str) -> None:
    """End a wall: its address shows nothing any more."""
    click.echo(f"wall {at.ask(ctx, 'wall_revoke', name=name)} shows nothing any more")


@wall.command("list")
@show.json_option
@click.pass_context
def list_walls(ctx: click.Context, as_json: bool) -> None:
    """List the walls there are."""
    with at.looking(ctx) as store:
        found = store.read(lambda read: read.sessions.walls())
    if as_json:
        show.print_json(found)
        return
    rows = [(one.name, "first names" if one.agents else "counts alone", show.moment(one.at, at.now())) for one in found]
    show.table(("wall", "shows", "since"), rows, empty="There is no wall.")


window.add_command(token)


def _serve(ctx: click.Context, listen: str | None, asked_at: Path | None) -> None:
    from mailgate import log
    from mailgate.config import values
    from mailgate.config.web import missing_packages

    missing = missing_packages()
    if missing:
        raise Permanent(f"there are no web pages: {missing[0]} is not installed; pip install 'mailgate[web]'")
    from mailgate.window import process

    level, form = "info", "console"
    if listen is None or asked_at is None:
        config = at.load(ctx)
        level, form = config.log.level, config.log.format
        if not config.web.listen:
            raise ConfigError("[web] listen is empty: there are no web pages")
        if config.web.run == "child":
            raise ConfigError('[web] run = "child": the daemon runs the web pages itself')
        asked_at = asked_at or config.store.folder / process.SOCKET
        listen = listen or str(config.web.listen[0])
    log.set_up(level, form)
    try:
        place = values.listen_or_handed(listen, Path.cwd())
        doors = process.listening(place.host, place.port, place.path, place.handed)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--listen") from None
    except OSError as error:
        raise Permanent(f"cannot listen on {listen}: {error.strerror or error}") from error
    process.alone(doors, asked_at)
