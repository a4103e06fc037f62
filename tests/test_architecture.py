"""The map holds: layers, no cycles, a pure core, one home per library, short files, a purpose at the top of each."""

import ast
import builtins
import importlib
import inspect
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import is_dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from mailgate.core.model import content, shown

pytestmark = pytest.mark.xdist_group("architecture")  # the files are read once

ROOT = Path(__file__).parents[1] / "mailgate"
FILES = sorted(ROOT.rglob("*.py"))

# Which rooms a room may know. `store` alone is the engine; its protocols and its files of mail are rooms of their own.
STORE = {
    "store.calls_asked", "store.hooks.hooks_asked",
    "store.base", "store.verbs", "store.counting", "store.outage_verbs", "store.waves_asked", "store.window_asked", "store.customers_asked", "store.programs_asked", "store.lookups_asked", "store.outbox.chats_asked", "store.values",
    "store.blobs", "store.former",
}  # fmt: skip
MAY = {
    "__init__": set(), "errors": set(), "crash": set(), "newfile": set(), "tomlfile": {"errors"}, "places": {"errors", "tomlfile"}, "languages": set(),
    "core": {"errors"},
    "core.asking": {"core"}, "core.text": {"core", "errors"}, "core.quoting": {"core", "errors", "core.text"},
    "core.pages.policy": {"core"},  # a part of the policy that stands beside what it is for
    "core.customers": {"core", "core.text"},
    "core.model": {"core", "errors", "core.text", "core.quoting", "core.customers", "core.pages.policy"}, "core.rules": {"core", "errors", "core.customers", "core.text", "core.model"}, "core.hooks": {"core", "core.asking", "core.model"},
    "core.worktime": {"core", "errors", "core.customers", "core.text", "core.model"}, "core.proof": {"core", "errors", "core.text", "core.model"},
    "core.figures": {"core", "errors", "core.worktime"},
    "core.letters": {"core", "errors", "core.customers", "core.text", "core.model", "core.worktime", "core.proof"},
    "core.commands": {"core", "errors", "core.customers", "core.text", "core.model", "core.worktime", "core.proof", "core.letters"},
    "core.clock": {"core", "errors", "core.customers", "core.text", "core.model", "core.worktime", "core.letters", "core.commands"},
    "core.pages": {"core", "errors", "core.customers", "core.pages.policy", "core.text", "core.model", "core.worktime", "core.proof", "core.figures", "core.letters", "core.commands"},
    "core.programs": {"core", "errors", "core.customers", "core.pages.policy", "core.pages", "core.text", "core.model", "core.worktime", "core.proof", "core.letters"},
    "core.mails": {"core", "errors", "core.customers", "core.text", "core.quoting", "core.model", "core.rules", "core.worktime", "core.proof", "core.letters",
                   "core.commands"},
    "store.values": {"errors", "core"}, "store.verbs": {"errors", "core", "store.values"}, "store.counting": {"core"},
    "store.outage_verbs": {"core"}, "store.waves_asked": {"core"}, "store.window_asked": {"core"}, "store.outbox.chats_asked": {"core"}, "store.customers_asked": {"core"}, "store.programs_asked": {"core"}, "store.lookups_asked": {"core"},
    "store.calls_asked": {"core"}, "store.hooks.hooks_asked": {"core"},
    "store.base": {"errors", "core", "store.values", "store.verbs", "store.counting", "store.outage_verbs", "store.waves_asked", "store.window_asked",
                   "store.customers_asked", "store.programs_asked", "store.lookups_asked", "store.calls_asked", "store.hooks.hooks_asked", "store.outbox.chats_asked"},
    "store.blobs": {"errors", "crash", "newfile", "store.values"}, "store.former": set(),
    "wire": {"errors", "core", "languages"}, "edge": {"errors", "crash", "newfile", "core", "store.base", "store.values"},
    "systemd": set(), "edge.window": {"__init__", "errors", "core", "edge"}, "window": {"errors", "log", "systemd", "languages", "core", "wire", "edge.window"},
    "store": {"errors", "crash", "newfile", "core", *STORE},
    "config": {"errors", "languages", "newfile", "tomlfile", "core", "rulebook.patterns"},
    "rulebook": {"errors", "tomlfile", "core", "rulebook.patterns"}, "rulebook.patterns": {"core"}, "library": {"errors", "core"}, "log": set(),
    "app": {"errors", "crash", "newfile", "systemd", "tomlfile", "core", "wire", "config", "rulebook.patterns", *STORE},
    "opening": {"errors", "config", "store", *STORE}, "ends": {"errors", "config", "edge"},
    "written": {"errors", "core", "wire", "places", "library", "config", "rulebook", "app", *STORE},
    "door": {"errors", "core", "config", "edge", "app"}, "listener": {"log", "core", "config", "edge", "store", "store.blobs", "app"},
    "wiring": {"errors", "systemd", "core", "config", "edge", "edge.window", "store", *STORE, "app", "ends", "written", "door"},
    "daemon": {"errors", "newfile", "systemd", "wiring", "app"},
    "cli": {"errors", "newfile", "log", "places", "core", "wire", "config", "rulebook", "store.base", "app", "opening", "ends",
            "written", "wiring", "daemon", "window"},
    "__main__": {"cli"},
}  # fmt: skip
ASSEMBLY = {
    "opening",
    "ends",
    "wiring",
    "door",
    "listener",
}  # the root: the only files that may name what stands behind a protocol

HOMES = {
    "re2": "rulebook.patterns", "pydantic": ("config", "window.api"), "tomllib": "tomlfile", "mailparser": "wire.mime.parse", "jinja2": ("wire.letters", "window"),
    "markupsafe": ("wire.letters", "wire.words.sentences", "window"), "nh3": "wire.text.sanitize", "selectolax": "wire", "babel": "wire.words", "flufl": "wire.report",
    "authres": "wire.mime.authentication", "markdown_it": "wire.letters.markdown", "aiosmtpd": "edge.smtp",
    "msgspec": ("edge.apart.messages", "edge.window.verbs"), "imapclient": "edge.imap", "dns": "edge.out.dns_look", "smtplib": "edge.out.smtp", "apscheduler": "app.jobs.schedule",
    "sqlite3": "store", "sqlite_utils": ("store.sqlite.schema", "store.customers.customers"), "click": "cli", "holidays": "config.calendars",
    "starlette": "window", "uvicorn": "window", "h11": "window", "anyio": "window", "python_multipart": "window",
    "httpcore2": "edge.http.engine",
}  # fmt: skip
# Modules that import inside functions, and why; everything else says at its top what it needs.
LATE = {
    "cli": "each command starts fast",
    "edge.http.fetch": "a gateway that calls no other program reads no HTTP client",
    "config.calendars": "50 ms that a gateway without holidays need not spend",
    "store.sqlite.schema": "needed once, when the data folder is older than the program",
    "store.customers.customers": "needed by who has a file of customers, when it changes",
}
# Modules that find others by a name they are given, and why.
BY_NAME = {
    "cli": "each command starts fast",
    "wire.words.catalogue": "a language is a folder with files of the same names",
    "app.children.child": "a job names the function it wants run",
    "app.children.parcel": "an answer of a child names the frozen record it is, of core or wire",
}

# JSON that is kept in a row or handed to a person or a machine; nothing else travels as a dict of strings.
DOCUMENTS = {
    "core.letters.row_values": "what a letter says, as its row keeps it",
    "core.model.outage": "what stands during an outage, as a setting keeps it",
    "core.model.trace": "the way of a mail, as its row keeps it",
    "app.admin.control": "what is asked of a running gateway, and its answers",
    "app.admin.explaining": "`explain --json`",
    "app.admin.rights": "what is handed over, or was erased",
    "app.admin.staff": "`agents list --json`, and the steps of `agents test`",
    "app.health.alarm": "reads `status --json`",
    "app.health.soundness": "a part of `status --json`",
    "app.health.status": "`status --json`",
    "app.hooks.by_hand": "what came of a test, over the control socket",
    "app.mailboxes.board": "a part of `status --json`",
    "app.questions.report": "`report --json`",
}

# All that `core` may use of the standard library. None of it reads a clock, draws lots or touches the world, but for
# what CLOCKS names; `zoneinfo` reads a zone's file once, whose name the configuration has proved.
PURE = {
    "__future__": {"annotations"}, "array": ..., "base64": ..., "bisect": ..., "collections": ..., "collections.abc": ...,
    "dataclasses": ..., "datetime": ..., "enum": ..., "fnmatch": ..., "functools": {"cached_property", "partial", "reduce"},
    "hashlib": ..., "hmac": ..., "itertools": ..., "math": ..., "operator": ..., "re": ..., "string": ..., "struct": {"unpack_from"},
    "types": {"ModuleType"}, "typing": ..., "unicodedata": ..., "zlib": {"crc32"}, "zoneinfo": {"ZoneInfo"},
}  # fmt: skip
BUILTINS = set(
    """abs all any bool bytearray bytes callable chr dict divmod enumerate filter float format frozenset getattr id int isinstance issubclass iter
    len list map max min next object ord pow property range reversed round set setattr slice sorted staticmethod classmethod str sum super
    tuple type zip False True None NotImplemented __name__ Exception ValueError KeyError IndexError TypeError LookupError
    OverflowError UnicodeError ArithmeticError RecursionError StopIteration""".split()  # noqa: SIM905
)
CLOCKS = {"now", "today", "utcnow", "fromtimestamp", "utcfromtimestamp"}
HOLDERS = {"dict", "list", "set", "bytearray", "defaultdict", "Counter", "deque", "OrderedDict", "array"}
SHOWN = ("Mapping[", "Sequence[", "Collection[")  # a type checker lets nobody write to these


@cache
def tree_of(path: Path) -> ast.Module:
    """A file, read once for all that is asked of it."""
    return ast.parse(path.read_text())


@cache
def nodes(tree: ast.AST) -> list[ast.AST]:
    """All of a file, walked through once: a dozen rules ask."""
    return list(ast.walk(tree))


@cache
def module(path: Path) -> str:
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    return name.removesuffix(".__init__") or "__init__"


def room(name: str) -> str:
    """The innermost room on the list that a module stands in."""
    while name not in MAY and "." in name:
        name = name.rpartition(".")[0]
    return name


@cache
def imports(path: Path) -> list[str]:
    """Every module and every name of a module that a file imports, wherever in it: in functions and for types too."""
    found: list[str] = []
    for node in nodes(tree_of(path)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0 and node.module, f"{module(path)}: relative import"
            found += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return found


MODULES = {module(path) for path in FILES}


def each(paths: Iterable[Path]) -> Callable[[Callable[[Path], None]], Callable[[], None]]:
    """One test that holds a rule to every path and names all that break it: three thousand tests of a moment took long."""

    def over(rule: Callable[[Path], None]) -> Callable[[], None]:
        def held() -> None:
            broken = []
            for path in paths:
                try:
                    rule(path)
                except AssertionError as error:
                    broken.append(f"{path.relative_to(ROOT.parent)}: {error}")
            assert not broken, "\n".join(broken)

        held.__name__, held.__doc__ = rule.__name__, rule.__doc__
        return held

    return over


def ours(path: Path) -> set[str]:
    """Modules of ours that a file imports."""
    named = {name.removeprefix("mailgate.") for name in imports(path) if name.startswith("mailgate.")}
    return named & MODULES


@each(FILES)
def test_a_module_imports_from_the_rooms_its_own_may_know(path: Path) -> None:
    me = room(module(path))
    known = {room(other) for other in ours(path)} - {me}
    if not me.startswith("core"):  # to others core is one house
        known = {"core" if other.startswith("core.") else other for other in known}
    assert known <= MAY[me], f"{module(path)} imports from {', '.join(sorted(known - MAY[me]))}"


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


def aliases(tree: ast.AST) -> dict[str, str]:
    """What each imported name stands for, in full: `as` hides nothing."""
    found: dict[str, str] = {}
    for node in nodes(tree):
        if isinstance(node, ast.Import):
            found |= {alias.asname: alias.name for alias in node.names if alias.asname}
            found |= {root: root for alias in node.names if not alias.asname for root in (alias.name.split(".")[0],)}
        elif isinstance(node, ast.ImportFrom):
            found |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return found


@cache
def spoken(tree: ast.AST) -> list[tuple[int, str]]:
    """Every name and dotted name that a file uses, aliases resolved: `(line, "mailgate.app.admin.control.answer")`."""
    return list(_spoken(tree, aliases(tree)))


def _spoken(tree: ast.AST, known: dict[str, str]) -> Iterator[tuple[int, str]]:
    for node in nodes(tree):
        parts: list[str] = []
        at = node
        while isinstance(at, ast.Attribute):
            parts.append(at.attr)
            at = at.value
        if isinstance(at, ast.Name) and at.id in known:
            yield at.lineno, ".".join((known[at.id], *reversed(parts)))


def service(name: str) -> bool:
    """Is this a class of ours that does something: no frozen value, enumeration, error or protocol?"""
    place, _, thing = name.rpartition(".")
    if place.removeprefix("mailgate.") not in MODULES:
        return False
    found: Any = getattr(importlib.import_module(place), thing, None)
    if not inspect.isclass(found) or not found.__module__.startswith(
        ("mailgate.app", "mailgate.edge", "mailgate.store")
    ):
        return False
    value = is_dataclass(found) and found.__dataclass_params__.frozen  # type: ignore[attr-defined]
    return not (value or issubclass(found, (Enum, Exception, tuple)) or getattr(found, "_is_protocol", False))


@each([path for path in FILES if room(module(path)) in ("daemon", "cli")])
def test_only_the_root_names_what_stands_behind_a_protocol(path: Path) -> None:
    tree = tree_of(path)
    named = {*imports(path), *(name for _, name in spoken(tree))}
    asked = {name for name in named if room(name.removeprefix("mailgate.")) not in ASSEMBLY}
    assert not [name for name in asked if service(name)], f"{module(path)} has to get it from wiring"


@each(FILES)
def test_what_a_module_needs_stands_at_its_top(path: Path) -> None:
    me, tree = module(path), tree_of(path)
    late = [
        node.lineno
        for function in nodes(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not late or me in LATE or room(me) in LATE, f"{me} imports inside a function, line {late[0]}"
    loaders = {name for _, name in spoken(tree)} & {"importlib.import_module", "importlib.__import__"}
    assert not loaders or me in BY_NAME, f"{me} imports by name"
    assert not {name.split(".")[0] for name in imports(path)} & {"runpy", "pkgutil", "imp"}, me
    assert not [node for node in nodes(tree) if isinstance(node, ast.Name) and node.id == "__import__"], me


def test_the_lists_of_exceptions_name_only_what_there_is() -> None:
    loose = {name for name in (*LATE, *BY_NAME, *DOCUMENTS, *MAY, *READING) if name not in MODULES}
    homeless = {home for home in HOMES.values() if not any(name.startswith(home) for name in MODULES)}
    assert not loose and not homeless


CORE = [path for path in FILES if module(path).startswith("core")]
# Lists by which `core` reads what people and programs write: nobody is shown a word of theirs.
READING = {
    "core.text.automatic_words", "core.text.language", "core.text.quote_words", "core.text.stems", "core.text.subject", "core.text.subject_topics",
    "core.worktime.moment_words",
}  # fmt: skip
_SENTENCE = re.compile(r"[^\W\d_]{2,} +[^\W\d_]{2,}")
# Commands of mail and shell, the syntax of one, and names (an alarm's in docs/operations.md too).
_NO_SENTENCE = re.compile(
    r"#.*|(?:mailgate|systemctl) [a-z]+.*|.*\b[A-Z]{4,}\b.*|Exchange Online|large mail", re.DOTALL
)


def strings(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every text in a file that is no docstring, and the parts of those that are put together."""
    documents = {id(node.value) for node in nodes(tree) if isinstance(node, ast.Expr)}
    for node in nodes(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documents:
            yield node.lineno, node.value


@each(path for path in CORE if module(path) not in READING)
def test_core_says_nothing_in_words_of_its_own(path: Path) -> None:
    """It decides on codes with parameters; their sentences stand in `wire/words`, in every language."""
    tree = tree_of(path)
    calls = [node for node in nodes(tree) if isinstance(node, ast.Call)]
    patterns = {at for one in calls if ast.unparse(one.func) == "re.compile" for at in strings(one)}
    for line, text in strings(tree):
        said = _SENTENCE.search(text) and not _NO_SENTENCE.fullmatch(text) and (line, text) not in patterns
        assert not said, f"{module(path)}:{line} says {text!r}: give it a code, and a phrase in wire/words"


@each(CORE)
def test_core_uses_nothing_that_is_not_known_to_be_pure(path: Path) -> None:
    for node in nodes(tree_of(path)):
        if isinstance(node, ast.Import):
            names = [(alias.name, None) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [(node.module or "", alias.name) for alias in node.names]
        else:
            continue
        for place, thing in names:
            if place.split(".")[0] == "mailgate":
                continue
            allowed = PURE.get(place, ())
            assert allowed is ... or (thing in allowed), f"{module(path)}:{node.lineno} imports {thing} of {place}"


def _named(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):  # imports stand anywhere: in functions of tests too
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_every_module_of_core_is_named_by_a_test() -> None:
    """What only whole mails reach is looked at from afar: a table beside it says in rows what it decides."""
    known = {name for path in Path(__file__).parent.rglob("*.py") for name in _named(path)}
    rooms = [path for path in CORE if path.stem != "__init__"]
    assert [module(path) for path in rooms if f"mailgate.{module(path)}" not in known] == []


@each(CORE)
def test_core_touches_nothing_outside_its_arguments(path: Path) -> None:
    tree = tree_of(path)
    for node in nodes(tree):
        where = f"{module(path)}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            known = hasattr(builtins, node.id) or node.id.startswith("__")
            assert not known or node.id in BUILTINS, f"{where} uses {node.id}"
        assert not isinstance(node, ast.Global | ast.Nonlocal), f"{where} writes to what outlives it"
        if isinstance(node, ast.Attribute):
            assert node.attr not in ("__globals__", "__dict__", "__builtins__", "__subclasses__"), (
                f"{where} {node.attr}"
            )
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not (node.args or node.keywords):
            assert node.func.attr not in (*CLOCKS, "astimezone"), f"{where} reads the clock or the machine's time zone"
    for line, name in spoken(tree):
        read = set(name.split(".")) & CLOCKS
        assert not (name.startswith("datetime.") and read), f"{module(path)}:{line} reads the clock"


@each(CORE)
def test_core_remembers_nothing_between_two_calls(path: Path) -> None:
    tree = tree_of(path)
    classes = [node for node in nodes(tree) if isinstance(node, ast.ClassDef)]
    for node in (*tree.body, *(one for each in classes for one in each.body)):
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
            continue
        kind = ast.unparse(node.annotation) if isinstance(node, ast.AnnAssign) else ""
        value = node.value
        called = ast.unparse(value.func).split("[")[0].split(".")[-1] if isinstance(value, ast.Call) else ""
        built = ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp | ast.GeneratorExp
        held = isinstance(value, built) or called in HOLDERS
        assert not held or kind.removeprefix("Final[").startswith(SHOWN), (
            f"{module(path)}:{node.lineno} can be changed: annotate it as a Mapping or make it a tuple or frozenset"
        )


@each(CORE)
def test_a_decision_leans_on_one_moment_and_not_on_its_parts(path: Path) -> None:
    for node in nodes(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.Lambda):
            given = {arg.arg for arg in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
            parts = sorted(given & {"policy", "facts", "now"})
            assert len(parts) < 2, f"{module(path)}:{node.lineno} takes {', '.join(parts)}: hand it a Moment"


@each([path for path in FILES if module(path).startswith(("core", "app")) or module(path) in STORE])
def test_no_dict_of_strings_travels_between_rooms(path: Path) -> None:
    """Whoever reads a row of ours is told by its type what stands in it."""
    loose = re.compile(r"\b(dict|Mapping)\[str, (Any|object)\]")
    for node in nodes(tree_of(path)):
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            said = [arg.annotation for arg in (*node.args.args, *node.args.kwonlyargs)] + [node.returns]
        elif isinstance(node, ast.ClassDef):
            said = [each.annotation for each in node.body if isinstance(each, ast.AnnAssign)]
        else:
            continue
        shown = [ast.unparse(one) for one in said if one is not None]
        assert module(path) in DOCUMENTS or not loose.search(" ".join(shown)), f"{module(path)}:{node.lineno}"


def test_no_number_stands_for_a_ticket_that_is_not_there() -> None:
    naught = re.compile(r"\bTicket\(\s*0,|\bnumber=0\b")
    assert not [module(path) for path in FILES if naught.search(path.read_text())], "None is no ticket, 0 is a number"


TELLING = {"tell", "calls", "problem", "on_problem", "_on_problem"}  # what raises an alarm
RECORDS = {name for room in (content, shown) for name, kind in vars(room).items() if inspect.isclass(kind)}


@each(path for path in FILES if module(path).startswith(("app", "wiring")))
def test_no_letter_is_given_a_sentence(path: Path) -> None:
    """What app puts into a letter, or tells the admin, is said in the language of its reader as well."""
    for node in nodes(tree_of(path)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in {*RECORDS, *TELLING}:
            for line, text in strings(node):
                said = _SENTENCE.search(text) and not _NO_SENTENCE.fullmatch(text)
                assert not said, f"{module(path)}:{line} says {text!r}: give it a code, and a phrase in wire/words"


@each(path for path in FILES if module(path).startswith(("core", "app")))
def test_no_label_is_a_word_of_ours(path: Path) -> None:
    """One word is said in the language of its reader like a sentence."""
    for node in nodes(tree_of(path)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("Fact", "Section") and node.args:
            label = node.args[0]
            parts = label.values if isinstance(label, ast.JoinedStr) else [label]
            for text in (str(one.value) for one in parts if isinstance(one, ast.Constant)):
                said = re.search(r"[^\W\d_]{2,}", text) and not _NO_SENTENCE.fullmatch(text)
                assert not said, (
                    f"{module(path)}:{node.lineno} says {text!r}: give it a code, and a phrase in wire/words"
                )


ARCHIVES = {"zipfile", "tarfile", "gzip", "bz2", "lzma"}
# Backups and restores of ours, a ZIP that a letter's long text is written to, and one with a copy of somebody's data.
PACKERS = {"store.sqlite.backup", "store.sqlite.restore", "wire.letters.shorten", "app.admin.rights"}


def test_p19_nothing_that_opens_archives_is_known_where_mail_is_read() -> None:
    assert {module(path) for path in FILES if ARCHIVES & set(imports(path))} == PACKERS


@each(FILES)
def test_each_library_has_one_home(path: Path) -> None:
    me = module(path)
    for name in imports(path):
        root = name.split(".")[0]
        if root in HOMES:
            assert me.startswith(HOMES[root]), f"{me} imports {name}, whose home is {HOMES[root]}"
        else:
            assert root in sys.stdlib_module_names or root == "mailgate", f"{me} imports {name}, which has no home"


@each(FILES)
def test_files_are_short_and_say_what_they_are_for(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= 400, f"{module(path)} is too long"
    purpose = (ast.get_docstring(tree_of(path)) or "").split("\n")[0]
    assert purpose.endswith((".", "?")) and len(purpose) > 20, f"{module(path)} does not say what it is for"


@each(FILES)
def test_functions_fit_on_a_screen(path: Path) -> None:
    for node in nodes(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= 60, f"{module(path)}.{node.name} has {length} lines"


@each(FILES)
def test_no_module_is_a_drawer_for_everything(path: Path) -> None:
    assert not {"utils", "util", "helpers", "helper", "manager", "common", "misc"} & set(module(path).split("."))


@each(sorted({path.parent for path in FILES}))
def test_no_room_has_more_files_than_a_newcomer_can_look_over(folder: Path) -> None:
    assert len([path for path in folder.glob("*.py") if path.stem != "__init__"]) <= 20, f"{folder.name} is a drawer"
