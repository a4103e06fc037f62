"""The never-list: what is internal, somebody else's or unproved is in no byte of a page that stands open to others.

An area adds its pages to `PUBLIC`: a name, and the addresses to open on a desk that has everything (`Stage`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from conftest import from_agent, mail, notice_to, opened, reply
from fakes_http import FakeServer, serving
from window.sessions import page_path, token_of, wall_put_up

from mailgate.core.model.change import Decision, Fate, KeepArticle
from mailgate.core.model.ticket import EntryKind

CANARY = "CANARY"
NEVER = ("CANARY", "canary", "staff.example", "mg.", "mg:")  # and agents' addresses, and what proves who they are


@dataclass(frozen=True)
class Stage:
    """A desk on which everything internal has a canary in it, and Maija's ticket there."""

    here: Any
    ticket: int

    def page(self, *, shared: bool = False) -> str:
        """The path of Maija's page, or of the ticket's that only shows."""
        ticket = self.here.desk.ticket(self.ticket)
        return page_path(self.here.desk, ticket, None if shared else ticket.requester)


def _customers(stage: Stage) -> Iterator[str]:
    for path in (stage.page(), stage.page(shared=True)):
        yield path
        for query in ("?lang=fi", "?done=say", "?lang=xx&done=close"):
            yield path + query
    yield f"/t/{'a' * 37}"


def _form(stage: Stage) -> Iterator[str]:
    for path in ("/contact", "/contact/embed", "/contact/thanks"):
        yield from (path, f"{path}?topic=sales&lang=fi")


def _help(stage: Stage) -> Iterator[str]:
    yield from ("/help", "/help?q=lamp", "/help.json?q=lamp", "/sitemap.xml", "/help/draft")


def _walls(stage: Stage) -> Iterator[str]:
    for name, agents in (("hall", False), ("lobby", True)):
        path = f"/wall/{wall_put_up(stage.here.desk, name, agents=agents)}"
        yield from (path, f"{path}?part")
    yield f"/wall/{'a' * 24}"


def _login(stage: Stage) -> Iterator[str]:
    yield from ("/login", "/login?bye", "/login/sent", f"/login/{'a' * 40}")


PUBLIC: Mapping[str, Callable[[Stage], Iterator[str]]] = {
    "status": _customers,
    "form": _form,
    "help": _help,
    "wall": _walls,
    "login": _login,
}


CONNECTED = """
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
"""


@pytest.fixture(scope="module")
def outside() -> Iterator[FakeServer]:
    """A bridge, and a program that hears of everything, without words."""
    with serving() as server:
        yield server


@pytest.fixture(scope="module")
def here(outside: FakeServer, tmp_path_factory: pytest.TempPathFactory, pages_at: Callable[..., Any]) -> Iterator[Any]:
    with pages_at(tmp_path_factory.mktemp("never"), CONNECTED.format(url=outside.url)) as found:
        yield found


@pytest.fixture(scope="module")
def stage(here: Any) -> Stage:
    desk = here.desk
    ticket = opened(desk)
    ack = desk.letters("maija@customer.example", "ack")[-1]
    notice = notice_to(desk, "anna", ticket.number)
    orders = (
        "#note CANARY-NOTE\n",
        "#tag +canary-tag\n#field secret=CANARY-FIELD\n#take\n",
        "#call maija@customer.example\n\nCANARY-MEMO: she called.\n",
        "Have you tried another bulb?\n",
    )
    for words in orders:
        from_agent(desk, words, notice)
    desk.send(reply(ack, "Eve <eve@elsewhere.example>", "CANARY-UNVERIFIED"))
    desk.send(mail(f"[#{ticket.number}] #note", "CANARY-PARKED\n", sender="CANARY-CLAIM <bo@staff.example>"))
    draft = KeepArticle("draft", "en", "CANARY lamps", "CANARY lamp", "bo", stands=False)  # a lead has not let it stand
    now = desk.gateway.clock()
    decision = Decision(Fate.FILED, "draft", effects=(draft,))
    desk.gateway.store.write(lambda tx: tx.apply(None, decision, now, desk.gateway.ids)).result()
    opened(desk, "CANARY-OTHER title", "CANARY-OTHER words\n")
    opened(desk, "CANARY-SALES", "CANARY words\n", to="sales@acme.example", sender="Eve <eve@elsewhere.example>")
    return Stage(here, ticket.number)


def test_the_stage_has_a_canary_in_all_that_is_never_shown(stage: Stage) -> None:
    desk = stage.here.desk
    ticket = desk.ticket(stage.ticket)
    told = {one.kind for one in ticket.entries if CANARY in one.text}
    assert told == {EntryKind.NOTE, EntryKind.CALL, EntryKind.CUSTOMER}
    assert [one.unverified for one in ticket.entries if "UNVERIFIED" in one.text] == [True]
    assert CANARY in str(ticket.fields) and "canary-tag" in ticket.tags
    assert [one.why for one in desk.gateway.store.read(lambda read: read.mail.parked())]
    assert len(desk.tickets()) == 3


@pytest.mark.parametrize("area", PUBLIC)
def test_w09_w10_it_is_in_no_byte_of_a_public_page(stage: Stage, area: str) -> None:
    for path in PUBLIC[area](stage):
        answer = stage.here.client.get(path)
        assert answer.status_code in (200, 404), path
        told = answer.text + str(answer.headers)
        assert [word for word in NEVER if word in told] == [], path
    assert "Have you tried another bulb?" in stage.here.client.get(stage.page()).text


# --- other programs ---------------------------------------------------------------------------------------------------

# Of a desk with these canaries a program of support hears nothing that the house says among itself.
INSIDE = ("CANARY-NOTE", "CANARY-FIELD", "CANARY-MEMO", "CANARY-PARKED", "CANARY-CLAIM", "CANARY-UNVERIFIED", "canary-tag",
          "CANARY-SALES", "draft", "staff.example", "mg.", "mg:")  # fmt: skip
SAID = {"from": {"address": "maija@customer.example"}, "department": "support", "text": "And the other one."}
CHATS = {"id": "m.1", "person": {"id": "77", "name": "Maija"}, "text": "The chandelier is dark."}
RINGS = {"id": "1", "event": "ringing", "from": "+37126123456", "to": "100"}

PROGRAMS: Mapping[str, tuple[str, Callable[[Stage], Iterator[tuple[str, str, Any]]]]] = {
    "tickets": ("tickets:read", lambda stage: (
        ("GET", f"/api/v1/tickets{end}", None)
        for end in (f"/{stage.ticket}", f"/{stage.ticket}?entries=public", "", "?status=new&status=open", "?owner=anna",
                    "?updated_since=2026-01-01T00:00:00Z", "?department=sales")
    )),
    "messages": ("messages:write", lambda stage: iter([
        ("POST", "/api/v1/messages", SAID),
        ("POST", "/api/v1/messages", {**SAID, "ticket": stage.ticket}),
    ])),
    "calls": ("calls:write", lambda stage: iter([("POST", "/api/v1/calls", RINGS)])),
    "lookup": ("lookup:read", lambda stage: (
        ("GET", f"/api/v1/lookup?{asked}", None)
        for asked in ("address=maija@customer.example", "address=bo@staff.example", "phone=%2B37126123456", "address=eve@elsewhere.example")
    )),
    "chats": ("chats:write:lines", lambda stage: iter([
        ("POST", "/api/v1/chats/lines/messages", CHATS),
        ("POST", "/api/v1/chats/lines/receipts", {"id": "m.0", "state": "read"}),
    ])),
}  # fmt: skip


@pytest.mark.parametrize("area", PROGRAMS)
def test_w09_it_is_in_no_byte_that_a_program_of_one_department_is_told(stage: Stage, area: str) -> None:
    scope, asked = PROGRAMS[area]
    head = {"authorization": f"Bearer {token_of(stage.here.desk, area, scope, departments=['support'])}"}
    statuses = set()
    for method, path, body in asked(stage):
        answer = stage.here.client.request(method, path, json=body, headers=head)
        statuses.add(answer.status_code)
        told = answer.text + str(answer.headers)
        assert [word for word in INSIDE if word in told] == [], path
    assert statuses & {200, 201, 202} and statuses <= {200, 201, 202, 403, 404, 422}


def test_w09_a_bridge_is_given_what_an_agent_answers_and_nothing_else(stage: Stage, outside: FakeServer) -> None:
    desk = stage.here.desk
    head = {"authorization": f"Bearer {token_of(desk, 'bridge', 'chats:write:lines')}"}
    said = stage.here.client.post("/api/v1/chats/lines/messages", json={**CHATS, "id": "m.2"}, headers=head)
    desk.settle()
    notice = notice_to(desk, "anna", desk.of_mail(said.json()["mail"]).number)
    for words in ("#note CANARY-NOTE\n", "#tag +canary-tag\n#field secret=CANARY-FIELD\n", "Is the switch on?\n"):
        from_agent(desk, words, notice)
    desk.letters()
    out = [one for one in outside.requests if one.target == "/out"]
    assert [one.json["text"] for one in out] == ["Is the switch on?"]
    assert [word for word in NEVER if word in str(out)] == []


def test_w09_a_webhook_without_words_has_none(stage: Stage, outside: FakeServer) -> None:
    last = opened(stage.here.desk, "CANARY-LAST title", "CANARY-LAST words\n").number
    hooks: list[Any] = []
    while not any(one.json["data"].get("ticket") == last for one in hooks):
        hooks += [one for one in (outside.next(),) if one.target == "/hook"]
    assert {"ticket.opened", "message.in", "message.out", "ticket.owned"} <= {one.json["type"] for one in hooks}
    assert [
        word for word in (*NEVER, "lamp", "maija@") if word in str([one.body for one in hooks]).lower() + str(hooks)
    ] == []
