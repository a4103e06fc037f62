"""Words that many new tickets share and older ones do not."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from cases import NOW, D, H

from mailgate.core.clock import outbreak
from mailgate.core.model.desk_rows import OpeningWords
from mailgate.core.model.outage import Incident


def tickets(count: int, text: str, *, begin: int = 0, language: str = "en") -> list[OpeningWords]:
    """So many tickets with a text, a minute apart, the newest first."""
    return [
        OpeningWords(n, f"No. {n}", text, language, NOW - timedelta(minutes=n)) for n in range(begin, begin + count)
    ]


LAMPS = tickets(40, "The lamp is broken and the printer is slow.", begin=100)
LOST = "Hello, my VPN connection. Please help!"
KNOWN = Incident("support", "vpn", "vpn tunnel", NOW + D)


@pytest.mark.parametrize(
    ("lately", "usually", "words"),
    [
        (tickets(10, LOST), LAMPS, ("vpn", "connection")),
        (tickets(10, LOST), [], ("vpn", "connection")),  # a desk of this week
        (tickets(7, LOST), LAMPS, ()),  # too few
        (tickets(8, LOST), LAMPS, ("vpn", "connection")),
        (tickets(10, LOST) + tickets(25, "Hello, please help me with this order.", begin=50), LAMPS, ()),  # no third
        (tickets(10, LOST), tickets(40, LOST, begin=100), ()),  # as usual
        (tickets(10, LOST), tickets(7, LOST, begin=100) + LAMPS, ("vpn", "connection")),
        (tickets(10, LOST), tickets(20, LOST, begin=200) + LAMPS, ()),  # a third, and no less
        (tickets(10, "Kirjautuminen verkkoon ei", language="fi"), LAMPS, ("kirjautuminen", "verkkoon")),
        (tickets(5, "No connections at all") + tickets(5, "The connection", begin=20), LAMPS, ("connection",)),
        (tickets(10, "Please help me with this order"), LAMPS, ()),  # what everybody writes
        (tickets(10, "vpn vpn"), LAMPS, ()),  # says too little to look for
        ([], [], ()),
    ],
)  # fmt: skip
def test_what_many_new_tickets_share_is_remarkable_where_it_is_rare(
    lately: list[OpeningWords], usually: list[OpeningWords], words: tuple[str, ...]
) -> None:
    found = outbreak.find("support", lately, usually)
    assert sorted(found.words if found else ()) == sorted(words)


def test_it_says_how_many_since_when_and_what_to_do() -> None:
    found = outbreak.find("support", tickets(10, LOST) + tickets(3, "The lamp.", begin=60), LAMPS)
    assert found is not None and (found.n, found.since) == (10, NOW - 9 * H / 60)
    assert found.order.startswith("#incident support ") and len(found.order.split()) == 5
    part = outbreak.section(found, ZoneInfo("UTC"), NOW)
    assert "command" in getattr(part.text, "params", {}) and getattr(part.title, "params", {})["n"] == 10


def test_what_an_incident_gathers_already_is_not_told_again() -> None:
    lately = tickets(10, "vpn connection")
    assert outbreak.find("support", lately, LAMPS) is not None
    assert outbreak.find("support", lately, LAMPS, (KNOWN,)) is None
