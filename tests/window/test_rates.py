"""How often one client may do a thing."""

import pytest

from mailgate.window.http import rates
from mailgate.window.http.rates import Pace, Rates


def test_so_many_in_so_many_seconds() -> None:
    now = [0.0]
    counted = Rates(lambda: now[0])
    assert [counted.wait("form", "a", 2, 60) for _ in range(3)] == [0, 0, 60]
    assert counted.wait("form", "b", 2, 60) == counted.wait("status", "a", 2, 60) == 0
    now[0] = 59.5
    assert counted.wait("form", "a", 2, 60) == 1
    now[0] = 60.0
    assert [counted.wait("form", "a", 2, 60) for _ in range(3)] == [0, 0, 60]


def test_who_was_not_seen_longest_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "CLIENTS", 2)
    counted = Rates(lambda: 0.0)
    for client in ("a", "b", "a", "c"):
        counted.wait("form", client, 9, 60)
    assert counted.wait("form", "a", 2, 60) > 0  # the third of a
    assert counted.wait("form", "b", 1, 60) == 0  # forgotten


def test_w26_a_pace_is_so_many_in_each_span(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "CLIENTS", 2)
    now = [0.0]
    pace = Pace(2, 10, lambda: now[0])
    assert [pace.wait("a") for _ in range(3)] == [0, 0, 10] and pace.wait("b") == 0
    now[0] = 9.5
    assert pace.wait("a") == 1
    now[0] = 10.0
    assert [pace.wait("a") for _ in range(3)] == [0, 0, 10]
    assert pace.wait("c") == pace.wait("b") == 0  # who was not seen longest begins anew
