"""How Polish writes days, times and numbers."""

from __future__ import annotations

LOCALE = "pl"  # what CLDR calls it: its plurals and the names of its months
DAY = "EEE d.MM"  # day and month without the year, as Babel writes patterns
YEAR = "d.MM.y"
WEEKDAYS = ("pon.", "wt.", "śr.", "czw.", "pt.", "sob.", "niedz.")  # from Monday
CLOCK = "{hour:02d}:{minute:02d}"
POINT = ":"  # between hours and minutes of opening hours
DECIMAL = ","
THOUSANDS = " "
