"""A data folder that 0.1.0 left in the middle of its work, laid out anew for each test."""

from __future__ import annotations

import shutil
import tarfile
from pathlib import Path

import pytest

OLD = Path(__file__).with_name("0.1.0")


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A copy of the folder: configuration, rules, database, keys and large mail."""
    shutil.copytree(OLD, tmp_path / "desk")
    with tarfile.open(tmp_path / "desk" / "data.tar.xz") as archive:
        archive.extractall(tmp_path / "desk", filter="data")
    (tmp_path / "desk" / "templates").mkdir()
    (tmp_path / "desk" / "data").chmod(0o700)
    return tmp_path / "desk"
