"""Who speaks which language, and whom of several that suits."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cases import ANNA, BO, CAI, NOW, POLICY, H, case, mail, ticket

from mailgate.core.clock import cover, pulling
from mailgate.core.letters import readers
from mailgate.core.mails import notices, rule_effects
from mailgate.core.model.change import Assign, SetField
from mailgate.core.model.content import Notice, Question
from mailgate.core.model.desk_rows import Unowned
from mailgate.core.model.facts import Absence, Facts
from mailgate.core.model.moment import Moment
from mailgate.core.model.policy import Agent, EscalationStep, Policy, Sla
from mailgate.core.model.said import language, said
from mailgate.core.model.ticket import Due, Priority, Ticket
from mailgate.core.worktime import skills, sla


def desk(**speak: tuple[str, ...]) -> Policy:
    """Anna, Bo and Cai, who speak what is named; of others nothing is known."""
    return replace(POLICY, agents=tuple(replace(one, speaks=speak.get(one.name, ())) for one in POLICY.agents))


LATVIAN = ticket(1, language="lv")
RUSSIAN = ticket(2, fields={"language": "ru"})
ENGLISH = ticket(3)
TURKISH = ticket(4, fields={"language": "tr"})


def test_what_a_ticket_is_written_in_is_its_field_else_the_language_of_its_letters() -> None:
    assert [skills.written_in(one) for one in (LATVIAN, RUSSIAN, ENGLISH)] == ["lv", "ru", "en"]
    assert [skills.shown(POLICY, one) for one in (LATVIAN, RUSSIAN, ENGLISH)] == ["lv", "ru", ""]
    home = replace(POLICY, departments=(replace(POLICY.departments[0], language="lv"), *POLICY.departments[1:]))
    assert [skills.shown(home, one) for one in (LATVIAN, RUSSIAN, ENGLISH)] == ["", "ru", "en"]


# what is decided, who speaks what, and the order in which Bo is offered four tickets
OFFERED: list[tuple[str, dict[str, tuple[str, ...]], list[int]]] = [
    ("where nobody has said anything, as they are", {}, [1, 2, 3, 4]),
    ("who has said nothing speaks all", {"anna": ("lv",)}, [1, 2, 3, 4]),
    ("one's own first; colleagues speak all", {"bo": ("en",)}, [3, 1, 2, 4]),
    ("what nobody speaks keeps its place", {"anna": ("lv",), "bo": ("en",), "cai": ("ru",)}, [3, 4, 1, 2]),
    ("what both speak as well", {"anna": ("lv", "en"), "bo": ("lv", "en"), "cai": ("en",)}, [1, 2, 3, 4]),
]  # fmt: skip


@pytest.mark.parametrize(("speak", "order"), [row[1:] for row in OFFERED], ids=[row[0] for row in OFFERED])
def test_what_a_colleague_can_read_and_i_cannot_stands_last(
    speak: dict[str, tuple[str, ...]], order: list[int]
) -> None:
    policy = desk(**speak)
    found = (LATVIAN, RUSSIAN, ENGLISH, TURKISH)
    bo = policy.agent("bo")
    assert bo is not None
    assert [one.number for one in skills.in_order(found, *skills.own_and_others(policy, bo))] == order
    letter = pulling.offer(Moment(policy, Facts(), NOW), bo, Unowned(found, (), 0))
    assert isinstance(letter.content, Question)
    assert [row.number for row in letter.content.rows or ()] == order


def test_who_is_alone_is_offered_all_as_they_are() -> None:
    alone = replace(POLICY, agents=(replace(BO, speaks=("en",)),))
    assert skills.own_and_others(alone, alone.agents[0]) == ((), ())


# what is decided, how a rule assigns, who speaks what, who is away, and whose a mail in Latvian is
CHOSEN: list[tuple[str, str, dict[str, tuple[str, ...]], str, str]] = [
    ("the least busy of all", "least-busy", {}, "", "cai"),
    ("of those who speak it", "least-busy", {"cai": ("en",), "bo": ("en",)}, "", "anna"),
    ("of all, where nobody does", "least-busy", {"anna": ("en",), "bo": ("en",), "cai": ("fi",)}, "", "cai"),
    ("of all, where who does is away", "least-busy", {"anna": ("lv",), "bo": ("en",), "cai": ("fi",)}, "anna", "cai"),
    ("in turn as well", "round-robin", {"anna": ("en",), "bo": ("lv",), "cai": ("fi",)}, "", "bo"),
    ("a name is a name", "bo", {"bo": ("en",), "anna": ("lv",)}, "", "bo"),
]  # fmt: skip


@pytest.mark.parametrize(("how", "speak", "away", "owner"), [row[1:] for row in CHOSEN], ids=[row[0] for row in CHOSEN])
def test_rules_choose_among_those_who_speak_it(
    how: str, speak: dict[str, tuple[str, ...]], away: str, owner: str
) -> None:
    gone = (Absence(away, NOW - H, None, ""),) if away else ()
    inbound = case(mail(language="lv"), policy=desk(**speak), away=gone, load={"anna": 9, "bo": 5})
    assert rule_effects.assignee(inbound, how, "support") == owner


def test_what_a_customer_writes_in_is_kept_where_it_is_not_what_they_are_written_to() -> None:
    def kept(policy: Policy, written: str) -> list[str]:
        changes = rule_effects.changes_at_opening(case(mail(language=written), policy=policy), "support")
        return [one.value for one in changes if isinstance(one, SetField)]

    asked = desk(bo=("ru",))
    assert [kept(asked, written) for written in ("ru", "lv", "en", "")] == [["ru"], [], [], []]
    assert kept(POLICY, "ru") == [], "where nobody has said what they speak"


def test_a_late_ticket_is_given_to_somebody_who_speaks_its_language() -> None:
    steps = (EscalationStep(1, reassign=True),)
    policy = replace(desk(anna=("en",), cai=("lv",)), slas=(Sla("standard", first_response=4 * H, escalate=steps),))
    late = ticket(owner="bo", sla="standard", language="lv", due=Due(first_response=NOW - H), created_at=NOW - 5 * H)
    found = sla.escalate(Moment(policy, Facts(load={"cai": 9}), NOW), late)
    assert found is not None and Assign("cai") in found.changes


# what is decided, who speaks what, and who has Bo's urgent ticket in Latvian while Cai covers for him
COVERS: list[tuple[str, dict[str, tuple[str, ...]], str]] = [
    ("the cover, who has said nothing", {}, "cai"),
    ("the cover, who speaks it", {"cai": ("lv",), "anna": ("lv",)}, "cai"),
    ("another who does", {"cai": ("en",), "anna": ("lv",)}, "anna"),
    ("the cover, where nobody does", {"cai": ("en",), "anna": ("en",), "bo": ("lv",)}, "cai"),
]  # fmt: skip


@pytest.mark.parametrize(("speak", "owner"), [row[1:] for row in COVERS], ids=[row[0] for row in COVERS])
def test_what_presses_goes_to_a_cover_who_speaks_it(speak: dict[str, tuple[str, ...]], owner: str) -> None:
    pressing = ticket(owner="bo", language="lv", priority=Priority.URGENT)
    moment = Moment(desk(**speak), Facts(away=(Absence("bo", NOW - H, None, "cai"),)), NOW)
    [step] = cover.hand_to_cover(moment, {"bo": [pressing]}).steps
    assert Assign(owner) in step.changes


# what is decided, who speaks what, who is away, the ticket's owner, and whether a notice of words in Latvian says so
SAYS: list[tuple[str, dict[str, tuple[str, ...]], str, str | None, bool]] = [
    ("nobody does", {"anna": ("en",), "bo": ("fi",), "cai": ("en",)}, "", None, True),
    ("somebody does", {"anna": ("en",), "bo": ("lv",), "cai": ("en",)}, "", None, False),
    ("who does is away", {"anna": ("en",), "bo": ("lv",), "cai": ("en",)}, "bo", None, True),
    ("one of whom nothing is known is there", {"anna": ("en",), "bo": ("fi",)}, "", None, False),
    ("nobody has said anything", {}, "", None, False),
    ("its owner does", {"anna": ("en",), "bo": ("lv",), "cai": ("en",)}, "", "bo", False),
]  # fmt: skip


@pytest.mark.parametrize(("speak", "away", "owner", "says"), [row[1:] for row in SAYS], ids=[row[0] for row in SAYS])
def test_a_notice_says_when_nobody_on_duty_speaks_the_language(
    speak: dict[str, tuple[str, ...]], away: str, owner: str | None, says: bool
) -> None:
    gone = (Absence(away, NOW - H, None, ""),) if away else ()
    there = ticket(owner=owner)
    inbound = case(mail(language="lv"), there, policy=desk(**speak), away=gone)
    letters = notices.customers_words(inbound, there, Notice(why="reply"))
    line = said("skills.nobody", language=language("lv"))
    assert letters and {line in one.content.notes for one in letters if isinstance(one.content, Notice)} == {says}


def test_on_a_busy_day_who_speaks_it_hears_first() -> None:
    policy = desk(anna=("en",), bo=("lv",), cai=("en",))
    policy = replace(policy, departments=(replace(policy.departments[0], notify="turn"), *policy.departments[1:]))
    moment = Moment(policy, Facts(opened_hour={"support": 99}), NOW)
    later = readers.in_turn(moment, replace(LATVIAN, owner=None), policy.agents)
    assert sorted(later) == ["anna", "cai"]


def test_a_list_to_pull_says_it_once_a_language() -> None:
    policy = desk(anna=("en",), bo=("en",), cai=("en",))
    found: tuple[Ticket, ...] = (LATVIAN, RUSSIAN, ENGLISH, replace(LATVIAN, number=5))
    letter = pulling.offer(Moment(policy, Facts(), NOW), policy.agents[0], Unowned(found, (), 0))
    lines = tuple(said("skills.nobody", language=language(code)) for code in ("lv", "ru"))
    assert isinstance(letter.content, Question) and letter.content.intro == said("list.lines", lines=lines)
    assert readers.unspoken(Moment(POLICY, Facts(), NOW), "support", ("lv",)) == ()


AGENTS: tuple[Agent, ...] = (ANNA, BO, CAI)


def test_who_has_said_nothing_speaks_every_language() -> None:
    assert all(skills.speaks(one, "tr") for one in AGENTS)
    assert not skills.speaks(replace(BO, speaks=("lv",)), "tr") and skills.speaks(replace(BO, speaks=("lv",)), "")
