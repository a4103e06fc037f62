"""Where a configuration keeps its data, told without judging the rest of the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from mailgate import tomlfile
from mailgate.errors import ConfigError

DATA = "data"  # beside mailgate.toml, when the file names no other
DATABASE = "mailgate.db"


def data_folder(config: Path) -> Path | None:
    """The data folder a file names, before anything else of it is looked at; None when it cannot be told."""
    named = _table(config, "gateway")
    return None if named is None else _beside(config, named.get("data", DATA))


def database(config: Path) -> Path | None:
    """The database a file names; None when it cannot be told."""
    named, data = _table(config, "store"), data_folder(config)
    if named is None or data is None:
        return None
    url = named.get("url", "sqlite")
    if url == "sqlite":
        return data / DATABASE
    if isinstance(url, str) and url.startswith("sqlite:"):
        return _beside(config, url.removeprefix("sqlite:").removeprefix("//"))
    return None


def zone(config: Path) -> ZoneInfo:
    """The zone of the desk's day that a file names; UTC when it cannot be told, or names none that there is."""
    try:
        return ZoneInfo(str((_table(config, "gateway") or {}).get("timezone", "UTC"))[:100])
    except (ValueError, OSError, LookupError):
        return ZoneInfo("UTC")


def _table(config: Path, name: str) -> dict[str, Any] | None:
    try:
        found = tomlfile.read(config).data.get(name, {})
    except ConfigError:
        return None
    return found if isinstance(found, dict) else None


def _beside(config: Path, named: object) -> Path | None:
    return config.absolute().parent / Path(named).expanduser() if isinstance(named, str) else None
