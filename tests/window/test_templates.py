"""Every template, the ones to come too: no word of its own, no script or style inside, a name for every field."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

import mailgate.window
from mailgate.window.look import environment
from mailgate.wire.words.catalogue import ENGLISH

FOLDER = Path(mailgate.window.__file__).parent / "templates"
TEMPLATES = sorted(path.name for path in FOLDER.glob("*.html"))
ENV: Environment = environment()
WORD = re.compile(r"[^\W\d_]{2,}")
SHOWN = re.compile(r"\b(?:aria-label|aria-description|alt|title|placeholder|value|label|content)\s*=\s*\"([^\"]*)\"")


def source(name: str) -> str:
    return re.sub(r"\{#.*?#\}", "", (FOLDER / name).read_text(), flags=re.DOTALL)


def html(name: str) -> str:
    """A template with a hole wherever Jinja says something, and without the classes it gives to its frame."""
    framed = re.sub(r"\{% block (?:body|width|top_width) %\}.*?\{% endblock %\}", "", source(name))
    return re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "\0", framed, flags=re.DOTALL)


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_word_stands_in_a_template(name: str) -> None:
    """What it says is said in the language of its reader."""
    text = re.sub(r"<[^>]*>| [a-z-]+=\"[^\"]*\"", "\n", html(name))  # macros put attributes together
    said = [word for line in re.split(r"[\n\0]", text) for word in WORD.findall(re.sub(r"&[a-z]+;", "", line))]
    assert not said, f"{name} says {said}: give it a key, and a phrase in wire/words"
    tags = re.findall(r"<(?!meta)[^>]*>", html(name))
    spoken = [text for tag in tags for text in SHOWN.findall(tag) if WORD.search(text) and not value(tag, text)]
    assert not spoken, f"{name} shows {spoken}"


def value(tag: str, text: str) -> bool:
    """What a button or a field sends is for the program; what `input type=submit` shows is for people."""
    return "value=" in tag and f'value="{text}"' in tag and 'type="submit"' not in tag


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_phrase_is_there(name: str) -> None:
    for call in ENV.parse(source(name)).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "t" and isinstance(call.args[0], nodes.Const):
            assert call.args[0].value in ENGLISH, f"{name}:{call.lineno}"


@pytest.mark.parametrize("name", TEMPLATES)
def test_nothing_is_run_and_nothing_styled_inside(name: str) -> None:
    """The policy of our headers forbids it, so it would only look as if it worked."""
    found = html(name)
    assert not re.search(r"<style|\sstyle\s*=|\son[a-z]+\s*=|javascript:", found), name
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", found), name
    assert not re.search(r"<script[^>]*>\s*\S", re.sub(r"<script[^>]*></script>", "", found)), name
    assert not re.search(r"(?:src|href|action)\s*=\s*\"(?:https?:)?//", found), f"{name} leads elsewhere"
    assert "|safe" not in source(name).replace(" ", ""), f"{name}: let Python hand over Markup, where it is made"
    assert "autoescape" not in source(name), name


def fields(found: str) -> Iterator[str]:
    for tag in re.findall(r"<(?:input|select|textarea)\b[^>]*>", found):
        if 'type="hidden"' not in tag:
            yield tag


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_field_has_a_name_that_people_read(name: str) -> None:
    found = source(name)
    labelled = set(re.findall(r'<label\b[^>]*\bfor="([^"]+)"', found))
    inside = "".join(re.findall(r"<label\b(?![^>]*\bfor=).*?</label>", found, flags=re.DOTALL))
    for tag in fields(found):
        named = re.search(r'\bid="([^"]+)"', tag)
        known = (named and named[1] in labelled) or tag in inside or "aria-label" in tag
        assert known, f"{name}: {tag}"


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_form_is_posted_or_searched_without_a_script(name: str) -> None:
    found = source(name)
    for form in re.findall(r"<form\b.*?</form>", found, flags=re.DOTALL):
        assert re.search(r"<button(?![^>]*type=\"button\")", form), f"{name}: a form without a button"
        if 'type="file"' in form:
            assert "multipart/form-data" in form, name


EXTENDED = {found for name in TEMPLATES for found in re.findall(r'\{% extends "([^"]+)" %\}', source(name))}
WHOLE = [name for name in TEMPLATES if "{% extends" in source(name) and name not in EXTENDED]


@pytest.mark.parametrize("name", WHOLE)
def test_a_page_has_one_heading_and_a_title(name: str) -> None:
    found = source(name)
    assert "{% block title %}" in found, name
    branches = re.sub(r"\{% (?:else|elif .*?) %\}.*?\{% endif %\}", "", found, flags=re.DOTALL)
    assert len(re.findall(r"<h1\b", branches)) <= 1, f"{name} has more than one h1"


def test_the_frame_says_language_and_direction() -> None:
    found = source("base.html")
    assert '<html lang="{{ lang }}" dir="{{ dir }}">' in found
    assert [name for name in TEMPLATES if "<html" in source(name)] == ["base.html"]


@pytest.mark.parametrize("name", ["contact.html", "status.html", "problem.html", "ticket.html"])
def test_no_browser_cuts_what_is_pasted_without_a_word(name: str) -> None:
    assert "maxlength" not in source(name)
