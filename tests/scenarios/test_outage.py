"""A morning on which something is out of order, by mail alone: everybody is told at once."""

from __future__ import annotations

import inspect
import itertools
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from conftest import Desk, confirm, from_agent, mail, notice_to, only, opened, reply, running, whole
from scenarios.turns import tap

from mailgate import crash
from mailgate.app.admin.people import desk_address
from mailgate.app.jobs import answering as job
from mailgate.app.jobs.answering import answer_many
from mailgate.app.jobs.schedule import run_job
from mailgate.cli import cli
from mailgate.core.clock import answering
from mailgate.store.outages import Outages

ANNA_AT = "anna@staff.example"
MAIJA = "maija@customer.example"
NEWS = "#news 2h\n\nOur <b>VPN</b> is down. We are on it & will write.\nlv: VPN nestrādā.\n"


def ack(desk: Desk, who: str) -> str:
    return whole(only(desk.letters(who, "ack")))


def test_a_lead_tells_everybody_who_writes_until_a_time(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/ack.fi.html").write_text(
        '{% extends "letter.html" %}{% block words %}Omat sanat{% endblock %}'
    )
    with running(tmp_path) as desk:
        ticket = opened(desk)
        assert "VPN" not in ack(desk, MAIJA)
        notice = notice_to(desk, "bo", ticket.number)
        assert desk.fate(from_agent(desk, NEWS, notice, "bo")) == "parked"  # no lead
        notice = notice_to(desk, "anna", ticket.number)
        assert desk.fate(from_agent(desk, "#news 2h The VPN is down, ask bo@staff.example.", notice)) == "parked"
        number = from_agent(desk, NEWS, notice)
        assert desk.fate(number) == "filed" and desk.letters(MAIJA, "answer") == []  # these words are for nobody else
        assert "stands in every acknowledgement of support until" in whole(desk.letters(ANNA_AT, "receipt")[-1])

        opened(desk, sender="kari@customer.example")
        told = ack(desk, "kari@customer.example")
        assert "Our <b>VPN</b> is down." in told and "Our &lt;b&gt;VPN&lt;/b&gt; is down." in told  # text, page
        assert told.index("VPN") < told.index("We have your message") and "nestrādā" not in told
        opened(desk, "Kas notiek?", "Labdien! Man nav piekļuves, lūdzu, palīdziet. Paldies!\n", sender="a@lv.example")
        assert "VPN nestrādā." in ack(desk, "a@lv.example")
        opened(desk, "Apua", "Hei! En pääse kirjautumaan, voitteko auttaa? Kiitos!\n", sender="b@fi.example")
        own = ack(desk, "b@fi.example")  # an acknowledgement of the admin's own, which knows of no news
        assert "Omat sanat" in own and "VPN</b> is down" in own
        opened(desk, to="sales@acme.example", sender="c@customer.example")
        assert "VPN" not in ack(desk, "c@customer.example")

        from_agent(desk, "#news\n", notice_to(desk, "bo", ticket.number), "bo")
        assert "VPN nestrādā." in whole(desk.letters("bo@staff.example", "question")[-1])
        desk.clock.ahead = timedelta(hours=2, minutes=1)
        opened(desk, sender="d@customer.example")
        assert "VPN" not in ack(desk, "d@customer.example")


def test_news_by_the_desk_address_wait_for_a_tap_and_end_by_a_word_or_at_the_shell(desk: Desk) -> None:
    policy = desk.gateway.in_force.policy
    address = desk_address(policy, policy.agents[0])
    for end in ("#tiedote pois", ""):
        number = desk.send(mail("#news 2h The VPN is down.", "", sender=f"Anna <{ANNA_AT}>", to=address))
        assert "The VPN is down" in whole(desk.letters(ANNA_AT, "receipt")[-1])
        confirm(desk, number)
        opened(desk, sender=f"x{number}@customer.example")
        assert "The VPN is down." in ack(desk, f"x{number}@customer.example")
        config = ["--config", str(desk.folder / "mailgate.toml")]
        assert "The VPN is down." in CliRunner().invoke(cli, [*config, "news"]).output
        if end:
            confirm(desk, desk.send(mail(end, "", sender=f"Anna <{ANNA_AT}>", to=address)))
        else:
            assert CliRunner().invoke(cli, [*config, "news", "end", "support"]).exit_code == 0
            assert CliRunner().invoke(cli, [*config, "news", "end", "support"]).exit_code == 1
        assert CliRunner().invoke(cli, [*config, "news", "list", "--json"]).output.strip() == "[]"
        opened(desk, sender=f"y{number}@customer.example")
        assert "VPN" not in ack(desk, f"y{number}@customer.example")


# --- incidents --------------------------------------------------------------------------------------------------------

PROMISE = """
[[sla]]
name = "standard"
first_response = "2h"
warn = 0.5
escalate = [{ at = 1.0, notify = ["lead"] }]
"""


def test_an_incident_gathers_what_is_open_and_what_comes_and_holds_its_warnings(tmp_path: Path) -> None:
    with running(tmp_path, support='sla = "standard"', more=PROMISE) as desk:
        lost = [
            opened(desk, "No VPN", "I have lost my connection.\n", sender=f"c{n}@x.example").number for n in range(12)
        ]
        lamp = opened(desk)
        number = from_agent(desk, "#incident vpn vpn connections\n", notice_to(desk, "bo", lamp.number), "bo")
        asked = whole(desk.letters("bo@staff.example", "receipt")[-1])
        assert desk.fate(number) == "parked" and not any(one.tags for one in desk.tickets())
        shown = asked.partition("12 tickets")[2].partition("2 more")[0]
        assert f"#{lost[11]}" in shown and "Broken lamp" not in shown
        late = opened(desk, "No VPN", "I have lost my connection.\n", sender="late@x.example")  # nobody was shown it
        confirm(desk, number, "bo")
        assert all(desk.ticket(one).tags == ("vpn",) for one in lost)
        assert desk.ticket(lamp.number).tags == desk.ticket(late.number).tags == ()
        assert "tickets tagged +vpn: 12" in whole(desk.letters("bo@staff.example", "receipt")[-1])
        coming = opened(desk, "Connection gone", "No VPN either.\n", sender="new@x.example")
        assert coming.tags == ("vpn",)
        assert opened(desk, "Connection gone", "No lamp.\n", sender="other@x.example").tags == ()
        assert opened(desk, "No VPN connection", to="sales@acme.example", sender="s@x.example").tags == ()

        desk.clock.ahead = timedelta(hours=3)
        run_job(desk.gateway, "escalate", desk.clock())
        warned = {one["X-Mailgate-Ticket"] for one in desk.letters(ANNA_AT, "escalation")}
        assert str(lamp.number) in warned and not warned & {str(one) for one in (*lost, coming.number)}
        from_agent(desk, "#incident\n", notice_to(desk, "bo", lamp.number), "bo")
        assert "13 open, 13 overdue" in whole(desk.letters("bo@staff.example", "question")[-1])
        from_agent(desk, "#incident vpn\n", notice_to(desk, "bo", lamp.number), "bo")
        assert f"#{lost[0]}" in whole(desk.letters("bo@staff.example", "question")[-1])
        from_agent(desk, "#incident vpn over\n", notice_to(desk, "bo", lamp.number), "bo")
        assert opened(desk, "No VPN", "I have lost my connection.\n", sender="after@x.example").tags == ()


def test_the_mornings_letter_counts_what_an_incident_holds(tmp_path: Path) -> None:
    with running(tmp_path) as desk:
        opened(desk, "No VPN connection")
        lamp = opened(desk)
        confirm(desk, from_agent(desk, "#incident vpn vpn connection\n", notice_to(desk, "anna", lamp.number)))
        desk.clock.ahead = desk.clock().replace(hour=12) + timedelta(days=1) - desk.clock()
        run_job(desk.gateway, "digest", desk.clock())
        told = whole(desk.letters(ANNA_AT, "digest")[-1])
        assert "Incidents" in told and "+vpn · support" in told and "1 open, 0 overdue; words: vpn connection" in told


# --- one answer for many ----------------------------------------------------------------------------------------------


BACK = "#answer +vpn\n\nThe VPN works again.\n\nThank you for your patience.\n"


def gathered(desk: Desk, count: int) -> tuple[list[int], int]:
    """So many customers of one outage, tagged, and a ticket that is about something else."""
    numbers = [opened(desk, "No VPN", "No connection.\n", sender=f"c{n}@x.example").number for n in range(count)]
    lamp = opened(desk).number
    for number in numbers:
        from_agent(desk, "#tag +vpn\n", notice_to(desk, "bo", number), "bo")
    return numbers, lamp


def answered(desk: Desk) -> list[str]:
    desk.settle()
    answer_many(desk.gateway, desk.clock())
    return sorted(str(letter["To"]) for letter in desk.letters(template="answer"))


def test_one_answer_goes_to_each_privately_once_the_lead_has_seen_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "SLICE", 2)
    with running(tmp_path) as desk:
        numbers, lamp = gathered(desk, 7)
        number = from_agent(desk, BACK, notice_to(desk, "bo", lamp), "bo")
        assert desk.fate(number) == "parked" and desk.letters(MAIJA, "answer") == []
        asked = desk.letters(ANNA_AT, "receipt")[-1]
        assert "7 tickets" in whole(asked) and "> The VPN works again." in whole(asked)
        assert "Anna Virtanen sees it first" in whole(desk.letters("bo@staff.example", "receipt")[-1])
        [ack] = desk.letters("c0@x.example", "ack")
        desk.send(reply(ack, "c0@x.example", "Still nothing."))  # writes between question and tap
        from_agent(desk, "#close\n", notice_to(desk, "bo", numbers[1]), "bo")
        from_agent(desk, "We are on it.\n", notice_to(desk, "bo", numbers[2]), "bo")
        from_agent(desk, "#tag -vpn\n", notice_to(desk, "bo", numbers[3]), "bo")
        late = opened(desk, "No VPN", sender="late@x.example").number
        from_agent(desk, "#tag +vpn\n", notice_to(desk, "bo", late), "bo")  # the lead has not seen this one
        before = len(desk.letters(template="answer"))
        desk.send(tap(asked, "#send solve", ANNA_AT))

        def failing(mailing: int, ticket: int, became: str, settle: Any = Outages.settle) -> bool:
            raise OSError("the disk is full")

        desk.settle()
        with monkeypatch.context() as broken:
            times = itertools.count(1)
            settle = Outages.settle
            broken.setattr(
                Outages, "settle",
                lambda room, *args: settle(room, *args) if next(times) < 5 else failing(*args),
            )  # fmt: skip
            with pytest.raises(OSError, match="the disk is full"):
                answer_many(desk.gateway, desk.clock())
        sent = answered(desk)
        assert len(sent) == before + 3 and set(sent) >= {f"c{n}@x.example" for n in (4, 5, 6)}
        assert answered(desk) == sent  # once, whatever happens
        for one in numbers[4:]:
            ticket = desk.ticket(one)
            assert ticket.status == "solved" and ticket.entries[-1].text.startswith("The VPN works again.")
        letter = desk.letters("c4@x.example", "answer")[-1]
        assert f"[#{numbers[4]}]" in letter["Subject"] and letter["Cc"] is None
        assert letter["In-Reply-To"] == desk.letters("c4@x.example", "ack")[0]["Message-ID"]
        for who in (ANNA_AT, "bo@staff.example"):
            told = whole(desk.letters(who, "receipt")[-1])
            assert "tickets solved: 3" in told
            assert f"[#{numbers[0]}]: not sent: the customer has written since" in told
            assert f"[#{numbers[1]}]: not sent: it is solved" in told
            assert f"[#{numbers[2]}]: not sent: a colleague has answered since" in told
            assert f"[#{numbers[3]}]: not sent: it has not that tag any more" in told
        desk.send(reply(letter, "c4@x.example", "Thank you, but it does not."))
        assert desk.ticket(numbers[4]).status == "new"


def test_one_answer_is_taken_back_before_it_begins_and_thrown_away_unsent(tmp_path: Path) -> None:
    with running(tmp_path, undo="10m") as desk:
        numbers, lamp = gathered(desk, 2)
        number = from_agent(desk, BACK, notice_to(desk, "anna", lamp))  # the lead's own waits for their own tap
        desk.send(tap(desk.letters(ANNA_AT, "receipt")[-1], "#drop", ANNA_AT))
        assert desk.gateway.store.read(lambda read: read.mail.parked()) == [] and desk.fate(number) == "dropped"
        from_agent(desk, BACK, notice_to(desk, "anna", lamp))
        desk.send(tap(desk.letters(ANNA_AT, "receipt")[-1], "#send", ANNA_AT))
        assert answered(desk) == []
        begun = desk.letters(ANNA_AT, "receipt")[-1]
        assert "own: 2" in whole(begun)
        desk.send(tap(begun, "#undo", ANNA_AT))
        assert "nothing is sent to +vpn" in whole(desk.letters(ANNA_AT, "receipt")[-1])
        desk.clock.ahead = timedelta(minutes=11)
        assert answered(desk) == []
        from_agent(desk, BACK.replace("+vpn", "+nothing"), notice_to(desk, "anna", lamp))
        assert "0 tickets" not in whole(desk.letters(ANNA_AT, "receipt")[-1])
        from_agent(desk, BACK, notice_to(desk, "anna", lamp))
        desk.send(tap(desk.letters(ANNA_AT, "receipt")[-1], "#send", ANNA_AT))
        desk.settle()
        begun = desk.letters(ANNA_AT, "receipt")[-1]
        desk.clock.ahead = timedelta(minutes=22)
        assert answered(desk) == ["c0@x.example", "c1@x.example"]
        assert desk.ticket(numbers[0]).status == "waiting"
        assert desk.fate(desk.send(tap(begun, "#undo", ANNA_AT))) == "parked"  # too late


def test_killed_in_the_middle_the_rest_is_sent_and_nothing_twice(tmp_path: Path) -> None:
    with running(tmp_path) as desk:
        numbers, lamp = gathered(desk, 4)
        from_agent(desk, BACK, notice_to(desk, "anna", lamp))
        desk.send(tap(desk.letters(ANNA_AT, "receipt")[-1], "#send", ANNA_AT))
        desk.settle()
    call = [sys.executable, "-m", "mailgate", "--config", str(tmp_path / "mailgate.toml"), "job", "answers"]
    died = subprocess.run(call, env={**os.environ, "MAILGATE_CRASH_AT": "mid-slice:3"}, check=False, timeout=100)
    assert died.returncode == -signal.SIGKILL
    with running(tmp_path) as desk:
        assert answered(desk) == [f"c{n}@x.example" for n in range(4)]
        assert [desk.ticket(number).status for number in numbers] == ["waiting"] * 4
        assert len(desk.letters(ANNA_AT, "receipt")) == 3  # asked, begun, ended
    assert {name: inspect.getsource(job).count(f'crash.point("{name}")') for name in crash.ANSWER_POINTS} == {
        "mid-slice": 1
    }


def test_the_mornings_letter_points_out_what_many_new_mails_share_and_a_tap_gathers_them(tmp_path: Path) -> None:
    with running(tmp_path, more='[digest]\nat = "00:00"\n') as desk:
        for n in range(9):
            opened(desk, f"No. {n}", "Hello, please help me with my VPN connection.\n", sender=f"c{n}@x.example")
        run_job(desk.gateway, "digest", desk.clock())
        digest = desk.letters(ANNA_AT, "digest")[-1]
        assert "support: new tickets that share “connection, vpn”" in whole(digest)
        number = desk.send(tap(digest, "#incident support connection connection vpn", ANNA_AT))
        assert desk.fate(number) == "parked" and "9 tickets" in whole(desk.letters(ANNA_AT, "receipt")[-1])
        confirm(desk, number)
        assert all(one.tags for one in desk.tickets())
