"""Commands about people: who owns, is asked and takes part, row by row."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cases import ANNA, BO, CAI, MAIJA, NOW, POLICY, STRANGER, VALDIS, H, asking, outcome, ticket

from mailgate.core.commands import about_people
from mailgate.core.commands.judging import Granted, KnownWorld
from mailgate.core.model.change import Assign, Join, Journal, Leave, Move, SetRequester, SetStatus
from mailgate.core.model.facts import Absence, Facts
from mailgate.core.model.mail import Address
from mailgate.core.model.moment import Moment
from mailgate.core.model.ticket import Entry, EntryKind, Priority, Status, Ticket

LEFT = replace(CAI, active=False)
WITHOUT_CAI = replace(POLICY, agents=(ANNA, BO, LEFT))
NAMESAKES = replace(POLICY, agents=(ANNA, BO, replace(CAI, full_name="Bo Lind")))
LED = replace(POLICY, departments=(POLICY.departments[0], replace(POLICY.departments[1], notify="lead", lead="anna")))
PULLED = replace(
    POLICY,
    agents=(
        replace(ANNA, departments=()),
        BO,
        replace(CAI, departments=("sales",)),
        replace(BO, name="dan", departments=()),
    ),
    departments=(POLICY.departments[0], replace(POLICY.departments[1], calendar="office", lead="anna")),
)
LED_BY_NOBODY = replace(LED, agents=(replace(ANNA, active=False), BO, CAI))
LED_BY_A_STRANGER = replace(LED, agents=(BO, CAI))
FREE, NEW, ANNAS, BOS, CAIS = (
    ticket(),
    ticket(status=Status.NEW),
    ticket(owner="anna"),
    ticket(owner="bo"),
    ticket(owner="cai"),
)
TWO = ticket(participants=(MAIJA, VALDIS))


def away(name: str, cover: str = "", **times: Any) -> dict[str, Any]:
    return {"away": (Absence(name, NOW - H, times.get("until"), cover),)}


# what is decided, the command, its argument, the ticket, what else is known (Bo asks unless `by` says), and the outcome
ROWS: list[tuple[str, Any, str, Ticket, dict[str, Any], tuple[str, tuple[Any, ...]]]] = [
    ("a new ticket that is taken is open", about_people.take, "", NEW, {}, ("taken", (Assign("bo"), SetStatus(Status.OPEN)))),
    ("one on hold that is taken stays on hold", about_people.take, "", ticket(status=Status.HOLD), {}, ("taken", (Assign("bo"),))),
    ("one's own is no news, whatever its status", about_people.take, "", replace(BOS, status=Status.NEW), {}, ("already_yours", ())),
    ("a colleague's is asked about", about_people.take, "", CAIS, {}, ("taken", ())),
    ("and taken after a yes", about_people.take, "", CAIS, {"confirmed": True}, ("taken", (Assign("bo"),))),
    ("a lead is asked too: they take work from somebody", about_people.take, "", CAIS, {"by": ANNA}, ("taken", ())),
    ("who has left owns nothing", about_people.take, "", CAIS, {"policy": WITHOUT_CAI}, ("taken", (Assign("bo"),))),
    ("nor does who was never here", about_people.take, "", ticket(owner="zoe"), {}, ("taken", (Assign("bo"),))),

    ("a colleague is named as people write it", about_people.assign, " @Cai Lind. ", FREE, {}, ("assigned", (Assign("cai"),))),
    ("by address, whatever its case", about_people.assign, "CAI@staff.example", FREE, {}, ("assigned", (Assign("cai"),))),
    ("oneself by name is `#take`, and asks like it", about_people.assign, "bo", CAIS, {}, ("taken", ())),
    ("whose it is already keeps it", about_people.assign, "cai", CAIS, {}, ("already_theirs", ())),
    ("a slip is asked back", about_people.assign, "cia", FREE, {}, ("no_such_agent", ("cai",))),
    ("a name is better than a colleague's first name", about_people.assign, "bo", FREE, {"policy": NAMESAKES, "by": ANNA}, ("assigned", (Assign("bo"),))),
    ("a name of two agents' is asked back", about_people.assign, "lind", FREE,
     {"policy": replace(POLICY, agents=(ANNA, replace(BO, full_name="Bo Lind"), CAI)), "by": ANNA}, ("which_agent", ("bo", "cai"))),
    ("nobody is nobody", about_people.assign, "", FREE, {}, ("no_such_agent", ())),
    ("who has left gets nothing, a yes or not", about_people.assign, "cai", FREE, {"policy": WITHOUT_CAI, "confirmed": True},
     ("no_such_agent", ())),
    ("an outsider gets nothing", about_people.assign, STRANGER.addr, FREE, {}, ("no_such_agent", ())),
    ("who is away is asked about", about_people.assign, "cai", FREE, away("cai", "anna"), ("away", ())),
    ("also without a cover", about_people.assign, "cai", FREE, away("cai"), ("away_alone", ())),
    ("and gets it after a yes", about_people.assign, "cai", FREE, {**away("cai"), "confirmed": True}, ("assigned", (Assign("cai"),))),
    ("another's absence is no matter", about_people.assign, "cai", FREE, away("anna"), ("assigned", (Assign("cai"),))),

    ("a new one of one's own that is released stays new", about_people.unassign, "", replace(BOS, status=Status.NEW), {},
     ("released", (Assign(None),))),
    ("a solved one stays solved", about_people.unassign, "", replace(BOS, status=Status.SOLVED), {}, ("released", (Assign(None),))),
    ("a trainee asks before releasing a lead's", about_people.unassign, "", ANNAS, {"by": CAI}, ("taken", ())),
    ("a lead releases unasked", about_people.unassign, "", CAIS, {"by": ANNA}, ("released", (Assign(None), SetStatus(Status.NEW)))),
    ("nobody's is released already", about_people.unassign, "", FREE, {"by": ANNA}, ("already_free", ())),

    ("the reason is what stands behind the name", about_people.move, "to Sales: wants  a quote", BOS, {},
     ("moved", (Move("sales", "wants a quote"), Assign(None), SetStatus(Status.NEW)))),
    ("nobody's ticket is moved and that is all", about_people.move, "sales", FREE, {}, ("moved", (Move("sales", ""),))),
    ("an address is a name too, with dots behind it", about_people.move, "sales@acme.example, please", FREE, {},
     ("moved", (Move("sales", "please"),))),
    ("an address of nobody's is none", about_people.move, "sales@elsewhere.example", FREE, {}, ("no_such_department", ("support", "sales"))),
    ("a name of several words is read whole", about_people.move, "Big Shops because",
     FREE, {"policy": replace(POLICY, departments=(*POLICY.departments, replace(POLICY.departments[1], name="big shops", addresses=())))},
     ("moved", (Move("big shops", "because"),))),
    ("a slip is asked back", about_people.move, "slaes", FREE, {}, ("no_such_department", ("sales",))),
    ("nothing is no department", about_people.move, "", FREE, {}, ("no_such_department", ("support", "sales"))),
    ("where it is already, nobody loses it", about_people.move, "support", BOS, {}, ("already_there", ())),

    ("a question without words is none", about_people.ask, "anna  ", FREE, {"words": " \n "}, ("no_question", ())),
    ("the mail's own words are the question", about_people.ask, "anna", FREE, {"words": "Is it?"}, ("asked", (Journal("asked", "anna"),))),
    ("the requester is asked by an answer, not so", about_people.ask, f"<{MAIJA.addr}> why", FREE, {}, ("takes_part", ())),
    ("whoever takes part likewise", about_people.ask, f"{VALDIS.addr.upper()} why", TWO, {}, ("takes_part", ())),
    ("who has left is asked like any outsider, by address", about_people.ask, "cai@staff.example why", FREE, {"policy": WITHOUT_CAI},
     ("asked", (Journal("asked", "cai@staff.example"),))),
    ("an agent's other address is theirs", about_people.ask, "bo+shop@staff.example why", FREE, {}, ("agents_address", ())),
    ("a desk's own address is no expert", about_people.ask, "sales@acme.example why", FREE, {}, ("our_address", ())),
    ("what only begins like an address is a name", about_people.ask, "@zoe why", FREE, {}, ("no_such_agent", ())),
    ("a quoted local part is none we write to", about_people.ask, '"a@b"@home.example why', FREE, {}, ("no_address", ())),
    ("nor is an address literal", about_people.ask, "a@[127.0.0.1] why", FREE, {}, ("no_address", ())),
    ("nor a host without a dot", about_people.ask, "root@localhost why", FREE, {}, ("no_address", ())),

    ("several people at once, each once", about_people.cc, f"+{VALDIS.addr}, {STRANGER.addr} -{MAIJA.addr.replace('maija', 'liisa')}",
     ticket(participants=(MAIJA, Address("liisa@customer.example"))), {},
     ("cc", (Join(Address(VALDIS.addr)), Join(Address(STRANGER.addr)), Leave("liisa@customer.example")))),
    ("one bad word refuses all of them", about_people.cc, f"+{VALDIS.addr} +bo@staff.example", FREE, {}, ("agents_address", ())),
    ("the requester never leaves, whatever else is asked", about_people.cc, f"+{VALDIS.addr} -<{MAIJA.addr.upper()}>;", FREE, {},
     ("is_requester", ())),
    ("who takes no part is not put out", about_people.cc, f"-{STRANGER.addr}", TWO, {}, ("takes_no_part", (VALDIS.addr,))),
    ("a telephone's dash is a minus", about_people.cc, f"—{VALDIS.addr}", TWO, {}, ("cc", (Leave(VALDIS.addr),))),
    ("a dash alone names nobody", about_people.cc, "-", TWO, {}, ("takes_no_part", (VALDIS.addr,))),
    ("the requester takes part already", about_people.cc, f"+{MAIJA.addr}", FREE, {}, ("already_cc", ())),
    ("nobody is nobody", about_people.cc, "", FREE, {}, ("already_cc", ())),

    ("to the requester alone", about_people.only, "", TWO, {}, ("only", ())),
    ("to a participant alone, however written", about_people.only, f"<{VALDIS.addr.upper()}>", TWO, {}, ("only", ())),
    ("who takes no part gets nothing, and those who do are named", about_people.only, STRANGER.addr, TWO, {},
     ("takes_no_part", (MAIJA.key, VALDIS.key))),
    ("nor does a name that is no address", about_people.only, "Valdis", TWO, {}, ("takes_no_part", (MAIJA.key, VALDIS.key))),
    ("nobody can be written to alone", about_people.only, "", ticket(requester=Address("nobody@invalid.invalid")), {}, ("no_address", ())),

    ("a participant becomes the requester under the name they have", about_people.requester, f"<{VALDIS.addr.upper()}>", TWO, {},
     ("requester", (SetRequester(VALDIS),))),
    ("a newcomer by the address alone", about_people.requester, STRANGER.addr, FREE, {},
     ("requester", (SetRequester(Address(STRANGER.addr)),))),
    ("an agent who passed the mail on takes no part in it", about_people.requester, STRANGER.addr,
     ticket(requester=Address("anna@staff.example", "Anna")), {}, ("requester", (SetRequester(Address(STRANGER.addr)), Leave("anna@staff.example")))),
    ("they are it already, however written", about_people.requester, MAIJA.addr.upper(), TWO, {}, ("already_requester", ())),
    ("an agent is no requester", about_people.requester, "anna@staff.example", FREE, {}, ("agents_address", ())),
    ("the desk is no requester", about_people.requester, "support@acme.example", FREE, {}, ("our_address", ())),
    ("two addresses are none", about_people.requester, f"{VALDIS.addr} {STRANGER.addr}", FREE, {}, ("no_address", ())),
]  # fmt: skip


@pytest.mark.parametrize(
    ("command", "argument", "about", "known", "expected"),
    [row[1:] for row in ROWS],
    ids=[f"{row[1].__name__}: {row[0]}" for row in ROWS],
)
def test_a_command_about_people_is_judged(
    command: Any, argument: str, about: Ticket, known: dict[str, Any], expected: tuple[str, tuple[Any, ...]]
) -> None:
    assert outcome(command(asking(argument, about, **known))) == expected


def test_the_cover_of_whoever_is_away_is_named_in_the_question() -> None:
    for cover, shown in (("anna", {"cover": "anna"}), ("", {}), ("zoe", {})):
        refused = about_people.assign(asking("cai", **away("cai", cover, until=NOW + timedelta(days=3))))
        assert dict(refused.params) == {"name": "Cai Lind", **shown}


SAID = tuple(Entry(n, EntryKind.CUSTOMER, MAIJA.key, "Maija", NOW, "x") for n in (1, 2))
# what is decided, the command, its argument, the ticket, what else is known, and who gets which letter
LETTERS: list[tuple[str, Any, str, Ticket, dict[str, Any], list[tuple[str, str]]]] = [
    ("one who takes a thread of several mails gets it", about_people.take, "", NEW, {"entries": SAID}, [("bo", "handover")]),
    ("one who answers the only mail has it before them", about_people.take, "", NEW, {"entries": SAID[:1]}, []),
    ("who loses it hears of it", about_people.take, "", CAIS, {"confirmed": True}, [("cai", "notice")]),
    ("a lead who has left hears nothing of what comes", about_people.move, "sales", FREE, {"policy": LED_BY_NOBODY}, []),
    ("nor one who was never here", about_people.move, "sales", FREE, {"policy": LED_BY_A_STRANGER}, []),
    ("a lead alone hears of it where the admin says so", about_people.move, "sales", FREE, {"policy": LED}, [("anna", "handover")]),
    ("who has left does not hear that they lost it", about_people.take, "", CAIS, {"policy": WITHOUT_CAI}, []),
    ("whoever asks for a hand-over from themselves hears nothing of it", about_people.assign, "anna", BOS, {}, [("anna", "handover")]),
    ("an absent colleague gets it after a yes, and no cover", about_people.assign, "cai", FREE,
     {**away("cai", "anna"), "confirmed": True}, [("cai", "handover")]),
    ("the crew there hears of it, not who moved it", about_people.move, "sales", ticket(department="support"),
     {"by": ANNA}, [("bo", "handover")]),
    ("where work is pulled, those on duty hear of it", about_people.move, "sales", FREE, {"policy": PULLED, **away("cai")},
     [("anna", "handover"), ("dan", "handover")]),
    ("a colleague who is asked gets the one letter", about_people.ask, "anna is it", FREE, {}, [("anna", "expert")]),
    ("an outsider who is asked is no agent", about_people.ask, f"{STRANGER.addr} is it", FREE, {}, [("", "expert")]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("command", "argument", "about", "known", "letters"),
    [row[1:] for row in LETTERS],
    ids=[f"{row[1].__name__}: {row[0]}" for row in LETTERS],
)
def test_a_command_about_people_writes_to(
    command: Any, argument: str, about: Ticket, known: dict[str, Any], letters: list[tuple[str, str]]
) -> None:
    judged = command(asking(argument, about, **known))
    assert isinstance(judged, Granted), judged
    assert [(one.agent, one.template) for one in judged.outbound] == letters


def test_what_is_moved_in_at_night_waits_for_the_hours_of_those_there_unless_it_is_urgent() -> None:
    anna = replace(ANNA, departments=("sales",), calendar="office")
    policy = replace(POLICY, agents=(anna, BO))
    night = Moment(policy, Facts(), NOW.replace(hour=1, minute=57))
    for priority, at in ((Priority.NORMAL, NOW.replace(hour=8)), (Priority.URGENT, None)):
        context = replace(asking("sales", ticket(priority=priority)), world=KnownWorld(night))
        judged = about_people.move(context)
        assert isinstance(judged, Granted)
        assert [(one.agent, one.not_before) for one in judged.outbound] == [("anna", at)]
