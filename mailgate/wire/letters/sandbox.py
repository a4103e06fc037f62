"""The environment templates run in: ours beneath the admin's, sandboxed, strict, with styles inlined."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from mailgate.wire import words
from mailgate.wire.letters import inline_styles
from mailgate.wire.letters.shipped import Own

LONGEST = 256 * 1024  # characters a template may produce (threats G-07)
BUILT_IN = "!base"  # `{% extends "!base/ack.html" %}` in an override is our ack.html
MEDIA = "/* media */"  # where a page takes the @media rules of style.css


def built_in_folder() -> Path:
    """Where our own templates lie: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parents[2]
    installed = package / "share" / "templates"
    return installed if installed.is_dir() else package.parent / "templates"


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
        rules, media = inline_styles.split(css)
        return (
            inline_styles.styled(source, rules).replace(MEDIA, media),
            path,
            lambda: (fresh is None or fresh()) and (css_fresh is None or css_fresh()),
        )


@lru_cache(maxsize=8)
def environment(overrides: str | None) -> Environment:
    """The templates of a folder above ours, compiled once a process and again when a file changes."""
    built_in = FileSystemLoader(built_in_folder())
    loaders: list[BaseLoader] = [built_in, PrefixLoader({BUILT_IN: built_in})]
    if overrides:
        loaders.insert(0, Own(FileSystemLoader(overrides), built_in))
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
