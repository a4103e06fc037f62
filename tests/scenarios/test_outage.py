"""A morning on which something is out of order, by mail alone: everybody is told at once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from click.testing import CliRunner
from conftest import Desk, confirm, from_agent, mail, notice_to, only, opened, running, whole

from mailgate.app.admin.people import desk_address
from mailgate.app.jobs.schedule import run_job
from mailgate.cli import cli

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
