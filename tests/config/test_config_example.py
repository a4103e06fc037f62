"""The example shows every key, the documentation names every key, and `init` lays out what loads."""

import re
import tomllib
import typing
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from mailgate.config import timezone
from mailgate.config.files import init, shared
from mailgate.config.load import load
from mailgate.config.model import FileModel
from mailgate.core.model.policy import Mode
from mailgate.errors import ConfigError
from mailgate.rulebook import load as rulebook

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "config.example.toml"
TODAY = date(2026, 11, 22)
# Keys the example shows with somebody's own value, since the default depends on others or is none.
OWN = {"gateway.name", "gateway.domain", "gateway.admin"}


def inner(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for arg in typing.get_args(annotation) if (found := inner(arg))), None)


def keys(model: type[BaseModel], path: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        here = f"{path}.{field.alias or name}".lstrip(".")
        nested = inner(field.annotation)
        if nested:
            yield from keys(nested, here)
        else:
            yield here


def shown(data: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in data.items():
        here = f"{path}.{key}".lstrip(".")
        if isinstance(value, dict) and here not in (
            "letters.links",
            "commands.aliases",
            "gateway.language_for",
            "forwards",
            "web.form.topics.text",
            "web.form.topics.fields.text",
            "lookup.fields",
            "web.calls.agents",
            "web.calls.numbers",
        ):
            yield from shown(value, here)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for table in value:
                yield from shown(table, here)
        else:
            yield here, value


def uncommented(text: str = EXAMPLE.read_text(encoding="utf-8")) -> dict[str, Any]:
    return tomllib.loads(re.sub(r"(?m)^#(?=\[|[a-z_]+ = )", "", text))


KEYS = sorted(set(keys(FileModel)))


def test_the_example_loads_as_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "mailgate.toml"
    path.write_bytes(EXAMPLE.read_bytes())
    path.chmod(0o600)
    assert load(path, env={}, today=TODAY).warnings == ()


def test_the_example_shows_every_key_and_no_other() -> None:
    found = {key for key, _ in shown(uncommented())}
    assert (sorted(set(KEYS) - found), sorted(found - set(KEYS))) == ([], []), (
        "config.example.toml lacks, and has alone"
    )


def test_what_the_example_shows_of_is_valid_when_switched_on() -> None:
    FileModel.model_validate(uncommented())


def test_the_example_shows_the_defaults() -> None:
    given, default = (
        FileModel.model_validate(tomllib.loads(text))
        for text in (EXAMPLE.read_text(encoding="utf-8"), '[[department]]\nname = "x"\naddresses = ["x@acme.example"]')
    )
    for section, field in FileModel.model_fields.items():
        if isinstance(getattr(default, section), list | dict):
            continue
        for key in inner(field.annotation).model_fields:  # type: ignore[union-attr]
            if f"{section}.{key}" not in OWN:
                one, other = (getattr(getattr(model, section), key) for model in (given, default))
                assert (one or None) in ((other or None), [""], [] or None), f"{section}.{key}"


def test_the_documentation_names_every_key_in_its_section() -> None:
    text = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    parts = re.split(r"(?m)^## ", text)
    missing = []
    for key in KEYS:
        section, _, name = key.rpartition(".") if "." in key else (key, "", "NAME")  # a table of the admin's own names
        chapter = next((part for part in parts if f"[{section}]" in part.split("\n")[0]), "")
        if f"| `{name}` |" not in chapter:
            missing.append(key)
    assert missing == [], "not in docs/configuration.md"


def test_init_lays_out_what_loads_and_passes_its_own_tests(tmp_path: Path) -> None:
    written = init(tmp_path / "desk")
    assert {tmp_path / "desk" / name for name in ("mailgate.toml", "config.example.toml", "rules/90-default.toml")} <= {
        *written
    }
    assert any(path.parent.name == "templates" for path in written)
    for name in ("mailgate.toml", "config.example.toml"):
        loaded = load(tmp_path / "desk" / name, env={}, today=TODAY)
        book = rulebook.load(loaded.rules_folder, loaded.policy)
        assert (loaded.warnings, book.warnings) == ((), ())
        assert len(book.tests) >= len(book.rules)
        assert rulebook.run_tests(book, loaded.policy) == []


def test_the_rules_init_writes_still_pass_once_domains_addresses_and_people_are_ones_own(tmp_path: Path) -> None:
    init(tmp_path)
    mine = tmp_path / "mailgate.toml"
    text = mine.read_text().replace("acme.example", "firma.example").replace("agents.example", "staff.example")
    mine.write_text(text.replace('"anna"', '"liene"').replace('"support"', '"klienti"'))
    loaded = load(mine, env={}, today=TODAY)
    book = rulebook.load(loaded.rules_folder, loaded.policy)
    assert [str(problem) for problem in rulebook.run_tests(book, loaded.policy)] == []


def test_init_asks_silent_customers_and_goes_by_the_machines_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for zone, named, said in (("Europe/Riga", "Europe/Riga", "this machine's"), ("NZST-12", "UTC", "names none")):
        monkeypatch.setenv("TZ", zone)
        monkeypatch.setattr(timezone, "LOCALTIME", tmp_path / "none")
        init(tmp_path / named)
        file = tmp_path / named / "mailgate.toml"
        loaded = load(file, env={}, today=TODAY)
        assert loaded.gateway.timezone == named
        assert said in next(line for line in file.read_text().splitlines() if line.startswith("timezone"))
        asked = [(one.nudge, one.solve_after) for one in loaded.policy.departments]
        assert asked == [(timedelta(days=4), timedelta(days=10))] * 2


def test_init_begins_by_watching(tmp_path: Path) -> None:
    init(tmp_path)
    assert load(tmp_path / "mailgate.toml", env={}, today=TODAY).gateway.mode is Mode.WATCH


def test_init_never_overwrites(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    mine = tmp_path / "rules" / "90-default.toml"
    mine.write_text("# mine\n")
    (tmp_path / "mailgate.toml").write_text("# mine too\n")
    written = init(tmp_path)
    assert mine not in written and mine.read_text() == "# mine\n"
    assert (tmp_path / "mailgate.toml").read_text() == "# mine too\n"
    assert init(tmp_path) == []


def test_init_says_what_stands_in_its_way(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be written"):
        init(tmp_path / "file")


@pytest.mark.parametrize("name", ["rules", "templates", "config.example.toml"])
def test_what_is_shipped_is_found(name: str) -> None:
    assert shared(name).exists()


def test_what_is_not_shipped_is_not_found() -> None:
    with pytest.raises(FileNotFoundError, match=r"mailgate's own nothing\.toml is missing"):
        shared("nothing.toml")
