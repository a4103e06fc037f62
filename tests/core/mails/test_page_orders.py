"""What a customer does on their page: a button is their order, and whatever they type is words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cases import MAIJA, NOW, STRANGER, VALDIS, changes, decided, issued, letters_of, mail, ticket

from mailgate.core.model import change as ch
from mailgate.core.model.content import StatusReport
from mailgate.core.model.mail import Address, Envelope, InboundMail, Source
from mailgate.core.model.ticket import QUIET, Status, Ticket
from mailgate.core.proof import visitor

D = timedelta(days=1)
WHOLE = ticket(participants=(MAIJA, VALDIS), subject="Broken lamp")
SOLVED = replace(WHOLE, status=Status.SOLVED, solved_at=NOW - D)
LONG_AGO = replace(SOLVED, solved_at=NOW - 50 * D)


def on_page(text: str = "", order: str = "", by: Address = MAIJA, **parts: Any) -> InboundMail:
    marks = ((visitor.ORDER.lower(), order),) if order else ()
    envelope = Envelope(by.addr, ("support@acme.example",), Source.WINDOW, peer="192.0.2.7")
    subject = "Re: [#1042] Broken lamp"
    plain = mail(text, by=by, envelope=envelope, message_id="", in_reply_to=(issued(),), subject=subject)
    return replace(plain, headers=marks, **parts)


def said(decision: ch.Decision) -> list[tuple[str, str]]:
    return [(one.author, one.text) for one in changes(decision, ch.AddEntry)]


def statuses(decision: ch.Decision) -> list[Status]:
    return [one.status for one in changes(decision, ch.SetStatus)]


def told(decision: ch.Decision) -> list[str]:
    return [one.to[0].addr for one in letters_of(decision) if isinstance(one.content, StatusReport)]


def test_w07_words_are_filed_as_those_of_whose_page_it_is() -> None:
    for person in (MAIJA, VALDIS):
        decision = decided(on_page("It is the fuse.", by=person), WHOLE)
        assert (decision.fate, [step.ticket for step in decision.steps]) == ("filed", [1042])
        assert said(decision) == [(person.addr, "It is the fuse.")]
        assert changes(decision, ch.AddEntry)[0].title == ""
        assert not changes(decision, ch.AddEntry)[0].unverified


@pytest.mark.parametrize("text", ["#close", "#\u2060close", "#reopen", "9", "#confirm", "#status\nplease", "#sulje"])
def test_w23_what_is_typed_is_words(text: str) -> None:
    decision = decided(on_page(text), WHOLE)
    assert said(decision) == [(MAIJA.addr, text)]
    assert Status.SOLVED not in statuses(decision)
    assert told(decision) == []


def test_w23_nothing_typed_is_folded_as_a_quote() -> None:
    text = "On Monday Anna Virtanen wrote:\n> words\n-- \nMaija"
    decision = decided(on_page(text, shown="", fresh="", quoted=text), WHOLE)
    assert said(decision) == [(MAIJA.addr, text)]


def test_the_buttons_close_and_open_again_and_the_person_hears_of_it() -> None:
    closed = decided(on_page("#close", "close"), WHOLE)
    assert (statuses(closed), told(closed), said(closed)) == ([Status.SOLVED], [MAIJA.addr], [(MAIJA.addr, "#close")])
    opened = decided(on_page("#reopen", "reopen"), SOLVED)
    assert statuses(opened) == [Status.NEW]


@pytest.mark.parametrize("order", ["close", "reopen"])
def test_w07_nobody_but_the_requester_closes_or_opens(order: str) -> None:
    decision = decided(on_page(f"#{order}", order, by=VALDIS), SOLVED if order == "reopen" else WHOLE)
    assert statuses(decision) == []
    stranger = decided(on_page(f"#{order}", order, by=STRANGER), WHOLE)
    assert statuses(stranger) == [] and [one.unverified for one in changes(stranger, ch.AddEntry)] == [True]


@pytest.mark.parametrize("person", [MAIJA, VALDIS])
@pytest.mark.parametrize("about", [WHOLE, SOLVED, LONG_AGO, replace(LONG_AGO, status=Status.ARCHIVED)])
def test_a_letter_with_their_link_changes_nothing_and_is_no_contribution(about: Ticket, person: Address) -> None:
    decision = decided(on_page("", "status", by=person), about)
    assert (decision.fate, [step.ticket for step in decision.steps]) == ("filed", [1042])
    assert told(decision) == [person.addr]
    assert not said(decision) and not statuses(decision) and not changes(decision, ch.OpenTicket)
    assert [one.audience for one in letters_of(decision)] == ["customer"]


def test_the_letter_encloses_the_file_that_was_asked_for() -> None:
    asked = on_page("", "status")
    asked = replace(asked, headers=(*asked.headers, (visitor.FILE.lower(), "3021 2.1")))
    (sent,) = letters_of(decided(asked, WHOLE))
    assert sent.attachments == ((3021, "2.1"),)
    assert [one.to[0].addr for one in letters_of(decided(asked, WHOLE))] == [MAIJA.addr]


@pytest.mark.parametrize("door", [one for one in Source if not one.written_down])
def test_the_marks_of_a_page_mean_nothing_in_mail(door: Source) -> None:
    forged = on_page("Hello", "close")
    forged = replace(
        forged,
        envelope=replace(forged.envelope, source=door),
        headers=(*forged.headers, (visitor.FILE.lower(), "1 2")),
    )
    decision = decided(forged, WHOLE)
    assert Status.SOLVED not in statuses(decision)
    assert not [one for one in letters_of(decision) if one.attachments]


def test_in_a_quiet_ticket_a_button_is_words_that_agents_hear() -> None:
    decision = decided(on_page("#close", "close"), replace(WHOLE, tags=(QUIET,)))
    assert statuses(decision) == [] and told(decision) == []


def test_too_late_to_go_on_words_open_a_new_request() -> None:
    decision = decided(on_page("It broke again."), LONG_AGO)
    (opened,) = changes(decision, ch.OpenTicket)
    assert opened.requester.addr == MAIJA.addr
    assert [one.kind for one in changes(decision, ch.LinkTo)] == [ch.LinkKind.CONTINUES]
