"""Canned answers and articles: the shipped ones are whole, and problems name file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailgate import library
from mailgate.config.files import init
from mailgate.core.model.canned import fitting, holes
from mailgate.errors import ConfigError
from mailgate.languages import LANGUAGES


def test_init_lays_out_canned_answers_and_articles_in_every_language(tmp_path: Path) -> None:
    init(tmp_path)
    replies, articles = library.load(tmp_path / "templates", LANGUAGES)
    assert set(replies) == {"refund", "received", "closing_soon"}
    assert {one.name for one in articles} == {"photos", "one_matter"}
    for texts in replies.values():
        assert set(texts) == set(LANGUAGES)
        assert len({holes(text) for text in texts.values()}) == 1, "the same values in every language"
    assert holes(replies["refund"]["fi"]) == {"days"}
    assert {(one.name, one.language) for one in articles} == {
        (name, language) for name in ("photos", "one_matter") for language in LANGUAGES
    }
    assert [one.title for one in fitting(articles, "Photos", "how do I send large photos?", "en")][:1] == [
        "Sending photos and large files"
    ]


def test_every_problem_of_a_text_names_its_file(tmp_path: Path) -> None:
    folder = tmp_path / "replies"
    folder.mkdir()
    (folder / "a.en.md").write_text("titel: A\n---\nWords\n")
    (folder / "b.da.md").write_text("Ord\n")
    (folder / "c.en.md").write_bytes(b"\xff\xfe")
    (folder / "d.en.md").write_text("public: maybe\n---\nWords\n")
    with pytest.raises(ConfigError) as raised:
        library.load(tmp_path, LANGUAGES)
    said = [str(problem) for problem in raised.value.problems]
    assert len(said) == 4
    assert "a.en.md:1" in said[0] and "'da' is no language here" in said[1] and "UTF-8" in said[2]
    assert "'maybe' is neither yes nor no" in said[3]


@pytest.mark.parametrize(
    ("said", "public"),
    [("", True), ("public: yes\n---\n", True), ("public: No\n---\n", False), ("public: false\n---\n", False)],
)
def test_an_article_is_for_everybody_unless_its_file_says_no(tmp_path: Path, said: str, public: bool) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.en.md").write_text(f"{said}Words\n")
    (article,) = library.load(tmp_path, LANGUAGES)[1]
    assert article.public is public
