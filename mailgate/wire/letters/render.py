"""A headed letter -> subject, HTML and text, by the admin's template or ours."""

from __future__ import annotations

import difflib
import re
import time
import traceback
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from html import unescape
from pathlib import Path
from typing import Any

from jinja2 import Environment, Template, TemplateError, TemplateNotFound, TemplateSyntaxError, meta, nodes
from markupsafe import Markup

from mailgate.core.channels.whereabouts import shown
from mailgate.core.letters.due import DueLetter
from mailgate.core.letters.letter import Letter, head
from mailgate.core.letters.row_values import VARIABLES, from_plain
from mailgate.errors import Problem, Temporary
from mailgate.wire import words
from mailgate.wire.letters import markdown, plain, samples, spoken, variables
from mailgate.wire.letters.sandbox import LONGEST, Overtime, at_most, built_in_folder, environment, why_refused
from mailgate.wire.letters.shipped import untouched
from mailgate.wire.text.spoken import cut_to_said
from mailgate.wire.words.sentences import Sentences

_DATA_TEXT = re.compile(r' data-text="[^"]*"')
PATIENCE = 3.0  # seconds of CPU for one letter by the admin's template: ours take some hundredths
TRIAL = 2.0  # seconds of CPU for a short sample
OVERTIMES = 2  # templates that take longer, after which no other is tried
COSTLY = 0.5  # seconds of CPU after which a template that fails is not tried anew with each letter
SAFE_HTML = ("html",)  # variables that hold HTML made by wire.text.sanitize
# Variables of earlier versions: empty, so that a template that names one goes on.
RETIRED: Mapping[str, tuple[str, ...]] = {
    "notice": ("warning", "html"), "taken": ("promise",), "delayed": ("promise",), "digest": ("facts",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RenderedLetter:
    """The words of a letter; `problems` says why an override was not used, `costly` that finding out took long."""

    subject: str
    html: str
    text: str
    problems: tuple[str, ...] = ()
    costly: bool = False


def page(letter: Letter, now: datetime, templates: str | None = None) -> RenderedLetter:
    """Word a letter; a broken override in the folder `templates` falls back to ours and is reported.

    Raises Temporary when our own template fails too: the letter waits for people.
    """
    problems: tuple[str, ...] = ()
    began, costly = time.process_time(), False
    if templates:
        try:
            with at_most(PATIENCE):
                return _worded(environment(templates), letter, now)
        except Exception as error:
            problems = (explain(error, letter.template),)
            # The two clocks differ on a busy machine: what was ended took long, whatever this one says.
            costly = isinstance(error, Overtime) or time.process_time() - began > COSTLY
    try:
        ours = _worded(environment(None), letter, now)
    except Exception as error:
        raise Temporary(f"template {explain(error, letter.template)}") from error
    return RenderedLetter(ours.subject, ours.html, ours.text, problems, costly)


def _worded(env: Environment, letter: Letter, now: datetime) -> RenderedLetter:
    letter = spoken.spoken(letter)
    template = chosen(env, letter.template, letter.language)
    context = full_context(letter, now)
    most = LONGEST + 8 * len(str(context.get("text") or context.get("html") or ""))
    html = shown(capped(template.generate(context), most))
    subject = ""
    if "subject" in template.blocks and not letter.subject:
        subject = " ".join(capped(template.blocks["subject"](template.new_context(context))).split())
    return RenderedLetter(unescape(subject), plain_marks_off(html), plain.text(html))


def chosen(env: Environment, name: str, language: str) -> Template:
    """`ack.fi.html` where the admin has one, else `ack.html`; a rule's unknown acknowledgement is an `ack`."""
    names = [f"{name}.{language}.html", f"{name}.html"]
    if name not in VARIABLES:
        names.append("ack.html")
    return env.select_template(names)


def full_context(letter: Letter, now: datetime) -> dict[str, Any]:
    """Everything a template may use: what the letter shows, the words of its language, the clock it was given."""
    speech = words.Phrases(letter.language, letter.timezone, now)
    context: dict[str, Any] = {
        **dict.fromkeys(RETIRED.get(letter.template, ()), ""),
        **variables.of_letter(letter.view),
    }
    if letter.template == "answer" and context.get("canned"):
        context["html"] = markdown.answer(context["canned"], context["text"])
    elif letter.template == "article":
        context["html"] = markdown.answer(context["text"], context["text"])
    elif letter.template == "answer" and context.get("html"):
        context["html"] = cut_to_said(context["html"], context["text"])
    for name in SAFE_HTML:
        if context.get(name):
            context[name] = Markup(context[name])  # noqa: S704 - sanitised on its way in
    return context | {
        "t": Sentences(speech).say,
        "when": speech.when,
        "day": speech.day,
        "on": speech.on,
        "by_when": speech.by_when,
        "ago": speech.ago,
        "past": speech.past,
        "phrase": speech.phrase,
        "promised": speech.promised,
        "number": speech.number,
        "language": letter.language,
        "now": now,
        "marker": speech.say("marker"),
    }


def capped(chunks: Iterable[str], longest: int = LONGEST) -> str:
    """The chunks joined; raises ValueError when they outgrow the limit (threats G-07)."""
    parts, size = [], 0
    for chunk in chunks:
        size += len(chunk)
        if size > longest:
            raise ValueError(f"more than {longest // 1024} KiB of output")
        parts.append(chunk)
    return "".join(parts)


def plain_marks_off(html: str) -> str:
    """The page without the attributes that were meant for the text part."""
    return _DATA_TEXT.sub("", html)


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
    if isinstance(error, MemoryError):
        return f"{place}: it takes too much memory"
    what = (
        str(error) if isinstance(error, TemplateError | ValueError | Overtime) else f"{type(error).__name__}: {error}"
    )
    return f"{place}: {what}"


# --- trying templates before a customer does --------------------------------------------------------------------------


def check(templates: Path) -> list[Problem]:
    """Everything wrong with the admin's templates: each is read, looked through and tried in every language.

    `|safe` is a warning (threats G-05), like a file whose name is nearly one of ours.
    """
    if not templates.is_dir():
        return [Problem(str(templates), "", "this folder of templates is not there")]
    env = environment(str(templates))
    found: dict[str, Problem] = {}
    for path in sorted(templates.glob("*.html")):
        if not path.is_file() or why_refused(path, templates):
            continue  # trying it tells
        if untouched(path.name, path.read_text("utf-8", "replace")):
            continue  # an old one of ours, which is not used
        for problem in _looked_through(env, path):
            found.setdefault(str(problem), problem)
    for problem in _tried(env, templates):
        found.setdefault(str(problem), problem)
    return list(found.values())


def _looked_through(env: Environment, path: Path) -> Iterator[Problem]:
    name = path.name.split(".")[0]
    if not (built_in_folder() / f"{name}.html").is_file():
        near = difflib.get_close_matches(name, VARIABLES, 1, 0.75)
        if near:
            yield Problem(path.name, "", f"nothing is called {name!r}; did you mean {near[0]}.html?", warning=True)
    try:
        tree = env.parse(path.read_text("utf-8"), path.name)
    except (TemplateSyntaxError, UnicodeDecodeError) as error:
        line = error.lineno if isinstance(error, TemplateSyntaxError) else None
        yield Problem(path.name, "", str(getattr(error, "message", error)), line)
        return
    for mark in tree.find_all(nodes.Filter):
        if mark.name == "safe":
            yield Problem(path.name, "", "`|safe` lets HTML in a mail through as it is", mark.lineno, warning=True)
    for scope in tree.find_all(nodes.ScopedEvalContextModifier):
        yield Problem(path.name, "", "escaping is switched off here", scope.lineno, warning=True)
    known = _known(name)
    unknown = meta.find_undeclared_variables(tree) - known
    for use in tree.find_all(nodes.Name):
        if use.name in unknown and use.ctx == "load":
            near = difflib.get_close_matches(use.name, known, 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            yield Problem(path.name, "", f"no variable {use.name!r} here{hint}", use.lineno)
        elif use.name in RETIRED.get(name, ()):
            yield Problem(path.name, "", f"{use.name!r} is always empty now: take it out", use.lineno, warning=True)


def _known(name: str) -> set[str]:
    """The variables a template may use; frames and pieces serve them all."""
    frame = name not in VARIABLES and (built_in_folder() / f"{name}.html").is_file()
    names = VARIABLES if frame else [name if name in VARIABLES else "ack"]
    letters = [head(samples.due(one), samples.POLICY, loop_mark="") for one in names]
    return {key for letter in letters for key in full_context(letter, samples.NOW)} | {"parts", "caller"}


def _tried(env: Environment, templates: Path) -> Iterator[Problem]:
    left = OVERTIMES
    for name in _touched(templates):
        for due in _samples(name):
            try:
                with at_most(TRIAL):
                    _worded(env, head(due, samples.POLICY, loop_mark=""), samples.NOW)
            except Overtime as error:
                yield _placed(error, name)
                left -= 1
                break  # in other languages it is no better
            except Exception as error:
                yield _placed(error, name)
        if not left:
            yield Problem(str(templates), "", "the templates after these were not tried")
            return


def _touched(templates: Path) -> list[str]:
    """The letters that the admin's files have a part in: all when one of the frames is theirs."""
    own = {path.name.split(".")[0] for path in templates.glob("*.html")}
    frames = {path.stem for path in built_in_folder().glob("*.html")} - set(VARIABLES)
    return [name for name in VARIABLES if own & frames or name in own] + sorted(own - set(VARIABLES) - frames)


def _samples(name: str) -> Iterator[DueLetter]:
    """Letters in every language, with all they can have and with nothing."""
    for language in words.CATALOGUES:
        full = samples.cases(name, language)
        yield from full
        yield replace(full[0], content=from_plain(name, {}))


def _placed(error: Exception, name: str) -> Problem:
    place, _, text = explain(error, name).partition(": ")
    file, _, line = place.partition(":")
    return Problem(file, "", text, int(line) if line.isdigit() else None)
