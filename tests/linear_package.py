"""Collects what in the package reads text, and prints what of it is not linear; asked by `test_linear_time`.

Run in a process of its own, since patterns are noted while the package is imported.
"""

from __future__ import annotations

import ast
import gc
import importlib
import inspect
import json
import pkgutil
import re
import sys
import types
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from linear import AMONG, FEW, METHODS, RUNS, WIDEST, Known, Late, interruptible, judge, judge_function

ROOT = Path(__file__).resolve().parent.parent / "mailgate"

# --- patterns ---------------------------------------------------------------------------------------------------------


def collected() -> list[Known]:
    """Every pattern of the package: those compiled while its modules are imported, those built at once after, and
    those that stand in a call inside a function."""
    found: dict[tuple[str | bytes, int], Known] = {}
    hooked = re._compile  # type: ignore[attr-defined]

    def note(pattern: Any, flags: int) -> Any:
        compiled = hooked(pattern, flags)
        frame = sys._getframe(2)
        place = Path(frame.f_code.co_filename)
        if ROOT in place.parents:
            text = compiled.pattern
            where = f"{place.relative_to(ROOT.parent)}:{frame.f_lineno}"
            found.setdefault((text, compiled.flags), Known(where, text, compiled.flags))
        return compiled

    re._compile = note  # type: ignore[attr-defined]
    try:
        list(modules())
        call_builders()
    finally:
        re._compile = hooked  # type: ignore[attr-defined]
    for known in written():
        compiled = re.compile(known.pattern, known.flags)
        found.setdefault((compiled.pattern, compiled.flags), Known(known.where, known.pattern, compiled.flags))
    return list(found.values())


def modules() -> Iterator[types.ModuleType]:
    """Every module of the package."""
    package = importlib.import_module("mailgate")
    for one in pkgutil.walk_packages(package.__path__, "mailgate."):
        if not one.name.endswith("__main__"):
            yield importlib.import_module(one.name)


def call_builders() -> None:
    """Patterns that are put together when they are needed."""
    from mailgate.core.text import subject
    from mailgate.store.people.redacting import Traces
    from mailgate.wire.report import known, sentences

    subject.numbers("Re: [#1] a", ("[#{number}]", "T{number}", "{number}a", "Ticket {number} of"))
    for kind in known.SENTENCES:
        sentences.only_sentences("x", kind)
        sentences.is_subject("x", kind)
    Traces(("Maija Virtanen", "Ma Virt"), ("maija@home.example",), ())


CALLS = {
    "compile": 1,
    "match": 2,
    "fullmatch": 2,
    "search": 2,
    "findall": 2,
    "finditer": 2,
    "split": 3,
    "sub": 4,
    "subn": 4,
}


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    """Every call of a function of `re` that takes a pattern."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        if isinstance(node.func.value, ast.Name) and node.func.value.id == "re" and node.func.attr in CALLS:
            yield node


@cache
def parsed() -> dict[Path, ast.Module]:
    """The syntax trees of the modules that speak of `re`, which two questions need."""
    texts = ((path, path.read_text()) for path in sorted(ROOT.rglob("*.py")))
    return {path: ast.parse(text) for path, text in texts if re.search(r"\bre\.", text)}


def written() -> Iterator[Known]:
    """The patterns that stand as text in a call of `re` somewhere in the package."""
    for path, tree in parsed().items():
        for node in calls(tree):
            if isinstance(node.args[0], ast.Constant):
                yield Known(f"{path.relative_to(ROOT.parent)}:{node.lineno}", node.args[0].value, _flags(node))


def unwritten() -> Iterator[str]:
    """Where a pattern is put together inside a function, so that neither the import nor the source shows it."""
    for path, tree in parsed().items():
        inside = [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
        found = {node.lineno: node for one in inside for node in calls(one)}
        yield from (
            str(path.relative_to(ROOT))
            for node in found.values()
            if not isinstance(node.args[0], ast.Constant) and ast.unparse(node.args[0])[:10] != "re.escape("
        )


def _flags(node: ast.Call) -> int:
    assert isinstance(node.func, ast.Attribute)
    at = CALLS[node.func.attr]
    given = [*(one.value for one in node.keywords if one.arg == "flags"), *node.args[at : at + 1]]
    names = [one.attr for each in given for one in ast.walk(each) if isinstance(one, ast.Attribute)]
    return sum(int(getattr(re, name)) for name in names)


def used(known: Known, source: dict[str, str]) -> tuple[str, ...]:
    """The methods that somebody calls on a pattern, by the words of the source; those that do all the others do when that cannot be told."""
    place, _, number = known.where.partition(":")
    above = "\n".join(source[place].split("\n")[: int(number)])
    named = re.findall(r"(?m)^(\w+)(?:: Final)? = re\.compile\($|^(\w+)(?:: Final)? = .*", above)
    line = source[place].split("\n")[int(number) - 1]
    inline = re.search(r"\bre\.(\w+)\(", line)
    if inline and inline[1] != "compile":
        return (inline[1],) if inline[1] in METHODS else ("finditer",)
    name = "".join(named[-1]) if named else ""
    if not name or (line.startswith(" ") and not above.rstrip().endswith(line.rstrip())):
        return WIDEST
    texts = [source[place]] if name.startswith("_") else list(source.values())
    asked = set().union(*(asked_of(text).get(name, ()) for text in texts))
    if not asked or not asked <= {*METHODS, "sub", "subn", "split", "findall"}:
        return WIDEST
    return tuple(sorted({one if one in METHODS else "finditer" for one in asked}))


@cache
def asked_of(text: str) -> dict[str, set[str]]:
    """What follows each name and a dot in a module's source."""
    found: dict[str, set[str]] = {}
    for name, asked in re.findall(r"\b(\w+)(?=\.(\w+))", text):
        found.setdefault(name, set()).add(asked)
    return found


# --- functions --------------------------------------------------------------------------------------------------------

# Rooms whose functions have no effects, so that any text may be given to them.
PURE = (
    "mailgate.core.",
    "mailgate.wire.",
    "mailgate.edge.smtp.address",
    "mailgate.store.tickets.queries",
    "mailgate.config.values",
)


def functions() -> Iterator[tuple[str, Callable[[str], object]]]:
    """Every function without effects whose one necessary argument is text."""
    for module in modules():
        if not module.__name__.startswith(PURE):
            continue
        for name, function in vars(module).items():
            if not inspect.isfunction(function) or function.__module__ != module.__name__:
                continue
            parameters = inspect.signature(function).parameters.values()
            needed = [
                one
                for one in parameters
                if one.default is one.empty and one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD)
            ]
            if (
                len(needed) == 1
                and needed[0].annotation in ("str", "bytes")
                and needed[0].kind is not needed[0].KEYWORD_ONLY
            ):
                yield f"{module.__name__}.{name}", _taking(function, needed[0].annotation)


def _taking(function: Callable[..., Any], kind: str) -> Callable[[str], object]:
    def call(text: str) -> object:
        try:
            answer = function(text if kind == "str" else text.encode("utf-8", "surrogatepass"))
            return list(answer) if inspect.isgenerator(answer) else answer
        except (Late, RecursionError):
            raise
        except Exception:
            return None  # it may refuse the text: what counts is how soon

    return call


# --- decisions --------------------------------------------------------------------------------------------------------


def decisions() -> Iterator[tuple[str, Callable[[str], object]]]:
    """What the daemon does with a mail before it is filed, with text of one kind in one field after the other."""
    world = importlib.import_module("linear_world")
    yield from world.decisions()


# --- the report -------------------------------------------------------------------------------------------------------


def main() -> None:
    """Judge what standard input asks for: `{"package": true}`, or `{"patterns": {name: [pattern, flags, method]}}`."""
    interruptible()
    asked = json.load(sys.stdin)
    wanted = [(Known(name, *given[:2]), given[2:]) for name, given in asked.get("patterns", {}).items()]
    texts: list[tuple[str, Callable[[str], object], tuple[str, ...], tuple[tuple[str, str], ...]]] = []
    if asked.get("package"):
        source = {str(path.relative_to(ROOT.parent)): path.read_text() for path in ROOT.rglob("*.py")}
        wanted += [(known, used(known, source)) for known in collected()]
        texts = [(name, call, RUNS, AMONG) for name, call in functions()]
        texts += [(name, call, FEW, AMONG[:1]) for name, call in decisions()]  # their functions have had the others
    gc.freeze()  # else it is looked through again and again, which is counted as a call's own time
    found = [judge(known, methods) for known, methods in wanted]
    found += [judge_function(*each) for each in texts]
    answer = {"patterns": len(wanted), "functions": len(texts), "found": [str(one) for one in found if one]}
    json.dump({**answer, "unwritten": sorted(unwritten()) if asked.get("package") else []}, sys.stdout)


if __name__ == "__main__":
    main()
