"""What the store streams for reports, from tickets that lived through real decisions."""

from dataclasses import replace
from datetime import timedelta

import pytest

from mailgate.core.model import change as ch
from mailgate.core.model.ticket import EntryKind, Status

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NAMES = ("department", "owner", "created", "first", "solved", "first_kept", "solve_kept", "due", "solve_due", "tags",
         "filed", "helped")  # fmt: skip
WORDS = ch.AddEntry(EntryKind.AGENT, "ann", "Ann", "we look into it", of_mail=False)
ANSWERED = (WORDS, ch.SetDue("first_response", None))
SOLVED = (ch.SetStatus(Status.SOLVED), ch.SetDue("resolve", None))


def rows(bench, since=None, until=None, department=None):
    span = (since or bench.now - DAY, until or bench.now + DAY, department)
    return [dict(zip(NAMES, row, strict=True)) for row in bench.read(lambda read: list(read.report.tickets(*span)))]


def promised(bench, **opened):
    return bench.open(
        "Lamp", ch.SetDue("first_response", bench.now + HOUR), ch.SetDue("resolve", bench.now + 4 * HOUR), **opened
    )


@pytest.mark.parametrize(
    ("answered", "solved", "kept"), [(1, 4, (1, 1)), (2, 3, (0, 1)), (1, 5, (1, 0)), (9, 9, (0, 0))]
)
def test_promises_kept_and_missed_are_told_apart(bench, answered, solved, kept):
    number = promised(bench)
    bench.apply(None, *ANSWERED, ticket=number, now=bench.now + answered * HOUR)
    bench.apply(None, *SOLVED, ticket=number, now=bench.now + solved * HOUR)
    (row,) = rows(bench)
    assert (row["first_kept"], row["solve_kept"]) == kept
    assert (row["due"], row["solve_due"]) == (None, None)


def test_a_promise_still_open_is_neither_kept_nor_missed(bench):
    promised(bench)
    (row,) = rows(bench)
    assert (row["first_kept"], row["solve_kept"]) == (None, None)
    assert row["due"] < row["solve_due"]


def test_a_clock_that_only_rests_has_kept_nothing_when_it_runs_again(bench):
    number = promised(bench)
    rests = (ch.SetStatus(Status.HOLD), ch.SetDue("first_response", None), ch.SetDue("resolve", None))
    bench.apply(None, *rests, ticket=number, now=bench.now + HOUR)
    wakes = (ch.SetStatus(Status.OPEN), ch.SetDue("resolve", bench.now + 6 * HOUR))
    bench.apply(None, *wakes, ticket=number, now=bench.now + 3 * HOUR)
    (row,) = rows(bench)
    assert (row["first_kept"], row["solve_kept"]) == (None, None)
    bench.apply(None, *SOLVED, ticket=number, now=bench.now + 7 * HOUR)
    assert rows(bench)[0]["solve_kept"] == 0


def test_d35_what_was_filed_is_known_until_it_ends_otherwise(bench):
    filed, solved, opened, spam = (bench.open("Invoice") for _ in range(4))
    bench.apply(None, ch.SetStatus(Status.SOLVED, why="spam"), ticket=spam)
    bench.apply(None, ch.SetStatus(Status.SOLVED, why="filed"), ticket=filed)
    bench.apply(None, ch.SetStatus(Status.SOLVED), ticket=solved)
    assert [one["filed"] for one in rows(bench)] == [1, 0, 0, 1] and opened
    bench.apply(None, ch.SetStatus(Status.ARCHIVED), ticket=filed, now=bench.now + HOUR)
    assert rows(bench)[0]["filed"] == 1
    bench.apply(None, ch.SetStatus(Status.OPEN, why="customer"), ticket=filed, now=bench.now + 2 * HOUR)
    assert not rows(bench)[0]["filed"]
    bench.apply(None, ch.SetStatus(Status.SOLVED), ticket=filed, now=bench.now + 3 * HOUR)
    assert rows(bench)[0]["filed"] == 0


def test_later_answers_leave_the_first_promise_as_it_was(bench):
    number = promised(bench)
    bench.apply(None, *ANSWERED, ticket=number, now=bench.now + HOUR)
    bench.apply(None, ch.SetDue("first_response", bench.now + 2 * HOUR), ticket=number, now=bench.now + HOUR)
    bench.apply(None, *ANSWERED, ticket=number, now=bench.now + 9 * HOUR)
    assert rows(bench)[0]["first_kept"] == 1


def test_a_withdrawn_answer_has_kept_no_promise(bench):
    number = promised(bench)
    bench.apply(None, *ANSWERED, ticket=number, now=bench.now + HOUR)
    due = ch.SetDue("first_response", bench.now + HOUR)
    bench.apply(None, ch.Withdraw(bench.ticket(number).entries[-1].id), due, ticket=number, now=bench.now + HOUR)
    assert rows(bench)[0]["first_kept"] is None
    bench.apply(None, *ANSWERED, ticket=number, now=bench.now + 2 * HOUR)
    assert rows(bench)[0]["first_kept"] == 0


def ledger(bench, until=DAY):
    """(which, made, due, ended, kept) of each promise, times in hours from the opening."""

    def hours(at):
        return None if at is None else round((at - rows_micros(bench.now)) / 3.6e9, 3)

    span = (bench.now - DAY, bench.now + until, None)
    found = bench.read(lambda read: list(read.report.promises(*span)))
    return [(hours(made), hours(due), hours(ended), kept) for _, _, _, made, due, ended, kept, _ in found]


def rows_micros(at):
    return int(at.timestamp()) * 1_000_000


def later(bench, number, hours, *changes):
    bench.apply(None, *changes, ticket=number, now=bench.now + hours * HOUR)


def test_each_promise_stands_in_the_ledger_with_how_it_ended(bench):
    number = promised(bench)
    assert ledger(bench) == [(0, 1, None, None), (0, 4, None, None)]
    later(bench, number, 0.5, *ANSWERED)
    later(bench, number, 5, *SOLVED)
    assert ledger(bench) == [(0, 1, 0.5, 1), (0, 4, 5, 0)]
    of_it = bench.read(lambda read: read.report.promises_of(number))
    assert of_it == [("first_response", bench.now + HOUR, True), ("resolve", bench.now + 4 * HOUR, False)]


def test_a_promise_that_moves_rests_or_is_taken_up_again_is_one_promise(bench):
    number = promised(bench)
    later(bench, number, 0.1, ch.Move("sales", ""), ch.SetDue("first_response", bench.now + 2 * HOUR))
    assert ledger(bench)[0] == (0, 2, None, None)
    later(bench, number, 0.2, ch.SetStatus(Status.HOLD), ch.SetDue("first_response", None), ch.SetDue("resolve", None))
    assert ledger(bench) == [(0, 2, 0.2, None), (0, 4, 0.2, None)]  # neither kept nor broken
    wakes = (ch.SetDue("first_response", bench.now + 9 * HOUR), ch.SetDue("resolve", bench.now + 9 * HOUR))
    later(bench, number, 8, ch.SetStatus(Status.OPEN), *wakes)
    assert ledger(bench) == [(0, 9, None, None), (0, 9, None, None)]
    later(bench, number, 8.5, *ANSWERED, ch.SetStatus(Status.WAITING), ch.SetDue("resolve", None))
    assert ledger(bench) == [(0, 9, 8.5, 1), (0, 9, 8.5, 1)]
    back = (ch.SetDue("first_response", bench.now + 12 * HOUR), ch.SetDue("resolve", bench.now + 12 * HOUR))
    later(bench, number, 10, ch.SetStatus(Status.OPEN), *back)
    assert ledger(bench) == [(0, 9, 8.5, 1), (0, 12, None, None), (10, 12, None, None)]  # the answer owed is another


def test_a_withdrawn_answer_is_owed_by_the_same_promise(bench):
    number = promised(bench)
    later(bench, number, 0.5, *ANSWERED)
    back = ch.Withdraw(bench.ticket(number).entries[-1].id), ch.SetDue("first_response", bench.now + HOUR)
    later(bench, number, 0.6, *back)
    assert ledger(bench)[0] == (0, 1, None, None)


@pytest.mark.parametrize("why", ["filed", "spam"])
def test_what_ends_in_silence_keeps_no_promise(bench, why):
    number = promised(bench)
    ends = ch.SetStatus(Status.SOLVED, why=why), ch.SetDue("first_response", None), ch.SetDue("resolve", None)
    later(bench, number, 0.5, *ends)
    assert ledger(bench) == [(0, 1, 0.5, None), (0, 4, 0.5, None)]


def test_a_deadline_by_hand_and_a_ticket_merged_away_are_in_no_ledger(bench):
    number, home = promised(bench), bench.open("Home", ch.SetDue("manual", bench.now + HOUR))
    bench.apply(None, ch.MergeInto(home), ticket=number)
    assert ledger(bench) == []


def test_a_reopened_ticket_is_unsolved_and_its_reopening_is_told(bench):
    number = bench.open("Lamp", ch.Assign("ann"), ch.Tag(("lamp", "vip")), *SOLVED)
    assert rows(bench)[0]["solved"] is not None
    bench.apply(None, ch.SetStatus(Status.OPEN), ticket=number, now=bench.now + HOUR)
    assert rows(bench)[0]["solved"] is None
    span = (bench.now, bench.now + DAY, None)
    ((department, owner, tags, _),) = bench.read(lambda read: list(read.report.reopenings(*span)))
    assert (department, owner, sorted(tags.split("\x1f"))) == ("support", "ann", ["lamp", "vip"])


def test_only_tickets_with_a_part_in_the_period_are_read(bench):
    old = bench.open("old", *SOLVED)
    bench.open("still open")
    merged = bench.open("merged")
    bench.apply(None, ch.MergeInto(old), ticket=merged)
    later = {"since": bench.now + HOUR, "until": bench.now + DAY}
    assert len(rows(bench, **later)) == 1
    assert len(rows(bench)) == 2
    assert rows(bench, since=bench.now - DAY, until=bench.now) == []
    bench.open("sale", department="sales")
    assert [row["department"] for row in rows(bench, department="sales")] == ["sales"]


def test_who_votes_again_has_changed_their_mind(bench):
    number = bench.open("Lamp", ch.Assign("ann"))
    for hours, score in ((1, 2), (2, 9)):
        bench.apply(None, effects=(ch.Vote(number, score),), now=bench.now + hours * HOUR)
    for until, score in ((3, 9), (2, 2)):
        span = (bench.now, bench.now + until * HOUR, None)
        ((_, agent, *_, found),) = bench.read(lambda read, span=span: list(read.report.votes(*span)))
        assert (agent, found) == ("ann", score)


PRAISED = [
    ("a nine with words", 9, "Quick and kind", (), ["ann", "bo"]),
    ("a nine alone", 9, " ", (), None),
    ("an eight", 8, "Well done", (), None),
    ("a complaint", 10, "At last!", ("complaint",), None),
    ("spam", 10, "Buy this", ("spam",), None),
]


@pytest.mark.parametrize(
    ("score", "words", "tags", "answered"), [row[1:] for row in PRAISED], ids=[row[0] for row in PRAISED]
)
def test_what_customers_thank_for_and_whom(bench, score, words, tags, answered):
    number = bench.open("Lamp", WORDS, replace(WORDS, author="bo"), WORDS, ch.Tag(add=tags))
    bench.apply(None, effects=(ch.Vote(number, score, words),), now=bench.now + HOUR)
    found = bench.read(lambda read: read.report.praise(bench.now, bench.now + DAY))
    assert [sorted(one.answered) for one in found] == ([answered] if answered else [])
    bench.apply(None, effects=(ch.Vote(number, 3, "Not so well after all"),), now=bench.now + 2 * HOUR)
    assert bench.read(lambda read: read.report.praise(bench.now, bench.now + DAY)) == [], "they changed their mind"


def test_titles_of_the_newest_come_first_and_few(bench):
    for hours, title in enumerate("abc"):
        bench.now += HOUR * min(hours, 1)
        bench.open(title)
    span = (bench.now - DAY, bench.now + DAY, "support", 2)
    assert bench.read(lambda read: list(read.report.subjects(*span))) == ["c", "b"]
