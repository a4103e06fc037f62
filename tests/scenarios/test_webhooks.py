"""A gateway that tells other programs, over real HTTP, while mail goes its way."""

from __future__ import annotations

import time
from pathlib import Path

from conftest import mail, running
from fakes_http import Hang, Reply, Request, serving

from mailgate.app.admin.control import answer
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
