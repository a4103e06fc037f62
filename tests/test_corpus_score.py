"""What was once understood of the corpus stays understood: the recorded score may not fall."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

BENCH = Path(__file__).parents[1] / "bench" / "corpus.py"


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bench_corpus", BENCH)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_the_score_on_the_corpus_does_not_fall() -> None:
    bench = load()
    if not bench.CORPUS.is_dir():
        pytest.skip("the corpus of test mails is not here")
    recorded = json.loads(bench.RECORD.read_text(encoding="utf-8"))
    table = bench.score(list(bench.checks()))
    fallen = {kind: table[kind]["total"] for kind, best in recorded.items() if table[kind]["total"][0] < best[0]}
    assert not fallen, f"recorded {recorded}"
    for kind, aim in bench.AIMS.items():
        passed, asked = table[kind]["total"]
        assert passed / asked >= aim or kind in bench.EXPLAINED, f"{kind}: {passed} of {asked}"
