"""docs/rules.md names every condition, action and key of a test, and its example is true."""

import re
from pathlib import Path

import pytest

from mailgate.core.model.mail import Address
from mailgate.core.model.policy import Department, Policy
from mailgate.rulebook import actions, conditions, trial
from mailgate.rulebook import load as rulebook

TEXT = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")


def chapter(name: str) -> str:
    return next(part for part in re.split(r"(?m)^## ", TEXT) if part.startswith(name))


def rows(name: str) -> list[str]:
    return re.findall(r"(?m)^\| `([a-z_.A-Z]+)` \|", chapter(name))


def test_every_condition_is_documented_and_no_other() -> None:
    assert sorted(rows("Conditions")) == sorted([*conditions.PARSERS, "header.NAME", "customer.COLUMN"])


def test_every_action_is_documented_and_no_other() -> None:
    assert sorted(rows("Actions")) == sorted([*actions.PARSERS, "fields"])


@pytest.mark.parametrize("key", [*trial.MAIL, *trial.EXPECT])
def test_every_key_of_a_test_is_documented(key: str) -> None:
    assert re.search(rf"`{key}[` ]", chapter("Tests"))


def test_the_example_of_the_page_passes_its_test(tmp_path: Path) -> None:
    example = re.search(r"(?s)```toml\n(.*?)```", TEXT)
    assert example
    (tmp_path / "10.toml").write_text(f'{example[1]}\n[[rule]]\nname = "else"\n', encoding="utf-8")
    policy = Policy(
        "Acme",
        "acme.example",
        tuple(
            Department(name, (f"{name}@acme.example",), Address(f"{name}@acme.example"))
            for name in ("support", "billing")
        ),
    )
    book = rulebook.load(tmp_path, policy)
    assert len(book.tests) == 1 and rulebook.run_tests(book, policy) == []
