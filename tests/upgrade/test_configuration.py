"""What 0.1.0 gave people to start from, and the example it explained, load unchanged."""

from __future__ import annotations

import os
import tarfile
import tomllib
from datetime import date
from pathlib import Path

import pytest
from config.test_config_example import shown, uncommented

from mailgate.config.load import load
from mailgate.config.model import FileModel
from mailgate.core.letters.letter import Letter, head
from mailgate.errors import ConfigError
from mailgate.rulebook import load as rulebook
from mailgate.wire.letters import samples
from mailgate.wire.letters.render import check, page
from mailgate.wire.letters.shipped import SHIPPED

OLD = Path(__file__).with_name("0.1.0")
TODAY = date(2026, 11, 22)


def letter(template: str) -> Letter:
    return head(samples.due(template), samples.POLICY, loop_mark="")


@pytest.fixture
def starter(tmp_path: Path) -> Path:
    """What `mailgate init` of 0.1.0 wrote."""
    with tarfile.open(OLD / "starter.tar.xz") as archive:
        archive.extractall(tmp_path / "desk", filter="data")
    for name in ("mailgate.toml", "config.example.toml"):
        (tmp_path / "desk" / name).chmod(0o600)
    return tmp_path / "desk"


@pytest.mark.parametrize("name", ["mailgate.toml", "config.example.toml"])
def test_its_configuration_rules_and_templates_load_as_they_stand(starter: Path, name: str) -> None:
    loaded = load(starter / name, env={}, today=TODAY)
    book = rulebook.load(loaded.rules_folder, loaded.policy)
    assert (loaded.warnings, book.warnings) == ((), ())
    assert rulebook.run_tests(book, loaded.policy) == []
    if name == "mailgate.toml":  # the other names the same folder
        assert [str(problem) for problem in check(loaded.templates_folder)] == []


def test_every_key_its_example_explained_is_still_a_key(starter: Path) -> None:
    then = uncommented((starter / "config.example.toml").read_text(encoding="utf-8"))
    assert len(list(shown(then))) > 150
    FileModel.model_validate(then)


def test_the_desk_that_ran_loads(tmp_path: Path) -> None:
    path = tmp_path / "mailgate.toml"
    path.write_text((OLD / "mailgate.toml").read_text())
    path.chmod(0o600)
    assert load(path, env={}, today=TODAY).warnings == ()
    assert tomllib.loads(path.read_text())["identity"] == {"accept": "token"}


def test_a_key_that_is_not_known_is_named_with_its_file(starter: Path) -> None:
    path = starter / "mailgate.toml"
    path.write_text(path.read_text().replace("[smtp]", "[smtp]\ngreylist = true"))
    with pytest.raises(ConfigError, match=r"mailgate\.toml.*smtp\.greylist"):
        load(path, env={}, today=TODAY)


def test_all_templates_it_copied_are_known_and_are_no_overrides(starter: Path) -> None:
    copied = {path.name for path in (starter / "templates").iterdir() if path.is_file()}
    assert copied == set(SHIPPED)
    (starter / "templates" / "notice.html").write_text("{% block words %}mine {{ warning }}{% endblock %}")
    mine = page(letter("notice"), samples.NOW, str(starter / "templates"))
    assert "mine" in mine.html and mine.problems == ()
    (starter / "templates" / "notice.html").unlink()
    ours = page(letter("notice"), samples.NOW, str(starter / "templates"))
    assert ours == page(letter("notice"), samples.NOW, None)


def test_an_old_copy_that_is_changed_later_is_an_override_from_the_next_letter_on(starter: Path) -> None:
    folder = starter / "templates"
    before = page(letter("ack"), samples.NOW, str(folder))
    assert before == page(letter("ack"), samples.NOW, None)
    copy = folder / "ack.html"
    copy.write_text(copy.read_text().replace("{% block heading %}", "{% block heading %}Ahoy, "))
    os.utime(copy, (1, 1))  # whatever the clock of the disk
    assert "Ahoy, " in page(letter("ack"), samples.NOW, str(folder)).html


def test_an_old_copy_that_was_changed_stays_and_the_line_that_has_gone_is_named(starter: Path) -> None:
    copy = starter / "templates" / "notice.html"
    copy.write_text(copy.read_text() + "{# mine #}\n")
    found = check(starter / "templates")
    named = [(problem.line, problem.warning, str(problem)) for problem in found]
    assert [(line, warning) for line, warning, _ in named] == [(10, True), (19, True)]
    assert "'warning'" in named[0][2] and "'html'" in named[1][2]
