"""How many statements each stage of a mail costs: a table, so that nobody adds one unseen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from conftest import Desk, from_agent, mail, notice_to, reply, running

from mailgate.store.base import Tx
from mailgate.store.session import Params, Session

# The stages before sending, by the function that asks for the transaction; what is sent is counted in tests/store, for
# there it depends on nobody's haste how many letters are claimed together.
STAGES = {"MailKeeper._keep": "keep", "Deciding.mark": "mark", "Deciding._begin": "decide"}

# A new ticket owes three letters here: an acknowledgement, and a notice to each of two agents.
TABLE = {
    "new ticket": {"keep": 3, "mark": 1, "decide": 24},
    "follow-up by header": {"keep": 3, "mark": 1, "decide": 35},
    "follow-up by number": {"keep": 3, "mark": 1, "decide": 25},
    "agent's answer": {"keep": 3, "mark": 1, "decide": 46},
}


def test_no_stage_costs_a_statement_more_than_the_table_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running(tmp_path) as desk:
        counted = counting(desk, monkeypatch)
        maija = "Maija Meikäläinen <maija@customer.example>"
        found = {}

        def case(name: str, act: Callable[[], object]) -> None:
            desk.letters()
            counted.clear()
            act()
            found[name] = dict(counted)

        case("new ticket", lambda: desk.send(mail(sender=maija)))
        ticket = desk.tickets()[0]
        [ack] = desk.letters("maija@customer.example", "ack")
        case("follow-up by header", lambda: desk.send(reply(ack, maija, "It is the blue one.")))
        again = mail(sender=maija, subject=f"Lamp [#{ticket.number}]", text="Or was it the red one?")
        case("follow-up by number", lambda: desk.send(again))
        notice = notice_to(desk, "anna", ticket.number)
        case("agent's answer", lambda: from_agent(desk, "Please send us a photo.", notice))
    assert len(desk.tickets()) == 1
    assert found == TABLE


def counting(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How often each stage asked the database for something since it was cleared; many rows at once are one."""
    counted: dict[str, int] = {}
    current: list[str] = []
    execute, many, write = Session._execute, Session.many, desk.gateway.store.write

    def one(self: Session, statement: str, params: Params) -> Any:
        current.append(statement)
        return execute(self, statement, params)

    def several(self: Session, statement: str, params: Iterable[Params]) -> None:
        whole = list(params)
        current.extend([statement] if whole else [])
        many(self, statement, whole)

    def staged(job: Callable[[Tx], Any], *, first: bool = False) -> Any:
        stage = STAGES.get(getattr(job, "__qualname__", "").partition(".<locals>")[0])

        def run(tx: Tx) -> Any:
            current.clear()  # the one writer runs one job after another
            result = job(tx)
            if stage is not None:
                counted[stage] = counted.get(stage, 0) + len(current)
            return result

        return write(run, first=first)

    monkeypatch.setattr(Session, "_execute", one)
    monkeypatch.setattr(Session, "many", several)
    monkeypatch.setattr(desk.gateway.store, "write", staged)
    return counted
