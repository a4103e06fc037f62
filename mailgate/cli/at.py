"""Where a command works: the configuration it uses, a reading store, and the daemon or the lock for changes."""

from __future__ import annotations

import json
import os
import pwd
import socket
import sys
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

    Raises ConfigError with the way out when there is none, Permanent when we may not read it.
    """
    given = ctx.find_root().obj or os.environ.get("MAILGATE_CONFIG")
    for place in (Path(given),) if given else PLACES:
        if may(os.F_OK, place):
            if not may(os.R_OK, place):
                raise Permanent(f"{place} is not for {whoami()} to read: run `sudo mailgate ...`")
            return place
    if given:
        return Path(given)
    raise ConfigError("no configuration: give --config FILE, or make one with `mailgate init DIR`")


def may(mode: int, place: Path) -> bool:
    """Whether we may do that (`os.F_OK`, `os.R_OK`) with a file; one in a folder that is closed to us is there."""
    try:
        place.stat()
    except PermissionError:
        return mode == os.F_OK
    except OSError:
        return False
    return os.access(place, mode)


def whoami() -> str:
    """The name of the user we run as."""
    return _name(os.geteuid())


def _name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"user {user}"


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
    take_eyes(data)
    closed = closed_python()
    if closed:
        raise Permanent(closed)


def closed_python() -> str | None:
    """What to tell root whose Python the one they became may not read; None when they may."""
    if os.access(os.__file__, os.R_OK):
        return None
    return (
        f"{whoami()} may not read {sys.base_prefix}, where this Python lies, so no daemon can run as {whoami()}: "
        "install mailgate with a Python that is everybody's, such as /usr/bin/python3"
    )


def take_eyes(data: Path) -> None:
    """As `become_owner`, but nothing is said of a Python that is closed to the owner; load what you need before."""
    try:
        found = data.stat()
    except FileNotFoundError:
        return
    except OSError as error:
        raise Permanent(f"{data} is not for {whoami()} to see ({error.strerror}): run `sudo mailgate ...`") from None
    me, owner = os.geteuid(), _name(found.st_uid)
    if found.st_uid == me:
        return
    if me != 0:
        raise Permanent(f"{data} belongs to {owner}: run `sudo -u {owner} mailgate ...`")
    try:
        os.initgroups(owner, found.st_gid)  # as systemd does for the daemon
    except OSError:
        os.setgroups([])  # an owner without a name
    os.setgid(found.st_gid)
    os.setuid(found.st_uid)


@contextmanager
def reading(ctx: click.Context) -> Iterator[tuple[Config, Store]]:
    """A store to read from, daemon or not; nothing is locked, and nothing made where there is none yet."""
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
    if data is not None:
        become_owner(data)
    if database is None or not database.exists():
        with reading(ctx) as (_, store):
            yield store
        return
    store = existing(database)
    try:
        yield store
    finally:
        store.close()


def ask(ctx: click.Context, call: str, **args: Any) -> Any:
    """Have something changed: by the daemon when it runs, else by this process under the daemon's lock.

    Raises MailgateError with the words to show.
    """
    config = load(ctx)
    request = {"call": call, "args": args}
    answer = _by_daemon(config.store.folder, request)
    if answer is None:
        from mailgate.app.admin import control  # half a second to read, and the daemon has read it
        from mailgate.wiring import build

        gateway = build(config.path, children=1)
        try:
            answer = control.answer(gateway, request)
        finally:
            gateway.close()
    if "error" in answer:
        raise MailgateError(str(answer["error"]))
    return answer.get("result")


def of_daemon(folder: Path, call: str, **args: Any) -> Any:
    """What the daemon that holds `folder` answers; None when none runs. Raises MailgateError with the words to show."""
    answer = _by_daemon(folder, {"call": call, "args": args})
    if answer is not None and "error" in answer:
        raise MailgateError(str(answer["error"]))
    return None if answer is None else answer["result"]


def _by_daemon(folder: Path, request: dict[str, Any]) -> dict[str, Any] | None:
    """The daemon's answer; None when none runs."""
    from mailgate.app.admin import control_socket

    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        try:
            with control_socket.path_of(folder) as path:
                sock.connect(path)
        except (FileNotFoundError, ConnectionRefusedError):
            return None
        except OSError as error:
            raise Temporary(f"the daemon cannot be asked: {error}") from error
        try:
            key = control_socket.key_of(folder)  # once we are connected, so that it is the key of who answers
        except FileNotFoundError:
            name = folder / control_socket.KEY
            why = "the daemon is an earlier version, or could not write it: restart the daemon"
            raise Temporary(f"there is no {name}; {why}") from None
        except OSError as error:
            raise Temporary(f"the daemon cannot be asked: {folder / control_socket.KEY}: {error.strerror}") from error
        said = _exchange(sock, key + json.dumps(request).encode() + b"\n")
    answer: dict[str, Any] = json.loads(said)
    return answer


def _exchange(sock: socket.socket, request: bytes) -> bytes:
    """The line that answers a request. A daemon that declines may say why and close before it has read all of it.

    Raises Temporary when there is no whole line.
    """
    said, broken = bytearray(), ""
    try:
        sock.sendall(request)
    except OSError as error:
        broken = f" ({error})"
    try:
        while not said.endswith(b"\n") and (chunk := sock.recv(1 << 16)):
            said += chunk
    except OSError as error:
        broken = f" ({error})"
    if not said.endswith(b"\n"):
        raise Temporary(f"the daemon broke off{broken}; see its log")
    return bytes(said)


def now() -> datetime:
    """The wall clock, aware UTC."""
    return datetime.now(UTC)
