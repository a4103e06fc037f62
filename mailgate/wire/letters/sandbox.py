"""The environment templates run in: ours beneath the admin's, sandboxed, strict, with styles inlined."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from types import CodeType
from typing import Any

from jinja2 import (
    BaseLoader,
    BytecodeCache,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateNotFound,
)
from jinja2.bccache import Bucket
from jinja2.filters import do_round
from jinja2.loaders import split_template_path
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from mailgate.wire import words
from mailgate.wire.letters import inline_styles
from mailgate.wire.letters.shipped import Own

LONGEST = 256 * 1024  # characters a template may produce (threats G-07)
LARGEST = 1024 * 1024  # octets of one file
DIGITS = 4096  # bits of a number: one of millions is reckoned with for minutes, and nothing interrupts that
BUILT_IN = "!base"  # `{% extends "!base/ack.html" %}` in an override is our ack.html
MEDIA = "/* media */"  # where a page takes the @media rules of style.css


def built_in_folder() -> Path:
    """Where our own templates lie: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parents[2]
    installed = package / "share" / "templates"
    return installed if installed.is_dir() else package.parent / "templates"


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, in which neither text nor a number can be multiplied into a bomb."""

    intercepted_binops = frozenset(["*", "**"])

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Multiply within reason; raises ValueError beyond it."""
        for one, other in ((left, right), (right, left)):
            if isinstance(one, str | bytes | list | tuple) and isinstance(other, int) and len(one) * other > LONGEST:
                raise ValueError("text multiplied beyond reason")
        if isinstance(left, int) and isinstance(right, int):
            bits = left.bit_length() * abs(right) if operator == "**" else left.bit_length() + right.bit_length()
            if bits > DIGITS:
                raise ValueError("power beyond reason" if operator == "**" else "number beyond reason")
        return super().call_binop(context, operator, left, right)


class Overtime(Exception):
    """A template takes too long."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raises Overtime in the block after so many seconds of CPU: a loop ends with its line named, and the child lives.

    What a single call into a library takes is only counted when that ends; the child's own limit is for those. Only the
    main thread of a process can be interrupted, which is where children work; elsewhere nothing is limited.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def late(_number: int, _frame: object) -> None:
        raise Overtime(f"it takes more than {seconds:g} seconds")

    before = signal.signal(signal.SIGPROF, late)
    signal.setitimer(signal.ITIMER_PROF, seconds, 1.0)  # again, where something swallowed the first
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def rounded(value: float, precision: int = 0, method: Any = "common") -> float:
    """Jinja's `round`, which reckons with ten to the power of `precision`; raises ValueError beyond reason."""
    if abs(precision) > 64:
        raise ValueError("rounded beyond reason")
    return do_round(value, precision, method)


def why_refused(path: Path, folder: Path) -> str:
    """Why a file in a folder of templates is not read, "" when it is, or is not there."""
    real = path.resolve()
    if not real.is_file():
        return ""
    if not real.is_relative_to(folder.resolve()) and real.suffix not in (".html", ".css"):
        return "is a link to what is no template"
    return f"is larger than {LARGEST // 1024} KiB" if real.stat().st_size > LARGEST else ""


class Folder(FileSystemLoader):
    """A folder's files; a link may lead out of it to another template only, and to no other file of the machine."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """Source, path, and whether the file is still as it was. Raises TemplateNotFound, ValueError."""
        for folder in map(Path, self.searchpath):
            fault = why_refused(folder.joinpath(*split_template_path(template)), folder)
            if fault:
                raise ValueError(f"{template} {fault}")
        return super().get_source(environment, template)


class BuiltIn(BaseLoader):
    """Our own folder, read once a process: no letter asks whether a file has changed or come. Upgrades restart."""

    def __init__(self, folder: Path) -> None:
        self._folder = Folder(folder)
        self._read: dict[str, tuple[str, str]] = {}
        self._names = frozenset(one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file())

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, None]:
        """Source and path; it stays as it is. Raises TemplateNotFound, ValueError."""
        if template not in self._names:
            raise TemplateNotFound(template)
        if template not in self._read:
            self._read[template] = self._folder.get_source(environment, template)[:2]
        return *self._read[template], None


@lru_cache(maxsize=1)
def built_in() -> BuiltIn:
    """Ours, beneath each folder of overrides."""
    return BuiltIn(built_in_folder())


class Styled(BaseLoader):
    """Another loader's templates with their classes inlined as `style.css` says."""

    def __init__(self, inner: BaseLoader) -> None:
        self.inner = inner

    def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, Callable[[], bool] | None]:
        """Source, path, and whether both it and the style sheet are still as they were."""
        source, path, fresh = self.inner.get_source(environment, template)
        if not template.endswith(".html"):
            return source, path, fresh
        css, _, css_fresh = self.inner.get_source(environment, "style.css")
        rules, media = inline_styles.split(css)
        return (
            inline_styles.styled(source, rules).replace(MEDIA, media),
            path,
            lambda: (fresh is None or fresh()) and (css_fresh is None or css_fresh()),
        )


class Compiled(BytecodeCache):
    """What was compiled in this process, by file and text: ours is the same beneath every folder of overrides."""

    def __init__(self) -> None:
        self._codes: dict[str, tuple[str, CodeType | None]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Its code, when the text is still the one that was compiled."""
        text, code = self._codes.get(bucket.key, ("", None))
        if text == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Remember it in place of what the file held before."""
        self._codes[bucket.key] = bucket.checksum, bucket.code


@lru_cache(maxsize=1)
def compiled() -> Compiled:
    """One for all environments of the process: they compile alike."""
    return Compiled()


_NESTED = 8  # quotations one inside the other
_QUOTE = Markup(
    '<blockquote class="quoted" style="margin: 8px 0 8px 0; padding: 0 0 0 12px; border-left: 3px solid #c5cbd5; '
    'color: #5b6472">{}</blockquote>'
)


@lru_cache(maxsize=8)
def environment(overrides: str | None) -> Environment:
    """The templates of a folder above ours, compiled once a process and again when a file of that folder changes."""
    loaders: list[BaseLoader] = [built_in(), PrefixLoader({BUILT_IN: built_in()})]
    if overrides:
        loaders.insert(0, Own(Folder(overrides), built_in()))
    loader = ChoiceLoader(loaders)
    env = Sandbox(
        loader=Styled(loader),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=compiled(),
    )
    env.filters["lines"] = lines
    env.filters["quoting"] = quoting
    env.filters["size"] = words.size
    env.filters["round"] = rounded
    return env


def lines(text: object) -> Markup:
    """Text with its line breaks and leading spaces kept, escaped."""
    escaped = str(escape(text)).replace("\r\n", "\n").replace("\r", "\n")
    kept = [
        "&nbsp;" * (len(line) - len(line.lstrip(" "))) + line.lstrip(" ") if line[:1] == " " else line
        for line in escaped.split("\n")
    ]
    return Markup("<br>\n").join(Markup(line) for line in kept)  # noqa: S704 - escaped above


def quoting(text: object, deep: int = 0) -> Markup:
    """The same with what stands behind `> ` as quotations: answers below the lines they answer."""
    told = str(text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if deep == _NESTED or not any(map(_is_quoted, told)):
        return lines(text)
    parts = []
    for quoted, group in groupby(told, _is_quoted):
        if quoted:
            parts.append(_QUOTE.format(quoting("\n".join(line[2:] for line in group), deep + 1)))
        elif said := "\n".join(group).strip("\n"):
            parts.append(lines(said))
    return Markup("\n").join(parts)


def _is_quoted(line: str) -> bool:
    return line == ">" or line.startswith("> ")
