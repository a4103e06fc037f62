"""`mailgate window`: the process of the web pages; and what is asked of the daemon about them."""

from __future__ import annotations

from pathlib import Path

import click

from mailgate.cli import at
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
