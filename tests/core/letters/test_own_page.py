"""A customer's letter ends with the link to its reader's page, and to nobody else's; an agent's has none."""

from dataclasses import replace
from datetime import UTC, timedelta

import pytest

from mailgate.core.letters import own_page, row_values
from mailgate.core.letters.letter import head
from mailgate.core.model.content import (
    Ack,
    Answer,
    ArticleSent,
    Closing,
    Content,
    Delayed,
    Solved,
    StatusReport,
    Taken,
    Waiting,
)
from mailgate.core.model.letter_kinds import TO_CUSTOMERS, PrivacyLetter
from mailgate.core.model.mail import Address
from mailgate.core.model.policy import Policy
from mailgate.core.model.ticket import Status
from mailgate.core.pages.policy import WebPolicy
from mailgate.core.proof import page
from mailgate.core.proof.page import PageState
from mailgate.wire import words
from mailgate.wire.letters import render, samples

MAIJA, PEKKA = samples.MAIJA, Address("pekka@customer.example", "Pekka")
POLICY = samples.POLICY
OFF = replace(POLICY, web=WebPolicy())
CUSTOMERS = [one.TEMPLATE for one in TO_CUSTOMERS if one is not PrivacyLetter]


def written(due, policy: Policy = POLICY) -> page.PageToken | None:
    return page.read(own_page.written_for(due, policy), policy.keys)


def of_two(template: str = "answer"):
    due = samples.due(template)
    assert due.ticket
    return replace(due, ticket=replace(due.ticket, participants=(MAIJA, PEKKA)), cc=(PEKKA,))


@pytest.mark.parametrize("template", CUSTOMERS)
@pytest.mark.parametrize("language", words.CATALOGUES)
def test_the_last_line_is_the_readers_own_link_and_says_what_it_opens(template: str, language: str) -> None:
    due = samples.due(template, language)
    letter = head(due, POLICY, loop_mark="")
    shown = render.page(letter, samples.NOW)
    known = written(due)
    assert known
    assert page.person_of(known, [PEKKA, MAIJA], POLICY.keys) == MAIJA
    assert letter.view.page in shown.html
    last = " ".join(shown.text.split())
    assert last.endswith(f"<{letter.view.page}> {words.say(language, 'page_alone')}")


@pytest.mark.parametrize("template", row_values.VARIABLES)
def test_without_pages_no_letter_changes(template: str) -> None:
    for due in samples.cases(template):
        assert head(due, OFF, loop_mark="").view.page == ""
        assert head(due, replace(POLICY, web=replace(POLICY.web, status=False)), loop_mark="").view.page == ""
        assert words.say("en", "page_alone") not in render.page(head(due, OFF, loop_mark=""), samples.NOW).text


@pytest.mark.parametrize("template", [name for name in row_values.VARIABLES if name not in CUSTOMERS])
def test_no_other_letter_has_one(template: str) -> None:
    assert head(samples.due(template), POLICY, loop_mark="").view.page == ""


def test_of_several_readers_each_has_the_link_that_only_shows() -> None:
    known = written(of_two())
    assert known
    assert known.person == ""
    assert known.ticket == 1042


def test_whoever_takes_no_part_has_none() -> None:
    due = samples.due("ack")
    assert written(replace(due, to=(PEKKA,))) is None
    assert written(replace(of_two(), to=(MAIJA, Address("eve@else.example")))) is None


NOBODYS = [Ack(), StatusReport(), Taken(), Waiting(), Delayed(), Solved(), Closing()]


@pytest.mark.parametrize("content", NOBODYS, ids=lambda one: one.template)
@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize(
    "earlier", [(), (Ack(),), (Ack(show_subject=True),), (Taken(), StatusReport(show_subject=True))]
)
def test_l13_a_victim_of_a_forged_sender_is_led_to_no_page(
    content: Content, answered: bool, earlier: tuple[Content, ...]
) -> None:
    ticket = samples.ticket("en")
    ticket = replace(ticket, last_agent_at=samples.NOW if answered else None)
    proved = any(isinstance(one, Ack | StatusReport) and one.show_subject for one in earlier)
    stage = not isinstance(content, Ack | StatusReport)
    assert own_page.is_to_a_stranger(content, ticket, earlier) is not (stage and (answered or proved))


@pytest.mark.parametrize(
    "content", [Ack(show_subject=True), StatusReport(show_subject=True), Answer(text="Hello"), ArticleSent()]
)
def test_whoever_is_known_or_has_an_agents_words_has_a_link(content: Content) -> None:
    assert not own_page.is_to_a_stranger(content, replace(samples.ticket("en"), last_agent_at=None), ())


def test_ended_links_are_not_written_and_new_ones_are_of_a_new_generation() -> None:
    due = samples.due("ack")
    assert written(replace(due, page=PageState(on=False, generation=1))) is None
    known = written(replace(due, page=PageState(generation=1)))
    assert known
    assert known.generation == 1


def test_a_link_of_a_letter_that_comes_late_lives_as_long() -> None:
    due = samples.due("status")
    assert due.ticket
    solved = due.created_at - timedelta(days=300)
    known = written(replace(due, ticket=replace(due.ticket, status=Status.ARCHIVED, solved_at=solved)))
    assert known
    assert known.day == (due.created_at + POLICY.web.links).astimezone(UTC).date()
    assert written(due) == replace(known, day=None)


def test_where_they_practise_there_is_none() -> None:
    trained = replace(POLICY, departments=(replace(POLICY.departments[0], training=True),))
    assert written(samples.due("answer"), trained) is None


PASSED_ON = page.link("https://help.acme.example", page.page_of(POLICY.keys[0], 1042, PageState(), MAIJA, None))


@pytest.mark.parametrize("due", [samples.due("answer"), of_two(), replace(of_two(), page=PageState(on=False))])
def test_a_link_in_an_answer_is_its_readers_own_or_nobodys(due) -> None:
    said = Answer(text=f"See {PASSED_ON}.", html=f'<a href="{PASSED_ON}">x</a>', canned=PASSED_ON, agent="anna")
    content = head(replace(due, content=said), POLICY, loop_mark="").view.content
    assert isinstance(content, Answer)
    mine = own_page.written_for(due, POLICY) or page.CUT
    for text in (content.text, content.html, content.canned):
        assert f"https://help.acme.example/t/{mine}" in text
        assert (PASSED_ON in text) == (mine in PASSED_ON)


def test_what_an_agent_reads_of_the_thread_names_no_page() -> None:
    due = samples.due("notice")
    assert due.ticket
    said = tuple(replace(one, text=f"{one.text}\nhttp://x.example/\n{PASSED_ON}") for one in due.ticket.entries)
    letter = head(replace(due, ticket=replace(due.ticket, entries=said)), POLICY, loop_mark="")
    shown = render.page(letter, samples.NOW)
    assert "https://help.acme.example/t/…" in shown.text
    assert PASSED_ON not in shown.text + shown.html
