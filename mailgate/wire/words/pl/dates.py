"""How Polish writes days, times and numbers."""

from __future__ import annotations

LOCALE = "pl"  # what CLDR calls it: its plurals and the names of its months
DAY = "EEE d.MM"  # day and month without the year, as Babel writes patterns
YEAR = "d.MM.y"
WEEKDAYS = ("pon.", "wt.", "śr.", "czw.", "pt.", "sob.", "niedz.")  # from Monday
ON = ("w poniedziałek,", "we wtorek,", "w środę,", "w czwartek,", "w piątek,", "w sobotę,", "w niedzielę,")
ON_DAY = "d.MM."  # the date behind them, in a sentence
CLOCK = "{hour:02d}:{minute:02d}"
POINT = ":"  # between hours and minutes of opening hours
DECIMAL = ","
THOUSANDS = " "
