"""The configuration of a bridge: one TOML file, in which secrets are named and need not stand."""

import base64
import binascii
import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """The configuration file. `own` is the provider's section."""

    host: str
    port: int
    spool: Path
    mailgate: str
    site: str  # the name mailgate's pages are asked under, where its address is another; "" when it is the address's
    channel: str
    token: str = field(repr=False)
    secrets: tuple[bytes, ...] = field(repr=False)
    own: Mapping[str, str] = field(repr=False)


def secret(text: str) -> str:
    """What stands behind `env:NAME`, `file:PATH`, `credential:NAME`; else the text itself, as in mailgate.toml."""
    kind, _, name = text.partition(":")
    if kind == "env":
        return os.environ[name]
    if kind == "file":
        return Path(name).read_text().strip()
    if kind == "credential":
        return (Path(os.environ["CREDENTIALS_DIRECTORY"]) / name).read_text().strip()
    return text


def _key(text: str) -> bytes:
    """The key of a secret as mailgate reads it: base64 after `whsec_`, else its own octets."""
    said = secret(text)
    try:
        key = base64.b64decode(said[6:], validate=True) if said.startswith("whsec_") else said.encode()
    except binascii.Error:
        key = b""
    if len(key) < 16:
        raise ValueError("mailgate.secret has at least 16 octets; after whsec_ they are written in base64")
    return key


def read(path: Path, name: str, needs: Sequence[str], may: Mapping[str, str]) -> Settings:
    """Reads the file of a bridge; raises ValueError, KeyError or OSError with what is wrong in it."""
    with path.open("rb") as file:
        all_of_it = tomllib.load(file)
    known = {
        "bridge": {"listen", "spool"},
        "mailgate": {"url", "site", "channel", "token", "secret"},
        name: {*needs, *may},
    }
    for section, values in all_of_it.items():
        if section not in known or not isinstance(values, dict):
            raise ValueError(f"there is no section {section} here")
        if unknown := set(values) - known[section]:
            raise ValueError(f"[{section}] is not to have: {', '.join(sorted(unknown))}")
    ours, desk, own = (all_of_it.get(section, {}) for section in ("bridge", "mailgate", name))
    missing = [f"{name}.{key}" for key in needs if not own.get(key)]
    missing += [f"mailgate.{key}" for key in ("url", "channel", "token", "secret") if not desk.get(key)]
    if missing:
        raise ValueError(f"missing: {', '.join(missing)}")
    host, _, port = str(ours.get("listen", "127.0.0.1:8090")).rpartition(":")
    keys = desk["secret"] if isinstance(desk["secret"], list) else [desk["secret"]]
    return Settings(
        host=host.strip("[]"),
        port=int(port),
        spool=Path(ours.get("spool") or Path(os.environ.get("STATE_DIRECTORY", ".")) / f"{name}.db"),
        mailgate=desk["url"].rstrip("/"),
        site=str(desk.get("site", "")),
        channel=desk["channel"],
        token=secret(desk["token"]),
        secrets=tuple(_key(key) for key in keys),
        own={**may} | {key: secret(str(value)) for key, value in own.items()},
    )
