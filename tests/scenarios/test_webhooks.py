"""A gateway that tells other programs, over real HTTP, while mail goes its way."""

from __future__ import annotations

import inspect
import json
import signal
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import Desk, mail, running
from fakes_http import Hang, Reply, Request, serving
from scenarios.process import Customers, process, until

from mailgate import crash
from mailgate.app.admin.control import answer
from mailgate.app.health import pages
from mailgate.app.hooks import sending
from mailgate.cli import cli
from mailgate.core.asking.signing import verified

HOOK = """
[[webhook]]
name = "{name}"
url = "{url}/{name}"
secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
secret_before = "an older one"
events = ["ticket.opened", "message.in"]
{more}
"""


def said(desk_gateway: object, call: str, **args: object) -> object:
    found = answer(desk_gateway, {"call": call, "args": args})  # type: ignore[arg-type]
    return found.get("result", found.get("error"))


def test_w40_a_program_hears_of_a_new_ticket_signed_with_both_secrets(tmp_path: Path) -> None:
    with serving() as crm:
        hook = HOOK.format(name="crm", url=crm.url, more="")
        with running(tmp_path, more=hook) as desk:
            ticket = desk.of_mail(desk.send(mail("Broken lamp")))
            heard = sorted((crm.next() for _ in range(2)), key=lambda one: one.json["type"])
            assert said(desk.gateway, "hook_test", name="crm") == {"status": 200, "seconds": _any(), "error": ""}
            tried = crm.next()
    assert [one.json["type"] for one in (*heard, tried)] == ["message.in", "ticket.opened", "test"]
    assert all(one.json["data"]["ticket"] == ticket.number for one in heard)
    for one in (*heard, tried):
        stamp = float(one.headers["webhook-timestamp"])
        assert abs(stamp - time.time()) < 3600
        for secret in ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "an older one"):
            assert verified([secret], one.headers, one.body, stamp) == one.headers["webhook-id"]


class _any:
    def __eq__(self, other: object) -> bool:
        return isinstance(other, float)

    __hash__ = None  # type: ignore[assignment]


def test_w39_a_program_that_hangs_holds_up_no_mail_no_other_program_and_no_stop(tmp_path: Path) -> None:
    def by_path(asked: Request) -> Reply | Hang:
        return Hang() if asked.target == "/slow" else Reply()

    with serving(by_path) as server:
        hooks = "".join(HOOK.format(name=name, url=server.url, more="") for name in ("slow", "quick"))
        with running(tmp_path, more=hooks) as desk:
            numbers = [desk.of_mail(desk.send(mail(f"Lamp {count}"))).number for count in range(3)]
            quick: list[int] = []
            while len(quick) < 6:
                asked = server.next()
                if asked.target == "/quick":
                    quick.append(asked.json["data"]["ticket"])
            began = time.process_time()
        assert sorted(set(quick)) == numbers and time.process_time() - began < 30
        with running(tmp_path, more=hooks) as desk:  # what was not taken is told again after a start, by the same id
            slow = [one for one in server.requests if one.target == "/slow"]
            while len(slow) < 2:
                slow += [one for one in (server.next(),) if one.target == "/slow"]
    assert slow[0].headers["webhook-id"] == slow[1].headers["webhook-id"]


def test_a_hook_comes_and_goes_with_a_reload(tmp_path: Path) -> None:
    with serving() as crm, running(tmp_path) as desk:
        desk.send(mail("Before"))
        assert said(desk.gateway, "hook_test", name="crm") == "there is no webhook crm: none is configured"
        config = tmp_path / "mailgate.toml"
        bare = config.read_text()
        config.write_text(bare + HOOK.format(name="crm", url=crm.url, more="words = true"))
        said(desk.gateway, "reload")
        after = desk.of_mail(desk.send(mail("After", "Does it work?\n"))).number
        heard = {one.json["type"]: one.json["data"] for one in (crm.next(), crm.next())}
        assert {data["ticket"] for data in heard.values()} == {after}
        assert heard["message.in"]["text"].strip() == "Does it work?" and heard["ticket.opened"]["subject"] == "After"
        assert said(desk.gateway, "hook_switch", name="crm", on=False) is True
        assert said(desk.gateway, "hook_switch", name="crm", on=False) is False
        config.write_text(bare)
        said(desk.gateway, "reload")
        assert desk.gateway.store.read(lambda read: read.hooks.all()) == []
        assert "no webhook crm" in str(said(desk.gateway, "hook_switch", name="crm", on=True))


def test_a_gateway_without_hooks_has_no_thread_for_them_and_reads_no_client(tmp_path: Path) -> None:
    with running(tmp_path) as desk:
        desk.send(mail())
        assert desk.gateway.hooks.threads == []


def shell(desk: Desk, *args: str) -> str:
    done = CliRunner().invoke(cli, ["--config", str(desk.folder / "mailgate.toml"), *args], standalone_mode=False)
    assert done.exception is None, done.exception
    return done.output


def test_the_shell_shows_and_steers_what_programs_are_told(tmp_path: Path) -> None:
    with serving([Reply(400, b"no such field")]) as crm:
        hook = HOOK.format(name="crm", url=crm.url, more="words = true")
        with running(tmp_path, more=hook, smtp="") as desk:
            number = desk.of_mail(desk.send(mail("Broken lamp"))).number
            crm.next()
            hooks = desk.gateway.store.read
            until(lambda: hooks(lambda read: read.hooks.get("crm")).error, "its answer was not written down")
            rows = {
                row["template"]: row
                for row in json.loads(shell(desk, "outbox", "list", "--json", "--state", "waiting"))
            }
            opened = rows["ticket.opened"]
            assert (opened["ticket"], opened["to"], opened["id"][0]) == (number, "crm", "h")
            listed = shell(desk, "outbox", "list")
            assert opened["id"] in listed and "answers 4" in listed
            shown = shell(desk, "outbox", "show", opened["id"])
            assert opened["webhook_id"] in shown and '"subject":"Broken lamp"' in shown
            assert (
                json.loads(json.loads(shell(desk, "outbox", "show", opened["id"], "--json"))["body"])["data"]["ticket"]
                == number
            )
            assert f"{opened['id']} dropped" in shell(desk, "outbox", "drop", opened["id"])
            assert "will be told again" in shell(desk, "outbox", "retry", opened["id"])
            assert (
                "crm" in shell(desk, "hook", "list")
                and json.loads(shell(desk, "hook", "list", "--json"))[0]["waiting"] == 2
            )
            assert shell(desk, "hook", "off", "crm") == "crm is off\n" and "already" in shell(
                desk, "hook", "off", "crm"
            )
            assert "crm: answers 400: no such field" in shell(desk, "hook", "test", "crm")
            assert shell(desk, "hook", "on", "crm") == "crm is on\n"
            assert "webhook     crm: " in shell(desk, "status")
            told = pages.metrics(desk.gateway)
            assert 'mailgate_hook_waiting{hook="crm"} 2' in told and 'mailgate_hook_failed{hook="crm"} 0' in told


@pytest.mark.parametrize("bad", ["h", "x12", "-1", "h1h"])
def test_what_is_no_id_is_said_to_be_none(bad: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["outbox", "drop", "--", bad])
    assert done.exit_code == 2 and "a delivery is like 12" in done.output


def test_w40_killed_when_it_was_taken_it_is_told_again_with_the_same_id(tmp_path: Path) -> None:
    with serving() as crm, process(tmp_path) as gateway:
        text = gateway.config.read_text()
        gateway.config.write_text(text + HOOK.format(name="crm", url=crm.url, more=""))
        child = gateway.spawn(MAILGATE_CRASH_AT="after-hook:1")
        customers = Customers(gateway.port, hands=1, pace=0.5)
        assert child.wait(100) == -signal.SIGKILL, gateway.log.read_text()
        first = crm.next()
        gateway.start()
        again = crm.next()
        customers.join()
        assert gateway.stop() == 0
    assert again.headers["webhook-id"] == first.headers["webhook-id"]
    assert again.json == first.json


def test_each_point_is_met_in_one_place() -> None:
    assert {name: inspect.getsource(sending).count(f'crash.point("{name}")') for name in crash.HOOK_POINTS} == {
        "after-hook": 1
    }
