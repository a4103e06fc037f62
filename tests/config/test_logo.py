"""The logo of letters: an https address as it stands, a small picture in a file, and nothing else (D-03)."""

from __future__ import annotations

import hashlib
import os
from datetime import date
from pathlib import Path

import pytest

from mailgate.app.admin.reloading import stamp
from mailgate.config import load as config
from mailgate.config.logo import find
from mailgate.config.tree import Config
from mailgate.core.model.policy import LOGO_LARGEST
from mailgate.errors import ConfigError

GOOD = """[gateway]
domain = "acme.example"
admin = "root@admin.example"
mode = "watch"
[[department]]
name = "support"
addresses = ["support@acme.example"]
[letters]
"""
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
PICTURES = [
    ("logo.png", PNG, "image/png"), ("logo", b"\xff\xd8\xff\xe0" + bytes(40), "image/jpeg"),
    ("logo.png", b"GIF89a" + bytes(40), "image/gif"), ("märke.gif", b"GIF87a" + bytes(40), "image/gif"),
    ("logo.webp", b"RIFF\x10\x00\x00\x00WEBPVP8 " + bytes(40), "image/webp"),
    ("large.png", PNG + bytes(LOGO_LARGEST - len(PNG)), "image/png"),
]  # fmt: skip
NONE = [
    ("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is no PNG, JPEG, GIF or WebP"),
    ("logo.png", b"", "is no PNG, JPEG, GIF or WebP"),
    ("logo.webp", b"RIFF\x10\x00\x00\x00WAVEfmt " + bytes(40), "is no PNG, JPEG, GIF or WebP"),
    ("logo.png", PNG + bytes(LOGO_LARGEST), "has more than 64 KB"),
    ("elsewhere.png", None, "No such file or directory"),
]  # fmt: skip
ADDRESSES = [
    "http://acme.example/logo.png", "ftp://acme.example/logo.png", "cid:logo", "data:image/png;base64,AAAA", "https://",
    "https:///logo.png", 'https://acme.example/lo"go.png', "https://acme.example/lo go.png", "javascript:alert(1)",
    "file:///etc/logo.png",
]  # fmt: skip


def loaded(folder: Path, logo: str) -> Config:
    path = folder / "mailgate.toml"
    path.write_text(f"{GOOD}logo = '{logo}'\n", encoding="utf-8")
    path.chmod(0o600)
    return config.load(path, env={}, today=date(2026, 11, 23))


@pytest.mark.parametrize(("name", "data", "kind"), PICTURES)
def test_a_picture_beside_the_configuration_is_read(tmp_path: Path, name: str, data: bytes, kind: str) -> None:
    (tmp_path / name).write_bytes(data)
    found = loaded(tmp_path, name)
    letters, digest = found.policy.letters, hashlib.sha256(data).hexdigest()
    assert letters.logo_file is not None and found.logo == tmp_path / name
    assert (letters.logo_file.type, letters.logo_file.data, letters.logo_file.digest) == (kind, data, digest)
    assert letters.logo == f"cid:{letters.logo_file.content_id}" == f"cid:logo.{digest[:20]}@acme.example"
    assert "data" not in repr(letters)


def test_a_picture_may_lie_anywhere(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "logo.png").write_bytes(PNG)
    (tmp_path / "link.png").symlink_to("files/logo.png")
    for name in ("files/logo.png", str(tmp_path / "files" / "logo.png"), "link.png"):
        assert loaded(tmp_path, name).policy.letters.logo_file is not None


@pytest.mark.parametrize(("name", "data", "said"), NONE)
def test_another_file_is_refused(tmp_path: Path, name: str, data: bytes | None, said: str) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, name)
    (problem,) = caught.value.problems
    assert "letters.logo: " in str(problem) and str(tmp_path / name) in str(problem) and said in str(problem)


def test_nobody_waits_for_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "logo.png")
    with pytest.raises(ValueError, match="is not a regular file"):
        find("logo.png", tmp_path / "logo.png", "acme.example")
    with pytest.raises(ValueError, match=r"is not a regular file|Is a directory"):
        find(".", tmp_path, "acme.example")


@pytest.mark.parametrize(
    "address", ["https://acme.example/logo.png", "https://a.example:8443/l?x=1&y=%20", "HTTPS://a.example"]
)
def test_an_address_stands_as_it_is(tmp_path: Path, address: str) -> None:
    found = loaded(tmp_path, address)
    assert (found.policy.letters.logo, found.policy.letters.logo_file, found.logo) == (address, None, None)


@pytest.mark.parametrize("address", ADDRESSES)
def test_any_other_address_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, address)
    (problem,) = caught.value.problems
    assert f'letters.logo: found "{address}"; allowed: an address like "https://' in str(problem)


def test_a_logo_that_is_exchanged_is_noticed(tmp_path: Path) -> None:
    """With `[rules] reload = true` that loads it."""
    (tmp_path / "logo[1].png").write_bytes(PNG)
    found = loaded(tmp_path, "logo[1].png")
    before = stamp(found)
    (tmp_path / "logo[1].png").write_bytes(PNG + b"another")
    assert stamp(found) != before
    assert stamp(loaded(tmp_path, "https://acme.example/logo.png")) == frozenset()
