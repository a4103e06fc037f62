"""The contact form: it asks, says what is wrong beside the words that were typed, and thanks when they are safe."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from mailgate.core.pages.form import (
    LONGEST,
    OWN,
    FormAsked,
    FormFile,
    ShownTopic,
    TopicsAsked,
    TopicsPage,
    Wrong,
)
from mailgate.core.pages.window import Refusal, WindowSettings
from mailgate.window import pages
from mailgate.window.desk import Refused
from mailgate.window.http import forms
from mailgate.window.http.forms import Form
from mailgate.wire import words

EMBED: Final = "/contact/embed"  # the same in a frame of somebody else's page
HIDDEN: Final = "url"  # a field that nobody sees: whoever fills it in is a program, or a browser that means well
BEGUN: Final = "begun"  # when the page was made, in milliseconds
SHOWN: Final = "asked"  # the topic whose own fields the page had
CUT: Final = 2000  # characters of a preset
STATUS: Final[Mapping[str, int]] = {"slow": 429, "closed": 403, "size": 413, "files": 413}  # of a refusal


@dataclass(frozen=True, slots=True)
class Visit:
    """One look at the form: by whom, and what it asks at the moment."""

    request: Request
    settings: WindowSettings
    language: str
    asks: TopicsPage

    @property
    def address(self) -> str:
        """Of this very form, in the language that was asked for."""
        named = "lang" in self.request.query_params
        return self.request.url.path + (f"?lang={self.language}" if named else "")

    def topic(self, name: str) -> ShownTopic | None:
        """The topic of that name; the only one there is, whatever was sent."""
        one_alone = self.asks.topics[0] if len(self.asks.topics) == 1 else None
        return one_alone or next((one for one in self.asks.topics if one.name == name), None)


@dataclass(slots=True)
class Filled:
    """What stands in the fields, and what is wrong with them."""

    values: Mapping[str, str]
    errors: dict[str, str] = field(default_factory=dict)  # id of a field -> sentence
    notice: str = ""
    instead: bool = False  # it cannot be sent at the moment: a mail can
    lost: bool = False  # files were chosen, and have to be chosen again


async def visit(request: Request) -> Visit:
    """Ask the desk what the form asks. Raises Refused and Away."""
    known = await pages.settings(request)
    language = pages.language(request, known)
    return Visit(request, known, language, await pages.ask(request, "topics", TopicsAsked(language)))


async def contact(request: Request) -> Response:
    """The form; presets stand in its fields: `?topic=`, `?subject=`, `?name=`, `?field.order=`."""
    if request.method == "POST":
        return await sent(request)
    if request.url.path == EMBED and "thanks" in request.query_params:
        return await thanks(request)
    presets = {name: text[: LONGEST.get(name, CUT)][:CUT] for name, text in request.query_params.items()}
    return await page(await visit(request), Filled(presets))


async def sent(request: Request) -> Response:
    """A form that was filled in: kept and thanked for, or shown again with all its words."""
    known = await pages.settings(request)
    large: Refusal | None = None
    try:
        form = await forms.read(request, files=known.files, size=known.size)
    except Refused as refused:
        if refused.refusal.code not in ("files", "size"):
            raise
        form, large = Form(dict(pages.kept(request)[0])), refused.refusal
    seen = await visit(request)
    filled = Filled(form.fields, lost=bool(form.files or large))
    topic = seen.topic(form.get("topic"))
    if large:
        filled.errors["files"] = why(seen.language, large)
        return await page(seen, filled, STATUS[large.code])
    if topic and _asks_more(topic, form):
        filled.notice = words.say(seen.language, "page.form.more")
        return await page(seen, filled)
    try:
        wrong = (await pages.ask(request, "form", as_asked(seen, form, topic))).wrong
    except Refused as refused:
        filled.notice, filled.instead = why(seen.language, refused.refusal), True
        return await page(seen, filled, STATUS.get(refused.refusal.code, 503), wait=refused.refusal.wait)
    if wrong:
        filled.errors = {one.field.replace(".", "-"): said(seen, one) for one in wrong}
        return await page(seen, filled, 422)
    return RedirectResponse(_thanking(seen, topic), 303)


def _asks_more(topic: ShownTopic, form: Form) -> bool:
    """True for a topic with fields of its own that the page had not: without scripts it was of another topic."""
    had = any(OWN + one.key in form.fields for one in topic.fields)
    return bool(topic.fields) and not had and form.get(SHOWN) != topic.name


def _thanking(seen: Visit, topic: ShownTopic | None) -> str:
    told = {"topic": topic.name if topic else ""}
    if "lang" in seen.request.query_params:
        told["lang"] = seen.language
    if seen.request.url.path == EMBED:
        return f"{EMBED}?{urlencode({'thanks': '1', **told})}"
    return f"/contact/thanks?{urlencode(told)}"


def as_asked(seen: Visit, form: Form, topic: ShownTopic | None) -> FormAsked:
    """The form as the desk is asked to take it."""
    begun = form.get(BEGUN)
    took = _now() - int(begun) if begun.isascii() and begun.isdigit() and len(begun) < 15 else -1
    return FormAsked(
        name=form.get("name"),
        address=form.get("address"),
        topic=topic.name if topic else "",
        subject=form.get("subject"),
        text=form.get("text"),
        fields=tuple((one.key, form.get(OWN + one.key)) for one in topic.fields) if topic else (),
        files=tuple(FormFile(one.name, one.data) for one in form.files),
        language=seen.language,
        peer=pages.client(seen.request),
        took=max(took, -1),
        hidden=bool(form.get(HIDDEN)),
    )


def _now() -> int:
    return int(time.time() * 1000)


def said(seen: Visit, wrong: Wrong) -> str:
    """What is wrong with a field, as a sentence."""
    return sentence(seen.language, seen.settings, wrong)


def sentence(language: str, settings: WindowSettings, wrong: Wrong) -> str:
    """The same for whoever is held to what the form is."""
    values = dict(wrong.values)
    if wrong.code == "many_files":
        return words.say(language, "page.refused.files", int(values["n"]))
    most, size = values.pop("n", ""), words.size(settings.size)
    return words.say(language, f"page.form.wrong.{wrong.code}", None, most=most, size=size, **values)


def why(language: str, refusal: Refusal) -> str:
    """Why the form was not taken, as a sentence."""
    values = dict(refusal.values)
    counted = int(values.pop("n")) if "n" in values else None
    key = f"page.refused.{refusal.code}"
    return words.say(language, key if key in words.CATALOGUES["en"] else "page.refused.trouble", counted, **values)


async def page(seen: Visit, filled: Filled, status: int = 200, *, wait: int = 0) -> Response:
    """The form with what stands in it; closed, the mail addresses in its place."""
    return await pages.show(
        seen.request,
        "contact.html",
        status,
        language=seen.language,
        headers={"retry-after": str(wait)} if wait else None,
        embed=seen.request.url.path == EMBED,
        failed=bool(filled.errors) or filled.instead,
        asks=seen.asks,
        chosen=seen.topic(filled.values.get("topic", "")),
        filled=filled,
        values=filled.values,
        begun=filled.values.get(BEGUN) or str(_now()),
        action=seen.address,
        instead=filled.instead or seen.asks.closed,
    )


async def thanks(request: Request) -> Response:
    """The message is safe: what happens next, and by when."""
    seen = await visit(request)
    topic = seen.topic(request.query_params.get("topic", ""))
    return await pages.show(
        request,
        "thanks.html",
        language=seen.language,
        embed=request.url.path == EMBED,
        asks=seen.asks,
        topic=topic,
        again=EMBED if request.url.path == EMBED else "/contact",
    )


routes: Final[tuple[BaseRoute, ...]] = (
    Route("/contact", contact, methods=["GET", "POST"]),
    Route(EMBED, contact, methods=["GET", "POST"]),
    Route("/contact/thanks", thanks),
)
