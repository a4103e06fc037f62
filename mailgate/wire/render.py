"""A headed letter -> subject, HTML and text, by the admin's template or ours."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from html import unescape
from pathlib import Path
from typing import Any

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PrefixLoader,
    StrictUndefined,
    Template,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from mailgate.core.letter import Letter
from mailgate.core.quote import marker
from mailgate.core.showing import VARIABLES
from mailgate.errors import Permanent
from mailgate.wire import inline, plain, words

LONGEST = 256 * 1024  # octets of HTML a template may produce (threats G-07)
BUILT_IN = "!base"  # `{% extends "!base/ack.html" %}` in an override is our ack.html
MEDIA = "/* media */"  # where base.html takes the @media rules of style.css
_DATA_TEXT = re.compile(r' data-text="[^"]*"')
SAFE_HTML = ("html",)  # variables that hold HTML made by wire.sanitize


@dataclass(frozen=True, slots=True)
class Page:
    """The words of a letter; `problems` says why an override was not used."""

    subject: str
    html: str
    text: str
    problems: tuple[str, ...] = ()


def built_in_folder() -> Path:
    """Where our own templates lie: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parents[1]
    installed = package / "share" / "templates"
    return installed if installed.is_dir() else package.parent / "templates"


def page(letter: Letter, now: datetime, templates: str | None = None) -> Page:
    """Word a letter; a broken override in the folder `templates` falls back to ours and is reported.

    Raises Permanent when our own template fails too.
    """
    problems: tuple[str, ...] = ()
    if templates:
        try:
            return _worded(environment(templates), letter, now)
        except Exception as error:
            problems = (explain(error, letter.template),)
    try:
        ours = _worded(environment(None), letter, now)
    except Exception as error:
        raise Permanent(f"template {explain(error, letter.template)}") from error
    return Page(ours.subject, ours.html, ours.text, problems)


def _worded(env: Environment, letter: Letter, now: datetime) -> Page:
    template = chosen(env, letter.template, letter.language)
    context = full_context(letter, now)
    html = capped(template.generate(context))
    subject = ""
    if "subject" in template.blocks and not letter.subject:
        subject = " ".join("".join(template.blocks["subject"](template.new_context(context))).split())
    return Page(unescape(subject), plain_marks_off(html), plain.text(html))


def chosen(env: Environment, name: str, language: str) -> Template:
    """`ack.fi.html` where the admin has one, else `ack.html`; a rule's unknown acknowledgement is an `ack`."""
    names = [f"{name}.{language}.html", f"{name}.html"]
    if name not in VARIABLES:
        names.append("ack.html")
    return env.select_template(names)


def full_context(letter: Letter, now: datetime) -> dict[str, Any]:
    """Everything a template may use: the letter's context, the words of its language, the clock it was given."""
    speech = words.Speech(letter.language, letter.timezone, now)
    context = dict(letter.context)
    for name in SAFE_HTML:
        if context.get(name):
            context[name] = Markup(context[name])  # noqa: S704 - sanitised on its way in
    return context | {
        "t": speech.say,
        "when": speech.when,
        "day": speech.day,
        "ago": speech.ago,
        "number": speech.number,
        "language": letter.language,
        "now": now,
        "marker": marker(letter.language),
    }


def capped(chunks: Iterable[str]) -> str:
    """The chunks joined; raises ValueError when they outgrow the limit (threats G-07)."""
    parts, size = [], 0
    for chunk in chunks:
        size += len(chunk)
        if size > LONGEST:
            raise ValueError(f"more than {LONGEST // 1024} KiB of output")
        parts.append(chunk)
    return "".join(parts)


def plain_marks_off(html: str) -> str:
    """The page without the attributes that were meant for the text part."""
    return _DATA_TEXT.sub("", html)


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, in which no text can be multiplied into a bomb."""

    intercepted_binops = frozenset(["*", "**"])

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Multiply within reason; raises ValueError beyond it."""
        for one, other in ((left, right), (right, left)):
            if isinstance(one, str | bytes | list | tuple) and isinstance(other, int) and len(one) * other > LONGEST:
                raise ValueError("text multiplied beyond reason")
        if operator == "**" and isinstance(right, int) and abs(right) > 64:
            raise ValueError("power beyond reason")
        return super().call_binop(context, operator, left, right)


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
        rules, media = inline.split(css)
        return (
            inline.styled(source, rules).replace(MEDIA, media),
            path,
            lambda: (fresh is None or fresh()) and (css_fresh is None or css_fresh()),
        )


@lru_cache(maxsize=8)
def environment(overrides: str | None) -> Environment:
    """The templates of a folder above ours, compiled once a process and again when a file changes."""
    built_in = FileSystemLoader(built_in_folder())
    loaders: list[BaseLoader] = [built_in, PrefixLoader({BUILT_IN: built_in})]
    if overrides:
        loaders.insert(0, FileSystemLoader(overrides))
    loader = ChoiceLoader(loaders)
    env = Sandbox(
        loader=Styled(loader), undefined=StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    env.filters["lines"] = lines
    env.filters["size"] = words.size
    return env


def lines(text: object) -> Markup:
    """Text with its line breaks and leading spaces kept, escaped."""
    escaped = str(escape(text)).replace("\r\n", "\n").replace("\r", "\n")
    kept = [
        "&nbsp;" * (len(line) - len(line.lstrip(" "))) + line.lstrip(" ") if line[:1] == " " else line
        for line in escaped.split("\n")
    ]
    return Markup("<br>\n").join(Markup(line) for line in kept)  # noqa: S704 - escaped above


def explain(error: BaseException, name: str) -> str:
    """`ack.html:12: 'nope' is undefined`: where a template failed and why."""
    if isinstance(error, TemplateSyntaxError):
        return f"{Path(error.filename or error.name or name).name}:{error.lineno}: {error.message}"
    if isinstance(error, TemplateNotFound):
        return f"{name}.html: {error.name} is not there"
    place = next(
        (
            f"{Path(frame.filename).name}:{frame.lineno}"
            for frame in reversed(traceback.extract_tb(error.__traceback__))
            if frame.filename.endswith(".html")
        ),
        f"{name}.html",
    )
    what = str(error) if isinstance(error, TemplateError | ValueError) else f"{type(error).__name__}: {error}"
    return f"{place}: {what}"
