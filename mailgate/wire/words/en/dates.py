"""How English writes days, times and numbers."""

from __future__ import annotations

LOCALE = "en_GB"  # what CLDR calls it: its plurals and the names of its months
DAY = "EEE d MMM"  # day and month without the year, as Babel writes patterns
YEAR = "d MMM y"
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")  # from Monday
ON = ("on Monday", "on Tuesday", "on Wednesday", "on Thursday", "on Friday", "on Saturday", "on Sunday")
ON_DAY = "d MMMM"  # the date behind them, in a sentence
CLOCK = "{hour:02d}:{minute:02d}"
POINT = ":"  # between hours and minutes of opening hours
DECIMAL = "."
THOUSANDS = ","
