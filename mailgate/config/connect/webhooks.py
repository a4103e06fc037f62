"""The tables `[[webhook]]`: programs that are told of what happens to tickets."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Literal
from urllib.parse import urlsplit

from mailgate.config import tree
from mailgate.config.kinds import Line, Model, Name, Texts
from mailgate.config.secrets import Secret, plain
from mailgate.config.work import Loading
from mailgate.core.asking.signing import key_of
from mailgate.core.hooks.hook import Format, Hook, Preset
from mailgate.core.hooks.told import EVENTS
from mailgate.errors import ConfigError
from mailgate.tomlfile import Loc, nearest

CHAT = "chat.message"  # what a [[channel]] is told


class WebhookModel(Model):
    name: Name
    url: Line
    secret: str = ""
    secret_before: str = ""
    events: Texts | None = None
    presets: list[Literal["urgent", "overdue", "low_vote"]] = []
    departments: list[str] = []
    words: bool = False
    format: Literal["json", "slack", "teams"] = "json"
    ca_file: str = ""
    insecure: bool = False


def places(given: Sequence[WebhookModel], departments: Sequence[str], work: Loading) -> tuple[tree.Webhook, ...]:
    """All of them; what is wrong is noted."""
    return tuple(_place(one, ("webhook", at), departments, work) for at, one in enumerate(given))


def _place(given: WebhookModel, loc: Loc, departments: Sequence[str], work: Loading) -> tree.Webhook:
    url = _url(given, loc, work)
    chat = given.format != "json"
    if not given.secret and not chat:
        work.note((*loc, "secret"), "the program could not tell our mail from anybody's: give a secret")
    if given.secret_before and not given.secret:
        work.note((*loc, "secret_before"), "is of no use without `secret`")
    for name in given.departments:
        if name not in departments:
            hint = nearest(name, departments) or f"; there are: {', '.join(departments)}"
            work.note((*loc, "departments"), f'there is no department "{name}"{hint}')
    events = tuple(given.events) if given.events is not None else () if given.presets else ("*",)
    for pattern in events:
        _event(pattern, (*loc, "events"), work)
    if not events and not given.presets:
        work.note((*loc, "events"), "it would be told nothing: name events, or presets")
    hook = Hook(
        given.name,
        events,
        tuple(Preset(one) for one in given.presets),
        tuple(given.departments),
        given.words,
        Format(given.format),
    )
    both = (("secret", given.secret), ("secret_before", given.secret_before))
    secrets = [_secret(text, (*loc, key), work) for key, text in both]
    return tree.Webhook(hook, url, tuple(one for one in secrets if one), work.maybe_path(given.ca_file))


def _secret(text: str, loc: Loc, work: Loading) -> Secret | None:
    found = work.secret(loc, text)
    if found and (known := _shown(found)):
        try:
            key_of(known)
        except ValueError:
            work.note(loc, 'a secret that begins with "whsec_" goes on in base64')
    return found


def _shown(secret: Secret) -> str:
    try:
        return secret.reveal()
    except ConfigError:  # it is another process's alone, and that has been said
        return ""


def _event(pattern: str, loc: Loc, work: Loading) -> None:
    if pattern == CHAT:
        work.note(loc, f'"{CHAT}" is what a [[channel]] is told: it has an address of its own')
    elif not any(fnmatchcase(one, pattern) for one in EVENTS):
        hint = nearest(pattern, EVENTS) or f"; there are: {', '.join(EVENTS)}"
        work.note(loc, f'nothing is called "{pattern}"{hint}')


def _url(given: WebhookModel, loc: Loc, work: Loading) -> Secret | None:
    """An address of Slack or Teams is a secret itself, so it may stand elsewhere like one."""
    where: Loc = (*loc, "url")
    if plain(given.url):
        found: Secret | None = Secret(given.url)
        if given.format != "json":
            doubt = "whoever knows this address can write there; better env:NAME, file:PATH or credential:NAME"
            work.note(where, doubt, warning=True)
    else:
        found = work.secret(where, given.url)
    if found and (text := _shown(found)):
        _fit(text, given.insecure, where, work)
    return found


def _fit(text: str, insecure: bool, loc: Loc, work: Loading) -> None:
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    if parts.scheme not in ("http", "https") or not host or not text.isascii() or " " in text or parts.fragment:
        work.note(loc, 'an address is like "https://crm.acme.example/hook"')
    elif parts.username is not None:
        work.note(loc, "a password stands in no address: what we send is signed with `secret`")
    elif parts.scheme == "http" and not insecure and not _near(host):
        work.note(loc, "what is told would cross the network in the clear: give an https address, or `insecure = true`")


def _near(host: str) -> bool:
    """This machine, or an address of a network of one's own."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
