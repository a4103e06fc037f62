"""Commands for an outage: who may tell everybody what, in which languages, and until when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cases import ANNA, BO, CAI, NOW, POLICY, D, H, asking, letter

from mailgate.core.commands import about_outage
from mailgate.core.commands.judging import Granted, Judgement, Refusal
from mailgate.core.model import outage
from mailgate.core.model.change import Step, Tag
from mailgate.core.model.content import Receipt
from mailgate.core.model.facts import Facts
from mailgate.core.model.moment import Moment
from mailgate.core.model.outage import AnswerAll, Incident, Mailing, News, SetIncident, SetNews, StopAnswers
from mailgate.core.model.policy import Agent, Role
from mailgate.core.model.shown import Gathering

# Now it is Wednesday, 4 March 2026, 10:00 UTC.
FRIDAY = datetime(2026, 3, 6, 18, 0, tzinfo=UTC)
BOSS = replace(BO, role=Role.ADMIN)
DOWN = "Our telephones are down."


def of(*texts: tuple[str, str], department: str = "support", by: str = "anna") -> SetNews:
    return SetNews(department, News(department, FRIDAY, texts, by))


# what is decided, who writes, what on the line, what below, and the effect or the code
NEWS: list[tuple[str, Agent, str, str, SetNews | str]] = [
    ("on its own line", ANNA, f"fri 18:00 {DOWN}", "", of(("en", DOWN))),
    ("below it", ANNA, "fri 18:00", f"{DOWN}\nPlease write.\n", of(("en", f"{DOWN}\nPlease write."))),
    ("both", ANNA, "fri 18:00 Sorry.", f"\n{DOWN}", of(("en", f"Sorry.\n\n{DOWN}"))),
    ("blocks of languages", ANNA, "fri 18:00", f"{DOWN}\nlv: Tālruņi nestrādā.\nRakstiet.\nFI : Puhelimet ovat poikki.",
     of(("en", DOWN), ("lv", "Tālruņi nestrādā.\nRakstiet."), ("fi", "Puhelimet ovat poikki."))),
    ("the language it is written in", ANNA, "fri 18:00", "Mūsu tālruņi šodien nestrādā, lūdzu, rakstiet mums.",
     of(("lv", "Mūsu tālruņi šodien nestrādā, lūdzu, rakstiet mums."))),
    ("a language we do not write in is a word", ANNA, "fri 18:00", "xx: nothing", of(("en", "xx: nothing"))),
    ("a telephone's signature is none of it", ANNA, "fri 18:00", f"{DOWN}\n\nSent from my iPhone", of(("en", DOWN))),
    ("nor is a private address", ANNA, "fri 18:00", f"{DOWN}\nor ask bo@staff.example", of(("en", DOWN))),
    ("of another department, by its name", BOSS, f"sales fri 18:00 {DOWN}", "", of(("en", DOWN), department="sales", by="bo")),
    ("by the one who leads it and no other", ANNA, f"sales fri 18:00 {DOWN}", "", of(("en", DOWN), department="sales")),
    ("an agent may not", BO, f"fri 18:00 {DOWN}", "", "not_lead"),
    ("nor a trainee", CAI, f"fri 18:00 {DOWN}", "", "not_lead"),
    ("a time that is none", ANNA, f"soonish {DOWN}", "", "when_unreadable"),
    ("a time that has passed", ANNA, f"2026-03-01 {DOWN}", "", "when_past"),
    ("no words", ANNA, "fri 18:00", "\nSent from my iPhone", "no_words"),
    ("exactly as many as fit", ANNA, "fri 18:00", "x" * 1000, of(("en", "x" * 1000))),
    ("one more", ANNA, "fri 18:00", "x" * 1001, "news_long"),
    ("as many in each language", ANNA, "fri 18:00", f"{'x' * 1000}\nlv: {'y' * 1000}",
     of(("en", "x" * 1000), ("lv", "y" * 1000))),
    ("nothing to end", ANNA, "off", "", "no_news"),
]  # fmt: skip


def said(judged: Any) -> SetNews | str:
    if not isinstance(judged, Granted):
        return str(judged.code)
    (effect,) = judged.effects or (judged.answer,)
    return effect


@pytest.mark.parametrize(("by", "line", "below", "expected"), [row[1:] for row in NEWS], ids=[row[0] for row in NEWS])
def test_news_are_told(by: Agent, line: str, below: str, expected: SetNews | str) -> None:
    policy = replace(POLICY, languages=("en", "fi", "lv"))
    assert said(about_outage.news(asking(line, by=by, policy=policy, words=below, department="support"))) == expected


def test_news_take_no_files() -> None:
    assert (
        said(about_outage.news(asking(f"fri 18:00 {DOWN}", by=ANNA, department="support", files=True)))
        == "files_to_many"
    )


@pytest.mark.parametrize("word", ["off", "Off.", "over", "pois", "koniec", "beigas", "slut", "aus", "läbi"])
def test_news_end_by_a_word_of_each_language(word: str) -> None:
    context = asking(word, by=ANNA, department="support")
    stands = Moment(POLICY, Facts(news=(News("support", FRIDAY, (("en", DOWN),)),)), NOW)
    judged = about_outage.news(replace(context, world=replace(context.world, moment=stands)))
    assert isinstance(judged, Granted) and judged.answer == "news_off"
    assert judged.effects == (SetNews("support", None),)


TOLD = News("support", FRIDAY, (("en", "Down"), ("lv", "Nestrādā")), "anna")


@pytest.mark.parametrize(
    ("department", "languages", "words"),
    [
        ("support", ("lv", "en"), "Nestrādā"),
        ("support", ("fi", "lv"), "Nestrādā"),  # the reader's, else the department's
        ("support", ("fi", "sv"), "Down"),  # else any
        ("sales", ("en",), ""),
    ],
)
def test_a_reader_gets_their_own_language_else_the_departments_else_any(
    department: str, languages: tuple[str, ...], words: str
) -> None:
    assert outage.news_of((TOLD,), department, *languages) == words


def test_news_end_by_themselves_and_come_back_from_the_store_as_they_were() -> None:
    assert outage.news_from_plain(outage.news_to_plain((TOLD,))) == (TOLD,)
    assert outage.in_force((TOLD,), FRIDAY - H) == (TOLD,)
    assert outage.in_force((TOLD,), FRIDAY) == ()


# --- incidents --------------------------------------------------------------------------------------------------------

WANTED = Gathering("incident", "support", "vpn", "vpn connection")
SHOWN = replace(WANTED, numbers=(7, 9))
VPN = Incident("support", "vpn", "vpn connection", NOW + 7 * D, "bo")


def begun(argument: str, known: tuple[Incident, ...] = (), **world: Any) -> Judgement:
    context = asking(argument, department="support", **world)
    moment = Moment(POLICY, Facts(incidents=known), NOW)
    return about_outage.incident(replace(context, world=replace(context.world, moment=moment)))


@pytest.mark.parametrize(
    ("argument", "world"),
    [
        ("vpn VPN connection", {}),  # nobody has been asked
        ("+VPN vpn, connection!", {}),
        ("vpn vpn connection", {"confirmed": True}),  # something else was confirmed
        ("vpn vpn connection", {"asked": SHOWN}),  # asked, and not confirmed
        ("vpn vpn connection", {"confirmed": True, "asked": replace(SHOWN, words="vpn lost")}),
        ("vpn vpn connection", {"confirmed": True, "asked": replace(SHOWN, command="answer")}),
    ],
)
def test_an_incident_shows_its_tickets_before_it_begins(argument: str, world: dict[str, Any]) -> None:
    judged = begun(argument, **world)
    assert isinstance(judged, Refusal) and (judged.code, judged.gathers and judged.gathers.command) == (
        "incident_asks", "incident",
    )  # fmt: skip


def test_an_incident_tags_the_tickets_that_were_shown_and_no_others() -> None:
    judged = begun("vpn vpn connection", confirmed=True, asked=SHOWN)
    assert isinstance(judged, Granted)
    assert judged.effects == (SetIncident("support", "vpn", VPN),)
    assert judged.elsewhere == (Step(7, (Tag(add=("vpn",)),)), Step(9, (Tag(add=("vpn",)),)))


@pytest.mark.parametrize(
    ("argument", "known", "code"),
    [
        ("vpn down", (), "incident_asks"),
        ("vpn vpn", (), "incident_words"),
        ("vpn " + " ".join(f"word{n}" for n in range(11)), (), "incident_words"),
        ("a/b connection", (), "no_name"),
        ("x" * 41 + " connection", (), "no_name"),
        ("mail connection", tuple(replace(VPN, name=f"i{n}") for n in range(20)), "incidents_many"),
        ("i0 connection", tuple(replace(VPN, name=f"i{n}") for n in range(20)), "incident_asks"),  # in its place
    ],
)
def test_what_is_no_incident_is_refused(argument: str, known: tuple[Incident, ...], code: str) -> None:
    judged = begun(argument, known)
    assert isinstance(judged, Refusal) and judged.code == code


@pytest.mark.parametrize("word", ["over", "ohi", "slut", "vorbei"])
def test_an_incident_ends_by_a_word(word: str) -> None:
    judged = begun(f"vpn {word}", (VPN,))
    assert isinstance(judged, Granted) and judged.effects == (SetIncident("support", "vpn", None),)
    unknown = begun(f"mail {word}", (VPN,))
    assert isinstance(unknown, Granted) and (unknown.answer, unknown.effects) == ("no_incident", ())


def test_an_incident_comes_back_from_the_store_as_it_was() -> None:
    assert outage.incidents_from_plain(outage.incidents_to_plain((VPN,))) == (VPN,)


@pytest.mark.parametrize(
    ("department", "tags", "expected"),
    [("support", ("vpn",), True), ("support", ("lamp",), False), ("sales", ("vpn",), False), ("support", (), False)],
)
def test_a_ticket_is_one_of_an_incident_by_department_and_tag(
    department: str, tags: tuple[str, ...], expected: bool
) -> None:
    assert outage.gathered((VPN,), department, tags) is expected


# --- one answer for many ----------------------------------------------------------------------------------------------

HELD = Gathering("answer", "support", "vpn", "It works.")


@pytest.mark.parametrize(
    ("argument", "words", "world", "code"),
    [
        ("+vpn", "It works.", {}, "answer_asks"),
        ("+VPN It works.", "", {}, "answer_asks"),
        ("+vpn", "It works.", {"confirmed": True}, "answer_asks"),
        ("+vpn", "It works.", {"confirmed": True, "asked": replace(HELD, numbers=(7,), words="Other")}, "answer_asks"),
        ("+vpn", "It works.", {"asked": replace(HELD, numbers=(7,))}, "answer_asks"),
        ("vpn", "It works.", {}, "answer_tag"),
        ("+", "It works.", {}, "answer_tag"),
        ("+vpn", "", {}, "no_words"),
        ("+vpn", "Sent from my iPhone", {}, "no_words"),
        ("+vpn", "It works.", {"files": True}, "files_to_many"),
    ],
)
def test_one_answer_for_many_waits_for_whoever_leads(
    argument: str, words: str, world: dict[str, Any], code: str
) -> None:
    judged = about_outage.answer(asking(argument, department="support", words=words, **world))
    assert isinstance(judged, Refusal) and judged.code == code


@pytest.mark.parametrize("solves", [False, True])
def test_one_answer_goes_to_the_tickets_the_lead_has_seen(solves: bool) -> None:
    seen = replace(HELD, numbers=(7, 9), event=3)
    judged = about_outage.answer(
        asking(
            "+vpn", department="support", words="It works.", confirmed=True, asked=seen, let_go_by="anna", solves=solves
        )
    )
    assert isinstance(judged, Granted)
    begins = NOW + POLICY.undo_window
    mailing = Mailing(0, "vpn", "support", "bo", "anna", "It works.", solves, 3, begins)
    assert judged.effects == (AnswerAll(mailing, (7, 9)),)
    assert sorted(one.agent for one in judged.letters) == ["anna", "bo"]


@pytest.mark.parametrize(
    ("content", "age", "expected"),
    [
        (Receipt(gathers=HELD), timedelta(minutes=1), "answer_undone"),
        (Receipt(gathers=HELD), timedelta(minutes=2), "too_late_to_undo"),
        (Receipt(gathers=HELD, parked=True), timedelta(), "no_ticket"),
        (Receipt(), timedelta(), "no_ticket"),
    ],
)
def test_one_answer_is_taken_back_until_it_begins(content: Receipt, age: timedelta, expected: str) -> None:
    receipt = letter(None, BO, "note", content=content, created_at=NOW - age, mail=5)
    judged = about_outage.take_back(asking(replied=receipt))
    assert (judged.code if isinstance(judged, Refusal) else judged.answer) == expected
    assert isinstance(judged, Refusal) or judged.effects == (StopAnswers(5),)
