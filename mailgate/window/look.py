"""How a page becomes HTML: our templates in the reader's language, with the desk's times, and the files beside them."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from mailgate.core.channels.whereabouts import DOMAIN, shown
from mailgate.wire import words
from mailgate.wire.words.sentences import Sentences

_HERE = Path(__file__).parent
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


def type_of(name: str) -> str:
    """What a file of ours is, for browsers."""
    return TYPES[Path(name).suffix]


def now() -> datetime:
    """The moment a page is made, in UTC."""
    return datetime.now(UTC)


def packed(data: bytes) -> bytes:
    """Octets as `Content-Encoding: gzip` has them; for our files alone: what has secrets in it is never packed."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return packer.compress(data) + packer.flush()


def in_words(value: object) -> object:
    """What a page prints: whoever is on a channel by their id there, never by the address that stands for it."""
    return type(value)(shown(value)) if isinstance(value, str) and DOMAIN in value else value


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Our templates, each read once: a page that names what it was not given is a fault, not an empty place."""
    env = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        undefined=StrictUndefined,
        autoescape=True,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=in_words,
    )
    env.filters["size"] = words.size
    return env


class Look:
    """All that pages share. One for the process: templates are compiled once, files read once and known by a hash."""

    def __init__(self) -> None:
        self.env = environment()
        self.files = {path.name: path.read_bytes() for path in sorted((_HERE / "static").iterdir()) if path.is_file()}
        self.packed = {name: packed(data) for name, data in self.files.items()}
        self.mark = hashlib.sha256(b"\0".join(self.files.values())).hexdigest()[:12]

    def warm(self) -> None:
        """Compile every page, so that the first reader does not wait for it."""
        for name in self.env.list_templates():
            self.env.get_template(name)

    def static(self, name: str) -> str:
        """The address of one of our files, good for ever; raises KeyError for none of ours."""
        self.files[name]
        return f"/static/{self.mark}/{name}"

    def html(
        self, template: str, language: str, timezone: str, values: Mapping[str, object], at: datetime | None = None
    ) -> Markup:
        """A page, or a part of one, in a language and a time zone; `at` is the moment it shows.

        Raises jinja2.TemplateError for what it was not given.
        """
        speech = words.Phrases(language, timezone, at or now())
        sentences = Sentences(speech)
        shown = self.env.get_template(template).render(
            {
                "t": sentences.say,
                "said": speech.said,
                "knows": speech.knows,
                "when": speech.when,
                "day": speech.day,
                "on": speech.on,
                "by_when": speech.by_when,
                "ago": speech.ago,
                "clock": speech.clock,
                "past": speech.past,
                "phrase": speech.phrase,
                "number": speech.number,
                "lang": speech.language,
                "dir": words.dates_of(speech.language).cldr.text_direction,
                "static": self.static,
                **values,
            }
        )
        return Markup(shown)  # noqa: S704 - what it is given is escaped there
