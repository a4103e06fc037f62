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
