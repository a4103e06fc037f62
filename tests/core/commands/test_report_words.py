"""What a report is asked for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mailgate.core.commands import report_words
from mailgate.core.commands.report_words import ReportAsked
from mailgate.core.commands.ticket_filter import NotAFilter


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("", ReportAsked()),
        ("12H", ReportAsked(12, "hours")),
        ("4w @Bo support", ReportAsked(4, "weeks", "bo", "support")),
        ("Support, @me 7d", ReportAsked(7, "days", "anna", "support")),
        ("0d", None),
        ("7d 8d", None),
        ("@bo @anna", None),
        ("@zoe", None),
        ("bo", None),
        ("soon", None),
    ],
)
def test_what_a_report_is_asked_for(text: str, asked: ReportAsked | None) -> None:
    def parse() -> ReportAsked:
        return report_words.parse(text, departments=("support", "sales"), agents=("anna", "bo"), me="anna")

    if asked is None:
        with pytest.raises(NotAFilter):
            parse()
    else:
        assert parse() == asked
        assert parse().period > timedelta()
