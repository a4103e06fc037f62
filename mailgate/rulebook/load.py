"""rules/*.toml -> Rulebook: every file in the order of its name, every problem at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mailgate import tomlfile
from mailgate.core.model.policy import Policy
from mailgate.core.rules.rule import Rule
from mailgate.errors import ConfigError, Problem
from mailgate.rulebook import actions, conditions, trial
from mailgate.rulebook.reading import Names, Reading
from mailgate.rulebook.trial import RuleTest


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All rules in the order they are tried, and their tests."""

    rules: tuple[Rule, ...]
    tests: tuple[RuleTest, ...] = ()
    warnings: tuple[Problem, ...] = ()


@dataclass(slots=True)
class _Pile:
    """What has been read so far."""

    rules: list[Rule] = field(default_factory=list)
    tests: list[RuleTest] = field(default_factory=list)
    whens: list[frozenset[str]] = field(default_factory=list)  # each rule's conditions as written, for comparison
    problems: list[Problem] = field(default_factory=list)


def load(folder: Path, policy: Policy, templates: Collection[str] = ()) -> Rulebook:
    """The rules of a folder.

    `templates` are the names `ack` may use; when empty they are not checked. Raises ConfigError with every problem:
    unreadable files, unknown keys and names, bad patterns, two rules of one name, no unconditional last rule.
    """
    pile = _Pile()
    names = Names(policy, frozenset(templates))
    for path in _files(folder):
        try:
            document = tomlfile.read(path)
        except ConfigError as error:
            pile.problems += error.problems
            continue
        _read_file(document, names, pile)
    _whole(folder, pile)
    problems = tuple(pile.problems)
    if any(not problem.warning for problem in problems):
        raise ConfigError(sorted(problems, key=lambda problem: (problem.warning, problem.file, problem.line or 0)))
    return Rulebook(tuple(pile.rules), tuple(pile.tests), problems)


def _files(folder: Path) -> Sequence[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix == ".toml" and not path.name.startswith("."))
    except FileNotFoundError:
        raise ConfigError([Problem(str(folder), "", "there is no such folder")]) from None
    except OSError as error:
        raise ConfigError([Problem(str(folder), "", f"cannot be read: {error.strerror}")]) from None


def _read_file(document: tomlfile.Document, names: Names, pile: _Pile) -> None:
    place = Reading(document, names, problems=pile.problems)
    place.unknown(document.data, ("rule",), "key")
    tables = document.data.get("rule", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        place.at("rule").note("rules are written [[rule]], in double brackets")
        return
    for at, table in enumerate(tables):
        _read_rule(table, place.at("rule", at), pile)


def _read_rule(table: Mapping[str, Any], place: Reading, pile: _Pile) -> None:
    name = table.get("name")
    if not isinstance(name, str) or not name.strip():
        place.at("name").note("every rule has a name, text in quotes")
        name = f"number {len(pile.rules) + 1}"
    place = Reading(place.document, place.names, place.loc, name, pile.problems)
    place.unknown(table, ("name", "when", "then", "test"), "key")
    first = next((rule for rule in pile.rules if rule.name == name), None)
    if first:
        place.at("name").note(f"this name is taken by the rule at {first.file}:{first.line}")
    when = place.at("when").table(table.get("when", {}))
    found = conditions.read(when, place.at("when"))
    rule = Rule(
        name=name,
        mail=tuple(condition for condition in found if conditions.about_mail(condition)),
        circumstances=tuple(condition for condition in found if not conditions.about_mail(condition)),
        then=actions.read(place.at("then").table(table.get("then", {})), place.at("then")),
        file=str(place.document.path),
        line=place.document.line(place.loc) or 0,
    )
    _check_form(rule, place)
    whens = frozenset(_spelled(when))
    _check_reach(rule, whens, place, pile)
    pile.rules.append(rule)
    pile.whens.append(whens)
    _read_tests(table.get("test", []), place, pile)


def _spelled(table: Mapping[str, Any], before: str = "") -> list[str]:
    """Each condition as one comparable text."""
    found: list[str] = []
    for key, value in table.items():
        if isinstance(value, dict):
            found += _spelled(value, f"{before}{key}.")
        else:
            found.append(f"{before}{key}={sorted(map(repr, value)) if isinstance(value, list) else [repr(value)]}")
    return found


def _check_form(rule: Rule, place: Reading) -> None:
    """A contact form's requester is taken before anything else is known, so only exact mails may say it."""
    if rule.then.requester is None:
        return
    exact = any(
        condition.key == "from" and not condition.negated and not any(str(w).startswith("@") for w in condition.wanted)
        for condition in rule.mail
    )
    if not exact:
        place.at("then", "requester").note("needs an exact when.from: anybody could say who they are otherwise")
    if rule.circumstances:
        late = ", ".join(condition.name for condition in rule.circumstances)
        place.at("then", "requester").note(f"is asked before {late} can be known; use conditions on the mail alone")


def _check_reach(rule: Rule, whens: frozenset[str], place: Reading, pile: _Pile) -> None:
    for earlier, known in zip(pile.rules, pile.whens, strict=True):
        if not earlier.then.go_on and known <= whens:
            text = f"is never reached: rule '{earlier.name}' ({earlier.file}:{earlier.line}) takes all its mail"
            place.note(text, warning=bool(known))
            return


def _read_tests(tables: Any, place: Reading, pile: _Pile) -> None:
    if not isinstance(tables, list):
        place.at("test").note("tests are written [[rule.test]], in double brackets")
        return
    for at, table in enumerate(tables):
        here = place.at("test", at)
        pile.tests.append(trial.read(here.table(table), here))


def _whole(folder: Path, pile: _Pile) -> None:
    if not pile.rules:
        if not any(not problem.warning for problem in pile.problems):
            pile.problems.append(Problem(str(folder), "", "there are no rules: *.toml files with [[rule]] are needed"))
        return
    last = pile.rules[-1]
    if pile.whens[-1]:
        text = "the last rule must be without conditions, so that every mail has its place"
        pile.problems.append(Problem(last.file, f"rule '{last.name}'", text, last.line or None))


def run_tests(rulebook: Rulebook, policy: Policy) -> list[Problem]:
    """Run the tests inside the rule files; a problem for every expectation that is not met."""
    return trial.run(rulebook.rules, rulebook.tests, policy)
