"""The window's sections, `[web]` and below: how they are written, and what they mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from importlib.util import find_spec
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

from mailgate.config import tree, values
from mailgate.config.connect import calls
from mailgate.config.connect.calls import CallsModel
from mailgate.config.kinds import Count, Duration, LanguageOrOurs, Line, Model, Name, Network, Rate, Size
from mailgate.config.work import Loading
from mailgate.core.pages.policy import Act, Confirm, FormPolicy, Topic, TopicField, WebPolicy
from mailgate.rulebook.patterns import whole
from mailgate.tomlfile import Loc

PACKAGES = ("starlette", "uvicorn", "python_multipart")  # of the extra
LARGEST = 30 * 1024**2  # octets of files that cross from a page to the desk (edge/window/verbs.py)
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_ORIGIN = re.compile(r"https?://[a-z0-9.-]{1,253}(?::[0-9]{1,5})?|https?://\[[0-9a-f:]{2,39}\](?::[0-9]{1,5})?")
_USUAL = {"http": ":80", "https": ":443"}


def _key(value: str) -> str:
    if not _KEY.fullmatch(value):
        raise ValueError("the name of a field has small letters, digits and _, and begins with a letter")
    return value


def _origin(value: str) -> str:
    found = value.rstrip("/").lower()
    if not _ORIGIN.fullmatch(found):
        raise ValueError('the address of a site is like "https://acme.example", without a path')
    scheme, _, host = found.partition("://")
    return found.removesuffix(_USUAL[scheme]) if ":" in host else found  # no browser says the usual port


def _lasting(value: timedelta) -> timedelta:
    if not value:
        raise ValueError("nobody could stay logged in: give a time of more than nothing")
    return value


def _pattern(value: str) -> str:
    if value:
        whole(value)
    return value


def _small(value: int) -> int:
    if value > LARGEST:
        raise ValueError(f"{LARGEST // 1024**2} MB at most can be taken from a page; larger files come by mail")
    return value


def _phrase(value: Any) -> Any:
    return {"": value} if isinstance(value, str) else value


Phrase = Annotated[dict[LanguageOrOurs, Line], Field(min_length=1), BeforeValidator(_phrase)]
Origin = Annotated[str, AfterValidator(_origin)]


class FieldModel(Model):
    key: Annotated[str, AfterValidator(_key)]
    text: Phrase
    required: bool = False
    pattern: Annotated[str, AfterValidator(_pattern)] = ""


class TopicModel(Model):
    name: Name | None = None
    text: Phrase
    department: str
    fields: list[FieldModel] = []


class FormModel(Model):
    public: bool = True
    topics: list[TopicModel] = []
    embed_on: list[Origin] = []
    files: Count = 5
    size: Annotated[Size, AfterValidator(_small)] = 10 * 1024**2
    rate: Rate = (5, timedelta(minutes=10))


class HelpModel(Model):
    public: bool = True


class WebModel(Model):
    listen: str = ""
    url: Annotated[str, AfterValidator(lambda value: _origin(value) if value else value)] = ""
    run: Literal["unit", "child"] = "unit"
    trusted_proxies: list[Network] = []
    board: bool = True
    status: bool = True
    links: Duration = timedelta(days=60)
    confirm: Literal["never", "files", "always"] = "files"
    session: Annotated[Duration, AfterValidator(_lasting)] = timedelta(hours=12)
    act: Literal["none", "steer", "all"] = "steer"
    form: FormModel = FormModel()
    help: HelpModel = HelpModel()
    calls: CallsModel = CallsModel()


def missing_packages() -> list[str]:
    """What the window needs and this Python has not."""
    return [name for name in PACKAGES if find_spec(name) is None]


def place(given: WebModel, work: Loading) -> tree.Web:
    """Where the window is, and whose process; what is wrong is noted."""
    if not given.listen:
        return tree.Web((), given.run)
    loc: Loc = ("web", "listen")
    at = work.tried(loc, lambda: values.listen_or_handed(given.listen, work.folder))
    if at and at.handed is not None and given.run == "child":
        work.note(loc, f'"{given.listen}" is what systemd hands over: give a host and port, or run = "unit"')
    if not given.url:
        work.note(loc, "the pages need an address that people can open: give `url`, like https://help.acme.example")
    missing = missing_packages()
    if missing:
        text = f"there will be no pages, {missing[0]} is not installed: pip install 'mailgate[web]'"
        work.note(loc, text, warning=True)
    _doubts(given, at, work)
    return tree.Web((at,) if at else (), given.run)


def _doubts(given: WebModel, at: tree.Listen | None, work: Loading) -> None:
    """What of an address cannot be: everybody would be read along with, or be counted as one (W-27)."""
    host = urlsplit(given.url).hostname or ""
    if given.url.startswith("http:") and not values.here(host):
        work.note(("web", "url"), f'found "{given.url}"; whoever is on the way could read along: give an https address')
    behind = at is not None and at.path is None and (at.handed is not None or values.here(at.host))
    if behind and host and not values.here(host) and not given.trusted_proxies:
        text = "all visitors come from the proxy in front and are counted as one: name its address in `trusted_proxies`"
        work.note(("web", "listen"), text, warning=True)
    if any(one.prefixlen == 0 for one in given.trusted_proxies):
        text = "every visitor is believed whatever address they give themselves: name the proxy's alone"
        work.note(("web", "trusted_proxies"), text, warning=True)


def policy(given: WebModel, language: str) -> WebPolicy:
    """What the pages go by; texts without a language are in the desk's."""
    form = given.form
    return WebPolicy(
        on=bool(given.listen),
        url=given.url,
        trusted_proxies=tuple(map(str, given.trusted_proxies)),
        board=given.board,
        status=given.status,
        links=given.links,
        confirm=Confirm(given.confirm),
        session=given.session,
        act=Act(given.act),
        form=FormPolicy(
            public=form.public,
            topics=tuple(_topic(topic, language) for topic in form.topics),
            embed_on=tuple(form.embed_on),
            files=form.files,
            size=form.size,
            rate=form.rate,
        ),
        help=given.help.public,
        calls=calls.policy(given.calls),
    )


def _topic(given: TopicModel, language: str) -> Topic:
    fields = (TopicField(one.key, _text(one.text, language), one.required, one.pattern) for one in given.fields)
    return Topic(given.name or given.department, _text(given.text, language), given.department, tuple(fields))


def _text(given: Mapping[str, str], language: str) -> dict[str, str]:
    return {code or language: text for code, text in given.items()}


def names(given: WebModel, departments: list[str], work: Loading) -> None:
    """Note every topic that is nobody's work, and every name that two have."""
    seen: set[str] = set()
    for at, topic in enumerate(given.form.topics):
        loc: Loc = ("web", "form", "topics", at)
        if topic.department not in departments:
            listed = f"; there are: {', '.join(departments)}" if departments else ""
            work.note((*loc, "department"), f'there is no department "{topic.department}"{listed}')
        name = topic.name or topic.department
        if name in seen:
            work.note(
                (*loc, "name") if topic.name else loc, f'there is a topic "{name}" already: give this one a `name`'
            )
        seen.add(name)
        keys = [one.key for one in topic.fields]
        for number, key in enumerate(keys):
            if key in keys[:number]:
                work.note((*loc, "fields", number, "key"), f'this topic asks for "{key}" already')
