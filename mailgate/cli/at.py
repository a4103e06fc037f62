"""Where a command works: the configuration it uses, a reading store, and the daemon or the lock for changes."""

from __future__ import annotations

import json
import os
import pwd
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mailgate.errors import ConfigError, MailgateError, Permanent, Temporary

if TYPE_CHECKING:
    from mailgate.config.tree import Config
    from mailgate.store.base import Store

PLACES = (Path("mailgate.toml"), Path("/etc/mailgate/mailgate.toml"))


def config_path(ctx: click.Context) -> Path:
    """`--config`, else $MAILGATE_CONFIG, else ./mailgate.toml, else /etc/mailgate/mailgate.toml.

    Raises ConfigError with the way out when there is none.
    """
    given = ctx.find_root().obj or os.environ.get("MAILGATE_CONFIG")
    if given:
        return Path(given)
    for place in PLACES:
        if place.exists():
            return place
    raise ConfigError("no configuration: give --config FILE, or make one with `mailgate init DIR`")


def load(ctx: click.Context) -> Config:
    """The configuration. Raises ConfigError."""
    from mailgate.config.load import load as load_config
    from mailgate.places import data_folder

    path = config_path(ctx)
    data = data_folder(path)
    if data:
        become_owner(data)
    return load_config(path, write=False, strict=False)


def become_owner(data: Path) -> None:
    """Run as root, become the owner of the data folder; tell any other stranger how. Raises Permanent."""
    if not data.exists():
        return
    owner = data.stat().st_uid
    me = os.geteuid()
    if owner == me:
        return
    if me != 0:
        try:
            name = pwd.getpwuid(owner).pw_name
        except KeyError:
            name = str(owner)
        raise Permanent(f"{data} belongs to {name}: run `sudo -u {name} mailgate ...`")
    os.setgroups([])
    os.setgid(data.stat().st_gid)
    os.setuid(owner)


@contextmanager
def reading(ctx: click.Context) -> Iterator[tuple[Config, Store]]:
    """A store to read from, daemon or not; nothing is locked."""
    from mailgate.opening import reader

    config = load(ctx)
    store = reader(config)
    try:
        yield config, store
    finally:
        store.close()


@contextmanager
def looking(ctx: click.Context) -> Iterator[Store]:
    """A store to read from and nothing else: quick, and there even when the rest of the configuration is broken."""
    from mailgate import places
    from mailgate.opening import existing

    path = config_path(ctx)
    data, database = places.data_folder(path), places.database(path)
    if data is None or database is None or not database.exists():
        with reading(ctx) as (_, store):
            yield store
        return
    become_owner(data)
    store = existing(database)
    try:
        yield store
    finally:
        store.close()


def ask(ctx: click.Context, call: str, **args: Any) -> Any:
    """Have something changed: by the daemon when it runs, else by this process under the daemon's lock.

    Raises MailgateError with the words to show.
    """
    from mailgate.app import control

    config = load(ctx)
    request = {"call": call, "args": args}
    answer = _by_daemon(config.gateway.data, request)
    if answer is None:
        from mailgate.wiring import build

        gateway = build(config.path)
        try:
            answer = control.answer(gateway, request)
        finally:
            gateway.close()
    if "error" in answer:
        raise MailgateError(str(answer["error"]))
    return answer.get("result")


def of_daemon(data: Path, call: str, **args: Any) -> Any:
    """What a running daemon answers; None when none runs. Raises MailgateError with the words to show."""
    answer = _by_daemon(data, {"call": call, "args": args})
    if answer is not None and "error" in answer:
        raise MailgateError(str(answer["error"]))
    return None if answer is None else answer["result"]


def _by_daemon(data: Path, request: dict[str, Any]) -> dict[str, Any] | None:
    """The daemon's answer; None when none runs."""
    from mailgate.app import callbox

    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        try:
            with callbox.path_of(data) as path:
                sock.connect(path)
        except (FileNotFoundError, ConnectionRefusedError):
            return None
        except OSError as error:
            raise Temporary(f"the daemon cannot be asked: {error}") from error
        parts = []
        try:
            sock.sendall(json.dumps(request).encode() + b"\n")
            while chunk := sock.recv(1 << 16):
                parts.append(chunk)
        except OSError as error:
            raise Temporary(f"the daemon broke off ({error}); see its log") from error
    if not parts:
        raise Temporary("the daemon broke off; see its log")
    answer: dict[str, Any] = json.loads(b"".join(parts))
    return answer


def now() -> datetime:
    """The wall clock, aware UTC."""
    return datetime.now(UTC)
