"""Load `mailgate.toml`: read, validate, build, check, and report every problem at once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mailgate import tomlfile
from mailgate.config import check, complaint, ends, files
from mailgate.config.build import build
from mailgate.config.model import FileModel
from mailgate.config.secrets import Places
from mailgate.config.tree import Config
from mailgate.config.work import Loading
from mailgate.errors import ConfigError, Problem


class Faulty(ConfigError):
    """The configuration cannot be used; rules and templates can still be judged by what is left of it."""

    def __init__(self, problems: tuple[Problem, ...], left: Config | None) -> None:
        super().__init__(problems)
        self.left = left  # None where a name may be missing that rules speak of: each use would be called a mistake


def load(
    path: Path,
    *,
    env: Mapping[str, str] = os.environ,
    today: date | None = None,
    write: bool = True,
    strict: bool = True,
) -> Config:
    """The configuration of a file, frozen and complete.

    `today` centres the years holidays are known for. With `write` False nothing is made in the data folder (a gateway
    that runs needs its signing keys kept). With `strict` False, secrets that only the daemon's own environment knows
    (`env:`, `credential:`) are warnings, and fail when revealed: commands that only look can do without. Raises
    ConfigError with every problem; warnings are in `Config.warnings`.
    """
    document = tomlfile.read(path)
    work = Loading(document, Places(path.absolute().parent, env), today or datetime.now(UTC).date(), write, strict)
    model = _model(document.data, work)
    if model is None:
        raise ConfigError(_ordered(work.problems))
    config = build(model, work)
    check.names(model, config, work)
    ends.check(model, config, work)
    files.check_mode(document, model, work)
    problems = _ordered(work.problems)
    if any(not problem.warning for problem in problems):
        raise Faulty(problems, config if _names_all(config, document.data) else None)
    return replace(config, warnings=problems)


def _names_all(config: Config, data: Mapping[str, Any]) -> bool:
    policy = config.policy
    kept = {
        "department": [one.name for one in policy.departments],
        "agent": [one.name for one in policy.agents],
        "calendar": [one.name for one in policy.calendars],
        "sla": [one.name for one in policy.slas],
    }
    for section, names in kept.items():
        tables = data.get(section, [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            return False
        if [table.get("name") for table in tables] != names:
            return False
    return bool(policy.departments)


def _ordered(problems: list[Problem]) -> tuple[Problem, ...]:
    """Errors in the order of the file, then warnings."""
    return tuple(sorted(dict.fromkeys(problems), key=lambda problem: (problem.warning, problem.line or 0)))


def _model(data: dict[str, Any], work: Loading) -> FileModel | None:
    """The validated file. What is wrong is noted and taken out, so that the rest can be checked in the same run."""
    for _ in range(100):
        try:
            return FileModel.model_validate(data)
        except ValidationError as error:
            faults = error.errors(include_url=False, include_context=True)
            for fault in faults:
                complaint.note_errors(fault, data, work)
            pruned = complaint.without(data, [fault["loc"] for fault in faults])
            if pruned == data:
                return None
            data = pruned
    return None
