"""Every figure of the report on a set small enough to count by hand (formulas: docs/reports.md)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mailgate.core.figures import noise, tally
from mailgate.core.figures.tally import SEPARATOR, Figures, Period, PeriodCounter, percentiles, usual_first_response
from mailgate.core.model.policy import Calendar
from mailgate.core.worktime.meter import WorkingTimeTable, micros

HELSINKI = ZoneInfo("Europe/Helsinki")
DAYS = ((480, 960),)
OFFICE = Calendar("office", "Europe/Helsinki", (DAYS, DAYS, DAYS, DAYS, DAYS, (), ()))
SINCE = datetime(2026, 3, 2, tzinfo=HELSINKI).astimezone(UTC)  # a Monday
UNTIL = SINCE + timedelta(days=7)
PERIOD = Period(SINCE, UNTIL)
METERS = {
    "support": WorkingTimeTable(OFFICE, PERIOD.before, UNTIL),
    "sales": WorkingTimeTable(None, PERIOD.before, UNTIL),
}


def at(text):
    """`Mon 9:30`, local time of the week; `-Fri 9:00` is of the week before."""
    week = -7 if text.startswith("-") else 0
    day, clock = text.removeprefix("-").split()
    hour, minute = clock.split(":")
    number = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun").index(day)
    whole = SINCE.astimezone(HELSINKI) + timedelta(days=number + week, hours=int(hour), minutes=int(minute))
    return micros(whole)


def row(created, first=None, solved=None, *, department="support", owner=None, tags=(), kept=None, solve_kept=None,
        due=None, solve_due=None, filed=None, helped=None):  # fmt: skip
    times = [at(one) if one else None for one in (created, first, solved, due, solve_due)]
    return (department, owner, *times[:3], kept, solve_kept, *times[3:], SEPARATOR.join(tags) or None, filed, helped)


def report(*rows, reopened=(), votes=(), promises=(), department=None, words=()):
    gatherer = PeriodCounter(PERIOD, METERS.__getitem__, lambda name: HELSINKI, department)
    gatherer.tickets(rows)
    gatherer.reopened(reopened)
    gatherer.votes(votes)
    gatherer.promises(promises)
    return gatherer.report(words)


WEEK = (
    row("Mon 9:00", "Mon 10:00", "Tue 9:00", owner="ann", tags=("lamp",), kept=1, solve_kept=1),
    row("Mon 15:00", "Tue 9:00", "Wed 9:00", owner="ann", tags=("lamp", "vip"), kept=1, solve_kept=0),
    row("Sat 12:00", None, None),
    row("Fri 9:00", "Fri 12:00", None, owner="bo", kept=0, solve_due="Fri 15:00"),
    row("Wed 9:00", "Wed 9:30", "Wed 10:00", department="sales", owner="bo"),
    row("-Thu 9:00", "-Thu 11:00", "-Fri 9:00", owner="ann", kept=1, solve_kept=1),
    row("-Fri 15:00", None, None, due="Mon 9:00"),
    row("-Fri 9:00", "Mon 8:30", None, kept=0, owner="ann"),
)


def test_arrivals_are_tickets_opened_in_the_period():
    found = report(*WEEK)
    assert (found.total.arrived, found.before.arrived) == (5, 3)


def test_a_solution_counts_when_the_ticket_is_solved_and_was_not_reopened_since():
    found = report(*WEEK)
    assert (found.total.solved, found.before.solved) == (3, 1)


def test_d35_what_was_filed_is_counted_apart_and_flatters_no_figure():
    invoices = [
        row("Mon 9:00", None, "Mon 9:01", tags=("lamp",), solve_kept=1, filed=1),
        row("Tue 9:00", "Tue 9:30", "Tue 9:31", owner="ann", solve_kept=0, filed=1),
        row("-Mon 9:00", None, "-Mon 9:01", solve_kept=1, filed=1),
    ]
    found, without = report(*WEEK, *invoices), report(*WEEK)
    assert (found.total.filed, found.before.filed, without.total.filed) == (2, 1, 0)
    for one, other in ((found.total, without.total), (found.before, without.before)):
        assert (one.solved, one.solve_median, one.solve_p90, one.solve_kept, one.backlog) == (
            other.solved, other.solve_median, other.solve_p90, other.solve_kept, other.backlog)  # fmt: skip
    assert found.total.arrived == without.total.arrived + 2
    assert {name: one.filed for name, one in found.agents} == {"": 1, "ann": 1, "bo": 0}
    assert dict(found.tags)["lamp"].filed == 1


def test_what_an_article_solved_is_solved_and_counted_apart():
    found = report(
        row("Mon 9:00", None, "Mon 9:10", owner="bo", helped=1), row("Mon 9:00", None, "Mon 9:20", helped=0),
        row("-Mon 9:00", None, "-Mon 9:10", helped=1),
    )  # fmt: skip
    assert (found.total.solved, found.total.self_service, found.before.self_service) == (2, 1, 1)
    assert {name: one.self_service for name, one in found.agents} == {"": 0, "bo": 1}


def test_what_was_filed_after_the_period_was_still_unsolved_at_its_end():
    later = row("Mon 9:00", None, None)
    late = (*later[:4], micros(UNTIL) + 1, *later[5:10], 1, None)
    assert (report(late).total.backlog, report(late).total.filed) == (1, 0)


def test_the_backlog_is_what_stands_unsolved_at_the_end():
    found = report(*WEEK)
    assert (found.total.backlog, found.before.backlog) == (4, 2)


def test_the_age_of_the_backlog_is_plain_time():
    found = report(*WEEK)  # Sat 12:00 is 1.5 days old, Fri 9:00 2 d 15 h, -Fri 15:00 9 d 9 h, -Fri 9:00 9 d 15 h
    assert found.backlog_ages == (("day", 0), ("3days", 2), ("week", 0), ("month", 2), ("older", 0))
    assert found.backlog_median == (2 * 24 + 15) * 3600
    assert found.oldest == UNTIL - timedelta(days=9, hours=15)


def test_first_responses_take_working_time():
    found = report(*WEEK)  # 1 h, 1+1 h, 3 h, 0.5 h, and Fri 9:00 to Mon 8:30: 7 + 0.5 h
    assert found.total.first_median == 2 * 3600
    assert found.total.first_p90 == 7.5 * 3600
    assert found.before.first_median == 2 * 3600


def test_solutions_take_working_time_waiting_included():
    found = report(*WEEK)  # Mon 9 to Tue 9: 8 h; Mon 15 to Wed 9: 1 + 8 + 1 h; Wed 9 to 10: 1 h
    assert found.total.solve_median == 8 * 3600
    assert found.total.solve_p90 == 10 * 3600
    assert found.before.solve_median == 8 * 3600


def test_promises_kept_are_shared_by_those_that_ended_and_those_that_passed_unanswered():
    found = report(*WEEK)  # kept 2; missed: Fri 12:00, -Fri 9:00 answered late, -Fri 15:00 still unanswered
    assert found.total.first_kept == 2 / 5
    assert found.total.solve_kept == 1 / 3
    assert (found.before.first_kept, found.before.solve_kept) == (1.0, 1.0)


def test_tickets_without_a_promise_keep_and_break_none():
    found = report(row("Mon 9:00", "Mon 10:00", "Mon 11:00"))
    assert (found.total.first_kept, found.total.solve_kept) == (None, None)


def test_reopenings_count_in_the_period_they_happen():
    found = report(reopened=[("support", "ann", None, at("Mon 9:00")), ("support", "ann", None, at("-Mon 9:00")),
                             ("support", "bo", None, at("Sun 23:59"))])  # fmt: skip
    assert (found.total.reopened, found.before.reopened) == (2, 1)


def test_nps_is_promoters_less_detractors_and_csat_the_share_of_seven_and_better():
    scores = (10, 9, 9, 8, 7, 6, 0)
    found = report(votes=[("support", "ann", None, at("Tue 9:00"), score) for score in scores])
    assert found.total.votes == 7
    assert found.total.nps == round(100 * (3 - 2) / 7) == 14
    assert found.total.csat == 5 / 7
    assert found.before.nps is None


def test_votes_count_for_the_agent_who_had_the_ticket_and_its_department():
    found = report(votes=[("support", "ann", None, at("Tue 9:00"), 10), ("sales", "bo", "vip", at("Tue 9:00"), 2)])
    assert {name: one.nps for name, one in found.agents} == {"ann": 100, "bo": -100}
    assert {name: one.nps for name, one in found.departments} == {"support": 100, "sales": -100}
    assert {name: one.csat for name, one in found.tags} == {"vip": 0.0}


def test_each_part_has_figures_of_its_own():
    found = report(*WEEK)
    assert {name: (one.arrived, one.solved, one.backlog) for name, one in found.departments} == {
        "support": (4, 2, 4), "sales": (1, 1, 0)}  # fmt: skip
    assert {name: (one.arrived, one.solved, one.first_median) for name, one in found.agents} == {
        "": (1, 0, None), "ann": (2, 2, 7200), "bo": (2, 1, 1800)}  # fmt: skip
    assert [(name, one.arrived, one.solve_p90) for name, one in found.tags] == [("lamp", 2, 36000), ("vip", 1, 36000)]


def test_busy_weekdays_and_hours_are_local():
    found = report(*WEEK)
    assert found.weekdays == (2, 0, 1, 0, 1, 1, 0)
    assert {hour: count for hour, count in enumerate(found.hours) if count} == {9: 3, 12: 1, 15: 1}


def test_what_happens_at_the_edges_counts_once():
    found = report(row("Mon 0:00", None, None), row("-Mon 0:00", "Mon 0:00", "Mon 0:00"), row("-Sun 23:59", None, None))
    assert (found.total.arrived, found.before.arrived) == (1, 2)
    assert (found.total.solved, found.before.solved) == (1, 0)
    assert (found.total.backlog, found.before.backlog) == (2, 2)


def test_many_kinds_of_tickets_count_as_few(monkeypatch):
    whole = report(*WEEK)
    monkeypatch.setattr(tally, "KINDS", 1)
    assert report(*WEEK) == whole


def test_nothing_gives_no_figures_and_no_division_by_zero():
    found = report()
    assert found.total == found.before == Figures()
    assert (found.departments, found.agents, found.tags, found.backlog_median, found.oldest) == ((), (), (), None, None)


@pytest.mark.parametrize(
    ("values", "percent", "found"),
    [([], 50, None), ([7], 50, 7), ([7], 90, 7), ([1, 2], 50, 1), ([1, 2, 3], 50, 2), (list(range(1, 11)), 90, 9),
     (list(range(1, 12)), 90, 10), (list(range(1, 11)), 80, 8)],
)  # fmt: skip
def test_a_percentile_is_the_nearest_rank(values, percent, found):
    assert percentiles(reversed(values), percent) == (found,)


def test_the_usual_first_response_is_the_80th_percentile_of_enough_of_them():
    day = [("sales", at("Mon 9:00"), at("Mon 9:00") + minutes * 60_000_000) for minutes in range(1, 11)]
    few = [("support", at("Sat 9:00"), at("Mon 9:00"))] * 9
    assert usual_first_response(day + few, METERS.__getitem__, 10) == {"sales": 8 * 60}
    assert usual_first_response([*few, few[0]], METERS.__getitem__, 10) == {
        "support": 0
    }  # all of it a weekend before the Monday


def test_only_the_commonest_tags_are_told():
    rows = [row("Mon 9:00", tags=(f"t{number}",)) for number in range(40)]
    found = report(*rows, row("Mon 9:00", tags=("t39",)))
    assert len(found.tags) == 20
    assert found.tags[0][0] == "t39"


def promise(made, due, ended=None, kept=None, told=None, department="support"):
    times = [at(one) if one else None for one in (made, due, ended, told)]
    return (department, "ann", None, *times[:3], kept, times[3])


def test_promises_are_counted_when_they_are_made_kept_and_broken():
    found = report(promises=[
        promise("Mon 9:00", "Mon 13:00", "Mon 10:00", 1),
        promise("Mon 9:00", "Mon 13:00", "Mon 14:00", 0, told="Mon 12:00"),  # the customer had heard
        promise("Mon 9:00", "Mon 13:00", None, told="Mon 13:01"),  # too late
        promise("Mon 9:00", "Mon 13:00", "Mon 10:00", None),  # put off: neither kept nor broken
        promise("Sun 9:00", "Fri 13:00", department="sales"),
        promise("-Fri 9:00", "Tue 9:00", "Mon 9:00", 1),  # made the week before
        promise("-Fri 9:00", "-Fri 10:00", "Mon 9:00", 0),  # and broken then
    ])  # fmt: skip
    counts = [
        (one.promised, one.promises_kept, one.promises_broken, one.apologised) for one in (found.total, found.before)
    ]
    assert counts == [(5, 2, 3, 1), (2, 0, 1, 0)]
    assert dict(found.departments)["sales"].promises_broken == 1


WORKED = (
    ("support", "ann", "lamp\x1fvip", at("Mon 9:00"), 30, "firm.example"),
    ("support", "bo", "lamp", at("Tue 9:00"), 90, "firm.example"),
    ("support", "bo", "lamp", at("Tue 9:30"), -90, "firm.example"),  # #undo
    ("sales", "bo", None, at("Tue 10:00"), 20, "home.example"),
    ("sales", "bo", None, at("Tue 11:00"), 5, "invalid"),  # somebody forgotten
    ("support", "ann", None, at("-Fri 9:00"), 60, "firm.example"),
)


def test_work_is_added_up_by_tag_customer_and_department_and_by_person_only_when_asked():
    gatherer = PeriodCounter(PERIOD, METERS.__getitem__, lambda name: HELSINKI)
    gatherer.spent(WORKED)
    found = gatherer.report()
    assert (found.total.spent, found.before.spent) == (55 * 60, 60 * 60)
    assert {name: one.spent for name, one in found.departments} == {"support": 1800, "sales": 1500}
    assert {name: one.spent for name, one in found.tags} == {"lamp": 1800, "vip": 1800}
    assert found.customers == (("firm.example", 1800), ("home.example", 1200))
    assert found.agents == (), "who worked how long is nobody's business"
    gatherer = PeriodCounter(PERIOD, METERS.__getitem__, lambda name: HELSINKI)
    gatherer.spent(WORKED, by_agent=True)
    assert {name: one.spent for name, one in gatherer.report().agents} == {"ann": 1800, "bo": 1500}


def test_letters_to_agents_are_counted_for_a_day_of_one_of_them():
    rows = [
        ("ann", "notice", 1, 10),
        ("ann", "receipt", 1, 2),
        ("ann", "notice", 2, 6),
        ("bo", "notice", 1, 3),
        ("cy", "notice", 1, 99),
    ]
    found = noise.count(rows, ["ann", "bo"])
    assert (found.kinds, found.days, found.a_day) == ((("notice", 19), ("receipt", 2)), 3, 7.0)
    assert noise.count([], ["ann"]).a_day is None
