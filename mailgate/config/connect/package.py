"""Whoever asks for what calls other programs has the package that does, or is told."""

from __future__ import annotations

from importlib.util import find_spec

from mailgate.config.model import FileModel
from mailgate.config.work import Loading
from mailgate.core.asking.http import EXTRA, PACKAGE
from mailgate.tomlfile import Loc


def wanted(model: FileModel, work: Loading) -> None:
    """Note the first key of each section that asks for it in vain."""
    asks: list[tuple[Loc, bool]] = [
        (("webhook", 0, "url"), bool(model.webhook)),
        (("channel", 0, "url"), bool(model.channel)),
        (("lookup", "url"), bool(model.lookup.url)),
        (("web", "calls", "recordings"), bool(model.web.calls.recordings)),
    ]
    if find_spec(PACKAGE) is None:
        for loc, asked in asks:
            if asked:
                work.note(loc, f"nobody can be called, {PACKAGE} is not installed: pip install '{EXTRA}'", warning=True)
