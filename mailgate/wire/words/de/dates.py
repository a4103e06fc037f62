"""How German writes days, times and numbers."""

from __future__ import annotations

LOCALE = "de"  # what CLDR calls it: its plurals and the names of its months
DAY = "ccc d.M."  # day and month without the year, as Babel writes patterns
YEAR = "d.M.y"
WEEKDAYS = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")  # from Monday
ON = (
    "am Montag, den",
    "am Dienstag, den",
    "am Mittwoch, den",
    "am Donnerstag, den",
    "am Freitag, den",
    "am Samstag, den",
    "am Sonntag, den",
)
ON_DAY = "d. MMMM"  # the date behind them, in a sentence
CLOCK = "{hour:02d}:{minute:02d}"
POINT = ":"  # between hours and minutes of opening hours
DECIMAL = ","
THOUSANDS = "."
