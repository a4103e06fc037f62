"""The report put together from a real store, and each form it is told in."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import mail, running

from mailgate.app.jobs import promises
from mailgate.app.questions import questions, report, reported
from mailgate.core.figures.tally import AGES, FIGURES, Figures, Period, PeriodReport
from mailgate.core.letters import row_values
from mailgate.core.model import change as ch
from mailgate.core.model.content import Question
from mailgate.core.model.mail import Address
from mailgate.core.model.policy import Role
from mailgate.core.model.shown import AskedFor
from mailgate.core.model.ticket import EntryKind, Status
from mailgate.wire import words

WEEK, HOUR = timedelta(days=7), timedelta(hours=1)
THEN = datetime(2026, 3, 2, tzinfo=UTC)
DOCS = Path(__file__).parents[3] / "docs" / "reports.md"


def apply(desk, ticket, *changes, now, effects=()):
    decision = ch.Decision(ch.Fate.FILED, "test", (ch.Step(ticket, changes),) if changes else (), effects=effects)
    desk.gateway.store.write(lambda tx: tx.apply(None, decision, now, desk.gateway.ids)).result()


def answer(agent="anna"):
    return ch.AddEntry(EntryKind.AGENT, agent, agent, "it is the fuse", of_mail=False)


def found(desk, now, period=WEEK, department=None):
    return desk.gateway.store.read(
        lambda read: report.of_period(read, desk.gateway.in_force.policy, now, period, department)
    )


@pytest.fixture(scope="module")
def week(tmp_path_factory):
    """Three tickets: one answered and solved, one answered, one untouched at sales. Tests look at them, and change none."""
    with running(tmp_path_factory.mktemp("week")) as desk:
        at = one_week(desk)
        desk.letters()  # they are counted too: none leaves between two looks
        yield desk, at


def one_week(desk):
    numbers = [
        desk.of_mail(desk.send(mail(subject, to=to))).number
        for subject, to in (
            ("Broken lamp", "support@acme.example"),
            ("Lamp again", "support@acme.example"),
            ("Price of chairs", "sales@acme.example"),
        )
    ]
    at = desk.gateway.clock()
    first, second, _ = numbers
    apply(desk, first, answer(), ch.Assign("anna"), ch.Tag(("lamp",)), ch.SetStatus(Status.OPEN), now=at + HOUR)
    apply(desk, first, ch.SetStatus(Status.SOLVED), now=at + 2 * HOUR, effects=(ch.Vote(first, 9),))
    apply(desk, second, answer("bo"), ch.Assign("bo"), now=at + 3 * HOUR)
    return at


def test_a_report_counts_what_happened(week):
    desk, at = week
    told = found(desk, at + 4 * HOUR)
    total = told.total
    assert (total.arrived, total.solved, total.backlog, total.reopened) == (3, 1, 2, 0)
    assert [round(one / 60) for one in (total.first_median, total.first_p90, total.solve_median)] == [60, 180, 120]
    assert (total.nps, total.csat) == (100, 1.0)
    assert [name for name, _ in told.departments] == ["sales", "support"]
    assert [name for name, _ in told.agents] == ["", "anna", "bo"]
    assert [name for name, _ in told.tags] == ["lamp"]
    assert told.words == (("lamp", 2),)
    assert sum(told.weekdays) == sum(told.hours) == 3


def test_a_report_of_one_department_leaves_the_others_out(week):
    desk, at = week
    told = found(desk, at + 4 * HOUR, department="sales")
    assert (told.total.arrived, told.total.solved, told.words) == (1, 0, ())
    assert [name for name, _ in told.departments] == ["sales"]


def test_the_next_period_has_this_one_to_compare_with(week):
    desk, at = week
    told = found(desk, at + 4 * HOUR + timedelta(days=1), timedelta(days=1))
    assert (told.total.arrived, told.before.arrived, told.before.solved) == (0, 3, 1)
    assert (told.total.backlog, told.before.backlog) == (2, 2)
    assert told.before.first_median == found(desk, at + 4 * HOUR).total.first_median


@pytest.mark.parametrize("language", words.CATALOGUES)
def test_the_letter_gets_what_its_template_names_and_nothing_else(week, language):
    desk, at = week
    told = report.letter(found(desk, at + 4 * HOUR), language, desk.gateway.in_force.policy)
    assert told.figures and told.charts and told.tables
    assert all(max(bar.share for bar in chart.bars) == 1 for chart in told.charts)
    assert all(len(row) == len(table.head) for table in told.tables for row in table.rows)
    assert row_values.from_plain("report", json.loads(json.dumps(row_values.to_plain(told)))) == told


def test_agents_are_told_by_the_name_people_know(week):
    desk, at = week
    told = report.letter(found(desk, at + 4 * HOUR), "fi", desk.gateway.in_force.policy)
    agents = next(table for table in told.tables if table.title == words.say("fi", "figure.agents"))
    assert [row[0] for row in agents.rows] == ["ei kukaan", "Anna Virtanen", "Bo Ek"]


@pytest.mark.parametrize(("asked", "whole"), [((("report", "7d"),), True), ((("report", ""),), True), ((("report", "soon"),), False),
    ((("report", "0d"),), False), ((("report", "7d"), ("mine", "")), False)])  # fmt: skip
def test_d11_report_by_mail_is_the_report_of_the_week_when_nothing_else_is_asked(week, asked, whole):
    desk, at = week
    policy, now = desk.gateway.in_force.policy, at + 4 * HOUR
    question = Question(ask=tuple(AskedFor(*one) for one in asked))
    letter = ch.Outbound(question, ch.Audience.AGENT, (Address("anna@acme.example"),), agent="anna")
    decision = ch.Decision(ch.Fate.FILED, "test", letters=(letter,))
    [told] = desk.gateway.store.read(lambda read: questions.fill_questions(read, decision, policy, now)).letters
    assert (told.content == report.letter(found(desk, now), policy.agent("anna").language, policy)) is whole
    assert whole or told.template == "question"


@pytest.mark.parametrize(
    ("who", "asked", "title", "arrived"),
    [
        ("anna", "7d @bo", "Report: Bo Ek", "1"),
        ("anna", "sales", "Report: sales", "1"),
        ("bo", "@me", "Report: Bo Ek", "1"),
        ("bo", "@bo sales", "Report: Bo Ek, sales", "0"),
        ("bo", "@anna", None, "The figures of anna are for anna and for those who lead."),
        ("bo", "tomorrow", None, "tomorrow: no period (12h, 7d, 4w), @agent or department"),
    ],
)
def test_a_report_of_one_agent_is_for_them_and_for_leads(week, who, asked, title, arrived):
    desk, at = week
    policy = desk.gateway.in_force.policy
    agent = replace(policy.agent(who), role=Role.LEAD if who == "anna" else Role.AGENT)
    known = replace(policy, agents=tuple(agent if one.name == who else one for one in policy.agents))
    args = known, agent, at + 4 * HOUR, asked
    letter, answer = desk.gateway.store.read(lambda read: (reported.letter(read, *args), reported.answer(read, *args)))
    if title is None:
        assert (letter, words.said("en", answer.intro)) == (None, arrived)
        return
    assert (letter.title, letter.figures[0].value, answer.facts[0].value.params["value"]) == (title, arrived, arrived)
    agents = [table for table in letter.tables if table.title == words.say(agent.language, "figure.agents")]
    assert not agents or (who, asked) == ("anna", "sales")


@pytest.mark.parametrize(("filed", "told"), [(Figures(filed=2), ["2", "0"]), (Figures(), None)])
def test_d35_what_was_filed_stands_beside_what_was_solved_where_there_is_any(filed, told):
    shown = PeriodReport(period=Period(THEN - WEEK, THEN), department=None, total=filed, before=Figures())
    lines = report.headline(shown, "en")
    assert next(([now, was] for name, now, was in lines if name == "Filed without a letter"), None) == told
    assert report.plain(shown)["total"]["filed"] == filed.filed


def test_a_report_about_nothing_can_be_told(desk):
    told = found(desk, desk.gateway.clock())
    letter = report.letter(told, "en")
    assert letter.charts == letter.tables == ()
    assert [one.value for one in letter.figures] == ["0", "0", "0", "0"]
    assert report.plain(told)["oldest"] is None


def test_csv_has_a_line_for_the_whole_and_for_each_part(week):
    desk, at = week
    head, *lines = report.table(found(desk, at + 4 * HOUR))
    assert head == ["part", "name", *FIGURES]
    assert all(len(line) == len(head) for line in lines)
    assert [line[:4] for line in lines[:2]] == [["total", "", 3, 1], ["before", "", 0, 0]]
    assert {line[0] for line in lines} == {
        "total", "before", "department", "agent", "tag", "weekday", "hour", "word"}  # fmt: skip


@pytest.mark.parametrize(
    ("key", "value", "language", "said"),
    [("arrived", 12345, "en", "12,345"), ("arrived", 12345, "fi", "12 345"), ("first_median", None, "en", "–"),
     ("first_median", 4800, "en", "1 h 20 min"), ("solve_p90", 20, "en", "20 s"), ("first_median", 0, "en", "0 s"),
     ("first_kept", 0.834, "pl", "83 %"), ("nps", -12, "en", "-12")],
)  # fmt: skip
def test_a_figure_is_said_as_people_read_it(key, value, language, said):
    assert report.shown(key, value, language) == said


@pytest.mark.parametrize("language", words.CATALOGUES)
def test_every_figure_has_a_name_in_every_language(language):
    named = words.CATALOGUES[language].items()
    labels = {key.removeprefix("figure."): told for key, told in named if key.startswith("figure.")}
    assert set(FIGURES) <= set(labels)
    assert {f"age_{name}" for name, _ in AGES} | {"age_older"} <= set(labels)
    assert len(str(labels["weekdays"]).split()) == 7
    assert all(labels.values())


def test_every_figure_of_the_json_has_its_formula_in_the_documentation():
    documented = set(re.findall(r"^\| `(\w+)` \|", DOCS.read_text(), re.MULTILINE))
    empty = PeriodReport(Period(THEN, THEN + WEEK), None, Figures(), Figures())
    assert documented == set(report.plain(empty)) - {"since", "until", "before_since", "department", "total", "before",
                                                     "departments", "agents", "tags"} | set(FIGURES)  # fmt: skip


def test_what_answers_really_took_is_kept_for_the_acknowledgement(desk):
    numbers = [desk.of_mail(desk.send(mail(f"Lamp {number}", sender=f"c{number}@customer.example"))).number
               for number in range(promises.LEAST)]  # fmt: skip
    at = desk.gateway.clock()
    assert promises.promises(desk.gateway, at + HOUR) == 0
    for minutes, number in enumerate(numbers, 1):
        apply(desk, number, answer(), now=at + timedelta(minutes=minutes))
    assert promises.promises(desk.gateway, at + HOUR) == 1
    kept = json.loads(desk.gateway.store.read(lambda read: read.settings.get("promises")))
    assert list(kept) == ["support"]
    assert 16 * 60 <= kept["support"] <= 16 * 60 + 120
    assert promises.promises(desk.gateway, at + timedelta(days=40)) == 0
    assert desk.gateway.store.read(lambda read: read.settings.get("promises")) == "{}"


@pytest.mark.parametrize("language", words.CATALOGUES)
def test_the_letter_can_be_read_in_every_language_with_and_without_html(week, language):
    desk, at = week
    told = report.letter(found(desk, at + 4 * HOUR), language, desk.gateway.in_force.policy)
    reader = Address("anna@staff.example", "Anna")
    letter = ch.Outbound(told, ch.Audience.AGENT, (reader,), agent="anna", language=language)
    decision = ch.Decision(ch.Fate.FILED, "test", letters=(letter,))
    desk.gateway.store.write(lambda tx: tx.apply(None, decision, desk.gateway.clock(), desk.gateway.ids)).result()
    sent = desk.letters(reader.addr, "report")[-1]
    html, text = (sent.get_body((kind,)).get_content() for kind in ("html", "plain"))
    for name in ("arrived", "first_median", "by_weekday"):
        assert words.say(language, f"figure.{name}") in html
        assert words.say(language, f"figure.{name}") in text
    assert "█" in text
    assert "<img" not in html


def test_a_report_says_how_many_letters_agents_get(week):
    desk, at = week
    desk.letters()
    whole, theirs = found(desk, at + 4 * HOUR), found(desk, at + 4 * HOUR, department="sales")
    assert dict(whole.noise.kinds)["notice"] > dict(theirs.noise.kinds)["notice"] > 0
    lines = {name: value for name, value, _ in report.headline(whole, "en")}
    assert re.fullmatch(r"[0-9]+ · (notices|others) [0-9]+ %", lines["Letters to an agent in a day"])
    assert found(desk, at - 9 * HOUR).noise.days == 0
