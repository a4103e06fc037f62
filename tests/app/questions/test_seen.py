"""Whose figures a reader of a report sees."""

from __future__ import annotations

from datetime import timedelta

from cases import ANNA, BO, CAI, NOW

from mailgate.app.questions import seen
from mailgate.core.figures.tally import Figures, Period, PeriodReport
from mailgate.core.model.policy import Role


def test_a_person_sees_their_own_figures_and_a_lead_everybodys() -> None:
    assert ANNA.role is Role.LEAD and BO.role is Role.AGENT
    assert [seen.may_see(reader, "bo") for reader in (ANNA, BO, CAI)] == [True, True, False]


def test_a_report_has_no_lines_about_others() -> None:
    lines = tuple((name, Figures(arrived=1)) for name in ("", "bo", "cai"))
    period = Period(NOW - timedelta(days=7), NOW)
    whole = PeriodReport(period, None, Figures(), Figures(), agents=lines)
    assert [name for name, _ in seen.as_seen(whole, BO).agents] == ["", "bo"]
    assert seen.as_seen(whole, ANNA) == whole
