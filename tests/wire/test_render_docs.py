"""docs/templates.md and the templates say the same."""

import re
from pathlib import Path

import pytest

from mailgate.core.letters.letter import head
from mailgate.core.letters.row_values import ITEMS, VARIABLES
from mailgate.wire.letters import render, samples, variables
from mailgate.wire.letters.sandbox import built_in_folder

DOCS = (Path(__file__).parents[2] / "docs" / "templates.md").read_text()
ROWS = {
    found[1]: (found[2], re.findall(r"`([a-z_]+)`", found[3] or ""))
    for found in re.finditer(r"^\| `([a-z_]+)` \| ([^|]*?) \|(?: ([^|]*?) ?\|)?$", DOCS, re.MULTILINE)
}


def test_every_template_is_documented_with_exactly_its_variables() -> None:
    documented = {name: own for name, (_, own) in ROWS.items() if name in VARIABLES}
    for name, own in VARIABLES.items():
        assert documented.get(name) == list(own), f"docs/templates.md: the row `{name}` and its own variables"


def test_every_template_has_a_file_and_every_file_is_documented() -> None:
    files = {path.name for path in built_in_folder().glob("*.html")}
    frames = set(re.findall(r"`([a-z]+\.html)` \(", DOCS))
    records = {f"{name}.html" for name in VARIABLES}
    assert not records - files, "templates/ has a file for each record of core/model/content.py"
    assert not files - records - frames, "no record of core/model/content.py and no frame of docs/templates.md"
    assert not frames - files, "docs/templates.md names frames that are not there"


@pytest.mark.parametrize("name", list(ITEMS))
def test_every_list_is_documented_with_what_its_items_have(name: str) -> None:
    table = DOCS[DOCS.index("| name | each has |") :]
    row = re.search(rf"^\| `{name}` \| (.*) \|$", table, re.MULTILINE)
    assert row is not None and re.findall(r"`([a-z]+)`", row[1]) == list(ITEMS[name])


@pytest.mark.parametrize("name", list(VARIABLES))
def test_each_file_names_its_variables_at_the_top(name: str) -> None:
    comment = re.match(r"\{#(.*?)#\}", (built_in_folder() / f"{name}.html").read_text(), re.DOTALL)
    assert comment is not None
    lacking = [own for own in VARIABLES[name] if not re.search(rf"\b{own}\b", comment[1])]
    assert lacking == [], f"the comment at the top of templates/{name}.html"


def test_what_every_template_may_use_is_documented() -> None:
    everywhere = DOCS[DOCS.index("## What every template may use") : DOCS.index("## The templates")]
    for name in ("ack", "notice", "solved"):
        letter = head(samples.due(name), samples.POLICY, loop_mark="")
        for variable in (
            render.full_context(letter, samples.NOW).keys() - {*VARIABLES[name]} - {*render.RETIRED.get(name, ())}
        ):
            assert re.search(rf"`[^`]*\b{variable}\b", everywhere), variable
        ticket = variables.of_letter(letter.view)["ticket"]
        assert all(f"`{key}`" in everywhere for key in ticket), set(ticket)


@pytest.mark.parametrize("name", list(VARIABLES))
def test_no_template_takes_a_variable_it_does_not_use(name: str) -> None:
    folder = built_in_folder()
    source = "".join(
        re.sub(r"\{#.*?#\}", "", (folder / file).read_text(), flags=re.DOTALL)
        for file in (f"{name}.html", "desk.html", "letter.html")
    )
    assert [own for own in VARIABLES[name] if not re.search(rf"\b{own}(_shown)?\b", source)] == []
