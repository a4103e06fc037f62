"""What the workers of a fresh checkout do each a part of, where each would do all: to compile every test, and for hypothesis
to look for the constants of every module of ours.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from _pytest.assertion import rewrite
from hypothesis.internal.constants_ast import constants_from_module

PACKAGE = Path(__file__).parents[1] / "mailgate"


def share(config: pytest.Config) -> None:
    """This worker's part of what was never done before; what is old or left is done by whoever needs it."""
    worker = getattr(config, "workerinput", None)
    if worker is None or sys.dont_write_bytecode:
        return
    part = slice(int(worker["workerid"].removeprefix("gw")), None, worker["workercount"])
    todo = sorted(tests(config))[part]
    if not todo or compiled(todo[-1]).exists():
        return
    for path in sorted(PACKAGE.rglob("*.py"))[part]:
        module = ModuleType(path.stem)
        module.__file__ = str(path)
        constants_from_module(module)  # which keeps them
    for path in todo:
        compile_test(config, path)


def tests(config: pytest.Config) -> Iterator[Path]:
    """The files of tests in the folders that are asked for."""
    for one in config.args:
        yield from (config.invocation_params.dir / one).rglob("test_*.py")


def compiled(path: Path) -> Path:
    """Where pytest keeps what it compiled of a file."""
    return rewrite.get_cache_dir(path) / (path.stem + rewrite.PYC_TAIL)


def compile_test(config: pytest.Config, path: Path) -> None:
    """Have its asserts rewritten and the file compiled, as pytest does it when it imports it."""
    if compiled(path).exists() or not rewrite.try_makedirs(compiled(path).parent):
        return
    with contextlib.suppress(SyntaxError, OSError):  # whoever collects it says so
        stat, code = rewrite._rewrite_test(path, config)
        rewrite._write_pyc(config.stash[rewrite.assertstate_key], code, stat, compiled(path))
