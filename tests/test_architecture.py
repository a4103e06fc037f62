"""The map holds: layers, no cycles, a pure core, one home per library, short files, a purpose at the top of each."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "mailgate"
FILES = sorted(ROOT.rglob("*.py"))
LAYERS = {
    "errors": 0, "crash": 0, "tomlfile": 1, "places": 2, "core": 1, "store.base": 2, "wire": 3, "edge": 3, "store": 3, "config": 3, "rulebook": 3, "library": 3, "log": 3,
    "app": 4, "opening": 5, "wiring": 5, "daemon": 6, "cli": 7, "__main__": 8,
}  # fmt: skip
HOMES = {
    "re2": "rulebook", "pydantic": "config", "tomllib": "tomlfile", "mailparser": "wire.parse",
    "jinja2": "wire.render", "nh3": "wire", "selectolax": "wire", "babel": "wire",
    "flufl": "wire.report", "authres": "wire.authentication", "tnefparse": "wire", "markdown_it": "wire",
    "aiosmtpd": "edge.smtp", "imapclient": "edge.imap", "dns": "edge.dns_look", "smtplib": "edge.smtp_out", "apscheduler": "app.schedule",
    "sqlite3": "store", "sqlite_utils": "store", "click": "cli", "holidays": "config",
}  # fmt: skip
IMPURE = {
    "os", "sys", "time", "random", "secrets", "socket", "ssl", "threading", "asyncio", "subprocess", "logging", "io",
    "pathlib", "shutil", "tempfile", "sqlite3", "smtplib", "imaplib", "uuid", "signal", "multiprocessing", "urllib",
}  # fmt: skip


def module(path: Path) -> str:
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    return name.removesuffix(".__init__") or "__init__"


def layer(name: str) -> int:
    if name in LAYERS:
        return LAYERS[name]
    return LAYERS.get(name.split(".", maxsplit=1)[0], 0)


def imports(path: Path) -> list[str]:
    """Every module and every name of a module that a file imports, wherever in it: in functions and for types too."""
    found: list[str] = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0 and node.module, f"{module(path)}: relative import"
            found += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return found


MODULES = {module(path) for path in FILES}


def ours(path: Path) -> set[str]:
    """Modules of ours that a file imports."""
    named = {name.removeprefix("mailgate.") for name in imports(path) if name.startswith("mailgate.")}
    return named & MODULES


@pytest.mark.parametrize("path", FILES, ids=module)
def test_a_module_imports_downward_or_within_its_own_folder(path: Path) -> None:
    me = module(path)
    for other in ours(path):
        same_folder = me.split(".")[0] == other.split(".")[0]
        assert same_folder or layer(other) < layer(me), f"{me} imports {other}"
        if same_folder and me == "store.base":
            raise AssertionError(f"{me} imports {other}")


def needed(path: Path) -> set[str]:
    """What must be there before a file can be understood: the modules it names, for types too, and their packages."""
    found = {"__init__"}
    for name in ours(path):
        parts = name.split(".")
        found |= {".".join(parts[: end + 1]) for end in range(len(parts))} & MODULES
    return found - {module(path)}


def test_there_are_no_import_circles_even_for_types() -> None:
    graph = {module(path): sorted(needed(path)) for path in FILES}
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join((*trail[trail.index(name) :], name))
        if name in done:
            return
        for other in graph[name]:
            visit(other, (*trail, name))
        done.add(name)

    for name in graph:
        visit(name, ())


@pytest.mark.parametrize("path", [path for path in FILES if "core" in path.parts], ids=module)
def test_core_is_pure(path: Path) -> None:
    for name in imports(path):
        root = name.split(".")[0]
        assert root in sys.stdlib_module_names or root == "mailgate", f"{module(path)} imports {name}"
        assert root not in IMPURE, f"{module(path)} imports {name}"
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            assert not (node.func.attr in ("now", "today", "utcnow") and not node.args and not node.keywords), (
                f"{module(path)}:{node.lineno} reads the clock"
            )


@pytest.mark.parametrize("path", FILES, ids=module)
def test_each_library_has_one_home(path: Path) -> None:
    me = module(path)
    for name in imports(path):
        home = HOMES.get(name.split(".")[0])
        if home is not None:
            homes = (home,) if isinstance(home, str) else home
            assert me.startswith(homes), f"{me} imports {name}, whose home is {home}"


@pytest.mark.parametrize("path", FILES, ids=module)
def test_files_are_short_and_say_what_they_are_for(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= 400, f"{module(path)} is too long"
    purpose = (ast.get_docstring(ast.parse(text)) or "").split("\n")[0]
    assert purpose.endswith((".", "?")) and len(purpose) > 20, f"{module(path)} does not say what it is for"


@pytest.mark.parametrize("path", FILES, ids=module)
def test_functions_fit_on_a_screen(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= 60, f"{module(path)}.{node.name} has {length} lines"


@pytest.mark.parametrize("path", FILES, ids=module)
def test_no_module_is_a_drawer_for_everything(path: Path) -> None:
    assert not {"utils", "util", "helpers", "helper", "manager", "common", "misc"} & set(module(path).split("."))
