"""What building a configuration needs at hand: the file, the day, and the problems met so far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TypeVar

from mailgate.config import secrets, tree, values
from mailgate.errors import Problem
from mailgate.tomlfile import Document, Loc

T = TypeVar("T")


@dataclass(slots=True)
class Loading:
    """What building needs at hand, and the problems it has met so far."""

    document: Document
    places: secrets.Places
    today: date
    write: bool  # may files be made in the data folder?
    strict: bool = True  # is a secret that only the daemon's environment knows a problem?
    problems: list[Problem] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        """Where relative paths start: the folder of the configuration file."""
        return self.places.folder

    def note(self, loc: Loc, text: str, *, warning: bool = False) -> None:
        """Remember a problem at a key."""
        self.problems.append(self.document.problem(loc, text, warning=warning))

    def tried(self, loc: Loc, attempt: Callable[[], T]) -> T | None:
        """The result of `attempt`, or None with its ValueError noted."""
        try:
            return attempt()
        except ValueError as error:
            self.note(loc, str(error))
            return None

    def path(self, text: str) -> Path:
        """A path of the file, made absolute."""
        return self.folder / Path(text).expanduser()

    def maybe_path(self, text: str) -> Path | None:
        """Like `path`, None for the empty text."""
        return self.path(text) if text else None

    def listeners(self, section: str, texts: list[str]) -> tuple[tree.Listen, ...]:
        """The listeners of a section; empty texts are off."""
        found: list[tree.Listen] = []
        for text in filter(None, texts):
            try:
                found.append(values.listen(text, self.folder))
            except ValueError as error:
                self.note((section, "listen"), f'found "{text}"; {error}')
        return tuple(found)

    def secret(self, loc: Loc, text: str) -> secrets.Secret | None:
        """The secret a key names, None when it names none or has a problem; plain ones get a warning."""
        if not text:
            return None
        if secrets.plain(text):
            if text == "auto":
                self.note(loc, '"auto" is for [identity] keys alone')
                return None
            self.note(
                loc, "the secret itself stands in the file; better env:NAME, file:PATH or credential:NAME", warning=True
            )
        try:
            return secrets.resolve(text, self.places)
        except secrets.Unreadable as error:
            later = isinstance(error, secrets.Elsewhere) and not self.strict
            self.note(loc, str(error), warning=later)
            return secrets.Secret("", missing=str(error)) if later else None
