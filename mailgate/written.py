"""What the admin wrote, judged once for start, reload and check: rules and their tests, templates, texts, names."""

from __future__ import annotations

import filecmp
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from mailgate import library, places
from mailgate.app.admin import people
from mailgate.app.admin.reloading import try_templates
from mailgate.app.children.pool import Children
from mailgate.app.in_force import Snapshot
from mailgate.config.files import shared
from mailgate.config.tree import Config
from mailgate.core.model.canned import Article
from mailgate.errors import ConfigError, Problem
from mailgate.rulebook import load as rulebook
from mailgate.store.base import Store
from mailgate.wire import words

TEMPLATES = "templates"  # beside mailgate.toml, where the file names no other


@dataclass(frozen=True, slots=True)
class Written:
    """Rules, canned answers and articles as they lie on disk."""

    rules: rulebook.Rulebook
    replies: Mapping[str, Mapping[str, str]]
    articles: tuple[Article, ...]


def read(config: Config) -> Written:
    """What a process needs to work by. Raises ConfigError with every problem that keeps it from being read."""
    found, problems = _read(config)
    if found is None:
        raise ConfigError(problems)
    return found


def judge(config: Config, store: Store | None, children: Children | None) -> tuple[Written | None, list[Problem]]:
    """What is on disk, None when it cannot be read, and all that is wrong with it, warnings too.

    `store` knows who has work left, and is None before the first start; the templates are tried in `children`, where
    there can be any.
    """
    found, problems = _read(config)
    if found is not None:
        problems += [*found.rules.warnings, *rulebook.run_tests(found.rules, config.policy)]
    if children is not None:
        problems += _templates(config, children)
    if store is not None:
        problems += store.read(lambda read: read.people.gone(config.policy.agents, config.policy.departments))
    return found, problems


def another_store(config: Config) -> list[Problem]:
    """What the file says of the data folder and the database that is not where `config`, which runs, has them.

    That is another desk, with keys of its own: asked before the file is loaded, for loading makes missing keys.
    """
    named = {
        "[gateway] data": (config.gateway.data, places.data_folder(config.path)),
        "[store] url": (config.store.path, places.database(config.path)),
    }
    return [
        Problem(str(config.path), key, f"needs a restart: the daemon that runs has {runs}, the file now says {found}")
        for key, (runs, found) in named.items()
        if found is not None and found != runs
    ][:1]  # a database that is named nowhere else follows its folder


def snapshot(config: Config, written: Written, store: Store) -> Snapshot:
    """One consistent set to work by; agents as the store knows them."""
    told = people.known(replace(config.policy, articles=written.articles), store)
    policy = replace(told, replies=written.replies, kept=words.kept())
    return Snapshot(policy, written.rules.rules, str(config.templates_folder))


def load_rules(config: Config) -> rulebook.Rulebook:
    """The rule files, checked against people, departments and templates. Raises ConfigError."""
    templates = {path.stem for path in (*shared("templates").glob("*.html"), *config.templates_folder.glob("*.html"))}
    return rulebook.load(config.rules_folder, config.policy, templates)


def _read(config: Config) -> tuple[Written | None, list[Problem]]:
    problems: list[Problem] = []
    rules = texts = None
    try:
        rules = load_rules(config)
    except ConfigError as error:
        problems += error.problems
    try:
        texts = library.load(config.templates_folder, config.policy.languages)
    except ConfigError as error:
        problems += error.problems
    return (None if rules is None or texts is None else Written(rules, *texts)), problems


def _templates(config: Config, children: Children) -> list[Problem]:
    folder: Path = config.templates_folder
    if not folder.is_dir():
        usual = folder == config.path.absolute().parent / TEMPLATES
        return [Problem(str(folder), "", "this folder of templates is not there: only ours are used", warning=usual)]
    return [] if all(map(_as_shipped, folder.glob("*.html"))) else try_templates(children, folder)


def _as_shipped(path: Path) -> bool:
    """Whether this is a plain copy of our template of that name: our tests have tried it, in every language."""
    ours = shared("templates") / path.name
    return not path.is_symlink() and ours.is_file() and filecmp.cmp(path, ours, shallow=False)
