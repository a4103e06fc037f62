"""What a letter's row keeps beside its ticket, as JSON: every cause that pure code knows, compared with a table."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cases import (
    ANNA,
    BO,
    CAI,
    FAIL,
    MAIJA,
    NOW,
    PASS,
    POLICY,
    STRANGER,
    VALDIS,
    D,
    H,
    case,
    decided,
    facts,
    issued,
    letter,
    letters_of,
    mail,
    ticket,
)

from mailgate.core.clock import collected, cover, escalation, leaving, waking
from mailgate.core.commands import reader, workflow
from mailgate.core.commands.workflow import Actor, Granted, KnownWorld
from mailgate.core.letters import coaching as coaching_letters
from mailgate.core.letters import readers, row_values, status_letters
from mailgate.core.letters.due import DueLetter
from mailgate.core.letters.row_values import VARIABLES
from mailgate.core.mails import agent_answer, bounce, customer, receipt, unreadable
from mailgate.core.model import canned, changed, coaching, content, letter_kinds
from mailgate.core.model import change as ch
from mailgate.core.model.canned import Article
from mailgate.core.model.content import (
    Ack,
    Answer,
    Content,
    Digest,
    ExpertAsked,
    Notice,
    Question,
    Receipt,
    Reminded,
    Solved,
    WasItYou,
)
from mailgate.core.model.facts import Absence, SentLetter
from mailgate.core.model.mail import Address, Attachment, AuthResults, BouncedRecipient, Envelope
from mailgate.core.model.mail_rows import OpenQuestion
from mailgate.core.model.moment import Moment
from mailgate.core.model.policy import EscalationStep, LetterPolicy, Sla
from mailgate.core.model.said import Said
from mailgate.core.model.shown import Section, TicketRow
from mailgate.core.model.ticket import Due, Entry, EntryKind, Priority, Status
from mailgate.core.proof import token
from mailgate.core.quoting.parts import Held
from mailgate.core.rules.rule import RuleEffects
from mailgate.store import rows
from mailgate.wire.letters.spoken import spoken_content

TABLE = Path(__file__).with_name("letter_rows.json")  # cause -> [[template, what its row keeps]], as it always was
DENIED = AuthResults("mx.acme.example", (("dmarc", "fail", "customer.example"),))
QUIET = Moment(POLICY, facts(), NOW)  # nothing else is known
WITH_ADMIN = replace(QUIET, policy=replace(POLICY, admin="root@acme.example"))
EVERY = replace(POLICY, letters=LetterPolicy(stages=tuple(status_letters.STAGES)))
BY_ID: dict[str, Any] = {"in_reply_to": (issued(),)}
NOTICE = letter(to=ANNA, purpose="customer")
HEARD = letter(to=CAI, purpose="customer")
ANSWERS: dict[str, Any] = {"by": ANNA, "in_reply_to": (NOTICE.message_id,)}
THREAD = (Entry(1, EntryKind.CUSTOMER, MAIJA.addr, "Maija", NOW - D, "It is dark."),
          Entry(2, EntryKind.AGENT, "bo", "Bo Ek", NOW - H, "Is it plugged in?"))  # fmt: skip
LATE = ticket(owner="bo", due=Due(first_response=NOW - H), sla="standard", created_at=NOW - 5 * H, entries=THREAD)
AWAY = Absence("bo", NOW - H, NOW + D, "anna")
ASKED = OpenQuestion(
    mail=7, agent="bo", why="stale", at=NOW, doubt=True, asks=1, asked_at=None, told_at=None,
    text="Done. #close", subject="Lamp", author="anna@elsewhere.example", arrived_at=NOW,
)  # fmt: skip
PARKED = [ASKED, replace(ASKED, mail=8, agent="", author="x@y.example", subject="Hi", why="junk")]
DOUBTED = [replace(ASKED, mail=n, subject=f"Lamp {n}") for n in (7, 8)]


def of_mail(*args: Any, **more: Any) -> list[ch.Outbound]:
    return letters_of(decided(*args, **more))


def ruled(effects: RuleEffects) -> list[ch.Outbound]:
    return letters_of(customer.file_customer_mail(case(route=effects)))


def parked_mail(why: str) -> list[ch.Outbound]:
    return letters_of(receipt.park(case(mail(by=ANNA)), ANNA, why))


def stage(before: Any, *changes: ch.Change, policy: Any = EVERY) -> Iterable[ch.Outbound]:
    after = changed.ticket_after(before, changes, NOW)
    return status_letters.letter_for_change(Moment(policy, facts(), NOW), before, after, changes)


def waked(known: Any, *departments: Any, **about: Any) -> Iterable[ch.Outbound]:
    policy = replace(EVERY, departments=departments or POLICY.departments)
    step = waking.decide(Moment(policy, facts(known, **about), NOW), known)
    assert step is not None
    return step.outbound


def ordered(text: str, known: Any = None, agent: Any = ANNA, **world: Any) -> Iterable[ch.Outbound]:
    known = known or ticket()
    world = KnownWorld(Moment(POLICY, facts(), NOW), **{"words": "Please see to it.", "entries": THREAD, **world})
    judged = workflow.carry_out(reader.parse_line(text).commands[0], known, Actor(agent), world)
    assert isinstance(judged, Granted), judged
    return judged.outbound


def escalated(step: EscalationStep, *tickets: Any, storm: bool = False, policy: Any = POLICY) -> list[ch.Outbound]:
    policy = replace(policy, slas=(Sla("standard", first_response=4 * H, warn=0, escalate=(step,)),))
    taken = [escalation.take(Moment(policy, facts(one, load={"bo": 3, "cai": 1}), NOW), one) for one in tickets]
    return letters_of(escalation.decide(Moment(policy, facts(), NOW), taken, storm=storm))


def reported(known: Any, told: Any, *, failed: bool = True) -> list[ch.Outbound]:
    seen = (BouncedRecipient("maija@customer.example", "failed" if failed else "delayed", "5.1.1", "no such user"),)
    inbound = mail("", bounced=seen, bounced_ids=(told.message_id,), envelope=Envelope("", ("support@acme.example",)))
    found = bounce.handle_report(case(inbound, known, letters=[told]), ())
    return letters_of(found) if found else []


def answered(text: str, **more: Any) -> Iterable[ch.Outbound]:
    given = case(mail(text, **ANSWERS), ticket(), letters=[NOTICE])
    return agent_answer.entry_and_letter(given, ticket(), ANNA, text, keep_status=True, **more)[1]


def claimed(audience: str) -> DueLetter:
    name = "bo" if audience == "agent" else ""
    return DueLetter(
        id=1, ticket=ticket(), content=Answer(), audience=audience, agent=name, purpose="words", department="support",
        language="en", subject="", message_id="<x@y>", in_reply_to="", references=(), to=(), cc=(), attachments=(), urgency=0, created_at=NOW, rendered=None,
    )  # fmt: skip


def remembered(told: ch.Outbound) -> SentLetter:
    return letter(None, ANNA, "release", mail=5, content=told.content)


def parked_list() -> ch.Outbound:
    return readers.to_agent(POLICY, ANNA, collected.parked(PARKED, POLICY), purpose="note")


def silent() -> Any:
    return ticket(status=Status.WAITING, status_since=NOW - 2 * D, last_agent_at=NOW - 2 * D, status_until=NOW)


SUPPORT, SALES = POLICY.departments
SPOKEN = ticket(last_agent_at=NOW - 2 * H)
NUDGED = replace(SUPPORT, nudge=2 * D, solve_after=5 * D)
HELD = ticket(status=Status.HOLD, status_until=NOW, owner="bo")
PARKS = mail(
    "Our notes about the lamp (sic).\nno",
    fresh="Our notes about the lamp (sic).\nno",
    held=Held.EDITED,
    sendable="no",
    **ANSWERS,
)
SUGGESTING = letter(purpose="ack", content=Ack(writer=MAIJA.key))
ASKED_IN = token.in_message_id(SUGGESTING.message_id, POLICY.keys)
EXPERT = letter(to="expert", purpose="expert", content=ExpertAsked(expert=STRANGER.key))
LIST = letter(None, ANNA, "tables", content=Question(rows=(TicketRow(number=1042),)))

CAUSES: dict[str, Callable[[], Iterable[ch.Outbound]]] = {
    # --- a customer's mail
    "a new ticket": lambda: of_mail(mail(attachments=(Attachment("a.png", "image/png", 10, "0" * 64, "2"),)), answered_sender=True),
    "a new ticket of a stranger, with a promise": lambda: of_mail(
        mail(by=STRANGER), policy=replace(POLICY, departments=(replace(SUPPORT, sla="standard", calendar="office"),)),
        promise_seconds={"support": 99_000}),
    "a new ticket for two departments": lambda: of_mail(
        mail(envelope=Envelope("maija@customer.example", ("support@acme.example", "sales@acme.example")),
             to=(Address("support@acme.example"), Address("sales@acme.example")))),
    "a new ticket that mentions another": lambda: of_mail(mail(by=STRANGER, subject="[#1042] lamp"), ticket()),
    "a new ticket that a border denies": lambda: of_mail(mail(auth=(DENIED,), cc=(VALDIS,))),
    "a new ticket whose answers go elsewhere": lambda: of_mail(mail(reply_to=(VALDIS,))),
    "a program's mail": lambda: of_mail(mail(headers=(("auto-submitted", "auto-generated"),))),
    "a reply": lambda: of_mail(mail(**BY_ID), ticket(), letters=[letter()]),
    "a reply with a new Cc": lambda: of_mail(mail(subject="[#1042] lamp", cc=(VALDIS,)), ticket()),
    "a reply that a border denies": lambda: of_mail(mail(auth=(DENIED,), cc=(VALDIS,), **BY_ID), ticket(), letters=[letter()]),
    "a reply that asks for another Reply-To": lambda: of_mail(mail(reply_to=(VALDIS,), **BY_ID), ticket(), letters=[letter()]),
    "a reply of somebody else": lambda: of_mail(mail(by=STRANGER, **BY_ID), ticket(), letters=[letter()]),
    "the same for another department": lambda: of_mail(
        mail(to=(Address("sales@acme.example"),)), ticket(), duplicate_of=7, duplicate_ticket=1042,
        duplicate_departments=("support",)),
    "#status": lambda: of_mail(mail("#status", **BY_ID), ticket(), letters=[letter()]),
    "#reopen, refused": lambda: of_mail(mail("#reopen", **BY_ID), ticket(), letters=[letter()]),
    "a low vote": lambda: of_mail(mail("2", **BY_ID), ticket(), letters=[letter(purpose="words", content=Solved(survey="scale"))]),
    "an article asked for": lambda: of_mail(
        mail(f"\n\nmg:{token.mint(POLICY.keys[0], ASKED_IN, token.Carrier.ARTICLE, 'article fuse')}", fresh="", subject="[#1042] Fuse"),
        ticket(), letters=[SUGGESTING], policy=replace(POLICY, articles=(Article("fuse", "Fuse", "en", "Unplug it."),))),
    "an expert's answer": lambda: of_mail(
        mail(by=STRANGER, in_reply_to=(issued(to="expert", purpose="expert"),)), ticket(),
        letters=[EXPERT]),
    # --- a rule
    "a rule's own acknowledgement, notes, notices and copies": lambda: ruled(
        RuleEffects(ack="ack-vip", note="line one\nline two", notify=("boss@head.example", "cai"), forward=("scan@ledger.example",))),
    # --- an agent's mail
    "an answer": lambda: of_mail(mail("Yes, at once.", **ANSWERS), ticket(owner="bo"), letters=[NOTICE]),
    "an answer that solves, under canned words": lambda: answered("Yes, at once.", canned="Dear customer", survey=True),
    "an answer the customer overtook": lambda: of_mail(
        mail("Yes, at once.", **ANSWERS), ticket(owner="anna", last_customer_at=NOW), letters=[NOTICE]),
    "an answer they have already": lambda: of_mail(
        mail("Yes, at once.", cc=(MAIJA,), **ANSWERS), ticket(owner="anna", participants=(MAIJA, VALDIS)), letters=[NOTICE]),
    "a note": lambda: of_mail(mail("#note\nSame batch.", **ANSWERS), ticket(owner="bo"), letters=[NOTICE]),
    "a forward": lambda: of_mail(mail("FYI", subject="Fwd: lamp", **ANSWERS), ticket(owner="bo"), letters=[NOTICE]),
    "a forward that becomes a ticket": lambda: of_mail(
        mail("FYI", by=ANNA, subject="Fwd: lamp", auth=(PASS,), embedded={"from": "maija@customer.example"})),
    "a command that does not exist": lambda: of_mail(mail("#colse\nDone.", **ANSWERS), ticket(), letters=[NOTICE]),
    "a command that is not granted": lambda: of_mail(mail("#assign nobody", **ANSWERS), ticket(), letters=[NOTICE]),
    "a changed line of ours": lambda: of_mail(PARKS, ticket(), letters=[NOTICE]),
    "words for no ticket": lambda: parked_mail("no_ticket"),
    "a receipt always": lambda: receipt.done_receipt(case(mail(by=ANNA)), replace(BO, receipts="always"), ("solved",), numbers=(1042,)),
    "a question": lambda: of_mail(mail("#mine\n#list urgent", subject="[#1042] lamp", by=ANNA, auth=(PASS,)), ticket()),
    "#next": lambda: of_mail(mail("#next", by=ANNA, auth=(PASS,)), ticket(), queue=(ticket(owner=None, status=Status.NEW),)),
    "numbered lines with words": lambda: of_mail(
        mail("1 close\n\nand call them", by=ANNA, in_reply_to=(LIST.message_id,)), ticket(), letters=[LIST]),
    "without proof": lambda: of_mail(mail("Done. #close", by=ANNA, auth=(FAIL,)), ticket()),
    "several without proof": lambda: [receipt.question(POLICY, ANNA, DOUBTED[:1]), receipt.question(POLICY, ANNA, DOUBTED, 3)],
    "many without proof": lambda: of_mail(mail("#close", by=ANNA), policy=replace(POLICY, admin="root@acme.example"),
                                          unproven_sender_hour=30),
    "an old link": lambda: letters_of(receipt.again(case(mail(by=ANNA)), ANNA, remembered(parked_mail("stale")[0]))),
    "a trainee's answer": lambda: [
        *of_mail(mail("Yes, at once.", **{**ANSWERS, "by": CAI, "in_reply_to": (HEARD.message_id,)}), ticket(), letters=[HEARD]),
        coaching_letters.sent(POLICY, CAI, "anna", ticket()),
        coaching_letters.changed(POLICY, CAI, ANNA, ticket(), "Yes, at once.", "Yes, on Monday."),
        coaching_letters.returned(POLICY, CAI, ANNA, ticket(), "Yes, at once.", "When is that?")],
    "an agent's robot": lambda: of_mail(
        mail("I am away.", by=BO, auth=(PASS,), subject="Automatic reply: lamp", headers=(("auto-submitted", "auto-replied"),))),
    # --- commands
    "#take": lambda: ordered("#take", ticket(owner="bo"), confirmed=True),
    "#assign": lambda: ordered("#assign cai", ticket(owner="bo")),
    "#assign without words": lambda: ordered("#assign cai", words=""),
    "#move": lambda: ordered("#move sales wants an offer", ticket(owner="bo")),
    "#unassign": lambda: ordered("#unassign", ticket(owner="bo")),
    "#ask an outsider": lambda: ordered("#ask lab@tester.example is it the fuse?"),
    "#forward": lambda: ordered("#forward ap@books.example to be paid"),
    "#article": lambda: [*ordered("#article lamp", words=""), *ordered("#article lamp", words="Lamps\n\nPlug it in.", agent=BO)],
    "#draft": lambda: ordered("#draft 1043", tickets={1043: ticket(1043, entries=THREAD)}),
    "#privacy": lambda: ordered("#privacy erase"),
    "#ask a colleague": lambda: ordered("#ask cai"),
    # --- time
    "each stage": lambda: [
        *stage(ticket(status=Status.NEW), ch.Assign("anna"), ch.SetStatus(Status.OPEN)),
        *stage(ticket(owner="anna"), ch.SetStatus(Status.WAITING)), *stage(ticket(), ch.Move("sales")),
        *stage(SPOKEN, ch.SetStatus(Status.SOLVED)), *stage(ticket(status=Status.SOLVED), ch.SetStatus(Status.OPEN, why="reopened")),
        *status_letters.delayed_letter(Moment(EVERY, facts(), NOW), LATE)],
    "solved without a survey, and with a form": lambda: [
        one for survey in (False, "https://forms.example/{number}")
        for one in stage(SPOKEN, ch.SetStatus(Status.SOLVED), policy=replace(EVERY, letters=replace(EVERY.letters, survey=survey)))],
    "silence": lambda: [
        *waked(silent(), NUDGED), *waked(silent(), replace(SUPPORT, nudge=2 * D)),
        *waked(replace(silent(), status_since=NOW - 6 * D, last_agent_at=NOW - 6 * D), NUDGED,
               stage_letters={1042: (("nudge", NOW - D),)})],
    "hold ends": lambda: waked(HELD),
    "a late ticket": lambda: escalated(EscalationStep(1, notify=("owner", "boss@head.example")), LATE),
    "a late ticket given to somebody": lambda: escalated(EscalationStep(1, reassign=True, priority=Priority.URGENT), LATE),
    "many late tickets": lambda: escalated(EscalationStep(1, notify=("lead",)), *(replace(LATE, number=n) for n in (1, 2)), storm=True),
    "a cover": lambda: letters_of(cover.hand_to_cover(Moment(POLICY, facts(away=(AWAY,)), NOW), {"bo": [LATE]})),
    "a last day": lambda: letters_of(leaving.hand_on(QUIET, [LATE], BO, ANNA)),
    "notices gathered": lambda: [collected.collected_notices(POLICY, ANNA, [(LATE, 2)])],
    "parked mail, for a lead": lambda: [parked_list()],
    # --- what goes wrong
    "a mail that cannot be read": lambda: letters_of(unreadable.decide(
        WITH_ADMIN, Envelope("maija@customer.example", ("support@acme.example",)), 5, "died")),
    "a bounce": lambda: reported(ticket(owner="bo"), letter()),
    "a bounce that only the lead can hear of": lambda: reported(ticket(department="sales"), letter()),
    "a notice that bounces": lambda: reported(ticket(), letter(to=BO, purpose="customer")),
    "a letter refused": lambda: letters_of(bounce.undelivered(
        QUIET, ticket(owner="bo"), claimed("customer"), "maija@customer.example", "550 no such user")),
    "a notice refused": lambda: letters_of(bounce.undelivered(QUIET, ticket(), claimed("agent"), "bo@staff.example", "550 no")),
    "an alarm": lambda: readers.alarm(WITH_ADMIN, "disk", "Full", "It is full."),
}  # fmt: skip


def row(letter: ch.Outbound) -> list[Any]:
    """A letter's template, and what its row would keep had all of it been said."""
    told = spoken_content(letter.content, letter.language)
    return [letter.template, json.loads(rows.dumps(row_values.to_plain(told)))]


KEPT: dict[str, list[list[Any]]] = json.loads(TABLE.read_text())


@pytest.mark.parametrize("cause", CAUSES)
def test_a_row_says_what_it_always_said(cause: str) -> None:
    assert [row(one) for one in CAUSES[cause]()] == KEPT[cause]


@pytest.mark.parametrize("cause", CAUSES)
def test_what_is_to_be_said_survives_its_row(cause: str) -> None:
    for one in CAUSES[cause]():
        kept = json.loads(rows.dumps(row_values.to_plain(one.content)))
        assert row_values.from_plain(one.template, kept) == one.content


def test_a_row_keeps_a_code_and_what_it_speaks_of() -> None:
    done = Said("done.line", {"command": "#use x", "what": Said("done.use", {"name": "x", "said": "no code of ours"})})
    kept = json.loads(rows.dumps(row_values.to_plain(Receipt(done=(done, "As it stands.")))))
    line = {"said": "done.line", "command": "#use x", "what": {"said": "done.use", "name": "x"}}
    assert kept == {"done": [line, "As it stands."]}
    assert row_values.to_plain(row_values.from_plain("receipt", kept)) == kept


def test_the_table_has_every_cause_and_most_templates() -> None:
    assert KEPT.keys() == CAUSES.keys()
    shown = {template for letters in KEPT.values() for template, _ in letters}
    lacking = {*VARIABLES} - shown - {"reminder", "report", "welcome", "login", "ringing"}
    assert not lacking, f"CAUSES names no cause of {sorted(lacking)}; letter_rows.json has what each writes"


def test_every_letter_is_for_customers_or_for_the_house() -> None:
    """A record in neither list is read back from its row as an acknowledgement of the admin's own."""
    known = {**vars(content), **vars(coaching), **vars(canned), **vars(letter_kinds)}
    records = {kind for kind in known.values() if isinstance(kind, type) and hasattr(kind, "TEMPLATE")}
    assert records == {*letter_kinds.TO_CUSTOMERS, *letter_kinds.INSIDE}, (
        "TO_CUSTOMERS or INSIDE of core/model/letter_kinds.py"
    )


@pytest.mark.parametrize("cause", KEPT)
def test_a_row_is_read_as_it_was_written(cause: str) -> None:
    for template, kept in KEPT[cause]:
        assert row_values.to_plain(row_values.from_plain(template, kept)) == kept


OLD: list[tuple[str, str, dict[str, Any], Content]] = [
    ("what is lacking has its default", "notice", {}, Notice()),
    ("a question of 0.1.0, which named one mail", "was_it_you", {"subject": "Lamp", "text": "Done", "address": "a@b.example"},
     WasItYou(subject="Lamp", text="Done", address="a@b.example")),
    ("what no letter says any more", "notice", {"why": "reply", "warning": "!", "recipients": [], "html": "<p>"}, Notice(why="reply")),
    ("what a later version may say", "reminder", {"text": "Call.", "soon": {"a": [1]}}, Reminded(text="Call.")),
    ("nothing where something is expected", "question", {"sections": [{"title": "Mine", "rows": None, "text": None}], "more": None},
     Question(sections=(Section("Mine"),))),
    ("nothing in a field that never is nothing", "digest", {"title": None, "sections": None}, Digest()),
    ("an acknowledgement of the admin's own", "ack-vip", {"show_subject": True}, Ack(named="ack-vip", show_subject=True)),
    ("a row that was emptied when somebody was forgotten", "answer", {}, Answer()),
]  # fmt: skip


@pytest.mark.parametrize(("template", "kept", "content"), [one[1:] for one in OLD], ids=[one[0] for one in OLD])
def test_a_row_of_any_version_can_be_read(template: str, kept: dict[str, Any], content: Content) -> None:
    found = row_values.from_plain(template, kept)
    assert (found, found.template) == (content, template)
