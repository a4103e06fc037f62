"""How long somebody worked, as people write it in seven languages."""

from __future__ import annotations

import pytest

from mailgate.core.worktime import amount

AMOUNTS = {
    "20min": 20, "20 min": 20, "20 min.": 20, "5m": 5, "1h": 60, "1h30": 90, "1h 30min": 90, "1 h 30 min": 90, "1H30": 90,
    "1.5h": 90, "1,5 h": 90, "0.25h": 15, "0:45": 45, "1:05": 65, "24h": 1440, "90 minutes": 90, "2 hours": 120,
    "1 hour and 5 minutes": 65, "20 minuuttia": 20, "1 tunti 15 min": 75, "2t": 120, "2 godz. 10 min": 130,
    "1 godzina i 20 minut": 80, "40 minūtes": 40, "1 stunda un 5 minūtes": 65, "1 tim 10 min": 70, "2 timmar och 5 minuter": 125,
    "1 Std. 30 Min.": 90, "2 Stunden und 15 Minuten": 135, "1 tund 30 minutit": 90,
    # none, nothing, or a slip of the finger
    "": None, "20": None, "-20min": None, "0min": None, "0h": None, "25h": None, "1441min": None, "1h75": None, "1.5h30": None,
    "1.5min": None, "2d": None, "1w": None, "min": None, "1h30h": None, "20min30": None, "99999h": None, "0:99": None,
    "half an hour": None, "1h 30 min and more": None, "20min today": None,
}  # fmt: skip


@pytest.mark.parametrize(("text", "minutes"), AMOUNTS.items())
def test_amounts_of_work(text: str, minutes: int | None) -> None:
    assert amount.minutes(text) == minutes
