"""The contact form: what is wrong with an answer, and what becomes of its words (W-15, W-22, W-23, W-25, W-28)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from cases import NOW, POLICY

from mailgate.core.model.policy import Policy
from mailgate.core.pages import form
from mailgate.core.pages.form import FormAsked, FormFile, Wrong
from mailgate.core.pages.policy import FormPolicy, Topic, TopicField, WebPolicy

ORDER = TopicField("order", {"en": "Order number", "fi": "Tilausnumero"}, required=True, pattern="[0-9]{4}")
SIZE = TopicField("size", {"en": "Size"})
RETURNS = Topic("returns", {"en": "A return", "fi": "Palautus"}, "support", (ORDER, SIZE))
QUOTE = Topic("quote", {"fi": "Tarjous"}, "sales")


def desk(**parts: Any) -> Policy:
    return replace(POLICY, web=WebPolicy(form=FormPolicy(**{"topics": (RETURNS, QUOTE), **parts})))


DESK = desk()
RIGHT = FormAsked(
    "Maija", "maija@customer.example", "returns", "Lamp", "It is broken.", (("order", "4711"),), language="en"
)


def wrongs(topic: Topic | None = RETURNS, policy: Policy = DESK, **parts: Any) -> list[tuple[str, str]]:
    fits = {"4711"}
    found = form.wrong(replace(RIGHT, **parts), policy, topic, lambda field, answer: answer in fits)
    return [(one.field, one.code) for one in found]


FAULTS: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({}, []),
    ({"name": "M" * 80}, []),
    ({"name": "M" * 81}, [("name", "long")]),
    ({"subject": ""}, []),
    ({"subject": "s" * 151}, [("subject", "long")]),
    ({"text": " \n\t "}, [("text", "text")]),
    ({"text": "?"}, []),
    ({"text": "x" * 100_001}, [("text", "long")]),
    ({"fields": ()}, [("field.order", "no_answer")]),
    ({"fields": (("order", "  "),)}, [("field.order", "no_answer")]),
    ({"fields": (("order", "47x"),)}, [("field.order", "pattern")]),
    ({"fields": (("order", " 4711 "), ("other", "not asked for"))}, []),
    ({"fields": (("order", "4711"), ("size", "L" * 201))}, [("field.size", "long")]),
    ({"address": "", "text": ""}, [("address", "no_address"), ("text", "text")]),
]


@pytest.mark.parametrize(("parts", "found"), FAULTS)
def test_each_field_says_what_is_wrong_with_it(parts: dict[str, Any], found: list[tuple[str, str]]) -> None:
    assert wrongs(**parts) == found


def test_a_topic_that_is_none_is_said_and_asks_for_nothing_more() -> None:
    assert wrongs(None, fields=()) == [("topic", "topic")]


ADDRESSES = [
    ("maija@customer.example", ""), (" maija@customer.example ", ""), ("o'neil+x@sub.customer.example", ""), ("määttä@sähkö.example", ""),
    ("\u200bmaija@customer.example\ufeff ", ""), ("\u202amaija@customer.example\u202c", ""), ("ma\u200bija@customer.example", "address"),
    ("maija", "address"), ("maija@", "address"), ("@customer.example", "address"), ("maija@localhost", "address"), ("maija@[192.0.2.1]", "address"),
    ('"a b"@customer.example', "address"), ("maija@customer..example", "address"), ("a@b.example, c@d.example", "address"),
    ("x@evil.example\r\nBcc: y@evil.example", "address"), ("x@evil\u202e.example", "address"), ("m\0@customer.example", "address"),
    ("nobody@invalid.invalid", "address"), ("a@b@customer.example", "address"), ("Maija <maija@customer.example>", "address"), ("m" * 300 + "@x.example", "address"),
    ("support@acme.example", "ours"), ("Support@ACME.example", "ours"), ("support+1042.x@acme.example", "ours"), ("anna@staff.example", ""),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "code"), ADDRESSES)
def test_w22_an_address_that_can_be_answered_and_none_of_ours(typed: str, code: str) -> None:
    assert wrongs(address=typed) == ([("address", code)] if code else [])


FILES = [
    ([("a.txt", 1)] * 5, None), ([("a.txt", 1)] * 6, Wrong("files", "many_files", (("n", "5"),))), ([], None), ([("a", 600), ("b", 400)], None),
    ([("a", 1), ("b.zip", 1000)], Wrong("files", "large_files", (("file", "b.zip"),))),
]  # fmt: skip


@pytest.mark.parametrize(("files", "found"), FILES)
def test_w28_a_limit_is_named_and_so_is_the_file(files: list[tuple[str, int]], found: Wrong | None) -> None:
    assert form.files_wrong(files, 5, 1000) == ([found] if found else [])
    octets = tuple(FormFile(name, bytes(size)) for name, size in files)
    assert wrongs(policy=desk(size=1000), files=octets) == ([("files", found.code)] if found else [])


TRAPS = [({}, False, ""), ({"hidden": True}, False, "hidden"), ({"took": 1999}, False, "fast"), ({"took": 2000}, False, ""),
         ({"took": -1}, False, ""), ({}, True, "alike"), ({"hidden": True, "took": 3}, True, "hidden")]  # fmt: skip


@pytest.mark.parametrize(("parts", "alike", "found"), TRAPS)
def test_w25_what_looks_like_a_program(parts: dict[str, Any], alike: bool, found: str) -> None:
    assert form.trap(replace(RIGHT, **parts), alike) == found


HARMLESS = [
    ("#close", "\u200b#close"), ("  #Close now", "  \u200b#Close now"), ("> #close", "> \u200b#close"), ("**#close**", "**\u200b#close**"),
    ("one\r\n#close\r\ntwo", "one\n\u200b#close\ntwo"), ("one\r#sulje", "one\n\u200b#sulje"), ("\uff03close", "\u200b\uff03close"),
    ("#4711 is my order", "#4711 is my order"), ("# Heading", "# Heading"), ("see C#", "see C#"), ("it is the #best lamp", "it is the #best lamp"),
    ("a\0b\x1bc\u202ed\u2066e\ud800f", "abcdef"), ("\tten\u00e4\u05d0\u200f", "\tten\u00e4\u05d0\u200f"), ("#" * 5000, "#" * 5000),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "kept"), HARMLESS)
def test_w23_no_line_begins_like_a_command(typed: str, kept: str) -> None:
    assert form.harmless(typed) == kept


@pytest.mark.parametrize(("typed", "kept"), [
    (" a\r\nBcc: x ", "a Bcc: x"), ("\u202etxt.exe", "txt.exe"), ("a\t\tb\0c", "a b c"), ("\x85", ""),
])  # fmt: skip
def test_a_line_stays_one(typed: str, kept: str) -> None:
    assert form.line(typed) == kept


def test_a_topics_own_fields_stand_above_the_words_and_in_the_ticket() -> None:
    asked = replace(RIGHT, fields=(("size", "#close"), ("order", " 47\r\n11 "), ("unasked", "x")))
    assert form.answers(RETURNS, asked) == {"order": "47 11", "size": "#close"}
    assert form.body(RETURNS, asked, DESK) == "Order number: 47 11\nSize: #close\n\nIt is broken."
    assert form.body(RETURNS, replace(RIGHT, language="fi"), DESK).startswith("Tilausnumero: 4711\n\n")
    assert form.body(QUOTE, RIGHT, DESK) == "It is broken."


@pytest.mark.parametrize(("subject", "text", "title"), [
    ("Lamp", "words", "Lamp"), ("", "\n\n  The first line \nmore", "The first line"), ("", "x" * 200, "x" * 80),
    ("#close", "words", "\u200b#close"), (" ", "\u202e", "A return"),
])  # fmt: skip
def test_a_ticket_has_a_title(subject: str, text: str, title: str) -> None:
    assert form.title(RETURNS, replace(RIGHT, subject=subject, text=text), DESK) == title


def test_topics_are_shown_in_the_readers_language_else_in_the_desks() -> None:
    shown = form.shown(RETURNS, DESK, "fi", NOW)
    assert (shown.text, shown.fields[0].text, shown.fields[1].text, shown.by) == (
        "Palautus",
        "Tilausnumero",
        "Size",
        NOW,
    )
    assert (form.shown(QUOTE, DESK, "pl").text, form.shown(QUOTE, DESK, "pl").address) == (
        "Tarjous",
        "sales@acme.example",
    )
    assert "4" not in repr(shown.fields), "what a pattern wants is the desk's own affair"


def test_without_topics_each_department_but_those_to_practise_in_is_one() -> None:
    support, sales = POLICY.departments
    policy = replace(desk(topics=()), departments=(support, replace(sales, training=True)))
    assert [(one.name, one.text["en"], one.department) for one in form.offered(policy)] == [
        ("support", "Acme Support", "support")
    ]


def test_a_letter_is_addressed_to_where_mail_of_the_department_arrives() -> None:
    support, sales = POLICY.departments
    away = replace(support, from_=replace(support.from_, addr="hello@elsewhere.example"))
    assert form.address_of(RETURNS, replace(DESK, departments=(away, sales))) == "support@acme.example"
