"""`board` and `wall` as the daemon answers them: whose session it is decides, and one look serves all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import mail
from window.conftest import Window
from window.sessions import logged_in, wall_put_up

from mailgate.app.admin import walls
from mailgate.app.window.snapshot import FRESH, Snapshots
from mailgate.core.pages.board import BoardAsked
from mailgate.core.pages.wall import WallAsked
from mailgate.errors import Permanent
from mailgate.window.desk import Refused


def test_w21_a_lead_sees_the_whole_desk_and_an_agent_their_departments(window: Window) -> None:
    desk = window.desk
    desk.send(mail("Lamp is dark", sender="maija@customer.example"))
    desk.send(mail("A quote", sender="ville@customer.example", to="sales@acme.example"))
    whole = window.ask("board", BoardAsked(logged_in(desk, "anna")))
    assert (whole.tiles.unowned, whole.tiles.came, whole.scope, len(whole.days)) == (2, 2, "", 14)
    assert {one.subject for one in whole.pressing} == {"Lamp is dark", "A quote"}
    assert [one.name for one in whole.departments] == ["support", "sales"]


@pytest.mark.parametrize("hours", [0, -1])
def test_w20_a_session_that_is_over_sees_nothing(window: Window, hours: float) -> None:
    session = logged_in(window.desk, "bo", hours=hours)
    with pytest.raises(Refused, match="login"):
        window.ask("board", BoardAsked(session))


def test_w19_who_leaves_is_logged_out_at_once(window: Window) -> None:
    desk = window.desk
    sessions = [logged_in(desk, "bo", "one"), logged_in(desk, "bo", "two")]
    before = Snapshots().newest(desk.gateway).ended
    desk.gateway.store.write(lambda tx: tx.sessions.end_all("bo", desk.clock())).result()
    for one in ("", "nobody's", *sessions):
        with pytest.raises(Refused, match="login"):
            window.ask("board", BoardAsked(one))
    assert Snapshots().newest(desk.gateway).ended == before + 1, "by which the window forgets who it knew"


def test_one_look_serves_all_for_two_seconds_whatever_happens_meanwhile(window: Window) -> None:
    at, gateway = [0.0], window.desk.gateway
    snapshots = Snapshots(lambda: at[0])
    first = snapshots.newest(gateway)
    window.desk.send(mail("Lamp is dark", sender="maija@customer.example"))
    at[0] = FRESH - 0.1
    assert snapshots.newest(gateway) is first and first.board(()) is first.board(())
    at[0] = FRESH
    second = snapshots.newest(gateway)
    assert (first.board(()).tiles.unowned, second.board(()).tiles.unowned) == (0, 1)
    assert first.board(()).mark != second.board(()).mark


def test_w42_a_wall_shows_counts_and_names_only_where_the_admin_wants_them(window: Window) -> None:
    desk = window.desk
    desk.send(mail("Secret subject", sender="maija@customer.example"))
    for agents in (False, True):
        page = window.ask("wall", WallAsked(wall_put_up(desk, "hall", agents=agents)))
        assert page.tiles.unowned == 1
        assert not any(word in repr(page) for word in ("Secret", "maija", "Maija", "staff.example", "Virtanen"))
    desk.gateway.store.write(lambda tx: tx.sessions.take_down("hall")).result()
    for token in ("wall hall", "", "x" * 5000):
        with pytest.raises(Refused, match="gone"):
            window.ask("wall", WallAsked(token))


def test_w42_without_agents_pages_there_is_no_wall(pages_at: Any, tmp_path: Path) -> None:
    with pages_at(tmp_path, "board = false") as here:
        with pytest.raises(Refused, match="gone"):
            here.window.ask("wall", WallAsked(wall_put_up(here.desk, "hall", agents=False)))
        with pytest.raises(Permanent, match="a wall needs pages"):
            walls.add(here.desk.gateway, "door")


def test_w42_no_wall_without_pages(window: Window) -> None:
    with pytest.raises(Permanent, match="a wall needs pages"):
        walls.add(window.desk.gateway, "door")
