"""How Latvian writes days, times and numbers."""

from __future__ import annotations

LOCALE = "lv"  # what CLDR calls it: its plurals and the names of its months
DAY = "EEE d.MM."  # day and month without the year, as Babel writes patterns
YEAR = "d.MM.y"
WEEKDAYS = ("P.", "O.", "T.", "C.", "Pk.", "S.", "Sv.")  # from Monday
ON = ("pirmdien,", "otrdien,", "trešdien,", "ceturtdien,", "piektdien,", "sestdien,", "svētdien,")
ON_DAY = "d.MM."  # the date behind them, in a sentence
# Opening hours: a day alone, from a day, to a day. A language that has no such names takes the short ones.
OPEN = (
    ("pirmdien", "otrdien", "trešdien", "ceturtdien", "piektdien", "sestdien", "svētdien"),
    ("pirmdienas", "otrdienas", "trešdienas", "ceturtdienas", "piektdienas", "sestdienas", "svētdienas"),
    ("pirmdienai", "otrdienai", "trešdienai", "ceturtdienai", "piektdienai", "sestdienai", "svētdienai"),
)
CLOCK = "{hour:02d}:{minute:02d}"
POINT = ":"  # between hours and minutes of opening hours
DECIMAL = ","
THOUSANDS = " "
