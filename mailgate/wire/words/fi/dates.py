"""How Finnish writes days, times and numbers."""

from __future__ import annotations

LOCALE = "fi"  # what CLDR calls it: its plurals and the names of its months
DAY = "ccc d.M."  # day and month without the year, as Babel writes patterns
YEAR = "d.M.y"
WEEKDAYS = ("ma", "ti", "ke", "to", "pe", "la", "su")  # from Monday
ON = ("maanantaina", "tiistaina", "keskiviikkona", "torstaina", "perjantaina", "lauantaina", "sunnuntaina")
ON_DAY = "d.M."  # the date behind them, in a sentence
CLOCK = "{hour}.{minute:02d}"
POINT = "."  # between hours and minutes of opening hours
DECIMAL = ","
THOUSANDS = " "
