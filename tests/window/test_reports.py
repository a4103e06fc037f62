"""Reports as pages: what `#report` may say to whoever reads, counted once for all, and a sheet without formulas."""

from __future__ import annotations

import csv
import io
from typing import Any

from conftest import opened
from starlette.testclient import TestClient
from window.conftest import Window
from window.team import log_in, press, seen

from mailgate.app.questions import report as reporting


def test_a_lead_sees_the_desk_and_an_agent_their_own_figures(window: Window, web: TestClient) -> None:
    desk = window.desk
    number = opened(desk).number
    session = log_in(desk, web)
    press(web, number, "take", session)
    whole = web.get("/board/reports?period=30d")
    assert whole.status_code == 200 and "Arrived" in seen(whole) and "Anna Virtanen" in whole.text
    assert web.get("/board/reports?agent=bo").status_code == 200, "she leads where he works"
    log_in(desk, web, "bo")
    own = web.get("/board/reports")
    assert "Report: Bo Ek" in seen(own) and "Anna Virtanen" not in own.text
    assert "Anna Virtanen" not in web.get("/board/reports?department=support").text
    for query in ("agent=anna", "period=forever", "period=9999w", "department=nowhere", "agent=nobody"):
        assert web.get(f"/board/reports?{query}").status_code == 404, query


def test_many_readers_cost_one_count_a_minute(window: Window, web: TestClient, monkeypatch: Any) -> None:
    counted: list[object] = []
    real = reporting.of_period
    monkeypatch.setattr(reporting, "of_period", lambda *asked: counted.append(asked[3:]) or real(*asked))
    log_in(window.desk, web)
    for _ in range(3):
        assert web.get("/board/reports?period=7d").status_code == 200
    log_in(window.desk, web, "bo")
    assert web.get("/board/reports?period=7d&department=sales").status_code == 200
    assert len(counted) == 2


def test_the_sheet_has_no_formula(window: Window, web: TestClient) -> None:
    desk = window.desk
    number = opened(desk, "=cmd|' /C calc'!A0 +calc -calc @calc").number
    session = log_in(desk, web)
    press(web, number, "tag", session, argument="+refund")
    answer = web.get("/board/reports.csv?period=7d")
    assert (
        answer.headers["content-type"].startswith("text/csv") and "attachment" in answer.headers["content-disposition"]
    )
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert rows[0][:3] == ["part", "name", "arrived"] and next(row[:3] for row in rows if row[0] == "tag") == [
        "tag",
        "refund",
        "1",
    ]
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@", "\t"))]
