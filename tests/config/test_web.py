"""The window's sections: every way they can be wrong, what is only doubted, and what the pages go by."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from config.test_config_problems import GOOD, loaded, problems

from mailgate.config import web
from mailgate.config.tree import Listen, Web
from mailgate.core.pages.policy import Act, Confirm, FormPolicy, Topic, TopicField, WebPolicy

ON = '[web]\nlisten = "127.0.0.1:8080"\nurl = "http://127.0.0.1:8080"\n'
FIELDS = '{ key = "order", text = "Order" }'
TOPIC = '[[web.form.topics]]\ntext = "A quote"\ndepartment = "support"\n'

WRONG = {
    "no address to open": ('[web]\nlisten = "127.0.0.1:8080"', "web.listen: the pages need an address that people"),
    "no listener": ('[web]\nlisten = "8080"', "web.listen: a listener is a host and port"),
    "no descriptor": ('[web]\nlisten = "fd:x"', "web.listen: a socket that is handed over is like"),
    "a descriptor that is not handed over": ('[web]\nlisten = "fd:2"', "web.listen: a socket that is handed over is like"),
    "a place that is taken": (ON.replace("8080\"\nurl", "8025\"\nurl"), "web.listen: 127.0.0.1:8025 is taken by [smtp]"),
    "a child has nobody to hand it a socket": (ON.replace("127.0.0.1:8080", "fd:3", 1) + 'run = "child"', 'web.listen: "fd:3" is what systemd'),
    "in the clear": (ON.replace("http://127.0.0.1:8080", "http://help.acme.example"), "web.url: found \"http://help.acme.example\"; whoever"),
    "an address with a path": ('[web]\nurl = "https://acme.example/help"', 'web.url: found "https://acme.example/help"; the address of a site'),
    "an address of another kind": ('[web]\nurl = "ftp://acme.example"', 'web.url: found "ftp://acme.example"; the address of a site'),
    "who runs it": ('[web]\nrun = "thread"', 'web.run: found "thread"; allowed: unit, child'),
    "what may be done": ('[web]\nact = "everything"', 'web.act: found "everything"; allowed: none, steer, all'),
    "what is confirmed": ('[web]\nconfirm = "yes"', 'web.confirm: found "yes"; allowed: never, files, always'),
    "a proxy": ('[web]\ntrusted_proxies = ["proxy.acme.example"]', 'web.trusted_proxies[1]: found "proxy.acme.example"; a network is'),
    "how long": ('[web]\nsession = "long"', 'web.session: found "long"; a duration is'),
    "no time at all": ('[web]\nsession = "0h"', 'web.session: found "0h"; nobody could stay logged in'),
    "a frame on a page": ('[web.form]\nembed_on = ["https://acme.example/shop"]', "web.form.embed_on[1]: found"),
    "a frame anywhere": ('[web.form]\nembed_on = ["*"]', 'web.form.embed_on[1]: found "*"; the address of a site'),
    "a frame and a policy of its own": ('[web.form]\nembed_on = ["https://a.example; script-src *"]', "web.form.embed_on[1]: found"),
    "how often": ('[web.form]\nrate = "5"', 'web.form.rate: found "5"; how often is like "5/10m"'),
    "never": ('[web.form]\nrate = "0/10m"', 'web.form.rate: found "0/10m"; how often is like'),
    "so often in what": ('[web.form]\nrate = "5/10x"', 'web.form.rate: found "5/10x"; a duration is'),
    "how large": ('[web.form]\nsize = "10 megs"', 'web.form.size: found "10 megs"; a size is'),
    "larger than crosses": ('[web.form]\nsize = "31MB"', "web.form.size: found \"31MB\"; 30 MB at most"),
    "unknown": ("[web]\nlisen = ''", "web.lisen: unknown key (did you mean 'listen'?)"),
    "a topic of nobody": (TOPIC.replace('"support"', '"suport"'), 'web.form.topics[1].department: there is no department "suport"; there are: support'),
    "two topics of one name": (TOPIC + TOPIC, 'web.form.topics[2]: there is a topic "support" already: give this one a `name`'),
    "a topic without words": (TOPIC.replace('"A quote"', "{}"), "web.form.topics[1].text: "),
    "a topic in no language": (TOPIC.replace('"A quote"', '{ xx = "A quote" }'), "web.form.topics[1].text.xx: "),
    "a field of no name": (TOPIC + 'fields = [{ key = "Order no", text = "Order" }]', 'fields[1].key: found "Order no"; the name of a field has'),
    "a field twice": (TOPIC + f"fields = [{FIELDS}, {FIELDS}]", 'fields[2].key: this topic asks for "order" already'),
    "a pattern": (TOPIC + 'fields = [{ key = "order", text = "Order", pattern = "[0-9" }]', "fields[1].pattern: found \"[0-9\"; bad pattern"),
    "a pattern that takes for ever": (TOPIC + 'fields = [{ key = "order", text = "Order", pattern = "(?=x)" }]', "looking ahead and back is not possible"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named_with_its_key(name: str, tmp_path: Path) -> None:
    text, *wanted = WRONG[name]
    found = problems(tmp_path, GOOD + text)
    assert all(any(one in problem for problem in found) for one in wanted), found


def doubts(folder: Path, text: str) -> list[str]:
    return [str(one) for one in loaded(folder, GOOD + text).warnings]


PUBLIC = ON.replace("http://127.0.0.1:8080", "https://help.acme.example")


@pytest.mark.parametrize(
    ("text", "doubted"),
    [
        (ON, False),
        (PUBLIC, True),
        (PUBLIC.replace("127.0.0.1:8080", "fd:3"), True),
        (PUBLIC.replace("127.0.0.1:8080", "./web.sock"), False),  # who may open that is believed
        (PUBLIC.replace("127.0.0.1:8080", "192.0.2.7:8080"), False),
        (PUBLIC + 'trusted_proxies = ["127.0.0.1"]\n', False),
    ],
)
def test_w27_a_proxy_that_nobody_named_is_doubted(text: str, doubted: bool, tmp_path: Path) -> None:
    assert any("counted as one" in one for one in doubts(tmp_path, text)) is doubted


def test_w27_everybody_is_no_proxy(tmp_path: Path) -> None:
    said = PUBLIC + 'trusted_proxies = ["{}"]\n'
    assert [len(doubts(tmp_path, said.format(one))) for one in ("0.0.0.0/0", "::/0", "10.0.0.0/8")] == [1, 1, 0]


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("https://Help.Acme.example:443/", "https://help.acme.example"),
        ("http://localhost:80", "http://localhost"),
        ("https://help.acme.example:8443", "https://help.acme.example:8443"),
        ("https://help.acme.example:80", "https://help.acme.example:80"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_w31_an_address_is_as_browsers_say_it(url: str, meant: str, tmp_path: Path) -> None:
    found = loaded(tmp_path, GOOD + f'[web]\nlisten = "127.0.0.1:8080"\nurl = "{url}"\n').policy.web
    assert found.url == meant


def test_without_the_packages_there_are_no_pages_and_mail_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert doubts(tmp_path, ON) == []
    monkeypatch.setattr(web, "PACKAGES", ("starlette", "no_such_package"))
    (doubt,) = doubts(tmp_path, ON)
    assert "no_such_package is not installed: pip install 'mailgate[web]'" in doubt
    assert doubts(tmp_path, "") == []


def test_what_the_pages_go_by_when_nothing_is_said(tmp_path: Path) -> None:
    config = loaded(tmp_path, GOOD)
    assert config.web == Web((), "unit")
    assert config.policy.web == WebPolicy()


def test_what_the_pages_go_by(tmp_path: Path) -> None:
    text = (
        ON.replace('url = "http://127.0.0.1:8080"', 'url = "https://Help.acme.example/"')
        + 'run = "child"\ntrusted_proxies = ["10.0.0.0/8", "::1"]\nboard = false\nstatus = false\nlinks = "9d"\n'
        'confirm = "always"\nsession = "1h"\nact = "all"\n[web.form]\npublic = false\nembed_on = ["https://Acme.example/"]\n'
        'files = 2\nsize = "1MB"\nrate = "3 / 1h"\n'
        '[[web.form.topics]]\nname = "quote"\ntext = { en = "A quote", fi = "Tarjouspyyntö" }\ndepartment = "support"\n'
        'fields = [{ key = "order", text = "Order", required = true, pattern = "[0-9]+" }]\n'
        "[web.help]\npublic = false\n"
    )
    config = loaded(tmp_path, GOOD + text)
    assert config.web == Web((Listen("127.0.0.1", 8080),), "child")
    assert config.policy.web == WebPolicy(
        on=True,
        url="https://help.acme.example",
        trusted_proxies=("10.0.0.0/8", "::1/128"),
        board=False,
        status=False,
        links=timedelta(days=9),
        confirm=Confirm.ALWAYS,
        session=timedelta(hours=1),
        act=Act.ALL,
        form=FormPolicy(
            public=False,
            topics=(
                Topic(
                    "quote",
                    {"en": "A quote", "fi": "Tarjouspyyntö"},
                    "support",
                    (TopicField("order", {"en": "Order"}, True, "[0-9]+"),),
                ),
            ),
            embed_on=("https://acme.example",),
            files=2,
            size=1024**2,
            rate=(3, timedelta(hours=1)),
        ),
        help=False,
    )
