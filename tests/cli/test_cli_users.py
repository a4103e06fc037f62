"""Whose eyes a command has, and that looking makes nothing (S-09, D-26)."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import programs
import pytest
from building import ROOT

NOBODY = 65534
PATHS = os.pathsep.join([str(ROOT), *(path for path in sys.path if path.endswith("-packages"))])
ENV = {"PATH": os.environ["PATH"], "PYTHONPATH": PATHS, "LANG": "C.UTF-8"}
ASKED = "import click, email.parser, pydantic, mailgate.cli"


@cache
def everybodys_python() -> str:
    """A Python of our version that any user may run, with our libraries; the tests' own may lie under /root."""
    ours = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, f"/usr/bin/{ours}", f"/usr/local/bin/{ours}"):
        call = [*programs.drop(NOBODY), python, "-c", ASKED]
        with contextlib.suppress(OSError):
            if subprocess.run(call, env=ENV, cwd="/", capture_output=True, check=False).returncode == 0:
                return python
    pytest.skip(f"no {ours} that another user may run")


@cache
def open_to_all() -> None:
    """Skips where another user may not read this checkout."""
    call = [*programs.drop(NOBODY), "test", "-r", str(ROOT / "README.md")]
    if subprocess.run(call, cwd="/", check=False).returncode:
        pytest.skip("another user may not read this checkout")


def mailgate(config: Path, *call: str, user: bool = False) -> subprocess.CompletedProcess[str]:
    """A command of ours or, with `user`, of somebody who owns nothing."""
    if user:
        open_to_all()
    return programs.run(["--config", str(config), *call], cwd=Path("/"), user=NOBODY if user else 0)


def mailgate_anew(config: Path, *call: str) -> subprocess.CompletedProcess[str]:
    """A command of root that becomes the owner of the data, who has to be able to read the Python it runs in."""
    command = [everybodys_python(), "-m", "mailgate", "--config", str(config), *call]
    return subprocess.run(command, cwd="/", env=ENV, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture(scope="module")
def laid() -> Iterator[Path]:
    """A folder that everybody may enter, with a configuration that everybody may read, before the first start."""
    with tempfile.TemporaryDirectory() as place:
        desk = Path(place) / "laid"
        mailgate(desk, "init", str(desk))
        for path in (Path(place), desk, *desk.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        yield desk


@pytest.fixture(scope="module")
def begun(laid: Path) -> Path:
    """The same with a database and keys."""
    desk = laid.with_name("begun")
    shutil.copytree(laid, desk)
    assert mailgate(desk / "mailgate.toml", "ban", "@spam.example").returncode == 0
    return desk


def copied(desk: Path) -> Path:
    """The configuration in a copy of that folder."""
    place = Path(tempfile.mkdtemp(dir=desk.parent))
    place.chmod(0o755)
    return shutil.copytree(desk, place / "desk") / "mailgate.toml"


@pytest.fixture
def config(laid: Path) -> Path:
    return copied(laid)


@pytest.fixture
def owned(begun: Path) -> Path:
    """A configuration whose data belong to nobody."""
    config = copied(begun)
    data = config.parent / "data"
    for path in (data, *data.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
    return config


as_root = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("setpriv") is None, reason="needs root and setpriv, to become somebody else"
)


@pytest.mark.parametrize("call", [["status"], ["tickets", "list"], ["outbox", "list"], ["audit"], ["bans"], ["check"]])
def test_d26_looking_before_the_first_start_makes_nothing(config: Path, call: list[str]) -> None:
    before = sorted(config.parent.rglob("*"))
    done = mailgate(config, *call)
    assert "Traceback" not in done.stderr
    assert (call != ["status"], done.returncode) in ((True, 0), (False, 1)), done.stderr
    assert sorted(config.parent.rglob("*")) == before


@as_root
@pytest.mark.parametrize(
    "call", [["status"], ["tickets", "list"], ["check"], ["ban", "@x.example"], ["outbox", "list"]]
)
def test_d26_an_ordinary_user_reads_a_sentence_and_no_traceback(begun: Path, call: list[str]) -> None:
    """The data folder is closed to them."""
    done = mailgate(copied(begun), *call, user=True)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1), done.stderr
    assert "belongs to root: run `sudo -u root mailgate ...`" in done.stderr


@as_root
@pytest.mark.parametrize("call", [["status"], ["check"]])
def test_d26_a_configuration_that_is_closed_to_an_ordinary_user_is_a_sentence(begun: Path, call: list[str]) -> None:
    """It alone, then the folder of it too. All commands ask for it in `at.config_path`."""
    config = copied(begun)
    for path, mode in ((config, 0o600), (config.parent, 0o700)):
        path.chmod(mode)
        done = mailgate(config, *call, user=True)
        assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1), done.stderr
        assert "is not for nobody to read: run `sudo mailgate ...`" in done.stderr


@as_root
def test_d26_a_folder_one_may_not_write_is_named(config: Path) -> None:
    done = mailgate(config, "init", str(config.parent / "other"), user=True)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert str(config.parent / "other") in done.stderr and "Permission denied" in done.stderr


@as_root
def test_s09_check_as_root_judges_by_the_eyes_of_the_owner(owned: Path) -> None:
    """S-09: keys "belonged to another user", and a secret that only root can read was praised."""
    config = owned
    secret = config.parent / "secret"
    secret.write_text("hush\n")
    secret.chmod(0o600)
    text = (
        config.read_text()
        + f'\n[[outgoing]]\nname = "relay"\nhost = "127.0.0.1"\nuser = "u"\npassword = "file:{secret}"\n'
    )
    config.write_text(text)
    done = mailgate_anew(config, "check")
    assert done.returncode == 1
    assert "keys" not in done.stderr and "belong" not in done.stderr, done.stderr
    assert f"{secret}: Permission denied; chown it to the user" in done.stderr, done.stderr
    secret.chmod(0o640)
    assert "others may open it: chown it to the user" in mailgate_anew(config, "check").stderr, (
        "600 alone would close it"
    )
    os.chown(secret, NOBODY, NOBODY)
    secret.chmod(0o600)
    assert str(secret) not in mailgate_anew(config, "check").stderr


@as_root
@pytest.mark.parametrize("call", [["check"], ["status"], ["tickets", "list"], ["ban", "@x.example"]])
def test_s10_a_python_that_the_owner_may_not_read_is_named_and_no_traceback_shown(
    owned: Path, tmp_path: Path, call: list[str]
) -> None:
    """S-10: installed with a Python under /root, each command of root became the owner and then found no library."""
    closed = tmp_path / "closed.py"
    closed.write_text(
        "import os; from mailgate.cli import at, main\nat.os.access = lambda path, mode: path != os.__file__\nmain()"
    )
    done = programs.run(["--config", str(owned), *call], cwd=Path("/"), script=str(closed))
    assert (done.returncode, "Traceback" in done.stderr) == (1, False), done.stderr
    assert "nobody may not read" in done.stderr and "/usr/bin/python3" in done.stderr
