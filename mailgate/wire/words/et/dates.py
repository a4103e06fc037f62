"""How Estonian writes days, times and numbers."""

from __future__ import annotations

LOCALE = "et"  # what CLDR calls it: its plurals and the names of its months
DAY = "ccc, d. MMM"  # day and month without the year, as Babel writes patterns
YEAR = "d. MMM y"
WEEKDAYS = ("E", "T", "K", "N", "R", "L", "P")  # from Monday
ON = ("esmaspäeval,", "teisipäeval,", "kolmapäeval,", "neljapäeval,", "reedel,", "laupäeval,", "pühapäeval,")
ON_DAY = "d.MM."  # the date behind them, in a sentence
CLOCK = "{hour}:{minute:02d}"
POINT = ":"  # between hours and minutes of opening hours
DECIMAL = ","
THOUSANDS = "\u00a0"
