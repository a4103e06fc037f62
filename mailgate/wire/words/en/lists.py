"""What lists, digests and warnings of too much work say in English."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "list.lines": "{lines}",
    "list.retitled": "{author}: {title}",
    "list.retitled_words": "{author}: {title}\n{text}",
    "list.overdue": "Overdue",
    "list.today": "Due today",
    "list.answer": "Waiting for your answer",
    "list.mine": "Yours, without a deadline today",
    "list.parked": "Parked: your mails that need your decision",
    "list.parked_all": "Parked: mails that need somebody's decision",
    "list.from": "From",
    "list.department": "Department",
    "list.team": "The team in {department}",
    "list.load": "{open} open, {overdue} overdue",
    "list.quarantine": "Quarantine",
    "list.in_quarantine": "{n} mails could not be read: mailgate quarantine list",
    "list.accounted": "Yesterday: {total} in, {known} accounted for",
    "list.late_tickets": "Overdue or about to be: {n}",
    "list.more": "and {n} more",
    "list.collected": "While you were away: {n}",
    "list.unowned": "Nobody has these",
    "list.unowned_n": "Nobody has these: {n}",
    "list.unowned_load": "{n} without an owner, {overdue} overdue",
    "list.overdue_in": "Overdue in {department}",
    "list.day": "Your day: {n}",
    "list.week": "Week {week} in {department}",
    "list.overload": "{department}: more work than the deadlines allow",
    "list.overload_what": "At the pace of the last four weeks, {missed} of {backlog} tickets will be late.",
    "list.overload_pace": "{arrived} arrive and {solved} are solved in an average week.",
    "list.overload_hours": "{hours} more hours of the team's work before the deadlines would be enough.",
    "list.overload_free": "{n} tickets have no owner yet; {name} has the least to do.",
    "list.overload_even": "{most} has {many} tickets and {least} has {few}: some could change hands.",
    "list.overload_low": "{n} of them have low priority and could wait (#hold, or a later #due).",
    "list.overload_who": "Who has how much",
    "list.overload_which": "Late first",
}
