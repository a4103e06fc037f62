"""Customers whom another program knows: what a mail waits for and what it never waits for, and what people hear."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from conftest import PATIENCE, ByHand, Desk, from_agent, mail, running, whole
from fakes_http import FakeServer, Hang, Reply, Request, Said, as_json, serving
from scenarios.process import until

from mailgate import daemon
from mailgate.app.admin.connect import End
from mailgate.app.health import pages
from mailgate.app.jobs.schedule import run_job
from mailgate.app.lookup.asking import LookupState
from mailgate.cli import cli
from mailgate.config.tree import Config
from mailgate.core.asking.http import Answer, Asked, Failure, Limits, Why
from mailgate.core.customers.question import Person
from mailgate.core.model.mail import Envelope
from mailgate.wiring import try_ends

MAIJA = "maija@customer.example"


def section(crm: FakeServer, more: str = "") -> str:
    return f'[lookup]\nurl = "{crm.url}/?mail={{address}}"\nrate = ""\ntimeout = "30s"\n{more}\n'


def asked_about(crm: FakeServer) -> str:
    return crm.next().target.partition("mail=")[2].replace("%40", "@")


def answered(desk: Desk, key: str = MAIJA) -> bool:
    """Wait until there is an answer about somebody."""
    read = desk.gateway.store.read
    return bool(until(lambda: read(lambda look: look.lookups.about(key)) is not None, f"no answer about {key}"))


def test_w44_a_mail_is_filed_while_the_program_does_not_answer(tmp_path: Path) -> None:
    with serving([Hang()]) as crm, running(tmp_path, more=section(crm)) as desk:
        assert desk.fate(desk.send(mail())) == "filed"
        assert asked_about(crm) == MAIJA
        assert desk.gateway.lookups.state() == LookupState(1, 0, 1, False, 0, "")


def test_w44_a_mail_that_waits_is_filed_when_its_time_is_over(tmp_path: Path) -> None:
    with serving([Hang()]) as crm, running(tmp_path, more=section(crm, 'wait = "200ms"')) as desk:
        assert desk.fate(desk.send(mail())) == "filed"
        assert asked_about(crm) == MAIJA and desk.gateway.lookups.state() == LookupState(1, 0, 1, False, 0, "")


def test_an_answer_that_comes_in_time_is_there_when_the_mail_is_decided(tmp_path: Path) -> None:
    seen, desks = [], list[Desk]()

    def script(request: Request) -> Said:
        seen.append(dict(desks[0].settled))
        return as_json({"name": "Maija Meikäläinen", "tier": "gold"})

    with serving(script) as crm, running(tmp_path, more=section(crm, 'wait = "5s"')) as desk:
        desks.append(desk)
        begun = desk.gateway.intake.deciding.begin
        known = []

        def begin(*given: Any) -> Any:
            known.append(desk.gateway.store.read(lambda read: read.customers.by_address(MAIJA)))
            return begun(*given)

        desk.gateway.intake.deciding.begin = begin  # type: ignore[method-assign]
        assert desk.fate(desk.send(mail())) == "filed"
        assert seen == [{}] and [one and one.tier for one in known] == ["gold"]
        assert not desk.gateway.intake.hand._holds


def test_those_behind_a_mail_that_waits_keep_their_order_and_nobody_else_waits(tmp_path: Path) -> None:
    gate, came = threading.Event(), threading.Event()

    def script(request: Request) -> Said:
        if "maija" in request.target:
            came.set()
            assert gate.wait(PATIENCE)
        return Reply(404)

    other = "Otto Ohm <otto@other.example>"
    with serving(script) as crm, running(tmp_path, more=section(crm, 'wait = "5s"')) as desk:
        desk.gateway.intake.hand._monotonic = lambda: 0.0  # time stands still: nobody has waited long enough
        first = desk.gateway.intake.receive(mail("One").as_bytes(), _envelope(MAIJA)).result(PATIENCE).number
        second = desk.gateway.intake.receive(mail("Two").as_bytes(), _envelope(MAIJA)).result(PATIENCE).number
        assert came.wait(PATIENCE)
        assert desk.fate(desk.send(mail("Three", sender=other))) == "filed"
        assert first not in desk.settled and second not in desk.settled
        gate.set()
        desk.wait(lambda: second in desk.settled, "the second got no fate")
        assert desk.of_mail(first).number < desk.of_mail(second).number


def _envelope(sender: str) -> Envelope:
    return Envelope(sender, ("support@acme.example",))


def test_programs_and_agents_are_nobody_to_ask_about(tmp_path: Path) -> None:
    with serving([as_json({"name": "Maija"})]) as crm, running(tmp_path, more=section(crm)) as desk:
        desk.send(mail(sender="Anna <anna@staff.example>"))
        desk.send(mail("Out of office", auto_submitted="auto-replied", sender="Otto <otto@other.example>"))
        desk.send(mail())
        assert answered(desk)
        desk.send(mail("Again"))  # what is known of her is fresh
        desk.send(mail(sender="Last <last@other.example>"))
        assert answered(desk, "last@other.example")
        assert [request.target for request in crm.requests] == [
            "/?mail=maija%40customer.example",
            "/?mail=last%40other.example",
        ]


def test_the_admin_hears_once_that_it_fails_and_once_that_it_is_back(tmp_path: Path) -> None:
    broken = threading.Event()
    broken.set()

    def script(request: Request) -> Said:
        return Reply(500) if broken.is_set() else as_json({"name": "Maija"})

    with serving(script) as crm, running(tmp_path, more=section(crm)) as desk:
        for number in range(5):
            desk.send(mail(sender=f"p{number}@customer.example"))
        until(lambda: desk.gateway.lookups.pauses.off, "the program is asked on")
        desk.send(mail(sender="p6@customer.example"))  # filed, and nobody is asked
        until(lambda: len(desk.letters("root@admin.example")) == 1, "the admin is not told that it fails")
        [letter] = desk.letters("root@admin.example")
        assert "Customers are not looked up" in letter["Subject"] and "answers 500" in str(letter.get_body(("plain",)))
        assert len(crm.requests) == 5
        broken.clear()
        desk.gateway.lookups.pauses._until = 0.0  # an hour passes
        desk.send(mail())
        assert answered(desk)
        until(lambda: len(desk.letters("root@admin.example")) == 2, "the admin is not told that it is back")
        assert "Customers are looked up again" in desk.letters("root@admin.example")[1]["Subject"]


def test_a_program_that_hangs_holds_up_no_end(tmp_path: Path) -> None:
    with serving([Hang()]) as crm:
        with running(tmp_path, more=section(crm)) as desk:
            desk.send(mail())
            crm.next()
        assert not [each.name for each in threading.enumerate() if each.name.startswith("lookup-") and _lives(each)]


def _lives(thread: threading.Thread) -> bool:
    thread.join(PATIENCE)
    return thread.is_alive()


GOLD = """
[[rule]]
name = "gold"
when.customer.tier = "gold"
then.tags = ["vip"]
then.continue = true

[[rule]]
name = "everything else"
"""


def test_a_rule_knows_what_came_in_time(tmp_path: Path) -> None:
    script = [as_json({"name": "Maija", "tier": "gold"})]
    with serving(script) as crm, running(tmp_path, GOLD, more=section(crm, 'wait = "5s"')) as desk:
        assert "vip" in desk.of_mail(desk.send(mail())).tags


def test_the_notice_before_an_answer_has_none_the_next_one_shows_it_with_its_day(tmp_path: Path) -> None:
    gate = threading.Event()

    def script(request: Request) -> Said:
        assert gate.wait(PATIENCE)
        return as_json({"name": "Maija", "company": "CANARY Oy", "tier": "gold"})

    with serving(script) as crm, running(tmp_path, more=section(crm)) as desk:
        desk.send(mail())
        assert "CANARY" not in whole(desk.letters("anna@staff.example")[-1])
        gate.set()
        assert answered(desk)
        desk.send(mail("Another lamp"))
        notice = whole(desk.letters("anna@staff.example")[-1])
        assert "CANARY Oy" in notice and "Looked up" in notice
        assert "CANARY" not in "".join(map(whole, desk.letters(MAIJA)))


def test_whoever_asks_about_a_customer_has_them_asked_about_anew(tmp_path: Path) -> None:
    with serving([as_json({"name": "Maija"})]) as crm, running(tmp_path, more=section(crm)) as desk:
        desk.send(mail())
        assert asked_about(crm) == MAIJA and answered(desk)
        notice = desk.letters("anna@staff.example")[-1]
        from_agent(desk, "#customer\n", notice)
        assert asked_about(crm) == MAIJA
        from_agent(desk, "#customer otto@other.example\n", notice)
        assert asked_about(crm) == "otto@other.example"


def run(desk: Desk, *args: str) -> Result:
    return CliRunner().invoke(cli, ["--config", str(desk.folder / "mailgate.toml"), *args])


def test_an_answer_is_handed_over_with_a_person_and_goes_with_them(tmp_path: Path) -> None:
    said = as_json({"name": "Canary Kannari", "phone": "+358 40 123 4567", "agent": "anna"})
    with (
        serving([said]) as crm,
        running(tmp_path, more=section(crm).replace("{address}", "{address}&tel={phone}")) as desk,
    ):
        number = desk.of_mail(desk.send(mail())).number
        assert answered(desk)
        desk.gateway.lookups.about(Person(phone="040 123 4567"))
        assert answered(desk, "tel:401234567")
        assert run(desk, "export", MAIJA, "--to", str(tmp_path / "copy")).exit_code == 0
        person = json.loads((tmp_path / "copy" / "person.json").read_text())
        assert [(one["by"], one["outcome"], one["name"]) for one in person["looked_up"]] == [
            (MAIJA, "person", "Canary Kannari"), ("tel:401234567", "person", "Canary Kannari"),
        ]  # fmt: skip
        assert "2 answers of [lookup]" in run(desk, "forget", MAIJA, "--dry-run").output
        assert answered(desk)
        assert run(desk, "tickets", "do", str(number), "#solve", "--as", "anna").exit_code == 0
        done = run(desk, "forget", MAIJA, "--yes", "--json")
        assert done.exit_code == 0 and json.loads(done.output)["counts"]["looked_up"] == 2
        assert not desk.gateway.store.read(lambda read: read.lookups.any())
        assert all(b"Kannari" not in path.read_bytes() for path in (tmp_path / "data").glob("mailgate.db*"))


def test_what_is_too_old_goes_with_the_purge(tmp_path: Path) -> None:
    with serving([as_json({"name": "Maija"})]) as crm, running(tmp_path, more=section(crm)) as desk:
        desk.send(mail())
        assert answered(desk)
        desk.clock.ahead = timedelta(days=29)
        assert run_job(desk.gateway, "purge", desk.clock()) == 0
        desk.clock.ahead = timedelta(days=31)
        assert run_job(desk.gateway, "purge", desk.clock()) == 1
        assert not desk.gateway.store.read(lambda read: read.lookups.any())


def test_the_admin_sees_what_it_says_and_what_becomes_of_it(tmp_path: Path) -> None:
    said: list[Said] = [as_json({"contact": {"name": "Maija\u202e M"}, "url": "https://crm.example/1", "x": 1})]
    fields = 'fields = { name = "contact.name", links.CRM = "url", Since = "since" }'
    with serving(lambda request: said[-1]) as crm, running(tmp_path, more=section(crm, fields)) as desk:
        found = run(desk, "contacts", "lookup", "Maija@Customer.example")
        assert found.exit_code == 0, found.output
        assert "?mail=maija%40customer.example" in crm.requests[0].target
        assert (
            "One person, after " in found.output
            and "  name: Maija M\n  links.CRM: https://crm.example/1\n" in found.output
        )
        assert '"x": 1' in found.output and "\u202e" not in found.output
        told = json.loads(run(desk, "contacts", "lookup", MAIJA, "--json").output)
        assert (told["outcome"], told["customer"]["name"]) == ("person", "Maija M")
        assert not desk.gateway.store.read(lambda read: read.lookups.any())  # looked at, not kept
        for reply, words in (
            (Reply(404), "404: nobody"),
            (Reply(200, b"<html>Log in"), "a page in HTML came instead of JSON"),
            (Reply(500), "answers 500"),
            (as_json([{"url": "https://a.example"}, {"url": "https://b.example"}]), "2 people: none is chosen"),
            (as_json({"contact": "Maija"}), "contact.name: contact is a text, there is no name in it"),
        ):
            said.append(reply)
            shown = run(desk, "contacts", "lookup", MAIJA)
            assert words in shown.output + str(shown.exception), shown.output
        assert "nothing to ask about" in str(run(desk, "contacts", "lookup", "12").exception)


def test_check_asks_about_somebody_who_does_not_exist(tmp_path: Path) -> None:
    said: list[Said] = [Reply(404)]
    with serving(lambda request: said[-1]) as crm, running(tmp_path, more=section(crm)) as desk:
        config = desk.gateway.config
        assert (
            _end(config).said
            == "asked about mailgate-check@nobody.invalid: it knows nobody by that address, as it should be"
        )
        said.append(as_json({"name": "Everybody"}))
        assert "does it look at the address at all?" in _end(config).said
        said.append(Reply(401))
        assert _end(config).problem == "answers 401: is `secret` right, and `header`?"
        said.append(Reply(200, b"<html>"))
        assert _end(config).problem.startswith("a page in HTML came instead of JSON")


def _end(config: Config) -> End:
    return next(end for end in try_ends(config) if end.key == "lookup")


def test_status_and_figures_have_it(tmp_path: Path) -> None:
    with serving([Reply(404)]) as crm, running(tmp_path, more=section(crm)) as desk:
        desk.send(mail())
        assert answered(desk)
        assert (
            "lookup" in run(desk, "status").output
            and "ready, 1 customers asked about, 0 in vain" in run(desk, "status").output
        )
        figures = pages.metrics(desk.gateway)
        assert "mailgate_lookup_up 1" in figures and "mailgate_lookup_questions 1" in figures


def test_a_reload_takes_another_program_at_once(tmp_path: Path) -> None:
    both = serving([as_json({"name": "Old"})]), serving([as_json({"name": "New"})])
    with both[0] as old, both[1] as new, running(tmp_path, more=section(old)) as desk:
        path = desk.folder / "mailgate.toml"
        path.write_text(path.read_text().replace(old.url, new.url))
        assert run(desk, "reload").exit_code == 0
        desk.send(mail())
        assert answered(desk)
        assert (len(old.requests), len(new.requests)) == (0, 1)


def test_when_we_stop_a_job_that_asks_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daemon, "GRACE", 10 * PATIENCE)  # what is waited for is waited for to its end
    found: list[Answer | Failure] = []

    class Working(ByHand):
        """A job that asks, and is finished when we stop."""

        def stop(self) -> None:
            job.join()

    with serving([Hang()]) as crm, running(tmp_path) as desk:
        http = desk.gateway.http
        assert http
        asked = Asked("GET", crm.url)
        job = threading.Thread(target=lambda: found.append(http.fetch(asked, Limits(total=PATIENCE / 2))), daemon=True)
        desk.daemon.schedule = Working()
        job.start()
        crm.next()
        desk.daemon.stop()
        job.join()
    assert [(one.why if isinstance(one, Failure) else one) for one in found] == [Why.STOPPED]
