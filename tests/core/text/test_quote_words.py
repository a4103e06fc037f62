"""The words of mail programs as data: each where its readers look for it, and written as they compare it."""

from __future__ import annotations

import pytest

from mailgate.core.text import quote_words

TABLES = (
    "VERBS",
    "QUOTING",
    "OPENINGS",
    "ORIGINAL",
    "FORWARDED",
    "SENT_FROM",
    "SENT_FROM_LAST",
    "SENT_FROM_SURELY",
    "DEVICES",
)


@pytest.mark.parametrize("name", TABLES)
def test_an_entry_is_lower_case_stands_alone_and_once(name: str) -> None:
    entries = getattr(quote_words, name)
    assert all(entry == " ".join(entry.lower().split()) and entry for entry in entries)
    assert len(set(entries)) == len(entries)


@pytest.mark.parametrize(("label", "fields"), [
    ("from", {"from"}), ("lähettäjä", {"from"}), ("sent", {"date"}), ("vastaanottaja", {"to"}), ("cc", {"to"}), ("aihe", {"subject"}),
    ("betreff", {"subject"}), ("发件人", {"from"}), ("reply-to", {"from"}), ("temat", {"subject"}), ("data", {"date"}),
])  # fmt: skip
def test_a_label_says_what_it_labels(label: str, fields: set[str]) -> None:
    assert quote_words.FIELDS[label] == fields


def test_no_label_means_two_things() -> None:
    assert [label for label, fields in quote_words.FIELDS.items() if len(fields) != 1] == []


@pytest.mark.parametrize(
    ("text", "entries"), [("a | b", ("a", "b")), (" on  my\n | x ", ("on my", "x")), ("one", ("one",))]
)
def test_a_table_is_read_by_its_bars(text: str, entries: tuple[str, ...]) -> None:
    assert quote_words.table(text) == entries
