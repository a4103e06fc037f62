"""Mail found in a watched Sent folder: whose ticket it answers, what it changes, and that nobody is written to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from cases import (
    ANNA,
    BO,
    MAIJA,
    NOW,
    POLICY,
    STRANGER,
    VALDIS,
    D,
    H,
    case,
    changes,
    decided,
    issued,
    letters_of,
    mail,
    ticket,
)

from mailgate.core.letters.addressee import NOBODY
from mailgate.core.mails import sent_folder
from mailgate.core.model import change as ch
from mailgate.core.model.change import AddEntry, Assign, Fate, LinkKind, LinkTo, OpenTicket, SetStatus
from mailgate.core.model.mail import Address, Attachment, Envelope, InboundMail, MailKind, Source
from mailgate.core.model.ticket import Due, EntryKind, Status, Ticket

DESK = Address("support@acme.example", "Acme Support")
FOLDER = Envelope("", ("support@acme.example",), Source.IMAP, sent=True, arrived_at=NOW)
BILL = Attachment("bill.pdf", "application/pdf", 1000, "d", "2")


def sent(
    text: str = "It leaves today.", by: Any = DESK, to: tuple[Address, ...] = (MAIJA,), **parts: Any
) -> InboundMail:
    return mail(text, by=by, **{"envelope": FOLDER, "to": to, "subject": "Re: Broken lamp", **parts})


REFERS = {"in_reply_to": ("<m1@customer.example>",)}
OF_1042 = {"by_id": {"<m1@customer.example>": 1042}}
ANSWERED_NOW = SetStatus(Status.WAITING, why="answered")
TWO = ticket(participants=(MAIJA, VALDIS))

# what is decided, the mail, what is known beside the ticket, the ticket, and whether it is filed there
ANSWERED: list[tuple[str, InboundMail, dict[str, Any], Ticket, bool]] = [
    ("it refers to the customer's mail", sent(**REFERS), OF_1042, ticket(), True),
    ("an old one of the references", sent(references=("<m1@customer.example>", "<x@home.example>")), OF_1042, ticket(), True),
    ("a Cc takes part", sent(to=(STRANGER,), cc=(VALDIS,), **REFERS), OF_1042, TWO, True),
    ("its subject has the tag", sent(subject="Re: [#1042] lamp"), {}, ticket(), True),
    ("it goes to nobody of the ticket", sent(to=(STRANGER,), **REFERS), OF_1042, ticket(), False),
    ("a tag is no proof of whose it is", sent(to=(VALDIS,), subject="[#1042] lamp"), {}, ticket(), False),
    ("it goes to the customer about something else", sent(), OF_1042, ticket(), False),
    ("the second ticket named is the customer's", sent(subject="[#7] [#1042]", to=(MAIJA,)), {}, ticket(), True),
    ("a ticket that went into this one", sent(subject="[#7]"), {"merged": {7: 1042}}, ticket(), True),
]  # fmt: skip


@pytest.mark.parametrize(
    ("inbound", "known", "about", "filed"), [row[1:] for row in ANSWERED], ids=[row[0] for row in ANSWERED]
)
def test_a_sent_mail_is_filed_where_one_of_its_readers_takes_part(
    inbound: InboundMail, known: dict[str, Any], about: Ticket, filed: bool
) -> None:
    decision = decided(inbound, about, **known)
    assert (decision.fate, decision.reason) == (Fate.FILED, "sent" if filed else "sent, new")
    assert [step.ticket for step in decision.steps] == [1042 if filed else None]


# what is decided, who wrote it, the ticket, the author of the entry, the changes beside entry and clocks, and who hears
FILED: list[tuple[str, Any, Ticket, tuple[str, str], list[Any], list[str]]] = [
    ("the desk's own words", DESK, ticket(), ("support@acme.example", "Acme Support"), [ANSWERED_NOW], []),
    ("an agent's, who owns it from now on", ANNA, ticket(), ("anna", "Anna Virtanen"), [Assign("anna"), ANSWERED_NOW], []),
    ("the owner's", BO, ticket(owner="bo"), ("bo", "Bo Ek"), [ANSWERED_NOW], []),
    ("a colleague's tells the owner", ANNA, ticket(owner="bo"), ("anna", "Anna Virtanen"), [ANSWERED_NOW], ["bo"]),
    ("the desk's tells the owner", DESK, ticket(owner="bo"), ("support@acme.example", "Acme Support"), [ANSWERED_NOW], ["bo"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("by", "about", "author", "further", "told"), [row[1:] for row in FILED], ids=[row[0] for row in FILED]
)
def test_words_sent_past_us_are_the_desks_and_go_to_nobody_again(
    by: Any, about: Ticket, author: tuple[str, str], further: list[Any], told: list[str]
) -> None:
    decision = decided(sent(by=by, attachments=(BILL,), quoted="> x", **REFERS), about, **OF_1042)
    (entry,) = changes(decision, AddEntry)
    assert (entry.kind, entry.text, entry.quoted, entry.attachments) == (
        EntryKind.AGENT, "It leaves today.", "> x", (BILL,),
    )  # fmt: skip
    assert (entry.author, entry.author_name) == author
    assert changes(decision, Assign) + changes(decision, SetStatus) == further
    assert [one.agent for one in letters_of(decision)] == told
    assert all(one.audience is ch.Audience.AGENT for one in letters_of(decision))


def test_the_clock_of_the_first_answer_stops() -> None:
    owed = ticket(sla="standard", due=Due(first_response=NOW + H))
    decision = decided(sent(**REFERS), owed, **OF_1042)
    assert ch.SetDue("first_response", None) in changes(decision, ch.SetDue)


# what is decided, the mail, what is known, and the opening
OPENED: list[tuple[str, InboundMail, dict[str, Any], OpenTicket]] = [
    ("its reader's ticket", sent(subject="Your order"), {}, OpenTicket("Your order", "support", MAIJA)),
    ("all its readers take part", sent(to=(MAIJA, DESK, VALDIS), cc=(STRANGER,)), {},
     OpenTicket("Broken lamp", "support", MAIJA, (VALDIS, STRANGER))),
    ("a colleague who reads along is no customer", sent(to=(Address(BO.address),), cc=(MAIJA,)), {}, OpenTicket("Broken lamp", "support", MAIJA)),
    ("to colleagues alone it is theirs all the same", sent(to=(Address(BO.address),)), {},
     OpenTicket("Broken lamp", "support", Address(BO.address))),
    ("to nobody one can see", sent(to=()), {}, OpenTicket("Broken lamp", "support", NOBODY)),
    ("the numbers of other tickets are no title", sent(subject="[#1042] Lamp", to=(STRANGER,)), {}, OpenTicket("Lamp", "support", STRANGER)),
    ("no subject", sent(subject="Re: "), {}, OpenTicket("(no subject)", "support", MAIJA)),
]  # fmt: skip


@pytest.mark.parametrize(("inbound", "known", "opening"), [row[1:] for row in OPENED], ids=[row[0] for row in OPENED])
def test_a_mail_somebody_sent_first_is_a_solved_ticket_nobody_is_told_of(
    inbound: InboundMail, known: dict[str, Any], opening: OpenTicket
) -> None:
    decision = decided(inbound, ticket(), **known)
    assert changes(decision, OpenTicket) == [opening]
    assert changes(decision, SetStatus) == [SetStatus(Status.SOLVED, why="sent")]
    assert letters_of(decision) == []
    links = [LinkTo(1042, LinkKind.MENTION)] if "1042" in inbound.subject else []
    assert changes(decision, LinkTo) == links


def test_an_agent_who_wrote_first_owns_it() -> None:
    assert changes(decided(sent(by=ANNA)), Assign) == [Assign("anna")]


ABSENT = (("auto-submitted", "auto-replied"),)
# what is decided, the mail, and the fate
BY_ITSELF: list[tuple[str, InboundMail, tuple[Fate, str]]] = [
    ("an absence and no more", sent("I am on holiday.", headers=ABSENT), (Fate.DROPPED, "sent")),
    ("an absence with words", sent("I am on holiday. The code is 4711.", headers=ABSENT), (Fate.FILED, "sent, new")),
    ("an absence with a file", sent("I am on holiday.", headers=ABSENT, attachments=(BILL,)), (Fate.FILED, "sent, new")),
    ("it only reads like one", sent("I am on holiday.", subject="Out of office: lamp"), (Fate.FILED, "sent, new")),
    ("a receipt", sent("", kind=MailKind.MDN, bare=True), (Fate.DROPPED, "sent")),
    ("a receipt with words beside it", sent("Thanks", kind=MailKind.MDN, bare=False), (Fate.FILED, "sent, new")),
    ("an answer to an invitation", sent("", kind=MailKind.CALENDAR, bare=True), (Fate.DROPPED, "sent")),
    ("a report of a server's is somebody's mail here", sent("x", kind=MailKind.FEEDBACK, bare=True), (Fate.FILED, "sent, new")),
    ("a ticket's own absence is filed there", sent("I am on holiday.", headers=ABSENT, **REFERS), (Fate.FILED, "sent")),
]  # fmt: skip


@pytest.mark.parametrize(("inbound", "fate"), [row[1:] for row in BY_ITSELF], ids=[row[0] for row in BY_ITSELF])
def test_what_the_mailbox_sent_by_itself_is_nobodys_words(inbound: InboundMail, fate: tuple[Fate, str]) -> None:
    decision = decided(inbound, ticket(), **OF_1042)
    assert (decision.fate, decision.reason) == fate


@pytest.mark.parametrize(("fresh", "text", "summary", "kept"), [
    ("new", "all", "s", "new"), ("", "all", "s", "all"), ("", "", "Fri 14:00", "Fri 14:00"), ("", "", "", ""),
])  # fmt: skip
def test_a_sent_mail_keeps_its_new_words_else_all_of_them(fresh: str, text: str, summary: str, kept: str) -> None:
    inbound = sent(text, fresh=fresh, summary=summary, **REFERS)
    (entry,) = changes(sent_folder.file_sent_answer(case(inbound, ticket(), **OF_1042)), AddEntry)
    assert entry.text == kept


def test_a_letter_of_ours_in_the_folder_is_no_second_answer() -> None:
    """Not this room's, but it must come first: our own letters lie in that folder as well."""
    decision = decided(sent(message_id=issued()), ticket())
    assert (decision.fate, decision.steps) == (Fate.DROPPED, ())


def test_the_status_after_an_answer_is_the_departments() -> None:
    policy = replace(POLICY, departments=(replace(POLICY.departments[0], after_reply="solved", nudge=D),))
    assert changes(decided(sent(**REFERS), ticket(), policy=policy, **OF_1042), SetStatus)[0].status is Status.SOLVED
