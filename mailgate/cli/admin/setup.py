"""`mailgate init` and `check`: a folder to start from, and everything that is wrong with it at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailgate.cli import at
from mailgate.errors import ConfigError, Problem

if TYPE_CHECKING:
    from mailgate.config.tree import Config


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path())
def init(folder: Path) -> None:
    """Write mailgate.toml, rules/ and templates/ into FOLDER to start from; nothing there is overwritten."""
    from mailgate.config.files import init as lay_out

    written = lay_out(folder)
    for path in written:
        click.echo(str(path))
    if not written:
        click.echo(f"{folder}: everything is there already")
        return
    click.echo(f"\nNow edit {folder / 'mailgate.toml'}, then: mailgate --config {folder / 'mailgate.toml'} check")


@click.command()
@click.option(
    "--connect",
    is_flag=True,
    help="Also try the IMAP, SMTP and DNS ends: names, TLS, logins, sender rights, alignment.",
)
@click.pass_context
def check(ctx: click.Context, connect: bool) -> int:
    """Load everything, try rules, templates and a sample mail; print all problems with file, line or key."""
    # All that is needed, before this Python may be closed to us.
    from mailgate import opening, wiring  # noqa: F401
    from mailgate.config.load import load as load_config
    from mailgate.places import data_folder
    from mailgate.rulebook import load as rulebook  # noqa: F401

    path = at.config_path(ctx)
    data = data_folder(path)
    if data is not None:
        at.take_eyes(data)  # the daemon has the owner's
    problems: list[Problem] = []
    config = None
    try:
        config = load_config(path, write=False)
        problems += config.warnings
        problems += _rules(config)
    except ConfigError as error:
        problems += error.problems
    if closed := at.closed_python():
        problems.append(Problem("python", "", closed))
    elif config is not None:
        problems += _machine(config)
        if connect:
            from mailgate.wiring import try_ends

            for end in try_ends(config):
                if end.problem:
                    problems.append(Problem(str(path), end.key, end.problem, warning=end.warning))
                else:
                    click.echo(f"{end.key}: {end.said}")
    faults = [one for one in problems if not one.warning]
    for one in problems:
        click.echo(f"{'warning' if one.warning else 'error'}: {one}", err=True)
    if faults or config is None:
        click.echo(f"{len(faults)} problem{'s' if len(faults) != 1 else ''} to mend", err=True)
        return 1
    policy = config.policy
    counted = f"{len(policy.departments)} departments, {len(policy.agents)} agents, mode {policy.mode}"
    click.echo(f"{path}: all is well ({counted})")
    return 0


def _rules(config: Config) -> list[Problem]:
    """What is wrong with the rule files, their own tests included."""
    from mailgate.rulebook import load as rulebook
    from mailgate.wiring import load_rules

    try:
        book = load_rules(config)
    except ConfigError as error:
        return list(error.problems)
    return [*book.warnings, *rulebook.run_tests(book, config.policy)]


def _machine(config: Config) -> list[Problem]:
    """Versions on this machine with known faults, and what goes wrong in a child: reading mail, the templates."""
    from mailgate.opening import sqlite_fault
    from mailgate.wiring import try_children

    fault, found = sqlite_fault(), try_children(config.templates_folder)
    return [Problem("sqlite", "", fault, warning=True), *found] if fault else found
