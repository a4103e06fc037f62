"""Whom another program is asked about, and about whom it never is."""

from __future__ import annotations

import pytest

from mailgate.core.customers.question import Person, askable


@pytest.mark.parametrize(
    ("person", "key"),
    [
        (Person("maija@virtanen.example"), "maija@virtanen.example"),
        (Person("maija@virtanen.example", phone="+358 40 123 4567"), "maija@virtanen.example"),
        (Person(phone="+358 40 123 4567"), "tel:401234567"),
        (Person(phone="040-1234567"), "tel:401234567"),
        (Person(phone="112"), ""),
        (Person(), ""),
        (Person("--help@virtanen.example", phone="+358 40 123 4567"), ""),
    ],
)
def test_an_answer_is_kept_under_an_address_or_else_a_number(person: Person, key: str) -> None:
    assert person.key == key


@pytest.mark.parametrize(
    ("address", "may"),
    [
        ("maija@virtanen.example", True),
        ("o'brien+shop@xn--bcher-kva.example", True),
        ("$(id)@evil.example", False),
        ("`id`&x|y@evil.example", True),  # no shell ever reads it, and what stands in a URL is encoded
        ("-rf@evil.example", False),
        ("--config=/etc/passwd@evil.example", False),
        ('"-x y"@evil.example', False),
        ("/etc/passwd@evil.example", False),
        ("@evil.example", False),
        ("maija", False),
        ("", False),
        ("a b@evil.example", False),
        ("maija@virtanen.example\n", False),
        ("maija\0@virtanen.example", False),
        ("мария@virtanen.example", False),
    ],
)
def test_w43_what_a_program_could_take_for_something_else_is_not_asked_about(address: str, may: bool) -> None:
    assert askable(address) is may


def test_the_domain_is_that_of_the_address() -> None:
    assert Person("maija@virtanen.example").domain == "virtanen.example"
