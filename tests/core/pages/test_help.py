"""Which articles everybody may read, and what is found by words (W-09, W-16)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cases import NOW, POLICY

from mailgate.core.model.canned import Article
from mailgate.core.pages import help as shelf
from mailgate.core.pages.policy import WebPolicy

LAMPS = Article("lamps", "Changing lamps", "en", "Turn the lamp to the left.", since=NOW)
LAMPUT = Article("lamps", "Lampun vaihto", "fi", "Käännä lamppua vasemmalle.")
BATTERY = Article("battery", "A battery is flat", "en", "Charge it for two hours.")
SECRET = Article("fraud", "Known fraudsters and their lamps", "en", "Ask Zatopek.", public=False)
POLISH = Article("only", "Tylko po polsku", "pl", "Lampy.")
ARTICLES = (SECRET, LAMPS, LAMPUT, BATTERY, POLISH)
DESK = replace(POLICY, articles=ARTICLES, languages=("en", "fi", "pl", "lv"))


def titles(found: tuple[shelf.ShownArticle, ...]) -> list[str]:
    return [one.title for one in found]


def test_what_agents_alone_may_read_is_nowhere() -> None:
    known = shelf.public(DESK)
    assert SECRET not in known and len(known) == 4
    assert titles(shelf.found(known, "en", "fraudsters zatopek")) == []
    assert "raudster" not in repr(
        (shelf.listed(known, "en"), shelf.listed(known, ""), shelf.found(known, "en", "lamp"))
    )
    assert shelf.named(known, "fraud", "en") is None


def test_nothing_is_there_where_help_is_not_public() -> None:
    assert shelf.public(replace(DESK, web=WebPolicy(help=False))) == ()


@pytest.mark.parametrize(("language", "found"), [
    ("en", ["A battery is flat", "Changing lamps"]), ("fi", ["Lampun vaihto"]), ("lv", []),
    ("", ["A battery is flat", "Changing lamps", "Lampun vaihto", "Tylko po polsku"]),
])  # fmt: skip
def test_articles_are_listed_by_title_in_their_own_language(language: str, found: list[str]) -> None:
    assert titles(shelf.listed(shelf.public(DESK), language)) == found


@pytest.mark.parametrize(("language", "words", "found"), [
    ("en", "lamp", ["Changing lamps"]), ("en", "charging batteries", ["A battery is flat"]), ("fi", "lamppu", ["Lampun vaihto"]),
    ("fi", "lampuille", ["Lampun vaihto"]), ("fi", "battery", []), ("en", "of the", []), ("en", "x" * 5000, []), ("en", "lamp " + "y" * 500, ["Changing lamps"]),
])  # fmt: skip
def test_a_word_is_found_in_whatever_form(language: str, words: str, found: list[str]) -> None:
    assert titles(shelf.found(shelf.public(DESK), language, words)) == found


def test_only_languages_with_an_article_are_offered() -> None:
    known = shelf.public(DESK)
    assert shelf.languages(known, DESK) == ("en", "fi", "pl")
    assert shelf.languages([one for one in known if one.name == "lamps"], DESK) == ("en", "fi")
    assert shelf.named(known, "lamps", "fi") == LAMPUT and shelf.named(known, "lamps", "pl") is None
