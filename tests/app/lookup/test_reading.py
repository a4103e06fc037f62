"""The octets another program answers with: JSON within limits, or a sentence about what came instead."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from config.test_config_problems import GOOD, loaded

from mailgate.app.lookup import reading
from mailgate.app.lookup.mapping import Unfit
from mailgate.config.tree import Lookup
from mailgate.core.customers.answer import Outcome
from mailgate.core.customers.question import Said

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Lookup:
    return loaded(tmp_path, GOOD + '[lookup]\nurl = "https://crm.example/{address}"\n').lookup


def test_a_person_is_read(settings: Lookup) -> None:
    found = reading.read(Said(b'{"name": "Maija", "tier": "gold"}', "application/json"), settings, NOW).customer
    assert found is not None and (found.name, found.tier, found.as_of) == ("Maija", "gold", NOW)


@pytest.mark.parametrize("said", [None, Said(b""), Said(b" \r\n"), Said(b"null"), Said(b"{}"), Said(b"[]")])
def test_nothing_is_nobody(said: Said | None, settings: Lookup) -> None:
    assert reading.read(said, settings, NOW).outcome is Outcome.NOBODY


def test_of_several_none_is_chosen(settings: Lookup) -> None:
    told = replace(settings, people=("results",))
    found = reading.read(Said(b'{"results": [{"name": "A"}, {"name": "B"}]}'), told, NOW)
    assert (found.outcome, found.count, found.customer) == (Outcome.SEVERAL, 2, None)


WRONG = {
    "a page": (Said(b"<!DOCTYPE html><title>Log in</title>", "application/json"), "a page in HTML came instead of JSON"),
    "a page that says so": (Said(b"Log in", "text/html"), "a page in HTML came instead of JSON"),
    "a page in capitals": (Said(b"\n <HTML>"), "a page in HTML came instead of JSON"),
    "no JSON": (Said(b"{'name': 'x'}"), "the answer is no JSON"),
    "half of it": (Said(b'{"name": "x'), "the answer is no JSON"),
    "two of it": (Said(b"{}{}"), "the answer is no JSON"),
    "no number": (Said(b'{"name": NaN}'), "the answer is no JSON: NaN is no number"),
    "without an end": (Said(b'{"name": -Infinity}'), "the answer is no JSON: -Infinity"),
    "a number of ten thousand digits": (Said(b'{"name": ' + b"9" * 10_000 + b"}"), "the answer is no JSON"),
    "other letters": (Said(b'{"name": "M\xe4ija"}'), "the answer is not UTF-8"),
    "too deep": (Said(b"[" * 60_000), "the answer is nested too deeply"),
    "too much": (Said(b'{"name": "' + b"x" * 65_536 + b'"}'), "the answer is larger than 64 KB"),
    "a text": (Said(b'"Maija"'), "the answer is a text"),
    "a number": (Said(b"5"), "the answer is a number"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_w44_what_is_no_answer_is_a_sentence(name: str, settings: Lookup) -> None:
    said, wanted = WRONG[name]
    with pytest.raises(Unfit) as caught:
        reading.read(said, settings, NOW)
    assert str(caught.value).startswith(wanted)
