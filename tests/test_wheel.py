"""What `pip install` brings is complete: it starts, lays out a configuration and accepts it, no checkout in sight."""

from __future__ import annotations

import subprocess
import sys
import zipfile
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


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    call = [sys.executable, "-m", "mailgate", "init", str(tmp_path)]
    run(call)
    (tmp_path / "mailgate.toml").write_text("# mine\n")
    (tmp_path / "rules" / "10-guards.toml").unlink()
    done = subprocess.run(call, capture_output=True, text=True, check=True)
    assert (tmp_path / "mailgate.toml").read_text() == "# mine\n"
    assert done.stdout.split("\n")[0].endswith("10-guards.toml")
