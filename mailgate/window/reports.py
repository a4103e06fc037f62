"""Reports of a period: figures, bars and tables, and the same as a sheet."""

from __future__ import annotations

import csv
import io
from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from mailgate.core.pages.report import LONGEST, ReportAsked
from mailgate.window import inside, pages

PERIODS: Final = (
    ("24h", "last.hours", 24),
    ("7d", "last.days", 7),
    ("30d", "last.days", 30),
    ("12w", "last.weeks", 12),
)


async def report(request: Request) -> Response:
    """`/board/reports?period=7d&department=&agent=`."""
    page = await _asked(request)
    kept = {"department": page.department, "agent": page.agent}

    def of_period(period: str, path: str = "/board/reports") -> str:
        return f"{path}?" + urlencode({"period": period} | {name: value for name, value in kept.items() if value})

    return await inside.show(request, "report.html", page, of_period=of_period, periods=PERIODS, here="reports")


async def sheet(request: Request) -> Response:
    """The same figures as CSV (RFC 4180), for a spreadsheet: times in seconds, shares from 0 to 1."""
    page = await _asked(request, sheet=True)
    written = io.StringIO()
    csv.writer(written).writerows(page.sheet)
    name = "".join(char for char in page.asked if char.isalnum())
    headers = {"content-disposition": f'attachment; filename="report-{name}.csv"'}
    return Response("\ufeff" + written.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


async def _asked(request: Request, *, sheet: bool = False) -> Any:
    query = request.query_params
    asked = ReportAsked(
        session=await inside.session(request),
        period=query.get("period", "7d")[:LONGEST] or "7d",
        department=query.get("department", "")[:LONGEST],
        agent=query.get("agent", "")[:LONGEST],
        sheet=sheet,
    )
    return await pages.ask(request, "report", asked)


routes: Final[tuple[BaseRoute, ...]] = (Route("/board/reports", report), Route("/board/reports.csv", sheet))
