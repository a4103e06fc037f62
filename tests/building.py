"""A wheel of the checkout, built once, and virtual environments that borrow the libraries of the tests' own."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@lru_cache
def wheel(place: Path) -> Path:
    """The wheel, made without a network from a copy of what it needs; skips where the build tool is missing."""
    folder = place / "wheel"
    if importlib.util.find_spec("hatchling") is None:
        pytest.skip("hatchling is missing: pip install 'hatchling>=1.25'")
    source = folder / "source"
    ignore = shutil.ignore_patterns("__pycache__", "*.pyc")
    for name in ("mailgate", "rules", "templates"):
        shutil.copytree(ROOT / name, source / name, ignore=ignore)
    for name in ("pyproject.toml", "README.md", "LICENSE", "config.example.toml"):
        shutil.copy(ROOT / name, source / name)
    call = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    run([*call, "--wheel-dir", str(folder / "dist"), str(source)])
    [made] = (folder / "dist").glob("*.whl")
    return made


@lru_cache
def installed(place: Path) -> Path:
    """A virtual environment with the wheel and nothing else, made once by pip."""
    venv = place / "installed"
    run([sys.executable, "-m", "venv", "--without-pip", str(venv)])
    call = [str(venv / "bin" / "python"), "-m", "pip", "install", "--quiet", "--ignore-installed", str(wheel(place))]
    run(call, cwd=place, env=borrowed())
    return venv


def quick_python(python: str, made: Path, ready: str = "") -> str:
    """A script that is this Python, but its venvs borrow pip, and are links to a release beside them, or to `ready`.

    The Python of such a one has the wheel already: to unpack it five times took longer than all else.
    """
    return f"""#!/bin/sh
case "$*" in "-m venv "*)
    for one in {ready} "${{3%/*}}"/*; do
        [ -x "$one/bin/mailgate" ] || continue
        cp -al "$one" "$3"
        sed -i "s|$one/|$3/|" "$3/bin/mailgate"
        [ -e "$3/bin/real" ] || mv "$3/bin/python" "$3/bin/real"
        rm -f "$3/bin/python"
        cat >"$3/bin/python" <<EOF
#!/bin/sh
case "\\$*" in "-m pip install "*" {made}") exit ;; esac
exec $3/bin/real "\\$@"
EOF
        exec chmod 755 "$3/bin/python"
    done
    exec {python} -m venv --without-pip "$3" ;;
esac
exec {python} "$@"
"""


def borrowed() -> dict[str, str]:
    """An environment in which only third-party libraries are borrowed: an editable mailgate is not found that way."""
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    quiet = {
        "PIP_NO_DEPS": "1",
        "PIP_NO_INDEX": "1",
        "PIP_NO_COMPILE": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PYTHONNOUSERSITE": "1",
    }
    libraries = [path for path in sys.path if path.endswith("-packages")]
    return {**keep, **quiet, "PYTHONPATH": os.pathsep.join(libraries)}


def run(call: list[str], cwd: Path | None = None, env: dict[str, str] | None = None) -> str:
    """Run to the end; returns what it printed, fails with all of it when its status is not 0."""
    done = subprocess.run(call, cwd=cwd, env=env, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, f"{call}\n{done.stdout}\n{done.stderr}"
    return done.stdout
