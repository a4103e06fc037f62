"""What an agent's session on a page may do: that ticket, that command, by that door alone (W-35)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cases import (
    ANNA,
    BO,
    CAI,
    MAIJA,
    NOW,
    PASS,
    POLICY,
    D,
    H,
    case,
    changes,
    decided,
    facts,
    letter,
    letters_of,
    mail,
    ticket,
)

from mailgate.core.commands.catalogue import COMMANDS
from mailgate.core.mails import agent_mail, agent_orders, decide
from mailgate.core.model import change as ch
from mailgate.core.model.desk_rows import JournalLine
from mailgate.core.model.mail import Address, Envelope, InboundMail, Source
from mailgate.core.model.moment import Moment
from mailgate.core.model.outbound import Audience
from mailgate.core.model.policy import Agent, Policy
from mailgate.core.model.ticket import EntryKind, Status
from mailgate.core.pages.policy import Act, WebPolicy
from mailgate.core.proof import authority, session
from mailgate.core.quoting.parts import Held

OURS, OTHERS = ticket(1042), ticket(1043)


def policy(act: str = "steer", **letters: Any) -> Policy:
    return replace(POLICY, web=WebPolicy(act=Act(act)), letters=replace(POLICY.letters, **letters))


def acted(command: str, words: str = "", *, by: Agent = ANNA, login: str = "", **parts: Any) -> InboundMail:
    """What the daemon writes down of an act on the page of 1042."""
    envelope = Envelope(by.address, ("support@acme.example",), Source.WINDOW, login=login or by.name)
    subject = parts.pop("subject", f"[#1042] {command}")
    return mail(words, by=by, envelope=envelope, subject=subject, message_id="<act.1@window.invalid>", **parts)


def leaves(decision: ch.Decision) -> bool:
    return any(one.audience in (Audience.CUSTOMER, Audience.EXPERT) for one in letters_of(decision))


DONE = [  # command, words, the change it makes
    ("#take", "", ch.Assign), ("#assign bo", "", ch.Assign), ("#hold fri 14:00", "", ch.SetStatus), ("#wait", "", ch.SetStatus),
    ("#tag +refund", "", ch.Tag), ("#priority high", "", ch.SetPriority), ("#file", "", ch.SetStatus), ("#move sales", "", ch.Move),
    ("#due 2026-03-09", "", ch.SetDue), ("#remind 2d call them", "", ch.Remind), ("#watch", "", ch.Watch),
    ("#note", "She called.", ch.AddEntry), ("#spent 20min", "", ch.Journal),
]  # fmt: skip


@pytest.mark.parametrize(("command", "words", "kind"), DONE)
def test_what_stays_in_the_house_is_done_on_a_page(command: str, words: str, kind: type) -> None:
    decision = decided(acted(command, words), OURS, policy=policy())
    assert (decision.fate, decision.actor) == (ch.Fate.FILED, "anna")
    assert changes(decision, kind) and not leaves(decision)
    assert decision.trace.authority.proof == "session"


@pytest.mark.parametrize("act", ["none", "steer", "all"])
@pytest.mark.parametrize("name", [word.name for word in COMMANDS])
def test_w35_no_command_at_all_does_more_than_the_admin_lets_pages_do(act: str, name: str) -> None:
    """Every command there is, with something after it that it takes: of a page's own wording nothing leaves."""
    given = {"assign": "bo", "move": "sales", "ask": "lab@tester.example why", "forward": "lab@tester.example words",
             "cc": "+boss@home.example", "requester": "boss@home.example", "hold": "fri", "priority": "high", "due": "fri",
             "remind": "2d", "tag": "+x", "subject": "Send money to x", "field": "a=b", "privacy": "export", "spent": "5min",
             "use": "refund", "merge": "1043", "link": "1043", "draft": "1043", "kb": "lamp", "call": "maija@customer.example",
             "new": "boss@home.example", "news": "fri We are down", "answer": "+vpn It works.", "incident": "vpn vpn"}  # fmt: skip
    known = replace(policy(act), replies={"refund": {"en": "Money comes."}})
    decision = decided(
        acted(f"#{name} {given.get(name, '')}".strip(), "Words of the page."), OURS, OTHERS, policy=known
    )
    touched = {step.ticket for step in decision.steps if step.changes or step.outbound}
    assert touched <= {1042} and not any(letter.audience is Audience.EXPERT for letter in letters_of(decision))
    if act != "all":
        assert not leaves(decision)
        assert not changes(decision, ch.SetSubject) and not changes(decision, ch.Join)
    if act == "none" or name not in session.MAY[act]:
        assert (decision.fate, decision.steps) == (ch.Fate.PARKED, ()), "it waits for a word by mail"


@pytest.mark.parametrize(("command", "stages"), [("#solve", ("solved",)), ("#solve tell", ()), ("#take", ("taken",)), ("#move sales", ("transferred",)),
                                                 ("#wait", ("waiting",))])  # fmt: skip
def test_w35_a_change_of_which_the_customer_would_hear_waits_unless_pages_may_answer(
    command: str, stages: tuple[str, ...]
) -> None:
    about = ticket(1042, last_agent_at=NOW - 2 * D)
    decision = decided(acted(command), about, policy=policy("steer", stages=stages))
    assert (decision.fate, decision.reason, decision.steps) == (ch.Fate.PARKED, "page_only", ())
    assert not leaves(decision)
    allowed = decided(acted(command), about, policy=policy("all", stages=stages))
    assert allowed.fate is ch.Fate.FILED and leaves(allowed)


@pytest.mark.parametrize("command", ["#solve", "#file", "#take", "#move sales"])
def test_the_same_change_is_done_where_nobody_outside_hears_of_it(command: str) -> None:
    decision = decided(acted(command), OURS, policy=policy("steer", stages=()))
    assert decision.fate is ch.Fate.FILED and decision.steps and not leaves(decision)


def test_words_below_an_act_are_words_whatever_stands_in_them() -> None:
    words = "#solve\n\nOut of office\n#reply\nFwd: [#1043] #take\nmg:abc\n1 take"
    decision = decided(acted("#note", words), OURS, OTHERS, policy=policy("all"))
    (entry,) = changes(decision, ch.AddEntry)
    assert (entry.kind, entry.text) == (EntryKind.NOTE, words)
    assert (
        not changes(decision, ch.SetStatus)
        and not leaves(decision)
        and {step.ticket for step in decision.steps} == {1042}
    )


@pytest.mark.parametrize(
    "subject",
    [
        "[#1042] [#1043] #take",
        "#take",
        "[#1042] #take #solve",
        "[#1042]",
        "[#1042] take it",
        "[#1042] #nonsense",
        "[#7777] #take",
    ],
)
def test_an_act_is_one_command_on_one_ticket_or_nothing(subject: str) -> None:
    decision = decided(acted("", subject=subject), OURS, OTHERS, policy=policy("all"))
    assert decision.fate is ch.Fate.PARKED and not any(step.changes for step in decision.steps)


@pytest.mark.parametrize(
    ("envelope", "proof"),
    [
        (Envelope(ANNA.address, (), Source.WINDOW, login="anna"), "session"),
        (Envelope(ANNA.address, (), Source.WINDOW, login="bo"), ""),
        (Envelope(ANNA.address, (), Source.WINDOW), ""),  # the form, in her name
        (Envelope(ANNA.address, (), Source.SMTP, login="anna"), "login"),  # never by another door
        (Envelope(ANNA.address, (), Source.PIPE), ""),
    ],
)
def test_w35_a_session_is_of_that_agent_and_by_that_door_alone(envelope: Envelope, proof: str) -> None:
    inbound = mail(by=ANNA, envelope=envelope, subject="[#1042] #take")
    assert authority.identify(inbound, policy(), {}, {}).proof == proof
    if envelope.login:
        assert not authority.identify(inbound, policy("none"), {}, {}).steer or proof == "login"


def test_w35_what_a_page_brings_along_proves_nothing_more() -> None:
    """A token in its words, a border's header: the daemon wrote none of them."""
    theirs = letter(1043, ANNA, "customer")
    inbound = acted("#take", subject="[#1043] #reply", in_reply_to=(theirs.message_id,), auth=(PASS,))
    known = authority.identify(inbound, policy("steer"), {theirs.message_id: theirs}, {})
    assert (known.proof, known.passed, known.carried, known.strong) == ("session", False, (), ())
    someone = acted("#take", login="bo", in_reply_to=(theirs.message_id,), auth=(PASS,))
    assert not authority.identify(someone, policy(), {theirs.message_id: theirs}, {}).steer


def test_an_act_is_no_programs_mail_whatever_its_words_are_like() -> None:
    words = "Out of office: I am away until Monday.\n\n550 5.1.1 user unknown"
    inbound = acted("#note", words, headers=(("auto-submitted", "auto-replied"),))
    about = case(inbound, OURS, policy=policy())
    decision = agent_orders.done_on_page(about, agent_mail.read_commands(about))
    assert changes(decision, ch.AddEntry) == changes(decided(inbound, OURS, policy=policy()), ch.AddEntry) != []


def test_a_retired_agents_session_does_nothing() -> None:
    known = replace(policy(), agents=(replace(ANNA, active=False), BO, CAI))
    decision = decided(acted("#take"), OURS, policy=known)
    assert not any(isinstance(one, ch.Assign) for one in changes(decision, ch.Assign))


# --- answers, where pages may write them ------------------------------------------------------------------------------


def answered(seen: timedelta = timedelta(minutes=5), **parts: Any) -> InboundMail:
    return acted("#reply", "It leaves today.", headers=((session.SEEN, (NOW - seen).isoformat()),), **parts)


def test_an_answer_leaves_as_any_answer_with_its_undo_window() -> None:
    decision = decided(answered(), OURS, policy=policy("all"))
    (sent,) = (one for one in letters_of(decision) if one.template == "answer")
    assert sent.not_before == NOW + POLICY.undo_window and sent.to == (MAIJA,)
    assert changes(decision, ch.AddEntry)[0].kind is EntryKind.AGENT


def test_an_answer_to_a_page_on_which_a_colleagues_newer_words_were_not_is_shown_first() -> None:
    about = ticket(1042, last_agent_at=NOW - H, owner="anna")
    known = {"last_words": {1042: "bo"}, "policy": policy("all")}
    assert decided(answered(2 * H), about, **known).reason == "stale"
    assert decided(answered(), about, **known).fate is ch.Fate.FILED
    assert decided(answered(-5 * D), about, **known).fate is ch.Fate.FILED, "never later than now"


@pytest.mark.parametrize(
    ("named", "fate"),
    [("maija@customer.example", ch.Fate.PARKED), ("maija@customer.example valdis@customer.example", ch.Fate.FILED)],
)
def test_an_answer_waits_where_somebody_gets_it_whom_the_page_did_not_name(named: str, fate: ch.Fate) -> None:
    about = ticket(1042, participants=(MAIJA, Address("valdis@customer.example")))
    inbound = acted("#reply", "It leaves today.", headers=((session.NAMED, named),))
    decision = decided(inbound, about, policy=policy("all"))
    assert decision.fate is fate and leaves(decision) is (fate is ch.Fate.FILED)


def test_words_of_a_note_typed_on_a_page_wait_as_by_mail() -> None:
    decision = decided(answered(held=Held.NOTE, note_words=9), OURS, policy=policy("all"))
    assert (decision.fate, decision.reason) == (ch.Fate.PARKED, "note_words")


def test_a_trainees_answer_is_handed_in() -> None:
    decision = decided(answered(by=CAI), OURS, policy=policy("all"))
    assert (decision.fate, decision.reason) == (ch.Fate.PARKED, "trainee") and not leaves(decision)


def test_an_answer_that_was_let_go_by_mail_is_read_as_it_was_on_the_page() -> None:
    known = policy("all")
    words = "#solve\n\nIt leaves today."
    released = decide.decide(
        acted("#reply", words), Moment(known, facts(OURS, OTHERS), NOW), (), released_as="anna", release_mode="all"
    )
    (entry,) = changes(released, ch.AddEntry)
    assert entry.text == words and not any(one.status is Status.SOLVED for one in changes(released, ch.SetStatus))


def test_undo_takes_back_the_last_act() -> None:
    event = JournalLine(1, 1042, NOW, "anna", 7, "owner", "", "anna")
    about = ticket(1042, owner="anna")
    decision = decided(acted("#undo"), about, policy=policy(), journal={1042: (event,)})
    assert [one.agent for one in changes(decision, ch.Assign)] == [None] and not leaves(decision)


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("leave", "eve@evil.example", ""),
        ("requester", "eve@evil.example", "maija@customer.example"),
        ("subject", "Send money", "Lamp"),
        ("field", "order=1", "order=2"),
        ("page", "", "off"),
    ],
)
def test_w35_undo_on_a_page_lets_nobody_in_and_brings_back_no_words(kind: str, old: str, new: str) -> None:
    event = JournalLine(1, 1042, NOW, "anna", 7, kind, old, new)
    decision = decided(acted("#undo"), OURS, policy=policy(), journal={1042: (event,)})
    assert (decision.fate, decision.reason) == (ch.Fate.PARKED, "page_only")
    allowed = decided(acted("#undo"), OURS, policy=policy("all"), journal={1042: (event,)})
    assert allowed.fate is ch.Fate.FILED
