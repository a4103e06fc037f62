"""The command line, one file a noun; a command's module is loaded only when it is called."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import Any

import click

from mailgate import __version__
from mailgate.errors import ConfigError, MailgateError

# Command -> module in this folder; the function has the command's name, dashes as underscores.
COMMANDS = {
    "init": "admin.setup", "check": "admin.setup", "run": "admin.daemon", "reload": "admin.daemon",
    "demo": "demo.command", "accept": "queue.accept", "import": "admin.import_old", "explain": "queue.explain",
    "rules": "admin.rules", "desk": "desk.workload", "tickets": "desk.tickets_work", "agents": "admin.agents",
    "outbox": "queue.outbox", "quarantine": "queue.quarantine", "parked": "queue.parked", "status": "admin.status",
    "ban": "admin.bans", "unban": "admin.bans", "bans": "admin.bans", "audit": "queue.audit", "login": "admin.login",
    "job": "admin.daemon", "report": "desk.report", "forget": "admin.people", "export": "admin.people",
    "news": "admin.news", "kb": "desk.knowledge", "contacts": "admin.lookup",
    "backup": "admin.backup", "restore": "admin.backup", "window": "admin.window", "hook": "admin.hooks",
}  # fmt: skip


class Commands(click.Group):
    """Loads a command when it is asked for, so that each starts fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, in the order of a day's work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command of that name, None when there is none."""
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"mailgate.cli.{COMMANDS[name]}")
        found = getattr(module, {"import": "import_"}.get(name, name.replace("-", "_")))
        assert isinstance(found, click.Command)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest name for a mistyped one."""
        import difflib

        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], COMMANDS, 1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            ctx.fail(f"No such command '{args[0]}'.{hint}")
        return super().resolve_command(ctx, args)


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--config",
    "-c",
    "config",
    type=click.Path(path_type=Path, dir_okay=False, readable=False),  # who may not is told whom to be
    help="The configuration file; else $MAILGATE_CONFIG, ./mailgate.toml, /etc/mailgate/mailgate.toml.",
)
@click.version_option(__version__, prog_name="mailgate")
@click.pass_context
def cli(ctx: click.Context, config: Path | None) -> None:
    """A ticket desk that lives in e-mail.

    Start with `mailgate init DIR`, then `mailgate --config DIR/mailgate.toml check` and `run`. Shell completion:
    `eval "$(_MAILGATE_COMPLETE=bash_source mailgate)"` (or zsh_source, fish_source).
    """
    ctx.obj = config


def main() -> None:
    """Entry point: exit status 0 done, 1 a problem that is named on stderr, 2 wrong usage."""
    try:
        status: Any = cli(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        sys.exit(1)
    except ConfigError as error:
        for problem in error.problems:
            click.echo(f"mailgate: {problem}", err=True)
        sys.exit(1)
    except MailgateError as error:
        click.echo(f"mailgate: {error}", err=True)
        sys.exit(1)
    except PermissionError as error:
        click.echo(f"mailgate: {error.filename or 'this'}: {error.strerror}; as root: `sudo mailgate ...`", err=True)
        sys.exit(1)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    sys.exit(status if isinstance(status, int) else 0)


__all__ = ["cli", "main"]
