"""Folding and word beginnings, whatever the case and the accents."""

import pytest

from mailgate.core.text import folding


@pytest.mark.parametrize(
    "text, folded",
    [
        ("Invoice", "invoice"),
        ("RĒĶINS", "rekins"),
        ("Łódź", "lodz"),
        ("Übergröße", "ubergrosse"),
        ("ÞØRÐR", "thordr"),
        ("đak", "dak"),
        ("pa\u0308iva\u0308", "paiva"),  # decomposed, as macOS writes
        ("İstanbul ısı", "istanbul isi"),
        ("ﬁle", "file"),
        ("ＡＢＣ", "abc"),
        ("отчёт", "отчет"),
        ("", ""),
    ],
)
def test_case_and_accents_do_not_matter(text: str, folded: str) -> None:
    assert folding.fold(text) == folded
    assert folding.fold(folding.fold(text)) == folded


@pytest.mark.parametrize(
    "entry, text, holds",
    [
        ("lasku*", "Kysymys laskusta 12", True),
        ("lasku*", "alasku", False),
        ("rēķin*", "REKINS nav samaksāts", True),
        ("rekin*", "Rēķins", True),
        ("vat", "What about VAT?", True),
        ("vat", "private vats", False),
        ("credit note*", "two credit\nnotes, please", True),
        ("credit note*", "credit card note", False),
        ("e-mail", "my e-mail is broken", True),
        ("e-mail", "my e mail is broken", True),
        ("faktur*", "re:faktura_2026", True),
        ("4711", "order #4711.", True),
        ("zwrot", "(zwrot)", True),
    ],
)
def test_words_are_found_by_their_beginnings(entry: str, text: str, holds: bool) -> None:
    assert folding.has_word(folding.with_spaces(text), folding.as_wanted(entry)) is holds


@pytest.mark.parametrize("entry", ["", "*", " * ", "--", "a*b", "*invoice", "**"])
def test_an_entry_that_could_find_nothing_or_anything_is_refused(entry: str) -> None:
    with pytest.raises(ValueError):
        folding.as_wanted(entry)
