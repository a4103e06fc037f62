"""What `pip install` brings is complete: it starts, lays out a configuration and accepts it, no checkout in sight."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from functools import partial
from pathlib import Path

import pytest
from building import ROOT, borrowed, installed, run, wheel

pytestmark = pytest.mark.xdist_group("wheel")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return wheel(tmp_path_factory.getbasetemp())


def files(folder: str, pattern: str = "*") -> set[str]:
    """Everything in a folder of the checkout that is worth shipping."""
    found = (path for path in (ROOT / folder).rglob(pattern) if path.is_file() and "__pycache__" not in path.parts)
    return {str(path.relative_to(ROOT)) for path in found}


def test_the_wheel_carries_every_file_the_program_reads(made: Path) -> None:
    carried = set(zipfile.ZipFile(made).namelist())
    assert files("mailgate") <= carried
    assert {f"mailgate/share/{name}" for name in files("rules") | files("templates")} <= carried
    assert {"mailgate/share/config.example.toml", "mailgate/config/starter.toml", "mailgate/py.typed"} <= carried
    assert any(name.startswith("mailgate/wire/words/") for name in carried)
    assert not [name for name in carried if name.startswith(("tests", "bench", "docs")) or name.endswith(".pyc")]


def test_the_wheel_names_what_it_needs_and_nothing_of_the_machine_it_was_made_on(made: Path) -> None:
    archive = zipfile.ZipFile(made)
    [metadata] = [archive.read(name).decode() for name in archive.namelist() if name.endswith("/METADATA")]
    assert "Requires-Python: >=3.11" in metadata
    assert "Requires-Dist: aiosmtpd" in metadata
    assert "License-Expression: MIT" in metadata
    assert "Provides-Extra: web" in metadata and "Provides-Extra: connect" in metadata
    needed = [line for line in metadata.splitlines() if line.startswith("Requires-Dist:") and "extra ==" not in line]
    assert not [line for line in needed if re.search("starlette|uvicorn|multipart|h11|httpcore", line)]
    here = str(ROOT).encode()
    assert not [name for name in archive.namelist() if here in archive.read(name)]


def test_installed_alone_it_lays_out_a_configuration_and_accepts_it(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    venv, env = installed(tmp_path_factory.getbasetemp()), borrowed()
    python, mailgate = str(venv / "bin" / "python"), str(venv / "bin" / "mailgate")
    where = run([python, "-P", "-c", "import mailgate; print(mailgate.__file__)"], cwd=tmp_path, env=env)
    assert where.startswith(str(venv))
    written = run([mailgate, "init", "d"], cwd=tmp_path, env=env)
    assert "d/mailgate.toml" in written
    assert {path.name for path in (tmp_path / "d").iterdir()} == {
        "mailgate.toml", "config.example.toml", "rules", "templates"
    }  # fmt: skip
    assert "all is well" in run([mailgate, "--config", "d/mailgate.toml", "check"], cwd=tmp_path, env=env)
    assert "No tickets" in run([mailgate, "--config", "d/mailgate.toml", "tickets", "list"], cwd=tmp_path, env=env)


WITHOUT = """
import sys
for name in ("starlette", "uvicorn", "python_multipart", "h11", "anyio", "httpcore2"):
    sys.modules[name] = None
from mailgate.cli import main
main()
"""


def test_without_the_extra_all_but_the_window_works_and_that_says_why(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    venv, env = installed(tmp_path_factory.getbasetemp()), borrowed()
    python = [str(venv / "bin" / "python"), "-P", "-c", WITHOUT]
    run([*python, "init", "d"], cwd=tmp_path, env=env)
    config = tmp_path / "d" / "mailgate.toml"
    config.write_text(f'{config.read_text()}\n[web]\nlisten = "127.0.0.1:8080"\nurl = "http://127.0.0.1:8080"\n')
    ask = partial(subprocess.run, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    checked = ask([*python, "--config", str(config), "check"])
    assert (checked.returncode, "all is well" in checked.stdout) == (0, True)
    assert "starlette is not installed: pip install 'mailgate[web]'" in checked.stderr
    done = ask([*python, "window"])
    assert done.returncode == 1
    assert done.stderr == "mailgate: there are no web pages: starlette is not installed; pip install 'mailgate[web]'\n"


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    call = [sys.executable, "-m", "mailgate", "init", str(tmp_path)]
    run(call)
    (tmp_path / "mailgate.toml").write_text("# mine\n")
    (tmp_path / "rules" / "10-guards.toml").unlink()
    done = subprocess.run(call, capture_output=True, text=True, check=True)
    assert (tmp_path / "mailgate.toml").read_text() == "# mine\n"
    assert done.stdout.split("\n")[0].endswith("10-guards.toml")
