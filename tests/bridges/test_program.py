"""A bridge as a program of its own: its file, its small commands, and an end in the middle of its work."""

import base64
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import ends
import pytest
import settings
import whatsapp
from bridges.conftest import BRIDGES, KEY
from fakes_http import FakeServer, Reply, as_json

CONFIG = """
[bridge]
listen = "127.0.0.1:{port}"
spool = "{folder}/telegram.db"
[mailgate]
url = "{mailgate}"
channel = "telegram"
token = "env:MAILGATE_TOKEN"
secret = ["file:{folder}/secret", "whsec_{key}"]
[telegram]
token = "123:abc"
api = "{api}"
webhook_secret = "s3cret"
"""


def config(folder: Path, **said: Any) -> Path:
    key = base64.b64encode(KEY).decode()
    (folder / "secret").write_text(f"whsec_{key}")
    file = folder / "telegram.toml"
    file.write_text(
        CONFIG.format(**{"port": 0, "folder": folder, "mailgate": "http://127.0.0.1:1", "api": "x", "key": key, **said})
    )
    return file


def test_secrets_stand_elsewhere(tmp_path, monkeypatch):
    monkeypatch.setenv("MAILGATE_TOKEN", "mg_1_x")
    read = settings.read(config(tmp_path), "telegram", ("token",), {"api": "", "webhook_secret": ""})
    assert read.token == "mg_1_x" and read.secrets == (KEY, KEY) and (read.host, read.port) == ("127.0.0.1", 0)
    assert "mg_1_x" not in repr(read) and "123:abc" not in repr(read)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('channel = "telegram"', "", "missing: mailgate.channel"),
        ("[bridge]", "[bridge]\nlisten_on = 1", r"\[bridge\] is not to have: listen_on"),
        ("[bridge]", "[bridges]\n[bridge]", "no section bridges"),
        ('token = "123:abc"', "", "missing: telegram.token"),
        ('"whsec_', '"whsec_short" #', "at least 16 octets"),
        ('"whsec_', '"whsec_!" #', "at least 16 octets"),
    ],
)
def test_a_wrong_configuration_is_named(tmp_path, monkeypatch, old, new, words):
    monkeypatch.setenv("MAILGATE_TOKEN", "mg_1_x")
    file = config(tmp_path)
    text = file.read_text()
    assert old in text
    line = next(each for each in text.splitlines() if old in each)
    file.write_text(
        text.replace(line, line.replace(old, new) if "#" not in new else f"secret = {new.replace(' #', '')}")
    )
    with pytest.raises(ValueError, match=words):
        settings.read(file, "telegram", ("token",), {"api": "", "webhook_secret": ""})


class Program:
    """The bridge to Telegram at work; `port` is the one it says it listens on."""

    def __init__(self, file: Path) -> None:
        program = [sys.executable, str(BRIDGES / "telegram.py"), str(file)]
        env = {**os.environ, "MAILGATE_TOKEN": "mg_1_x"}
        self.process = subprocess.Popen(program, env=env, stderr=subprocess.PIPE, text=True)
        assert self.process.stderr is not None
        self.told = ""
        while " listens on " not in self.told:
            line = self.process.stderr.readline()
            assert line, self.told
            self.told += line
        self.port = int(self.told.rsplit(":", 1)[1])

    def hook(self, id: int) -> int:
        message = {"message_id": id, "chat": {"id": 7, "type": "private"}, "date": 1790000000, "text": f"no {id}"}
        secret = {"X-Telegram-Bot-Api-Secret-Token": "s3cret"}
        url = f"http://127.0.0.1:{self.port}/webhook"
        return ends.post(url, {"update_id": id, "message": message}, secret).status

    def end(self, number: int) -> int:
        """Its status; all it said is in `told`."""
        self.process.send_signal(number)
        self.told += self.process.communicate(timeout=60)[1]
        return self.process.returncode


def test_killed_between_it_has_lost_nothing_and_says_nothing_twice(tmp_path):
    """Mailgate is away, the bridge says 200 and is killed; started again it brings what it had, once."""
    down, up = FakeServer([Reply(503)]), FakeServer([as_json({"ticket": 1}, 201)])
    first = Program(config(tmp_path, mailgate=down.url))
    assert first.hook(1) == 200
    down.next()  # it tried
    first.end(signal.SIGKILL)
    second = Program(config(tmp_path, mailgate=up.url))
    try:
        assert second.hook(1) == 200 and second.hook(2) == 200
        assert [up.next().json["text"] for _ in range(2)] == ["no 1", "no 2"]
        assert len(up.requests) == 2
    finally:
        assert second.end(signal.SIGTERM) == 0
        assert "123:abc" not in first.told + second.told
        up.close()
        down.close()


def test_its_small_commands(tmp_path):
    file = config(tmp_path)
    env = {**os.environ, "MAILGATE_TOKEN": "x"}

    def told(*args: str) -> tuple[int, str]:
        program = [sys.executable, str(BRIDGES / "telegram.py"), str(file), *args]
        run = subprocess.run(program, env=env, capture_output=True, text=True, check=False)
        return run.returncode, run.stdout + run.stderr

    assert told("--check") == (0, "ok\n")
    assert told("--list") == (0, "nothing waits\n")
    file.write_text("[bridge]\n")
    status, words = told("--check")
    assert status == 2 and "missing: telegram.token" in words


def test_the_file_that_the_guide_shows_is_taken(tmp_path):
    shown = (BRIDGES / "README.md").read_text().split("```toml")[1].split("```")[0]
    file = tmp_path / "whatsapp.toml"
    file.write_text(shown.replace("whsec_...", KEY.decode()))
    read = settings.read(file, "whatsapp", whatsapp.NEEDS, whatsapp.MAY)
    assert (read.port, read.channel, read.own["verify_token"]) == (8090, "whatsapp", "any words of yours")
