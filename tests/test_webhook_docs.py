"""docs/webhooks.md tells of every event and every key, and its two ways to verify do."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from mailgate.config.connect.webhooks import WebhookModel
from mailgate.core.asking.signing import signed
from mailgate.core.hooks.told import Type

PAGE = (Path(__file__).parents[1] / "docs" / "webhooks.md").read_text()
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"type":"test","data":{}}'


def block(kind: str, word: str) -> str:
    return next(one for one in re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL) if word in one)


def test_every_event_has_its_row_and_its_example() -> None:
    table = re.findall(r"^\| `([a-z.]+)` \|", PAGE, re.MULTILINE)
    examples = [json.loads(line)["type"] for line in re.split(r"\n(?=\{)", block("json", "ticket.opened").strip())]
    assert table == examples == list(Type)


def test_every_key_is_told_of() -> None:
    assert [key for key in WebhookModel.model_fields if f"`{key}" not in PAGE and f"\n{key} =" not in PAGE] == []


def test_w40_its_python_believes_us_and_nobody_else() -> None:
    known: dict[str, Any] = {}
    exec(block("python", "def verified"), known)
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    headers = signed(["another", SECRET], "msg_1", int(time.time()), BODY)
    assert known["verified"](key, headers, BODY)
    assert not known["verified"](key, headers, BODY + b" ")
    assert not known["verified"](b"other", headers, BODY)
    assert not known["verified"](key, signed([SECRET], "msg_1", int(time.time()) - 3600, BODY), BODY)


@pytest.mark.parametrize(("secret", "said"), [(SECRET, "verified"), ("whsec_b3RoZXI=", "forged")])
def test_w40_its_shell_believes_us_and_nobody_else(secret: str, said: str, tmp_path: Path) -> None:
    if not all(map(shutil.which, ("openssl", "od", "base64"))):
        pytest.skip("openssl is missing: apt-get install openssl")
    (tmp_path / "body").write_bytes(BODY)
    headers = signed(["another", SECRET], "msg_1", 1614265330, BODY)
    given = {
        "ID": "msg_1",
        "AT": headers["webhook-timestamp"],
        "SIGNATURE": headers["webhook-signature"],
        "SECRET": secret,
    }
    done = subprocess.run(
        ["sh", "-c", block("sh", "openssl dgst")],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", **given},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == said, done.stderr
