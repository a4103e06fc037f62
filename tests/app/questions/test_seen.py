"""Whose figures a reader of a report sees."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from cases import ANNA, BO, CAI, NOW, POLICY

from mailgate.app.questions import seen
from mailgate.core.figures.tally import Figures, Period, PeriodReport
from mailgate.core.model.policy import Agent, Policy, Role

FIRST, SECOND = POLICY.departments
DAN = replace(BO, name="dan", id=9, departments=("sales",))
SEEN = [
    ("their own", POLICY, CAI, "cai", True),
    ("a colleague's", POLICY, CAI, "bo", False),
    ("who leads where they work", POLICY, ANNA, "bo", True),
    ("who leads elsewhere", replace(POLICY, departments=(FIRST, replace(SECOND, lead="bo")), agents=(ANNA, BO, DAN)), ANNA, "dan", False),
    ("whom the department names, whatever their role", replace(POLICY, departments=(FIRST, replace(SECOND, lead="bo")), agents=(ANNA, BO, DAN)),
     BO, "dan", True),
    ("an admin", POLICY, replace(CAI, role=Role.ADMIN), "bo", True),
    ("a lead, of somebody who has gone", POLICY, ANNA, "gone", True),
    ("an agent, of somebody who has gone", POLICY, BO, "gone", False),
]  # fmt: skip


@pytest.mark.parametrize(("policy", "reader", "whose", "may"), [row[1:] for row in SEEN], ids=[row[0] for row in SEEN])
def test_whose_figures_are_whose(policy: Policy, reader: Agent, whose: str, may: bool) -> None:
    assert seen.may_see(policy, reader, whose) is may


def test_a_report_has_no_lines_about_others() -> None:
    lines = tuple((name, Figures(arrived=1)) for name in ("", "bo", "cai"))
    period = Period(NOW - timedelta(days=7), NOW)
    whole = PeriodReport(period, None, Figures(), Figures(), agents=lines)
    assert [name for name, _ in seen.as_seen(whole, POLICY, BO).agents] == ["", "bo"]
    assert seen.as_seen(whole, POLICY, ANNA) == whole
