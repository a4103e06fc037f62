"""A plain reply does what the letter's first line says: every kind of letter is answered, and what happens compared (W-17, W-20)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from email.message import EmailMessage
from typing import NamedTuple

import pytest
from conftest import Desk, as_read, opened, reply, running, whole

from mailgate.core.letters import readers
from mailgate.core.model.canned import ArticleDrafted, Drafted
from mailgate.core.model.change import (
    Assign,
    Audience,
    Change,
    Decision,
    Fate,
    Join,
    Outbound,
    SetStatus,
    Step,
)
from mailgate.core.model.coaching import Coached, TraineesAnswer
from mailgate.core.model.content import (
    Ack,
    Alarm,
    Answer,
    ArticleSent,
    Closing,
    Content,
    Delayed,
    Digest,
    Escalated,
    ExpertAsked,
    Forwarded,
    Handover,
    Notice,
    Nudge,
    PeriodLetter,
    Question,
    Receipt,
    Reminded,
    Reopened,
    Solved,
    StatusReport,
    Taken,
    Transferred,
    VoteThanks,
    Waiting,
    WasItYou,
    Welcome,
)
from mailgate.core.model.letter_kinds import INSIDE, TO_CUSTOMERS, LoginLetter, PrivacyLetter, Ringing
from mailgate.core.model.mail import Address
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.shown import Section, TicketRow
from mailgate.core.model.ticket import Status, Ticket
from mailgate.wire.words import CATALOGUES

ANNA, MAIJA, LAB = "Anna Virtanen <anna@staff.example>", "maija@customer.example", "lab@expert.example"
NOTED, SENT, WAITS, IN_PLACE = "a note", "sent to the customer", "waits with a receipt", "in the place of what waited: "
THEIRS = "the customer's words in the ticket"
# What the first line says -> what may happen; the longest beginning that fits is meant.
PROMISES = {
    "notice.to_customer": {SENT},
    "notice.to_customers": {SENT},
    "notice.out_of_reach": {WAITS},
    "notice.to_note": {NOTED},
    "notice.to_nobody": {NOTED, WAITS},
    "receipt.to_customer": {IN_PLACE + SENT},
    "receipt.to_nobody": {IN_PLACE + WAITS},
    "receipt.to_note": {IN_PLACE + NOTED},
    "receipt.to_wait": {IN_PLACE + WAITS},
    "receipt.to_coach": {IN_PLACE + WAITS},
}


class Kind(NamedTuple):
    """A kind of letter as it is written somewhere: what it says, what a reply to it does, and whether it has a ticket."""

    content: Content
    purpose: Purpose
    ticket: bool = True
    happens: str = ""


TABLE = {
    "a customer's words": Kind(Notice(why="new"), Purpose.CUSTOMER, happens=SENT),
    "a vote": Kind(Notice(why="vote"), Purpose.CUSTOMER, happens=SENT),
    "a draft": Kind(Drafted(source=1001, text="Old words."), Purpose.CUSTOMER, happens=SENT),
    "an article's draft": Kind(ArticleDrafted(name="bulb", text="Old words."), Purpose.NOTE, happens=NOTED),
    "a hand-over": Kind(Handover(by="Bo"), Purpose.CUSTOMER, happens=SENT),
    "a colleague's note": Kind(Notice(why="note"), Purpose.NOTE, happens=NOTED),
    "an expert's answer": Kind(Notice(why="expert"), Purpose.NOTE, happens=NOTED),
    "a bounce": Kind(Notice(why="bounce"), Purpose.NOTE, happens=NOTED),
    "the end of a hold": Kind(Notice(why="woken"), Purpose.NOTE, happens=NOTED),
    "an escalation": Kind(Escalated(), Purpose.NOTE, happens=NOTED),
    "a reminder": Kind(Reminded(text="call"), Purpose.NOTE, happens=NOTED),
    "a list": Kind(Question(title="#list", rows=(TicketRow(1, 1001),)), Purpose.TABLES, False, WAITS),
    "a list in parts": Kind(Question(title="#mine", sections=(Section("Yours"),)), Purpose.TABLES, False, WAITS),
    "words about one ticket": Kind(Question(title="#show", text="its thread"), Purpose.TABLES, False, WAITS),
    "a question about absence": Kind(Question(title="Away?"), Purpose.QUESTION, False, WAITS),
    "a morning's list": Kind(Digest(sections=(Section("Due today"),)), Purpose.NOTE, False, WAITS),
    "what was gathered": Kind(Digest(title="While you were away"), Purpose.TABLES, False, WAITS),
    "figures": Kind(PeriodLetter(title="Week 47"), Purpose.NOTE, False, WAITS),
    "an alarm": Kind(Alarm(title="Full", text="It is full."), Purpose.ADMIN, False, WAITS),
    "an alarm for a lead": Kind(Alarm(title="Bounced", text="It came back."), Purpose.NOTE, False, WAITS),
    "a welcome": Kind(Welcome(), Purpose.QUESTION, False, WAITS),
    "a way in to the board": Kind(LoginLetter(), Purpose.QUESTION, False, WAITS),
    "a telephone that rings": Kind(Ringing(caller="+37126123456"), Purpose.QUESTION, False, WAITS),
    "a question about a mail": Kind(WasItYou(subject="lamp", text="hello"), Purpose.RELEASE, False, WAITS),
    "a trainee's answer that left": Kind(Coached(), Purpose.NOTE, happens=NOTED),
    "a trainee's answer that comes back": Kind(Coached(outcome="returned"), Purpose.CUSTOMER, happens=SENT),
    "a receipt of what was done": Kind(Receipt(done=("solved",)), Purpose.NOTE, False, WAITS),
    "a question to an expert": Kind(ExpertAsked(expert=LAB, question="the fuse?"), Purpose.EXPERT, happens=NOTED),
    "a copy to an expert": Kind(Forwarded(expert=LAB), Purpose.EXPERT, happens=NOTED),
    **{
        f"to the customer: {one.template}": Kind(one, purpose, happens=THEIRS)
        for one, purpose in (
            (Ack(), Purpose.ACK), (Answer(text="Here you are."), Purpose.WORDS), (Taken(), Purpose.STAGE),
            (Waiting(), Purpose.STAGE), (Transferred(), Purpose.STAGE), (Reopened(), Purpose.STAGE),
            (Delayed(), Purpose.STAGE), (Nudge(), Purpose.STAGE), (Closing(), Purpose.STAGE), (Solved(), Purpose.STAGE),
            (StatusReport(), Purpose.STAGE), (VoteThanks(score=9), Purpose.STAGE),
            (ArticleSent(title="Bulbs", text="Turn it."), Purpose.STAGE),
            (PrivacyLetter(stage="ask_erase"), Purpose.STAGE),
        )
    },
}  # fmt: skip
# How the ticket stands when such a letter is sent: what is not so any more stays here.
STANDS: dict[type[Content], tuple[Change, ...]] = {
    Taken: (Assign("anna"), SetStatus(Status.OPEN)), Waiting: (SetStatus(Status.WAITING),),
    Nudge: (SetStatus(Status.WAITING),), Closing: (SetStatus(Status.SOLVED),), Solved: (SetStatus(Status.SOLVED),),
}  # fmt: skip
WORDS = (f"lamp{n} bulb{n} cord{n} fuse{n}" for n in itertools.count(100))  # no two are alike: notes are known again


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    smtp = 'trusted_networks = ["127.0.0.0/8"]'
    with running(tmp_path_factory.mktemp("first-lines"), smtp=smtp, support='notify = "lead"') as desk:
        yield desk


@pytest.fixture(scope="module")
def ticket(house: Desk) -> Ticket:
    """One ticket for all of them, of which nobody else hears: every reply has words of its own."""
    return opened(house)


@pytest.fixture(scope="module")
def asked(house: Desk, ticket: Ticket) -> EmailMessage:
    """Anna's notice of it."""
    return posted(house, TABLE["a customer's words"], ticket)


def newest(desk: Desk, to: str, template: str) -> EmailMessage:
    """The newest letter of a kind to somebody, without reading every letter there is."""
    found = sent(desk, to, template, 1)
    assert found, f"no {template} to {to}"
    return found[-1]


def sent(desk: Desk, to: str, template: str, most: int = 3) -> list[EmailMessage]:
    """The newest letters of a kind to somebody, oldest first."""
    desk.letters(to, "no such template")
    rows = desk.gateway.store.read(lambda read: read.outbox.deliveries(("sent",)))
    found = [row.letter for row in rows if (row.to, row.template) == (to, template)][-most:]
    letters = [desk.gateway.store.read(lambda read, one=one: read.outbox.letter(one)) for one in found]
    return [as_read(letter.raw) for letter in letters]


def fate(desk: Desk, number: int) -> tuple[str, str]:
    """A mail's fate now, and why."""
    row = desk.gateway.store.read(lambda read: read.mail.row(number))
    assert row is not None
    return row.fate, row.reason


def written(desk: Desk, decision: Decision) -> None:
    """Done as if a mail had been decided so."""
    desk.gateway.store.write(lambda tx: tx.apply(None, decision, desk.clock(), desk.gateway.ids)).result()


def posted(desk: Desk, kind: Kind, ticket: Ticket) -> EmailMessage:
    """A letter of this kind, sent as every letter is."""
    policy = desk.gateway.in_force.snapshot.policy
    anna = policy.agent("anna")
    assert anna is not None
    if isinstance(kind.content, TO_CUSTOMERS):
        letter = Outbound(kind.content, Audience.CUSTOMER, (Address(MAIJA),), purpose=kind.purpose)
    elif isinstance(kind.content, ExpertAsked | Forwarded):
        letter = Outbound(kind.content, Audience.EXPERT, (Address(LAB),), purpose=kind.purpose)
    else:
        letter = readers.to_agent(
            policy, anna, kind.content, purpose=kind.purpose, subject="" if kind.ticket else "a list"
        )
    stands = STANDS.get(type(kind.content), ())
    steps, loose = ((Step(ticket.number, stands, (letter,)),), ()) if kind.ticket else ((), (letter,))
    written(desk, Decision(Fate.FILED, "test", steps, loose))
    return newest(desk, letter.to[0].addr, kind.content.template)


def promise(letter: EmailMessage) -> str:
    """The key of what its first line says, "" where it says nothing of replies."""
    body = letter.get_body(("plain",))
    assert body is not None
    text = " ".join(body.get_content().split())
    begins = {key: str(CATALOGUES["en"][key]).partition("{")[0] for key in PROMISES}
    return max(
        (key for key, said in begins.items() if text.startswith(said)), key=lambda key: len(begins[key]), default=""
    )


def outcome(desk: Desk, number: int, words: str, ticket: Ticket) -> str:
    """What became of the words of a mail."""
    out = [one for one in sent(desk, MAIJA, "answer") if words in whole(one)]
    entries = [str(entry.kind) for entry in desk.ticket(ticket.number).entries if words in entry.text]
    held = [one for one in sent(desk, "anna@staff.example", "receipt") if words in whole(one)]
    found = {SENT: bool(out), NOTED: "note" in entries, THEIRS: "customer" in entries,
             WAITS: desk.fate(number) == "parked" and bool(held)}  # fmt: skip
    assert entries.count("agent") == len(out)
    [one] = [what for what, happened in found.items() if happened] or ["lost"]
    return one


@pytest.mark.parametrize("kind", TABLE.values(), ids=TABLE)
def test_w17_a_plain_reply_does_what_the_first_line_says(house: Desk, ticket: Ticket, kind: Kind) -> None:
    letter, words = posted(house, kind, ticket), next(WORDS)
    outside = {True: MAIJA, False: ANNA}[isinstance(kind.content, TO_CUSTOMERS)]
    author = LAB if isinstance(kind.content, ExpertAsked | Forwarded) else outside
    number = house.send(reply(letter, author, words))
    happened = outcome(house, number, words, ticket)
    assert happened == kind.happens
    said = promise(letter)
    if author == ANNA and not isinstance(kind.content, Alarm):
        assert happened in PROMISES[said]
    elif author == LAB:
        assert str(CATALOGUES["en"]["expert.private"]) in " ".join(str(letter.get_body(("plain",))).split())
    else:
        assert not said
    assert len(house.tickets()) == 1, "no reply opens another"


def test_w17_the_table_has_every_kind_of_letter() -> None:
    parked = {Receipt, TraineesAnswer}  # below too, and in test_coaching.py
    assert {type(kind.content) for kind in TABLE.values()} | parked == {*INSIDE, *TO_CUSTOMERS}


# --- parked mail and its receipts -------------------------------------------------------------------------------------


PARKED = {
    "an answer with a slip": ("a customer's words", "Old words.\n\n#colse", SENT),
    "a slip alone": ("a customer's words", "#colse", SENT),
    "a refused command": ("a hand-over", "#assign nobody\n\nOld words.", SENT),
    "a note that may be none": ("a customer's words", "note: old words", SENT),
    "an answer to a note": ("a colleague's note", "Old words.\n\n#colse", NOTED),
    "words for no ticket": ("a list", "Old words.", WAITS),
}


@pytest.mark.parametrize(("answered", "old", "happens"), PARKED.values(), ids=PARKED)
def test_w17_a_whole_answer_to_the_receipt_takes_the_place_of_the_parked_mail(
    house: Desk, ticket: Ticket, answered: str, old: str, happens: str
) -> None:
    first = house.send(reply(posted(house, TABLE[answered], ticket), ANNA, old))
    assert house.fate(first) == "parked"
    receipt, words = newest(house, "anna@staff.example", "receipt"), next(WORDS)
    number = house.send(reply(receipt, ANNA, words))
    happened = outcome(house, number, words, ticket)
    assert happened == happens
    assert {IN_PLACE + happened} == PROMISES[promise(receipt)]
    assert fate(house, first) == ("dropped", "replaced")
    waiting = [row.mail for row in house.gateway.store.read(lambda read: read.mail.parked())]
    assert first not in waiting and (number in waiting) == (happens == WAITS)


SLIP = "Old words.\n\n#colse"


def parked(desk: Desk, notice: EmailMessage, old: str, subject: str = "") -> tuple[int, EmailMessage]:
    """A parked answer, and its receipt."""
    number = desk.send(reply(notice, ANNA, old, f"Re: {notice['Subject']} {subject}".strip()))
    assert desk.fate(number) == "parked"
    return number, newest(desk, "anna@staff.example", "receipt")


def test_w17_commands_in_the_correction_are_carried_out(house: Desk, ticket: Ticket, asked: EmailMessage) -> None:
    first, receipt = parked(house, asked, SLIP)
    house.send(reply(receipt, ANNA, f"#close #tag +refund\n\n{(words := next(WORDS))}"))
    after = house.ticket(ticket.number)
    assert (after.status, after.tags) == ("solved", ("refund",))
    assert words in whole(newest(house, MAIJA, "answer")) and fate(house, first) == ("dropped", "replaced")


LONG = "We have looked at your lamp, and a new driver leaves our store on Monday, so that you will have it on {day}."


@pytest.mark.parametrize("edited", [False, True])
def test_w17_the_old_words_typed_again_leave_with_the_correction(
    house: Desk, ticket: Ticket, asked: EmailMessage, edited: bool
) -> None:
    old = LONG.format(day="Tuesday" if edited else "Friday")
    _, receipt = parked(house, asked, f"{old}\n\n#colse")
    words = old.replace("Tuesday", "Wednesday")
    number = house.send(reply(receipt, ANNA, words))
    assert outcome(house, number, words, ticket) == SENT
    plain = newest(house, MAIJA, "answer").get_body(("plain",))
    assert plain is not None and plain.get_content().split("-- ")[0].strip() == words, (
        "once, and nothing of the receipt"
    )


def test_w17_a_better_command_takes_the_place_of_a_slip_alone(house: Desk, ticket: Ticket, asked: EmailMessage) -> None:
    first, receipt = parked(house, asked, "#wiat")
    house.send(reply(receipt, ANNA, "#wait"))
    assert house.ticket(ticket.number).status == "waiting" and fate(house, first) == ("dropped", "replaced")


@pytest.mark.parametrize("text", ["#take", "#sned", "#help", "", "Sent from my iPhone"])
def test_w17_what_is_no_whole_mail_leaves_the_words_that_wait(house: Desk, asked: EmailMessage, text: str) -> None:
    first, receipt = parked(house, asked, SLIP)
    house.send(reply(receipt, ANNA, text))
    assert fate(house, first)[0] == "parked"


def test_w17_the_buttons_do_what_they_did(house: Desk, asked: EmailMessage) -> None:
    first, receipt = parked(house, asked, "These go out after all.\n\n#colse")
    house.send(reply(receipt, ANNA, "#send words"))
    house.settle()
    assert fate(house, first)[0] == "filed" and "These go out after all" in whole(newest(house, MAIJA, "answer"))


def test_w17_a_slip_in_the_subject_need_not_be_taken_out(house: Desk, asked: EmailMessage) -> None:
    _, receipt = parked(house, asked, "Old words.", "#tkae")
    number = house.send(reply(receipt, ANNA, words := next(WORDS)))
    assert house.fate(number) == "filed" and words in whole(newest(house, MAIJA, "answer"))


def test_w17_a_correction_with_a_slip_waits_in_its_place(house: Desk, ticket: Ticket, asked: EmailMessage) -> None:
    first, receipt = parked(house, asked, SLIP)
    second = house.send(reply(receipt, ANNA, "Better words.\n\n#clsoe"))
    third = house.send(reply(newest(house, "anna@staff.example", "receipt"), ANNA, words := next(WORDS)))
    assert [fate(house, number)[0] for number in (first, second, third)] == ["dropped", "dropped", "filed"]
    assert outcome(house, third, words, ticket) == SENT


def test_w17_an_internal_correction_stays_inside(house: Desk, ticket: Ticket, asked: EmailMessage) -> None:
    first, receipt = parked(house, asked, SLIP)
    number = house.send(reply(receipt, ANNA, f"#note\n{(words := next(WORDS))}"))
    assert outcome(house, number, words, ticket) == NOTED and fate(house, first)[0] == "dropped"


def test_w17_a_forwarded_receipt_replaces_nothing(house: Desk, asked: EmailMessage) -> None:
    first, receipt = parked(house, asked, SLIP)
    house.send(reply(receipt, ANNA, "look at this", f"Fwd: {receipt['Subject']}"))
    assert fate(house, first)[0] == "parked"


def test_w17_who_joined_since_the_receipt_is_asked_about(house: Desk, ticket: Ticket, asked: EmailMessage) -> None:
    first, receipt = parked(house, asked, SLIP)
    join = Step(ticket.number, (Join(Address("kari@elsewhere.example")),))
    written(house, Decision(Fate.FILED, "test", (join,), actor="bo"))
    number = house.send(reply(receipt, ANNA, next(WORDS)))
    assert (fate(house, number), fate(house, first)[0]) == (("parked", "others"), "dropped")
    assert "kari@elsewhere.example" in whole(newest(house, "anna@staff.example", "receipt"))
