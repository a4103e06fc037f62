"""A department in which trainees practise: nothing of it reaches anybody but agents, by no way, and nothing counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from conftest import CONFIG, Desk, from_agent, mail, notice_to, only, opened, running, whole
from scenarios.turns import serving, tap, turn

from mailgate.app.admin import practice, staff
from mailgate.app.outbox import outcome
from mailgate.app.questions import report
from mailgate.core.letters import readers
from mailgate.core.letters.due import DueDelivery
from mailgate.core.letters.row_values import VARIABLES
from mailgate.core.model.change import Decision, Fate, Step
from mailgate.core.model.content import Content
from mailgate.core.model.letter_kinds import INSIDE, TO_CUSTOMERS
from mailgate.core.model.mail import Address
from mailgate.core.model.outbound import Audience, Outbound, Purpose
from mailgate.core.model.policy import Department
from mailgate.core.model.ticket import Ticket
from mailgate.errors import ConfigError, Permanent
from mailgate.wire.letters import samples

ANNA, MAIJA, LAB = "Anna Virtanen <anna@staff.example>", "maija@customer.example", "lab@expert.example"
MORE = """
[[department]]
name = "practice"
addresses = ["practice@acme.example"]
training = true
lead = "anna"

[[agent]]
name = "timo"
full_name = "Timo Tuomi"
address = "timo@staff.example"
departments = ["support", "practice"]
role = "trainee"
"""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    lead = 'departments = ["support"]\nrole = "lead"'
    config = CONFIG.replace(lead, lead.replace('"support"', '"support", "practice"'))
    yield from serving(tmp_path_factory.mktemp("training"), more=MORE, config=config)


@pytest.fixture
def desk(shared: Desk) -> Desk:
    """As if it had just begun."""
    return turn(shared)


def practised(desk: Desk, subject: str = "Broken lamp") -> Ticket:
    """A mail to practise with."""
    return desk.of_mail(desk.send(mail(subject, "The lamp is dark.\n", sender=MAIJA, to="practice@acme.example")))


def outside(desk: Desk) -> list[str]:
    """Every recipient of a letter, whatever became of it, who is no agent."""
    rows = desk.gateway.store.read(
        lambda read: read.outbox.deliveries(("waiting", "sent", "held", "dead", "uncertain"))
    )
    return [row.to for row in rows if not row.to.endswith("@staff.example")]


def test_nothing_leaves_whatever_agents_and_trainees_do(desk: Desk) -> None:
    before = outside(desk)
    ticket = practised(desk)
    assert (ticket.department, ticket.sla) == ("practice", None)
    from_agent(desk, "#take\n#due 2h\n", notice_to(desk, "timo", ticket.number), "timo")
    from_agent(desk, "Dear Maija,\n\nplease send a photo.\n", notice_to(desk, "timo", ticket.number), "timo")
    desk.send(tap(only(desk.letters("anna@staff.example", "trainee")), "#send", ANNA))
    desk.settle()
    assert desk.ticket(ticket.number).entries[-1].kind == "agent"
    assert "sent your answer" in str(only(desk.letters("timo@staff.example", "coached"))["Subject"])
    orders = ("#ask lab@expert.example is it the fuse?", "#forward lab@expert.example", "#cc +lab@expert.example", "#solve tell",
              "#reopen", "A last word.", "#spam", "#new kai@customer.example Hello\n\nA first word.")  # fmt: skip
    for order in orders:
        from_agent(desk, f"{order}\n", notice_to(desk, "anna", ticket.number))
    desk.send(mail(f"Re: [#{ticket.number}] Broken lamp", "#status\n", sender=MAIJA, to="practice@acme.example"))
    desk.settle()
    assert outside(desk) == before


def test_practice_stays_where_it_is_and_other_mail_does_not_come_there(desk: Desk) -> None:
    ticket, real = practised(desk), opened(desk)
    for number, order in ((ticket.number, "#move support"), (real.number, "#move practice"),
                          (ticket.number, f"#merge {real.number} both"), (real.number, f"#merge {ticket.number} both")):  # fmt: skip
        sent = from_agent(desk, f"{order}\n", notice_to(desk, "anna", number))
        assert desk.fate(sent) == "parked", order
    assert (desk.ticket(ticket.number).department, desk.ticket(real.number).department) == ("practice", "support")


def test_mail_to_another_department_as_well_is_no_exercise(desk: Desk) -> None:
    both = mail("To both", sender="both@elsewhere.example", to="practice@acme.example, support@acme.example")
    assert desk.of_mail(desk.send(both)).department == "support"
    assert len(desk.letters("both@elsewhere.example", "ack")) == 1


def test_nothing_counts_and_nobody_else_is_offered_it(desk: Desk) -> None:
    policy, now = desk.gateway.in_force.policy, desk.clock()
    read = desk.gateway.store.read

    def counted() -> tuple[int, int, int, int]:
        total = read(lambda one: report.of_period(one, policy, now + timedelta(hours=1), timedelta(days=7))).total
        load = read(lambda one: one.report.desk(now, now - timedelta(hours=12)))
        return total.arrived, total.backlog, load.today.opened, sum(one.tickets for one in load.load)

    before = counted()
    ticket = practised(desk)
    assert counted() == before
    from_agent(desk, "#list\n", notice_to(desk, "anna", ticket.number))
    assert f"#{ticket.number} " not in whole(only(desk.letters("anna@staff.example", "question")))
    assert not any("practice" in agent.departments for agent in policy.agents if agent.name == "bo")


def test_ten_mails_are_one_trainees_alone_and_leave_no_trace_in_figures(desk: Desk) -> None:
    policy, now = desk.gateway.in_force.policy, desk.clock()

    def arrived() -> int:
        span = (now + timedelta(hours=1), timedelta(days=7))
        return desk.gateway.store.read(lambda one: report.of_period(one, policy, *span)).total.arrived

    before, figures = outside(desk), arrived()
    done = practice.train(desk.gateway, "timo")
    again = practice.train(desk.gateway, "timo")
    desk.settle()
    assert (len(done), len({*done, *again})) == (10, 20)
    tickets = [desk.ticket(number) for number in done]
    assert {(one.department, one.owner, one.watchers, one.sla) for one in tickets} == {
        ("practice", None, ("timo",), None)
    }
    notices = desk.letters("timo@staff.example", "notice")
    assert len(notices) == 20 and len(desk.letters(template="notice")) == 20, "nobody else hears of them"
    assert sum(len(one.entries[0].attachments) for one in tickets) == 1
    from_agent(desk, "We will look into it.\n", notices[0], "timo")
    desk.send(tap(only(desk.letters("anna@staff.example", "trainee")), "#send", ANNA))
    desk.settle()
    assert desk.ticket(done[0]).entries[-1].kind == "agent"
    from_agent(desk, "#undo\n", notices[0], "timo")
    assert desk.ticket(done[0]).entries[-1].kind != "agent", "what has not left is taken back at any time"
    assert (outside(desk), arrived()) == (before, figures)


def test_a_trainees_first_letter_says_what_to_try_in_order(desk: Desk) -> None:
    staff.welcome(desk.gateway, "timo")
    staff.welcome(desk.gateway, "bo")
    desk.settle()
    text = whole(only(desk.letters("timo@staff.example", "welcome")))
    steps = [
        "Anna Virtanen",
        "practice",
        "Reply to a notice",
        "#take on",
        "#note, and",
        "#tag +invoice",
        "#hold fri",
        "#undo takes",
        "#mine, sent",
    ]
    places = [text.index(one) for one in steps]
    assert places == sorted(places)
    assert "for practice" not in whole(only(desk.letters("bo@staff.example", "welcome")))


@pytest.mark.parametrize("kind", [*TO_CUSTOMERS, *INSIDE], ids=lambda kind: kind.TEMPLATE)
def test_no_kind_of_letter_is_written_to_anybody_but_agents(shared: Desk, kind: type[Content]) -> None:
    desk = turn(shared)
    ticket = practised(desk)
    anna = desk.gateway.in_force.policy.agent("anna")
    assert anna is not None
    said = samples.content(kind.TEMPLATE)
    several = [
        Outbound(said, one, (Address(MAIJA),), purpose=Purpose.NONE) for one in Audience if one is not Audience.AGENT
    ]
    own = readers.to_agent(desk.gateway.in_force.policy, anna, said, purpose=Purpose.NOTE)
    decision = Decision(Fate.FILED, "test", (Step(ticket.number, (), (*several, own)),))
    written = desk.gateway.store.write(lambda tx: tx.apply(None, decision, desk.clock(), desk.gateway.ids)).result()
    assert len(written.letters) == 1


@pytest.mark.parametrize("template", sorted(VARIABLES))
def test_no_kind_of_letter_is_handed_over_to_anybody_but_agents(template: str) -> None:
    """Were one written all the same, it would not leave."""
    due = replace(samples.due(template), ticket=None, department="support")
    home = Department("support", ("support@acme.example",), Address("support@acme.example"), training=True)
    policy = replace(samples.POLICY, departments=(home,))
    for addr, leaves in ((MAIJA, False), (samples.POLICY.agents[0].address, True)):
        mark = outcome.why_not_tried(due, DueDelivery(1, addr, 0), policy, due.created_at)
        assert (mark is None) is leaves, template


def test_without_a_department_to_practise_in_nobody_is_trained(tmp_path: Path) -> None:
    with running(tmp_path) as desk, pytest.raises(Permanent, match="training = true"):
        practice.train(desk.gateway, "bo")


def test_the_first_department_is_nobodys_to_practise_in(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused, running(tmp_path, support="training = true"):
        pass
    assert "put another before it" in str(refused.value.problems[0])
