"""What every page is told of the policy."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta

from mailgate.core.model.mail import Address
from mailgate.core.model.policy import Department, Policy
from mailgate.core.pages.policy import Act, FormPolicy, WebPolicy
from mailgate.core.pages.window import WindowSettings, settings_of

SUPPORT = Department("support", ("support@acme.example",), Address("support@acme.example"))
BARE = Policy("Acme", "acme.example", (SUPPORT,))


def test_every_page_is_told_what_holds_for_it() -> None:
    form = FormPolicy(True, (), ("https://acme.example",), 3, 4096, (7, timedelta(hours=1)))
    web = WebPolicy(True, "https://help.acme.example", ("10.0.0.0/8",), act=Act.ALL, form=form)
    assert settings_of(replace(BARE, timezone="Europe/Riga", language="lv", web=web)) == WindowSettings(
        name="Acme",
        language="lv",
        languages=BARE.languages,
        timezone="Europe/Riga",
        url="https://help.acme.example",
        trusted_proxies=("10.0.0.0/8",),
        board=True,
        status=True,
        form=True,
        help=True,
        act=Act.ALL,
        embed_on=("https://acme.example",),
        files=3,
        size=4096,
        rate=(7, 3600),
    )


def test_what_the_admin_shuts_is_shut() -> None:
    shut = WebPolicy(True, board=False, status=False, form=FormPolicy(False), help=False)
    told = settings_of(replace(BARE, web=shut))
    assert [name for name in ("board", "status", "form", "help") if getattr(told, name)] == []


def test_nothing_of_an_agent_or_a_key_is_told_to_every_page() -> None:
    assert not {one.name for one in fields(WindowSettings)} & {"agents", "keys", "admin", "departments", "data"}
