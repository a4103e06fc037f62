"""`mailgate import`: old mail from files, filed as history."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from mailgate.cli import at
from mailgate.errors import MailgateError, Permanent

BATCH = 64  # mails
BATCH_OCTETS = 8 * 2**20
LARGEST = 40 * 2**20  # octets of one mail; base64 makes a third more of it, and the daemon reads 64 MB at once

Ask = Callable[[list[tuple[str, str]]], int]


@click.command("import")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(exists=True, path_type=Path))
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Leave out what is older (UTC).")
@click.pass_context
def import_(ctx: click.Context, paths: tuple[Path, ...], since: datetime | None) -> None:
    """File old mail from mbox files, Maildirs, .eml files and folders of them; nothing is sent.

    Threads are joined by their headers and by other ticket systems' marks in the subject. Stopped half-way, run it
    again: what is here already is not taken twice.
    """
    from mailgate.app.admin import import_old

    start = since.replace(tzinfo=UTC) if since else None
    seen = fresh = older = 0
    try:
        with _asking(ctx) as ask, click.progressbar(length=import_old.total(paths), label="Importing") as bar:
            batch: list[tuple[str, str]] = []
            octets = 0
            for old in import_old.find_mails(paths, at.now()):
                octets += old.size
                if start and old.at < start:
                    older += 1
                elif len(old.raw) > LARGEST:
                    click.echo(f"\nleft out, larger than {LARGEST >> 20} MB: mail of {old.at:%Y-%m-%d %H:%M}", err=True)
                else:
                    seen += 1
                    batch.append((base64.b64encode(old.raw).decode(), old.at.isoformat()))
                if len(batch) >= BATCH or octets >= BATCH_OCTETS:
                    fresh += ask(batch)
                    bar.update(octets)
                    batch, octets = [], 0
            fresh += ask(batch) if batch else 0
            bar.update(octets)
    except OSError as error:
        raise Permanent(f"{error.filename}: {error.strerror}") from error
    click.echo(f"{fresh} imported, {seen - fresh} here already" + (f", {older} older left out" if since else ""))


@contextmanager
def _asking(ctx: click.Context) -> Iterator[Ask]:
    """Batches go to the daemon when it runs, else to a gateway of our own that is opened once."""
    config = at.load(ctx)
    if at.of_daemon(config.store.folder, "ping") is not None:
        yield lambda batch: int(at.of_daemon(config.store.folder, "import_mails", mails=batch))
        return
    from mailgate.app.admin import control
    from mailgate.wiring import build

    gateway = build(config.path)

    def ask(batch: list[tuple[str, str]]) -> int:
        answer: dict[str, Any] = control.answer(gateway, {"call": "import_mails", "args": {"mails": batch}})
        if "error" in answer:
            raise MailgateError(str(answer["error"]))
        return int(answer["result"])

    try:
        yield ask
    finally:
        gateway.close()
