"""A person whom every connection knows, handed over and erased: table, look-up, calls, chat, programs and webhooks."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from a_person import ADDRESS, octets, solve_all
from conftest import from_agent, notice_to
from fakes_http import Reply, Request, as_json, serving
from scenarios.process import until
from window.conftest import pages_at
from window.exchange import Exchange
from window.sessions import token_of

from mailgate.app.admin import rights
from mailgate.app.jobs.schedule import run_job
from mailgate.core.asking.http import Answer, Asked, Limits

NUMBER = "+420123456789"
CHAT = "lines.quirina@chat.invalid"
TABLE = f"address,name,company,number,phone,tier,instrument\n{ADDRESS},Quirina Zatopek,Zatopek,Z-1,{NUMBER},gold,xylophone\n"
MORE = """
[web.calls]
recordings = [{{ url = "https://pbx.example/" }}]
[customers]
file = "customers.csv"
[lookup]
url = "{url}/crm?mail={{address}}"
rate = ""
[[channel]]
name = "lines"
url = "{url}/out"
secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
department = "support"
[[webhook]]
name = "crm"
url = "{url}/hook"
secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
events = ["*"]
words = true
"""


class Recorder:
    """Has one recording."""

    def fetch(self, asked: Asked, limits: Limits | None = None) -> Answer:
        return Answer(200, "audio/mpeg", b"ID3 the xylophone of Quirina Zatopek")


def outside(asked: Request) -> Reply:
    """A CRM that knows her, a bridge whose ids name her account, and a receiver that is away: what is owed it waits."""
    if asked.target.startswith("/crm"):
        return as_json({"name": "Quirina Zatopek", "company": "Xylophones", "phone": NUMBER})
    if asked.target.startswith("/out"):
        return as_json({"id": f"wamid.quirina.{asked.headers['webhook-id']}"})
    return Reply(503)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Any]:
    (tmp_path / "customers.csv").write_text(TABLE)
    with serving(outside) as server, pages_at(tmp_path, MORE.format(url=server.url)) as here:
        desk = here.desk
        run_job(desk.gateway, "customers", desk.clock())
        scopes = ("messages:write", "calls:write", "chats:write:lines", "tickets:read", "tickets:words", "lookup:read")
        token = token_of(desk, "all", *scopes)
        head = {"authorization": f"Bearer {token}", "idempotency-key": "of Quirina Zatopek"}
        said = {"from": {"address": ADDRESS, "name": "Quirina Zatopek"}, "department": "support", "subject": "Xylophone",
                "text": "My xylophone is broken.", "external_id": "xylophone-1"}  # fmt: skip
        assert here.client.post("/api/v1/messages", json=said, headers=head).status_code == 201
        desk.settle()
        wrote = {"id": "xylophone-2", "person": {"id": "quirina", "name": "Quirina Zatopek", "phone": NUMBER},
                 "text": "And the other xylophone.", "files": [{"name": "zatopek.txt", "type": "text/plain", "data": "eHlsb3Bob25l"}]}  # fmt: skip
        assert here.client.post("/api/v1/chats/lines/messages", json=wrote, headers=head).status_code == 201
        desk.settle()
        rights.link_contacts(desk.gateway, ADDRESS, CHAT)
        # she is asked about beside: who calls is to be the same on any machine
        until(lambda: desk.gateway.store.read(lambda read: read.lookups.about(ADDRESS)), "no answer about her")
        desk.gateway.http = Recorder()
        exchange = Exchange(here, token)
        exchange.tells(
            "missed", "xylophone-3", **{"from": NUMBER, "recording": {"url": "https://pbx.example/quirina.mp3"}}
        )
        desk.clock.ahead += timedelta(seconds=30)
        run_job(desk.gateway, "recordings", desk.clock())
        desk.settle()
        chat = next(one for one in desk.tickets() if one.requester.addr == CHAT)
        from_agent(desk, "Dear Quirina, a new xylophone.\n", notice_to(desk, "anna", chat.number))
        desk.letters()
        here.head, here.said = head, said
        yield here


def test_all_of_it_is_handed_over_and_then_nothing_is_left(here: Any) -> None:
    desk = here.desk
    store, policy = desk.gateway.store, desk.gateway.in_force.policy
    files = dict(store.read(lambda read: list(rights.export(read, policy, ADDRESS, desk.clock()))))
    handed = json.dumps(files.pop("person.json"), default=str, ensure_ascii=False)
    for said in (
        CHAT,
        "My xylophone is broken.",
        "And the other xylophone.",
        "Z-1",
        "Xylophones",
        NUMBER,
        "a new xylophone",
    ):
        assert said in handed, said
    mails = b"".join(content for content in files.values() if isinstance(content, bytes))
    assert base64.b64encode(b"ID3 the xylopho") in mails.replace(b"\r\n", b"").replace(b"\n", b"")  # her recording
    assert [one.requester.addr for one in desk.tickets()] == [ADDRESS, CHAT, ADDRESS]
    solve_all(desk)
    rights.forget(desk.gateway, ADDRESS)
    assert octets(desk) == set()
    for path in ("tickets", "tickets?status=solved", "lookup?phone=%2B420123456789", f"lookup?address={ADDRESS}"):
        told = here.client.get(f"/api/v1/{path}", headers=here.head).text.lower()
        # her row in customers.csv is the admin's own file, and is named when she is erased
        assert not [word for word in ("quirina", "xylophone") if word in told and "lookup" not in path], path
    again = here.client.post("/api/v1/messages", json=here.said, headers=here.head)
    assert again.status_code == 201 and "quirina" not in again.text.lower()
