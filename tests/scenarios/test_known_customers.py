"""A customer of your own table writes: their agent gets it, agents see who it is, and nobody else hears a word of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import mail, running
from scenarios.test_statements import TABLE as STATEMENTS
from scenarios.test_statements import counting

from mailgate.app.jobs.customers import sync

RULES = """
[[rule]]
name = "whoever looks after them"
when.customer.tier = "gold"
then.assign = "customer"
then.continue = true

[[rule]]
name = "everything else"
"""
TABLE = (
    "address;name;company;tier;agent;contract\n"
    "maija@customer.example;Tuulikki Meri;Lighthouse Oy;gold;bo;A-17 renewal\n"
    "@lighthouse.example;Front desk;Lighthouse Oy;silver;;\n"
)
MAIJA = "Nick <maija@customer.example>"
SECRET = ("Lighthouse", "gold", "A-17", "renewal")


def test_a_known_customer_from_the_first_mail_to_the_notice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "customers.csv").write_text(TABLE)
    more = '[customers]\nfile = "customers.csv"\n'
    with running(tmp_path, RULES, more=more) as desk:
        assert sync(desk.gateway, desk.gateway.clock()).count == 2
        counted = counting(desk, monkeypatch)
        ticket = desk.of_mail(desk.send(mail(sender=MAIJA)))
        assert ticket.owner == "bo"
        [ack] = desk.letters("maija@customer.example", "ack")
        assert "Tuulikki" in text(ack) and not [word for word in SECRET if word in str(ack)]
        notice = text(desk.letters("bo@staff.example", "notice")[0])
        assert all(word in notice for word in ("Lighthouse Oy", "gold", "contract: A-17 renewal"))
        assert "Front desk" not in notice
        counted.clear()
        other = desk.of_mail(desk.send(mail(sender="Eve <eve@lighthouse.example>", subject="Lamp of ours")))
        assert other.owner is None and "Front desk" not in str(desk.letters("eve@lighthouse.example", "ack")[0])
        assert counted["decide"] == STATEMENTS["new ticket"]["decide"] + 1, "who is known costs one statement"


def text(letter: Any) -> str:
    return str(letter.get_body(("plain",)).get_content())
