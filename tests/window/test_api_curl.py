"""Every command of docs/api.md, run by the real curl over a real socket, and the answers that the page shows."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from conftest import mail, running
from window.conftest import listening, window_of
from window.sessions import token_of

from mailgate.core.model.change import Decision, Fate, SetField, Step
from mailgate.core.programs.program import SCOPES
from mailgate.window.api.routes import OPERATIONS

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="no curl here: the page's commands are not run")
PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
BLOCKS = re.findall(r"```sh\n(curl .*?)```(?:\n\n```json\n(.*?)```)?", PAGE, re.DOTALL)
SHOWN = "https://help.acme.example"
QUIETLY = 'curl() { command curl -sS --fail-with-body --max-time 60 --noproxy "*" "$@"; }\n'


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """A desk that programs may ask: what stands on the page, and what stands for it here."""
    with socket.create_server(("127.0.0.1", 0)) as bound:
        here = f"http://127.0.0.1:{bound.getsockname()[1]}"
        web = f'[web]\nlisten = "127.0.0.1:8080"\nurl = "{here}"\n'
        with (
            running(tmp_path_factory.mktemp("curl"), more=web) as desk,
            window_of(desk) as window,
            listening(window, bound),
        ):
            lamp = mail("The lamp", "It flickers.\n", sender="Maija <maija@customer.example>")
            number = desk.of_mail(desk.send(lamp)).number
            known = Decision(
                Fate.FILED, "test", (Step(number, (SetField("phone", "+358 40 123 4567"),)),), actor="anna"
            )
            desk.gateway.store.write(lambda tx: tx.apply(None, known, desk.clock(), desk.gateway.ids)).result()
            yield {SHOWN: here, "1042": str(number), "$TOKEN": token_of(desk, "curl", *SCOPES)}


def like(shown: Any, answered: Any, where: str = "") -> Iterator[str]:
    """Where an answer is not as the page shows it: other names, or another kind of value; null stands for any."""
    if shown is None or answered is None:
        return
    if type(shown) is not type(answered):
        yield f"{where}: {answered!r:.60}"
    elif isinstance(shown, dict):
        if shown.keys() != answered.keys():
            yield f"{where}: {sorted(shown.keys() ^ answered.keys())}"
        for name in shown.keys() & answered.keys():
            yield from like(shown[name], answered[name], f"{where}.{name}")
    elif isinstance(shown, list) and shown:
        if not answered:
            yield f"{where}: nothing"
        for one in answered[:1]:
            yield from like(shown[0], one, where)


def test_the_page_has_a_command_for_every_operation() -> None:
    """What needs more than a token to try is told where it belongs: chats with their channels."""
    asked = {(("POST" if " -d " in one else "GET"), re.sub(r"/\d+\b", "/{number}", path_of(one))) for one, _ in BLOCKS}
    known = {(one.method, one.path) for one in OPERATIONS if "/chats/" not in one.path}
    assert asked == known | {("GET", "/api/v1/openapi.json")}


def path_of(command: str) -> str:
    """What a command asks."""
    found = re.search(r"https://[^/]+(/[^\s\"?]*)", command)
    assert found
    return found[1]


@pytest.mark.parametrize(("command", "shown"), BLOCKS, ids=[path_of(one) for one, _ in BLOCKS])
def test_a_command_of_the_page_answers_as_the_page_says(base: Mapping[str, str], command: str, shown: str) -> None:
    for page, here in base.items():
        command = command.replace(page, here)
    ran = subprocess.run(["sh", "-c", QUIETLY + command], capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    answered = json.loads(ran.stdout)
    assert list(like(json.loads(shown), answered) if shown else ()) == []
    assert shown or answered["openapi"] == "3.1.0"


def test_what_the_page_shows_otherwise_is_noticed() -> None:
    assert list(like({"a": 1}, {"b": 1})) and list(like({"a": [1]}, {"a": []})) and list(like(1, "1"))
    assert list(like({"a": [{"b": 1}]}, {"a": [{"b": 2}, {"b": 3}]})) == []
