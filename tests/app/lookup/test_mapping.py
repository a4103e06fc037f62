"""What another program answers about a person: which customer it becomes, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from mailgate.app.lookup import mapping
from mailgate.app.lookup.mapping import Unfit
from mailgate.config.lookup import ways
from mailgate.core.customers.answer import Answer, Outcome
from mailgate.core.customers.customer import Customer

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
FIELDS = {
    "name": "contact.first + contact.last",
    "company": "account.name",
    "tier": "account.tier",
    "number": "id",
    "phone": "phones",
    "language": "locale",
    "links.CRM": "url",
    "Pays by": "account.pays",
}
MAIJA = {
    "contact": {"first": "Maija", "last": "Virtanen"},
    "account": {"name": "Virtanen Oy", "tier": "gold", "pays": ["invoice", "card"]},
    "id": 4711,
    "phones": ["+358 40 123 4567", "none"],
    "locale": "fi-FI",
    "url": "https://crm.example/people/4711",
}


def read(value: Any, people: str = "", **fields: str) -> Answer:
    named = {name: ways(path) for name, path in (fields or FIELDS).items()}
    return mapping.read(value, people.split(".") if people else (), named, NOW)


def test_every_field_is_taken_from_where_it_stands() -> None:
    assert read(MAIJA) == Answer(
        Outcome.PERSON,
        Customer(
            name="Maija Virtanen",
            company="Virtanen Oy",
            number="4711",
            phones=("+358 40 123 4567",),
            language="fi",
            tier="gold",
            links={"CRM": "https://crm.example/people/4711"},
            fields={"Pays by": "invoice, card"},
            origin="lookup",
            as_of=NOW,
        ),
    )


@pytest.mark.parametrize(
    "nobody", [None, {}, [], [{}], {"contact": None}, {"contact": {}, "phones": []}, {"else": "x"}]
)
def test_nobody_is_an_answer_too(nobody: Any) -> None:
    assert read(nobody) == Answer(Outcome.NOBODY)


def test_one_person_in_a_list_is_that_person_and_of_several_none_is_chosen() -> None:
    assert read([MAIJA]) == read(MAIJA)
    assert read([MAIJA, MAIJA]) == Answer(Outcome.SEVERAL, count=2)


def test_people_may_stand_inside_an_answer() -> None:
    assert read({"data": {"items": [MAIJA]}}, "data.items") == read(MAIJA)
    assert read({"data": {"items": [MAIJA, MAIJA, MAIJA]}}, "data.items") == Answer(Outcome.SEVERAL, count=3)
    assert read({"data": {"items": []}}, "data.items") == Answer(Outcome.NOBODY)
    assert read({"data": None}, "data.items") == Answer(Outcome.NOBODY)


WRONG = {
    "a text": ("x", {}, "the answer is a text, and a table with a person's fields was expected"),
    "a number": (5, {}, "the answer is a number, and"),
    "a truth": (False, {}, "the answer is true or false, and"),
    "a list of texts": (["x"], {}, "the answer is a text, and"),
    "a table for a text": ({"a": {"b": 1}}, {"name": "a"}, "a is a table, and a text was expected"),
    "a list of tables": ({"a": [{"b": 1}]}, {"name": "a"}, "a is a table, and a text was expected"),
    "a way through a text": ({"a": "x"}, {"name": "a.b"}, "a.b: a is a text, there is no b in it"),
    "a way through a list": ({"a": ["x"]}, {"name": "a.b"}, "a.b: a is a list, there is no b in it"),
    "a way through a number": ({"a": 5}, {"name": "a.0.c"}, "a.0.c: a is a number, there is no 0 in it"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_not_as_it_was_said_is_a_sentence_with_its_place(name: str) -> None:
    value, fields, wanted = WRONG[name]
    with pytest.raises(Unfit) as caught:
        read(value, **fields)
    assert wanted in str(caught.value)


def test_a_list_has_places() -> None:
    found = read({"phones": [{"n": "1"}, {"n": "+371 20000001"}]}, phone="phones.1.n", name="phones.7.n").customer
    assert found is not None and found.phones == ("+371 20000001",) and found.name == ""


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Maija\r\nBcc: all@acme.example", "Maija Bcc: all@acme.example"),
        ("M\0a\x1b[31mija", "M a [31mija"),
        ("gpj.\u202egnp\u2069", "gpj.gnp"),
        ("Ma\u200bi\ufeffja\u00ad", "Maija"),
        ("a\u2028b\u0085c", "a b c"),
        ("\ud800x", "x"),
        ("  two   spaces ", "two spaces"),
        (True, "true"),
        (1.50, "1.5"),
        (float("inf"), ""),
        (2**70, str(2**70)),
        ("<b>bold</b>", "<b>bold</b>"),  # words; whoever shows them escapes them
        ("👩‍🚀", "👩‍🚀"),
    ],
)
def test_w44_a_value_is_one_harmless_line(typed: Any, kept: str) -> None:
    found = read({"x": typed, "there": "y"}, free="x", other="there").customer
    assert found is not None and found.fields.get("free", "") == kept


def test_what_is_too_long_is_cut_and_says_so() -> None:
    found = read({"x": "x" * 10_000}, name="x", company="x", free="x").customer
    assert found is not None
    assert (len(found.name), len(found.company), len(found.fields["free"])) == (80, 120, 200)
    assert found.name.endswith("x…")


@pytest.mark.parametrize(
    "address",
    ["http://crm.example/", "javascript:alert(1)", "https://", "https://a b", "https://crm.example/\"onclick=", "https://crm.example/<b>",
     "https://crm.example\\@evil.example/", "https://u:p@crm.example/", "https://crm.exämple/", "ftp://crm.example/", "crm.example/1", "https://crm.example/" + "x" * 500],
)  # fmt: skip
def test_w44_a_link_that_is_no_plain_https_address_is_left_out(address: str) -> None:
    found = read({"url": address, "name": "Maija"}, **{"links.CRM": "url", "name": "name"}).customer
    assert found is not None and found.links == {}


@pytest.mark.parametrize(
    ("said", "code"),
    [("fi", "fi"), ("FI", "fi"), ("sv_SE", "sv"), ("pt-BR", "pt"), ("Finnish", ""), ("", ""), ("1", "")],
)
def test_a_language_is_its_code(said: str, code: str) -> None:
    found = read({"l": said, "n": "x"}, language="l", name="n").customer
    assert found is not None and found.language == code
