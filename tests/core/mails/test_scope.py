"""How far a proof reaches: its own ticket, and nothing a mail merely names beside it (P-02, P-11)."""

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
    VALDIS,
    changes,
    decided,
    facts,
    issued,
    letter,
    letters_of,
    mail,
    ticket,
    written,
)

from mailgate.core.mails import decide
from mailgate.core.model import change as ch
from mailgate.core.model.content import Alarm, Digest, Question, Solved, WasItYou, Welcome
from mailgate.core.model.desk_rows import JournalLine
from mailgate.core.model.mail import Address, Attachment, Envelope, InboundMail
from mailgate.core.model.moment import Moment
from mailgate.core.model.shown import Section, TicketRow
from mailgate.core.proof import authority, token

ONE, OTHER = ticket(1003), ticket(1004)
HERS = letter(1003, ANNA, "customer")
SECOND = letter(1004, ANNA, "customer")
LIST = letter(None, ANNA, "tables", content=Question(rows=(TicketRow(number=1003),)))
SOLVED = letter(1003, purpose="stage", content=Solved(survey="scale"))
BOTH = "[#1003] [#1004] #solve"
TAP = f"mg:{written(1003, ANNA, 'customer', 'tap', token.bound_to('#solve'))}"
IDS = {"in_reply_to": (HERS.message_id,)}
LOGIN = Envelope("anna@staff.example", ("support@acme.example",), login="anna")

CASES: list[tuple[str, InboundMail, list[int]]] = [
    ("a token and its own number", mail("", by=ANNA, subject="[#1003] #solve", **IDS), [1003]),
    ("a token and a second number", mail("", by=ANNA, subject=BOTH, **IDS), []),
    ("the same in capitals of another order", mail("", by=ANNA, subject="#SOLVE [#1004] [#1003]", **IDS), []),
    ("a token of each", mail("", by=ANNA, subject=BOTH, in_reply_to=(HERS.message_id,), references=(SECOND.message_id,)),
     [1003, 1004]),
    ("a pass", mail("", by=ANNA, subject=BOTH, auth=(PASS,)), [1003, 1004]),
    ("a token and a pass", mail("", by=ANNA, subject=BOTH, auth=(PASS,), **IDS), [1003, 1004]),
    ("a login", mail("", by=ANNA, subject=BOTH, envelope=LOGIN), [1003, 1004]),
    ("a tap and a second number", mail(TAP, by=ANNA, subject=BOTH), []),
    ("a tap, and the other's marker", mail(f"> mg:{written(1004, ANNA, 'customer')}\n{TAP}", by=ANNA, subject="#solve"), []),
    ("a list's id and a number it named", mail("", by=ANNA, subject="[#1003] #solve", in_reply_to=(LIST.message_id,)),
     [1003]),
    ("a list's id and a number it did not", mail("", by=ANNA, subject="[#1004] #solve", in_reply_to=(LIST.message_id,)),
     []),
]  # fmt: skip


@pytest.mark.parametrize(("inbound", "moved"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_p02_a_token_moves_its_own_ticket_and_asks_once_about_others(inbound: InboundMail, moved: list[int]) -> None:
    decision = decided(inbound, ONE, OTHER, letters=[HERS, SECOND, LIST])
    assert [step.ticket for step in decision.steps if step.changes] == moved
    if not moved:
        assert (decision.fate, decision.reason) == (ch.Fate.PARKED, "beyond")
        assert [one.template for one in letters_of(decision)] == ["receipt"], "one question for all of them"


FURTHER = ["#merge 1004", "#merge 1004 both", "#merge 1004 same-person", "#link 1004", "#note x\n#link 1004"]
PROOFS: list[tuple[str, dict[str, Any], bool]] = [
    ("its own token", IDS, False),
    ("the list's that named it alone", {"subject": "[#1003] lamp", "in_reply_to": (LIST.message_id,)}, False),
    ("its own, and a spent one of the other", {**IDS, "references": (issued(1004, BO, "customer"),)}, False),
    ("a token of each", {**IDS, "references": (SECOND.message_id,)}, True),
    ("its own and a pass", {**IDS, "auth": (PASS,)}, True),
    ("a login", {"subject": "[#1003] lamp", "envelope": LOGIN}, True),
]


@pytest.mark.parametrize("words", FURTHER)
@pytest.mark.parametrize(("parts", "done"), [c[1:] for c in PROOFS], ids=[c[0] for c in PROOFS])
def test_p02_a_ticket_that_a_command_names_needs_a_proof_of_its_own(
    words: str, parts: dict[str, Any], done: bool
) -> None:
    """By a leaked token of #1002 `#merge 1001 both` let its holder read and answer in #1001."""
    decision = decided(mail(words, by=ANNA, **parts), ONE, OTHER, letters=[HERS, SECOND, LIST])
    assert (decision.fate is ch.Fate.FILED) == done
    if not done:
        assert (decision.reason, decision.steps, decision.effects) == ("beyond", (), ())
        assert [one.template for one in letters_of(decision)] == ["receipt"]


@pytest.mark.parametrize("words", FURTHER)
def test_p02_what_she_confirms_is_done_to_the_ticket_a_command_names(words: str) -> None:
    known = facts(ONE, OTHER, letters=[HERS])
    inbound = mail(words, by=ANNA, **IDS)  # type: ignore[arg-type]
    decision = decide.decide(inbound, Moment(POLICY, known, NOW), (), released_as="anna", release_mode="all")
    assert decision.fate is ch.Fate.FILED and changes(decision, ch.MergeInto) + changes(decision, ch.LinkTo)


def test_p02_a_merge_with_the_ticket_it_went_into_already_is_no_further_one() -> None:
    inbound = mail("#link 1003", by=ANNA, in_reply_to=(SECOND.message_id,), references=(HERS.message_id,))
    assert decided(inbound, OTHER, letters=[SECOND, HERS], merged={1003: 1004}).reason == "refused"


@pytest.mark.parametrize(("kind", "further"), [("split", True), ("link", True), ("merged-in", False)])
def test_p02_undo_takes_back_what_it_did_to_another_ticket_when_that_is_proven_too(kind: str, further: bool) -> None:
    row = JournalLine(1, 1003, NOW, "anna", 7, kind, "", "1004")
    for references, done in (((), not further), ((SECOND.message_id,), True)):
        inbound = mail("#undo", by=ANNA, **IDS, references=references)  # type: ignore[arg-type]
        decision = decided(inbound, ONE, OTHER, letters=[HERS, SECOND], journal={1003: (row,)})
        assert (decision.fate is ch.Fate.FILED) == done


def test_p02_a_numbered_line_merges_with_what_its_list_named_and_nothing_else() -> None:
    third = ticket(1005)
    for line, moved in (("1 merge 1003", [1004]), ("1 merge 1005", [])):
        decision = decided(mail(line, by=ANNA, **BY_ID), ONE, OTHER, third, letters=[COUNTED])  # type: ignore[arg-type]
        assert [step.ticket for step in decision.steps if step.changes] == moved


def test_p02_a_numbered_line_that_waited_is_done_when_she_says_so() -> None:
    known = facts(ONE, OTHER, ticket(1005), letters=[COUNTED])
    inbound = mail("1 merge 1005", by=ANNA, **BY_ID)  # type: ignore[arg-type]
    decision = decide.decide(inbound, Moment(POLICY, known, NOW), (), released_as="anna", release_mode="all")
    assert [one.number for one in changes(decision, ch.MergeInto)] == [1005]


def test_p02_words_for_two_tickets_wait_too() -> None:
    answer = mail("It is on its way.", by=ANNA, subject="[#1003] [#1004] lamp", **IDS)  # type: ignore[arg-type]
    assert decided(answer, ONE, OTHER, letters=[HERS]).fate is ch.Fate.PARKED


def test_p02_a_question_about_several_tickets_moves_none_and_is_answered() -> None:
    asked = mail("", by=ANNA, subject="[#1003] [#1004] #show", **IDS)  # type: ignore[arg-type]
    assert decided(asked, ONE, OTHER, letters=[HERS]).fate is ch.Fate.FILED


def test_p02_what_she_confirms_is_done_to_all() -> None:
    inbound = mail("", by=ANNA, subject=BOTH, **IDS)  # type: ignore[arg-type]
    known = facts(ONE, OTHER, letters=[HERS])
    decision = decide.decide(inbound, Moment(POLICY, known, NOW), (), released_as="anna", release_mode="all")
    assert [step.ticket for step in decision.steps] == [1003, 1004]


def test_p02_a_merged_number_is_the_ticket_it_went_into() -> None:
    inbound = mail("", by=ANNA, subject=BOTH, **IDS)  # type: ignore[arg-type]
    assert decided(inbound, OTHER, letters=[HERS], merged={1003: 1004}).fate is ch.Fate.FILED


def test_p02_a_spent_token_beside_a_live_one_widens_nothing() -> None:
    spent = replace(SECOND, revoked=True)
    inbound = mail("", by=ANNA, subject=BOTH, in_reply_to=(HERS.message_id,), references=(spent.message_id,))
    letters = {token.letter_of(one.message_id): one for one in (HERS, spent)}
    known = authority.identify(inbound, POLICY, letters, {})
    assert [one.token.ticket for one in known.strong] == [1003]
    assert decided(inbound, ONE, OTHER, letters=[HERS, spent]).fate is ch.Fate.PARKED


ROWS = Question(rows=(TicketRow(number=1004), TicketRow(number=1003)))
COUNTED = letter(None, ANNA, "tables", content=ROWS)
MARK = f"mg:{written(None, ANNA, 'tables')}"
MINE = f"mg:{written(None, ANNA, 'tables', 'ask', token.bound_to('#mine'))}"
NOTE = letter(None, ANNA, "note", content=Digest())
PARTS = letter(None, ANNA, "tables", content=Question(sections=(Section("Yours", rows=(TicketRow(number=1003),)),)))
ALARM = letter(None, ANNA, "admin", content=Alarm())
WELCOME = letter(None, ANNA, "question", content=Welcome())
ASKED = letter(None, ANNA, "release", content=WasItYou(), mail=7)
SCAN = Attachment("scan.pdf", "application/pdf", 10, "d" * 64, "2")
LINES = "1 close\n2 assign bo\n2 cc +evil@x.example"
BY_ID = {"in_reply_to": (COUNTED.message_id,)}

COUNTS: list[tuple[str, InboundMail, list[int], str]] = [
    ("its Message-ID", mail(LINES, by=ANNA, **BY_ID), [1004, 1003], "commands"),
    ("a link and the marker of one letter", mail(f"{LINES}\n\n{MINE}\n\n{MARK}", by=ANNA, subject="#mine"), [],
     "list_unproven"),
    ("the marker alone", mail(f"{LINES}\n\n{MARK}", by=ANNA), [], "mark_alone"),
    ("another letter's id and the marker", mail(f"{LINES}\n\n{MARK}", by=ANNA, subject="lamp", in_reply_to=(
        NOTE.message_id,)), [], "no_ticket"),
    ("the marker and a pass", mail(f"{LINES}\n\n{MARK}", by=ANNA, auth=(PASS,)), [1004, 1003], "commands"),
    ("the marker and a login", mail(f"{LINES}\n\n{MARK}", by=ANNA, envelope=LOGIN), [1004, 1003], "commands"),
    ("the reply address alone", mail(LINES, by=ANNA, to=(Address(f"support+{written(None, ANNA, 'tables', 'address')}@acme.example"),)),
     [], "list_unproven"),
    ("a line the list does not have", mail("3 close", by=ANNA, **BY_ID), [], "commands"),
]  # fmt: skip


@pytest.mark.parametrize(("inbound", "moved", "reason"), [c[1:] for c in COUNTS], ids=[c[0] for c in COUNTS])
def test_p09_numbered_lines_act_by_the_lists_own_id_or_a_pass_and_only_on_what_it_named(
    inbound: InboundMail, moved: list[int], reason: str
) -> None:
    decision = decided(inbound, ONE, OTHER, letters=[COUNTED, NOTE])
    assert ([step.ticket for step in decision.steps if step.changes], decision.reason) == (moved, reason)
    assert letters_of(decision), "nobody waits unaware"


def test_p09_a_revoked_lists_id_counts_nothing() -> None:
    decision = decided(mail(LINES, by=ANNA, **BY_ID), ONE, OTHER, letters=[replace(COUNTED, revoked=True)])
    assert (decision.fate, decision.steps) == (ch.Fate.PARKED, ())


def test_p09_what_she_confirms_is_counted() -> None:
    inbound = mail(f"1 close\n\n{MARK}", by=ANNA)
    known = facts(ONE, OTHER, letters=[COUNTED])
    decision = decide.decide(inbound, Moment(POLICY, known, NOW), (), released_as="anna", release_mode="read")
    assert [step.ticket for step in decision.steps] == [1004]


WORDS: list[tuple[str, InboundMail, ch.Fate, int]] = [
    ("for no ticket", mail("please close the first one", by=ANNA, subject="Re: list", **BY_ID), ch.Fate.PARKED, 0),
    ("for a ticket it named", mail("Dear customer", by=ANNA, subject="[#1003] lamp", **BY_ID), ch.Fate.FILED, 1),
    ("with the marker of a list that a stranger wrote into the thread",
     mail(f"Yes, it is ready.\n> {MARK}", by=ANNA, subject="[#1003] lamp", fresh="Yes, it is ready.", in_reply_to=(HERS.message_id,)), ch.Fate.FILED, 1),
    ("none", mail("", by=ANNA, subject="Re: list", **BY_ID), ch.Fate.FILED, 0),
    ("nothing but a telephone's signature", mail("Sent from my iPhone", by=ANNA, subject="Re: list", **BY_ID), ch.Fate.FILED, 0),
    ("a file alone", mail("", by=ANNA, subject="Re: list", attachments=(SCAN,), **BY_ID), ch.Fate.PARKED, 0),
    ("to a morning's list", mail("Tell them yes", by=ANNA, subject="Re: Your day", in_reply_to=(NOTE.message_id,)), ch.Fate.PARKED, 0),
    ("to an alarm", mail("Tell them yes", by=ANNA, subject="Re: Quiet", in_reply_to=(ALARM.message_id,)), ch.Fate.PARKED, 0),
    ("to a welcome", mail("Tell them yes", by=ANNA, subject="Re: Welcome", in_reply_to=(WELCOME.message_id,)), ch.Fate.PARKED, 0),
    ("to a question about a mail", mail("Tell them yes", by=ANNA, subject="Re: hello", in_reply_to=(ASKED.message_id,)), ch.Fate.PARKED, 0),
    ("by a list's marker alone, vouched for", mail(f"Tell them yes\n> {MARK}", by=ANNA, subject="Re: list", fresh="Tell them yes", auth=(PASS,)), ch.Fate.PARKED, 0),
    ("of a list behind the customer's own letter", mail(f"Yes, it is ready.\n> {MARK}", by=ANNA, subject=f"[#1003] lamp {MARK}", fresh="Yes, it is ready.",
     auth=(PASS,)), ch.Fate.FILED, 1),
]  # fmt: skip


@pytest.mark.parametrize(("inbound", "fate", "kept"), [c[1:] for c in WORDS], ids=[c[0] for c in WORDS])
def test_w20_words_in_answer_to_a_list_are_kept_or_wait(inbound: InboundMail, fate: ch.Fate, kept: int) -> None:
    decision = decided(inbound, ONE, OTHER, letters=[COUNTED, HERS, NOTE, ALARM, WELCOME, ASKED])
    assert (decision.fate, len(changes(decision, ch.AddEntry))) == (fate, kept)
    assert letters_of(decision) or decision.reason == "nothing" or kept


def test_w20_words_in_answer_to_a_list_without_numbers_wait() -> None:
    decision = decided(mail("Tell them yes", by=ANNA, subject="Re: mine", **BY_ID), ONE, letters=[PARTS])  # type: ignore[arg-type]
    assert (decision.fate, decision.reason) == (ch.Fate.PARKED, "no_ticket")
    assert [one.content.text for one in letters_of(decision)] == ["Tell them yes"]


def test_w20_words_beside_numbered_lines_come_back_in_the_receipt() -> None:
    decision = decided(mail("1 take\n\nand call them", by=ANNA, **BY_ID), ONE, OTHER, letters=[COUNTED])  # type: ignore[arg-type]
    assert "and call them" in next(one.content.text for one in letters_of(decision) if one.template == "receipt")


VOTE = f"0\n\nmg:{written(1003, purpose='stage', by='vote')}"
VOTES: list[tuple[str, dict[str, Any], list[int]]] = [
    ("its own ticket", {"subject": "[#1003] 0"}, [1003]),
    ("a tag that names another of theirs: its own all the same", {"subject": "[#1004] 0"}, [1003]),
    ("no tag", {"subject": "0"}, [1003]),
    ("another's ticket", {"subject": "[#1004] 0", "by": VALDIS}, []),
    ("an answer to another ticket's letter", {"subject": "[#1004] 0", "in_reply_to": (issued(1004),)}, []),
]


@pytest.mark.parametrize(("parts", "voted"), [c[1:] for c in VOTES], ids=[c[0] for c in VOTES])
def test_p11_a_surveys_token_votes_on_its_own_ticket_alone(parts: dict[str, Any], voted: list[int]) -> None:
    theirs = ticket(1004, participants=(MAIJA, VALDIS))
    decision = decided(mail(VOTE, **parts), ONE, theirs, letters=[letter(1004), SOLVED])
    assert [one.ticket for one in decision.effects if isinstance(one, ch.Vote)] == voted


def test_p11_a_bare_number_votes_on_the_ticket_whose_letter_asked() -> None:
    inbound = mail("8", in_reply_to=(issued(1004),), references=(SOLVED.message_id,))
    assert not decided(inbound, ONE, OTHER, letters=[SOLVED, letter(1004)]).effects


def test_p11_a_customers_order_needs_an_id_of_that_very_ticket() -> None:
    for number, statuses in ((1003, []), (1004, ["solved"])):
        ids = (issued(1004, purpose="stage"), issued(number))
        inbound = mail("#close", in_reply_to=ids[:1] if number == 1004 else (), references=ids[1:])
        known = [ticket(1003, requester=VALDIS, participants=(VALDIS,)), OTHER]
        inbound = replace(inbound, subject="[#1004] lamp")
        decision = decided(inbound, *known, letters=[letter(1003), letter(1004, purpose="stage")])
        assert [str(one.status) for one in changes(decision, ch.SetStatus)] == statuses


def test_the_word_about_a_parked_mail_counts_and_not_the_echo_of_its_subject() -> None:
    question = letter(None, ANNA, "release", content=WasItYou(), mail=7)
    inbound = mail("#yes", by=ANNA, subject="Re: [#1003] #close", in_reply_to=(question.message_id,))
    decision = decided(inbound, ONE, letters=[question])
    assert (decision.reason, decision.steps) == ("release #yes", ())
    assert decision.effects == (ch.Unpark(7, released=True, as_agent="anna", mode="read", by=question.message_id),)
