"""How Latvian writes days, times and numbers."""

from __future__ import annotations

LOCALE = "lv"  # what CLDR calls it: its plurals and the names of its months
DAY = "EEE d.MM."  # day and month without the year, as Babel writes patterns
YEAR = "d.MM.y"
WEEKDAYS = ("P.", "O.", "T.", "C.", "Pk.", "S.", "Sv.")  # from Monday
CLOCK = "{hour:02d}:{minute:02d}"
POINT = ":"  # between hours and minutes of opening hours
DECIMAL = ","
THOUSANDS = " "
