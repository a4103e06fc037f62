"""`mailgate init` and `check`: a folder to start from, and everything that is wrong with it at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailgate.cli import at
from mailgate.errors import ConfigError, Older, Problem

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
    from mailgate.app.jobs import customers
    from mailgate.config.load import Faulty
    from mailgate.config.load import load as load_config
    from mailgate.places import data_folder

    path = at.config_path(ctx)
    data = data_folder(path)
    if data is not None:
        at.take_eyes(data)  # the daemon has the owner's
    problems: list[Problem] = []
    config = left = None
    try:
        config = load_config(path, write=False)
        problems += config.warnings
    except ConfigError as error:
        problems += error.problems
        left = error.left if isinstance(error, Faulty) else None
    closed = at.closed_python()
    if closed:
        problems.append(Problem("python", "", closed))
    if left is not None:
        problems += wiring.check(left, None, children=not closed)
    if config is not None:
        problems += [*_unsaid(config, path), *_judged(config, children=not closed), *customers.judged(config)]
        if connect and not closed:
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
    bare = [one.name for one in policy.departments if not one.sla] if policy.slas else []
    counted += f"; without a promise: {', '.join(bare)}" if bare else ""
    click.echo(f"{path}: all is well ({counted})")
    return 0


def _unsaid(config: Config, path: Path) -> list[Problem]:
    """Whoever writes is to be told what becomes of their data (GDPR article 13); a desk may say it elsewhere."""
    if config.policy.letters.privacy or config.policy.mode == "watch":
        return []
    text = "acknowledgements do not say how you handle people's data: give the address of your privacy notice"
    return [Problem(str(path), "gateway.privacy", text, warning=True)]


def _judged(config: Config, *, children: bool) -> list[Problem]:
    """All that a reload would say of what is on disk, names with work left among it."""
    from mailgate.opening import existing
    from mailgate.wiring import check as judge

    found: list[Problem] = []
    store = None
    try:
        store = existing(config.store.path) if config.store.path.exists() else None
    except Older as older:
        found.append(Problem("", "", f"{older}; who has work left is judged then", warning=True))
    except ConfigError as error:
        found += error.problems
    try:
        return found + judge(config, store, children=children)
    finally:
        if store is not None:
            store.close()
