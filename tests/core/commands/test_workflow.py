"""What commands do: granted, refused, asked about, repeated, taken back."""

from __future__ import annotations

import ast
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailgate.core.commands import answers, judging, reader, workflow
from mailgate.core.commands.catalogue import COMMANDS
from mailgate.core.commands.reader import Command
from mailgate.core.commands.workflow import Actor, Event, Granted, Judgement, KnownWorld, Refusal
from mailgate.core.customers.customer import Customer
from mailgate.core.letters.addressee import NOBODY
from mailgate.core.mails import agent_mail, receipt
from mailgate.core.model import changed
from mailgate.core.model.change import (
    AddEntry,
    Assign,
    Audience,
    CancelLetters,
    Join,
    Journal,
    Leave,
    LinkContacts,
    LinkKind,
    LinkTo,
    MergeInto,
    Move,
    OpenTicket,
    Remind,
    SaveReply,
    SetAway,
    SetDue,
    SetEscalation,
    SetField,
    SetPriority,
    SetRequester,
    SetStatus,
    SetSubject,
    SplitOff,
    Step,
    Tag,
    Unlink,
    Unmerge,
    Watch,
    Withdraw,
)
from mailgate.core.model.content import ExpertAsked, Handover
from mailgate.core.model.facts import Absence, Facts, KnownPerson
from mailgate.core.model.mail import Address
from mailgate.core.model.moment import Moment
from mailgate.core.model.policy import Agent, Calendar, Department, Policy, Role, Sla, TicketPolicy
from mailgate.core.model.said import Words
from mailgate.core.model.ticket import Due, Entry, EntryKind, Priority, Status, Ticket
from mailgate.wire import words

H = timedelta(hours=1)
NOW = datetime(2026, 11, 25, 8, 30, tzinfo=UTC)  # a Wednesday
ANNA = Agent(1, "anna", "anna@desk.example", full_name="Anna Kask", role=Role.AGENT)
BO = Agent(2, "bo", "bo@desk.example", full_name="Bo Kask", departments=("support",))
CAI = Agent(3, "cai", "cai@desk.example", full_name="Cai Lind", role=Role.LEAD, departments=("billing",))
DAN = Agent(4, "dan", "dan@desk.example", role=Role.TRAINEE)
EVE = Agent(5, "eve", "eve@desk.example", active=False)
OFFICE = Calendar("office", "UTC", (((480, 960),),) * 5 + ((), ()))
POLICY = Policy(
    "desk",
    "desk.example",
    (
        Department("support", ("support@desk.example",), Address("support@desk.example"), calendar="office", sla="standard"),
        Department("billing", ("billing@desk.example",), Address("billing@desk.example"), nudge=48 * H),
    ),
    agents=(ANNA, BO, CAI, DAN, EVE),
    slas=(Sla("standard", resolve=8 * H),),
    calendars=(OFFICE,),
    kept=words.kept(),
)  # fmt: skip
MAIJA, LIISA = Address("maija@home.example", "Maija"), Address("liisa@home.example", "Liisa")
TICKET = Ticket(
    1001, "Broken lamp", Status.OPEN, "support", MAIJA, NOW - H, NOW - H, owner="anna", tags=("lamp",),
    fields={"order": "7"}, participants=(MAIJA, LIISA), watchers=("cai",), sla="standard",
)  # fmt: skip
FREE = replace(TICKET, owner=None, status=Status.NEW)
OTHER = replace(TICKET, number=1002, requester=LIISA, participants=(LIISA,))
SAME = replace(TICKET, number=1003)
SOLVED = replace(TICKET, number=1004, status=Status.SOLVED, solved_at=NOW)
WORLD = KnownWorld(
    Moment(POLICY, Facts(), NOW), tickets={1001: TICKET, 1002: OTHER, 1003: SAME, 1004: SOLVED}, words="Hello"
)


def judge(text: str, ticket: Ticket | None = TICKET, agent: Agent = ANNA, **world: object) -> Judgement:
    reading = reader.parse_line(text)
    assert reading.problems == (), reading.problems
    return workflow.carry_out(reading.commands[0], ticket, Actor(agent), replace(WORLD, **world))  # type: ignore[arg-type]


def granted(text: str, ticket: Ticket | None = TICKET, agent: Agent = ANNA, **world: object) -> Granted:
    judged = judge(text, ticket, agent, **world)
    assert isinstance(judged, Granted), judged
    return judged


FRIDAY = datetime(2026, 11, 27, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "ticket", "answer", "changes"),
    [
        ("#take", FREE, "taken", (Assign("anna"), SetStatus(Status.OPEN))),
        ("#take", TICKET, "already_yours", ()),
        ("#take", replace(TICKET, owner="eve"), "taken", (Assign("anna"),)),  # eve has left
        ("#assign bo", TICKET, "assigned", (Assign("bo"),)),
        ("#assign Cai Lind", FREE, "assigned", (Assign("cai"), SetStatus(Status.OPEN))),
        ("#assign cai@desk.example", TICKET, "assigned", (Assign("cai"),)),
        ("#assign me", FREE, "taken", (Assign("anna"), SetStatus(Status.OPEN))),
        ("#assign anna", TICKET, "already_yours", ()),
        ("#unassign", TICKET, "released", (Assign(None), SetStatus(Status.NEW))),
        ("#release", replace(TICKET, status=Status.WAITING), "released", (Assign(None),)),
        ("#unassign", FREE, "already_free", ()),
        ("#move billing wants an invoice", TICKET, "moved", (Move("billing", "wants an invoice"), Assign(None), SetStatus(Status.NEW))),
        ("#to billing@desk.example", FREE, "moved", (Move("billing", ""),)),
        ("#move to billing", FREE, "moved", (Move("billing", ""),)),
        ("#move Support", TICKET, "already_there", ()),
        ("#watch", TICKET, "watching", (Watch("anna"),)),
        ("#watch", replace(TICKET, watchers=("anna",)), "already_watching", ()),
        ("#unwatch", replace(TICKET, watchers=("anna",)), "unwatched", (Watch("anna", False),)),
        ("#unwatch", TICKET, "not_watching", ()),
        ("#cc +boss@home.example -liisa@home.example", TICKET, "cc", (Join(Address("boss@home.example")), Leave("liisa@home.example"))),
        ("#cc Liisa@home.example", TICKET, "already_cc", ()),
        ("#requester liisa@home.example", TICKET, "requester", (SetRequester(LIISA),)),
        ("#requester maija@HOME.example", TICKET, "already_requester", ()),
        ("#open", replace(TICKET, status=Status.WAITING), "opened", (SetStatus(Status.OPEN),)),
        ("#open", FREE, "opened", (Assign("anna"), SetStatus(Status.OPEN))),
        ("#open", TICKET, "already_open", ()),
        ("#wait", TICKET, "waiting", (SetStatus(Status.WAITING),)),
        ("#wait", replace(TICKET, department="billing"), "waiting", (SetStatus(Status.WAITING, NOW + 48 * H),)),
        ("#wait", replace(TICKET, status=Status.WAITING), "already_waiting", ()),
        ("#hold", TICKET, "held", (SetStatus(Status.HOLD),)),
        ("#hold", replace(TICKET, status=Status.HOLD), "already_held", ()),
        ("#hold fri 14:00", TICKET, "held_until", (SetStatus(Status.HOLD, FRIDAY),)),
        ("#hold 3d", TICKET, "held_until", (SetStatus(Status.HOLD, datetime(2026, 11, 30, 8, 30, tzinfo=UTC)),)),
        ("#close", TICKET, "solved", (SetStatus(Status.SOLVED),)),
        ("#solve", FREE, "solved", (Assign("anna"), SetStatus(Status.SOLVED))),
        ("#done", SOLVED, "already_solved", ()),
        ("#reopen", SOLVED, "reopened", (SetStatus(Status.OPEN, why="reopened"),)),
        ("#reopen", TICKET, "not_solved", ()),
        ("#close Tell", TICKET, "solved_told", (SetStatus(Status.SOLVED, why="told"),)),
        ("#file", TICKET, "filed", (SetStatus(Status.SOLVED, why="filed"),)),
        ("#arkistoi", TICKET, "filed", (SetStatus(Status.SOLVED, why="filed"),)),
        ("#ARHIVET", TICKET, "filed", (SetStatus(Status.SOLVED, why="filed"),)),
        ("#file", SOLVED, "already_solved", ()),
        ("#spam", TICKET, "spam", (Tag(("spam",)), SetStatus(Status.SOLVED, why="spam"))),
        ("#spam", replace(SOLVED, tags=("spam",)), "already_spam", ()),
        ("#quiet", TICKET, "quiet", (Tag(("quiet",)),)),
        ("#quiet", replace(TICKET, tags=("quiet",)), "already_quiet", ()),
        ("#quiet off", replace(TICKET, tags=("lamp", "quiet")), "quiet_off", (Tag(remove=("quiet",)),)),
        ("#quiet off", TICKET, "not_quiet", ()),
        ("#priority High", TICKET, "priority", (SetPriority(Priority.HIGH),)),
        ("#priority normal", TICKET, "already_priority", ()),
        ("#due fri 14:00", TICKET, "due", (SetDue("manual", FRIDAY),)),
        ("#due off", replace(TICKET, due=Due(manual=FRIDAY)), "due_off", (SetDue("manual", None),)),
        ("#spent 1h30", TICKET, "spent", (Journal("spent", "90"),)),
        ("#remind fri 14:00 call her", TICKET, "remind", (Remind("anna", FRIDAY, "call her"),)),
        ("#remind off", TICKET, "remind_off", (Remind("anna", None),)),
        ("#tag +Refund -lamp", TICKET, "tagged", (Tag(("refund",), ("lamp",)),)),
        ("#tag –lamp, +refund", TICKET, "tagged", (Tag(("refund",), ("lamp",)),)),
        ("#tag refund", TICKET, "tagged", (Tag(("refund",), ()),)),
        ("#tag +lamp -gone", TICKET, "already_tagged", ()),
        ("#subject Re: Lamp, order 7", TICKET, "titled", (SetSubject("Lamp, order 7"),)),
        ("#subject Broken lamp", TICKET, "already_titled", ()),
        ("#field Order = 12 34", TICKET, "field", (SetField("order", "12 34"),)),
        ("#field order=", TICKET, "field_gone", (SetField("order", ""),)),
        ("#field order=7", TICKET, "already_field", ()),
        ("#note", TICKET, "note", ()),
        ("#note he called", TICKET, "note", (AddEntry(EntryKind.NOTE, "anna", "Anna Kask", "he called", of_mail=False),)),
        ("#reply", TICKET, "reply", ()),
        ("#merge into 1003", TICKET, "merged", (MergeInto(1003),)),
        ("#merge 1003", TICKET, "merged", (MergeInto(1003),)),
        ("#merge [#1002] both", TICKET, "merged", (MergeInto(1002),)),
        ("#link 1002", TICKET, "linked", (LinkTo(1002),)),
        ("#link 1002", replace(TICKET, links=(1002,)), "already_linked", ()),
    ],
)  # fmt: skip
def test_a_command_is_granted(text: str, ticket: Ticket, answer: str, changes: tuple[object, ...]) -> None:
    outcome = granted(text, ticket)
    assert (outcome.answer, outcome.changes) == (answer, changes)


@pytest.mark.parametrize(
    ("text", "code", "nearest"),
    [
        ("#assign bob", "no_such_agent", ("bo",)),
        ("#assign kask", "which_agent", ("anna", "bo")),
        ("#assign eve", "no_such_agent", ()),
        ("#move bilinng", "no_such_department", ("billing",)),
        ("#move sales", "no_such_department", ("support", "billing")),
        ("#ask nobody", "no_such_agent", ()),
        ("#ask liisa@home.example what now", "takes_part", ()),
        ("#ask support@desk.example what now", "our_address", ()),
        ("#cc +bo@desk.example", "agents_address", ()),
        ("#cc +support+x@desk.example", "our_address", ()),
        ("#cc +liisa", "no_address", ()),
        ("#cc -maija@home.example", "is_requester", ()),
        ("#cc -who@home.example", "takes_no_part", ("liisa@home.example",)),
        ("#requester maija", "no_address", ()),
        ("#hold soon", "when_unreadable", ()),
        ("#hold fri waiting", "when_unreadable", ()),
        ("#hold 9.10", "when_ambiguous", ()),
        ("#due 2026-11-01", "when_past", ()),
        ("#due 9999d", "when_far", ()),
        ("#due fri maybe", "when_unreadable", ()),
        ("#remind never ever", "when_unreadable", ()),
        ("#priority hihg", "no_such_priority", ("high",)),
        ("#priority 1", "no_such_priority", ("low", "normal", "high", "urgent")),
        ("#tag +!", "no_tag", ()),
        ("#tag +refund is late", "no_tag", ()),
        ("#subject Re:", "no_title", ()),
        ("#field order", "no_field", ()),
        ("#merge 9", "no_such_ticket", ()),
        ("#merge x", "no_number", ()),
        ("#merge 1001", "itself", ()),
        ("#merge 1002 please", "no_way_to_merge", ("both", "same-person")),
        ("#link 9", "no_such_ticket", ()),
        ("#split", "only_words", ()),
        ("#undo", "nothing_to_undo", ()),
        ("#use refnud", "no_such_reply", ("refund",)),
        ("#use refund", "missing_value", ()),
        ("#use refund five", "no_value", ()),
        ("#save a/b", "no_name", ()),
        ("#call 0401", "no_such_number", ()),
        ("#spent -20min", "no_amount", ()),
        ("#spent 25h", "no_amount", ()),
        ("#new bo@desk.example", "agents_address", ()),
        ("#away 2026-12-20..2027-01-06 cover", "no_cover", ()),
        ("#away 2026-12-20..2027-01-06 cover me", "own_cover", ()),
        ("#away yesterday cover bo", "when_unreadable", ()),
        ("#away 2026-11-01..2026-11-02 cover bo", "when_past", ()),
        ("#away bo 2026-12-20..2027-01-06 cover cai", "away_today", ()),
        ("#back bo", "role", ()),
    ],
)
def test_a_command_is_refused_with_its_reason(text: str, code: str, nearest: tuple[str, ...]) -> None:
    refusal = judge(text, replies={"refund": "In {days}."})
    assert isinstance(refusal, Refusal), refusal
    assert (refusal.code, refusal.nearest) == (code, nearest)
    assert "?" not in told(answers.of_refusal(refusal))


@pytest.mark.parametrize(
    ("text", "agent", "ticket", "code"),
    [
        ("#take", BO, TICKET, "taken"),
        ("#unassign", BO, TICKET, "taken"),
        ("#assign me", BO, TICKET, "taken"),
        ("#merge 1002", ANNA, TICKET, "requesters_differ"),
        ("#assign cai", ANNA, TICKET, "away"),
    ],
)
def test_a_doubtful_command_is_refused_and_yes_carries_it_out(
    text: str, agent: Agent, ticket: Ticket, code: str
) -> None:
    away = Moment(POLICY, Facts(away=(Absence("cai", NOW, NOW + 9 * H, "bo"),)), NOW)
    refusal = judge(text, ticket, agent, moment=away)
    assert isinstance(refusal, Refusal) and refusal.code == code
    assert granted(text, ticket, agent, moment=away, confirmed=True).changes


def test_a_lead_releases_anybodys_ticket_unasked() -> None:
    assert granted("#unassign", agent=CAI).changes == (Assign(None), SetStatus(Status.NEW))


def test_the_new_owner_gets_the_whole_thread_and_the_old_one_hears_of_it() -> None:
    letters = granted("#assign bo", agent=CAI).outbound
    assert [(one.template, one.agent, one.purpose) for one in letters] == [
        ("handover", "bo", "note"),
        ("notice", "anna", "note"),
    ]
    assert letters[0].content == Handover(by="Cai Lind", text="Hello")
    assert "cai@desk.example" not in str(letters[1].content)


def test_the_other_department_hears_why_a_ticket_comes() -> None:
    letters = granted("#move billing wants an invoice").outbound
    assert {one.agent for one in letters} == {"cai", "dan"}
    assert {one.content.why for one in letters} == {"wants an invoice"}


def test_an_outsider_is_asked_and_a_colleague_too() -> None:
    outside = granted("#ask lab@tester.example is it the fuse?")
    assert outside.changes == (Journal("asked", "lab@tester.example"),)
    (letter,) = outside.outbound
    assert (letter.audience, letter.template, letter.to[0].addr) == (Audience.EXPERT, "expert", "lab@tester.example")
    assert letter.content == ExpertAsked(expert="lab@tester.example", question="is it the fuse?", by="Anna Kask")
    inside = granted("#ask bo")
    assert (inside.outbound[0].audience, inside.outbound[0].agent) == (Audience.AGENT, "bo")
    assert inside.outbound[0].content.question == "Hello"
    assert judge("#ask bo", words=" ") == Refusal("no_question")


def test_trainees_do_not_steer_what_customers_see() -> None:
    for word in COMMANDS:
        refused = (
            isinstance(one := judge(f"#{word.name}" + (" x" if word.needs else ""), agent=DAN), Refusal)
            and one.code == "role"
        )
        assert refused is (word.role is not Role.TRAINEE), word.name


def test_nobody_but_an_active_agent_commands() -> None:
    take = reader.parse_line("#take").commands[0]
    for actor in (Actor(), Actor(customer=MAIJA), Actor(EVE)):
        assert workflow.carry_out(take, TICKET, actor, WORLD) == Refusal("not_an_agent")


def test_a_command_about_a_ticket_needs_one() -> None:
    assert judge("#close", None) == Refusal("no_ticket")
    assert granted("#back", None).answer == "not_away"


def test_only_the_admins_tags_exist_when_they_name_any() -> None:
    strict = replace(WORLD.moment, policy=replace(POLICY, tickets=TicketPolicy(tags=("Refund", "lamp"))))
    assert granted("#tag +refund", moment=strict).changes == (Tag(("Refund",), ()),)
    assert judge("#tag +refnud", moment=strict) == Refusal("no_such_tag", ("Refund",), {"name": "refnud"})


def test_merging_an_open_ticket_into_a_solved_one_opens_it_and_the_same_person_is_remembered() -> None:
    assert granted("#merge 1004").elsewhere == (Step(1004, (SetStatus(Status.OPEN, why="merge"),)),)
    assert granted("#merge 1002 same-person").effects == (LinkContacts("maija@home.example", "liisa@home.example"),)
    assert granted("#merge 1002 both").effects == ()


def test_the_customers_newest_words_get_a_ticket_of_their_own() -> None:
    said = [Entry(n, EntryKind.CUSTOMER, "liisa@home.example", "Liisa", NOW, "x") for n in (5, 7)]
    answer = Entry(9, EntryKind.AGENT, "anna", "Anna", NOW, "x")
    outcome = granted("#split", entries=(*said, answer))
    assert outcome.changes == (SplitOff(7),)
    assert outcome.opens[0] == OpenTicket("Broken lamp", "support", LIISA)
    assert LinkTo(1001, LinkKind.SPLIT) in outcome.opens


def test_writing_first_opens_a_ticket_for_somebody_new() -> None:
    outcome = granted("#new Teemu@home.example", None, title="Your order", department="billing")
    assert outcome.opens == (
        OpenTicket("Your order", "billing", Address("Teemu@home.example")),
        Assign("anna"),
        SetStatus(Status.OPEN),
    )
    assert granted("#new teemu@home.example", words="First line\nmore").opens[0].subject == "First line"  # type: ignore[union-attr]
    assert granted("#new teemu@home.example Your lamp", title="x").opens[0].subject == "Your lamp"  # type: ignore[union-attr]
    assert judge("#new teemu@home.example", words="") == Refusal("no_words")


def test_a_call_is_kept_where_the_caller_takes_part_and_opens_a_ticket_elsewhere() -> None:
    assert granted("#call maija@home.example").answer == "call_here"
    known = {"20261201": Address("other@home.example"), "+358401234567": LIISA}  # `#hold 2026-12-01` is one, too
    assert granted("#call +358 40 123 4567", callers=known).answer == "call_here"
    assert granted("#call +358 40 123 4567 in the morning", callers=known).answer == "call_here"
    known["+358401234567"] = Address("new@home.example")
    assert granted("#call +358 40 123 4567", callers=known).answer == "call"
    assert judge("#call +358 40 999 9999", callers=known) == Refusal(
        "no_such_number", params={"text": "+358 40 999 9999"}
    )
    assert granted("#call teemu@home.example", None).opens[0] == OpenTicket(
        "Phone call 25 Nov", "support", Address("teemu@home.example")
    )


def test_a_bare_call_is_the_requesters_and_whoever_spoke_with_them_has_the_ticket() -> None:
    bare = granted("#call")
    assert (bare.answer, bare.changes, bare.params["address"]) == ("call_here", (), MAIJA.addr)
    assert granted("#call", FREE).changes == (Assign("anna"), SetStatus(Status.OPEN))
    assert granted("#call liisa@home.example", FREE).changes == (Assign("anna"), SetStatus(Status.OPEN))
    assert judge("#call", None) == Refusal("whose_call")
    assert judge("#call", replace(TICKET, requester=NOBODY)) == Refusal("whose_call")
    assert judge("#call", words=" ") == Refusal("no_words")
    assert granted("#call", words="", files=True).answer == "call_here", "a recording says enough"


def test_a_ticket_opened_by_a_command_is_in_the_name_and_language_of_whom_the_desk_knows() -> None:
    teemu = Address("Teemu@home.example", "Teemu Laine")
    finnish = replace(POLICY, languages=("en", "fi"))
    for language, title in (("fi", "Puhelu 25.11."), ("", "Phone call 25 Nov"), ("tlh", "Phone call 25 Nov")):
        moment = Moment(finnish, Facts(people={teemu.key: KnownPerson(teemu, language)}), NOW)
        world = judging.world_at(moment, None, words="Hello")
        judged = workflow.carry_out(Command("call", "teemu@HOME.example"), None, Actor(BO), world)
        assert isinstance(judged, Granted)
        expected = OpenTicket(title, "support", teemu, language="fi" if language == "fi" else "en")
        assert judged.opens[0] == expected
        written = workflow.carry_out(Command("new", "teemu@home.example"), None, Actor(BO), world)
        assert isinstance(written, Granted) and written.opens[0] == replace(expected, subject="Hello")


@pytest.mark.parametrize(("language", "expected"), [("fi", "fi"), ("", "en"), ("tlh", "en")])
def test_who_never_wrote_is_written_to_as_the_table_of_customers_has_them(language: str, expected: str) -> None:
    told = Customer(name="Teemu Laine", language=language)
    facts = Facts(customers={"teemu@home.example": told})
    world = judging.world_at(Moment(replace(POLICY, languages=("en", "fi")), facts, NOW), None, words="Hello")
    written = workflow.carry_out(Command("new", "teemu@home.example"), None, Actor(BO), world)
    assert isinstance(written, Granted)
    named = Address("teemu@home.example", "Teemu Laine")
    assert written.opens[0] == OpenTicket("Hello", "support", named, language=expected)


def test_a_ticket_opened_by_a_command_is_of_the_writers_own_department_unless_the_mail_names_one() -> None:
    for agent, addressed, department in ((CAI, "", "billing"), (CAI, "support", "support"), (ANNA, "", "support")):
        [opening, *_] = granted("#call teemu@home.example", None, agent, department=addressed).opens
        assert isinstance(opening, OpenTicket) and opening.department == department


def test_canned_answers_are_used_with_their_values_and_saved_under_a_name() -> None:
    used = granted("#use Refund days=5 working days", replies={"refund": "In {days}."})
    assert used.params == {"name": "refund", "days": "5 working days"}
    assert granted("#save Thanks").effects == (SaveReply("thanks", "en", "Hello", "anna"),)
    own = Entry(9, EntryKind.AGENT, "anna", "Anna", NOW, "Earlier words")
    assert granted("#save thanks", words="", entries=(own,)).effects == (
        SaveReply("thanks", "en", "Earlier words", "anna"),
    )
    assert judge("#save thanks", words="") == Refusal("no_words")


def test_an_absence_has_a_cover_and_a_lead_may_report_somebody_elses() -> None:
    start, until = datetime(2026, 12, 20, tzinfo=UTC), datetime(2027, 1, 7, tzinfo=UTC)
    assert granted("#away 2026-12-20..2027-01-06 cover bo", None).effects == (SetAway("anna", start, until, "bo"),)
    assert granted("#away bo 2026-12-20..2027-01-06 cover anna", None, CAI).effects == (
        SetAway("bo", start, until, "anna"),
    )
    gone = Moment(POLICY, Facts(away=(Absence("bo", start, None, "cai"),)), NOW)
    assert judge("#away 2026-12-20..2027-01-06 cover bo", moment=gone) == Refusal(
        "cover_away", params={"name": "Bo Kask"}
    )
    assert granted("#back", None, BO, moment=gone).effects == (SetAway("bo", None, NOW),)
    assert granted("#back bo", None, CAI, moment=gone).effects == (SetAway("bo", None, NOW),)


# --- undo -------------------------------------------------------------------------------------------------------------


def happened(mail: int, *events: tuple[str, str, str], actor: str = "anna") -> tuple[Event, ...]:
    return tuple(Event(mail, actor, kind, old, new) for kind, old, new in events)


MICROS = "1796342400000000"  # 2026-12-04 00:00 UTC


@pytest.mark.parametrize(
    ("event", "opposite"),
    [
        (("status", "waiting", "solved"), SetStatus(Status.WAITING, why="undo")),
        (("owner", "", "anna"), Assign(None)),
        (("owner", "bo", "anna"), Assign("bo")),
        (("department", "billing", "support"), Move("billing", "undo")),
        (("priority", "low", "high"), SetPriority(Priority.LOW)),
        (("tag", "", "refund"), Tag(remove=("refund",))),
        (("tag", "lamp", ""), Tag(add=("lamp",))),
        (("field", "order=7", "order=8"), SetField("order", "7")),
        (("field", "order=", "order=8"), SetField("order", "")),
        (("subject", "Old", "New"), SetSubject("Old")),
        (("watch", "", "anna"), Watch("anna", False)),
        (("watch", "anna", ""), Watch("anna")),
        (("due-manual", MICROS, ""), SetDue("manual", datetime(2026, 12, 4, tzinfo=UTC))),
        (("due-manual", "", MICROS), SetDue("manual", None)),
        (("join", "", "x@home.example"), Leave("x@home.example")),
        (("leave", "x@home.example", ""), Join(Address("x@home.example"))),
        (("requester", "maija@home.example", "x@home.example"), SetRequester(Address("maija@home.example"))),
        (("link", "link", "1002"), Unlink(1002)),
        (("remind", "anna", MICROS), Remind("anna", None)),
        (("merged", "[1]", "1002"), Unmerge()),
    ],
)
def test_undo_reverses_the_last_mails_doings(event: tuple[str, str, str], opposite: object) -> None:
    outcome = granted("#undo", events=happened(7, event))
    assert outcome.changes == (opposite, Journal("undo", "7"))
    assert outcome.answer == "undone"


def test_undo_takes_a_whole_mail_back_in_reverse_and_leaves_other_mails_alone() -> None:
    events = (
        *happened(5, ("tag", "", "old")),
        *happened(
            7, ("status", "hold", "solved"), ("until", MICROS, ""), ("tag", "", "refund"), ("due-resolve", "1", "")
        ),
        *happened(8, ("tag", "", "customer"), actor="maija@home.example"),
    )
    assert granted("#undo", events=events).changes == (
        Tag(remove=("refund",)),
        SetStatus(Status.HOLD, datetime(2026, 12, 4, tzinfo=UTC), "undo"),
        Journal("undo", "7"),
    )


def test_a_second_undo_goes_one_mail_further_back() -> None:
    events = (
        *happened(5, ("tag", "", "old")),
        *happened(7, ("tag", "", "new")),
        *happened(9, ("tag", "new", ""), ("undo", "", "7")),
    )
    assert granted("#undo", events=events).changes == (Tag(remove=("old",)), Journal("undo", "5"))
    assert judge("#undo", events=(*events, *happened(10, ("undo", "", "5")))) == Refusal("nothing_to_undo")


def test_a_letter_that_has_not_left_is_stopped_and_its_words_become_a_note() -> None:
    events = happened(7, ("entry", "33", "agent"), ("status", "open", "waiting"))
    outcome = granted("#undo", events=events, unsent={7: (4, 5)})
    assert outcome.effects == (CancelLetters((4, 5)),)
    assert outcome.changes == (SetStatus(Status.OPEN, why="undo"), Withdraw(33), Journal("undo", "7"))


def test_a_letter_that_has_left_cannot_be_taken_back() -> None:
    said = happened(7, ("entry", "33", "agent"))
    assert judge("#undo", events=said) == Refusal("too_late_to_undo")
    outcome = granted("#undo", events=(*said, *happened(7, ("tag", "", "x"))))
    assert (outcome.answer, outcome.changes) == ("undone_but_sent", (Tag(remove=("x",)), Journal("undo", "7")))


def test_merges_and_splits_are_taken_apart_and_together_again() -> None:
    assert granted("#undo", events=happened(7, ("split", "33", "1009"))).elsewhere == (Step(1009, (MergeInto(1001),)),)
    assert granted("#undo", events=happened(7, ("merged-in", "", "1009"))).elsewhere == (Step(1009, (Unmerge(),)),)
    both = happened(7, ("merged", "[1]", "1002"), ("status", "open", "solved"))
    assert granted("#undo", events=both).changes == (Unmerge(), Journal("undo", "7"))


# --- several at once --------------------------------------------------------------------------------------------------


def planned(text: str, ticket: Ticket = FREE, agent: Agent = ANNA) -> workflow.Plan:
    return workflow.plan(reader.parse_line(text).commands, ticket, Actor(agent), WORLD)


def test_each_command_sees_what_the_ones_before_it_did() -> None:
    plan = planned("#take #take #tag +a #tag +a")
    assert [outcome.answer for _, outcome in plan.granted] == ["taken", "already_yours", "tagged", "already_tagged"]
    assert plan.changes[:3] == (Assign("anna"), SetStatus(Status.OPEN), Tag(("a",), ()))


def test_a_plan_ends_with_what_the_clocks_make_of_it() -> None:
    owed = replace(FREE, due=Due(resolve=NOW + 7 * H))
    plan = planned("#take #hold 3d", owed)
    assert plan.changes[-2:] == (SetDue("resolve", None), SetEscalation(0, None, None))
    assert changed.ticket_after(owed, plan.changes, NOW).status is Status.HOLD


def test_one_refusal_is_told_beside_all_that_was_understood() -> None:
    plan = planned("#take #assign nobody #tag +a")
    assert [str(one) for one, _ in plan.refused] == ["#assign nobody"]
    assert [str(one) for one, _ in plan.granted] == ["#take", "#tag +a"]


def test_a21_a_mail_of_commands_that_comes_twice_changes_nothing() -> None:
    text = "#take #hold fri 14:00 #tag +a -lamp #priority high #watch #field a=b #subject New title"
    once = changed.ticket_after(FREE, planned(text).changes, NOW)
    again = [change for change in planned(text, once).changes if not isinstance(change, SetStatus)]
    assert again == []
    assert changed.ticket_after(once, planned(text, once).changes, NOW) == once


@pytest.mark.parametrize(("text", "told"), [
    ("#priority urgent", ["cai", "bo", "dan"]),  # who watches it, and all on duty
    ("#priority urgent #take", []), ("#take #priority urgent", []),
    ("#priority high", []), ("#priority urgent #solve", []),
])  # fmt: skip
def test_where_work_is_pulled_those_on_duty_hear_of_what_a_colleague_makes_urgent(text: str, told: list[str]) -> None:
    pulled = replace(POLICY, departments=(replace(POLICY.departments[0], notify="pull"), POLICY.departments[1]))
    world = replace(WORLD, moment=Moment(pulled, Facts(), NOW))
    plan = workflow.plan(reader.parse_line(text).commands, FREE, Actor(ANNA), world)
    assert [one.agent for one in plan.outbound if one.template == "notice"] == told


# --- customers --------------------------------------------------------------------------------------------------------


def customer(word: str, ticket: Ticket, who: Address = MAIJA, now: datetime = NOW) -> Judgement:
    return workflow.customer_asks(
        word, ticket, Actor(customer=who), replace(WORLD, moment=replace(WORLD.moment, now=now))
    )


def test_a_customer_closes_and_reopens_their_own_ticket_only() -> None:
    assert customer("close", TICKET) == Granted("solved", (SetStatus(Status.SOLVED, why="customer"),))
    assert customer("reopen", SOLVED) == Granted("reopened", (SetStatus(Status.OPEN, why="reopened"),))
    assert customer("reopen", replace(SOLVED, owner=None)) == Granted(
        "reopened", (SetStatus(Status.NEW, why="reopened"),)
    )
    assert customer("close", SOLVED) == Granted("already_solved")
    assert customer("reopen", TICKET) == Granted("not_solved")
    assert customer("status", TICKET) == Granted("status")
    assert customer("reopen", SOLVED, now=NOW + timedelta(days=15)) == Refusal("too_late_to_reopen")
    for word in ("close", "reopen", "status"):
        assert customer(word, TICKET, LIISA) == Refusal("not_yours")
    assert customer("merge", TICKET) == Refusal("not_yours")


def test_every_command_leads_to_what_it_does() -> None:
    """One that stands in no table is granted and does nothing; questions and answers about parked mail are others' part."""
    elsewhere = {word.name for word in COMMANDS if word.question} | {"send", "return", "drop", "yes"}
    tables = {*workflow.ON_TICKET, *workflow.WITHOUT_TICKET}
    lost = {word.name for word in COMMANDS} - elsewhere - tables
    assert not lost, f"neither ON_TICKET nor WITHOUT_TICKET of workflow.py has {sorted(lost)}"
    assert tables <= {word.name for word in COMMANDS} - elsewhere


# --- receipts ---------------------------------------------------------------------------------------------------------


def codes(function: str) -> set[str]:
    """Every literal code in the modules that judge, so that no sentence is missing and none is left over."""
    found: set[str] = set()
    core = Path(workflow.__file__).parent
    for path in (core / "workflow.py", core / "judging.py", *core.glob("about_*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if called in function.split() and node.args:
                    found |= {
                        one.value
                        for one in ast.walk(node.args[0])
                        if isinstance(one, ast.Constant) and isinstance(one.value, str)
                    }
    return found


def told(said: Words, language: str = "en") -> str:
    return words.said(language, said)


def keys(family: str) -> set[str]:
    """What there are sentences for in a family."""
    return {key.partition(".")[2] for key in words.CATALOGUES["en"] if key.startswith(f"{family}.")}


def test_every_answer_has_its_sentence() -> None:
    receipts = "mailgate/wire/words/*/receipts.py has a sentence for each, and no other"
    assert codes("granted granted_already Granted") - {""} == keys("done") - {"line", "doubt_near"}, receipts
    whens = {f"when_{why}" for why in ("unreadable", "ambiguous", "past", "far")}
    assert codes("Refusal ask_first") | whens == keys("refused") | {"when_"}, receipts


def test_every_reason_that_a_mail_waits_for_has_its_sentence() -> None:
    """Found in the code: what a mail is parked with and an agent reads. Three speak of commands in lines of their own."""
    found: set[str] = set()
    for path in Path(agent_mail.__file__).parent.glob("agent_*.py"):
        tree = ast.parse(path.read_text())
        calls = [one for one in ast.walk(tree) if isinstance(one, ast.Call) and len(one.args) >= 3]
        parks = [one.args[2] for one in calls if getattr(one.func, "attr", getattr(one.func, "id", "")) == "park"]
        whys = [
            one
            for one in ast.walk(tree)
            if isinstance(one, ast.FunctionDef) and one.name in ("why_not_sent", "lacks_proof")
        ]
        returned = [each.value for one in whys for each in ast.walk(one) if isinstance(each, ast.Return)]
        for one in (*parks, *returned):
            found |= {
                each.value for each in ast.walk(one) if isinstance(each, ast.Constant) and isinstance(each.value, str)
            }
    assert {"stale", "others", "beyond", "trainee", "address_only"} <= found
    assert found - {"", "_only"} - receipt.SAID_BY_LINES <= keys("waits")


def test_a_receipt_says_what_was_done_in_plain_words() -> None:
    hold = reader.parse_line("#hold fri 14:00").commands[0]
    assert (
        told(answers.of_outcome(hold, granted("#hold fri 14:00")))
        == "#hold fri 14:00: on hold until Fri 27 Nov 14:00; deadlines are paused"
    )
    assert told(answers.of_refusal(Refusal("no_such_agent", params={"name": "bob"}))) == "no agent is called bob"
    who = {"name": "Bo", "cover": ""}
    assert (
        told(answers.of_refusal(Refusal("away", params=who)))
        == "Bo is away (nobody covers); give it to Bo all the same?"
    )


def test_a_receipt_speaks_the_agents_language() -> None:
    take = reader.parse_line("#ota").commands[0]
    assert told(answers.of_outcome(take, granted("#ota", FREE)), "fi") == "#take: tiketti on nyt sinun"
    assert told(answers.of_outcome(take, granted("#ota", FREE)), "xx") == "#take: the ticket is yours"
    assert told(answers.of_refusal(Refusal("itself", params={"number": "7"})), "lv") == "7 ir tieši šis pieteikums"
    assert told(answers.of_reason("covers", name="Bo"), "fi") == "Bo on poissa, ja olet sijaisena"
    assert told(answers.of_reason("left", name="Bo"), "xx") == "Bo has left"
