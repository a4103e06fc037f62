"""What a proven mail of an agent does: all of it, or it waits whole (beside `test_scope` and `test_relay`)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from cases import (
    ANNA,
    BO,
    MAIJA,
    NOW,
    PASS,
    POLICY,
    STRANGER,
    VALDIS,
    H,
    case,
    changes,
    decided,
    letter,
    letters_of,
    mail,
    ticket,
    written,
)

from mailgate.core.commands.reader import CommandReading
from mailgate.core.mails import agent_mail, agent_orders
from mailgate.core.mails.case import Case
from mailgate.core.model.change import (
    AddEntry,
    Assign,
    Decision,
    Fate,
    OpenTicket,
    SetDue,
    SetSla,
    SetStatus,
    Tag,
    Unpark,
)
from mailgate.core.model.content import Answer, Question, Receipt, Solved
from mailgate.core.model.desk_rows import JournalLine
from mailgate.core.model.effect import JudgeWave
from mailgate.core.model.facts import Sender
from mailgate.core.model.mail import Attachment
from mailgate.core.model.outbound import Audience
from mailgate.core.model.policy import Agent
from mailgate.core.model.said import Said
from mailgate.core.model.shown import AskedFor, RefusedLine, TicketRow
from mailgate.core.model.ticket import Due, EntryKind, Status, Ticket
from mailgate.core.quoting.parts import Held

NOTICE = letter(1042, ANNA, "customer", promised=(MAIJA,))
ANSWERS = {"in_reply_to": (NOTICE.message_id,)}
PROMISING = replace(POLICY, departments=(replace(POLICY.departments[0], sla="standard"), *POLICY.departments[1:]))
FILE = Attachment("lamp.jpg", "image/jpeg", 10, "d", "2")


def given(text: str, about: Ticket | None = None, *others: Ticket, by: Agent = ANNA, **known: Any) -> Case:
    parts = known.pop("parts", {})
    inbound = mail(text, by=by, **{"subject": "Re: [#1042] Lamp", **ANSWERS, **parts})
    return case(inbound, about or ticket(), *others, **{"letters": [NOTICE], **known})


def done(text: str, *tickets: Ticket, by: Agent = ANNA, **known: Any) -> Decision:
    found = given(text, *tickets, by=by, **known)
    reading = agent_mail.read_commands(found)
    assert not reading.problems
    return agent_orders.carry_out(found, by, (tickets or (ticket(),))[:1], reading)


WORDS = "It leaves today."
PASSED = {"parts": {"auth": (PASS,), "in_reply_to": (), "subject": "x"}}
# what is decided, the text, the ticket, what else is known, the fate and reason, and the templates of the letters
ROWS: list[tuple[str, str, Ticket, dict[str, Any], tuple[Fate, str], list[str]]] = [
    ("words answer the customer", WORDS, ticket(), {}, (Fate.FILED, "answer"), ["answer"]),
    ("a command alone writes to nobody", "#tag a", ticket(), {}, (Fate.FILED, "commands"), []),
    ("both do both", f"#tag a\n\n{WORDS}", ticket(), {}, (Fate.FILED, "answer"), ["answer"]),
    ("one refusal keeps all of it back", f"#tag a #assign zoe\n\n{WORDS}", ticket(), {}, (Fate.PARKED, "refused"), ["receipt"]),
    ("a note writes to nobody outside", f"#note\n\n{WORDS}", ticket(owner="anna"), {}, (Fate.FILED, "answer"), []),
    ("a note tells the owner", f"#note\n\n{WORDS}", ticket(owner="bo"), {}, (Fate.FILED, "answer"), ["notice"]),
    ("solved with words is said by the words", f"#solve\n\n{WORDS}", ticket(), {}, (Fate.FILED, "answer"), ["answer"]),
    ("filed is said by none", "#file", ticket(), {}, (Fate.FILED, "commands"), []),
    ("solved without is said by a letter of its own", "#solve", ticket(), {}, (Fate.FILED, "commands"), ["solved"]),
    ("the customer wrote meanwhile: sent, and the agent hears", WORDS, ticket(last_customer_at=NOW - H / 2), {}, (Fate.FILED, "answer"),
     ["answer", "receipt"]),
    ("a file nobody could open is said", WORDS, ticket(), {"parts": {"flags": frozenset({"winmail_unread"})}}, (Fate.FILED, "answer"),
     ["answer", "receipt"]),
    ("of a note nothing is said", f"#note\n\n{WORDS}", ticket(owner="anna"), {"parts": {"flags": frozenset({"winmail_unread"})}},
     (Fate.FILED, "answer"), []),
    ("who had it already gets none, and the agent hears", WORDS, ticket(participants=(MAIJA, VALDIS)),
     {"parts": {"cc": (VALDIS,)}}, (Fate.FILED, "answer"), ["answer", "receipt"]),
    ("words a colleague's words made old wait", WORDS, ticket(last_agent_at=NOW), {"last_words": {1042: "bo"}}, (Fate.PARKED, "stale"),
     ["receipt"]),
    ("a question is answered in one letter", "#show #mine", ticket(), {}, (Fate.FILED, "commands"), ["question"]),
    ("a question and a command are both done", "#tag a #show", ticket(), {}, (Fate.FILED, "commands"), ["question"]),
    ("nothing to undo is a refusal", "#undo", ticket(),
     {"journal": {}}, (Fate.PARKED, "refused"), ["receipt"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "about", "known", "fate", "templates"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_all_of_a_mail_is_done_or_it_waits_whole(
    text: str, about: Ticket, known: dict[str, Any], fate: tuple[Fate, str], templates: list[str]
) -> None:
    decision = done(text, about, **known)
    assert (decision.fate, decision.reason) == fate
    assert [one.template for one in letters_of(decision)] == templates
    assert bool(decision.steps) is (decision.fate is Fate.FILED)


# what is decided, the text, and why it waits ("" when it is done)
FIRST: list[tuple[str, str, str]] = [
    ("a first letter", f"#new {STRANGER.addr}\n\n{WORDS}", ""),
    ("with an agent's address in it", f"#new {STRANGER.addr}\n\nWrite to bo@staff.example.", "address"),
    ("with a mark of ours in it", f"#new {STRANGER.addr}\n\nSee mg:{written(to=ANNA)}", "internal"),
    ("to a colleague", f"#new bo@staff.example\n\n{WORDS}", "refused"),
    ("without a word", f"#new {STRANGER.addr}", "refused"),
]


@pytest.mark.parametrize(("text", "why"), [row[1:] for row in FIRST], ids=[row[0] for row in FIRST])
def test_a_first_letter_holds_nothing_of_the_house(text: str, why: str) -> None:
    found = given(text, **PASSED)
    decision = agent_orders.carry_out(found, ANNA, (), agent_mail.read_commands(found))
    assert (decision.fate is Fate.PARKED, decision.reason if why else "") == (bool(why), why)
    assert [one.requester.addr for one in changes(decision, OpenTicket)] == ([] if why else [STRANGER.addr])


def test_words_without_a_ticket_wait_and_commands_that_need_none_do_not() -> None:
    for text, fate in (
        ("#away 2026-03-09 cover bo", Fate.FILED),
        (f"#away 2026-03-09 cover bo\n\n{WORDS}", Fate.PARKED),
    ):
        found = given(text, **PASSED)
        decision = agent_orders.carry_out(found, ANNA, (), agent_mail.read_commands(found))
        assert decision.fate is fate and bool(decision.effects) is (fate is Fate.FILED)


def test_a_command_on_several_tickets_is_done_on_all_or_none() -> None:
    second = ticket(1043, owner="bo")
    found = given("#assign anna", ticket(), second, parts={"auth": (PASS,)})
    reading = agent_mail.read_commands(found)
    assert agent_orders.carry_out(found, ANNA, (ticket(), second), reading).fate is Fate.PARKED, (
        "a colleague's is asked about"
    )
    free = ticket(1043)
    both = agent_orders.carry_out(found, ANNA, (ticket(), free), reading)
    assert [(step.ticket, step.changes[0]) for step in both.steps] == [(1042, Assign("anna")), (1043, Assign("anna"))]


# what is decided, the queue, and the ticket that is claimed
WAITS = Receipt(
    parked=True,
    ticket=1042,
    refused=(RefusedLine("#clsoe", ""),),
    corrected="customer",
    text="It leaves.",
    author=ANNA.name,
)
HAPPENED = JournalLine(1, 1042, NOW - H, ANNA.name, 7, "entry", "3", "agent")
# what is decided, the answer to the receipt of mail 7, what that says, the journal, and whether mail 7 is dropped
TAKEN_BACK: list[tuple[str, str, Receipt, tuple[JournalLine, ...], bool]] = [
    ("words that wait", "#undo", WAITS, (), True),
    ("commands that wait", "#peru", replace(WAITS, wordless=True), (), True),
    ("a mail without a ticket", "#undo", replace(WAITS, ticket=None, corrected="waits", author=""), (), True),
    ("beside a signature", "#undo\n\nSent from my iPhone", WAITS, (), True),
    ("what has been sent is no longer waiting", "#undo", WAITS, (HAPPENED,), False),
    ("a trainee's words are not the lead's to take back", "#undo", replace(WAITS, author="tove"), (), False),
    ("words beside it", "#undo\n\nIt leaves tomorrow.", WAITS, (), False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "receipt", "journal", "dropped"), [c[1:] for c in TAKEN_BACK], ids=[c[0] for c in TAKEN_BACK]
)
def test_d13_undo_in_answer_to_a_receipt_drops_the_mail_that_waits(
    text: str, receipt: Receipt, journal: tuple[JournalLine, ...], dropped: bool
) -> None:
    asked = letter(None, ANNA, "release", content=receipt, mail=7, subject="Lamp #clsoe")
    parts = {"subject": "Re: Lamp #clsoe", "in_reply_to": (asked.message_id,)}
    decision = agent_mail.handle_agent_mail(given(text, letters=[asked], journal={1042: journal}, parts=parts))
    assert decision is not None
    gone = [one for one in decision.effects if isinstance(one, Unpark)]
    assert (gone == [Unpark(7, released=False)] and decision.fate is Fate.FILED and not decision.steps) is dropped


NEXT: list[tuple[str, tuple[Ticket, ...], int | None]] = [
    ("nothing waits", (), None),
    ("the first that is nobody's", (ticket(1, owner="bo"), ticket(2), ticket(3)), 2),
    ("or new", (ticket(1, owner="anna"), ticket(2, owner="anna", status=Status.NEW)), 2),
    ("else the first of the writer's own", (ticket(1, owner="anna"), ticket(2, owner="anna")), 1),
]


@pytest.mark.parametrize(("queue", "number"), [row[1:] for row in NEXT], ids=[row[0] for row in NEXT])
def test_whoever_asks_for_the_next_ticket_has_it(queue: tuple[Ticket, ...], number: int | None) -> None:
    found = given("#next", queue=queue, **PASSED)
    decision = agent_orders.carry_out(found, ANNA, (), agent_mail.read_commands(found))
    assert [step.ticket for step in decision.steps] == ([number] if number else [])
    (asked,) = [one.content for one in letters_of(decision) if isinstance(one.content, Question)]
    assert (asked.ask, asked.numbers) == ((AskedFor("next", ""),), (number,) if number else ())
    claimed = next((one for one in queue if one.number == number), None)
    threads = [one.template for one in letters_of(decision) if one.template == "handover"]
    assert threads == (["handover"] if claimed and claimed.owner is None else [])


# --- lists ------------------------------------------------------------------------------------------------------------

ROWS_OF = Question(rows=(TicketRow(number=1042), TicketRow(number=1043)))
LIST = letter(None, ANNA, "tables", content=ROWS_OF)
# what is decided, the lines, the fate and reason, and the changes by ticket
LINES: list[tuple[str, str, tuple[Fate, str] | None, list[tuple[int | None, Any]]]] = [
    ("words alone", "please close the first", None, []),
    ("one line", "1 close", (Fate.FILED, "commands"), [(1042, SetStatus(Status.SOLVED))]),
    ("one to file", "1 file", (Fate.FILED, "commands"), [(1042, SetStatus(Status.SOLVED, why="filed"))]),
    ("two lines of one ticket are one step", "2 tag a\n2 tag b", (Fate.FILED, "commands"), [(1043, Tag(("a",), ()))]),
    ("one bad line keeps all back", "1 close\n2 assign zoe", (Fate.PARKED, "refused"), []),
    ("a line the list does not have", "3 close", (Fate.PARKED, "commands"), []),
    ("nor one before the first", "0 close", (Fate.PARKED, "commands"), []),
    ("a ticket that is gone since", "2 tag a", (Fate.PARKED, "no_ticket"), []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "fate", "steps"), [row[1:] for row in LINES], ids=[row[0] for row in LINES])
def test_numbered_lines_are_all_done_or_none(
    text: str, fate: tuple[Fate, str] | None, steps: list[tuple[int | None, Any]]
) -> None:
    there = [ticket(owner="anna")] if fate == (Fate.PARKED, "no_ticket") else [ticket(owner="anna"), ticket(1043)]
    found = case(mail(text, by=ANNA, subject="Re: list", in_reply_to=(LIST.message_id,)), *there, letters=[LIST])
    decision = agent_orders.many(found, ANNA, (1042, 1043))
    assert (decision and (decision.fate, decision.reason)) == fate
    assert [(step.ticket, step.changes[0]) for step in decision.steps] == steps if decision else not steps


@pytest.mark.parametrize(
    ("text", "fate"),
    [
        ("1 close", Fate.PARKED),
        ("1-60 spam\n2 take\n\n-- \nAnna Virtanen", Fate.PARKED),
        ("1 use", Fate.PARKED),
        ("#reply\n1 close", Fate.FILED),
        ("1 lamp is broken, 2 are well", Fate.FILED),
        ("2 close friends of yours wrote", Fate.FILED),
        ("1 close\n\nThat is the first step, dear Maija.", Fate.FILED),
    ],
)
def test_lines_for_a_list_in_answer_to_a_notice_reach_no_customer_unasked(text: str, fate: Fate) -> None:
    found = given(text)
    decision = agent_mail.handle_agent_mail(found)
    assert decision is not None and decision.fate is fate
    if fate is Fate.PARKED:
        sent = agent_mail.released_mail(found, "anna", "words")
        assert sent is not None and [one.template for one in letters_of(sent)][:1] == ["answer"]


SEVERAL = [
    ("1 close\n2 tag a", ["[#1042] #solve", "[#1043] #tag a"], []),
    ("2 tag a", ["[#1043] #tag a"], []),
    ("1 tag a\n2 assign zoe", [], ["[#1043] #assign zoe"]),
    ("1 take\n2 tag a", [], ["[#1042] #take"]),
    ("1 reply Hello Maija", [], ["#reply Hello Maija"]),
    ("1 tag a\n1-2 only\n2 use refund", [], ["#only", "#use refund"]),
]


@pytest.mark.parametrize(("text", "carried_out", "refused"), SEVERAL)
def test_a_receipt_about_several_tickets_says_about_which_each_line_is(
    text: str, carried_out: list[str], refused: list[str]
) -> None:
    answer = mail(text, by=ANNA, subject="Re: list", in_reply_to=(LIST.message_id,))
    decision = agent_orders.many(case(answer, ticket(owner="bo"), ticket(1043), letters=[LIST]), ANNA, (1042, 1043))
    assert decision is not None
    (receipt,) = [one.content for one in letters_of(decision) if isinstance(one.content, Receipt)]
    assert [said.params["command"] for said in receipt.done or () if isinstance(said, Said)] == carried_out
    assert [line.text for line in receipt.refused or ()] == refused
    assert not refused or not receipt.understood


def test_a_receipt_about_one_ticket_does_not_name_it_in_each_line() -> None:
    (receipt,) = [one.content for one in letters_of(done("#assign zoe")) if isinstance(one.content, Receipt)]
    assert [line.text for line in receipt.refused or ()] == ["#assign zoe"]


def test_of_two_tickets_of_one_person_that_a_mail_ends_one_letter_asks_how_it_went() -> None:
    spoken = NOW - 2 * H
    found = case(
        mail("1 close\n2 close", by=ANNA, subject="Re: list", in_reply_to=(LIST.message_id,)),
        ticket(owner="anna", last_agent_at=spoken),
        ticket(1043, last_agent_at=spoken),
        letters=[LIST],
    )
    decision = agent_orders.many(found, ANNA, (1042, 1043))
    assert decision is not None
    told = [one.content for one in letters_of(decision) if isinstance(one.content, Solved)]
    assert [one.survey for one in told] == ["scale", ""]


def test_d35_a_list_of_sixty_is_filed_in_one_line_and_no_customer_hears_of_it() -> None:
    numbers = tuple(range(1042, 1102))
    rows = tuple(TicketRow(at, number) for at, number in enumerate(numbers, 1))
    listed = letter(None, ANNA, "tables", content=Question(title="#list", rows=rows))
    found = case(
        mail("1-60 file", by=ANNA, subject="Re: list", in_reply_to=(listed.message_id,)),
        *(ticket(number) for number in numbers),
        letters=[listed],
    )
    decision = agent_orders.many(found, ANNA, numbers)
    assert decision is not None and [step.ticket for step in decision.steps] == list(numbers)
    assert all(SetStatus(Status.SOLVED, why="filed") in step.changes for step in decision.steps)
    assert [one for one in letters_of(decision) if one.audience == Audience.CUSTOMER] == []


def test_spam_on_several_lines_leaves_whoever_was_answered_and_on_one_line_is_meant() -> None:
    there = ticket(), ticket(1043, last_agent_at=NOW - H)
    known = {"letters": [LIST], "senders": {1042: Sender(), 1043: Sender()}}
    for text, closed, lines in (("1-2 spam", [1042], 2), ("2 spam", [1043], 1), ("1 spam\n2 close", [1042, 1043], 2)):
        answer = mail(text, by=ANNA, subject="Re: list", in_reply_to=(LIST.message_id,))
        decision = agent_orders.many(case(answer, *there, **known), ANNA, (1042, 1043))
        assert decision is not None and [step.ticket for step in decision.steps if step.changes] == closed
        (receipt,) = [one.content for one in letters_of(decision) if isinstance(one.content, Receipt)]
        assert len(receipt.done or ()) == lines


WAVES: list[tuple[str, str, dict[str, str], str | None, str]] = [
    ("all of it is spam", "#spam", {}, "spam", "wave.spam"),
    ("they are real", "#notspam", {}, "real", "wave.real"),
    ("in another language", "#roskaposti", {}, "spam", "wave.spam"),
    ("a second word like the first", "#spam", {"w": "spam"}, "spam", "wave.spam"),
    ("a word that comes too late", "#spam", {"w": "real"}, "spam", "wave.late_real"),
    ("another word is none about it", "#take", {}, None, ""),
    ("nor are two", "#spam\n#take", {}, None, ""),
    ("nor one that shuts a sender out", "#spam always", {}, None, ""),
    ("nor one beside words, which would be lost", "#spam\n\nBut look at the third one.", {}, None, ""),
    ("a signature is none", "#spam\n\nSent from my iPhone", {}, "spam", "wave.spam"),
]


@pytest.mark.parametrize(
    ("text", "waves", "verdict", "told"), [row[1:] for row in WAVES], ids=[row[0] for row in WAVES]
)
def test_one_word_settles_a_wave(text: str, waves: dict[str, str], verdict: str | None, told: str) -> None:
    asked = letter(None, ANNA, "tables", content=Question(title="wave", rows=(TicketRow(1, 1042),), wave="w"))
    answer = mail(text, by=ANNA, subject="Re: wave", in_reply_to=(asked.message_id,))
    decision = decided(answer, ticket(), letters=[asked], waves=waves)
    assert [one for one in decision.effects if isinstance(one, JudgeWave)] == (
        [JudgeWave("w", verdict)] if verdict else []
    )
    if verdict:
        (receipt,) = [one.content for one in letters_of(decision) if isinstance(one.content, Receipt)]
        assert not receipt.done, "and there is no button to take it back"
        assert [said.params["what"].code for said in receipt.asks or () if isinstance(said, Said)] == [told]  # type: ignore[union-attr]


def test_a_word_about_a_wave_needs_the_letter_that_asks() -> None:
    asked = letter(None, BO, "tables", content=Question(title="wave", wave="w"))
    answer = mail("#spam", by=ANNA, subject="Re: wave", in_reply_to=(asked.message_id,))
    assert not decided(answer, ticket(), letters=[asked]).effects


@pytest.mark.parametrize(("command", "asks"), [("#solve", "scale"), ("#file", ""), ("#spam", "")])
def test_words_beside_a_silent_end_leave_without_a_question(command: str, asks: str) -> None:
    told = letters_of(done(f"{command}\n\n{WORDS}"))
    assert [one.content.survey for one in told if isinstance(one.content, Answer)] == [asks]
    assert [one for one in told if isinstance(one.content, Solved)] == []


def test_who_takes_from_a_list_gets_its_thread_and_a_receipt_of_what_that_does_not_say() -> None:
    for text, owner, templates in (
        ("1 take", None, ["handover"]),
        ("1 take\n1 tag +lamp", None, ["handover", "receipt"]),
        ("1 take", "anna", ["receipt"]),
        ("1 assign bo", None, ["handover", "receipt"]),
    ):
        found = case(
            mail(text, by=ANNA, subject="x", in_reply_to=(LIST.message_id,)), ticket(owner=owner), letters=[LIST]
        )
        decision = agent_orders.many(found, ANNA, (1042, 1043))
        assert decision is not None
        assert [one.template for one in letters_of(decision) if one.template != "taken"] == templates
        receipts = [one.content.numbers for one in letters_of(decision) if isinstance(one.content, Receipt)]
        assert receipts == [(1042,)] * templates.count("receipt")


@pytest.mark.parametrize(("text", "files", "fate"), [
    ("", (), (Fate.FILED, "nothing")), ("Sent from my iPhone", (), (Fate.FILED, "nothing")), ("Tell them", (), (Fate.PARKED, "no_ticket")),
    ("", (FILE,), (Fate.PARKED, "no_ticket")), ("", (replace(FILE, ours=True),), (Fate.FILED, "nothing")),
    ("", (replace(FILE, inline=True),), (Fate.FILED, "nothing")),
])  # fmt: skip
def test_an_answer_to_a_letter_about_no_ticket(
    text: str, files: tuple[Attachment, ...], fate: tuple[Fate, str]
) -> None:
    found = given(text, parts={"attachments": files})
    decision = agent_orders.unsaid(found, ANNA, CommandReading(rest=text))
    assert (decision.fate, decision.reason) == fate


def test_an_answer_is_one_entry_of_its_author_and_the_first_to_answer_owns_it() -> None:
    decision = done(WORDS)
    assert [(one.kind, one.author, one.text) for one in changes(decision, AddEntry)] == [
        (EntryKind.AGENT, "anna", WORDS)
    ]
    assert changes(decision, Assign) == [Assign("anna")]


def test_a_call_about_a_ticket_is_its_first_response_and_answers_for_nobody_else() -> None:
    free = ticket(owner=None, status=Status.NEW, sla="standard", due=Due(first_response=NOW + H, resolve=NOW + 9 * H))
    decision = done("#call\n\nShe wants a new bulb.", free)
    [step] = decision.steps
    memo, first = changes(decision, AddEntry)[0], [one for one in changes(decision, SetDue) if one.at is None]
    assert (memo.kind, memo.text, first) == (EntryKind.CALL, "She wants a new bulb.", [SetDue("first_response", None)])
    assert changes(decision, Assign) == [Assign("anna")] and SetStatus(Status.OPEN) in step.changes
    assert letters_of(decision) == [], "a memo is nobody's letter"


def test_a_call_of_somebody_else_is_in_their_ticket_alone() -> None:
    decision = done("#call kari@home.example\n\nHe wants a lamp.", ticket(sla="standard"), policy=PROMISING)
    assert [
        (step.ticket, [one.text for one in step.changes if isinstance(one, AddEntry)]) for step in decision.steps
    ] == [
        (None, ["He wants a lamp."]),
        (1042, []),
    ]
    opened = decision.steps[0].changes
    assert SetSla("standard") in opened and [one.which for one in opened if isinstance(one, SetDue)] == ["resolve"]


def test_a_recording_alone_is_a_memo() -> None:
    decision = done("#call", parts={"attachments": (FILE,)})
    assert [(one.kind, one.attachments) for one in changes(decision, AddEntry)] == [(EntryKind.CALL, (FILE,))]


@pytest.mark.parametrize(
    "text", ["#take", "#take\n\nIt leaves today.", "It leaves today.", "#next", "#assign me", "#take #watch"]
)
def test_no_letter_tells_anybody_that_somebody_took_a_ticket(text: str) -> None:
    """Nor does it tell the taker, but by the thread they need."""
    decision = done(text, ticket(owner=None, status=Status.NEW, watchers=("bo", "cai")))
    assert {one.agent for one in letters_of(decision) if one.audience is Audience.AGENT} <= {ANNA.name}
    assert "receipt" not in [one.template for one in letters_of(decision)]


# --- one answer for many ----------------------------------------------------------------------------------------------


def parked_for(decision: Decision) -> tuple[str, str]:
    assert decision.fate is Fate.PARKED and decision.parking is not None
    return decision.parking.why, decision.parking.agent


@pytest.mark.parametrize(
    ("by", "parts", "expected"),
    [
        (BO, {}, ("for_lead", "anna")),
        (ANNA, {}, ("for_lead", "anna")),  # one's own too
        (BO, {"held": Held.NOTE, "sendable": "It works."}, ("note_words", "bo")),  # before the lead is asked
        (BO, {"attachments": (FILE,)}, ("refused", "bo")),
    ],
)
def test_one_answer_for_many_waits_for_the_lead(by: Agent, parts: dict[str, Any], expected: tuple[str, str]) -> None:
    text = "#answer +vpn\n\nIt works."
    written_by = mail(text, by=by, subject="Hello", auth=(PASS,), **parts)
    assert parked_for(decided(written_by)) == expected
