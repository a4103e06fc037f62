"""Commands about where a ticket stands: status, deadlines, priority, tags, title and fields, row by row."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cases import ANNA, BO, NOW, OFFICE, POLICY, D, H, asking, outcome, ticket, written

from mailgate.core.commands import about_status as on
from mailgate.core.model.change import Assign, Remind, SetDue, SetField, SetPriority, SetStatus, SetSubject, Tag
from mailgate.core.model.policy import TicketPolicy
from mailgate.core.model.said import Said
from mailgate.core.model.ticket import Due, Priority, Status, Ticket

# Now it is Wednesday, 4 March 2026, 10:00 UTC.
FREE, BOS, ANNAS = ticket(), ticket(owner="bo"), ticket(owner="anna")
SOLVED, ARCHIVED = ticket(status=Status.SOLVED), ticket(status=Status.ARCHIVED, owner="anna")
FRIDAY = datetime(2026, 3, 6, 14, tzinfo=UTC)
HELSINKI = {"by": replace(BO, timezone="Europe/Helsinki")}
STRICT = {"policy": replace(POLICY, tickets=TicketPolicy(tags=("Refund", "lamp")))}
NUDGED = replace(POLICY.departments[0], nudge=2 * D, solve_after=7 * D, calendar="office")
SOLVING = replace(POLICY.departments[0], solve_after=7 * D)

# what is decided, the command, its argument, the ticket, what else is known (Bo asks), and the outcome
ROWS: list[tuple[str, Any, str, Ticket, dict[str, Any], tuple[str, tuple[Any, ...]]]] = [
    ("nobody's is the writer's from now on", on.reopen, "", SOLVED, {}, ("reopened", (Assign("bo"), SetStatus(Status.OPEN, why="reopened")))),
    ("an archived one goes back to its owner", on.reopen, "", ARCHIVED, {}, ("reopened", (SetStatus(Status.OPEN, why="reopened"),))),
    ("one on hold was never over", on.reopen, "", ticket(status=Status.HOLD), {}, ("not_solved", ())),
    ("open and nobody's is taken", on.set_open, "", FREE, {}, ("opened", (Assign("bo"), SetStatus(Status.OPEN)))),
    ("open and a colleague's stays theirs", on.set_open, "", ANNAS, {}, ("already_open", ())),
    ("a solved one opens again", on.set_open, "", replace(SOLVED, owner="anna"), {}, ("opened", (SetStatus(Status.OPEN),))),

    ("for ever, where nobody nudges", on.wait, "", FREE, {}, ("waiting", (SetStatus(Status.WAITING),))),
    ("until the nudge, which is before the solving", on.wait, "", FREE, {"policy": replace(POLICY, departments=(NUDGED,))},
     ("waiting", (SetStatus(Status.WAITING, NOW + 2 * D),))),
    ("until the solving, where nobody nudges", on.wait, "", FREE, {"policy": replace(POLICY, departments=(SOLVING,))},
     ("waiting", (SetStatus(Status.WAITING, NOW + 7 * D),))),
    ("a nudge falls into working hours", on.wait, "", FREE, {"policy": replace(POLICY, departments=(replace(NUDGED, nudge=3 * D),))},
     ("waiting", (SetStatus(Status.WAITING, datetime(2026, 3, 9, 8, tzinfo=UTC)),))),
    ("it waits already", on.wait, "", ticket(status=Status.WAITING), {}, ("already_waiting", ())),

    ("without a time until the customer writes", on.hold, "", FREE, {}, ("held", (SetStatus(Status.HOLD),))),
    ("a time that was set is taken off", on.hold, "", ticket(status=Status.HOLD, status_until=FRIDAY), {}, ("held", (SetStatus(Status.HOLD),))),
    ("held already", on.hold, "", ticket(status=Status.HOLD), {}, ("already_held", ())),
    ("another time is another hold", on.hold, "fri 14:00", ticket(status=Status.HOLD), {}, ("held_until", (SetStatus(Status.HOLD, FRIDAY),))),
    ("the time is the writer's own", on.hold, "fri 16:00", FREE, HELSINKI, ("held_until", (SetStatus(Status.HOLD, FRIDAY),))),
    ("a minute ago is past", on.hold, "2026-03-04 09:59", FREE, {}, ("when_past", ())),
    ("so is this very minute", on.hold, "2026-03-04 10:00", FREE, {}, ("when_past", ())),
    ("the next one is not", on.hold, "2026-03-04 10:01", FREE, {}, ("held_until", (SetStatus(Status.HOLD, NOW + timedelta(minutes=1)),))),
    ("ten years and more are too far", on.hold, "9999d", FREE, {}, ("when_far", ())),
    ("a reason is no time", on.hold, "fri 14:00 waiting for parts", FREE, {}, ("when_unreadable", ())),

    ("nobody's was the writer's work", on.solve, "", ticket(status=Status.NEW), {}, ("solved", (Assign("bo"), SetStatus(Status.SOLVED)))),
    ("a colleague's stays theirs", on.solve, "", ANNAS, {}, ("solved", (SetStatus(Status.SOLVED),))),
    ("an archived one is over", on.solve, "", ARCHIVED, {}, ("already_solved", ())),
    ("the customer is to hear of it", on.solve, "tell", ANNAS, {}, ("solved_told", (SetStatus(Status.SOLVED, why="told"),))),
    ("nobody reads what we write", on.solve, "tell", ticket(tags=("spam",)), {}, ("nobody_to_tell", ())),
    ("what is over is told to nobody", on.solve, "tell", SOLVED, {}, ("already_solved", ())),
    ("what is filed gets nobody as its owner", on.put_on_file, "", FREE, {}, ("filed", (SetStatus(Status.SOLVED, why="filed"),))),
    ("a colleague's stays theirs", on.put_on_file, "", ANNAS, {}, ("filed", (SetStatus(Status.SOLVED, why="filed"),))),
    ("one that waits is over too", on.put_on_file, "", ticket(status=Status.WAITING), {}, ("filed", (SetStatus(Status.SOLVED, why="filed"),))),
    ("what is over stays as it ended", on.put_on_file, "", SOLVED, {}, ("already_solved", ())),

    ("a word in capitals", on.priority, "URGENT", FREE, {}, ("priority", (SetPriority(Priority.URGENT),))),
    ("it has that already", on.priority, "normal", FREE, {}, ("already_priority", ())),
    ("a beginning is asked back", on.priority, "urg", FREE, {}, ("no_such_priority", ("urgent",))),
    ("what is far from all shows all", on.priority, "asap!", FREE, {}, ("no_such_priority", ("low", "normal", "high", "urgent"))),
    ("nothing shows all", on.priority, "", FREE, {}, ("no_such_priority", ("low", "normal", "high", "urgent"))),

    ("a deadline by hand", on.set_due, "fri 14:00", FREE, {}, ("due", (SetDue("manual", FRIDAY),))),
    ("a working day is the department's", on.set_due, "3d", FREE, {"policy": replace(POLICY, departments=(NUDGED,))},
     ("due", (SetDue("manual", datetime(2026, 3, 9, 10, tzinfo=UTC)),))),
    ("or the writer's own, where they have hours", on.set_due, "3d", FREE, {"by": replace(BO, calendar=OFFICE.name)},
     ("due", (SetDue("manual", datetime(2026, 3, 9, 10, tzinfo=UTC)),))),
    ("a day of somebody without hours is any day", on.set_due, "3d", FREE, {}, ("due", (SetDue("manual", NOW + 3 * D),))),
    ("off takes the one by hand away", on.set_due, "Off", ticket(due=Due(resolve=NOW + H, manual=FRIDAY)), {}, ("due_off", (SetDue("manual", None),))),
    ("no other deadline is taken away by a command", on.set_due, "never", ticket(due=Due(resolve=NOW + H)), {}, ("due_off", ())),
    ("yesterday is past", on.set_due, "2026-03-03", FREE, {}, ("when_past", ())),
    ("nothing is no time", on.set_due, "", FREE, {}, ("when_unreadable", ())),

    ("words behind the time are what is reminded of", on.remind, "fri 14:00 call  her", FREE, {}, ("remind", (Remind("bo", FRIDAY, "call her"),))),
    ("a time is enough", on.remind, "2h", FREE, {}, ("remind", (Remind("bo", NOW + 2 * H),))),
    ("words alone are no time", on.remind, "call her", FREE, {}, ("when_unreadable", ())),
    ("none takes the writer's own away", on.remind, "POIS", FREE, {}, ("remind_off", (Remind("bo", None),))),
    ("a day that may be a time is asked back", on.remind, "9.10 call her", FREE, {}, ("when_ambiguous", ())),

    ("added and removed at once", on.tag, "+Refund,-lamp", ticket(tags=("lamp",)), {}, ("tagged", (Tag(("refund",), ("lamp",)),))),
    ("the last word about a tag holds", on.tag, "+a -a +b", ticket(tags=("a",)), {}, ("tagged", (Tag(("b",), ("a",)),))),
    ("the other way round too", on.tag, "-a +a", FREE, {}, ("tagged", (Tag(("a",), ()),))),
    ("without a sign it is added", on.tag, "#vip", FREE, {}, ("tagged", (Tag(("vip",), ()),))),
    ("a sentence is no list of tags", on.tag, "+refund is late", FREE, {}, ("no_tag", ())),
    ("a sign alone is none", on.tag, "+", FREE, {}, ("no_tag", ())),
    ("forty characters are a tag", on.tag, "+" + 40 * "x", FREE, {}, ("tagged", (Tag((40 * "x",), ()),))),
    ("one more is not", on.tag, "+" + 41 * "x", FREE, {}, ("no_tag", ())),
    ("no markup stands in one", on.tag, "+<b>", FREE, {}, ("no_tag", ())),
    ("nothing changes nothing", on.tag, "", FREE, {}, ("already_tagged", ())),
    ("what it has not is not removed", on.tag, "-zoe", FREE, {}, ("already_tagged", ())),
    ("the admin's spelling holds", on.tag, "+REFUND", FREE, STRICT, ("tagged", (Tag(("Refund",), ()),))),
    ("a slip is asked back", on.tag, "+refnud", FREE, STRICT, ("no_such_tag", ("Refund",))),
    ("one it has beside a new one", on.tag, "+lamp +b", ticket(tags=("lamp",)), {}, ("tagged", (Tag(("b",), ()),))),
    ("another is none of theirs, and all are shown", on.tag, "+vip", FREE, STRICT, ("no_such_tag", ("Refund", "lamp"))),
    ("an old one may go though nobody allows it any more", on.tag, "-vip", ticket(tags=("vip",)), STRICT, ("tagged", (Tag((), ("vip",)),))),

    ("reply prefixes and blanks are none of it", on.title, "Re: AW:  Lamp,\u00a0 order 7 ", FREE, {}, ("titled", (SetSubject("Lamp, order 7"),))),
    ("a prefix alone is no title", on.title, "Re: ", FREE, {}, ("no_title", ())),
    ("it is called so", on.title, "Re: Broken lamp", FREE, {}, ("already_titled", ())),
    ("255 characters of it", on.title, 300 * "x", FREE, {}, ("titled", (SetSubject(255 * "x"),))),
    ("an agent's address is for the house", on.title, "ask ANNA@staff.example", FREE, {}, ("private_title", ())),
    ("with a detail too", on.title, "ask anna+x@staff.example", FREE, {}, ("private_title", ())),
    ("a customer's address may stand there", on.title, "ask maija@customer.example", FREE, {}, ("titled", (SetSubject("ask maija@customer.example"),))),
    ("a mark of ours is for the house", on.title, f"lamp mg:{written(1042, BO, 'note')}", FREE, {}, ("private_title", ())),

    ("a name, a value", on.field, " Order-Nr = 12  34 ", FREE, {}, ("field", (SetField("order-nr", "12  34"),))),
    ("the first sign parts them", on.field, "a=b=c", FREE, {}, ("field", (SetField("a", "b=c"),))),
    ("nothing takes it away", on.field, "order=", ticket(fields={"order": "7"}), {}, ("field_gone", (SetField("order", ""),))),
    ("what is not there is gone already", on.field, "order=", FREE, {}, ("already_field", ())),
    ("a thousand characters of it", on.field, "a=" + 1001 * "x", FREE, {}, ("field", (SetField("a", 1000 * "x"),))),
    ("a name begins with a letter", on.field, "1st=x", FREE, {}, ("no_field", ())),
    ("forty characters are a name", on.field, 40 * "x" + "=1", FREE, {}, ("field", (SetField(40 * "x", "1"),))),
    ("one more is not", on.field, 41 * "x" + "=1", FREE, {}, ("no_field", ())),
    ("a name alone is nothing", on.field, "order", FREE, {}, ("no_field", ())),
]  # fmt: skip


@pytest.mark.parametrize(
    ("command", "argument", "about", "known", "expected"),
    [row[1:] for row in ROWS],
    ids=[f"{row[1].__name__}: {row[0]}" for row in ROWS],
)
def test_a_command_about_where_a_ticket_stands_is_judged(
    command: Any, argument: str, about: Ticket, known: dict[str, Any], expected: tuple[str, tuple[Any, ...]]
) -> None:
    assert outcome(command(asking(argument, about, **known))) == expected


def test_a_time_is_said_as_the_writer_reads_it() -> None:
    for command in (on.hold, on.set_due, on.remind):
        assert command(asking("fri 16:00", **HELSINKI)).params == {
            "at": Said("moment", {"at": "2026-03-06T16:00", "year": 0})
        }


@pytest.mark.parametrize(
    ("text", "private"),
    [
        ("Lamp", False),
        (ANNA.address, True),
        (f"mg:{written(1042, ANNA, 'customer')}", True),
        (f"mg%3A{written(1042, ANNA, 'customer')}", True),
        ("mg:", False),
        ("", False),
    ],
)
def test_what_no_customer_may_read_in_a_title(text: str, private: bool) -> None:
    assert on.is_private(text, POLICY) is private
