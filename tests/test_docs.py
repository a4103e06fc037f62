"""The pages keep up with the program: commands, options, links, and the tests that security.md names."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from pathlib import Path

import click
import pytest

from mailgate.app.health import status
from mailgate.cli import COMMANDS, cli
from mailgate.config.web import FormModel, WebModel
from mailgate.window.api import openapi
from mailgate.window.api import routes as api
from mailgate.window.app import ROUTES

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "bridges").glob("*.md")])
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def commands() -> list[tuple[str, list[str]]]:
    """Each command that does something, with its long options."""
    context = click.Context(cli)
    found: list[tuple[str, list[str]]] = []

    def walk(command: click.Command, path: str) -> None:
        if isinstance(command, click.Group):
            for one in command.commands.values():
                walk(one, f"{path} {one.name}")
            return
        found.append(
            (path, [o for p in command.params if isinstance(p, click.Option) for o in p.opts if o[:2] == "--"])
        )

    for one in COMMANDS:
        command = cli.get_command(context, one)
        assert command is not None
        walk(command, f"mailgate {one}")
    return found


def test_operations_names_every_command_with_every_option() -> None:
    rows = [line for line in OPERATIONS.splitlines() if line.startswith("| `mailgate ")]
    for path, options in commands():
        cells = [row.split(f"`{path}", 1)[1] for row in rows if f"`{path}`" in row or f"`{path} " in row]
        assert cells, f"{path} is not in the table of docs/operations.md"
        own = cells[0].split(", `mailgate ")[0]
        assert [option for option in options if f"`{option}`" not in own] == [], f"{path} in docs/operations.md"


def test_operations_names_no_command_that_does_not_exist() -> None:
    known = {path for path, _ in commands()} | {f"mailgate {one}" for one in COMMANDS}
    for page in PAGES:
        for said in re.findall(r"`mailgate ([a-z]+)", page.read_text()):
            assert f"mailgate {said}" in known, f"{name(page)}: mailgate {said}"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), f"{name(page)} -> {target}"
        if anchor:
            headings = re.findall(r"^#+ (.*)$", there.read_text(), re.MULTILINE)
            known = {re.sub(r"[^\w\- ]", "", one.lower()).strip().replace(" ", "-") for one in headings}
            assert anchor in known, f"{name(page)} -> {target}"


def test_the_window_page_names_every_page_and_no_other() -> None:
    """A parameter of an address is one in capitals: `/t/{token}` is `/t/TOKEN`."""
    routes = {re.sub(r"\{(\w+)[^}]*\}", lambda one: one[1].upper(), route.path) for route in ROUTES}  # type: ignore[attr-defined]
    table = (ROOT / "docs" / "window.md").read_text().split("## What there is")[1].split("\n## ")[0]
    said = {one for row in re.findall(r"^\|(.*?)\|", table, re.MULTILINE) for one in re.findall(r"`(/[^`]*)`", row)}
    assert said == {one for one in routes if not one.startswith("/api/")}


def test_the_api_page_names_every_operation_and_its_scope() -> None:
    table = (ROOT / "docs" / "api.md").read_text().split("## What there is")[1].split("\n## ")[0]
    said = set(re.findall(r"^\| `(\w+) (/api/[^`]*)` \|.*\| (\S+) \|$", table, re.MULTILINE))
    upper = [(one, re.sub(r"\{(\w+)\}", lambda found: found[1].upper(), one.path)) for one in api.OPERATIONS]
    assert said == {("GET", openapi.PATH, "none"), *((one.method, path, f"`{one.scope}`") for one, path in upper)}


def test_the_window_page_tells_of_every_part_of_the_configuration() -> None:
    text = (ROOT / "docs" / "window.md").read_text()
    asked = {**WebModel.model_fields, **FormModel.model_fields}
    assert [key for key in asked if key not in ("form", "help", "calls") and not re.search(rf"\b{key}\b", text)] == []


GUIDES = [ROOT / "CONTRIBUTING.md", ROOT / "README.md", ROOT / "SECURITY.md", ROOT / "tests" / "README.md", ROOT / "bridges" / "README.md",
          *sorted((ROOT / "docs").glob("*.md"))]  # fmt: skip
MODULES = [
    f"/{path.relative_to(ROOT)}"
    for top in ("mailgate", "tests", "bench", "bridges")
    for path in (ROOT / top).rglob("*.py")
]


@pytest.mark.parametrize("page", GUIDES, ids=name)
def test_every_file_of_ours_that_a_guide_names_is_there(page: Path) -> None:
    """A path from the top, from `mailgate/` or from the page; a module also by its name or the end of its path, `*` and all."""
    tops = (ROOT, ROOT / "mailgate", page.parent)
    for said in re.findall(r"(?<![\w/])((?:mailgate|core|app|wire|store|edge|tests)/[\w/]+\.\w+)", page.read_text()):
        assert any((top / said).is_file() for top in tops), f"{name(page)}: {said}"
    for said in set(re.findall(r"`([\w/*]+\.py)`", page.read_text())) - {"test_MODULE.py"}:
        assert any(fnmatch(module, f"*/{said}") for module in MODULES), f"{name(page)}: {said}"


@pytest.mark.parametrize("page", ["security.md", "threats.md", "open-threats.md", "window.md"])
def test_every_test_that_a_page_names_exists(page: str) -> None:
    tests = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    text = (ROOT / "docs" / page).read_text()
    named = set(re.findall(r"`(test_\w+)`", text)) - {"test_architecture", "test_w", "test_r"}
    assert named or page == "open-threats.md"
    known = set(re.findall(r"def (test_\w+)\(", tests))
    assert sorted(one for one in named if one not in known) == []
    assert [
        one for one in re.findall(r"`(test_\w+)_\.\.\.`", text) if not any(k.startswith(f"{one}_") for k in known)
    ] == []


def test_every_threat_is_held_by_a_test_of_its_own() -> None:
    text = (ROOT / "docs" / "threats.md").read_text()
    rows = re.findall(r"^\| ([A-Z])-(\d\d\w?) \|.*\| (`.*`) \|$", text, re.MULTILINE)
    assert len(rows) == len(re.findall(r"^\| [A-Z]-\d", text, re.MULTILINE)) > 180
    for letter, number, tests in rows:
        assert f"_{letter.lower()}{number}_" in tests, f"{letter}-{number}"


def test_every_threat_of_the_window_that_is_built_has_its_row() -> None:
    rows = re.findall(r"^\| W-(\d\d) \|", (ROOT / "docs" / "threats.md").read_text(), re.MULTILINE)
    built = [int(one) for one in rows]
    assert built == list(range(1, 45))


def test_every_threat_that_code_or_pages_name_is_a_row() -> None:
    rows = set(re.findall(r"^\| ([A-Z]-?\d+\w?) \|", (ROOT / "docs" / "threats.md").read_text(), re.MULTILINE))
    places = [*(ROOT / "mailgate").rglob("*.py"), ROOT / "docs" / "open-threats.md"]
    for path in places:
        text = path.read_text()
        named = re.findall(r"threats ([A-Z]-?\d+)(?:(?:,| and) ([A-Z]-?\d+))*", text)
        named += re.findall(r"^\| ([A-Z]-\d+) (\|)", text, re.MULTILINE)
        assert [one for pair in named for one in pair if one and one != "|" and one not in rows] == [], name(path)


def test_every_alarm_is_explained() -> None:
    source = Path(status.__file__).read_text()
    graves = re.findall(r'calls\(f?"([a-z ]+?)(?: \{[^"]*)?",', source)
    assert len(graves) >= 6
    assert [one for one in graves if f"| `{one}" not in OPERATIONS] == []


def test_every_figure_named_in_operations_exists() -> None:
    source = (ROOT / "mailgate" / "app" / "health" / "pages.py").read_text()
    named = set(re.findall(r"\bmailgate_[a-z_]+", OPERATIONS)) - {
        "mailgate_destination_recipient_limit",
        "mailgate_lmtp",
        "mailgate_pipe",
    }
    assert named
    assert [one for one in named if f'"{one}"' not in source] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_table_has_no_row_with_a_cell_too_many(page: Path) -> None:
    width = 0
    for line in page.read_text().splitlines():
        if not line.startswith("|"):
            width = 0
            continue
        bare = re.sub(r"`[^`]*`", "", line.replace("\\|", ""))
        width = width or bare.count("|")
        assert bare.count("|") == width, f"{name(page)}: {line[:80]}"


def test_the_two_commands_of_the_readme_are_in_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text()
    readme = (ROOT / "README.md").read_text()
    assert (
        readme.index("mailgate run --ready-file ready &")
        < readme.index("until [ -e ready ]")
        < readme.index("curl -s smtp")
    )
    for command in ("demo", "test", "install", "upgrade"):
        assert f"make {command}" in readme
        assert re.search(rf"^{command}:", makefile, re.MULTILINE)
