"""Files around the configuration: who may read it, and the shipped rules, templates and example."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from mailgate import newfile
from mailgate.config import timezone
from mailgate.config.model import FileModel
from mailgate.config.secrets import plain
from mailgate.config.work import Loading
from mailgate.errors import ConfigError, Problem
from mailgate.tomlfile import Document

STARTER = Path(__file__).with_name("starter.toml")
_ZONE = 'timezone = "UTC"'  # its line
_COLUMN = 36  # where its comments begin


def check_mode(document: Document, model: FileModel, work: Loading) -> None:
    """Warn when others may change the file, or read secrets that stand in it (threats G-13)."""
    found = document.path.stat()
    mode = f"mode {stat.S_IMODE(found.st_mode):04o}"
    if found.st_uid not in (os.geteuid(), 0):
        work.note((), "belongs to another user, who may change it", warning=True)
    if found.st_mode & 0o022:
        work.note((), f"{mode}: others may change it; chmod go-w {document.path}", warning=True)
    texts = [model.identity.keys, model.lookup.secret, *(agent.password for agent in model.agent)]
    for login in (*model.imap, *model.outgoing):
        texts += [login.password, login.client_secret]
    if found.st_mode & 0o044 and any(text not in ("", "auto") and plain(text) for text in texts):
        work.note((), f"{mode}: others may read the secrets in it; chmod 600 {document.path}", warning=True)


def shared(name: str) -> Path:
    """A shipped file or folder (`rules`, `templates`, `config.example.toml`), in the wheel or in a checkout."""
    package = Path(__file__).parents[1]
    for place in (package / "share" / name, package.parent / name):
        if place.exists():
            return place
    raise FileNotFoundError(f"mailgate's own {name} is missing from the installation")


def _starter() -> bytes:
    """The first configuration, in this machine's time zone."""
    text = STARTER.read_text(encoding="utf-8")
    zone = timezone.of_machine(os.environ, timezone.LOCALTIME)
    said = "this machine's" if zone else 'this machine names none; yours is like "Europe/Helsinki"'
    return text.replace(_ZONE, f'timezone = "{zone or "UTC"}"'.ljust(_COLUMN) + f"# {said}").encode()


def init(target: Path) -> list[Path]:
    """Lay out mailgate.toml (in mode "watch"), the example, rules/ and templates/; returns the files written.

    What is there already stays as it is. Raises ConfigError when a file cannot be written.
    """
    written: list[Path] = []
    try:
        sources = [(STARTER, target / "mailgate.toml"), (shared("config.example.toml"), target / "config.example.toml")]
        for folder in ("rules", "templates"):
            root = shared(folder)
            sources += [(file, target / folder / file.relative_to(root)) for file in sorted(root.rglob("*"))]
        for source, copy in sources:
            if source.is_file() and not os.path.lexists(copy):
                newfile.folder(copy.parent)
                newfile.write(copy, _starter() if source is STARTER else source.read_bytes())
                written.append(copy)
    except OSError as error:
        raise ConfigError(
            [Problem(str(error.filename or target), "", f"cannot be written: {error.strerror}")]
        ) from None
    return written
