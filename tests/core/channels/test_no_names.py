"""mailgate knows no messenger by its name: those that there are today belong to bridges (decision 0023)."""

import re
from pathlib import Path

import mailgate

NAMES = re.compile(r"whats\s*app|messenger|telegram|facebook|instagram|viber|signal\s+messenger|wechat", re.IGNORECASE)


def test_nothing_in_the_package_names_a_messenger() -> None:
    folder = Path(mailgate.__file__).parent
    files = (path for path in folder.rglob("*") if path.suffix in (".py", ".html", ".css", ".js", ".toml"))
    assert [path.name for path in files if NAMES.search(path.read_text(encoding="utf-8"))] == []
