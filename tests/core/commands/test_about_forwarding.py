"""`#forward`: to whom a customer's mail may be passed on, what of it goes, and what stays, row by row."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from cases import ANNA, BO, CAI, MAIJA, NOW, POLICY, STRANGER, VALDIS, H, asking, letter, outcome, ticket, written

from mailgate.core.commands import reader, workflow
from mailgate.core.commands.about_forwarding import forward
from mailgate.core.commands.judging import Event, Granted, Refusal
from mailgate.core.model.change import AddEntry, Audience, Journal
from mailgate.core.model.content import Forwarded
from mailgate.core.model.mail import Attachment
from mailgate.core.model.outbound import Purpose, Urgency
from mailgate.core.model.ticket import Entry, EntryKind

AP = "ap@books.example"
NAMED = replace(POLICY, forwards={"billing": AP, "Scan-in": "in@scan.example"})
INVOICE = Attachment("invoice.pdf", "application/pdf", 1_000, "d1", "2")
OWN = Attachment("order.pdf", "application/pdf", 500, "d2", "3")


def said(number: int, text: str, kind: EntryKind = EntryKind.CUSTOMER, **parts: Any) -> Entry:
    return Entry(number, kind, MAIJA.key, "Maija", NOW - H / number, text, mail=100 + number, **parts)


FIRST = said(1, "Here is the first.", attachments=(replace(INVOICE, part="9"),))
THREAD = (FIRST, said(2, "Here is our invoice.", attachments=(INVOICE,)), said(3, "no word of this", EntryKind.NOTE))
UNREAD = letter(1042, ANNA, "customer", created_at=NOW - H)
PASSED_ON = Event(103, "anna", "forwarded", "", AP)
BOUNCED = Event(7, "mailgate", "bounced", "<x@y>", f"{AP} 5.1.1 no such user")


def done(argument: str = AP, **known: Any) -> Granted:
    judged = forward(asking(argument, known.pop("about", None), **{"policy": NAMED, "entries": THREAD, **known}))
    assert isinstance(judged, Granted), judged
    return judged


# what is decided, the argument, what else is known, and the refusal with what may have been meant
REFUSED: list[tuple[str, str, dict[str, Any], tuple[str, tuple[str, ...]]]] = [
    ("a slip in a name is asked back", "biling", {}, ("no_such_forward", ("billing",))),
    ("another word names what there is", "nobody please pay", {}, ("no_such_forward", ("billing", "Scan-in"))),
    ("without names there is nothing to mean", "billing", {"policy": POLICY}, ("no_such_forward", ())),
    ("half an address is none", "ap@books", {}, ("no_address", ())),
    ("the desk's own address would come back to us", "Sales@Acme.example", {}, ("our_address", ())),
    ("so would one with a detail", "support+x@acme.example", {}, ("our_address", ())),
    ("an agent is not written to so", "bo@staff.example", {}, ("agents_address", ())),
    ("the customer wrote it", MAIJA.addr.upper(), {}, ("has_it", ())),
    ("who takes part has it", VALDIS.addr, {"about": ticket(participants=(MAIJA, VALDIS))}, ("has_it", ())),
    ("who takes part by a name, too", "billing", {"policy": replace(NAMED, forwards={"billing": MAIJA.addr})}, ("has_it", ())),
    ("without a mail there is nothing", AP, {"entries": ()}, ("nothing_to_forward", ())),
    ("nor is a note one", AP, {"entries": THREAD[2:]}, ("nothing_to_forward", ())),
    ("nor words that nobody is sure of", AP, {"entries": (replace(FIRST, unverified=True),)}, ("nothing_to_forward", ())),
    ("what no relay takes is said before", AP, {"policy": replace(NAMED, attach_max=999)}, ("too_large", ())),
    ("the agent's own files count", AP, {"policy": replace(NAMED, attach_max=1_499), "passed_files": (OWN,)}, ("too_large", ())),
    ("an agent's address leaves in no words", AP, {"passed_on": "Ask anna@staff.example."}, ("private_words", ())),
    ("nor behind the name", f"{AP} ask bo@staff.example", {}, ("private_words", ())),
    ("nor does a mark of ours", AP, {"passed_on": f"mg:{written(1042, BO)}"}, ("private_words", ())),
    ("however it is spelled", AP, {"passed_on": f"subject=mg%3A{written(1042, BO)}"}, ("private_words", ())),
    ("as a Message-ID, too", AP, {"passed_on": f"<mg.{written(1042, BO)}@acme.example>"}, ("private_words", ())),
    ("nor a line of our frame", AP, {"passed_on": next(iter(NAMED.markers))}, ("private_words", ())),
    ("what is kept without its octets is asked about", AP, {"purged": frozenset({102})}, ("files_gone", ())),
    ("where a letter came back from is asked about", "billing", {"events": (BOUNCED,)}, ("came_back", ())),
    ("what a colleague has passed on to the same already", AP, {"events": (PASSED_ON,)}, ("forwarded_before", ())),
    ("so is a mail newer than the notice that is answered", "billing", {"replied": UNREAD}, ("wrote_since", ())),
]  # fmt: skip


@pytest.mark.parametrize(
    ("argument", "known", "expected"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_it_is_refused(argument: str, known: dict[str, Any], expected: tuple[str, tuple[str, ...]]) -> None:
    about, purged = known.get("about"), known.get("purged", frozenset())
    given = {key: one for key, one in known.items() if key not in ("about", "purged")}
    context = asking(argument, about, **{"policy": NAMED, "entries": THREAD, **given})
    moment = replace(context.world.moment, facts=replace(context.world.moment.facts, purged=purged))
    context = replace(context, world=replace(context.world, moment=moment))
    assert outcome(forward(context)) == expected


@pytest.mark.parametrize(
    ("argument", "known", "receiver"),
    [
        ("billing", {}, AP),
        ("Billing:", {}, AP),
        ("SCAN-IN please", {}, "in@scan.example"),
        (f"<{AP}>", {}, AP),
        ("billing", {"events": (BOUNCED,), "confirmed": True}, AP),
        ("billing", {"events": (replace(BOUNCED, new="x@y.example 5.1.1"),)}, AP),
        (STRANGER.addr, {}, STRANGER.addr),
        (AP, {"replied": UNREAD, "confirmed": True}, AP),
        (AP, {"events": (PASSED_ON,), "confirmed": True}, AP),
        (AP, {"events": (PASSED_ON, Event(104, "anna", "undo", "", "103"))}, AP),
        (AP, {"events": (replace(PASSED_ON, new="x@y.example"),)}, AP),
        (AP, {"events": (replace(PASSED_ON, mail=101),)}, AP),
        (AP, {"replied": replace(UNREAD, created_at=NOW)}, AP),
    ],
)
def test_it_goes_to(argument: str, known: dict[str, Any], receiver: str) -> None:
    [letter] = done(argument, **known).outbound
    assert ([one.addr for one in letter.to], letter.cc, letter.audience) == ([receiver], (), Audience.EXPERT)


def test_the_newest_mail_goes_with_its_files_and_the_agents_words_above() -> None:
    judged = done(f"{AP} to be paid", passed_on="By Friday, please.\n", passed_files=(OWN,))
    [letter] = judged.outbound
    assert isinstance(letter.content, Forwarded)
    assert (letter.content.text, letter.content.above) == ("Here is our invoice.", "to be paid\n\nBy Friday, please.")
    assert letter.attachments == ((102, "2"), (0, "3"))
    assert (letter.purpose, letter.urgency, letter.not_before) == (
        Purpose.EXPERT,
        Urgency.WORDS,
        NOW + POLICY.undo_window,
    )
    journal, note = judged.changes
    assert journal == Journal("forwarded", AP)
    assert isinstance(note, AddEntry) and (note.kind, note.author) == (EntryKind.NOTE, "bo")
    assert note.text == f"Forwarded to {AP}.\n\nto be paid\n\nBy Friday, please." and note.attachments == (OWN,)
    assert (judged.params["whom"], judged.params["n"]) == (AP, "1")


def test_without_words_the_note_says_to_whom_and_without_a_window_it_leaves_at_once() -> None:
    judged = done(policy=replace(NAMED, undo_window=0 * H))
    assert judged.outbound[0].not_before is None and judged.outbound[0].content.above == ""  # type: ignore[attr-defined]
    assert [one.text for one in judged.changes if isinstance(one, AddEntry)] == [f"Forwarded to {AP}."]


def test_a_trainee_may_not_and_a_lead_may() -> None:
    for agent, role in ((CAI, Refusal("role", params={"role": "agent"})), (ANNA, None)):
        context = asking(AP, policy=NAMED, entries=THREAD)
        command = reader.parse_line(f"#forward {AP}").commands[0]
        judged = workflow.carry_out(command, context.ticket, workflow.Actor(agent), context.world)
        assert judged == role if role else isinstance(judged, Granted)


def test_it_is_one_command_of_several_on_a_line() -> None:
    reading = reader.parse_line("#forward billing #file")
    assert [str(one) for one in reading.commands] == ["#forward billing", "#file"] and not reading.problems
