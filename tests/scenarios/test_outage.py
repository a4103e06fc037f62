"""A morning on which something is out of order, by mail alone: everybody is told at once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from click.testing import CliRunner
from conftest import Desk, confirm, from_agent, mail, notice_to, only, opened, running, whole

from mailgate.app.admin.people import desk_address
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
