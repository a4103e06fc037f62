"""How Swedish writes days, times and numbers."""

from __future__ import annotations

LOCALE = "sv"  # what CLDR calls it: its plurals and the names of its months
DAY = "EEE d MMM"  # day and month without the year, as Babel writes patterns
YEAR = "d MMM y"
WEEKDAYS = ("mån", "tis", "ons", "tors", "fre", "lör", "sön")  # from Monday
ON = ("måndagen den", "tisdagen den", "onsdagen den", "torsdagen den", "fredagen den", "lördagen den", "söndagen den")
ON_DAY = "d MMMM"  # the date behind them, in a sentence
CLOCK = "{hour:02d}:{minute:02d}"
POINT = "."  # between hours and minutes of opening hours
DECIMAL = ","
THOUSANDS = "\u00a0"
