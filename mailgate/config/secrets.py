"""Secrets: where they come from, signing keys included, and a type that never shows them."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from mailgate import newfile
from mailgate.core.model.policy import Key
from mailgate.errors import ConfigError

SHORTEST_KEY = 32  # bytes of a signing key
KEYS_FILE = "keys.json"
SCHEME = 2  # how letters are signed with a key that says so; keys of 0.1.0 say nothing


class Unreadable(ValueError):
    """A secret cannot be had; the text says why and names the remedy, never the secret."""


class Elsewhere(Unreadable):
    """The secret is known to the daemon's own environment, and not to this process."""


class Secret:
    """A password or token that shows itself only to `reveal`."""

    __slots__ = ("_value", "_why")

    def __init__(self, value: str, missing: str = "") -> None:
        self._value = value
        self._why = missing

    def reveal(self) -> str:
        """The secret itself. Raises ConfigError when it is not to be had in this process."""
        if self._why:
            raise ConfigError(self._why)
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and secrets.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> str | tuple[Any, ...]:
        raise TypeError("a Secret is not to be pickled")


@dataclass(frozen=True, slots=True)
class Places:
    """Where secrets are looked for."""

    folder: Path  # of the configuration file: relative paths start here
    env: Mapping[str, str]


def plain(text: str) -> bool:
    """True when a value is the secret itself rather than where to find it."""
    return not text.startswith(("env:", "file:", "credential:"))


def resolve(text: str, places: Places) -> Secret:
    """The secret behind `env:NAME`, `file:PATH`, `credential:NAME` or, as it stands, a plain value.

    Raises Unreadable when it is missing, empty, or in a file that others may read (threats G-13).
    """
    kind, _, name = text.partition(":")
    if plain(text):
        value = text
    elif kind == "env":
        if name not in places.env:
            raise Elsewhere(f"the environment has no variable {name}")
        value = places.env[name]
    elif kind == "credential":
        value = _credential(name, places.env)
    else:
        path = places.folder / Path(name).expanduser()
        guard(path)
        value = _text(path)
    value = value.rstrip("\r\n")
    if not value:
        raise Unreadable(f"{text} is empty" if not plain(text) else "is empty")
    return Secret(value)


def _credential(name: str, env: Mapping[str, str]) -> str:
    folder = env.get("CREDENTIALS_DIRECTORY")
    if not folder:
        raise Elsewhere(
            f"credential:{name} needs systemd's LoadCredential={name}:..., and $CREDENTIALS_DIRECTORY is not set"
        )
    if "/" in name or name in ("", ".", ".."):
        raise Unreadable("a credential's name has no slash")
    return _text(Path(folder) / name)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise Unreadable(f"{path} is not UTF-8 text") from None
    except PermissionError as error:
        raise Unreadable(f"cannot read {path}: {error.strerror}; chown it to the user mailgate runs as") from None
    except OSError as error:
        raise Unreadable(f"cannot read {path}: {error.strerror}") from None


def guard(path: Path) -> None:
    """Raises Unreadable unless `path` is a regular file of ours or root's that nobody else may open."""
    try:
        found = path.stat()
    except OSError as error:
        raise Unreadable(f"cannot read {path}: {error.strerror}") from None
    if not stat.S_ISREG(found.st_mode):
        raise Unreadable(f"{path} is not a regular file")
    if found.st_uid not in (os.geteuid(), 0):
        raise Unreadable(f"{path} belongs to another user: chown it to the user mailgate runs as")
    if found.st_mode & 0o077:
        ours = "" if found.st_uid == os.geteuid() else "chown it to the user mailgate runs as, and "
        mode = f"{stat.S_IMODE(found.st_mode):04o}"
        raise Unreadable(f"{path} has mode {mode}, others may open it: {ours}chmod 600 {path}")


def keys(source: str, data: Path, places: Places, today: date, *, write: bool) -> tuple[Key, ...]:
    """The signing keys, newest first; retired ones are gone (threats G-14).

    `auto` keeps them in `data`/keys.json, made on first use; with `write` False a missing file is not made, and the
    keys of this run prove nothing to the next. Raises Unreadable when a key is missing, short or malformed.
    """
    if source == "auto":
        path = data / KEYS_FILE
        if not path.parent.is_dir() and path.parent.exists():
            raise Unreadable(f"{path.parent} is no folder, and the data folder must be one")
        if not path.exists():
            text = _fresh(today)
            if write:
                _make(path, text)
                text = _text(path)
        else:
            guard(path)
            text = _text(path)
            if write and (data / "mailgate.db").exists():
                text = _renewed(path, text, today)
        return _listed(text, today, str(path))
    text = resolve(source, places).reveal()
    if text.lstrip().startswith("{"):
        return _listed(text, today, source)
    return (_key(hashlib.sha256(text.encode()).hexdigest()[:6], text, source if not plain(source) else "it"),)


def _fresh(today: date) -> str:
    return json.dumps({"keys": [_entry(today)]}, indent=2) + "\n"


def _entry(today: date) -> dict[str, Any]:
    return {
        "kid": secrets.token_hex(3),
        "created": today.isoformat(),
        "retire_at": None,
        "secret": secrets.token_hex(32),
        "scheme": SCHEME,
    }


def _renewed(path: Path, text: str, today: date) -> str:
    """What 0.1.0 kept, with a key above it for what is signed now, so that the old one can be retired by itself.

    Where the file cannot be written the old key goes on signing; one that is malformed is refused by whoever reads it.
    """
    try:
        owner, folder = path.stat().st_uid, os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return text
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)  # two of us must not each add one: a key that is overwritten proves nothing
        text = _text(path)
        kept = json.loads(text)["keys"]
        if owner != os.geteuid() or any("scheme" in dict(entry) for entry in kept):
            return text
        renewed = json.dumps({"keys": [_entry(today), *kept]}, indent=2) + "\n"
        newfile.replace(path, renewed.encode(), lasting=True)
        return renewed
    except (OSError, ValueError, KeyError, TypeError):
        return text
    finally:
        os.close(folder)


def _make(path: Path, text: str) -> None:
    """Write a new file with mode 0600, complete or not at all; somebody else's file that came first stays."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        newfile.folder(path.parent)
        with os.fdopen(newfile.create(draft), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
    except OSError as error:
        raise Unreadable(f"cannot write {path}: {error.strerror}") from None
    finally:
        if draft.parent.is_dir():
            draft.unlink(missing_ok=True)


def _listed(text: str, today: date, where: str) -> tuple[Key, ...]:
    try:
        entries = json.loads(text)["keys"]
        live = [e for e in entries if not e.get("retire_at") or date.fromisoformat(str(e["retire_at"])[:10]) > today]
        live.sort(key=lambda e: str(e.get("created") or ""), reverse=True)
        # A key with an end in sight verifies but does not sign, as long as there is another.
        live.sort(key=lambda e: bool(e.get("retire_at")))
        found = tuple(_key(str(e["kid"]), str(e["secret"]), where) for e in live)
    except Unreadable:
        raise
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Unreadable(f'{where} is not {{"keys": [{{"kid", "created", "retire_at", "secret"}}]}} in JSON') from None
    if not found:
        raise Unreadable(f"every key in {where} has been retired: add a new one")
    return found


def _key(kid: str, secret: str, where: str) -> Key:
    if not (kid.isascii() and kid.isalnum() and kid == kid.lower() and len(kid) <= 8):
        raise Unreadable(f"a key's kid in {where} is one to eight lower-case letters and digits")
    if len(secret.encode()) < SHORTEST_KEY:
        raise Unreadable(f"a signing key in {where} is shorter than {SHORTEST_KEY} bytes")
    return Key(kid, secret.encode())
