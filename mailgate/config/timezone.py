"""The time zone of this machine, for a first configuration."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from mailgate.config import values

LOCALTIME = Path("/etc/localtime")
_FOLDER = "zoneinfo/"  # what the names of zones stand behind, wherever the system keeps their files
_VARIANTS = ("posix/", "right/")  # the same zones once more
_NO_PLACE = ("localtime", "posixrules", "Factory")  # files beside the zones that mean another on each machine, or none


def of_machine(env: Mapping[str, str], localtime: Path) -> str:
    """The zone's name in the IANA database, `""` where the machine names none.

    `TZ` goes before the link `/etc/localtime`, as in the C library (tzset(3)). A rule such as `EET-2EEST` and a copied
    file have no name.
    """
    wanted = env.get("TZ", "").removeprefix(":")
    try:
        links = [str(localtime.readlink()), os.path.realpath(localtime)]
    except OSError:
        links = []
    found = (_known(_behind(one)) for one in (wanted, *links))
    return next((name for name in found if name), "")


def _behind(path: str) -> str:
    name = path.rpartition(_FOLDER)[2]
    return next((name.removeprefix(one) for one in _VARIANTS if name.startswith(one)), name)


def _known(name: str) -> str:
    if name in _NO_PLACE:
        return ""
    try:
        return values.zone(name)
    except ValueError:
        return ""
