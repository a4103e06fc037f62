"""Which articles are suggested to whom, measured on a small labelled set: what does not fit costs more than what is missed.

`pytest -s` prints precision and recall by language.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from mailgate.core.model.canned import Article, fitting

SET = tomllib.loads(Path(__file__).with_name("suggested.toml").read_text())


def suggested(part: dict, language: str) -> list[tuple[str, set[str], set[str]]]:
    """(subject, what is suggested, what answers it) of each mail."""
    articles = [Article(name, title, language, text) for name, (title, text) in part["articles"].items()]
    return [
        (subject, {one.name for one in fitting(articles, subject, text, language)}, {fits} - {""})
        for subject, text, fits in part["mails"]
    ]


@pytest.mark.parametrize("language", SET)
def test_of_what_is_suggested_nearly_all_fits_and_most_of_what_fits_is(language: str) -> None:
    found = suggested(SET[language], language)
    right = sum(len(got & fits) for _, got, fits in found)
    precision = right / sum(len(got) for _, got, _ in found)
    recall = right / sum(len(fits) for _, _, fits in found)
    print(f"{language}: precision {precision:.2f}, recall {recall:.2f} of {len(found)} mails")
    assert precision == 1
    assert recall >= 0.8


def test_d10_a_broken_lamp_is_not_told_how_to_send_photos() -> None:
    for language in SET:
        (lamp,) = (got for subject, got, _ in suggested(SET[language], language) if subject in
                   ("Broken lamp", "Rikkinäinen lamppu", "Zepsuta lampa", "Salūzusi lampa"))  # fmt: skip
        assert lamp == set()
