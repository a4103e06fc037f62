"""A customer of your own table writes: their agent gets it, agents see who it is, and nobody else hears a word of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import from_agent, mail, notice_to, running
from mailclients import plain_of
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
        assert "Tuulikki" in plain_of(ack) and not [word for word in SECRET if word in str(ack)]
        notice = plain_of(desk.letters("bo@staff.example", "notice")[0])
        assert all(word in notice for word in ("Lighthouse Oy", "gold", "contract: A-17 renewal"))
        assert "Front desk" not in notice
        counted.clear()
        other = desk.of_mail(desk.send(mail(sender="Eve <eve@lighthouse.example>", subject="Lamp of ours")))
        assert other.owner is None and "Front desk" not in str(desk.letters("eve@lighthouse.example", "ack")[0])
        assert counted["decide"] == STATEMENTS["new ticket"]["decide"] + 1, "who is known costs one statement"


def test_who_writes_in_a_known_customers_name_hears_nothing_that_the_table_knows(tmp_path: Path) -> None:
    (tmp_path / "customers.csv").write_text(TABLE)
    with running(tmp_path, RULES, more='[customers]\nfile = "customers.csv"\n') as desk:
        sync(desk.gateway, desk.gateway.clock())
        ticket = desk.of_mail(desk.send(mail(sender=MAIJA, reply_to="evil@elsewhere.example")))
        notice = notice_to(desk, "bo", ticket.number)
        assert "Lighthouse" not in plain_of(notice), "answers go to a stranger: they are no customer we know"
        from_agent(desk, "Dear customer, press the switch twice.", notice, "bo")
        told = desk.letters("evil@elsewhere.example")
        assert told and not [word for word in (*SECRET, "Tuulikki") for letter in told if word in str(letter)]
