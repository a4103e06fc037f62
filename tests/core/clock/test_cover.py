"""What does not wait for somebody who is away: what presses, what is on their return, what waits for their hours."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cases import BO, NOW, POLICY, D, H, ticket

from mailgate.core.clock import cover
from mailgate.core.model.change import Assign, Audience, CancelLetters, Journal, SetEscalation, SetStatus
from mailgate.core.model.content import Content, Handover, Notice, Question, Reminded, WasItYou
from mailgate.core.model.facts import Absence, Facts
from mailgate.core.model.letter_rows import StoredLetter
from mailgate.core.model.mail import Address
from mailgate.core.model.moment import Moment
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.ticket import Due, Priority, Status, Ticket

URGENT = ticket(owner="bo", priority=Priority.URGENT)
LATE = ticket(owner="bo", due=Due(resolve=NOW - H))
SOON = ticket(owner="bo", due=Due(resolve=NOW + H))
CALM = ticket(owner="bo", due=Due(resolve=NOW + 3 * H))


def at(*away: str, known: Ticket = URGENT) -> Moment:
    """The moment when these are away: `bo` without a cover, `bo:cai` with one."""
    pairs = (one.partition(":") for one in away)
    found = tuple(Absence(name, NOW - H, NOW + D, cover) for name, _, cover in pairs)
    return Moment(POLICY, Facts(away=found, tickets={known.number: known}), NOW)


# what is decided, who is away, the ticket of Bo's, who has it afterwards (None: it does not move), and who is written to
PRESSING: list[tuple[str, str, Ticket, str | None, list[tuple[str, str]]]] = [
    ("what is urgent goes to the cover", "bo:cai", URGENT, "cai", [("cai", "handover")]),
    ("and what is late", "bo:cai", LATE, "cai", [("cai", "handover")]),
    ("or will be within two hours", "bo:cai", SOON, "cai", [("cai", "handover")]),
    ("the rest does not", "bo:cai", CALM, None, []),
    ("nor what waits for the customer", "bo:cai", replace(URGENT, status=Status.WAITING), None, []),
    ("a cover who is away hands it to theirs", "bo:cai cai:anna", URGENT, "anna", [("anna", "handover")]),
    ("without a cover it is the department's", "bo", LATE, "", [("anna", "notice"), ("cai", "notice")]),
    ("in a circle of covers too", "bo:cai cai:bo", LATE, "", [("anna", "notice")]),
    ("of what nobody has all hear who are here", "bo anna", LATE, "", [("cai", "notice")]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("away", "known", "owner", "told"), [row[1:] for row in PRESSING], ids=[row[0] for row in PRESSING]
)
def test_what_presses_does_not_wait(away: str, known: Ticket, owner: str | None, told: list[tuple[str, str]]) -> None:
    steps = cover.hand_to_cover(at(*away.split(), known=known), {"bo": [known]}).steps
    if owner is None:
        assert steps == ()
        return
    [step] = steps
    changes = [one for one in step.changes if not isinstance(one, SetEscalation)]
    given = [Assign(owner), Journal("away", old="bo", new=owner)]
    freed = [Assign(None), Journal("away", old="bo"), SetStatus(Status.NEW)]
    expected = given if owner else freed
    assert changes[: len(expected)] == expected
    assert sorted((one.agent, one.template) for one in step.outbound) == told


def waits(number: int, content: Content, purpose: Purpose, about: int | None = 1042, to: str = "bo") -> StoredLetter:
    return StoredLetter(
        id=number, ticket=about, mail=None, template=content.template, audience=Audience.AGENT, agent=to,
        purpose=purpose, department="", language="en", subject="", message_id=f"<{number}@acme.example>",
        in_reply_to="", references=(), to=(Address(f"{to}@staff.example"),), cc=(), content=content, attachments=(),
        urgency=2, created_at=NOW - H, dedupe=None, revoked_at=None, raw=None, deliveries=(),
    )  # fmt: skip


REPLY = waits(7, Notice(why="reply"), Purpose.CUSTOMER)
# what is decided, the letter that waits for Bo's hours, who is away, whose ticket it is, who hears of it now
WAITING: list[tuple[str, StoredLetter, str, str | None, list[str]]] = [
    ("a customer's words go to the cover", REPLY, "bo:cai", "bo", ["cai"]),
    ("without one the ticket is the department's", REPLY, "bo", "bo", ["anna", "cai"]),
    ("on a colleague's ticket the lead reads them", REPLY, "bo", "cai", ["anna"]),
    ("a colleague's note too", waits(7, Notice(why="note"), Purpose.NOTE), "bo", "bo", ["anna"]),
    ("and a reminder", waits(7, Reminded(text="x"), Purpose.NOTE), "bo:cai", None, ["cai"]),
    ("what is about no ticket as well", waits(7, Question(title="x"), Purpose.TABLES, None), "bo:cai", None, ["cai"]),
    ("a question that is theirs stays", waits(7, WasItYou(), Purpose.RELEASE), "bo:cai", None, []),
    ("what was handed to them too", waits(7, Handover(), Purpose.NOTE), "bo:cai", None, []),
    ("where nobody is here it stays", waits(7, Notice(why="note"), Purpose.NOTE), "anna bo cai", "bo", []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kept", "away", "owner", "heard"), [row[1:] for row in WAITING], ids=[row[0] for row in WAITING]
)
def test_what_waits_for_their_hours_does_not_wait_for_them(
    kept: StoredLetter, away: str, owner: str | None, heard: list[str]
) -> None:
    decision = cover.passed_on(at(*away.split(), known=ticket(owner=owner)), BO, [kept])
    letters = [*decision.letters, *(one for step in decision.steps for one in step.outbound)]
    assert sorted(one.agent for one in letters) == heard
    assert decision.effects == ((CancelLetters((7,), why="away"),) if heard else ())


def test_a_ticket_with_two_letters_is_given_back_once() -> None:
    decision = cover.passed_on(at("bo", known=ticket(owner="bo")), BO, [REPLY, replace(REPLY, id=8)])
    assert len(decision.steps) == 1 and decision.effects == (CancelLetters((7, 8), why="away"),)


def test_on_their_return_one_letter_tells_what_others_have() -> None:
    found = [ticket(number, owner=owner) for number, owner in ((1, "cai"), (2, None))]
    letter = cover.on_return(at(), BO, found)
    assert isinstance(letter.content, Question) and letter.agent == "bo"
    assert [(row.number, row.owner) for row in letter.content.rows or ()] == [(1, "Cai Lind"), (2, "")]
    many = cover.on_return(at(), BO, [ticket(number) for number in range(1, 61)])
    assert isinstance(many.content, Question) and (len(many.content.rows or ()), many.content.more) == (50, 10)
