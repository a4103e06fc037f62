"""One question to a CRM: what it is asked with, and what comes of each answer, over real HTTP and from real programs."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from config.test_config_problems import GOOD, loaded
from fakes_http import Drip, FakeServer, Flood, Hang, Reply, Said, as_json, serving

from mailgate.app.lookup import question
from mailgate.app.lookup.question import Ways
from mailgate.config.tree import Lookup
from mailgate.core.customers.question import Person
from mailgate.edge.http.fetch import HttpClient
from mailgate.edge.out import program
from mailgate.errors import MailgateError

MAIJA = Person("maija+shop@virtanen.example", "+358 40 123 4567", "K 17")


def settings(folder: Path, section: str, **env: str) -> Lookup:
    return loaded(folder, f"{GOOD}[lookup]\n{section}\n", **env).lookup


def asked(found: Lookup, person: Person = MAIJA) -> object:
    return question.ask(found, person, Ways(HttpClient(), program.run))


def of(server: FakeServer, folder: Path, more: str = "", **env: str) -> Lookup:
    return settings(
        folder, f'url = "{server.url}/people/{{domain}}?email={{address}}&phone={{phone}}&no={{number}}"\n{more}', **env
    )


def test_what_is_known_stands_encoded_in_the_address(tmp_path: Path) -> None:
    with serving([as_json({"name": "Maija"})]) as crm:
        said = asked(of(crm, tmp_path))
        request = crm.next()
    assert request.method == "GET"
    assert (
        request.target
        == "/people/virtanen.example?email=maija%2Bshop%40virtanen.example&phone=%2B358%2040%20123%204567&no=K%2017"
    )
    assert said == question.Said(b'{"name": "Maija"}', "application/json")


@pytest.mark.parametrize(
    "evil",
    [
        "a&tier=gold@evil.example",
        "a?x#y@evil.example",
        "a/../../admin@evil.example",
        "a%26@evil.example",
        "{number}@evil.example",
    ],
)
def test_w43_nobody_gets_out_of_their_place_in_it(evil: str) -> None:
    made = question.url("https://crm.example/{address}?no={number}", Person(evil, number="secret"))
    before, _, after = made.removeprefix("https://crm.example/").partition("?")
    assert "/" not in before and "&" not in made and "#" not in made and after == "no=secret"


def test_w43_a_program_gets_its_words_one_by_one(tmp_path: Path) -> None:
    found = settings(tmp_path, 'command = ["/bin/echo", "--mail={address}", "{phone}", "{{x}}", "$HOME; id"]')
    assert question.argv(found.command, MAIJA) == [
        "/bin/echo", "--mail=maija+shop@virtanen.example", "+358 40 123 4567", "{x}", "$HOME; id",
    ]  # fmt: skip
    evil = Person("a@b.example", "--config=/tmp/x 1234567", "-K")
    assert question.argv(("/bin/echo", "{phone}", "{number}"), evil) == ["/bin/echo", "config=/tmp/x 1234567", "K"]
    assert asked(found) == question.Said(b"--mail=maija+shop@virtanen.example +358 40 123 4567 {x} $HOME; id\n")


@pytest.mark.parametrize(
    ("more", "header", "value"),
    [
        ('secret = "env:CRM"', "authorization", "Bearer s3cret"),
        ('secret = "env:CRM"\nheader = "X-Api-Key"', "x-api-key", "s3cret"),
    ],
)
def test_the_secret_goes_in_its_header(more: str, header: str, value: str, tmp_path: Path) -> None:
    with serving([Reply()]) as crm:
        asked(of(crm, tmp_path, more, CRM="s3cret"))
        assert crm.next().headers[header] == value


@pytest.mark.parametrize("status", [404, 410])
def test_an_answer_that_there_is_none_is_nobody(status: int, tmp_path: Path) -> None:
    with serving([Reply(status, b"no such person")]) as crm:
        assert asked(of(crm, tmp_path)) is None


TROUBLE: dict[str, tuple[Said, str]] = {
    "broken": (Reply(500, b"oops"), "answers 500"),
    "kept out": (Reply(401), "answers 401: is `secret` right, and `header`?"),
    "not allowed": (Reply(403), "answers 403: is `secret` right, and `header`?"),
    "too many": (Reply(429, headers={"Retry-After": "60"}), "answers 429"),
    "sent elsewhere": (Reply(301, headers={"Location": "http://169.254.169.254/latest/meta-data/"}), "answers 301, and redirects are not followed"),
    "no answer": (Hang(), "no answer in time"),
    "a head without end": (Drip(), "no answer in time"),
    "a body in drops": (Drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"), "no answer in time"),
    "200 MB": (Flood(), "the answer is larger than 65536 octets"),
    "no HTTP": (Reply(raw=b"220 mail.example ESMTP\r\n"), "connection lost"),
}  # fmt: skip


@pytest.mark.parametrize("name", TROUBLE)
def test_w44_trouble_is_a_sentence_within_the_time(name: str, tmp_path: Path) -> None:
    said, why = TROUBLE[name]
    late = "in time" in why
    with serving([said]) as crm:
        with pytest.raises(MailgateError) as caught:
            asked(of(crm, tmp_path, 'timeout = "300ms"' if late else 'timeout = "30s"'))
        assert why in str(caught.value)
        assert len(crm.requests) == 1 and crm.sent < 50_000_000


def test_nobody_there_is_a_sentence(tmp_path: Path) -> None:
    with serving() as crm:
        found = of(crm, tmp_path)
    with pytest.raises(MailgateError, match="no connection"):
        asked(found)


def test_w44_metadata_of_a_cloud_is_never_asked(tmp_path: Path) -> None:
    with pytest.raises(MailgateError, match="is not called"):
        asked(settings(tmp_path, 'url = "http://169.254.169.254/latest/{address}"'))


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("import time; time.sleep(1000)", "takes longer than 0.3 s"),
        ("raise SystemExit(3)", "ends with status 3"),
        ("import os, time\nos.fork()\nos.fork()\ntime.sleep(1000)", "takes longer than 0.3 s"),
    ],
)
def test_a_program_that_does_not_answer_is_a_sentence(code: str, why: str, tmp_path: Path) -> None:
    words = json.dumps([sys.executable, "-c", code, "{address}"])
    limit = "300ms" if "longer" in why else "30s"
    with pytest.raises(MailgateError, match=why):
        asked(settings(tmp_path, f'command = {words}\ntimeout = "{limit}"'))


def test_a_program_that_floods_is_cut_like_a_page(tmp_path: Path) -> None:
    words = json.dumps([sys.executable, "-c", "while True: print('x' * 9999)", "{address}"])
    said = asked(settings(tmp_path, f"command = {words}\ntimeout = '30s'"))
    assert isinstance(said, question.Said) and len(said.body) == 65537  # and so it is refused (test_reading.py)
