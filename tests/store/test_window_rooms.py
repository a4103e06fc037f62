"""What the window asks of the store: the rows of the board, log-ins, sessions, walls."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mailgate.core.model import change as ch
from mailgate.core.model.mail import Address
from mailgate.core.model.policy import Agent, Department
from mailgate.core.model.ticket import EntryKind, Status
from mailgate.core.pages.board import AHEAD, PAST, Held

H = timedelta(hours=1)
DAY = timedelta(days=1)


def due(bench, when):
    return ch.SetDue("resolve", when)


def test_promises_are_counted_by_the_hour_on_either_side_of_now(bench):
    now = bench.now
    for when in (-400 * H, -PAST * H, -H, timedelta(0), 59 * H / 60, H, AHEAD * H - H, AHEAD * H):
        bench.open("t", due(bench, now + when))
    bench.open("waits", ch.SetStatus(Status.WAITING), due(bench, now - H))
    found = {hour: n for _, hour, n in bench.read(lambda read: read.board.due(now))}
    assert found == {-PAST - 1: 1, -PAST: 1, -1: 1, 0: 2, 1: 1, AHEAD - 1: 1}


def test_a_day_counts_what_came_and_what_was_solved_and_not_what_was_filed(bench):
    now = bench.now
    (
        bench.open("1"),
        bench.open("2", ch.SetStatus(Status.SOLVED)),
        bench.open("3", ch.SetStatus(Status.SOLVED, why="filed")),
    )
    into, gone = bench.open("4"), bench.open("5")
    bench.apply(None, ch.MergeInto(into), ticket=gone)
    assert bench.read(lambda read: read.board.day(now, now + DAY)) == ({"support": 4}, {"support": 1})
    assert bench.read(lambda read: read.board.day(now - DAY, now)) == ({}, {})


def test_the_first_of_a_department_are_due_first_and_name_their_customer(bench):
    now = bench.now
    later, first, undue = bench.open("b", due(bench, now + H)), bench.open("a", due(bench, now - H)), bench.open("c")
    bench.open("d", ch.SetStatus(Status.HOLD), due(bench, now - 9 * H))
    found = bench.read(lambda read: read.board.pressing("support", 9))
    assert [one.number for one in found] == [first, later, undue]
    assert (found[0].requester, found[0].due, found[0].owner, found[2].due) == ("Anna", now - H, "", None)
    assert len(bench.read(lambda read: read.board.pressing("support", 1))) == 1
    assert bench.read(lambda read: read.board.pressing("sales", 9)) == []


def test_what_we_hold_is_told_by_kind_with_the_oldest(bench):
    assert bench.read(lambda read: read.board.held(read.board.bounced())) == Held()
    bounce = ch.AddEntry(EntryKind.BOUNCE, "mailgate", "", "came back", of_mail=False)
    bench.open("came back", ch.Assign("ann"), bounce)
    bench.open("nobody's", bounce)
    again = bench.open("said since", ch.Assign("ann"), bounce)
    bench.apply(None, ch.AddEntry(EntryKind.AGENT, "ann", "Ann", "again", of_mail=False), ticket=again)
    parked = bench.keep().number
    bench.apply(parked, fate=ch.Fate.PARKED, reason="no_proof")
    broken = bench.keep().number
    bench.write(lambda tx: tx.mail.quarantine(broken, "bug", "", bench.now))
    found = bench.read(lambda read: read.board.held(read.board.bounced()))
    assert (found.bounced, found.quarantined, found.oldest) == (1, 1, bench.now)
    assert found.parked + found.trapped == bench.read(lambda read: read.report.queues()).parked


# --- log-ins, sessions, walls -----------------------------------------------------------------------------------------


@pytest.fixture
def letter(bench, letters):
    bench.apply(None, letters=(letters(),))
    return bench.read(lambda read: read.session.scalar("SELECT max(id) FROM letter", {}))


def test_a_log_in_is_found_by_its_browser_tried_and_spent_once(bench, letter):
    now = bench.now
    bench.write(lambda tx: tx.sessions.asked(letter, "ann", "b" * 64, now))
    assert bench.read(lambda read: read.sessions.login_of_browser("")) is None
    bench.write(lambda tx: tx.sessions.tried(letter))
    found = bench.read(lambda read: read.sessions.login_of_browser("b" * 64))
    assert (found.letter, found.tries, found.spent, found.ended) == (letter, 1, False, False)
    assert [bench.write(lambda tx: tx.sessions.spend(letter, now)) for _ in range(2)] == [True, False]
    assert bench.read(lambda read: read.sessions.login_of_browser("b" * 64)).spent
    assert bench.read(lambda read: read.sessions.asked_since("ann", now - H)) == [now]
    assert bench.read(lambda read: read.sessions.asked_since("ann", now)) == []


def test_one_that_nobody_asked_for_at_a_page_is_kept_when_it_is_tried(bench, letter):
    bench.write(lambda tx: tx.sessions.tried(letter))
    assert bench.write(lambda tx: tx.sessions.spend(letter, bench.now))
    assert not bench.write(lambda tx: tx.sessions.spend(letter, bench.now))


def test_sessions_begin_end_and_are_counted_when_they_do(bench):
    now = bench.now

    def begin(tx):
        for name, agent in (("a", "ann"), ("b", "ann"), ("c", "bo")):
            tx.sessions.begin(name, agent, now, now + 12 * H)

    bench.write(begin)
    assert bench.read(lambda read: read.sessions.get("a")).until == now + 12 * H
    assert len(bench.read(lambda read: read.sessions.of_agent("ann", now))) == 2
    bench.write(lambda tx: tx.sessions.end("nobody's"))
    assert bench.read(lambda read: read.sessions.ended()) == 0
    bench.write(lambda tx: tx.sessions.end("a"))
    bench.write(lambda tx: tx.sessions.end_all("ann", now))
    assert bench.read(lambda read: read.sessions.ended()) == 2
    assert bench.read(lambda read: (read.sessions.get("b"), read.sessions.of_agent("ann", now))) == (None, [])
    assert bench.read(lambda read: read.sessions.get("c")) is not None
    bench.write(lambda tx: tx.sessions.tidy(now + 12 * H, now))
    assert bench.read(lambda read: read.sessions.get("c")) is None


def test_ending_all_ends_letters_written_before_it(bench, letter):
    now = bench.now
    bench.write(lambda tx: tx.sessions.asked(letter, "ann", "b" * 64, now))
    agent = bench.read(lambda read: read.sessions.login_of_browser("b" * 64)).agent
    bench.write(lambda tx: tx.sessions.end_all(agent, now))
    assert not bench.read(lambda read: read.sessions.login_of_browser("b" * 64)).ended, "written with it"
    bench.write(lambda tx: tx.sessions.end_all(agent, now + timedelta(microseconds=1)))
    assert bench.read(lambda read: read.sessions.login_of_browser("b" * 64)).ended


def test_a_wall_is_put_up_again_and_taken_down(bench):
    bench.write(lambda tx: tx.sessions.put_up("hall", "1" * 64, bench.now, agents=False))
    bench.write(lambda tx: tx.sessions.put_up("hall", "2" * 64, bench.now, agents=True))
    assert bench.read(lambda read: read.sessions.wall("1" * 64)) is None
    assert [(one.name, one.agents) for one in bench.read(lambda read: read.sessions.walls())] == [("hall", True)]
    assert bench.read(lambda read: read.sessions.wall("2" * 64)).name == "hall"
    assert [bench.write(lambda tx: tx.sessions.take_down("hall")) for _ in range(2)] == [True, False]


@pytest.mark.parametrize("table", ["web_session", "wall", "web_login"])
def test_no_secret_is_kept_but_as_a_digest(bench, table):
    found = bench.read(lambda read: read.session.all(f"SELECT name FROM pragma_table_info('{table}')", {}))
    kept = {"digest", "browser", "agent", "agents", "letter", "name", "at", "until", "tries", "spent_at"}
    assert {row["name"] for row in found} <= kept


def test_who_goes_from_the_configuration_is_logged_out(bench):
    ann, bo = Agent(0, "ann", "ann@desk.example"), Agent(0, "bo", "bo@desk.example")
    department = Department("support", ("support@desk.example",), Address("support@desk.example"))
    bench.store.sync_people([ann, bo], [department])
    for name in ("ann", "bo"):
        bench.write(lambda tx, name=name: tx.sessions.begin(name, name, bench.now, bench.now + 12 * H))
    bench.store.sync_people([bo], [department])
    assert bench.read(lambda read: read.sessions.get("ann")) is None
    assert bench.read(lambda read: (read.sessions.get("bo").agent, read.sessions.ended())) == ("bo", 1)
