"""Calendars: the public holidays of a country or region as dates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from mailgate.tomlfile import nearest

YEARS_BACK, YEARS_AHEAD = 1, 3


def closed_days(places: Sequence[str], today: date) -> frozenset[date]:
    """The public holidays of places like `FI` or `DE-BY`, from last year to three years ahead.

    Raises ValueError for a country or region nobody knows.
    """
    import holidays  # 50 ms that a gateway without holidays need not spend

    years = range(today.year - YEARS_BACK, today.year + YEARS_AHEAD + 1)
    found: set[date] = set()
    for place in places:
        country, _, region = place.upper().partition("-")
        try:
            found.update(holidays.country_holidays(country, subdiv=region or None, years=years))
        except NotImplementedError:
            known = holidays.list_supported_countries()
            if country not in known:
                raise ValueError(f"no holidays are known for {place!r}{_meant(place, known)}; "
                                 "places are codes of countries and regions, like FI or DE-BY") from None  # fmt: skip
            regions = ", ".join(f"{country}-{name}" for name in known[country])
            raise ValueError(f"{country} has no region {region!r}; allowed: {regions or country}") from None
    return frozenset(found)


def _meant(place: str, known: Iterable[str]) -> str:
    """The code of a country that is named in English, or one like a mistyped code; a word is like no code."""
    from holidays.registry import COUNTRIES

    code = COUNTRIES.get("_".join(place.lower().split()), ("", ""))[1]
    return f" (did you mean '{code}'?)" if code else nearest(place, known) if len(place) < 4 else ""
