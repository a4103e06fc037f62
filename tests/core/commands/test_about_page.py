"""`#page` shows the customer's own link, `#page off` ends them all, and `#undo` takes either back with new links."""

from dataclasses import replace

import pytest

from mailgate.core.commands import about_people, workflow
from mailgate.core.commands.judging import Event, Granted, KnownWorld, Refusal, TicketContext
from mailgate.core.commands.reader import Command
from mailgate.core.letters.addressee import NOBODY
from mailgate.core.model.change import Journal
from mailgate.core.model.facts import Facts
from mailgate.core.model.moment import Moment
from mailgate.core.model.policy import Key, Policy
from mailgate.core.pages.policy import WebPolicy
from mailgate.core.proof import page
from tests.core.commands.test_workflow import ANNA, MAIJA, NOW, POLICY, TICKET

KEY = Key("k1", b"x" * 32)
OPEN = replace(POLICY, keys=(KEY,), web=WebPolicy(on=True, url="https://help.desk.example"))
OFF, ON = Event(7, "anna", "page", new="off"), Event(8, "anna", "page", new="on")


def asked(argument: str = "", *events: Event, policy: Policy = OPEN, ticket=TICKET):
    world = KnownWorld(Moment(policy, Facts(), NOW), events=events)
    return about_people.page_link(TicketContext(Command("page", argument), ANNA, world, ticket))


def link_of(judged: object) -> page.PageToken | None:
    assert isinstance(judged, Granted)
    link = str(judged.params["link"])
    assert link.startswith("https://help.desk.example/t/")
    return page.read(link.rpartition("/")[2], [KEY])


def test_it_shows_the_requesters_own_link_and_changes_nothing() -> None:
    judged = asked()
    known = link_of(judged)
    assert known
    assert page.person_of(known, [MAIJA], [KEY]) == MAIJA
    assert (judged.answer, judged.changes, judged.params["who"]) == ("page", (), MAIJA.addr)


def test_off_ends_them_once_and_the_next_question_opens_it_with_new_ones() -> None:
    assert asked("off") == Granted("page_off", (Journal("page", "off"),))
    assert asked("off", OFF) == Granted("page_is_off")
    judged = asked("", OFF)
    assert judged.changes == (Journal("page", "on"),)
    known, before = link_of(judged), link_of(asked())
    state = page.state_of([("page", "off"), ("page", "on")])
    assert known
    assert before
    assert page.is_current(known, state)
    assert not page.is_current(before, state)
    assert link_of(asked("", OFF, ON)) == known


@pytest.mark.parametrize(
    ("policy", "ticket", "why"),
    [
        (POLICY, TICKET, "no_pages"),
        (replace(OPEN, web=replace(OPEN.web, status=False)), TICKET, "no_pages"),
        (replace(OPEN, departments=(replace(OPEN.departments[0], training=True),)), TICKET, "no_pages"),
        (OPEN, replace(TICKET, requester=NOBODY), "no_page_reader"),
    ],
)
def test_where_there_is_no_page_the_receipt_says_so(policy: Policy, ticket, why: str) -> None:
    assert asked(policy=policy, ticket=ticket) == Refusal(why)


@pytest.mark.parametrize(("done", "opposite"), [("off", "on"), ("on", "off")])
def test_undo_opens_it_again_with_new_links_and_closes_what_was_opened(done: str, opposite: str) -> None:
    world = KnownWorld(Moment(OPEN, Facts(), NOW), events=(Event(7, "anna", "page", new=done),))
    judged = workflow.ON_TICKET["undo"](TicketContext(Command("undo"), ANNA, world, TICKET))
    assert isinstance(judged, Granted)
    assert judged.changes[0] == Journal("page", opposite)
